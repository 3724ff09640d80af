"""Ways to look at past months: each makes one guess of the next month out of them.

Months have 28 to 31 days, and what runs all day costs by the day, so most looks are at spending per day and are
carried over to the days of the next month. Fees by the month are why a few look at the months as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

YEAR = 12
# The trend is the middle one of the last changes, and a little less of it is believed than was seen.
CHANGES_OF_TREND = 6
TREND_BELIEVED = 0.8
# How much of a year ago's month is believed to have changed since, by the months around it.
MONTHS_OF_YEARLY_CHANGE = 3
MOST_YEARLY_CHANGE = 5.0

Amounts = Sequence[float]


@dataclass(frozen=True, slots=True)
class Look:
    """A guess of the next month from at least `fewest_months` amounts, oldest first; `by_day` of daily means."""

    words: str
    by_day: bool
    guess: Callable[[Amounts], float]
    fewest_months: int = 1


def _last(amounts: Amounts) -> float:
    return amounts[-1]


def _higher_of_two(amounts: Amounts) -> float:
    return max(amounts[-2:])


def _mean_of_three(amounts: Amounts) -> float:
    recent = amounts[-3:]
    return sum(recent) / len(recent)


def _mean_of_year(amounts: Amounts) -> float:
    recent = amounts[-YEAR:]
    return sum(recent) / len(recent)


def _highest_of_year(amounts: Amounts) -> float:
    return max(amounts[-YEAR:])


def _along_the_trend(amounts: Amounts) -> float:
    recent = amounts[-CHANGES_OF_TREND - 1 :]
    changes = [later - earlier for earlier, later in pairwise(recent)]
    return amounts[-1] + (TREND_BELIEVED * median(changes) if len(changes) > 1 else 0.0)


def _same_month_of_last_year(amounts: Amounts) -> float:
    return amounts[-YEAR]


def _last_year_carried_on(amounts: Amounts) -> float:
    """The month of last year, times what the months before it have changed since."""
    count = min(MONTHS_OF_YEARLY_CHANGE, len(amounts) - YEAR)
    if not count:
        return amounts[-YEAR]
    now, then = sum(amounts[-count:]), sum(amounts[-YEAR - count : -YEAR])
    if now <= 0 or then <= 0:
        return amounts[-YEAR]
    return amounts[-YEAR] * min(max(now / then, 1 / MOST_YEARLY_CHANGE), MOST_YEARLY_CHANGE)


LOOKS: tuple[Look, ...] = (
    Look("the last month by day", True, _last),
    Look("the higher of the last 2 months by day", True, _higher_of_two),
    Look("the mean of the last 3 months by day", True, _mean_of_three),
    Look("the mean of the last 12 months by day", True, _mean_of_year),
    Look("the highest of the last 12 months by day", True, _highest_of_year),
    Look("the last month by day with the trend", True, _along_the_trend),
    Look("the same month of last year by day with the change since", True, _last_year_carried_on, YEAR),
    Look("the last month", False, _last),
    Look("the higher of the last 2 months", False, _higher_of_two),
    Look("the last month with the trend", False, _along_the_trend),
    Look("the same month of last year", False, _same_month_of_last_year, YEAR),
)
