"""What actions may ask of the ways to tell people."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from tools.domain.announcements import Announcement
    from tools.domain.channels import Channel
    from tools.domain.connections import Connection
    from tools.domain.deliveries import DeliveryRun, Sent


class ConnectionSource(Protocol):
    """The connections of a WebSocket API."""

    def connections(self, now: datetime) -> list[Connection]:
        """Those that may be open at this moment."""

    def forget(self, connection_id: str) -> None:
        """Forget one that is gone. Forgetting it again changes nothing."""


class ConnectionStore(ConnectionSource, Protocol):
    """The connections of the stack's own WebSocket API, which the agent keeps itself."""

    def connect(self, connection: Connection) -> None:
        """Keep a connection. Keeping it again changes nothing."""

    def connection(self, connection_id: str) -> Connection | None:
        """One of them as it stands at this moment."""

    def subscribe(self, before: Connection, after: Connection) -> bool:
        """Keep what a connection listens to now; False when that has changed, or it is gone, meanwhile."""


class AnnouncementChannel(Protocol):
    """A way to tell of announcements: an entry of `tools.domain.channels`, reached."""

    @property
    def channel(self) -> Channel:
        """Which channel it is, and what it is told."""

    def deliver(
        self, announcement: Announcement, recipients: tuple[str, ...] | None, run: DeliveryRun
    ) -> Sent:
        """Tell these recipients, or everybody whom the channel knows; what became of it, for each of them.

        Nobody is tried any more when no second is left: they count as failed. A recipient that fails stops no
        other. Raises an error when the recipients cannot be known: then nobody was told.
        """
