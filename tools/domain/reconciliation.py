"""Reconciliation: what to do with a budget action now, so that nobody stays restricted by neglect.

A restriction is taken back when its cause is gone, put on watch again when it can do no harm, and what failed is
tried again within bounds. Decided from AWS's state, the budget's figures and the record; every decision says why.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from tools.domain.action_records import ActionRecord
from tools.domain.budget_action_states import BudgetActionStatus, ExecutionType, is_in_progress
from tools.domain.budget_actions import BudgetAction
from tools.domain.crossings import is_stale_at, reason_to_hold_back
from tools.domain.money import Spend
from tools.domain.notifications import NotificationType
from tools.domain.standing import Standing

MOST_TRIES = 3
STUCK_AFTER = timedelta(hours=1)
DEFAULT_RELEASE_PERCENT = Decimal(90)

_S, _E = BudgetActionStatus, ExecutionType


class ReleaseMode(StrEnum):
    """Who takes a restriction back when its cause is gone: the agent, or a person whom it tells."""

    AUTOMATIC = "AUTOMATIC"
    MANUAL = "MANUAL"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasePolicy:
    """How a budget's restrictions are taken back.

    `percent` is of the budget action's threshold: spend has to fall under it, unless somebody raised the limit.
    The distance keeps an amount that swings around the threshold from restricting and releasing in turn.
    """

    mode: ReleaseMode = ReleaseMode.AUTOMATIC
    percent: Decimal = DEFAULT_RELEASE_PERCENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What the agent does with a budget action, None for nothing, and why.

    `needs_person` tells that somebody has to look at it; then `remind_after` is how long after its state began
    people are told so.
    """

    execution: ExecutionType | None
    why: str
    needs_person: bool = False
    remind_after: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class _Figures:
    """The figure that a budget action watches, and its threshold as an amount under the present limit."""

    value: Spend
    at: Spend
    limit: Spend

    @property
    def is_past(self) -> bool:
        return self.value.amount > self.at.amount

    def is_under(self, percent: Decimal) -> bool:
        return self.value.amount <= self.at.amount * percent / 100


def decided(
    action: BudgetAction,
    record: ActionRecord,
    standing: Standing | None,
    policy: ReleasePolicy,
    now: datetime,
) -> Decision:
    """What to do with a budget action that is in the state of its record. `standing` is None for a budget whose
    figures could not be read."""
    if is_in_progress(action.status):
        return _while_aws_works(record, now)
    figures, unknown = _figures(action, standing)
    match action.status:
        case _S.STANDBY:
            return Decision(execution=None, why="It stands by.")
        case _S.PENDING:
            return _pending(figures)
        case _S.EXECUTION_SUCCESS:
            return _restricting(record, figures, unknown, policy)
        case _S.EXECUTION_FAILURE:
            return _not_restricted(record, figures, unknown)
        case _S.REVERSE_FAILURE:
            return _again(record, _E.RETRY_BUDGET_ACTION, "Taking the restriction back failed")
        case _S.RESET_FAILURE:
            return _again(record, _E.RESET_BUDGET_ACTION, "Putting it back on watch failed")
        case _S.REVERSE_SUCCESS:
            return _released(figures, unknown)
    return Decision(
        execution=None, why=f"AWS calls its state {action.status}, which is not known.", needs_person=True
    )


def _figures(action: BudgetAction, standing: Standing | None) -> tuple[_Figures | None, str]:
    """The figures, or why nothing may be concluded from them."""
    if standing is None:
        return None, "the budget could not be read"
    reason = reason_to_hold_back(standing)
    if reason is not None:
        return None, reason
    if is_stale_at(standing.budget.refreshed, standing.at):
        return None, "its figures are older than a day"
    is_actual = action.definition.notification_type is NotificationType.ACTUAL
    value = standing.actual if is_actual else standing.forecasted
    limit = standing.limit
    if value is None or limit is None or value.unit != limit.unit:
        return None, "AWS has no forecast for it now"
    return _Figures(value, action.definition.threshold.amount_of(limit), limit), ""


