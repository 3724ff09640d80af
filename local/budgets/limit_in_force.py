"""The limit of a budget in one period: fixed, planned or adjusted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from local.budgets.amounts import Spend, spend
from local.budgets.meter import Meter
from local.budgets.periods import Period, previous_periods


@dataclass(frozen=True)
class LimitInForce:
    """A limit, None where there is no cost yet to derive it from.

    `look_back` says of how many periods an average was made, None for every other kind of limit.
    """

    spend: Spend | None
    look_back: int | None = None


def limit_in(budget: Mapping[str, Any], period: Period, meter: Meter, today: date) -> LimitInForce:
    """The limit of the budget in a period, as AWS would have known it today."""
    if "AutoAdjustData" in budget:
        return _adjusted(budget, period, meter, today)
    if "PlannedBudgetLimits" in budget:
        return LimitInForce(_planned(budget["PlannedBudgetLimits"], period))
    return LimitInForce(budget["BudgetLimit"])


def _planned(plan: Mapping[str, Spend], period: Period) -> Spend:
    """The last limit planned for the period or before it; the last one sticks when the plan has run out.

    Periods before the plan had its first limit (emulator-defined).
    """
    starts = period.starts_at.timestamp()
    begun = [int(key) for key in plan if int(key) <= starts]
    return plan[str(max(begun) if begun else min(map(int, plan)))]


def _adjusted(budget: Mapping[str, Any], period: Period, meter: Meter, today: date) -> LimitInForce:
    adjustment = budget["AutoAdjustData"]
    unit = meter.unit(budget)
    if adjustment["AutoAdjustType"] == "FORECAST":
        # What a past period was given is what was expected when it began.
        expected = meter.forecasted(budget, period, today if today < period.end else period.start)
        return LimitInForce(None if expected is None else spend(expected, unit))
    count = adjustment["HistoricalOptions"]["BudgetAdjustmentPeriod"]
    amounts = _available(budget, previous_periods(budget["TimeUnit"], period, count), meter)
    if not amounts:
        return LimitInForce(None)
    mean = sum(amounts, Decimal(0)) / len(amounts)
    return LimitInForce(spend(mean.quantize(Decimal("0.001")), unit), len(amounts))


def _available(budget: Mapping[str, Any], periods: list[Period], meter: Meter) -> list[Decimal]:
    """The amounts of these periods, from the first one with cost data on.

    HistoricalOptions.LookBackAvailablePeriods in the service model: periods before it are not averaged.
    """
    amounts: list[Decimal] = []
    for period in periods:
        amount = meter.actual(budget, period, period.end - timedelta(days=1))
        if amount or amounts:
            amounts.append(amount or Decimal(0))
    return amounts
