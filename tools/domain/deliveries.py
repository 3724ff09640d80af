"""What becomes of a delivery: who was reached, who is still to be told, and when a channel gives up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tools.domain.announcements import Announcement, Delivery, DeliveryState
from tools.domain.errors import BudgetAgentError

GIVE_UP_AFTER = timedelta(days=7)
"""News that nobody could be told for so long is none any more; the alert itself stays in the agent's memory."""

MOST_REMEMBERED = 5_000
"""Recipients still to be told whose names are kept: about 100 KB of the 400 KB that an item may have."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why something was not told, with the code of the error."""

    code: str
    reason: str
    retryable: bool = True

    @classmethod
    def of(cls, error: BudgetAgentError) -> Failure:
        """The failure behind an error."""
        return cls(error.code, error.message, error.retryable)


OUT_OF_TIME = Failure("OUT_OF_TIME", "There was no time left; the next run tells it.")


@dataclass(frozen=True, slots=True)
class DeliveryRun:
    """What one run over the outbox lends to a channel.

    `failed` are the recipients of this channel that did not take an earlier message of the same run: they count as
    failed without being tried, so that each hears of things in their order.
    """

    now: datetime
    seconds_left: Callable[[], float]
    failed: Mapping[str, Failure] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sent:
    """One try of a channel: who took the message, and who did not and why.

    `gone` are recipients that exist no more. `problems` is what else went wrong.
    """

    reached: tuple[str, ...] = ()
    failed: Mapping[str, Failure] = field(default_factory=dict)
    gone: tuple[str, ...] = ()
    problems: tuple[Failure, ...] = ()

    @property
    def is_refused(self) -> bool:
        """Whether the channel as a whole took nothing."""
        return bool(self.failed) and not self.reached


def after_a_try(announcement: Announcement, channel: str, sent: Sent, now: datetime) -> Delivery:
    """The channel's part after a try that could name its recipients.

    Where nobody was reached, everybody is told next time, those included who connect until then. Where more
    failed than are remembered, everybody is told again: each message carries its id.
    """
    before = announcement.delivery_by(channel)
    reached = before.reached + len(sent.reached)
    if not sent.failed:
        return Delivery(state=DeliveryState.DELIVERED, attempts=before.attempts + 1, reached=reached)
    is_known_who = bool(reached) and len(sent.failed) <= MOST_REMEMBERED
    return Delivery(
        state=_state(announcement, now),
        attempts=before.attempts + 1,
        remaining=tuple(sent.failed) if is_known_who else None,
        reached=reached,
        last_error=next(iter(sent.failed.values())).reason,
    )


def after_a_failure(announcement: Announcement, channel: str, failure: Failure, now: datetime) -> Delivery:
    """The channel's part after a try that failed before it knew its recipients."""
    before = announcement.delivery_by(channel)
    return Delivery(
        state=_state(announcement, now),
        attempts=before.attempts + 1,
        remaining=before.remaining,
        reached=before.reached,
        last_error=failure.reason,
    )


def _state(announcement: Announcement, now: datetime) -> DeliveryState:
    return DeliveryState.GIVEN_UP if now - announcement.at >= GIVE_UP_AFTER else DeliveryState.PENDING


class Unsettled:
    """What was told although its outbox did not answer afterwards: kept in the process, told to nobody again."""

    def __init__(self) -> None:
        self._held: dict[tuple[str, str], tuple[Announcement, bool]] = {}

    def keep(self, announcement: Announcement, *, is_done: bool) -> None:
        """Keep how far an announcement has come."""
        self._held[announcement.account_id, announcement.id] = (announcement, is_done)

    def of(self, account_id: str) -> list[tuple[Announcement, bool]]:
        """Those of an account, and whether each is done."""
        return [held for (account, _), held in list(self._held.items()) if account == account_id]

    def drop(self, announcement: Announcement) -> None:
        """The outbox knows it now."""
        self._held.pop((announcement.account_id, announcement.id), None)
