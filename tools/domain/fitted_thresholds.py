"""Thresholds that fit how much a scope strays: near the limit for a steady one, far from it for a lumpy one.

The highest threshold under the limit warns: about three of ten periods pass it. The lowest one over the limit says
that something is grave: about one of fifty does. Lower ones can follow the pace of the period: each lies where
spending never was by its share of the period, so that passing it earlier is ahead of anything known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, Decimal

from tools.domain.daily_profile import DailyProfile
from tools.domain.estimates import estimate_of
from tools.domain.money import Spend, plain
from tools.domain.notifications import (
    ComparisonOperator,
    Notification,
    NotificationType,
    Threshold,
    ThresholdType,
)
from tools.domain.spend_history import SpendHistory

PASSED_BY_A_WARNING = Decimal("0.30")
PASSED_BY_WHAT_IS_GRAVE = Decimal("0.02")
HIGHEST_WARNING = Decimal(95)
LOWEST_GRAVE = Decimal(105)
HIGHEST_GRAVE = Decimal(300)
LOWEST_PACE = Decimal(5)
# Less is not worth a message to whoever knows the old one.
SMALLEST_MOVE = Decimal(3)
# Two thresholds closer than this tell the same twice.
POINTS_APART = Decimal(5)

_HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedThreshold:
    """One notification that is turned into another, and why."""

    old: Notification
    new: Notification
    reason: str


def fitted_thresholds(
    notifications: Sequence[Notification],
    history: SpendHistory,
    limit: Spend,
    spent: Spend | None,
    profile: DailyProfile | None,
) -> list[FittedThreshold]:
    """Which notifications to turn so that they fit the history under this limit.

    Only thresholds in percent that watch actual spend are turned; those at the limit itself, on the forecast and
    in amounts stay, and none is added or removed. One that what is spent would pass at once is not turned.
    """
    watched = sorted((each for each in notifications if _is_adjustable(each)), key=_percent)
    below = [each for each in watched if _percent(each) < _HUNDRED]
    above = [each for each in watched if _percent(each) > _HUNDRED]
    found = []
    if above:
        found += _turned(above[0], _grave(history, limit), "about one of fifty periods comes so far")
    warning = _warning(history, limit)
    if below:
        found += _turned(below[-1], warning, "about three of ten periods come so far")
    if profile is not None and warning is not None:
        found += _paced(below[:-1], history, limit, warning, profile)
    return _in_their_places(
        [each for each in found if not _would_alarm(each, limit, spent)], notifications, watched
    )


def _paced(
    lower: Sequence[Notification],
    history: SpendHistory,
    limit: Spend,
    warning: Decimal,
    profile: DailyProfile,
) -> list[FittedThreshold]:
    """The lower thresholds by equal shares of the period, each at the most that was spent by then."""
    estimate = estimate_of(history, PASSED_BY_A_WARNING)
    if estimate is None or not limit.amount:
        return []
    found = []
    for number, each in enumerate(lower, start=1):
        elapsed = Decimal(number) / (len(lower) + 1)
        share = profile.most_by(elapsed)
        percent = _up(share * estimate.expected / limit.amount)
        if LOWEST_PACE <= percent <= warning - POINTS_APART:
            reason = (
                f"{plain((elapsed * 100).quantize(Decimal(1))):f} % into a month at most {_up(share)} % of it was"
                f" spent in {profile.periods} past ones: passed earlier, it is ahead of all of them"
            )
            found += _turned(each, percent, reason)
    return found


def _turned(old: Notification, percent: Decimal | None, reason: str) -> list[FittedThreshold]:
    if percent is None or abs(percent - _percent(old)) < SMALLEST_MOVE:
        return []
    return [FittedThreshold(old=old, new=replace(old, threshold=Threshold(percent)), reason=reason)]


def _warning(history: SpendHistory, limit: Spend) -> Decimal | None:
    percent = _percent_passed_by(PASSED_BY_A_WARNING, history, limit)
    return None if percent is None else min(percent, HIGHEST_WARNING)


def _grave(history: SpendHistory, limit: Spend) -> Decimal | None:
    percent = _percent_passed_by(PASSED_BY_WHAT_IS_GRAVE, history, limit)
    return None if percent is None else min(max(percent, LOWEST_GRAVE), HIGHEST_GRAVE)


def _percent_passed_by(probability: Decimal, history: SpendHistory, limit: Spend) -> Decimal | None:
    estimate = estimate_of(history, probability)
    if estimate is None or estimate.is_starting or not estimate.limit or not limit.amount:
        return None
    return _up(estimate.limit / limit.amount)


def _up(ratio: Decimal) -> Decimal:
    return (ratio * 100).to_integral_value(rounding=ROUND_CEILING)


def _is_adjustable(notification: Notification) -> bool:
    return (
        notification.type is NotificationType.ACTUAL
        and notification.operator is ComparisonOperator.GREATER_THAN
        and notification.threshold.type is ThresholdType.PERCENTAGE
    )


def _percent(notification: Notification) -> Decimal:
    return notification.threshold.value


def _would_alarm(fitted: FittedThreshold, limit: Spend, spent: Spend | None) -> bool:
    """Whether it would alarm at once although nothing new has happened."""
    if _percent(fitted.new) > _percent(fitted.old):
        return False
    return spent is None or spent.amount > fitted.new.threshold.amount_of(limit).amount


def _in_their_places(
    found: Sequence[FittedThreshold], notifications: Sequence[Notification], watched: Sequence[Notification]
) -> list[FittedThreshold]:
    """Those that keep their places: none passes another, or comes close to one, or becomes one there is.

    One that moves makes room for others, so they are gone through until no more can move.
    """
    places = {each.identity: _percent(each) for each in watched}
    taken = {each.identity for each in notifications}
    left, moved = list(found), list[FittedThreshold]()
    while True:
        free = [each for each in left if each.new.identity not in taken and _is_apart(each, places)]
        if not free:
            return moved
        places[free[0].old.identity] = _percent(free[0].new)
        moved.append(free[0])
        left.remove(free[0])


def _is_apart(fitted: FittedThreshold, places: Mapping[tuple[str, str, Decimal, str], Decimal]) -> bool:
    others = [percent for identity, percent in places.items() if identity != fitted.old.identity]
    old, new = _percent(fitted.old), _percent(fitted.new)
    return all(
        (other < old) == (other < new) and abs(other - new) >= min(POINTS_APART, abs(other - old))
        for other in others
    )
