"""Announcements: what the agent tells the world of its own accord, and how far each channel has got with it.

An announcement is written together with what causes it, so that neither exists without the other, and it stays
pending until every channel has delivered it or given up. Its id follows from its cause: the same thing is never
announced under two ids, and a client that is told twice after a crash can see that it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any


class AnnouncementType(StrEnum):
    """What an announcement is about; the `type` of its message."""

    BUDGET_ALERT = "budget_alert"
    BUDGET_ACTION = "budget_action"
    BUDGET_PERFORMANCE = "budget_performance"


class DeliveryState(StrEnum):
    """How far a channel has got."""

    PENDING = "PENDING"
    DELIVERED = "DELIVERED"
    GIVEN_UP = "GIVEN_UP"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One channel's part of an announcement.

    `remaining` are the recipients that are still to be reached, None for everybody the channel knows; `reached`
    counts those that were.
    """

    state: DeliveryState = DeliveryState.PENDING
    attempts: int = 0
    remaining: tuple[str, ...] | None = None
    reached: int = 0
    last_error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """Something to tell: `event` is what happened (opened, resolved, ...), `data` the message's own part as JSON.

    `deliveries` has what channels have done so far, by channel name; a channel that is not in it has not begun.
    `claimed_until` is the end of the lease of the run that delivers it now; `revision` counts the changes of the
    stored announcement, so that a run whose lease is over overwrites nothing.
    """

    id: str
    account_id: str
    at: datetime
    type: AnnouncementType
    event: str
    data: Mapping[str, Any]
    budget_name: str | None = None
    deliveries: Mapping[str, Delivery] = field(default_factory=dict)
    claimed_until: datetime | None = None
    revision: int = 1

    def is_settled_for(self, channels: Iterable[str]) -> bool:
        """Whether each of these channels has delivered it or given up."""
        return all(self.delivery_by(each).state is not DeliveryState.PENDING for each in channels)

    def delivery_by(self, channel: str) -> Delivery:
        """The channel's part; one that has not begun is pending."""
        return self.deliveries.get(channel, Delivery())

    def with_delivery(self, channel: str, delivery: Delivery) -> Announcement:
        """The announcement with this channel's part."""
        return replace(self, deliveries={**self.deliveries, channel: delivery})
