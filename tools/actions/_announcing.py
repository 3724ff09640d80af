"""Telling what waits in the outbox: claim, send by every channel that wants it, settle; and say how far that went.

Nothing is told twice. Two overlapping runs cannot claim the same announcement. What was sent although the outbox
did not answer afterwards is kept in the process, and settled at its next run instead of being sent again. Only a
process that ends between sending and settling leaves an announcement that is sent again, when its lease is over;
its message carries the same id.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from pydantic import Field

from tools.actions._action import Incomplete, Model
from tools.actions._reply import read_or_say
from tools.domain.announcements import Announcement, DeliveryState
from tools.domain.deliveries import (
    OUT_OF_TIME,
    DeliveryRun,
    Failure,
    after_a_failure,
    after_a_try,
)
from tools.domain.errors import BudgetAgentError
from tools.gateways import Gateways
from tools.ports.channels import AnnouncementChannel
from tools.ports.state import StateStore

MOST_SECONDS = 60.0
"""How long one run tells at most; what is left is told at the next."""

RESERVE_SECONDS = 10.0
"""What is left of an invocation for its reply."""

# Two tries of a call, each as long as it may last: how much later than its end a run may still be sending.
_LONGEST_CALL = timedelta(seconds=60)

_PART = "announcements"
_CLAIMED = Failure("CLAIMED", "Another run is telling it, or has told it meanwhile.")


class UntoldView(Model):
    """An announcement that a channel has not told to everybody."""

    id: str
    budget_name: str | None
    event: str
    channel: str
    attempts: int
    remaining: int | None = Field(description="How many recipients; null: everybody the channel knows.")
    reason: str | None


class Announced(Model):
    """What was told in this run, what is still to be told, and what was given up."""

    sent: int = Field(default=0, description="Messages that recipients took.")
    pending: list[UntoldView] = Field(default_factory=list)
    failed: list[UntoldView] = Field(default_factory=list)


def deliver_announcements(
    gateways: Gateways, account_id: str, incomplete: list[Incomplete]
) -> Announced | None:
    """Tell everything that waits in the account's outbox, the oldest first; None when it cannot be read.

    One dead channel or recipient stops no other. A channel or recipient that fails is not tried again in the same
    run, so that it hears of things in their order and costs its waiting time once. What was not told to everybody
    is said in the result, and why in `incomplete`; the next run goes on with it.
    """
    state = gateways.state
    if state is None:
        return None
    run = _Run(gateways, state, account_id, incomplete)
    run.settle_what_was_told_before()
    pending = read_or_say(_PART, incomplete, lambda: state.pending_announcements(account_id))
    return None if pending is None else run.tell(pending)


class _Run:
    """One run over the outbox of an account."""

    def __init__(
        self, gateways: Gateways, state: StateStore, account_id: str, incomplete: list[Incomplete]
    ) -> None:
        self._gateways = gateways
        self._state = state
        self._account_id = account_id
        self._incomplete = incomplete
        self._now = gateways.clock.now()
        left = gateways.seconds_left()
        self._allowance = max(min(left - RESERVE_SECONDS, MOST_SECONDS), 0.0)
        self._end = left - self._allowance
        self._stop: Failure | None = None
        # Why a channel takes nothing more in this run; and why a recipient does, by channel.
        self._refusals: dict[str, Failure] = {}
        self._failed: dict[str, dict[str, Failure]] = {}
        self._said: set[tuple[str, str]] = set()

    def settle_what_was_told_before(self) -> None:
        """Settle what an earlier run of this process sent when the outbox did not answer."""
        for announcement, is_done in self._gateways.unsettled.of(self._account_id):
            self._settle(announcement, is_done=is_done)

    def tell(self, pending: Sequence[Announcement]) -> Announced:
        """Tell these, as far as the time goes."""
        sent = 0
        waiting: list[UntoldView] = []
        given_up: list[UntoldView] = []
        unsettled = {each.id for each, _ in self._gateways.unsettled.of(self._account_id)}
        for before in pending:
            if before.id in unsettled:
                # Told by an earlier run; the outbox does not know it yet.
                continue
            wanting = [each for each in self._gateways.channels if each.channel.wants(before)]
            after, untouched = self._tell_one(before, wanting)
            for name in (each.channel.name for each in wanting):
                old, new = before.delivery_by(name), after.delivery_by(name)
                sent += new.reached - old.reached
                if new.state is DeliveryState.PENDING:
                    waiting.append(self._view(after, name, untouched or self._refusals.get(name)))
                elif new.state is DeliveryState.GIVEN_UP and old.state is DeliveryState.PENDING:
                    given_up.append(self._view(after, name, None))
        return Announced(sent=sent, pending=waiting, failed=given_up)

    def _tell_one(
        self, announcement: Announcement, wanting: Sequence[AnnouncementChannel]
    ) -> tuple[Announcement, Failure | None]:
        """The announcement as it stands after this run, and why it was not begun, if something keeps it."""
        waiting = [
            each
            for each in wanting
            if announcement.delivery_by(each.channel.name).state is DeliveryState.PENDING
        ]
        ready = [each for each in waiting if each.channel.name not in self._refusals]
        if waiting and not ready:
            return announcement, None
        claimed = self._claimed(announcement)
        if isinstance(claimed, Failure):
            return announcement, claimed
        try:
            for each in ready:
                claimed = self._deliver(claimed, each)
        finally:
            names = [each.channel.name for each in wanting]
            self._settle(claimed, is_done=claimed.is_settled_for(names))
        return claimed, None

    def _claimed(self, announcement: Announcement) -> Announcement | Failure:
        """The announcement under this run's lease, or why there is none."""
        if self._stop is None and self._seconds_left() <= 0:
            self._stop = OUT_OF_TIME
            self._say(_PART, OUT_OF_TIME)
        if self._stop is not None:
            return self._stop
        lease_end = self._now + timedelta(seconds=self._allowance) + _LONGEST_CALL
        try:
            claimed = self._state.claim_announcement(announcement, self._now, lease_end)
        except BudgetAgentError as error:
            # The outbox does not answer, and would not for the next either.
            self._stop = Failure.of(error)
            self._say(_PART, self._stop)
            return self._stop
        return _CLAIMED if claimed is None else claimed

    def _deliver(self, announcement: Announcement, channel: AnnouncementChannel) -> Announcement:
        """The announcement after one try of one channel."""
        name = channel.channel.name
        failed = self._failed.setdefault(name, {})
        run = DeliveryRun(self._now, self._seconds_left, failed)
        try:
            sent = channel.deliver(announcement, announcement.delivery_by(name).remaining, run)
        except BudgetAgentError as error:
            failure = Failure.of(error)
            self._refuse(name, failure)
            return announcement.with_delivery(name, after_a_failure(announcement, name, failure, self._now))
        failed.update(sent.failed)
        for each in (*sent.failed.values(), *sent.problems):
            self._say(f"{_PART} by {name}", each)
        if sent.is_refused:
            self._refuse(name, next(iter(sent.failed.values())))
        return announcement.with_delivery(name, after_a_try(announcement, name, sent, self._now))

    def _settle(self, announcement: Announcement, *, is_done: bool) -> None:
        """Keep how far it has come; where the outbox does not answer, in the process.

        An outbox that says no has seen another run go on with it after the lease was over.
        """
        try:
            self._state.settle_announcement(announcement, self._now, is_done=is_done)
        except BudgetAgentError as error:
            self._gateways.unsettled.keep(announcement, is_done=is_done)
            self._say(_PART, Failure.of(error))
        else:
            self._gateways.unsettled.drop(announcement)

    def _refuse(self, channel: str, failure: Failure) -> None:
        self._refusals[channel] = failure
        self._say(f"{_PART} by {channel}", failure)

    def _seconds_left(self) -> float:
        return self._gateways.seconds_left() - self._end

    def _say(self, part: str, failure: Failure) -> None:
        """Say each kind of failure once."""
        if (part, failure.code) in self._said:
            return
        self._said.add((part, failure.code))
        self._incomplete.append(
            Incomplete(part=part, code=failure.code, reason=failure.reason, retryable=failure.retryable)
        )

    def _view(self, announcement: Announcement, channel: str, kept: Failure | None) -> UntoldView:
        delivery = announcement.delivery_by(channel)
        return UntoldView(
            id=announcement.id,
            budget_name=announcement.budget_name,
            event=announcement.event,
            channel=channel,
            attempts=delivery.attempts,
            remaining=None if delivery.remaining is None else len(delivery.remaining),
            reason=delivery.last_error if kept is None else kept.reason,
        )
