"""Approving, retrying, reversing and resetting budget actions: which of them can be, and why the others cannot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tools.domain.advice import Advice
from tools.domain.budget_action_states import (
    BudgetActionStatus,
    ExecutionType,
    allowed_executions,
    allowing,
    is_in_progress,
    state_of,
)
from tools.domain.budget_actions import ApprovalModel, BudgetAction, restriction_in_words
from tools.domain.errors import NotAllowedInState, ResourceLocked
from tools.domain.quoting import quoted


@dataclass(frozen=True, slots=True)
class Plan:
    """The budget actions that can be asked for it, and those that cannot in their present state."""

    possible: tuple[BudgetAction, ...]
    impossible: tuple[BudgetAction, ...]


def plan_of(execution: ExecutionType, actions: Sequence[BudgetAction]) -> Plan:
    """Which of the budget actions are in a state that allows it."""
    possible = tuple(each for each in actions if execution in allowed_executions(each.status))
    return Plan(possible, tuple(each for each in actions if each not in possible))


def require_something(name: str, execution: ExecutionType, plan: Plan, next_period: datetime | None) -> None:
    """Raise where none of the budget actions can be asked for it, saying of each what it waits for.

    ResourceLocked while AWS is working on one of them, NotAllowedInState otherwise.
    """
    if plan.possible:
        return
    details = {
        "budget_actions": [
            {
                "action_id": each.id,
                "status": each.status,
                "can_do": [allowed.value for allowed in allowed_executions(each.status)],
                "why": why_not(each, execution, next_period),
            }
            for each in plan.impossible
        ],
        "allowed_in": [each.value for each in allowing(execution)],
    }
    if not plan.impossible:
        raise NotAllowedInState(
            f"Budget {quoted(name)} has no budget actions, so there is nothing to {execution.verb}; "
            "create_budget_actions attaches one.",
            details,
        )
    reasons = " ".join(why_not(each, execution, next_period) for each in plan.impossible)
    error = (
        ResourceLocked if any(is_in_progress(each.status) for each in plan.impossible) else NotAllowedInState
    )
    raise error(f"Nothing of {quoted(name)} can be {_done(execution)} now. {reasons}", details)


def why_not(action: BudgetAction, execution: ExecutionType, next_period: datetime | None = None) -> str:
    """In what state the action is, why that does not allow it, what can be done and when."""
    states = " or ".join(allowing(execution))
    return (
        f"Budget action {action.id} is in {action.status}, and to {execution.verb} it takes {states}. "
        f"{what_next(action, next_period)}"
    )


def what_next(action: BudgetAction, next_period: datetime | None = None) -> str:
    """What the state means, what it waits for, and what a person can do now, in whole sentences.

    `next_period` is the start of the budget's next period, where it is known.
    """
    state = state_of(action.status)
    begins = f" The next period begins on {next_period:%Y-%m-%d}." if next_period is not None else ""
    can = " or ".join(each.value for each in allowed_executions(action.status))
    now = f" Now possible: execute_budget_action with {can}." if can else ""
    return f"{state.meaning[0].upper()}{state.meaning[1:]}. It waits for {_waits_for(action)}.{begins}{now}"


def _waits_for(action: BudgetAction) -> str:
    """What the state waits for, and on standby what follows then."""
    waits_for = state_of(action.status).waits_for
    if action.status != BudgetActionStatus.STANDBY:
        return waits_for
    is_automatic = action.definition.approval_model is ApprovalModel.AUTOMATIC
    return f"{waits_for}; then {'AWS acts at once' if is_automatic else 'it asks for approval'}"


def advice_on_execution(
    execution: ExecutionType, actions: Sequence[BudgetAction], next_period: datetime | None
) -> list[Advice]:
    """What follows for those that are approved, retried, reversed or reset."""
    if not actions:
        return []
    until = f" before {next_period:%Y-%m-%d}" if next_period is not None else " in this budget period"
    match execution:
        case ExecutionType.APPROVE_BUDGET_ACTION:
            return [Advice("RESTRICTS_NOW", f"AWS restricts within minutes: {_restrictions(actions)}.")]
        case ExecutionType.REVERSE_BUDGET_ACTION:
            return [
                Advice(
                    "NOT_WATCHED_UNTIL_RESET",
                    f"What is reversed does not act again{until}, however much is spent, unless it is reset.",
                )
            ]
        case ExecutionType.RESET_BUDGET_ACTION:
            return [
                Advice(
                    "MAY_ACT_AGAIN",
                    "What is reset is looked at again: if its threshold is still exceeded at AWS's next refresh, "
                    "it acts, or asks for approval, once more.",
                )
            ]
        case ExecutionType.RETRY_BUDGET_ACTION:
            return []


def _restrictions(actions: Sequence[BudgetAction]) -> str:
    return "; ".join(restriction_in_words(each.definition.target) for each in actions)


def _done(execution: ExecutionType) -> str:
    return {
        ExecutionType.APPROVE_BUDGET_ACTION: "approved",
        ExecutionType.RETRY_BUDGET_ACTION: "retried",
        ExecutionType.REVERSE_BUDGET_ACTION: "reversed",
        ExecutionType.RESET_BUDGET_ACTION: "reset",
    }[execution]
