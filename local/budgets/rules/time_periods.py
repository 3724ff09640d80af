"""When a budget counts: its time unit and its TimePeriod."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from local.budgets.errors import invalid_budget, invalid_parameter
from local.budgets.periods import END_OF_TIME, calendar_period, midnight
from local.budgets.rules.budget_types import BUDGET_TYPES


def complete_time_period(budget: Mapping[str, Any], now: datetime) -> dict[str, datetime]:
    """The TimePeriod a budget gets. Raises Refused for one it cannot have.

    Start defaults to the start of the current period, End to 2087-06-15 (Budget.TimePeriod in the service
    model). A start long ago is accepted. A CUSTOM budget must say both; an end that has passed is refused,
    because AWS deletes such a budget (both emulator-defined).
    """
    time_unit = budget["TimeUnit"]
    allowed = BUDGET_TYPES[budget["BudgetType"]].time_units
    if time_unit not in allowed:
        raise invalid_budget(f"{time_unit} is not in the supported time unit set: [{', '.join(allowed)}]")
    given = budget.get("TimePeriod") or {}
    start, end = given.get("Start"), given.get("End")
    if time_unit == "CUSTOM" and (start is None or end is None):
        raise invalid_budget("a CUSTOM budget needs the start and the end of its time period")
    if start is None:
        start = midnight(calendar_period(time_unit, now.date()).start)
    if end is None:
        end = END_OF_TIME
    if end > END_OF_TIME:
        raise invalid_budget(f"end time should not be after timestamp {END_OF_TIME.timestamp():.0f}")
    if start >= end:
        raise invalid_budget("start time should be before end time")
    if end <= now:
        raise invalid_budget("end time should be in the future")
    return {"Start": start, "End": end}


def check_asked_period(period: Mapping[str, Any] | None) -> None:
    """Check the TimePeriod of a read. Raises Refused unless its start is before its end."""
    if period and period.get("Start") and period.get("End") and period["Start"] >= period["End"]:
        raise invalid_parameter("The start of the time period should be before its end.")
