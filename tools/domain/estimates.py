"""Estimates of the next period, and the limits that people are told of them."""

from __future__ import annotations

from decimal import Decimal

from tools.domain.money import Spend, rounded_up
from tools.domain.recommenders._experience import NO_EXPERIENCE, Experience
from tools.domain.recommenders._recommender import Estimate
from tools.domain.recommenders.catalogue import recommender_for
from tools.domain.spend_history import SpendHistory

# Rounding may add a twentieth of the room that a limit leaves above the expected month, or this share of it.
ROUNDED_BY = Decimal("0.05")
LEAST_ROUNDED_BY = Decimal("0.0005")


def estimate_of(
    history: SpendHistory, breach_probability: Decimal, experience: Experience = NO_EXPERIENCE
) -> Estimate | None:
    """Next month by the best recommender that has months enough; None for an empty history."""
    recommender = recommender_for(history)
    return None if recommender is None else recommender.estimate(history, breach_probability, experience)


def sayable_limit(estimate: Estimate, unit: str) -> Spend:
    """The limit rounded up by little of the room it leaves, so that a tight limit stays tight."""
    if not estimate.limit:
        return Spend(Decimal(0), unit)
    room = (estimate.limit - estimate.expected) * ROUNDED_BY
    return Spend(rounded_up(estimate.limit, max(room, estimate.limit * LEAST_ROUNDED_BY)), unit)
