"""Budget periods: the calendar days a budget counts before it starts anew, in UTC."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

# 2087-06-15T00:00:00Z: the default end of a budget and the latest one (Budget.TimePeriod in the service model).
END_OF_TIME = datetime.fromtimestamp(3706473600, UTC)

_MONTHS = {"MONTHLY": 1, "QUARTERLY": 3, "ANNUALLY": 12}


@dataclass(frozen=True)
class Period:
    """Days from `start` (inclusive) to `end` (exclusive)."""

    start: date
    end: date

    @property
    def starts_at(self) -> datetime:
        """The first moment of the period."""
        return midnight(self.start)

    @property
    def ends_at(self) -> datetime:
        """The first moment after the period."""
        return midnight(self.end)


def midnight(day: date) -> datetime:
    """The moment a day begins in UTC."""
    return datetime.combine(day, time(0), UTC)


def calendar_period(time_unit: str, day: date) -> Period:
    """The day, month, calendar quarter or calendar year that contains a day. KeyError for CUSTOM."""
    if time_unit == "DAILY":
        return Period(day, day + timedelta(days=1))
    months = _MONTHS[time_unit]
    first = date(day.year, (day.month - 1) // months * months + 1, 1)
    return Period(first, add_months(first, months))


def current_period(budget: Mapping[str, Any], moment: datetime) -> Period:
    """The period a budget is in: of the calendar, or its only one if it is CUSTOM.

    A budget that begins later is in the period it begins with. Periods follow the calendar even when the
    budget's own TimePeriod begins within one (emulator-defined).
    """
    begins, ends = budget["TimePeriod"]["Start"], budget["TimePeriod"]["End"]
    if budget["TimeUnit"] == "CUSTOM":
        last_moment = ends - timedelta(microseconds=1)
        return Period(begins.date(), last_moment.date() + timedelta(days=1))
    return calendar_period(budget["TimeUnit"], max(moment, begins).date())


def previous_periods(time_unit: str, period: Period, count: int) -> list[Period]:
    """The `count` calendar periods before this one, oldest first."""
    found: list[Period] = []
    for _ in range(count):
        period = calendar_period(time_unit, period.start - timedelta(days=1))
        found.append(period)
    return found[::-1]


def following_periods(time_unit: str, day: date, count: int) -> list[Period]:
    """The calendar period that contains a day and those after it, `count` in all."""
    found = [calendar_period(time_unit, day)]
    while len(found) < count:
        found.append(calendar_period(time_unit, found[-1].end))
    return found


def add_months(first: date, months: int) -> date:
    """The first of the month that many months later."""
    index = first.year * 12 + first.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)
