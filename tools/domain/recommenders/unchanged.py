"""A bill that never moved: the same again, and the less room the longer it has been so."""

from __future__ import annotations

import math
from decimal import Decimal

from tools.domain.money import Spend
from tools.domain.recommenders._experience import Experience
from tools.domain.recommenders._recommender import INTERVAL_PROBABILITY, Estimate, Recommender
from tools.domain.spend_history import SpendHistory

# How far such a bill is taken to miss by, as a share of it, once it has been the same for three months. Every
# further month is one more in which nothing happened, so it shrinks with their number.
MISS = Decimal("0.01")
FEWEST_MONTHS = 3


def _estimate(history: SpendHistory, breach_probability: Decimal, experience: Experience) -> Estimate:
    """Misses are Laplace distributed, whose quantiles are logarithms. Experience is not used."""
    del experience
    amount, count = history.amounts[-1], len(history.months)
    expected = max(amount, Decimal(0))
    miss = expected * MISS * FEWEST_MONTHS / count
    reach = miss * _times((1 - INTERVAL_PROBABILITY) / 2)
    return Estimate(
        limit=expected + miss * _times(breach_probability),
        expected=expected,
        low=max(expected - reach, Decimal(0)),
        high=expected + reach,
        method=UNCHANGED.id,
        months_used=count,
        evidence=(f"All {count} whole months were {Spend(amount, history.unit).in_words()}.",),
    )


def _times(probability: Decimal) -> Decimal:
    """How many mean misses a Laplace distributed one is passed by with the probability, at most one half."""
    return Decimal(f"{-math.log(2 * float(probability)):.9f}")


def _never_moved(history: SpendHistory) -> bool:
    return len(set(history.amounts)) == 1


UNCHANGED = Recommender(
    id="unchanged",
    sentence="The same again, with less room the longer nothing has changed.",
    fewest_months=FEWEST_MONTHS,
    suits=_never_moved,
    estimate=_estimate,
)
