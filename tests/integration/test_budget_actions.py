"""Budget actions through the handler on the embedded AWS: restricted, listed, taken back, and when AWS fails."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import boto3
import pytest

from tests.builders import ACCOUNT
from tests.embedded import (
    EXECUTION_ROLE_ARN,
    STATE_TABLE,
    begin,
    clients,
    environment,
    make_state_table,
    the_server,
)
from tests.fakes import FakeGateways, gateways_with
from tests.integration.test_changing_budgets import (
    DENY_ALL,
    NAME,
    an_action_on,
    budgets,
    refused,
    succeeded,
)
from tests.lambda_context import Context
from tests.pipeline import Pipeline, pipeline
from tools.actions.create_budget_actions import create_budget_actions
from tools.aws.budgets import AwsBudgets
from tools.domain.budget_actions import BudgetActionDefinition
from tools.domain.budget_steps import BudgetStep
from tools.gateways import AgentIdentity

ONE_TRY = {"AWS_ATTEMPTS": "1", "AWS_READ_TIMEOUT": "10"}


@pytest.fixture
def through() -> Iterator[Pipeline]:
    with pipeline(**ONE_TRY) as sending:
        yield sending


def iam() -> Any:
    with environment():
        client: Any = boto3.client("iam")
        return client


def restrictions(role: str = "DeveloperRole") -> list[str]:
    attached = iam().list_attached_role_policies(RoleName=role)["AttachedPolicies"]
    return [each["PolicyArn"] for each in attached]


def refresh() -> None:
    the_server().world.clock.advance(timedelta(hours=12))


def listed(through: Pipeline, **parameters: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = succeeded(through.act("list_budget_actions", **parameters))[
        "budget_actions"
    ]
    return found


def execute(through: Pipeline, what: str, **parameters: Any) -> dict[str, Any]:
    asked = {"budget_name": NAME, "execution_type": what, "reason": "Spend ran away", **parameters}
    return through.act("execute_budget_action", **asked)


def test_an_action_goes_round_its_whole_circle_and_restricts_exactly_in_between(through: Pipeline) -> None:
    an_action_on(through, NAME)
    assert refused(execute(through, "approve"))["code"] == "RESOURCE_LOCKED"
    refresh()
    [waiting] = listed(through, statuses=["PENDING"])
    assert (waiting["can_do"], waiting["restricts"], restrictions()) == (["APPROVE_BUDGET_ACTION"], "no", [])
    succeeded(execute(through, "approve"))
    assert restrictions() == [DENY_ALL]
    [in_force] = listed(through)
    assert (in_force["restricts"], in_force["history"]) == ("yes", None)
    succeeded(execute(through, "reverse"))
    assert restrictions() == []
    refresh()
    assert [each["status"] for each in listed(through)] == ["REVERSE_SUCCESS"], "not looked at any more"
    succeeded(execute(through, "reset"))
    refresh()
    [again] = listed(through, budget_name=NAME)
    assert again["status"] == "PENDING"
    assert [each["event"] for each in again["history"]].count("EXECUTE_ACTION") == 3


def test_all_that_wait_are_approved_at_once_and_what_fails_says_why_and_can_be_retried(
    through: Pipeline,
) -> None:
    an_action_on(through, NAME)
    broken = an_action_on(through, NAME, threshold=95, target_roles="DataScienceRole")
    an_action_on(through, NAME, threshold=1_000, notification_type="ACTUAL")
    role = iam()
    policy = role.get_role_policy(RoleName="budget-management-action-role", PolicyName="permissions")
    role.delete_role_policy(RoleName="budget-management-action-role", PolicyName="permissions")
    refresh()
    data = succeeded(execute(through, "approve", reason="Both are needed"))
    assert [(each["executed"], each["status"]) for each in data["budget_actions"]] == [
        (True, "EXECUTION_FAILURE"),
        (True, "EXECUTION_FAILURE"),
        (False, "STANDBY"),
    ]
    shown = next(each for each in listed(through, budget_name=NAME) if each["action_id"] == broken)
    assert "iam:AttachRolePolicy" in shown["history"][0]["message"]
    role.put_role_policy(
        RoleName="budget-management-action-role",
        PolicyName="permissions",
        PolicyDocument=json.dumps(policy["PolicyDocument"]),
    )
    assert succeeded(execute(through, "retry"))["executed"] == 2
    assert restrictions() == restrictions("DataScienceRole") == [DENY_ALL]


@pytest.mark.parametrize("kind", ["throttle", "access-denied", "truncated-page"])
def test_an_execution_that_fails_says_how_far_it_came_and_the_same_request_ends_right(
    through: Pipeline, kind: str
) -> None:
    first = an_action_on(through, NAME)
    second = an_action_on(through, NAME, threshold=95, target_roles="DataScienceRole")
    refresh()
    through.fault("budgets", "ExecuteBudgetAction", "slow", times=1, seconds=0.01)
    through.fault("budgets", "ExecuteBudgetAction", kind, times=1)
    error = refused(execute(through, "approve"))
    steps = [f"approve budget action {each}" for each in (first, second)]
    told = [*error["details"]["done"], error["details"]["failed"], *error["details"]["not_done"]]
    assert told == steps
    execute(through, "approve")
    assert restrictions() == restrictions("DataScienceRole") == [DENY_ALL]


def test_who_approved_what_and_why_is_kept() -> None:
    with pipeline(BUDGET_STATE_TABLE=STATE_TABLE, **ONE_TRY) as through:
        make_state_table()
        identifier = an_action_on(through, NAME)
        refresh()
        request = {
            "action": "execute_budget_action",
            "parameters": {
                "budget_name": NAME,
                "execution_type": "approve",
                "reason": "Agreed with the team",
            },
        }
        succeeded(through.send(request, Context(aws_request_id="22222222-2222-2222-2222-222222222222")))
        entry = succeeded(through.act("list_changes", budget_name=NAME))["changes"][0]
    assert (entry["action"], entry["outcome"], entry["reason"]) == (
        "execute_budget_action",
        "CHANGED",
        "Agreed with the team",
    )
    assert entry["requester"]["invocation_id"] == "22222222-2222-2222-2222-222222222222"
    assert entry["before"]["budget_actions"] == {identifier: "PENDING"}
    assert entry["after"]["budget_actions"] == {identifier: "EXECUTION_SUCCESS"}


LEVELS: dict[str, Any] = {
    "budget_name": NAME,
    "notification_email": "finops@example.com",
    "levels": [
        {"threshold": 60, "notification_type": "FORECASTED"},
        {"threshold": 105, "notification_email": ["finops@example.com", "cfo@example.com"]},
        {
            "threshold": 110,
            "action_type": "APPLY_IAM_POLICY",
            "policy_arn": f"arn:aws:iam::{ACCOUNT}:policy/DenyNewSpending",
            "target_roles": "DeveloperRole",
        },
        {
            "threshold": 130,
            "action_type": "APPLY_IAM_POLICY",
            "policy_arn": DENY_ALL,
            "target_roles": "DeveloperRole",
            "approval_model": "AUTOMATIC",
        },
    ],
}


def decided() -> tuple[dict[Any, set[Any]], list[BudgetActionDefinition]]:
    """Who is told of what, and who is restricted when, as AWS holds it."""
    told = {each.identity: set(each.subscribers or ()) for each in budgets().notifications_of(ACCOUNT, NAME)}
    attached = [each.definition for each in budgets().budget_actions_of(ACCOUNT, NAME)]
    return told, sorted(attached, key=lambda each: each.threshold.value)


def test_levels_tell_then_ask_then_restrict_by_themselves(through: Pipeline) -> None:
    data = succeeded(through.act("create_budget_actions", **LEVELS))
    assert [each["existed"] for each in data["levels"]] == [False] * 4
    before = decided()
    again = succeeded(through.act("create_budget_actions", **LEVELS))
    assert (again["created"], again["done"], decided()) == (False, [], before)
    refresh()
    shown = listed(through, budget_name=NAME)
    assert [(each["status"], each["level"]["number"]) for each in shown] == [
        ("PENDING", 1),
        ("EXECUTION_SUCCESS", 2),
    ]
    assert restrictions() == [DENY_ALL]
    assert succeeded(through.act("create_budget_actions", **LEVELS))["created"] is False


@pytest.mark.parametrize("kind", ["throttle", "access-denied", "truncated-page"])
@pytest.mark.parametrize("operation", ["CreateNotification", "CreateBudgetAction"])
@pytest.mark.parametrize("passes", [0, 1])
def test_levels_that_fail_half_way_leave_the_budget_as_it_was_and_the_second_run_makes_them(
    through: Pipeline, operation: str, kind: str, passes: int
) -> None:
    before = decided()
    if passes:
        through.fault("budgets", operation, "slow", times=passes, seconds=0.01)
    through.fault("budgets", operation, kind, times=1)
    error = refused(through.act("create_budget_actions", **LEVELS))
    assert (error["details"]["not_undone"], decided()) == ([], before)
    assert "is as it was" in error["message"]
    succeeded(through.act("create_budget_actions", **LEVELS))
    assert len(decided()[0]) - len(before[0]) == len(decided()[1]) == 2


def test_levels_that_cannot_be_undone_say_what_still_stands(through: Pipeline) -> None:
    through.fault("budgets", "CreateBudgetAction", "slow", times=1, seconds=0.01)
    through.fault("budgets", "CreateBudgetAction", "throttle", times=1)
    through.fault("budgets", "DeleteBudgetAction", "access-denied", times=1)
    error = refused(through.act("create_budget_actions", **LEVELS))
    [left] = error["details"]["not_undone"]
    [attached] = budgets().budget_actions_of(ACCOUNT, NAME)
    assert attached.id in left["what"]
    assert "budgets:DeleteBudgetAction" in left["why"]
    succeeded(through.act("create_budget_actions", **LEVELS))
    assert len(budgets().budget_actions_of(ACCOUNT, NAME)) == 2


class DiedError(BaseException):
    """The function was ended in the middle."""


class Mortal(AwsBudgets):
    """Dies after that many calls."""

    left: int

    def apply(self, account_id: str, name: str, step: BudgetStep) -> None:
        super().apply(account_id, name, step)
        self.left -= 1
        if self.left == 0:
            raise DiedError


def test_wherever_the_function_dies_the_same_request_ends_right() -> None:
    identity = AgentIdentity(account_id=ACCOUNT, action_execution_role_arn=EXECUTION_ROLE_ARN)
    outcomes = []
    for after in (99, 1, 2, 3, 4):
        begin("company")
        mortal = Mortal(clients().budgets, ACCOUNT)
        mortal.left = after
        fakes = gateways_with(identity=identity)
        assert isinstance(fakes, FakeGateways)
        gateways = replace(fakes, budgets=mortal)
        if after < 99:
            with pytest.raises(DiedError):
                create_budget_actions.run(LEVELS, gateways)
        create_budget_actions.run(LEVELS, gateways)
        outcomes.append(decided())
    assert all(each == outcomes[0] for each in outcomes)


def planned(through: Pipeline, **parameters: Any) -> dict[str, Any]:
    """The blast radius of one restriction."""
    asked = {"budget_name": NAME, "threshold": 110, "notification_email": "finops@example.com", **parameters}
    data = succeeded(through.act("create_budget_actions", **asked, dry_run=True))
    assert data["incomplete"] == []
    [found] = data["blast_radius"]
    assert isinstance(found, dict)
    return found


def test_a_dry_run_tells_instances_that_come_back_from_those_that_stay_stopped(through: Pipeline) -> None:
    with environment():
        make: Any = boto3.client
        scaling, ec2 = make("autoscaling"), make("ec2")
        image = {"ImageId": "ami-12c6146b", "InstanceType": "t3.micro"}
        scaling.create_launch_configuration(LaunchConfigurationName="web", **image)
        scaling.create_auto_scaling_group(
            AutoScalingGroupName="web-fleet",
            LaunchConfigurationName="web",
            MinSize=1,
            MaxSize=1,
            AvailabilityZones=["us-east-1a"],
        )
        [member] = scaling.describe_auto_scaling_instances()["AutoScalingInstances"]
        [alone] = ec2.run_instances(**image, MinCount=1, MaxCount=1)["Instances"]
    ids = [alone["InstanceId"], member["InstanceId"]]
    stop = {"action_type": "RUN_SSM_DOCUMENTS", "sub_type": "STOP_EC2_INSTANCES", "region": "us-east-1"}
    shown = {each["id"]: each["notes"] for each in planned(through, **stop, instance_ids=ids)["instances"]}
    assert shown == {
        ids[0]: [],
        ids[1]: ["comes back: the Auto Scaling group web-fleet replaces what is stopped"],
    }
    error = refused(
        through.act(
            "create_budget_actions",
            **{"budget_name": NAME, "threshold": 110, **stop, "instance_ids": [*ids, "i-0123456789abcdef0"]},
        )
    )
    [problem] = error["details"]["problems"]
    assert "i-0123456789abcdef0" in problem["problem"]


def test_a_dry_run_names_the_accounts_in_a_unit(through: Pipeline) -> None:
    deny = {"Effect": "Deny", "Action": "ec2:RunInstances", "Resource": "*"}
    content = json.dumps({"Version": "2012-10-17", "Statement": [deny]})
    with environment():
        make: Any = boto3.client
        organizations = make("organizations")
        policy = organizations.create_policy(
            Name="no-new-spending", Description="", Type="SERVICE_CONTROL_POLICY", Content=content
        )["Policy"]["PolicySummary"]["Id"]
        root = organizations.list_roots()["Roots"][0]["Id"]
        units = organizations.list_organizational_units_for_parent(ParentId=root)["OrganizationalUnits"]
    workloads = next(each["Id"] for each in units if each["Name"] == "Workloads")
    found = planned(
        through, action_type="APPLY_SCP_POLICY", policy_id=policy, target_ids=[workloads, ACCOUNT]
    )
    assert found["policy"]["denies"] == ["ec2: RunInstances"]
    assert [each["name"] for each in found["accounts"]] == ["data", "production", "company"]
    assert found["accounts"][2]["notes"] == [
        "a service control policy binds nobody in the management account"
    ]


def test_a_dry_run_says_what_a_role_loses_and_a_second_look_sees_it_lost(through: Pipeline) -> None:
    asked = {"action_type": "APPLY_IAM_POLICY", "policy_arn": DENY_ALL, "target_roles": "DeveloperRole"}
    [role] = planned(through, **asked)["principals"]
    assert role["may_no_longer"] == role["may_today"]
    assert role["keeps"] == []
    succeeded(through.act("create_budget_actions", **LEVELS))
    refresh()
    assert restrictions() == [DENY_ALL]
    [again] = planned(through, **asked)["principals"]
    assert (again["may_today"], again["may_no_longer"]) == ([], [])
