"""A new scope by its days: thirty of them say more than one total, whose month may have begun in its middle.

Days are put together in weeks, so that a weekly rhythm cancels out. What a week spends is what the next month is
made of; how far weeks are apart, and where they are heading, is how far it may miss.
"""

from __future__ import annotations

import math
from decimal import Decimal
from itertools import pairwise
from statistics import NormalDist, fmean, pstdev

from tools.domain.money import Spend
from tools.domain.periods import add_months
from tools.domain.recommenders._experience import Experience
from tools.domain.recommenders._recommender import INTERVAL_PROBABILITY, Estimate, Recommender
from tools.domain.spend_history import SpendHistory

MOST_MONTHS = 2
DAYS_OF_WEEK = 7
FEWEST_WEEKS = 2
MOST_WEEKS = 6
# What is new mostly grows, and two steady weeks promise nothing.
LEAST_ROOM = 0.15
DIGITS = 12


def _estimate(history: SpendHistory, breach_probability: Decimal, experience: Experience) -> Estimate:
    """The mean of the last weeks by day, over the days of the next month. Experience is not used."""
    del experience
    weeks = _weeks(history)
    recent, steps = weeks[-2:], [later - earlier for earlier, later in pairwise(weeks)]
    level = max(fmean(recent), 0.0)
    # The middle of the next month is weeks away, and every week may take another step like those before.
    spread = math.hypot(pstdev(weeks), fmean(map(abs, steps)) * math.sqrt(MOST_WEEKS))
    month = add_months(history.months[-1].month, 1)
    days = (add_months(month, 1) - month).days

    def at(quantile: float) -> float:
        return days * max(level + NormalDist().inv_cdf(quantile) * spread, 0.0)

    reach = (1 + float(INTERVAL_PROBABILITY)) / 2
    least = days * level * (1 + LEAST_ROOM)
    first = history.days[0].day
    count = len(history.days)
    by_day = Spend(_exact(level), history.unit).in_words()
    return Estimate(
        limit=_exact(max(at(1 - float(breach_probability)), least)),
        expected=_exact(days * level),
        low=_exact(at(1 - reach)),
        high=_exact(at(reach)),
        method=FIRST_DAYS.id,
        months_used=len(history.months),
        evidence=(
            f"It began on {first:%Y-%m-%d}; of its {count} days the last two weeks came to {by_day} a day.",
            f"The limit is for the {days} days of a month at that pace, with room for how far {len(weeks)} weeks"
            f" are apart, at least {round(LEAST_ROOM * 100)} %; look at it again after three months.",
        ),
        is_starting=True,
    )


def _weeks(history: SpendHistory) -> list[float]:
    """The mean of a day in each of the last whole weeks, oldest first."""
    amounts = [float(each.amount) for each in history.days]
    count = min(len(amounts) // DAYS_OF_WEEK, MOST_WEEKS)
    used = amounts[len(amounts) - count * DAYS_OF_WEEK :]
    return [fmean(used[at : at + DAYS_OF_WEEK]) for at in range(0, len(used), DAYS_OF_WEEK)]


def _exact(amount: float) -> Decimal:
    return Decimal(f"{amount:.{DIGITS}g}")


def _is_young(history: SpendHistory) -> bool:
    return len(history.months) <= MOST_MONTHS and len(history.days) >= FEWEST_WEEKS * DAYS_OF_WEEK


FIRST_DAYS = Recommender(
    id="first_days",
    sentence="The pace of the last weeks by day, until three whole months are known.",
    fewest_months=1,
    suits=_is_young,
    estimate=_estimate,
)
