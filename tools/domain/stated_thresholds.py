"""Which of a budget's thresholds a message of AWS Budgets speaks of: it states an amount, whatever they are in."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from tools.domain.budget import Budget
from tools.domain.budget_messages import ParsedNotification
from tools.domain.crossings import WatchedThreshold
from tools.domain.money import Spend
from tools.domain.notifications import (
    Notification,
    NotificationType,
    Threshold,
    ThresholdType,
    operator_for,
)

_CENT = Decimal("0.01")


def thresholds_stated_by(
    parsed: ParsedNotification, budget: Budget, limit: Spend | None
) -> list[WatchedThreshold]:
    """The thresholds to look at because of this message, under the limit of the period it speaks of.

    The budget's own notification of that figure whose threshold lies at the stated amount, to the cent, under this
    limit or the one that the message states. Where none does, the amount itself. Where the message states none in
    the limit's unit, every notification of the figure; a message without a figure may mean either.
    """
    own = [each for each in budget.notifications or () if parsed.figure in (None, each.type)]
    stated = parsed.threshold
    if stated is None or limit is None or stated.unit != limit.unit:
        return [_watched(each) for each in own]
    for under in (limit, parsed.budgeted):
        if under is not None and under.unit == stated.unit:
            lying_there = [each for each in own if _lies_at(each, stated, under, parsed)]
            if lying_there:
                return [_watched(each) for each in lying_there]
    figures: Sequence[NotificationType] = (
        tuple(NotificationType) if parsed.figure is None else (parsed.figure,)
    )
    operator = parsed.operator or operator_for(budget.type)
    amount = Threshold(stated.amount, ThresholdType.ABSOLUTE_VALUE)
    return [WatchedThreshold(figure, operator, amount) for figure in figures]


def _lies_at(notification: Notification, stated: Spend, limit: Spend, parsed: ParsedNotification) -> bool:
    if parsed.operator not in (None, notification.operator):
        return False
    return abs(notification.threshold.amount_of(limit).amount - stated.amount) < _CENT


def _watched(notification: Notification) -> WatchedThreshold:
    return WatchedThreshold(notification.type, notification.operator, notification.threshold)
