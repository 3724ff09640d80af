"""Time units and the concrete periods that budgets are measured over, all in UTC.

Source: AWS Budgets user guide (all budget times are UTC; quarters and years are calendar ones) and the
Budgets API shapes `TimeUnit` and `TimePeriod`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

# Default and ceiling of a budget's end. Source: Budgets API, TimePeriod.End.
END_OF_TIME = datetime(2087, 6, 15, tzinfo=UTC)


class TimeUnit(StrEnum):
    """How long a budget period lasts."""

    DAILY = "DAILY"
    MONTHLY = "MONTHLY"
    QUARTERLY = "QUARTERLY"
    ANNUALLY = "ANNUALLY"
    CUSTOM = "CUSTOM"


PER_MONTH: Mapping[TimeUnit, Decimal] = MappingProxyType(
    {
        TimeUnit.MONTHLY: Decimal(1),
        TimeUnit.DAILY: Decimal("30.4375"),
        TimeUnit.QUARTERLY: Decimal(1) / 3,
        TimeUnit.ANNUALLY: Decimal(1) / 12,
    }
)
"""A limit times this is the limit of a month: 365.25 / 12 days. A CUSTOM period has none."""

_MONTHS = {TimeUnit.MONTHLY: 1, TimeUnit.QUARTERLY: 3, TimeUnit.ANNUALLY: 12}


@dataclass(frozen=True, slots=True)
class BudgetPeriod:
    """One interval that a limit applies to: start inclusive, end exclusive, both aware UTC."""

    start: datetime
    end: datetime

    def elapsed(self, now: datetime) -> Decimal:
        """How much of the period has passed at `now`, 0 to 1."""
        whole = Decimal((self.end - self.start).total_seconds())
        passed = Decimal((now - self.start).total_seconds())
        return min(max(passed / whole, Decimal(0)), Decimal(1))

    def grace_ends(self) -> datetime:
        """Until then figures may still be those of the last period.

        AWS refreshes figures every 8 to 12 hours, so the first quarter of a period or its first
        12 hours, whichever is shorter, prove nothing.
        """
        return self.start + min((self.end - self.start) / 4, timedelta(hours=12))

    def refresh_is_due(self) -> datetime:
        """From then on AWS has refreshed figures in this period: after a day, or half of a shorter period."""
        return self.start + min((self.end - self.start) / 2, timedelta(days=1))

    def contains(self, moment: datetime) -> bool:
        """Whether the moment lies in the period."""
        return self.start <= moment < self.end


def current_period(
    time_unit: TimeUnit, now: datetime, *, starts: datetime | None = None, ends: datetime | None = None
) -> BudgetPeriod | None:
    """The period of a budget that `now` falls into; None before the budget starts or after it ends.

    The budget's own start and end cut the calendar period short. A CUSTOM budget is one period from
    start to end (Budgets API: one non-recurring period).
    """
    ends = ends or END_OF_TIME
    if (starts is not None and now < starts) or now >= ends:
        return None
    if time_unit is TimeUnit.CUSTOM:
        return None if starts is None else BudgetPeriod(starts, ends)
    start = period_start(time_unit, now)
    end = next_period_start(time_unit, start)
    return BudgetPeriod(max(start, starts) if starts else start, min(end, ends))


def period_start(time_unit: TimeUnit, moment: datetime) -> datetime:
    """The midnight at which the calendar period around `moment` began."""
    midnight = moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if time_unit is TimeUnit.DAILY:
        return midnight
    months = _months_in(time_unit)
    return midnight.replace(month=(midnight.month - 1) // months * months + 1, day=1)


def next_period_start(time_unit: TimeUnit, start: datetime) -> datetime:
    """The start of the calendar period after the one that begins at `start`."""
    if time_unit is TimeUnit.DAILY:
        return start + timedelta(days=1)
    return _moved_by_months(start, _months_in(time_unit))


def periods_from(time_unit: TimeUnit, start: datetime, count: int) -> list[datetime]:
    """The starts of `count` consecutive periods, the first at `start`."""
    starts = [start]
    while len(starts) < count:
        starts.append(next_period_start(time_unit, starts[-1]))
    return starts


def add_months(month: date, count: int) -> date:
    """The first of the month `count` months after (or, negative, before) the given month."""
    years, months = divmod(month.year * 12 + month.month - 1 + count, 12)
    return date(years, months + 1, 1)


def whole_months_before(today: date, count: int) -> list[date]:
    """The firsts of the last `count` months that are over; the open month is never one of them."""
    this_month = today.replace(day=1)
    return [add_months(this_month, -back) for back in range(count, 0, -1)]


def at_midnight(day: date) -> datetime:
    """The first moment of a day in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _months_in(time_unit: TimeUnit) -> int:
    if time_unit not in _MONTHS:
        raise ValueError(f"{time_unit} periods do not follow the calendar's months")
    return _MONTHS[time_unit]


def _moved_by_months(moment: datetime, months: int) -> datetime:
    total = moment.year * 12 + moment.month - 1 + months
    return moment.replace(year=total // 12, month=total % 12 + 1)
