"""Everything that the embedded AWS tells about what a scenario begins with, asked through AWS's own operations."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import boto3

from tests.builders import ACCOUNT
from tests.embedded import environment

# Ids that AWS draws at random: of organizations, roots, units, policies; of users, roles, groups and policies of
# IAM; of accounts made without one.
_DRAWN = re.compile(
    r"\b(?:o-[a-z0-9]{10}|r-[a-z0-9]{4}|ou-[a-z0-9]{4}-[a-z0-9]{8}|p-[a-z0-9]{8}|A[A-Z]{3}[A-Z0-9]{16,17})\b"
)
# Moto dates these by the machine's clock.
_DATED_BY_MACHINE = re.compile(r'"(CreateDate|UpdateDate|JoinedTimestamp|AttachedAt)": "[^"]*"')


def told() -> Any:
    """What the account has, by service: all of it, with every detail that AWS shows."""
    with environment():
        parts = {
            "organizations": _organization(),
            "iam": _iam(),
            "sns": _sns(),
            "budgets": _budgets(),
            "others": _others(),
        }
    return json.loads(json.dumps(parts, default=str))


def without_chance(said: Any) -> Any:
    """The same with drawn ids numbered in the order of their first mention, and without the machine's time."""
    seen: dict[str, str] = {}

    def number(found: re.Match[str]) -> str:
        return seen.setdefault(found[0], f"id {len(seen)}")

    return json.loads(_DATED_BY_MACHINE.sub(r'"\1": "then"', _DRAWN.sub(number, json.dumps(said))))


@cache
def _client(service: str) -> Any:
    make: Any = boto3.client
    return make(service)


def _pages(service: str, operation: str, key: str, **asked: Any) -> list[Any]:
    pages = _client(service).get_paginator(operation).paginate(**asked)
    return [each for page in pages for each in page.get(key, [])]


def _plain(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


def _organization() -> Any:
    organizations = _client("organizations")
    try:
        organization = organizations.describe_organization()["Organization"]
    except organizations.exceptions.AWSOrganizationsNotInUseException:
        return None
    roots = _pages("organizations", "list_roots", "Roots")
    control = {"Filter": "SERVICE_CONTROL_POLICY"}
    policies = [
        {
            "policy": _plain(organizations.describe_policy(PolicyId=each["Id"])),
            "targets": _pages("organizations", "list_targets_for_policy", "Targets", PolicyId=each["Id"]),
        }
        for each in _pages("organizations", "list_policies", "Policies", **control)
    ]
    accounts = _pages("organizations", "list_accounts", "Accounts")
    return {
        "organization": organization,
        "accounts": accounts,
        "members": [_member(each["Id"]) for each in accounts if each["Id"] != ACCOUNT],
        "roots": roots,
        "units": [list(_below(root["Id"])) for root in roots],
        "policies": policies,
    }


def _member(account_id: str) -> Any:
    """What an account finds about its organization and itself."""
    role_arn = f"arn:aws:iam::{account_id}:role/OrganizationAccountAccessRole"
    given = _client("sts").assume_role(RoleArn=role_arn, RoleSessionName="told")["Credentials"]
    make: Any = boto3.Session
    session = make(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
    return {
        "organization": session.client("organizations").describe_organization()["Organization"],
        "roles": session.client("iam").list_roles()["Roles"],
        "who": session.client("sts").get_caller_identity()["Arn"],
    }


def _below(parent: str) -> Iterator[Any]:
    """The accounts and units in a root or unit, each unit followed by what is below it."""
    yield _pages("organizations", "list_accounts_for_parent", "Accounts", ParentId=parent)
    units = _pages(
        "organizations", "list_organizational_units_for_parent", "OrganizationalUnits", ParentId=parent
    )
    for unit in units:
        yield unit
        yield from _below(unit["Id"])


def _iam() -> Any:
    details = {
        key: _pages("iam", "get_account_authorization_details", key, Filter=[kind])
        for key, kind in (
            ("UserDetailList", "User"),
            ("RoleDetailList", "Role"),
            ("GroupDetailList", "Group"),
            ("Policies", "LocalManagedPolicy"),
        )
    }
    return {
        **details,
        "attached": _pages("iam", "list_policies", "Policies", Scope="AWS", OnlyAttached=True),
        "keys": [
            _pages("iam", "list_access_keys", "AccessKeyMetadata", UserName=each["UserName"])
            for each in details["UserDetailList"]
        ],
        "aliases": _pages("iam", "list_account_aliases", "AccountAliases"),
    }


def _sns() -> Any:
    sns = _client("sns")
    arns = [each["TopicArn"] for each in _pages("sns", "list_topics", "Topics")]
    return {
        "topics": {arn: sns.get_topic_attributes(TopicArn=arn)["Attributes"] for arn in arns},
        "subscriptions": _pages("sns", "list_subscriptions", "Subscriptions"),
    }


def _budgets() -> Any:
    account = {"AccountId": ACCOUNT}
    found = _pages("budgets", "describe_budgets", "Budgets", ShowFilterExpression=True, **account)
    return {
        "budgets": found,
        "notifications": [_notifications(each["BudgetName"]) for each in found],
        "histories": [_history(each["BudgetName"]) for each in found],
        "tags": [_tags(each["BudgetName"]) for each in found],
        "actions": _pages("budgets", "describe_budget_actions_for_account", "Actions", **account),
    }


def _notifications(name: str) -> list[Any]:
    named = {"AccountId": ACCOUNT, "BudgetName": name}
    found = _pages("budgets", "describe_notifications_for_budget", "Notifications", **named)
    return [
        (
            each,
            _pages(
                "budgets",
                "describe_subscribers_for_notification",
                "Subscribers",
                Notification={key: value for key, value in each.items() if key != "NotificationState"},
                **named,
            ),
        )
        for each in found
    ]


def _history(name: str) -> Any:
    budgets = _client("budgets")
    try:
        return _plain(budgets.describe_budget_performance_history(AccountId=ACCOUNT, BudgetName=name))
    except budgets.exceptions.ClientError as error:
        return str(error)


def _tags(name: str) -> Any:
    arn = f"arn:aws:budgets::{ACCOUNT}:budget/{name}"
    return _plain(_client("budgets").list_tags_for_resource(ResourceARN=arn))


def _others() -> Any:
    """Services that no scenario uses, so that nothing stays in them either."""
    return {
        "tables": _pages("dynamodb", "list_tables", "TableNames"),
        "layers": _pages("lambda", "list_layers", "Layers"),
        "buckets": _client("s3").list_buckets()["Buckets"],
        "stacks": _pages("cloudformation", "describe_stacks", "Stacks"),
        "queues": _client("sqs").list_queues().get("QueueUrls", []),
        "who": _plain(_client("sts").get_caller_identity()),
    }
