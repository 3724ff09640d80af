"""What to know of a change that AWS accepts: figures, history, limits and budget actions afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tools.domain.advice import Advice
from tools.domain.budget import Budget, BudgetDefinition
from tools.domain.budget_actions import ApprovalModel, BudgetAction
from tools.domain.budget_types import Breach
from tools.domain.differences import Difference, scope_in_words
from tools.domain.money import Spend
from tools.domain.notifications import NotificationType

WAITING = "STANDBY"


def advice_on_change(
    budget: Budget,
    before: BudgetDefinition,
    after: BudgetDefinition,
    differences: Sequence[Difference],
    actions: Sequence[BudgetAction],
    now: datetime,
    *,
    is_scope_carried_over: bool,
) -> list[Advice]:
    """What to know once the definition is replaced; `before` and `after` are what stands and what will.

    `budget` holds the figures of before the change, `actions` the budget actions attached to it.
    """
    changed = {each.what for each in differences}
    found = [
        Advice(
            "FIGURES_ARE_ZERO",
            "AWS shows no spend for this budget until its next refresh, which can take half a day; zero is not "
            "nothing spent. Notifications and budget actions look at the changed budget from then on.",
        )
    ]
    if "scope" in changed:
        found.append(
            Advice(
                "HISTORY_CHANGES_MEANING",
                f"Until now it counted {scope_in_words(before.scope)}, from now on {scope_in_words(after.scope)}: "
                "periods before and after cannot be compared.",
            )
        )
    if is_scope_carried_over:
        found.append(
            Advice(
                "FILTERS_CARRIED_OVER",
                "AWS takes one of two kinds of filters; the present ones were carried over into the other kind.",
            )
        )
    if "time_unit" in changed:
        found.append(_advice_on_time_unit(before, after, now))
    return [*found, *_advice_on_spend(budget, after, changed, actions, now)]


def _advice_on_time_unit(before: BudgetDefinition, after: BudgetDefinition, now: datetime) -> Advice:
    limit = after.limit_at(now)
    stays = limit is not None and before.limit_at(now) == limit and after.type.fixed_limit is None
    per_period = f" The limit stays {limit.in_words()}, now per period." if limit and stays else ""
    return Advice(
        "PERIODS_CHANGE",
        f"It was {before.time_unit} and is {after.time_unit} now; past periods cannot be compared.{per_period}",
    )


def _advice_on_spend(
    budget: Budget,
    after: BudgetDefinition,
    changed: set[str],
    actions: Sequence[BudgetAction],
    now: datetime,
) -> list[Advice]:
    """Figures of before the change still count where it left alone what is counted, and over which time."""
    limit, spent = after.limit_at(now), budget.actual_spend
    period = after.period_at(now)
    is_comparable = not changed & {"scope", "time_unit", "start"}
    if limit is None or spent is None or spent.unit != limit.unit or period is None or not is_comparable:
        return []
    if after.type.breach is not Breach.ABOVE or not budget.figures_are_of(period, now):
        return []
    found = []
    if spent.amount > limit.amount:
        found.append(
            Advice(
                "LIMIT_IS_SPENT",
                f"{spent.in_words()} is spent already in this period, more than the limit of {limit.in_words()}: "
                "the next refresh will alarm.",
            )
        )
    return found + [
        Advice(
            "ACTION_WILL_FIRE",
            f"The threshold of budget action {each.id} ({each.definition.type}) lies at "
            f"{each.definition.threshold.amount_of(limit).in_words()} now, and {spent.in_words()} is spent: "
            f"AWS will {_next_of(each)}.",
        )
        for each in actions
        if _is_crossed(each, limit, spent)
    ]


def _is_crossed(action: BudgetAction, limit: Spend, spent: Spend) -> bool:
    definition = action.definition
    return (
        action.status == WAITING
        and definition.notification_type is NotificationType.ACTUAL
        and spent.amount > definition.threshold.amount_of(limit).amount
    )


def _next_of(action: BudgetAction) -> str:
    is_automatic = action.definition.approval_model is ApprovalModel.AUTOMATIC
    return "carry it out at the next refresh" if is_automatic else "ask for approval at the next refresh"
