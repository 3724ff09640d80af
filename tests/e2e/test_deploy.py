"""Three commands deploy the agent, and what they deploy answers every event as it should."""

from __future__ import annotations

import json
import platform
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.builders import ACCOUNT, NOW
from tests.e2e.deployment import PROJECT, STACK, Deployment, readme_commands, with_host_parameters
from tests.events import Event, events
from tests.infrastructure.test_template import permissions_of_the_code

pytestmark = [
    pytest.mark.timeout(600),
    pytest.mark.skipif(platform.system() != "Linux", reason="Lambda's wheels run on Linux only"),
]

# The company's own budget action role, which the events name, and the stack's.
COMPANYS_ROLE, STACKS_ROLE = "budget-management-action-role", f"{PROJECT}-budget-action-role"
_IDENTIFIER = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# They change budgets that the company has, so that others would find it otherwise; each row has its own account.
OF_THEIR_OWN = (
    ("raise_a_limit", "what_changed", "undo_change"),
    ("raise_it_again",),
    ("undo_changed_since",),
    ("adjust_for_real", "undo_adjustment"),
)
DENY_ALL = "arn:aws:iam::aws:policy/AWSDenyAll"

Request = tuple[str, dict[str, Any]]

_RESTRICTION: dict[str, Any] = {
    "budget_name": "cloudfront-monthly",
    "action_type": "APPLY_IAM_POLICY",
    "threshold": 90,
    "policy_arn": DENY_ALL,
    "target_roles": ["DeveloperRole"],
}
_BUDGET = {
    "budget_name": "probe",
    "budget_type": "COST",
    "amount": 1000,
    "time_unit": "MONTHLY",
    "notification_email": "finops@company.com",
}

_APPROVAL = {
    "budget_name": "probe",
    "execution_type": "APPROVE_BUDGET_ACTION",
    "reason": "A test",
}
# Not an action: the time passes in which AWS refreshes its budgets.
WAIT = "wait"

# Dry runs, which look at whom and what a restriction would hit.
_ROLE: Request = ("create_budget_actions", {**_RESTRICTION, "dry_run": True})
_USER: Request = (
    "create_budget_actions",
    {**_RESTRICTION, "target_roles": None, "target_users": ["probe-user"], "dry_run": True},
)
_GROUP: Request = (
    "create_budget_actions",
    {**_RESTRICTION, "target_roles": None, "target_groups": ["probe-group"], "dry_run": True},
)
_STOP = {
    "budget_name": "cloudfront-monthly",
    "action_type": "RUN_SSM_DOCUMENTS",
    "threshold": 90,
    "region": "us-east-1",
    "dry_run": True,
}
_BIND = {
    "budget_name": "cloudfront-monthly",
    "action_type": "APPLY_SCP_POLICY",
    "threshold": 90,
    "policy_id": "id of the policy",
    "dry_run": True,
}

_TAGGED = {**_BUDGET, "resource_tags": {"team": "finops"}}

