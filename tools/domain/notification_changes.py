"""How one set of notifications becomes another in place: which steps, in which order.

A notification that stays is never deleted and made again: that would forget that it has fired. One that goes is
turned into one that comes, which keeps its subscribers and needs no place beside the ten AWS allows. Additions
come before removals, so that at no moment somebody is untold who was told before and is to be told after.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from tools.domain.budget_steps import (
    AddNotification,
    AddSubscriber,
    NotificationStep,
    RemoveNotification,
    RemoveSubscriber,
    ReplaceSubscriber,
    TurnNotification,
)
from tools.domain.notifications import Notification, Subscriber
from tools.domain.subscriber_channels import ChannelName


def notification_steps(
    existing: Sequence[Notification], wanted: Sequence[Notification]
) -> list[NotificationStep]:
    """The steps from the existing notifications to the wanted ones, both with subscribers; none when equal."""
    before = {each.identity: each for each in existing}
    after = {each.identity: each for each in wanted}
    going = [each for key, each in before.items() if key not in after]
    coming = [each for key, each in after.items() if key not in before]
    turned = _paired(going, coming)
    additions: list[NotificationStep] = []
    removals: list[NotificationStep] = []
    for new in wanted:
        old = before.get(new.identity) or turned.get(new.identity)
        if old is None:
            continue
        if old.identity != new.identity:
            additions.append(TurnNotification(old, new))
        _add_subscriber_steps(new, old.subscribers or (), new.subscribers or (), additions, removals)
    additions += [AddNotification(each) for each in coming if each.identity not in turned]
    used = {each.identity for each in turned.values()}
    removals += [RemoveNotification(each) for each in going if each.identity not in used]
    return [*additions, *removals]


def _paired(
    going: Sequence[Notification], coming: Sequence[Notification]
) -> dict[tuple[str, str, Decimal, str], Notification]:
    """Which one that goes becomes which one that comes: the most alike, by the identity of the coming one."""
    left, pairs = list(going), {}
    for new in coming:
        if not left:
            break
        closest = max(left, key=lambda old: _likeness(old, new))
        left.remove(closest)
        pairs[new.identity] = closest
    return pairs


def _likeness(old: Notification, new: Notification) -> tuple[bool, bool, int]:
    shared = set(old.subscribers or ()) & set(new.subscribers or ())
    return (
        (old.type, old.operator) == (new.type, new.operator),
        old.threshold.type is new.threshold.type,
        len(shared),
    )


def _add_subscriber_steps(
    notification: Notification,
    told: Sequence[Subscriber],
    to_tell: Sequence[Subscriber],
    additions: list[NotificationStep],
    removals: list[NotificationStep],
) -> None:
    """Within a channel one is put in the place of another, since the channel may be at its quota."""
    for channel in ChannelName:
        leaving = [each for each in told if each.channel is channel and each not in to_tell]
        joining = [each for each in to_tell if each.channel is channel and each not in told]
        both = min(len(leaving), len(joining))
        additions += [
            ReplaceSubscriber(notification, old, new)
            for old, new in zip(leaving[:both], joining[:both], strict=True)
        ]
        additions += [AddSubscriber(notification, each) for each in joining[both:]]
        removals += [RemoveSubscriber(notification, each) for each in leaving[both:]]
