"""Channels and connections in memory, and an announcement to send through them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from tests.builders import ACCOUNT, NOW
from tools.domain.announcements import Announcement, AnnouncementType
from tools.domain.channels import OWNERS_WEBSOCKET, Channel
from tools.domain.connections import Connection
from tools.domain.deliveries import OUT_OF_TIME, DeliveryRun, Failure, Sent
from tools.domain.errors import AwsUnavailable, BudgetAgentError

DOWN = Failure("AWS_UNAVAILABLE", "it does not answer")


def an_announcement(
    id: str = "a1",
    *,
    event: str = "opened",
    at: datetime = NOW,
    budget: str | None = "team",
    account_id: str = ACCOUNT,
    type: AnnouncementType = AnnouncementType.BUDGET_ALERT,
    **data: Any,
) -> Announcement:
    """Something to tell."""
    return Announcement(
        id=id, account_id=account_id, at=at, type=type, event=event, budget_name=budget, data=data
    )


@dataclass
class FakeChannel:
    """A channel whose recipients are names. `heard` has what each took, in order, also when told twice.

    `dead` maps a recipient to why it takes nothing, `gone` are recipients that turn out to exist no more, `raises`
    is what happens instead of knowing the recipients.
    """

    recipients: list[str] = field(default_factory=lambda: ["one"])
    channel: Channel = OWNERS_WEBSOCKET
    dead: dict[str, Failure] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    problems: tuple[Failure, ...] = ()
    raises: BudgetAgentError | None = None
    heard: dict[str, list[str]] = field(default_factory=dict)
    tried: list[tuple[str, str]] = field(default_factory=list)

    def deliver(
        self, announcement: Announcement, recipients: tuple[str, ...] | None, run: DeliveryRun
    ) -> Sent:
        if self.raises is not None:
            raise self.raises
        sent = Sent(problems=self.problems)
        for name in self.recipients:
            if recipients is None or name in recipients:
                sent = self._tell(name, announcement, run, sent)
        self.recipients = [each for each in self.recipients if each not in sent.gone]
        return sent

    def _tell(self, name: str, announcement: Announcement, run: DeliveryRun, sent: Sent) -> Sent:
        failure = run.failed.get(name) or (OUT_OF_TIME if run.seconds_left() <= 0 else None)
        if failure is None:
            self.tried.append((name, announcement.id))
            failure = self.dead.get(name)
        if failure is not None:
            return replace(sent, failed={**sent.failed, name: failure})
        if name in self.gone:
            return replace(sent, gone=(*sent.gone, name))
        self.heard.setdefault(name, []).append(announcement.id)
        return replace(sent, reached=(*sent.reached, name))


@dataclass
class FakeConnections:
    """Connections in memory."""

    held: dict[str, Connection] = field(default_factory=dict)
    failing: Mapping[str, BudgetAgentError] = field(default_factory=dict)

    def connections(self, now: datetime) -> list[Connection]:
        self._may("connections")
        return [each for each in self.held.values() if not each.is_over(now)]

    def forget(self, connection_id: str) -> None:
        self._may("forget")
        self.held.pop(connection_id, None)

    def connect(self, connection: Connection) -> None:
        self._may("connect")
        self.held.setdefault(connection.id, connection)

    def connection(self, connection_id: str) -> Connection | None:
        self._may("connection")
        return self.held.get(connection_id)

    def subscribe(self, before: Connection, after: Connection) -> bool:
        self._may("subscribe")
        present = self.held.get(before.id)
        if present is None or present.subscriptions != before.subscriptions:
            return False
        self.held[after.id] = after
        return True

    def _may(self, method: str) -> None:
        if method in self.failing:
            raise self.failing[method]


def unavailable() -> AwsUnavailable:
    """What a table that does not answer raises."""
    return AwsUnavailable("it does not answer")
