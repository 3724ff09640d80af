"""What the days to come will probably cost, from the days that were.

AWS does not publish its model. This one is emulator-defined: the level of the last four weeks, the trend
between the last two blocks of four weeks (at most a fifth of the level), the rhythm of the week, and charges
that come once a month repeated on their day. Integers throughout, so that the same history gives the same
forecast anywhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import isqrt

from local.ledger.table import Series, daily, days, first_present

# AWS needs about five weeks of history before it forecasts a budget (AWS Budgets user guide, best practices).
HISTORY_NEEDED = timedelta(weeks=5)
BLOCK = 28
ENDED_AFTER = 14
SPARSE_PRESENCE = 8
SPARSE_WINDOW = 62
# A stream that came on most days of the last week has just begun; it is not a monthly charge.
NEW_PRESENCE = 4


@dataclass(frozen=True)
class DailyForecast:
    """Expected amounts of consecutive days from `first_day`, and the usual deviation of one day.

    Both in units of 10**-12 of whatever was forecast.
    """

    first_day: date
    expected: tuple[int, ...]
    deviation: int

    def total(self, start: date, end: date) -> int:
        """The expected sum over start (inclusive) to end (exclusive)."""
        low = max((start - self.first_day).days, 0)
        return sum(self.expected[low : max((end - self.first_day).days, 0)])

    def deviation_of(self, days_ahead: int) -> int:
        """The usual deviation of a sum over that many days, were the days independent."""
        return isqrt(self.deviation * self.deviation * days_ahead)


def forecast_days(
    series: Sequence[Series], columns: Sequence[str], today: date, end: date
) -> DailyForecast | None:
    """The days after today up to end (exclusive); None with under five weeks of history up to today."""
    tomorrow = today + timedelta(days=1)
    first = first_present(series, tomorrow)
    if first is None or tomorrow - first < HISTORY_NEEDED:
        return None
    monthly, steady = [], []
    for one in series:
        amounts = daily([one], columns, tomorrow - timedelta(days=SPARSE_WINDOW), tomorrow)
        if _is_sparse(amounts):
            monthly.append(one)
        elif _is_alive(one, today):
            steady.append(amounts[-2 * BLOCK :])
    history = [sum(day) for day in zip(*steady, strict=True)] or [0] * (2 * BLOCK)
    # Half of the window of a young history is not spending of zero: then there is no trend to speak of.
    known = min((tomorrow - first).days, 2 * BLOCK)
    recent, before = history[BLOCK:], history[:BLOCK]
    level_days = _weekday_sums(recent, tomorrow - timedelta(days=BLOCK))
    growth = sum(recent) - sum(before) if known == 2 * BLOCK else 0
    growth = max(min(growth, sum(map(abs, recent)) // 5), -sum(map(abs, recent)) // 5)
    expected = []
    for ahead, day in enumerate(days(tomorrow, end), 1):
        usual = level_days[day.weekday()] * 7 // BLOCK
        # The level stands for the middle of its block; further ahead than two blocks the trend is held.
        drift = growth * (2 * min(ahead, 2 * BLOCK) + BLOCK - 1) // (2 * BLOCK * BLOCK)
        expected.append(usual + drift + _repeat_monthly(monthly, columns, day, today))
    return DailyForecast(tomorrow, tuple(expected), _deviation(recent, level_days, tomorrow))


def _is_sparse(amounts: Sequence[int]) -> bool:
    came, came_lately = (sum(map(bool, some)) for some in (amounts, amounts[-7:]))
    return came <= SPARSE_PRESENCE and came_lately < NEW_PRESENCE


def _is_alive(one: Series, today: date) -> bool:
    end = today.toordinal() + 1
    return one.is_present(end - ENDED_AFTER, end)


def _weekday_sums(amounts: Sequence[int], first_day: date) -> list[int]:
    sums = [0] * 7
    for offset, amount in enumerate(amounts):
        sums[(first_day.weekday() + offset) % 7] += amount
    return sums


def _deviation(amounts: Sequence[int], level_days: Sequence[int], tomorrow: date) -> int:
    first_day = tomorrow - timedelta(days=len(amounts))
    squares = sum(
        (amount - level_days[(first_day.weekday() + offset) % 7] * 7 // BLOCK) ** 2
        for offset, amount in enumerate(amounts)
    )
    return isqrt(squares // len(amounts))


def _repeat_monthly(series: Sequence[Series], columns: Sequence[str], day: date, today: date) -> int:
    """What came on this day of the month in each of the last two months comes again."""
    amount = 0
    last, before = (past.toordinal() for past in _same_day_in_last_two_months(day, today))
    for one in series:
        amounts = [sum(one.total(column, past, past + 1) for column in columns) for past in (last, before)]
        if all(amounts):
            amount += amounts[0]
    return amount


def _same_day_in_last_two_months(day: date, today: date) -> tuple[date, date]:
    last = day
    while last > today:
        last = _month_before(last, day.day)
    return last, _month_before(last, day.day)


def _month_before(day: date, day_of_month: int) -> date:
    end_of_last = day.replace(day=1) - timedelta(days=1)
    return end_of_last.replace(day=min(day_of_month, end_of_last.day))
