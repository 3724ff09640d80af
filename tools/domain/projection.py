"""Projection: what a period will come to, from the daily amounts of the months before, with an interval.

The method, in words. A day is expected at the middle of its weekday's amounts in the last eight weeks, moved by
how the last seven days compare with theirs. What came on the same day of each of the last months, and stands out,
is a charge of that day and is expected again. The interval is what the same method would have missed: from every
past day it is asked for as many days ahead, and the errors of all those days, by the level of spending then, give
the interval and correct the middle. No chance is drawn, so the same days always give the same figures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

INTERVAL_PROBABILITY = Decimal("0.8")

FEWEST_DAYS = 35
"""Under five weeks nothing is projected, as AWS forecasts nothing."""

_WEEKS_OF_A_WEEKDAY = 8
_RECENT_DAYS = 7
_DAYS_OF_LEVEL = 28
_FIRST_ORIGIN = 21
_FEWEST_ERRORS = 10
_MONTHS_OF_A_CHARGE = 3
_STANDS_OUT = Decimal("0.5")
_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection:
    """What a period is expected to come to, and the interval it lies in with `INTERVAL_PROBABILITY`.

    `days_known` are the days it was learnt from, `days_ahead` those still to come, `errors` how many past days the
    method was tried from, `error_days` how many days ahead (fewer than `days_ahead` where the past is short), and
    `charges` what is expected on certain days, by day.
    """

    expected: Decimal
    low: Decimal
    high: Decimal
    days_known: int
    days_ahead: int
    errors: int
    error_days: int
    charges: Mapping[date, Decimal]


def projected(daily: Mapping[date, Decimal], first: date, end: date, today: date) -> Projection | None:
    """The period from `first` up to, not including, `end`, as seen on `today`, of which nothing is known yet.

    `daily` has the whole days before today; a day without an amount between the first and the last is a true
    zero. None with fewer than five weeks of them.
    """
    begun = [day for day, amount in daily.items() if amount and day < today]
    if not begun or (today - min(begun)).days < FEWEST_DAYS:
        return None
    days = _days(min(begun), today)
    amounts = [daily.get(day, _NOTHING) for day in days]
    ahead = _days(max(first, today), end)
    charges = _charges(days, amounts)
    spent = sum((daily.get(day, _NOTHING) for day in _days(first, min(today, end))), _NOTHING)
    to_come, expected_charges = _expected(days, amounts, ahead, charges)
    errors, error_days = _errors(days, amounts, len(ahead), charges)
    scale = _level(amounts) * len(ahead)
    # What never falls under zero in a day cannot take back what is spent.
    floor = spent if min(amounts) >= 0 else None
    low, middle, high = (
        figure if floor is None else max(figure, floor)
        for figure in (spent + to_come + _quantile(errors, at) * scale for at in _interval())
    )
    return Projection(
        expected=middle,
        low=low,
        high=high,
        days_known=len(days),
        days_ahead=len(ahead),
        errors=len(errors),
        error_days=error_days,
        charges=expected_charges,
    )


def _interval() -> tuple[Decimal, Decimal, Decimal]:
    tail = (1 - INTERVAL_PROBABILITY) / 2
    return tail, Decimal("0.5"), 1 - tail


def _days(first: date, end: date) -> list[date]:
    return [first + timedelta(days=offset) for offset in range(max((end - first).days, 0))]


def _charges(days: Sequence[date], amounts: Sequence[Decimal]) -> dict[int, Decimal]:
    """Day of the month -> what comes on it beyond the ordinary, where it did in each of the last months.

    Ordinary is the mean of the days beside it. Two months are needed to call it a charge of that day.
    """
    beyond: dict[int, list[Decimal]] = {}
    level = _level(amounts)
    for position, (day, amount) in enumerate(zip(days, amounts, strict=True)):
        beside = [amounts[near] for near in (position - 1, position + 1) if 0 <= near < len(amounts)]
        ordinary = sum(beside, _NOTHING) / len(beside) if beside else _NOTHING
        beyond.setdefault(day.day, []).append(amount - ordinary)
    found = {}
    for day_of_month, excesses in beyond.items():
        last = excesses[-_MONTHS_OF_A_CHARGE:]
        if len(last) > 1 and min(last) > max(level * _STANDS_OUT, _NOTHING):
            found[day_of_month] = _middle(last)
    return found


def _expected(
    days: Sequence[date], amounts: Sequence[Decimal], ahead: Sequence[date], charges: Mapping[int, Decimal]
) -> tuple[Decimal, dict[date, Decimal]]:
    """What the days ahead come to, their charges included, and those charges."""
    last = list(zip(days, amounts, strict=True))[-7 * _WEEKS_OF_A_WEEKDAY :]
    plain = [(day, amount - charges.get(day.day, _NOTHING)) for day, amount in last]
    weekdays: dict[int, list[Decimal]] = {}
    for day, amount in plain:
        weekdays.setdefault(day.weekday(), []).append(amount)
    usual = {weekday: _middle(found) for weekday, found in weekdays.items()}
    factor, shift = _moved(plain[-_RECENT_DAYS:], usual)
    to_come = sum((usual[day.weekday()] * factor + shift for day in ahead), _NOTHING)
    expected_charges = {day: charges[day.day] for day in ahead if day.day in charges}
    return to_come + sum(expected_charges.values(), _NOTHING), expected_charges


def _moved(recent: Sequence[tuple[date, Decimal]], usual: Mapping[int, Decimal]) -> tuple[Decimal, Decimal]:
    """How the last days compare with their weekdays: a factor where all is positive, else an amount a day."""
    if all(usual[day.weekday()] > 0 for day, _ in recent):
        factor = _middle([amount / usual[day.weekday()] for day, amount in recent])
        if factor > 0:
            return factor, _NOTHING
    return Decimal(1), _middle([amount - usual[day.weekday()] for day, amount in recent])


def _errors(
    days: Sequence[date], amounts: Sequence[Decimal], ahead: int, charges: Mapping[int, Decimal]
) -> tuple[list[Decimal], int]:
    """Actual minus expected a day, by the level before, from every past day; and how many days ahead that was.

    Where the past is too short for enough tries, fewer days ahead stand for all. The charges are known to every
    try, those of the first months too.
    """
    horizon = max(min(ahead, len(days) - _FIRST_ORIGIN - _FEWEST_ERRORS + 1), 1)
    found = []
    for origin in range(_FIRST_ORIGIN, len(days) - horizon + 1):
        level = _level(amounts[:origin])
        if not level:
            continue
        until = origin + horizon
        guess, _ = _expected(days[:origin], amounts[:origin], days[origin:until], charges)
        came = sum(amounts[origin:until], _NOTHING)
        found.append((came - guess) / (level * horizon))
    return found, horizon


def _level(amounts: Sequence[Decimal]) -> Decimal:
    """The mean size of the last days, however signed."""
    last = amounts[-_DAYS_OF_LEVEL:]
    return sum((abs(each) for each in last), _NOTHING) / len(last)


def _middle(values: Sequence[Decimal]) -> Decimal:
    return _quantile(values, Decimal("0.5"))


def _quantile(values: Sequence[Decimal], at: Decimal) -> Decimal:
    """The value under which so large a share lies, between two neighbours in proportion; 0 of none."""
    ordered = sorted(values)
    if not ordered:
        return _NOTHING
    place = at * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)
