"""WebSocket connections: who listens, and to what."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tools.domain.announcements import Announcement

LONGEST_CONNECTION = timedelta(hours=2)
"""API Gateway ends a WebSocket after two hours (quotas of WebSocket APIs)."""

KEPT = LONGEST_CONNECTION + timedelta(minutes=15)
"""How long a connection is kept whose goodbye never came."""

MOST_SUBSCRIPTIONS = 100


@dataclass(frozen=True, slots=True, order=True)
class Subscription:
    """What a connection listens to: everything, an account, or one budget of an account.

    `account_id` None is every account; a budget is one of an account.
    """

    account_id: str | None = None
    budget_name: str | None = None

    def covers(self, announcement: Announcement) -> bool:
        """Whether the announcement is about it."""
        return self.account_id in (None, announcement.account_id) and self.budget_name in (
            None,
            announcement.budget_name,
        )


EVERYTHING = Subscription()


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """A client that is connected. Moments are None where the table of connections does not say them."""

    id: str
    subscriptions: tuple[Subscription, ...] = ()
    connected_at: datetime | None = None
    expires_at: datetime | None = None

    def hears(self, announcement: Announcement) -> bool:
        """Whether it has asked to be told."""
        return any(each.covers(announcement) for each in self.subscriptions)

    def is_over(self, now: datetime) -> bool:
        """Whether it cannot be open any more."""
        return self.expires_at is not None and self.expires_at <= now

    def subscribed(self, subscription: Subscription) -> Connection:
        """The connection that listens to this too."""
        return replace(self, subscriptions=tuple(dict.fromkeys((*self.subscriptions, subscription))))

    def unsubscribed(self, subscription: Subscription) -> Connection:
        """The connection that listens to this no more; to nothing after an end to everything."""
        if subscription == EVERYTHING:
            return replace(self, subscriptions=())
        return replace(self, subscriptions=tuple(each for each in self.subscriptions if each != subscription))
