"""What actions may ask of the world, as Protocols; `tools.aws` answers with AWS, tests with fakes.

Every method raises the errors of `tools.domain.errors` and no others: AccessDenied, Throttled,
AwsUnavailable, and where named BudgetNotFound, BudgetAlreadyExists, QuotaExceeded, ResourceLocked,
DataUnavailable, InvalidParameters. Reads return everything: pages are followed to the end.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    from tools.domain.action_records import ActionRecord, RecordChange
    from tools.domain.alerts import Alert, AlertChange, AlertKey
    from tools.domain.announcements import Announcement
    from tools.domain.audit import AuditEntry, Requester
    from tools.domain.budget import Budget, BudgetDefinition
    from tools.domain.budget_actions import BudgetAction, BudgetActionDefinition, BudgetActionEvent
    from tools.domain.budget_steps import BudgetStep
    from tools.domain.budget_types import BudgetTypeName
    from tools.domain.channels import Channel
    from tools.domain.commitments import CommitmentMonth
    from tools.domain.connections import Connection
    from tools.domain.cost_answers import KeptAnswer
    from tools.domain.deliveries import DeliveryRun, Sent, Unsettled
    from tools.domain.governance.rule_set import RuleSet
    from tools.domain.inbox import ReceivedMessage
    from tools.domain.kept_rules import KeptRules
    from tools.domain.money import Spend
    from tools.domain.notifications import Notification
    from tools.domain.performance import PeriodPerformance
    from tools.domain.planned_change import PlannedChange
    from tools.domain.snapshots import Snapshot
    from tools.domain.targets import Account, Database, Instance, Policy, Principal


class Clock(Protocol):
    """Where the present comes from."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""


class BudgetsGateway(Protocol):
    """AWS Budgets."""

    def list_budgets(self, account_id: str) -> list[Budget]:
        """All budgets of the account with their figures, in AWS's order; notifications are not read."""

    def get_budget(self, account_id: str, name: str) -> Budget:
        """One budget by exact name, without its notifications. Raises BudgetNotFound."""

    def notifications_by_budget(self, account_id: str) -> Mapping[str, tuple[Notification, ...]]:
        """The notifications of every budget of the account, without subscribers, in one sweep.

        Budgets without notifications are not in the mapping.
        """

    def notifications_of(self, account_id: str, name: str) -> tuple[Notification, ...]:
        """The notifications of one budget with their subscribers. Raises BudgetNotFound."""

    def performance_history(self, account_id: str, name: str) -> list[PeriodPerformance]:
        """Limit and actual of each period that AWS keeps, oldest first.

        Raises BudgetNotFound, and DataUnavailable where AWS keeps no history (ANNUALLY).
        """

    def create_budget(
        self,
        account_id: str,
        definition: BudgetDefinition,
        notifications: tuple[Notification, ...],
        tags: Mapping[str, str],
    ) -> None:
        """Create it with its notifications, all or nothing.

        Raises BudgetAlreadyExists, QuotaExceeded, InvalidParameters.
        """

    def create_budget_request(
        self,
        account_id: str,
        definition: BudgetDefinition,
        notifications: tuple[Notification, ...],
        tags: Mapping[str, str],
    ) -> Mapping[str, object]:
        """The CreateBudget request that `create_budget` would send, for a dry run."""

    def budget_actions_of(self, account_id: str, name: str) -> list[BudgetAction]:
        """The budget actions attached to a budget. Raises BudgetNotFound."""

    def all_budget_actions(self, account_id: str) -> list[BudgetAction]:
        """The budget actions of every budget of the account, in one sweep."""

    def budget_action_history(self, account_id: str, name: str, action_id: str) -> list[BudgetActionEvent]:
        """What happened to a budget action, the newest first. Raises BudgetNotFound."""

    def create_budget_action(
        self, account_id: str, definition: BudgetActionDefinition, tags: Mapping[str, str] | None = None
    ) -> str:
        """Attach it and return its id.

        Raises BudgetNotFound, QuotaExceeded, InvalidParameters, ResourceLocked.
        """

    def create_budget_action_request(
        self, account_id: str, definition: BudgetActionDefinition, tags: Mapping[str, str] | None = None
    ) -> Mapping[str, object]:
        """The CreateBudgetAction request that `create_budget_action` would send, for a dry run."""

    def tags_of(self, account_id: str, name: str, action_id: str | None = None) -> Mapping[str, str]:
        """The tags on a budget itself, or on one of its budget actions. Raises BudgetNotFound."""

    def apply(self, account_id: str, name: str, step: BudgetStep) -> None:
        """Perform one step of changing or deleting a budget.

        What is gone already is removed, and who is told already is added, so that a step can be repeated. Raises
        BudgetNotFound, QuotaExceeded, InvalidParameters, and ResourceLocked where somebody else changed the
        notification in the meantime, AWS is changing the budget action, or the action is not in a state that
        allows its execution.
        """

    def call_for(self, account_id: str, name: str, step: BudgetStep) -> tuple[str, Mapping[str, object]]:
        """The operation and the request that `apply` would send, for a dry run."""


