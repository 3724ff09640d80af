"""DescribeBudgetPerformanceHistory: what was budgeted and what was spent, period by period."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from local.budgets.amounts import spend
from local.budgets.budget import Budget
from local.budgets.errors import invalid_parameter
from local.budgets.limit_in_force import limit_in
from local.budgets.meter import Meter
from local.budgets.periods import Period, calendar_period, previous_periods

# Periods kept, the present one included: 60 days, this month and the last 12, four quarters
# (DescribeBudgetPerformanceHistory in the service model and the user guide).
DEPTH = {"DAILY": 60, "MONTHLY": 13, "QUARTERLY": 4}

# What a history repeats of its budget.
_REPEATED = (
    "BudgetName",
    "BudgetType",
    "CostFilters",
    "CostTypes",
    "TimeUnit",
    "BillingViewArn",
    "FilterExpression",
    "Metrics",
)


def history_periods(
    budget: Budget, asked: Mapping[str, Any] | None, meter: Meter, now: datetime
) -> list[Period]:
    """The periods a history covers, oldest first. Raises Refused for a budget without history.

    Only periods that the cost data reaches, the present one always; of them those that overlap the asked
    TimePeriod. ANNUALLY has no history on AWS; for CUSTOM AWS says nothing, here it has none either.
    """
    time_unit = budget.settings["TimeUnit"]
    if time_unit not in DEPTH:
        raise invalid_parameter(f"Budget history isn't available for {time_unit} budgets.")
    present = calendar_period(time_unit, now.date())
    past = previous_periods(time_unit, present, DEPTH[time_unit] - 1)
    kept = [*(period for period in past if meter.has_data_in(period)), present]
    start, end = (asked or {}).get("Start"), (asked or {}).get("End")
    return [
        period
        for period in kept
        if (start is None or period.ends_at > start) and (end is None or period.starts_at < end)
    ]


def history_head(budget: Budget) -> dict[str, Any]:
    """The members of a history that say which budget it is of."""
    return {name: budget.settings[name] for name in _REPEATED if name in budget.settings}


def history_entry(budget: Budget, period: Period, meter: Meter, now: datetime) -> dict[str, Any]:
    """Budgeted and actual amount of one period.

    The limit is the one in force when the period ended. Periods before the budget was created have the limit
    its settings would have given them (emulator-defined: AWS shows past costs of a new budget too).
    """
    today = now.date()
    entry: dict[str, Any] = {"TimePeriod": {"Start": period.starts_at, "End": period.ends_at}}
    if period == budget.period:
        limit = budget.limit.spend
    else:
        limit = budget.past_limits.get(period.start) or limit_in(budget.settings, period, meter, today).spend
    settings = budget.settings if limit is None else {**budget.settings, "BudgetLimit": limit}
    if limit is not None:
        entry["BudgetedAmount"] = limit
    actual = meter.actual(settings, period, today)
    if actual is not None:
        entry["ActualAmount"] = spend(actual, limit["Unit"] if limit is not None else meter.unit(settings))
    return entry
