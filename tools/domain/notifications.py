"""Notifications: which threshold is watched on which figure, and who is told.

Source: Budgets API shapes `Notification`, `Subscriber`, `NotificationWithSubscribers` and the user guide.
A notification has no id: type, operator, threshold and threshold type together are its identity.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from tools.domain.budget_types import Breach, BudgetType
from tools.domain.money import Spend
from tools.domain.subscriber_channels import CHANNELS, ChannelName

MOST_NOTIFICATIONS = 10
HIGHEST_THRESHOLD = Decimal(15_000_000_000_000)


class NotificationType(StrEnum):
    """Which figure is watched."""

    ACTUAL = "ACTUAL"
    FORECASTED = "FORECASTED"


class ThresholdType(StrEnum):
    """Whether a threshold is a share of the limit or an amount in the limit's unit."""

    PERCENTAGE = "PERCENTAGE"
    ABSOLUTE_VALUE = "ABSOLUTE_VALUE"


class ComparisonOperator(StrEnum):
    """When a notification goes into ALARM."""

    GREATER_THAN = "GREATER_THAN"
    LESS_THAN = "LESS_THAN"
    EQUAL_TO = "EQUAL_TO"


@dataclass(frozen=True, slots=True)
class Threshold:
    """A value, in percent of the limit or in the limit's unit."""

    value: Decimal
    type: ThresholdType = ThresholdType.PERCENTAGE

    def amount_of(self, limit: Spend) -> Spend:
        """The amount at which the threshold lies under this limit."""
        if self.type is ThresholdType.ABSOLUTE_VALUE:
            return Spend(self.value, limit.unit)
        return limit.times(self.value / 100)


@dataclass(frozen=True, slots=True)
class Subscriber:
    """An address and the channel it is reached by."""

    channel: ChannelName
    address: str


@dataclass(frozen=True, slots=True)
class Notification:
    """A threshold watched on ACTUAL or FORECASTED, and its subscribers.

    `subscribers` is None when they were not read; `in_alarm` is None when AWS did not say.
    """

    type: NotificationType
    operator: ComparisonOperator
    threshold: Threshold
    subscribers: tuple[Subscriber, ...] | None = None
    in_alarm: bool | None = None

    @property
    def identity(self) -> tuple[str, str, Decimal, str]:
        """What makes it the same notification for AWS."""
        return (self.type, self.operator, self.threshold.value, self.threshold.type)


def operator_for(budget_type: BudgetType) -> ComparisonOperator:
    """The operator that fires on the side where this type fails."""
    return (
        ComparisonOperator.GREATER_THAN
        if budget_type.breach is Breach.ABOVE
        else ComparisonOperator.LESS_THAN
    )


def default_notifications(
    budget_type: BudgetType, subscribers: tuple[Subscriber, ...]
) -> tuple[Notification, ...]:
    """What a budget watches when its creator names only who to tell.

    Cost and usage: 80 % actual as the warning, 100 % actual as the breach, 100 % forecasted as the early
    warning. Utilization and coverage: below the type's usual target, on actual only.
    """
    operator = operator_for(budget_type)
    if budget_type.default_target is not None:
        watched = [(NotificationType.ACTUAL, budget_type.default_target)]
    else:
        watched = [
            (NotificationType.ACTUAL, Decimal(80)),
            (NotificationType.ACTUAL, Decimal(100)),
            (NotificationType.FORECASTED, Decimal(100)),
        ]
    return tuple(
        Notification(figure, operator, Threshold(percent), subscribers) for figure, percent in watched
    )


def merged_subscribers(
    notifications: Sequence[Notification],
) -> tuple[tuple[Subscriber, ...], tuple[Subscriber, ...]]:
    """Everybody told by any of these notifications, each once, as far as the channels' quotas go; and the rest.

    The first named stay. Notifications whose subscribers were not read add nobody.
    """
    everybody = dict.fromkeys(
        each for notification in notifications for each in notification.subscribers or ()
    )
    kept = [
        each
        for name, channel in CHANNELS.items()
        for each in [each for each in everybody if each.channel is name][: channel.quota]
    ]
    return tuple(kept), tuple(each for each in everybody if each not in kept)


def problems_with_subscribers(subscribers: tuple[Subscriber, ...], account_id: str) -> list[str]:
    """Every reason for which AWS would refuse these subscribers of one notification or budget action."""
    problems = []
    for name, channel in CHANNELS.items():
        addresses = [each.address for each in subscribers if each.channel is name]
        problems += [
            problem for address in addresses if (problem := channel.problem_with_address(address, account_id))
        ]
        if len(addresses) > channel.quota:
            problems.append(
                f"{len(addresses)} {name.value} subscribers; AWS allows {channel.quota} per notification"
            )
        problems += [
            f"'{address}' is named twice"
            for address in sorted(set(addresses))
            if addresses.count(address) > 1
        ]
    if not subscribers:
        problems.append("nobody is told; AWS wants at least one subscriber")
    return problems