BETWEEN_GROUPS: Final = "\n"
"""Between the two values of a group that was grouped twice; neither has a line break."""


@dataclass(frozen=True, slots=True)
class MemoryProblem:
    """Why the agent's memory was of no help to a read, which stands without it."""

    code: str
    reason: str
    retryable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CostAnswer:
    """What an answer of Cost Explorer took, and whether it comes from AWS or from the agent's memory.

    `pages` were read just now and `cached_pages` at `as_of`, which is None where nobody keeps answers.
    `memory_problem` says why this one was not looked up or not kept.
    """

    pages: int
    cached_pages: int = 0
    as_of: datetime | None = None
    memory_problem: MemoryProblem | None = None


@dataclass(frozen=True, slots=True)
class CostRead(CostAnswer):
    """Monthly amounts by group.

    `amounts` maps group value -> first of month -> amount; `units` maps group value -> unit. A group value
    is what Cost Explorer says: `Amazon Redshift`, an account id, `team$data`, or `` for everything.
    """

    amounts: Mapping[str, Mapping[date, Decimal]]
    units: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class GroupedRead(CostAnswer):
    """What groups came to over some days, by metric; a quantity in several units has the unit `N/A`.

    A group is named by one value for each key that was grouped by, as Cost Explorer says them. With `is_complete`
    False more pages were left unread.
    """

    groups: tuple[tuple[tuple[str, ...], Mapping[str, Spend]], ...]
    is_complete: bool

    @property
    def amounts(self) -> Mapping[tuple[str, ...], Mapping[str, Spend]]:
        """Group -> metric -> amount."""
        return dict(self.groups)


@dataclass(frozen=True, slots=True)
class DailyRead(CostAnswer):
    """Daily amounts through a filter."""

    amounts: Mapping[date, Decimal]


@dataclass(frozen=True, slots=True)
class CommitmentRead(CostAnswer):
    """Months of a utilization or coverage."""

    months: tuple[CommitmentMonth, ...]


class CostExplorerGateway(Protocol):
    """AWS Cost Explorer. Every page read costs money; results say how many there were."""

    def fresh(self) -> CostExplorerGateway:
        """The same, asking AWS whatever is remembered; what it reads is remembered from then on."""

    def monthly_amounts(
        self,
        months: tuple[date, date],
        *,
        metric: str,
        group_by: tuple[str, str] | None = None,
        and_by: tuple[str, str] | None = None,
        account_id: str | None = None,
        expression: Mapping[str, Any] | None = None,
    ) -> CostRead:
        """Amounts per month from the first month up to, not including, the second.

        `metric` is Cost Explorer's (UnblendedCost, UsageQuantity, ...); `group_by` is (type, key) such as
        (DIMENSION, SERVICE) or (TAG, team), and with `and_by` a group is both values, joined by BETWEEN_GROUPS;
        `account_id` narrows to one linked account, `expression` by a Cost Explorer filter instead. Raises
        DataUnavailable when Cost Explorer has no data yet, InvalidParameters when the months lie further back than
        it keeps.
        """

    def grouped_amounts(
        self,
        days: tuple[date, date],
        *,
        metrics: tuple[str, ...],
        group_by: tuple[tuple[str, str], ...],
        expression: Mapping[str, Any] | None = None,
        most_pages: int,
    ) -> GroupedRead:
        """Amounts from the first day up to, not including, the second, by one or two keys, through a filter.

        The only read that may end early: after `most_pages`, and the result says so. Raises DataUnavailable when
        Cost Explorer has no data yet, InvalidParameters when the days lie further back than it keeps.
        """

    def daily_amounts(
        self, days: tuple[date, date], *, metric: str, expression: Mapping[str, Any] | None = None
    ) -> DailyRead:
        """Amounts per day from the first day up to, not including, the second, through a Cost Explorer filter.

        Raises DataUnavailable when Cost Explorer has no data yet.
        """

    def commitment_percentages(
        self,
        budget_type: BudgetTypeName,
        months: tuple[date, date],
        *,
        service: str | None = None,
        account_id: str | None = None,
    ) -> CommitmentRead:
        """Monthly utilization or coverage for one of the four RI and Savings Plans types.

        Empty when the account had no such commitments; `service` is needed for the RI types; `account_id`
        narrows to one linked account.
        """


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


class RulesMemory(Protocol):
    """The last good text of the rules file."""

    def keep_rules(self, account_id: str, kept: KeptRules) -> None:
        """Keep it, over an older one of the same source."""

    def kept_rules(self, account_id: str, source: str) -> KeptRules | None:
        """That of a source; None where none was kept."""


