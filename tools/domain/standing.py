"""Standing: how a budget stands at one moment, pace included (spend so far against time so far)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from tools.domain.budget import Budget
from tools.domain.budget_types import Breach
from tools.domain.money import Spend
from tools.domain.periods import BudgetPeriod, TimeUnit
from tools.domain.status import BudgetStatus, current_status, target_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A budget seen at one moment: its period, limit and everything that follows from its figures.

    Ratios are ratios, not percent. `pace` is utilization by elapsed share: 1 is on pace, 2 twice as fast.
    `figures` tells whether the budget's figures are of the current period; when they are not, everything
    that would be computed from them is None. `target` is what a utilization or coverage budget is held to.
    """

    budget: Budget
    at: datetime
    period: BudgetPeriod | None
    elapsed: Decimal | None
    limit: Spend | None
    target: Decimal | None
    has_current_figures: bool
    status: BudgetStatus | None
    actual: Spend | None
    forecasted: Spend | None
    remaining: Spend | None
    variance: Spend | None
    utilization: Decimal | None
    pace: Decimal | None

    @property
    def name(self) -> str:
        """The budget's name."""
        return self.budget.name


def standing_of(budget: Budget, now: datetime) -> Standing:
    """How a budget stands at `now`."""
    period = budget.definition.period_at(now)
    limit = budget.definition.limit_at(now)
    current = period is not None and budget.figures_are_of(period, now)
    actual = budget.actual_spend if current else None
    elapsed = None if period is None else period.elapsed(now)
    variance = actual - limit if actual and limit and actual.unit == limit.unit else None
    utilization = budget.utilization(limit) if current else None
    return Standing(
        budget=budget,
        at=now,
        period=period,
        elapsed=elapsed,
        limit=limit,
        target=target_of(budget),
        has_current_figures=current,
        status=current_status(budget, now),
        actual=actual,
        forecasted=budget.forecasted_spend if current else None,
        remaining=None if variance is None else variance.times(Decimal(-1)),
        variance=variance,
        utilization=utilization,
        pace=_pace(budget, utilization, elapsed),
    )


def _pace(budget: Budget, utilization: Decimal | None, elapsed: Decimal | None) -> Decimal | None:
    """A percentage does not accumulate, and billing lags longer than a day: neither has a pace."""
    if budget.type.breach is Breach.BELOW or budget.definition.time_unit is TimeUnit.DAILY:
        return None
    if utilization is None or not elapsed:
        return None
    return utilization / elapsed