# Permission to requests, of which the last needs it.
PROBES: dict[str, list[Request]] = {
    "budgets:ViewBudget": [("analyze_budgets", {})],
    "budgets:ModifyBudget": [("create_budget", _BUDGET)],
    "budgets:TagResource": [("create_budget", _TAGGED)],
    "budgets:ListTagsForResource": [
        ("create_budget", _TAGGED),
        ("update_budget", {"budget_name": "probe", "resource_tags": {"team": "platform"}}),
    ],
    "budgets:UntagResource": [
        ("create_budget", _TAGGED),
        ("update_budget", {"budget_name": "probe", "remove": ["resource_tags.team"]}),
    ],
    "budgets:DescribeBudgetActionsForBudget": [("create_budget_actions", _RESTRICTION)],
    "budgets:CreateBudgetAction": [("create_budget_actions", _RESTRICTION)],
    "iam:PassRole": [("create_budget_actions", _RESTRICTION)],
    "budgets:DeleteBudgetAction": [
        ("create_budget", _BUDGET),
        ("create_budget_actions", {**_RESTRICTION, "budget_name": "probe"}),
        ("delete_budget", {"budget_name": "probe", "confirm": "probe"}),
    ],
    "budgets:DescribeBudgetActionsForAccount": [("list_budget_actions", {})],
    "budgets:DescribeBudgetActionHistories": [
        ("create_budget_actions", _RESTRICTION),
        ("list_budget_actions", {"include_history": True}),
    ],
    "budgets:ExecuteBudgetAction": [
        ("create_budget", _BUDGET),
        ("create_budget_actions", {**_RESTRICTION, "budget_name": "probe"}),
        (WAIT, {}),
        ("execute_budget_action", _APPROVAL),
    ],
    "iam:GetRole": [_ROLE],
    "iam:ListAttachedRolePolicies": [_ROLE],
    "iam:ListRolePolicies": [_ROLE],
    "iam:GetRolePolicy": [_ROLE],
    "iam:GetUser": [_USER],
    "iam:ListGroupsForUser": [_USER],
    "iam:ListAttachedUserPolicies": [_USER],
    "iam:ListUserPolicies": [_USER],
    "iam:GetUserPolicy": [_USER],
    "iam:GetGroup": [_GROUP],
    "iam:ListAttachedGroupPolicies": [_GROUP],
    "iam:ListGroupPolicies": [_GROUP],
    "iam:GetGroupPolicy": [_GROUP],
    "iam:GetPolicy": [_ROLE],
    "iam:GetPolicyVersion": [_ROLE],
    "ec2:DescribeInstances": [
        (
            "create_budget_actions",
            {**_STOP, "sub_type": "STOP_EC2_INSTANCES", "instance_ids": ["i-0123456789abcdef0"]},
        )
    ],
    "rds:DescribeDBInstances": [
        ("create_budget_actions", {**_STOP, "sub_type": "STOP_RDS_INSTANCES", "instance_ids": ["orders"]})
    ],
    "organizations:DescribePolicy": [("create_budget_actions", {**_BIND, "target_ids": ["210000000004"]})],
    "organizations:DescribeAccount": [("create_budget_actions", {**_BIND, "target_ids": ["210000000004"]})],
    "organizations:DescribeOrganizationalUnit": [
        ("create_budget_actions", {**_BIND, "target_ids": ["id of the unit"]})
    ],
    "organizations:ListAccountsForParent": [
        ("create_budget_actions", {**_BIND, "target_ids": ["id of the unit"]})
    ],
    "organizations:ListOrganizationalUnitsForParent": [
        ("create_budget_actions", {**_BIND, "target_ids": ["id of the unit"]})
    ],
    "dynamodb:PutItem": [("create_budget", _BUDGET)],
    "dynamodb:UpdateItem": [("create_budget", _BUDGET)],
    "dynamodb:Query": [("list_changes", {})],
    "dynamodb:DeleteItem": [
        ("delete_budget", {"budget_name": "no-such-budget", "confirm": "no-such-budget"})
    ],
    "ce:GetCostAndUsage": [("recommend_budgets", {})],
    "ce:GetReservationUtilization": [("recommend_budgets", {"budget_types": ["RI_UTILIZATION"]})],
    "ce:GetReservationCoverage": [("recommend_budgets", {"budget_types": ["RI_COVERAGE"]})],
    "ce:GetSavingsPlansUtilization": [("recommend_budgets", {"budget_types": ["SAVINGS_PLANS_UTILIZATION"]})],
    "ce:GetSavingsPlansCoverage": [("recommend_budgets", {"budget_types": ["SAVINGS_PLANS_COVERAGE"]})],
}