class StateStore(
    ChangeStore,
    AlertStore,
    ActionRecordStore,
    Outbox,
    Inbox,
    SnapshotStore,
    CostMemory,
    RulesMemory,
    Protocol,
):
    """The agent's memory. Every write has a condition, so that nothing is lost or doubled.

    Raises StateUnavailable when its table does not exist, beside AccessDenied, Throttled and AwsUnavailable.
    """


LONGEST_RUN_SECONDS = 15 * 60.0
"""Lambda's longest timeout: what a run has where nobody says how much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentIdentity:
    """Who the agent is: its account, its own role when it has one, and the role AWS Budgets acts with."""

    account_id: str
    role_arn: Callable[[], str | None] = lambda: None
    """Asks AWS at its first call. Raises AccessDenied, Throttled or AwsUnavailable."""
    action_execution_role_arn: str | None = None


@dataclass(frozen=True, slots=True)
class RulesProblem:
    """Why the file of governance rules that is configured is not the one in force."""

    code: str
    reason: str
    retryable: bool = False


class RulesSource(Protocol):
    """Where a deployment's rules file is; `name` says where, in one word."""

    @property
    def name(self) -> str:
        """`s3://bucket/key` or `ssm:/name`."""

    def read(self) -> str:
        """The text. Raises GovernanceFileInvalid where there is none."""


class GovernanceRules(Protocol):
    """The governance rules in force."""

    def in_force(self) -> tuple[RuleSet, RulesProblem | None]:
        """The rules, and what is wrong with their file if others are in force than it says. Raises nothing."""


class PackagedRules:
    """The rules as they come with the agent."""

    def in_force(self) -> tuple[RuleSet, RulesProblem | None]:
        """Those; nothing can be wrong with them."""
        from tools.domain.governance.packaged import packaged_rules

        return packaged_rules(), None


class ChangeGate(Protocol):
    """Where changes are judged by the governance rules.

    Every write is, so an action need not call it. One that changes something by several calls says all of them
    before the first, so that what would stand in between is not judged.
    """

    def consider(self, change: PlannedChange) -> None:
        """Judge what would stand after all of it. Raises GovernanceViolation, and what reading raises."""


class NoGate:
    """Where there is nothing behind it to be guarded; every call of an action gets a gate of its own."""

    def consider(self, change: PlannedChange) -> None:
        """Let everything pass."""


class TargetsGateway(Protocol):
    """Whom and what a budget action would hit: IAM, EC2, RDS and Organizations, read only.

    Raises AccessDenied, Throttled, AwsUnavailable, and DataUnavailable where AWS refuses for another reason.
    """

    def principal(self, kind: str, name: str) -> Principal | None:
        """A role, user or group by name, which may have a path before it; None if there is none.

        A user comes with its groups, a group with its members.
        """

    def policies_of(self, kind: str, name: str) -> tuple[Policy, ...]:
        """The managed and inline policies of a role, user or group, without those of a user's groups."""

    def managed_policy(self, arn: str) -> Policy | None:
        """A managed policy with the document of its default version; None if there is none."""

    def instances(self, region: str, ids: Sequence[str]) -> list[Instance]:
        """Those of the EC2 instances that exist."""

    def databases(self, region: str, ids: Sequence[str]) -> list[Database]:
        """Those of the RDS instances that exist."""

    def service_control_policy(self, policy_id: str) -> Policy | None:
        """A service control policy; None if there is none, or no organization."""

    def accounts_under(self, target_id: str) -> tuple[Account, ...] | None:
        """The account of this id, or all accounts in a unit and the units in it; None if there is none."""


class Gateways(Protocol):
    """Everything an action may use."""

    @property
    def budgets(self) -> BudgetsGateway:
        """AWS Budgets."""

    @property
    def cost_explorer(self) -> CostExplorerGateway:
        """AWS Cost Explorer."""

    @property
    def targets(self) -> TargetsGateway:
        """Whom and what budget actions would hit."""

    @property
    def clock(self) -> Clock:
        """Where the present comes from."""

    @property
    def identity(self) -> AgentIdentity:
        """Who the agent is."""

    @property
    def requester(self) -> Requester:
        """Who asked for the present call."""

    @property
    def state(self) -> StateStore | None:
        """The agent's memory; None when no table is configured: then it remembers nothing."""

    @property
    def connections(self) -> ConnectionStore | None:
        """The connections of the stack's own WebSocket API; None without a state table."""

    @property
    def channels(self) -> tuple[AnnouncementChannel, ...]:
        """The channels that this deployment has."""

    @property
    def unsettled(self) -> Unsettled:
        """What this process has told and could not settle."""

    @property
    def rules(self) -> GovernanceRules:
        """The governance rules in force."""

    @property
    def gate(self) -> ChangeGate:
        """Where changes are judged by them."""

    def seconds_left(self) -> float:
        """How much time the present run still has."""
