"""delete_budget: confirmation, restrictions in force, failures half-way, and requests that make it again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.builders import ACCOUNT, MAIL, a_budget, a_notification, usd
from tests.fakes import FakeBudgets, gateways_with
from tools.actions.create_budget import create_budget
from tools.actions.create_budget_actions import create_budget_actions
from tools.actions.delete_budget import DeleteBudgetResult, delete_budget
from tools.domain.budget import AutoAdjust, AutoAdjustType, Budget
from tools.domain.budget_actions import (
    ApprovalModel,
    BudgetAction,
    BudgetActionDefinition,
    BudgetActionTarget,
    IamPolicyTarget,
    InstancesTarget,
    ScpTarget,
    SsmActionSubType,
)
from tools.domain.budget_steps import DeleteAction, DeleteBudget
from tools.domain.budget_types import BUDGET_TYPES, USAGE, BudgetType
from tools.domain.definition_changes import standing_definition
from tools.domain.errors import (
    AccessDenied,
    AwsUnavailable,
    BudgetNotFound,
    InvalidParameters,
    ResourceLocked,
)
from tools.domain.notifications import NotificationType, Subscriber, Threshold, ThresholdType
from tools.domain.periods import END_OF_TIME, TimeUnit, periods_from
from tools.domain.scope import CostTypes, Scope, scope_by
from tools.domain.subscriber_channels import ChannelName

EC2 = "Amazon Elastic Compute Cloud - Compute"
TOPIC = Subscriber(ChannelName.SNS, f"arn:aws:sns:us-east-1:{ACCOUNT}:alerts")
DENY_ALL = "arn:aws:iam::aws:policy/AWSDenyAll"
ON_DEVELOPERS = IamPolicyTarget(policy_arn=DENY_ALL, roles=("Developer",), users=("ada",))
OCTOBER = datetime(2026, 10, 1, tzinfo=UTC)


def an_action(
    number: int = 1, status: str = "STANDBY", target: BudgetActionTarget = ON_DEVELOPERS
) -> BudgetAction:
    return BudgetAction(
        id=f"00000000-0000-0000-0000-{number:012d}",
        status=status,
        definition=BudgetActionDefinition(
            budget_name="a-budget",
            notification_type=NotificationType.ACTUAL,
            threshold=Threshold(Decimal("92.5")),
            target=target,
            execution_role_arn=f"arn:aws:iam::{ACCOUNT}:role/execution",
            approval_model=ApprovalModel.AUTOMATIC,
            subscribers=(MAIL, TOPIC),
        ),
    )


def holding(budget: Budget, *actions: BudgetAction) -> FakeBudgets:
    fake = FakeBudgets(budgets={budget.name: budget})
    fake.actions[budget.name] = list(actions)
    return fake


def delete(fake: FakeBudgets, **parameters: Any) -> DeleteBudgetResult:
    asked = {"budget_name": "a-budget", "confirm": "a-budget", **parameters}
    result = delete_budget.run(asked, gateways_with(fake_budgets=fake))
    assert isinstance(result, DeleteBudgetResult)
    return result


def test_actions_go_first_and_then_the_budget() -> None:
    fake = holding(a_budget(notifications=(a_notification(),)), an_action(1), an_action(2, "PENDING"))
    result = delete(fake)
    assert fake.steps == [DeleteAction(an_action(1).id), DeleteAction(an_action(2).id), DeleteBudget()]
    assert (fake.budgets, result.deleted, result.restrictions_left) == ({}, True, [])
    assert [each.action_id for each in result.budget_actions] == [an_action(1).id, an_action(2).id]
    assert [each.code for each in result.warnings] == ["HISTORY_IS_LOST"]


@pytest.mark.parametrize("confirm", [None, "A-Budget", "a-budget ", ""])
def test_without_its_exact_name_nothing_is_deleted_and_the_name_is_said(confirm: str | None) -> None:
    fake = holding(a_budget())
    with pytest.raises(InvalidParameters) as caught:
        delete(fake, confirm=confirm)
    [problem] = caught.value.details["problems"]
    assert (problem["parameter"], problem["allowed"], fake.steps) == ("confirm", "'a-budget'", [])


@pytest.mark.parametrize("status", ["EXECUTION_SUCCESS", "REVERSE_FAILURE"])
def test_a_restriction_in_force_is_not_left_behind_unknowingly(status: str) -> None:
    fake = holding(a_budget(), an_action(1), an_action(2, status))
    with pytest.raises(InvalidParameters, match="AWSDenyAll on role Developer, user ada") as caught:
        delete(fake, confirm="x")
    assert [each["parameter"] for each in caught.value.details["problems"]] == [
        "confirm",
        "leave_restrictions",
    ]
    assert fake.steps == []
    result = delete(fake, leave_restrictions=True)
    [left] = result.restrictions_left
    assert (left.action_id, left.restricted) == (an_action(2).id, ["role Developer", "user ada"])
    assert [each.code for each in result.warnings] == ["HISTORY_IS_LOST", "RESTRICTIONS_STAY"]
    assert fake.budgets == {}


@pytest.mark.parametrize("status", ["STANDBY", "PENDING", "REVERSE_SUCCESS", "RESET_FAILURE"])
def test_an_action_that_restricts_nobody_goes_without_a_question(status: str) -> None:
    assert delete(holding(a_budget(), an_action(1, status))).restrictions_left == []


def test_an_execution_that_failed_may_have_left_a_part() -> None:
    result = delete(holding(a_budget(), an_action(1, "EXECUTION_FAILURE")))
    assert [each.code for each in result.warnings] == ["HISTORY_IS_LOST", "MAY_BE_RESTRICTED"]


@pytest.mark.parametrize("status", ["EXECUTION_IN_PROGRESS", "REVERSE_IN_PROGRESS", "RESET_IN_PROGRESS"])
def test_while_aws_is_working_on_an_action_nothing_is_deleted(status: str) -> None:
    fake = holding(a_budget(), an_action(1), an_action(2, status))
    with pytest.raises(ResourceLocked, match="Nothing was deleted") as caught:
        delete(fake, leave_restrictions=True)
    assert (caught.value.details["locked"], fake.steps) == ([an_action(2).id], [])


def test_a_dry_run_needs_no_confirmation_and_deletes_nothing() -> None:
    fake = holding(a_budget(notifications=(a_notification(),)), an_action())
    result = delete(fake, confirm=None, dry_run=True)
    assert (result.deleted, result.done, fake.steps) == (False, [], [])
    assert result.calls is not None
    assert [each.operation for each in result.calls] == ["DeleteBudgetAction", "DeleteBudget"]
    assert result.restore.create_budget.parameters["amount"] == "100"


def test_a_failure_half_way_says_what_is_gone_and_how_to_make_it_again() -> None:
    fake = holding(a_budget(notifications=(a_notification(),)), an_action())
    fake.failing["DeleteBudget"] = AwsUnavailable("AWS did not answer.")
    with pytest.raises(AwsUnavailable, match="is changed in part") as caught:
        delete(fake)
    details = caught.value.details
    assert (details["done"], details["failed"], details["not_done"]) == (
        [f"delete budget action {an_action().id}"],
        "delete the budget",
        [],
    )
    assert len(details["restore"]["create_budget_actions"]) == 1
    fake.failing.clear()
    assert delete(fake).deleted
    with pytest.raises(BudgetNotFound):
        delete(fake)


@pytest.mark.parametrize("method", ["budget_actions_of", "notifications_of", "tags_of"])
def test_what_could_not_be_made_again_is_not_deleted(method: str) -> None:
    fake = holding(a_budget(), an_action())
    fake.failing[method] = AccessDenied("no")
    with pytest.raises(AccessDenied):
        delete(fake)
    assert fake.steps == []


def made_again(fake: FakeBudgets) -> None:
    """Delete the budget and send what the reply says, as it says it."""
    gateways = gateways_with(fake_budgets=fake)
    restore = delete(fake).model_dump(mode="json")["restore"]
    assert create_budget.run(restore["create_budget"]["parameters"], gateways)
    for each in restore["create_budget_actions"]:
        assert create_budget_actions.run(each["parameters"], gateways).model_dump()["created"]


PLAN = {start: usd(100) for start in periods_from(TimeUnit.MONTHLY, OCTOBER, 12)}
USED = scope_by("UsageTypeGroup", "EC2: Running Hours")
BUDGETS = {
    "limit": a_budget(limit=100, ends=END_OF_TIME),
    "end": a_budget(ends=datetime(2027, 5, 1, 6, tzinfo=UTC)),
    "plan": a_budget(planned=PLAN),
    "plan of usage": a_budget(type=USAGE, scope=USED, planned=PLAN),
    "average": a_budget(auto_adjust=AutoAdjust(type=AutoAdjustType.HISTORICAL, periods=3)),
    "adjusting usage": a_budget(type=USAGE, scope=USED, auto_adjust=AutoAdjust(type=AutoAdjustType.FORECAST)),
    "filters": a_budget(
        scope=Scope(
            filters={
                "Service": (EC2,),
                "TagKeyValue": ("user:team$data", "aws:createdBy$x"),
                "CostCategory": ("Department$Research",),
                "AZ": ("us-east-1a", "us-east-1b"),
            },
            cost_types=CostTypes(include_credit=False, use_amortized=True),
        )
    ),
    "expression": a_budget(
        scope=Scope(
            expression={"Not": {"Dimensions": {"Key": "SERVICE", "Values": [EC2]}}}, metric="NetUnblendedCost"
        )
    ),
    "metric alone": a_budget(scope=Scope(metric="NetAmortizedCost")),
    "notifications": a_budget(
        notifications=(
            a_notification("99.5", subscribers=(MAIL, TOPIC)),
            a_notification(50, on=NotificationType.FORECASTED, threshold_type=ThresholdType.ABSOLUTE_VALUE),
        )
    ),
}


@pytest.mark.parametrize("budget", BUDGETS.values(), ids=list(BUDGETS))
def test_what_the_reply_says_makes_the_same_budget_again(budget: Budget) -> None:
    fake = holding(replace(budget, notifications=budget.notifications or ()))
    fake.tags["a-budget", None] = {"team": "data"}
    made_again(fake)
    again = fake.budgets["a-budget"]
    now = gateways_with().clock.now()
    assert standing_definition(again.definition, now) == standing_definition(budget.definition, now)
    assert again.notifications == (budget.notifications or ())
    assert fake.tags["a-budget", None] == {"team": "data"}


@pytest.mark.parametrize("type", BUDGET_TYPES.values(), ids=lambda each: each.name)
def test_a_budget_of_every_type_can_be_made_again(type: BudgetType) -> None:
    scope = scope_by("Service", EC2) if type.needs_service else USED if type is USAGE else Scope()
    budget = a_budget(type=type, scope=scope, notifications=(a_notification(70, type=type),))
    fake = holding(budget)
    made_again(fake)
    assert fake.budgets["a-budget"].definition == budget.definition
    assert fake.budgets["a-budget"].notifications == budget.notifications


@pytest.mark.parametrize(
    "target",
    [
        ON_DEVELOPERS,
        ScpTarget(policy_id="p-12345678", target_ids=("210000000004",)),
        InstancesTarget(
            sub_type=SsmActionSubType.STOP_EC2_INSTANCES,
            region="us-east-1",
            instance_ids=("i-0123456789abcdef0",),
        ),
    ],
    ids=["policy", "service control policy", "instances"],
)
def test_its_budget_actions_can_be_made_again(target: BudgetActionTarget) -> None:
    wanted = an_action(1, target=target)
    fake = holding(a_budget(notifications=(a_notification(),)), wanted)
    fake.tags["a-budget", wanted.id] = {"team": "data"}
    made_again(fake)
    assert fake.created_actions == [wanted.definition]
    assert fake.tags["a-budget", fake.actions["a-budget"][0].id] == {"team": "data"}


def test_what_this_agent_would_not_create_is_said_before_it_is_missed() -> None:
    result = delete(holding(a_budget(scope=scope_by("SomethingNew", "x"))))
    assert "RESTORE_WOULD_BE_REFUSED" in [each.code for each in result.warnings]
