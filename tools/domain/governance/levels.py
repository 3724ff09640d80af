"""Where thresholds lie, so that those of different kinds can be compared."""

from __future__ import annotations

from decimal import Decimal

from tools.domain.money import Spend, plain
from tools.domain.notifications import Threshold, ThresholdType


def position_of_threshold(threshold: Threshold, limit: Spend | None) -> Decimal | None:
    """Percent of the limit; None for an amount while there is no limit to measure it by."""
    if threshold.type is ThresholdType.PERCENTAGE:
        return threshold.value
    if limit is None or not limit.amount:
        return None
    return threshold.value / limit.amount * 100


def threshold_in_words(threshold: Threshold, limit: Spend | None) -> str:
    """`110 %`, or `$900.00`."""
    if threshold.type is ThresholdType.PERCENTAGE:
        return f"{plain(threshold.value):f} %"
    if limit is None:
        return f"{plain(threshold.value):f}"
    return Spend(threshold.value, limit.unit).in_words()