def _while_aws_works(record: ActionRecord, now: datetime) -> Decision:
    if now - record.since < STUCK_AFTER:
        return Decision(execution=None, why="AWS is working on it.")
    return Decision(
        execution=None,
        why=f"AWS has been working on it since {record.since:%Y-%m-%d %H:%M} UTC, longer than an hour; open a "
        "case with AWS if it stays so.",
        needs_person=True,
    )


def _pending(figures: _Figures | None) -> Decision:
    why = "It waits for approval with execute_budget_action."
    if figures is not None and not figures.is_past:
        why = (
            f"It waits for approval, and {figures.value.in_words()} is not past its threshold of "
            f"{figures.at.in_words()} any more: approving it would restrict without a cause."
        )
    return Decision(execution=None, why=why, needs_person=True, remind_after=timedelta(days=1))


def _restricting(
    record: ActionRecord, figures: _Figures | None, unknown: str, policy: ReleasePolicy
) -> Decision:
    if figures is None:
        return Decision(execution=None, why=f"The restriction stays for now: {unknown}.")
    value, at = figures.value.in_words(), figures.at.in_words()
    if figures.is_past:
        return Decision(execution=None, why=f"The restriction stays: {value} is past its threshold of {at}.")
    raised = record.limit is not None and figures.limit.unit == record.limit.unit
    raised = raised and record.limit is not None and figures.limit.amount > record.limit.amount
    if not raised and not figures.is_under(policy.percent):
        release_at = figures.at.times(policy.percent / 100).in_words()
        return Decision(
            execution=None,
            why=f"The restriction stays: {value} is under its threshold of {at}, and not yet under {release_at}, "
            "from which it is released.",
        )
    cause = (
        f"the limit was raised to {figures.limit.in_words()}, and {value} is under the threshold of {at}"
        if raised
        else f"{value} has fallen under {policy.percent.normalize():f} % of the threshold of {at}"
    )
    if policy.mode is ReleaseMode.AUTOMATIC:
        return Decision(execution=_E.REVERSE_BUDGET_ACTION, why=f"The restriction is released: {cause}.")
    return Decision(
        execution=None,
        why=f"The restriction has no cause any more, since {cause}; this budget is released by a person, with "
        "execute_budget_action and REVERSE_BUDGET_ACTION.",
        needs_person=True,
    )


def _not_restricted(record: ActionRecord, figures: _Figures | None, unknown: str) -> Decision:
    if figures is None:
        return Decision(
            execution=None, why=f"It failed, and is not tried again for now: {unknown}.", needs_person=True
        )
    if not figures.is_past:
        return Decision(
            execution=None,
            why=f"It failed, and {figures.value.in_words()} is not past its threshold of {figures.at.in_words()} "
            "any more: it is not tried again. Its history says why it failed; part of it may be in force.",
            needs_person=True,
        )
    return _again(record, _E.RETRY_BUDGET_ACTION, "Carrying it out failed")


def _again(record: ActionRecord, execution: ExecutionType, failed: str) -> Decision:
    if record.tries < MOST_TRIES:
        return Decision(execution=execution, why=f"{failed}; try {record.tries + 1} of {MOST_TRIES}.")
    return Decision(
        execution=None,
        why=f"{failed} {MOST_TRIES} more times: its history (list_budget_actions) says why, mostly a permission "
        f"that the execution role lacks or a target that is gone. Mend that, then {execution.value}.",
        needs_person=True,
    )


def _released(figures: _Figures | None, unknown: str) -> Decision:
    if figures is None:
        return Decision(execution=None, why=f"It was released, and is put back on watch later: {unknown}.")
    if figures.is_past:
        return Decision(
            execution=None,
            why=f"It was released although {figures.value.in_words()} is past its threshold of "
            f"{figures.at.in_words()}: on watch again it would restrict at once. It is put back when spend falls "
            "under it, or by AWS in the next period.",
        )
    return Decision(
        execution=_E.RESET_BUDGET_ACTION,
        why=f"It was released, and {figures.value.in_words()} is under its threshold of {figures.at.in_words()}: "
        "it is put back on watch.",
    )
