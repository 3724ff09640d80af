"""Budget actions through the handler on the embedded AWS: restricted, listed, taken back, and when AWS fails."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import boto3
import pytest

from tests.embedded import STATE_TABLE, environment, make_state_table, the_server
from tests.integration.test_changing_budgets import DENY_ALL, NAME, an_action_on, refused, succeeded
from tests.lambda_context import Context
from tests.pipeline import Pipeline, pipeline

ONE_TRY = {"AWS_ATTEMPTS": "1", "AWS_READ_TIMEOUT": "1"}


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