# Only with channels, which tests/e2e/test_channels.py deploys.
CHANNEL_PERMISSIONS = ("dynamodb:Scan", "execute-api:ManageConnections", "sns:Publish")
# Only with rules of one's own, which tests/e2e/test_governance.py deploys.
RULES_PERMISSIONS = ("s3:GetObject", "ssm:GetParameter")
# Only with a model, which tests/e2e/test_model.py deploys.
MODEL_PERMISSIONS = ("bedrock:InvokeModelWithResponseStream", "bedrock:ApplyGuardrail")


@pytest.fixture(scope="module")
def _people(deployed: Deployment) -> None:
    """A user in a group, each with a policy of its own, and a service control policy."""
    iam, organizations = deployed.client("iam"), deployed.client("organizations")
    allow = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    iam.create_user(UserName="probe-user")
    iam.put_user_policy(UserName="probe-user", PolicyName="own", PolicyDocument=document)
    iam.create_group(GroupName="probe-group")
    iam.put_group_policy(GroupName="probe-group", PolicyName="own", PolicyDocument=document)
    iam.add_user_to_group(UserName="probe-user", GroupName="probe-group")
    deny = json.dumps({"Version": "2012-10-17", "Statement": [{**allow, "Effect": "Deny"}]})
    organizations.create_policy(Name="probe", Description="", Type="SERVICE_CONTROL_POLICY", Content=deny)


def _filled(account: Deployment, parameters: dict[str, Any]) -> dict[str, Any]:
    """The parameters with ids that differ from run to run."""
    organizations = account.client("organizations")
    policies = organizations.list_policies(Filter="SERVICE_CONTROL_POLICY")["Policies"]
    root = organizations.list_roots()["Roots"][0]["Id"]
    units = organizations.list_organizational_units_for_parent(ParentId=root)["OrganizationalUnits"]
    ids = {
        "id of the policy": next(each["Id"] for each in policies if each["Name"] == "probe"),
        "id of the unit": next(each["Id"] for each in units if each["Name"] == "Workloads"),
    }
    text = json.dumps(parameters)
    for placeholder, identifier in ids.items():
        text = text.replace(placeholder, identifier)
    filled: dict[str, Any] = json.loads(text)
    return filled


@pytest.fixture
def account(deployed: Deployment) -> Iterator[Deployment]:
    """The deployed agent; budgets, budget actions and memories that a test makes are gone after it."""
    budgets = deployed.client("budgets")

    def names() -> set[str]:
        pages = budgets.get_paginator("describe_budgets").paginate(AccountId=ACCOUNT)
        return {budget["BudgetName"] for page in pages for budget in page.get("Budgets", [])}

    before = names()
    yield deployed
    for action in budgets.describe_budget_actions_for_account(AccountId=ACCOUNT)["Actions"]:
        named = {"AccountId": ACCOUNT, "BudgetName": action["BudgetName"], "ActionId": action["ActionId"]}
        if action["Status"] == "EXECUTION_SUCCESS":
            budgets.execute_budget_action(**named, ExecutionType="REVERSE_BUDGET_ACTION")
        budgets.delete_budget_action(**named)
    for name in names() - before:
        budgets.delete_budget(AccountId=ACCOUNT, BudgetName=name)
    dynamodb, table = deployed.client("dynamodb"), f"{PROJECT}-state"
    for page in dynamodb.get_paginator("scan").paginate(TableName=table, ProjectionExpression="pk, sk"):
        for key in page["Items"]:
            dynamodb.delete_item(TableName=table, Key=key)


def test_the_readmes_last_command_gets_an_answer(account: Deployment) -> None:
    command = readme_commands()[3].replace("out.json", str(account.directory / "out.json"))
    assert '"StatusCode": 200' in account.shell(command)
    reply = json.loads((account.directory / "out.json").read_text(encoding="utf-8"))
    assert (reply["action"], reply["status"]) == ("analyze_budgets", "success")


