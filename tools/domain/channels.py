"""The channels by which announcements go out: one entry per channel, with what it is told.

How a channel is reached is its adapter's business (`AnnouncementChannel` in `tools.gateways`); which of them a
deployment has, its settings say (`agent.bootstrap`). Those who are told by AWS Budgets itself are its subscribers:
`tools.domain.subscriber_channels`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tools.domain.alerts import AlertEvent, Resolution
from tools.domain.announcements import Announcement, AnnouncementType
from tools.domain.rules_alert import RULES_UNUSABLE


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel: the name under which the outbox keeps how far it has got, and what it is told."""

    name: str
    wants: Callable[[Announcement], bool]


def everything(announcement: Announcement) -> bool:
    """For programs, which keep their own picture of all alerts."""
    del announcement
    return True


def what_people_need(announcement: Announcement) -> bool:
    """For people: an alert opened, or it is over because the figure fell back; or the governance file is unusable.

    Somebody took it over, a period ended, a budget was deleted: whoever did that knows, and others need not.
    """
    if announcement.type is not AnnouncementType.BUDGET_ALERT:
        return True
    if announcement.event == AlertEvent.RESOLVED:
        return bool(announcement.data.get("resolution") == Resolution.FELL_BACK)
    return announcement.event in (AlertEvent.OPENED, RULES_UNUSABLE)


OWNERS_WEBSOCKET = Channel("websocket", everything)
"""A WebSocket API that is there already, with its table of connections."""

STACK_WEBSOCKET = Channel("stack_websocket", everything)
"""The WebSocket API that the stack makes."""

TOPIC = Channel("topic", what_people_need)
"""An SNS topic for people."""

CHANNELS: Mapping[str, Channel] = {each.name: each for each in (OWNERS_WEBSOCKET, STACK_WEBSOCKET, TOPIC)}
