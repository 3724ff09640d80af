"""Budget status: on track, at risk, forecast to breach or breached, by the side on which the type fails."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from tools.domain.budget import Budget
from tools.domain.budget_types import Breach
from tools.domain.money import Spend
from tools.domain.notifications import ComparisonOperator, ThresholdType

AT_RISK_PERCENT = Decimal(80)
NEAR_TARGET_POINTS = Decimal(5)


class BudgetStatus(StrEnum):
    """How a budget stands in its current period."""

    ON_TRACK = "ON_TRACK"
    AT_RISK = "AT_RISK"
    FORECASTED_BREACH = "FORECASTED_BREACH"
    BREACHED = "BREACHED"


def target_of(budget: Budget) -> Decimal | None:
    """The percentage below which a utilization or coverage budget fails; None for the other types.

    The limit of these types is always 100 PERCENTAGE, so what the owner wants is the highest LESS_THAN
    threshold among the notifications; without one, the type's usual target. None too where the notifications
    were not read: what the owner wants is not known then.
    """
    if budget.type.default_target is None or budget.notifications is None:
        return None
    wanted = [
        each.threshold.value
        for each in budget.notifications
        if each.operator is ComparisonOperator.LESS_THAN and each.threshold.type is ThresholdType.PERCENTAGE
    ]
    return max(wanted, default=budget.type.default_target)


def budget_status(
    budget: Budget, limit: Spend | None, thresholds: Sequence[Decimal] = ()
) -> BudgetStatus | None:
    """How the budget stands against its limit, or its target; None when the figures to tell are missing.

    ABOVE types: BREACHED over the limit, FORECASTED_BREACH when only the forecast is, AT_RISK from the
    lowest threshold (80 %) on. BELOW types: BREACHED under the target (the highest threshold given, else
    `target_of`), FORECASTED_BREACH when the forecast is, AT_RISK within five points above it. Exactly at
    the limit or target is not yet a breach: AWS compares with greater-than and less-than.
    """
    if budget.type.breach is Breach.BELOW:
        return _status_below(budget, max(thresholds, default=target_of(budget)))
    return _status_above(budget, limit, min(thresholds, default=AT_RISK_PERCENT))


def current_status(budget: Budget, now: datetime, thresholds: Sequence[Decimal] = ()) -> BudgetStatus | None:
    """How the budget stands now; None outside its life, without figures, or with those of the last period."""
    period = budget.definition.period_at(now)
    if period is None or not budget.figures_are_of(period, now):
        return None
    return budget_status(budget, budget.definition.limit_at(now), thresholds)


def _status_above(budget: Budget, limit: Spend | None, at_risk: Decimal) -> BudgetStatus | None:
    actual, forecasted = budget.actual_spend, budget.forecasted_spend
    if actual is None or limit is None or actual.unit != limit.unit:
        return None
    if actual.amount > limit.amount:
        return BudgetStatus.BREACHED
    if forecasted is not None and forecasted.unit == limit.unit and forecasted.amount > limit.amount:
        return BudgetStatus.FORECASTED_BREACH
    if limit.amount and actual.amount >= limit.amount * at_risk / 100:
        return BudgetStatus.AT_RISK
    return BudgetStatus.ON_TRACK


def _status_below(budget: Budget, target: Decimal | None) -> BudgetStatus | None:
    actual, forecasted = budget.actual_spend, budget.forecasted_spend
    if actual is None or target is None:
        return None
    if actual.amount < target:
        return BudgetStatus.BREACHED
    if forecasted is not None and forecasted.amount < target:
        return BudgetStatus.FORECASTED_BREACH
    if actual.amount < target + NEAR_TARGET_POINTS:
        return BudgetStatus.AT_RISK
    return BudgetStatus.ON_TRACK