def in_order_of_time() -> list[Event]:
    """The events whose moment comes later at the end: the clock of the account does not go back."""
    own = {name for row in OF_THEIR_OWN for name in row}
    shared = (each for each in events() if each.name not in own and not each.asks)
    return sorted(shared, key=lambda event: event.at or NOW)


@pytest.mark.parametrize("event", in_order_of_time(), ids=lambda event: event.name)
def test_every_event_gets_its_reply(account: Deployment, event: Event) -> None:
    _replay(account, event)


@pytest.mark.parametrize("names", OF_THEIR_OWN, ids=lambda names: names[-1])
def test_every_event_that_changes_the_companys_own_budgets_gets_its_reply(
    company_of_its_own: Deployment, names: tuple[str, ...]
) -> None:
    for position, name in enumerate(names):
        _replay(company_of_its_own, next(each for each in events() if each.name == name), names[:position])


def _replay(account: Deployment, event: Event, sent: tuple[str, ...] = ()) -> None:
    """Send an event, after those that come before it and were not `sent` yet, and compare the reply."""
    for name in event.after:
        if name not in sent:
            before = next(each for each in events() if each.name == name)
            assert account.send(_for_the_stack(before.request))["status"] == "success"
    if event.at is not None:
        with account.schedules_at_rest():
            account.move_clock(set=event.at.isoformat())
    names_changes = "Z#" in json.dumps([event.request, event.reply])
    ids = _change_ids(account) if names_changes else {}
    request = _renamed(_for_the_stack(event.request), {recorded: real for real, recorded in ids.items()})
    reply = _renamed(account.invoke(request), _change_ids(account) if names_changes else {})
    expected = _for_the_stack(event.reply)
    assert _comparable(reply) == _comparable(expected)


def _change_ids(account: Deployment) -> dict[str, str]:
    """The ids of the changes so far, and those under which they are recorded: numbered in the order of making."""
    changes = account.act("list_changes")["data"]["changes"]
    made = sorted(each["change_id"] for each in changes)
    return {real: f"{real.partition('#')[0]}#{number}" for number, real in enumerate(made, start=1)}


def _renamed(content: Any, names: Mapping[str, str]) -> Any:
    text = json.dumps(content)
    for name, other in names.items():
        text = text.replace(name, other)
    return json.loads(text)


def test_the_stack_shows_its_outputs(account: Deployment) -> None:
    outputs = account.outputs()
    assert outputs["FunctionArn"] == f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{PROJECT}-agent"
    assert outputs["StateTableName"] == f"{PROJECT}-state"
    assert outputs["BudgetActionRoleArn"] == f"arn:aws:iam::{ACCOUNT}:role/{STACKS_ROLE}"
    assert outputs["AlertsTopicArn"] == f"arn:aws:sns:us-east-1:{ACCOUNT}:{PROJECT}-alerts"


def test_deploying_again_changes_nothing_and_succeeds(account: Deployment) -> None:
    command = with_host_parameters(readme_commands()[2])
    assert "No changes to deploy" in account.run(f"{command} --no-fail-on-empty-changeset")


def test_the_alias_answers_as_the_function_does(account: Deployment) -> None:
    payload = json.dumps({"action": "analyze_budgets", "parameters": {}})
    answer = account.client("lambda").invoke(
        FunctionName=account.outputs()["FunctionAliasArn"], Payload=payload
    )
    assert json.loads(answer["Payload"].read())["status"] == "success"


@pytest.mark.usefixtures("_people")
@pytest.mark.parametrize("permission", PROBES)
def test_a_permission_that_is_taken_away_is_missed_and_named(account: Deployment, permission: str) -> None:
    *before, (action, parameters) = PROBES[permission]
    parameters = _filled(account, parameters)
    for earlier, given in before:
        if earlier == WAIT:
            account.move_clock(advance="12h")
            continue
        assert account.act(earlier, **given)["status"] == "success"
    with account.without(permission):
        reply = account.act(action, **parameters)
    assert _missing(reply) == {permission}, reply
    if reply["status"] == "error" and reply["data"]["error"]["code"] == "ACCESS_DENIED":
        assert account.act(action, **parameters)["status"] == "success", "with the permission it works"


