"""Trend and volatility of a row of amounts."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal


def slope_per_period(amounts: Sequence[Decimal]) -> Decimal | None:
    """The least-squares change per period as a ratio of the mean; None under three periods or at mean zero."""
    count = len(amounts)
    if count < 3:
        return None
    mean = sum(amounts, Decimal(0)) / count
    if not mean:
        return None
    middle = Decimal(count - 1) / 2
    numerator = sum(((index - middle) * amount for index, amount in enumerate(amounts)), Decimal(0))
    denominator = sum(((index - middle) ** 2 for index in range(count)), Decimal(0))
    return numerator / denominator / abs(mean)


def volatility_of(amounts: Sequence[Decimal]) -> Decimal | None:
    """Standard deviation as a ratio of the mean; None under two periods or at mean zero."""
    count = len(amounts)
    if count < 2:
        return None
    mean = sum(amounts, Decimal(0)) / count
    if not mean:
        return None
    variance = sum(((amount - mean) ** 2 for amount in amounts), Decimal(0)) / (count - 1)
    return variance.sqrt() / abs(mean)
