"""A limit to begin with, for a scope that has hardly begun."""

from __future__ import annotations

from decimal import Decimal

from tools.domain.money import Spend
from tools.domain.recommenders._experience import Experience
from tools.domain.recommenders._recommender import Estimate, Recommender
from tools.domain.spend_history import SpendHistory

# One or two months show no spread; half as much again leaves room for a first month that began late.
ROOM = Decimal("1.5")


def _estimate(history: SpendHistory, breach_probability: Decimal, experience: Experience) -> Estimate:
    """Neither probability nor experience are used: so few months say nothing about either."""
    del breach_probability, experience
    highest = max(*history.amounts, Decimal(0))
    count = len(history.months)
    months = "1 whole month is" if count == 1 else f"{count} whole months are"
    return Estimate(
        limit=highest * ROOM,
        expected=max(history.amounts[-1], Decimal(0)),
        low=None,
        high=None,
        method=STARTING.id,
        months_used=count,
        evidence=(
            f"Only {months} known, too few to estimate from.",
            f"The limit is {ROOM} times the highest month, {Spend(highest, history.unit).in_words()};"
            " look at it again after three months.",
        ),
        is_starting=True,
    )


STARTING = Recommender(
    id="starting",
    sentence="Half as much again as the highest month, until three whole months are known.",
    fewest_months=1,
    estimate=_estimate,
)