def test_every_permission_has_a_request_that_misses_it() -> None:
    elsewhere = {*CHANNEL_PERMISSIONS, *RULES_PERMISSIONS, *MODEL_PERMISSIONS}
    assert PROBES.keys() | elsewhere == permissions_of_the_code()


def test_a_changed_policy_and_memory_take_effect(account: Deployment) -> None:
    command = with_host_parameters(readme_commands()[2])
    account.run(command.replace("ProjectName=", "MemorySize=1024 ProtectedPath=/untouchable/ ProjectName="))
    configuration = account.client("lambda").get_function_configuration(
        FunctionName=f"{PROJECT}-agent", Qualifier="live"
    )
    assert (configuration["MemorySize"], configuration["Version"]) == (1024, "2")
    role = account.client("iam").get_role_policy(RoleName=STACKS_ROLE, PolicyName="restrict")
    assert "role/untouchable/*" in json.dumps(role["PolicyDocument"])
    account.run(command.replace("ProjectName=", "MemorySize=512 ProtectedPath=/protected/ ProjectName="))


def test_a_failed_deployment_leaves_the_agent_as_it_was(account: Deployment) -> None:
    command = with_host_parameters(readme_commands()[2])
    wrong_code = "A" * 43 + "="
    account.run(
        command.replace("ProjectName=", f"MemorySize=2048 LambdaCodeSha256={wrong_code} ProjectName="),
        fails=True,
    )
    (stack,) = account.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"]
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert (
        account.client("lambda").get_function(FunctionName=f"{PROJECT}-agent")["Configuration"]["MemorySize"]
        == 512
    )
    assert account.act("analyze_budgets")["status"] == "success"


def test_removing_the_stack_keeps_the_table_and_deploying_again_takes_it(account: Deployment) -> None:
    account.run(f"aws cloudformation delete-stack --stack-name {STACK}")
    account.run(f"aws cloudformation wait stack-delete-complete --stack-name {STACK}")
    assert account.client("dynamodb").list_tables()["TableNames"] == [f"{PROJECT}-state"]
    assert account.client("lambda").list_functions()["Functions"] == []
    command = with_host_parameters(readme_commands()[2])
    account.run(command.replace("ProjectName=", "CreateStateTable=false ProjectName="))
    assert account.act("analyze_budgets")["status"] == "success"


def _for_the_stack(content: Any) -> Any:
    """A request or reply that names the stack's budget action role instead of the company's."""
    return json.loads(json.dumps(content).replace(COMPANYS_ROLE, STACKS_ROLE))


def _comparable(reply: Any) -> Any:
    """The reply without what tells one caller, or one run, from another."""
    if "data" not in reply:
        return reply
    reply["data"].pop("request_id", None)
    error = reply["data"].get("error", {})
    if error.get("code") == "ACCESS_DENIED":
        # AWS's words name the caller: a user where the events were recorded, the function's role here.
        error = {**error, "message": None, "details": {"permission": error["details"]["permission"]}}
        reply["data"]["error"] = error
    # Ids of budget actions are derived from what was asked, the execution role included.
    return json.loads(_IDENTIFIER.sub("an identifier", json.dumps(reply)))


def _missing(reply: Any) -> set[str]:
    """The permissions that a reply says are missing, in its error or under an `incomplete`."""
    data = reply["data"]
    told = [data["error"]] if reply["status"] == "error" else []
    told += (data["error"]["details"] if told else data).get("incomplete", [])
    text = json.dumps([each for each in told if each["code"] == "ACCESS_DENIED"])
    return {each for each in permissions_of_the_code() if re.search(rf"{re.escape(each)}\b", text)}
