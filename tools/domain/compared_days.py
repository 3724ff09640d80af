"""Which days of a budget's periods are compared: the days looked at, and the usual ones beside them.

Like is compared with like: an open period's whole days with as many days from the start of an earlier period,
since fees that come on the first of a month, and weekends, would bend any share of a whole one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from tools.domain.periods import (
    BudgetPeriod,
    TimeUnit,
    add_months,
    at_midnight,
    next_period_start,
    period_start,
)

PERIODS_LOOKED_BACK = 3

_MONTHS = {TimeUnit.MONTHLY: 1, TimeUnit.QUARTERLY: 3, TimeUnit.ANNUALLY: 12}

Days = tuple[date, date]
"""A first day, and the day after the last one."""


class Chosen(StrEnum):
    """Why a period is the one that is compared with."""

    MIDDLE = "MIDDLE"
    JUST_BEFORE = "JUST_BEFORE"
    BEFORE_STEP = "BEFORE_STEP"
    ASKED = "ASKED"


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedDays:
    """The days looked at, those they are compared with, and why those."""

    looked_at: Days
    usual: Days
    chosen: Chosen


def compared_days(
    period: BudgetPeriod,
    time_unit: TimeUnit,
    now: datetime,
    actuals: Mapping[date, Decimal],
    *,
    asked: date | None = None,
    step: date | None = None,
) -> ComparedDays | None:
    """The whole days of a period beside those of an earlier one; None before its first day is over.

    The earlier one is the one that `asked` lies in; else the last before `step`, the first day of the period in
    which spending stepped up; else the usual one. That is the middle one by amount of the three before (DAILY: of
    the same weekday), so that one strange period is not taken for usual, and the one just before where fewer are
    known. `actuals` maps the first day of past periods to what they came to.
    """
    start, end = period.start.date(), min(period.end.date(), now.date())
    if end <= start:
        return None
    (first, after), chosen = _chosen(period, time_unit, actuals, asked, step)
    begins = first + (start - _first_day(period, time_unit))
    is_whole = period.end <= now
    return ComparedDays(
        looked_at=(start, end),
        usual=(begins, after if is_whole else min(begins + (end - start), after)),
        chosen=chosen,
    )


def _chosen(
    period: BudgetPeriod,
    time_unit: TimeUnit,
    actuals: Mapping[date, Decimal],
    asked: date | None,
    step: date | None,
) -> tuple[Days, Chosen]:
    if asked is not None:
        return _period_around(asked, time_unit), Chosen.ASKED
    if step is not None and time_unit in _MONTHS and step <= period.start.date():
        return _period_around(step - timedelta(days=1), time_unit), Chosen.BEFORE_STEP
    earlier = _earlier_periods(period, time_unit)
    known = [each for each in earlier if each[0] in actuals]
    if len(known) < PERIODS_LOOKED_BACK:
        return earlier[0], Chosen.JUST_BEFORE
    by_amount = sorted(known, key=lambda days: (actuals[days[0]], days[0]))
    return by_amount[len(by_amount) // 2], Chosen.MIDDLE


def _period_around(day: date, time_unit: TimeUnit) -> Days:
    first = period_start(time_unit, at_midnight(day))
    return first.date(), next_period_start(time_unit, first).date()


def _earlier_periods(period: BudgetPeriod, time_unit: TimeUnit) -> list[Days]:
    """The periods that may be the usual one, the latest first."""
    first = _first_day(period, time_unit)
    backs = range(1, PERIODS_LOOKED_BACK + 1)
    match time_unit:
        case TimeUnit.DAILY:
            return [
                (first - timedelta(weeks=back), first - timedelta(weeks=back) + timedelta(days=1))
                for back in backs
            ]
        case TimeUnit.CUSTOM:
            return [(first - (period.end - period.start), first)]
        case _:
            months = _MONTHS[time_unit]
            begun = [add_months(first, -months * back) for back in backs]
            return [(each, add_months(each, months)) for each in begun]


def _first_day(period: BudgetPeriod, time_unit: TimeUnit) -> date:
    """Where the calendar period began, also when the budget's own start cut it short."""
    if time_unit is TimeUnit.CUSTOM:
        return period.start.date()
    return period_start(time_unit, period.start).date()
