"""What actions may ask of the agent's memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from tools.domain.action_records import ActionRecord, RecordChange
    from tools.domain.alerts import Alert, AlertChange, AlertKey
    from tools.domain.announcements import Announcement
    from tools.domain.audit import AuditEntry
    from tools.domain.confirmations import Confirmation
    from tools.domain.cost_answers import KeptAnswer
    from tools.domain.inbox import ReceivedMessage
    from tools.domain.kept_rules import KeptRules
    from tools.domain.sessions import Session
    from tools.domain.snapshots import Snapshot


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Audit entries, the newest first, and the position of the last; None when there are no more."""

    entries: list[AuditEntry]
    last: str | None


class ChangeStore(Protocol):
    """The memory of changes."""

    def begin_change(self, entry: AuditEntry) -> None:
        """Write an audit entry, before its change. Writing the same entry again changes nothing."""

    def finish_change(self, entry: AuditEntry) -> None:
        """Complete an entry that was begun, once: its outcome, its end, before, after and error.

        Completing it again changes nothing.
        """

    def change(self, account_id: str, position: str) -> AuditEntry | None:
        """The audit entry at a position as it stands at this moment; None where there is none."""

    def changes(
        self,
        account_id: str,
        *,
        most: int,
        since: datetime | None = None,
        until: datetime | None = None,
        budget_name: str | None = None,
        before: str | None = None,
    ) -> AuditPage:
        """The account's newest audit entries, at most so many, from `since` up to, not including, `until`.

        `before` continues before the position of an entry.
        """


@dataclass(frozen=True, slots=True)
class AlertPage:
    """Past alerts, the last ended first, and the position of the last; None when there are no more."""

    alerts: list[Alert]
    last: str | None


class AlertStore(Protocol):
    """The memory of alerts."""

    def alerts(self, account_id: str) -> list[Alert]:
        """The alerts of the present periods, those that wait and those that are resolved included."""

    def alert(self, key: AlertKey) -> Alert | None:
        """One of them as it stands at this moment."""

    def save_alert(self, change: AlertChange) -> bool:
        """Carry out one step of an alert's life together with its announcement, wholly or not at all.

        False when the alert is not as the step found it: somebody else was faster, and nothing was written.
        """

    def past_alerts(
        self,
        account_id: str,
        *,
        most: int,
        since: datetime | None = None,
        until: datetime | None = None,
        budget_name: str | None = None,
        before: str | None = None,
    ) -> AlertPage:
        """Alerts of periods that are over, the last ended first, at most so many; bounds as in `changes`."""


class ActionRecordStore(Protocol):
    """The memory of budget actions."""

    def action_records(self, account_id: str) -> list[ActionRecord]:
        """What is remembered of the account's budget actions, as it stands at this moment."""

    def save_action_record(self, change: RecordChange) -> bool:
        """Write one change of a record together with its announcement, wholly or not at all.

        False when the record is not as the change found it: somebody else was faster, and nothing was written.
        """


class Outbox(Protocol):
    """The memory of what is still to be told."""

    def announce(self, announcement: Announcement) -> bool:
        """Keep it to be told; False when that id is waiting, or was told, already."""

    def pending_announcements(self, account_id: str) -> list[Announcement]:
        """What is still to be told, the oldest first; what another run is delivering included."""

    def claim_announcement(
        self, announcement: Announcement, now: datetime, until: datetime
    ) -> Announcement | None:
        """Lease it for one run until a moment; None when another run has it, or it changed or went."""

    def settle_announcement(self, announcement: Announcement, now: datetime, *, is_done: bool) -> bool:
        """Keep how far the channels have got and end the lease; `is_done` keeps it as told.

        False when the lease was over and another run has gone on with it: nothing was written.
        """


class Inbox(Protocol):
    """The memory of the messages that AWS Budgets sent."""

    def received(self, account_id: str, message_id: str) -> ReceivedMessage | None:
        """The message of that id, and what became of it; None when it was not received yet."""

    def keep_received(self, message: ReceivedMessage) -> bool:
        """Keep it; False when one of its id is kept already, which stays as it is."""


class SnapshotStore(Protocol):
    """The memory of how budgets stood."""

    def latest_snapshots(self, account_id: str) -> Mapping[str, Snapshot]:
        """The latest snapshot of each budget of the account, by name."""

    def keep_snapshot(self, snapshot: Snapshot) -> bool:
        """Keep it as that of its day; False when one that is as new is kept already, which stays as it is."""

    def snapshots(self, account_id: str, budget_name: str, since: date, until: date) -> list[Snapshot]:
        """One budget's snapshots from `since` up to, not including, `until`, the oldest first."""


class CostMemory(Protocol):
    """The memory of what Cost Explorer answered."""

    def cost_answer(self, account_id: str, question: str, day: date) -> KeptAnswer | None:
        """The answer to a question that was kept on a day, whole; None where there is none."""

    def keep_cost_answer(self, account_id: str, answer: KeptAnswer) -> None:
        """Keep it as its question's answer of the day in the place of an older one; one that is as new stays."""


class RulesMemory(Protocol):
    """The last good text of the rules file."""

    def keep_rules(self, account_id: str, kept: KeptRules) -> None:
        """Keep it, over an older one of the same source."""

    def kept_rules(self, account_id: str, source: str) -> KeptRules | None:
        """That of a source; None where none was kept."""


class ConversationStore(Protocol):
    """The memory of conversations, and of the changes that they propose."""

    def session(self, account_id: str, key: str) -> Session | None:
        """A session as it stands at this moment, one that is over included; None where none was kept."""

    def save_session(self, account_id: str, session: Session) -> bool:
        """Keep it in the place of a lower version.

        False when somebody else was faster: then nothing was written.
        """

    def confirmation(self, account_id: str, key: str) -> Confirmation | None:
        """A confirmation token as it stands at this moment, by its hash; None where there is none."""

    def save_confirmation(self, account_id: str, confirmation: Confirmation) -> bool:
        """Keep it in the place of one that was taken less often.

        False when somebody else was faster: then nothing was written.
        """


class StateStore(
    ChangeStore,
    AlertStore,
    ActionRecordStore,
    Outbox,
    Inbox,
    SnapshotStore,
    CostMemory,
    RulesMemory,
    ConversationStore,
    Protocol,
):
    """The agent's memory. Every write has a condition, so that nothing is lost or doubled.

    Raises StateUnavailable when its table does not exist, beside AccessDenied, Throttled and AwsUnavailable.
    """
