"""The state machine of budget actions: complete, without dead ends, and the embedded AWS's own."""

from __future__ import annotations

import botocore.session
import pytest

from local.budgets.actions import ALLOWED_WORK
from tools.domain.budget_action_states import (
    STATES,
    TRANSITIONS,
    AwsEvent,
    BudgetActionStatus,
    ExecutionType,
    Restricts,
    allowed_executions,
    allowing,
    is_in_progress,
    leads_to,
    state_of,
)

STATUSES = list(BudgetActionStatus)


def test_states_and_executions_are_those_of_the_service_model() -> None:
    model = botocore.session.get_session().get_service_model("budgets")
    assert set(model.shape_for("ActionStatus").metadata["enum"]) == set(BudgetActionStatus)
    assert set(model.shape_for("ExecutionType").metadata["enum"]) == set(ExecutionType)
    assert set(STATES) == set(BudgetActionStatus)


@pytest.mark.parametrize("execution", list(ExecutionType))
@pytest.mark.parametrize("status", STATUSES)
def test_what_is_allowed_when_is_what_the_embedded_aws_allows(
    status: BudgetActionStatus, execution: ExecutionType
) -> None:
    work = ALLOWED_WORK[execution.value].get(status.value)
    assert (execution in allowed_executions(status)) == (work is not None) == (status in allowing(execution))
    if work is not None:
        assert f"{work}_IN_PROGRESS" in leads_to(status, execution)
    else:
        assert leads_to(status, execution) == frozenset()


@pytest.mark.parametrize("status", STATUSES)
def test_no_state_is_a_dead_end_and_every_state_can_be_reached(status: BudgetActionStatus) -> None:
    assert [each for each in TRANSITIONS if each.start is status]
    assert [each for each in TRANSITIONS if each.end is status and each.start is not status]


@pytest.mark.parametrize("status", STATUSES)
def test_a_state_restricts_exactly_as_the_way_into_it_says(status: BudgetActionStatus) -> None:
    restricts = state_of(status).restricts
    if status in (BudgetActionStatus.EXECUTION_SUCCESS, BudgetActionStatus.REVERSE_FAILURE):
        assert restricts is Restricts.YES
    if ExecutionType.REVERSE_BUDGET_ACTION in allowed_executions(status):
        assert restricts is not Restricts.NO
    if any(each.start is status and each.cause is AwsEvent.CROSSED_MANUAL for each in TRANSITIONS):
        assert restricts is Restricts.NO


def test_while_aws_works_nothing_can_be_asked() -> None:
    busy = [each for each in STATUSES if is_in_progress(each)]
    assert busy == [each for each in STATUSES if each.endswith("_IN_PROGRESS")]
    assert all(allowed_executions(each) == () for each in busy)


def test_an_approval_leads_to_execution_whatever_becomes_of_it() -> None:
    assert leads_to("PENDING", ExecutionType.APPROVE_BUDGET_ACTION) == {
        BudgetActionStatus.EXECUTION_IN_PROGRESS,
        BudgetActionStatus.EXECUTION_SUCCESS,
        BudgetActionStatus.EXECUTION_FAILURE,
    }


def test_a_state_that_aws_adds_is_said_to_be_unknown_and_allows_nothing() -> None:
    assert "does not know" in state_of("SNOOZED").meaning
    assert (allowed_executions("SNOOZED"), is_in_progress("SNOOZED")) == ((), False)
