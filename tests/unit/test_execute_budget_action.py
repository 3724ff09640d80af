"""execute_budget_action: what is done in which state, what is refused with which explanation, what is recorded."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.builders import ACCOUNT, MAIL, a_budget
from tests.fakes import FakeBudgets, gateways_with
from tools.actions.execute_budget_action import ExecuteBudgetActionResult, execute_budget_action
from tools.domain.budget import Budget
from tools.domain.budget_action_states import (
    BudgetActionStatus,
    ExecutionType,
    allowed_executions,
    is_in_progress,
)
from tools.domain.budget_actions import (
    ApprovalModel,
    BudgetAction,
    BudgetActionDefinition,
    IamPolicyTarget,
)
from tools.domain.budget_steps import BudgetStep, ExecuteAction
from tools.domain.errors import (
    AccessDenied,
    AwsUnavailable,
    BudgetNotFound,
    InvalidParameters,
    NotAllowedInState,
    ResourceLocked,
)
from tools.domain.notifications import NotificationType, Threshold
from tools.domain.periods import TimeUnit


def an_action(number: int = 1, status: str = "PENDING", percent: int = 110, **changes: Any) -> BudgetAction:
    definition = BudgetActionDefinition(
        budget_name="x",
        notification_type=NotificationType.ACTUAL,
        threshold=Threshold(Decimal(percent)),
        target=IamPolicyTarget(policy_arn="arn:aws:iam::aws:policy/AWSDenyAll", roles=("Developer",)),
        execution_role_arn=f"arn:aws:iam::{ACCOUNT}:role/budget-actions",
        approval_model=ApprovalModel.MANUAL,
        subscribers=(MAIL,),
    )
    return BudgetAction(
        id=f"00000000-0000-0000-0000-{number:012d}",
        definition=replace(definition, **changes),
        status=status,
    )


def holding(
    *actions: BudgetAction, fake: FakeBudgets | None = None, budget: Budget | None = None
) -> FakeBudgets:
    held = fake or FakeBudgets()
    held.budgets["x"] = budget or a_budget("x")
    held.actions["x"] = list(actions)
    return held


def execute(fake: FakeBudgets, what: str, **parameters: Any) -> ExecuteBudgetActionResult:
    given = {"budget_name": "x", "execution_type": what, "reason": "Spend ran away", **parameters}
    result = execute_budget_action.run(given, gateways_with(fake_budgets=fake))
    assert isinstance(result, ExecuteBudgetActionResult)
    return result


def statuses(fake: FakeBudgets) -> list[str]:
    return [each.status for each in fake.actions["x"]]


@pytest.mark.parametrize("execution", list(ExecutionType))
@pytest.mark.parametrize("status", list(BudgetActionStatus))
def test_what_the_state_allows_is_done_and_everything_else_is_refused_before_aws_is_asked(
    status: BudgetActionStatus, execution: ExecutionType
) -> None:
    fake = holding(an_action(1, status))
    if execution in allowed_executions(status):
        result = execute(fake, execution)
        assert (result.executed, result.budget_actions[0].status_before) == (1, status)
        assert fake.steps == [ExecuteAction(an_action(1).id, execution)]
        return
    with pytest.raises(ResourceLocked) as caught:
        execute(fake, execution)
    error = caught.value
    assert error.retryable is is_in_progress(status)
    assert (isinstance(error, NotAllowedInState), fake.steps) == (not error.retryable, [])
    assert status in error.message
    [told] = error.details["budget_actions"]
    assert told["can_do"] == [each.value for each in allowed_executions(status)]


def test_a_refusal_says_in_what_state_it_is_what_it_waits_for_and_what_is_possible_instead() -> None:
    with pytest.raises(NotAllowedInState) as caught:
        execute(holding(an_action(1, "REVERSE_SUCCESS")), "approve")
    message = caught.value.message
    assert "is in REVERSE_SUCCESS, and to approve it takes PENDING" in message
    assert "not looked at again in this budget period" in message
    assert "The next period begins on 2026-11-01" in message
    assert "Now possible: execute_budget_action with RESET_BUDGET_ACTION" in message


def test_nobody_can_set_off_an_action_before_its_threshold_is_crossed() -> None:
    with pytest.raises(NotAllowedInState, match="nobody can set it off before; then it asks for approval"):
        execute(holding(an_action(1, "STANDBY")), "approve")
    automatic = an_action(1, "STANDBY", approval_model=ApprovalModel.AUTOMATIC)
    with pytest.raises(NotAllowedInState, match="nobody can set it off before; then AWS acts at once"):
        execute(holding(automatic), "approve")


@pytest.mark.parametrize("reason", [None, "  "])
def test_an_approval_needs_a_reason_and_nothing_else_does(reason: str | None) -> None:
    fake = holding(an_action(1, "PENDING"))
    with pytest.raises(InvalidParameters) as caught:
        execute(fake, "approve", reason=reason)
    assert [each["parameter"] for each in caught.value.details["problems"]] == ["reason"]
    assert fake.steps == []
    assert execute(fake, "approve", reason=reason, dry_run=True).executed == 1
    assert execute(holding(an_action(1, "EXECUTION_SUCCESS")), "reverse", reason=reason).executed == 1


def test_an_approval_is_recorded_with_what_was_approved_and_what_it_does() -> None:
    change = execute(holding(an_action(1), an_action(2, "STANDBY")), "approve").recorded_change()
    identifier = an_action(1).id
    assert change.before == {
        "execution_type": "APPROVE_BUDGET_ACTION",
        "budget_actions": {identifier: "PENDING"},
    }
    assert change.after is not None
    assert change.after["budget_actions"] == {identifier: "EXECUTION_SUCCESS"}
    assert change.after["does"] == {identifier: "arn:aws:iam::aws:policy/AWSDenyAll on role Developer"}


def test_all_of_a_budget_are_the_ones_whose_state_allows_it_and_the_others_are_explained() -> None:
    fake = holding(
        an_action(1, "EXECUTION_SUCCESS"), an_action(2, "STANDBY"), an_action(3, "REVERSE_FAILURE")
    )
    result = execute(fake, "REVERSE_BUDGET_ACTION")
    assert (result.executed, statuses(fake)) == (2, ["REVERSE_SUCCESS", "STANDBY", "REVERSE_SUCCESS"])
    assert [each.executed for each in result.budget_actions] == [True, False, True]
    left = result.budget_actions[1]
    assert (left.status, left.can_do) == ("STANDBY", [])
    assert left.next is not None
    assert "to reverse it takes EXECUTION_SUCCESS or REVERSE_FAILURE" in left.next


def test_one_action_can_be_picked_and_an_unknown_one_is_named_with_those_there_are() -> None:
    fake = holding(an_action(1), an_action(2))
    execute(fake, "approve", action_id=an_action(2).id)
    assert statuses(fake) == ["PENDING", "EXECUTION_SUCCESS"]
    with pytest.raises(InvalidParameters) as caught:
        execute(fake, "approve", action_id="another")
    [problem] = caught.value.details["problems"]
    assert (problem["parameter"], an_action(1).id in problem["allowed"]) == ("action_id", True)


def test_a_dry_run_shows_the_calls_and_makes_none() -> None:
    fake = holding(an_action(1), an_action(2, "STANDBY"))
    result = execute(fake, "approve", dry_run=True)
    assert (result.executed, result.done, fake.steps) == (1, [], [])
    assert result.calls is not None
    [call] = result.calls
    assert (call.operation, call.request["ExecutionType"]) == ("ExecuteBudgetAction", "APPROVE_BUDGET_ACTION")
    assert [each.code for each in result.warnings] == ["RESTRICTS_NOW"]


@pytest.mark.parametrize(
    ("status", "what", "code", "words"),
    [
        ("EXECUTION_SUCCESS", "reverse", "NOT_WATCHED_UNTIL_RESET", "before 2026-11-01"),
        ("REVERSE_SUCCESS", "reset", "MAY_ACT_AGAIN", "once more"),
        ("PENDING", "approve", "RESTRICTS_NOW", "AWSDenyAll on role Developer"),
    ],
)
def test_what_follows_is_said(status: str, what: str, code: str, words: str) -> None:
    [warning] = execute(holding(an_action(1, status)), what).warnings
    assert (warning.code, words in warning.message) == (code, True)


def test_a_budget_in_its_last_period_has_no_next_one() -> None:
    fake = holding(an_action(1, "EXECUTION_SUCCESS"), budget=a_budget("x", time_unit=TimeUnit.CUSTOM))
    result = execute(fake, "reverse")
    assert result.next_period is None
    assert "in this budget period" in result.warnings[0].message


def test_a_budget_without_actions_has_nothing_to_execute() -> None:
    with pytest.raises(NotAllowedInState, match="has no budget actions, so there is nothing to reverse"):
        execute(holding(), "reverse")


def test_a_budget_that_does_not_exist_is_not_found() -> None:
    with pytest.raises(BudgetNotFound):
        execute(FakeBudgets(), "reverse")


def test_a_failure_half_way_says_how_far_it_came_and_the_same_request_does_the_rest() -> None:
    fake = FailingAtThe(second=AwsUnavailable("AWS did not answer."))
    holding(an_action(1), an_action(2), an_action(3), fake=fake)
    with pytest.raises(AwsUnavailable, match="is changed in part") as caught:
        execute(fake, "approve")
    details = caught.value.details
    assert details["done"] == [f"approve budget action {an_action(1).id}"]
    assert details["failed"] == f"approve budget action {an_action(2).id}"
    assert statuses(fake) == ["EXECUTION_SUCCESS", "PENDING", "PENDING"]
    assert execute(fake, "approve").executed == 2
    assert statuses(fake) == ["EXECUTION_SUCCESS"] * 3


def test_a_call_that_boto_sent_twice_because_a_reply_was_lost_counts_as_done() -> None:
    fake = FailingAtThe(second=ResourceLocked("This method is not allowed during ..."), after=True)
    holding(an_action(1), an_action(2), an_action(3), fake=fake)
    result = execute(fake, "approve")
    assert (len(result.done), statuses(fake)) == (3, ["EXECUTION_SUCCESS"] * 3)


def test_an_action_that_somebody_else_changed_in_between_is_told_as_aws_tells_it() -> None:
    fake = FailingAtThe(second=ResourceLocked("This method is not allowed during [ActionStatus: Standby]"))
    holding(an_action(1), an_action(2), fake=fake)
    with pytest.raises(ResourceLocked, match="not allowed during"):
        execute(fake, "approve")


def test_what_cannot_be_read_around_it_is_said_and_the_execution_stands() -> None:
    fake = holding(an_action(1))
    fake.failing["get_budget"] = AccessDenied("no")
    result = execute(fake, "approve")
    assert (result.next_period, [each.part for each in result.incomplete]) == (None, ["next budget period"])
    assert statuses(fake) == ["EXECUTION_SUCCESS"]


@pytest.mark.parametrize("given", ["approve", "APPROVE", "Approve_Budget_Action", " approve "])
def test_the_verb_alone_is_understood(given: str) -> None:
    assert execute(holding(an_action(1)), given).execution_type == "APPROVE_BUDGET_ACTION"


class FailingAtThe(FakeBudgets):
    """Fails once at the second execution, before or after it was carried out."""

    def __init__(self, *, second: Exception, after: bool = False) -> None:
        super().__init__()
        self._error, self._after, self._calls = second, after, 0

    def apply(self, account_id: str, name: str, step: BudgetStep) -> None:
        self._calls += 1
        if self._calls != 2:
            super().apply(account_id, name, step)
            return
        if self._after:
            super().apply(account_id, name, step)
        raise self._error
