"""Where budget actions stand among the levels of their budget: which threshold comes first, which after it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from tools.domain.money import Spend, plain
from tools.domain.notifications import NotificationType, Threshold, ThresholdType

Watched = tuple[NotificationType, Threshold]
"""What a notification or a budget action looks at: which figure, which threshold."""


@dataclass(frozen=True, slots=True)
class Level:
    """A place among the levels of a budget, the lowest first: 1 of 3."""

    number: int
    of: int


def height_of(watched: Watched, limit: Spend | None) -> tuple[Decimal, bool] | None:
    """What levels are ordered by; None where an amount cannot be compared because the limit is unknown or zero.

    By the threshold in percent of the limit; at one threshold the forecast comes before the actual figure.
    """
    figure, threshold = watched
    is_actual = figure is NotificationType.ACTUAL
    if threshold.type is ThresholdType.PERCENTAGE:
        return (threshold.value, is_actual)
    if limit is None or not limit.amount:
        return None
    return (threshold.value / limit.amount * 100, is_actual)


def levels_of(watched: Iterable[Watched], limit: Spend | None) -> dict[Watched, Level] | None:
    """Each with its level; equal ones share one. None where they cannot be put into an order.

    Amounts can be ordered among themselves without the limit, and percentages too, but not the two together.
    """
    distinct = set(watched)
    if len({threshold.type for _, threshold in distinct}) == 1:
        heights = {each: (each[1].value, each[0] is NotificationType.ACTUAL) for each in distinct}
    else:
        found = {each: height_of(each, limit) for each in distinct}
        heights = {each: height for each, height in found.items() if height is not None}
        if len(heights) < len(distinct):
            return None
    order = sorted(set(heights.values()))
    return {each: Level(order.index(height) + 1, len(order)) for each, height in heights.items()}


def watched_in_words(watched: Watched, unit: str | None = None) -> str:
    """`actual above 110 %`, `forecasted above 500 USD`; without the unit where it is not known."""
    figure, threshold = watched
    is_percentage = threshold.type is ThresholdType.PERCENTAGE
    suffix = " %" if is_percentage else f" {unit}" if unit else ""
    return f"{figure.lower()} above {plain(threshold.value):f}{suffix}"
