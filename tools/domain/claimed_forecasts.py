"""Forecasts that somebody else makes, and how one is put together with our own estimate.

The two are averaged: the mean of two forecasts is hard to beat by choosing between them (Bates and Granger, 1969;
Clemen, 1989), and it is easy to see what the claim did.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from statistics import NormalDist

from tools.domain.money import USD, Spend
from tools.domain.recommenders._recommender import INTERVAL_PROBABILITY, Estimate

USUAL_PROBABILITY = Decimal("0.8")
"""How likely the claimed interval holds where nobody says: the usual level of Cost Explorer's forecasts."""

_STEP = Decimal("0.000001")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedForecast:
    """Dollars that a service (None: everything) is claimed to cost in a month, and whose claim it is.

    `lower` and `upper` hold the month with `probability`; both are None where none were given.
    """

    service: str | None
    month: date
    mean: Decimal
    lower: Decimal | None
    upper: Decimal | None
    probability: Decimal
    claimed_by: str


def forecast_for(
    forecasts: Sequence[ClaimedForecast], services: Sequence[str], *, is_total: bool
) -> ClaimedForecast | None:
    """The claim for a scope's next month: the earliest of its service, or of everything; None without one.

    A claim about one service tells nothing of the total.
    """
    found = [
        each
        for each in forecasts
        if (is_total and each.service is None) or (each.service is not None and each.service in services)
    ]
    return min(found, key=lambda each: each.month, default=None)


def combined(estimate: Estimate, claim: ClaimedForecast, breach_probability: Decimal) -> Estimate:
    """The middle of our estimate and the claim, in all figures; nothing is negative.

    A claim without an interval is taken to stray as much as our own estimate. One with an interval is taken to
    stray as a normal distribution of that width.
    """
    spread = _spread(claim)
    if spread is None:
        limit = claim.mean + (estimate.limit - estimate.expected)
        low, high = _moved(estimate.low, estimate, claim), _moved(estimate.high, estimate, claim)
    else:
        limit = claim.mean + spread * _normal(1 - breach_probability)
        reach = spread * _normal((1 + INTERVAL_PROBABILITY) / 2)
        low, high = claim.mean - reach, claim.mean + reach
    own = Spend(estimate.expected, USD).in_words()
    return replace(
        estimate,
        limit=_middle(estimate.limit, limit),
        expected=_middle(estimate.expected, claim.mean),
        low=None if estimate.low is None or low is None else _middle(estimate.low, low),
        high=None if estimate.high is None or high is None else _middle(estimate.high, high),
        evidence=(
            *estimate.evidence,
            f"{claim.claimed_by} forecasts {Spend(claim.mean, USD).in_words()} for {claim.month:%Y-%m}; the "
            f"estimate is the middle of that and of {own}, which the past alone gives.",
        ),
    )


def _spread(claim: ClaimedForecast) -> Decimal | None:
    """The standard deviation that the claimed interval speaks of."""
    if claim.lower is None or claim.upper is None:
        return None
    return (claim.upper - claim.lower) / 2 / _normal((1 + claim.probability) / 2)


def _moved(bound: Decimal | None, estimate: Estimate, claim: ClaimedForecast) -> Decimal | None:
    return None if bound is None else bound + claim.mean - estimate.expected


def _middle(own: Decimal, claimed: Decimal) -> Decimal:
    return max((own + claimed) / 2, Decimal(0))


def _normal(probability: Decimal) -> Decimal:
    return Decimal(NormalDist().inv_cdf(float(probability))).quantize(_STEP)


def is_forecast(row: object) -> bool:
    """Whether a row of the caller's speaks of what will be: it has a mean and no amount."""
    return isinstance(row, Mapping) and "mean" in row and "amount" not in row
