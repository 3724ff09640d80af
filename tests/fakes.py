"""Fakes of the gateways: they hold what a test gives them and pass the contract suite of the real adapters."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from tests.builders import ACCOUNT, NOW
from tests.fake_targets import EverythingExists
from tools.aws.budget_steps import call_of
from tools.aws.translate import definition_to, notification_with_subscribers_to
from tools.aws.translate_actions import budget_action_to
from tools.domain.action_records import ActionRecord, RecordChange
from tools.domain.alert_items import past_position
from tools.domain.alerts import Alert, AlertChange, AlertKey
from tools.domain.announcements import Announcement
from tools.domain.audit import AuditEntry, Outcome, Requester, position_of
from tools.domain.budget import Budget, BudgetDefinition
from tools.domain.budget_action_states import TRANSITIONS, AwsEvent, leads_to
from tools.domain.budget_actions import BudgetAction, BudgetActionDefinition, BudgetActionEvent
from tools.domain.budget_steps import (
    AddNotification,
    AddSubscriber,
    BudgetStep,
    CreateAction,
    DeleteAction,
    DeleteBudget,
    ExecuteAction,
    NotificationStep,
    RemoveNotification,
    RemoveSubscriber,
    RemoveTags,
    ReplaceDefinition,
    ReplaceSubscriber,
    SetTags,
    TurnNotification,
)
from tools.domain.budget_types import BudgetTypeName
from tools.domain.commitments import CommitmentMonth
from tools.domain.confirmations import Confirmation
from tools.domain.cost_answers import KeptAnswer
from tools.domain.deliveries import Unsettled
from tools.domain.errors import (
    BudgetAgentError,
    BudgetAlreadyExists,
    BudgetNotFound,
    DataUnavailable,
    GovernanceFileInvalid,
    ResourceLocked,
    StateUnavailable,
)
from tools.domain.inbox import ReceivedMessage
from tools.domain.kept_rules import KeptRules
from tools.domain.money import Spend
from tools.domain.notifications import Notification, Subscriber
from tools.domain.performance import PeriodPerformance
from tools.domain.periods import TimeUnit
from tools.domain.sessions import Session
from tools.domain.snapshots import Snapshot
from tools.gateways import LONGEST_RUN_SECONDS, AgentIdentity, ChangeGate, Gateways, NoGate
from tools.ports.assistant import Assistant, NoAssistant
from tools.ports.budgets import BudgetsGateway
from tools.ports.channels import AnnouncementChannel, ConnectionStore
from tools.ports.cost_explorer import (
    BETWEEN_GROUPS,
    CommitmentRead,
    CostExplorerGateway,
    CostRead,
    DailyRead,
    GroupedRead,
)
from tools.ports.governance import GovernanceRules, PackagedRules
from tools.ports.state import AlertPage, AuditPage, StateStore
from tools.ports.targets import TargetsGateway


@dataclass
class FakeClock:
    """A clock that stands still until it is moved."""

    moment: datetime = NOW

    def now(self) -> datetime:
        return self.moment


@dataclass
class FakeBudgets:
    """Budgets of one account, in memory.

    `failing` maps a method's name, or that of a step's class, to the error it raises from now on; `created`,
    `created_actions` and `steps` are what was written, in order. `tags` has the id of a budget action, or None
    for the budget itself, beside the budget's name.
    """

    budgets: dict[str, Budget] = field(default_factory=dict)
    history: dict[str, list[PeriodPerformance]] = field(default_factory=dict)
    actions: dict[str, list[BudgetAction]] = field(default_factory=lambda: defaultdict(list))
    failing: dict[str, BudgetAgentError] = field(default_factory=dict)
    created: list[tuple[BudgetDefinition, tuple[Notification, ...], Mapping[str, str]]] = field(
        default_factory=list
    )
    created_actions: list[BudgetActionDefinition] = field(default_factory=list)
    tags: dict[tuple[str, str | None], dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    steps: list[BudgetStep] = field(default_factory=list)
    events: dict[str, list[BudgetActionEvent]] = field(default_factory=lambda: defaultdict(list))

    def list_budgets(self, account_id: str) -> list[Budget]:
        self._may("list_budgets")
        return [replace(each, notifications=None) for each in self.budgets.values()]

    def get_budget(self, account_id: str, name: str) -> Budget:
        self._may("get_budget")
        return replace(self._found(name), notifications=None)

    def notifications_by_budget(self, account_id: str) -> Mapping[str, tuple[Notification, ...]]:
        self._may("notifications_by_budget")
        return {
            name: tuple(replace(each, subscribers=None) for each in budget.notifications)
            for name, budget in self.budgets.items()
            if budget.notifications
        }

    def notifications_of(self, account_id: str, name: str) -> tuple[Notification, ...]:
        self._may("notifications_of")
        return self._found(name).notifications or ()

    def performance_history(self, account_id: str, name: str) -> list[PeriodPerformance]:
        self._may("performance_history")
        if self._found(name).definition.time_unit is TimeUnit.ANNUALLY:
            raise DataUnavailable(f"AWS keeps no performance history for '{name}'")
        return list(self.history.get(name, []))

    def create_budget(
        self,
        account_id: str,
        definition: BudgetDefinition,
        notifications: tuple[Notification, ...],
        tags: Mapping[str, str],
    ) -> None:
        self._may("create_budget")
        if definition.name in self.budgets:
            raise BudgetAlreadyExists(f"A budget named '{definition.name}' exists already")
        self.created.append((definition, notifications, tags))
        self.tags[definition.name, None] = dict(tags)
        self.budgets[definition.name] = Budget(definition=definition, notifications=notifications)

    def create_budget_request(
        self,
        account_id: str,
        definition: BudgetDefinition,
        notifications: tuple[Notification, ...],
        tags: Mapping[str, str],
    ) -> Mapping[str, object]:
        return {
            "AccountId": account_id,
            "Budget": definition_to(definition),
            "NotificationsWithSubscribers": [
                notification_with_subscribers_to(each) for each in notifications
            ],
            "ResourceTags": [{"Key": key, "Value": value} for key, value in tags.items()],
        }

    def budget_actions_of(self, account_id: str, name: str) -> list[BudgetAction]:
        self._may("budget_actions_of")
        self._found(name)
        return list(self.actions[name])

    def all_budget_actions(self, account_id: str) -> list[BudgetAction]:
        self._may("all_budget_actions")
        return [each for attached in self.actions.values() for each in attached]

    def budget_action_history(self, account_id: str, name: str, action_id: str) -> list[BudgetActionEvent]:
        self._may("budget_action_history")
        self._found(name)
        if action_id not in [each.id for each in self.actions[name]]:
            raise BudgetNotFound(f"There is no budget action {action_id}")
        return list(reversed(self.events[action_id]))

    def create_budget_action(
        self, account_id: str, definition: BudgetActionDefinition, tags: Mapping[str, str] | None = None
    ) -> str:
        self._may("create_budget_action")
        self._found(definition.budget_name)
        self.created_actions.append(definition)
        identifier = f"00000000-0000-0000-0000-{len(self.created_actions):012d}"
        self.tags[definition.budget_name, identifier] = dict(tags or {})
        self.actions[definition.budget_name].append(
            BudgetAction(id=identifier, definition=definition, status="STANDBY")
        )
        self.events[identifier].append(
            BudgetActionEvent(
                at=NOW, status="STANDBY", type="CREATE_ACTION", message="The action was created."
            )
        )
        return identifier

    def create_budget_action_request(
        self, account_id: str, definition: BudgetActionDefinition, tags: Mapping[str, str] | None = None
    ) -> Mapping[str, object]:
        return {
            "AccountId": account_id,
            **budget_action_to(definition),
            "ResourceTags": [{"Key": key, "Value": value} for key, value in (tags or {}).items()],
        }

    def tags_of(self, account_id: str, name: str, action_id: str | None = None) -> Mapping[str, str]:
        self._may("tags_of")
        self._found(name)
        return dict(self.tags[name, action_id])

    def apply(self, account_id: str, name: str, step: BudgetStep) -> None:
        self._may(type(step).__name__)
        if isinstance(step, DeleteBudget):
            self.budgets.pop(name, None)
            self.actions.pop(name, None)
        else:
            self._apply(self._found(name), step)
        self.steps.append(step)

    def call_for(self, account_id: str, name: str, step: BudgetStep) -> tuple[str, Mapping[str, object]]:
        call = call_of(step, account_id, name)
        return call.operation, call.request

    def _apply(self, budget: Budget, step: BudgetStep) -> None:
        match step:
            case ReplaceDefinition():
                self.budgets[budget.name] = replace(budget, definition=step.definition)
            case SetTags():
                self.tags[budget.name, None].update(step.tags)
            case RemoveTags():
                for key in step.keys:
                    self.tags[budget.name, None].pop(key, None)
            case CreateAction():
                self.create_budget_action(ACCOUNT, step.definition, step.tags)
            case DeleteAction():
                kept = [each for each in self.actions[budget.name] if each.id != step.action_id]
                self.actions[budget.name] = kept
            case ExecuteAction():
                if step.action_id not in [each.id for each in self.actions[budget.name]]:
                    raise ResourceLocked("The budget action is not there any more")
                self.actions[budget.name] = [
                    self._executed(each, step) if each.id == step.action_id else each
                    for each in self.actions[budget.name]
                ]
            case DeleteBudget():
                raise AssertionError(step)
            case _:
                changed = _changed_notifications(
                    {each.identity: each for each in budget.notifications or ()}, step
                )
                self.budgets[budget.name] = replace(budget, notifications=tuple(changed.values()))

    def _executed(self, action: BudgetAction, step: ExecuteAction) -> BudgetAction:
        """Done within the call, and always with success."""
        reached = leads_to(action.status, step.execution)
        if not reached:
            raise ResourceLocked(f"This method is not allowed during [ActionStatus: {action.status}]")
        done = next(each.end for each in TRANSITIONS if each.start in reached and each.cause is AwsEvent.DONE)
        event = BudgetActionEvent(at=NOW, status=done, type="EXECUTE_ACTION", message=step.in_words())
        self.events[action.id].append(event)
        return replace(action, status=done)

    def _found(self, name: str) -> Budget:
        if name not in self.budgets:
            raise BudgetNotFound(f"There is no budget named '{name}'")
        return self.budgets[name]

    def _may(self, method: str) -> None:
        if method in self.failing:
            raise self.failing[method]


_Watched = dict[tuple[str, str, Decimal, str], Notification]


def _changed_notifications(watched: _Watched, step: NotificationStep) -> _Watched:
    """The notifications after a step, by identity, in their order."""
    match step:
        case AddNotification():
            if step.notification.identity in watched:
                raise ResourceLocked("somebody else added it")
            return {**watched, step.notification.identity: step.notification}
        case TurnNotification():
            if step.old.identity not in watched or step.new.identity in watched:
                raise ResourceLocked("somebody else changed it")
            told = watched[step.old.identity].subscribers
            turned = replace(step.new, subscribers=told)
            return {
                turned.identity if key == step.old.identity else key: turned
                if key == step.old.identity
                else each
                for key, each in watched.items()
            }
        case RemoveNotification():
            return {key: each for key, each in watched.items() if key != step.notification.identity}
    found = watched.get(step.notification.identity)
    if found is None and isinstance(step, RemoveSubscriber):
        return watched
    if found is None:
        raise ResourceLocked("somebody else removed it")
    told = _changed_subscribers(found.subscribers or (), step)
    changed = {**watched, found.identity: replace(found, subscribers=told)}
    return changed if told else _changed_notifications(changed, RemoveNotification(found))


def _changed_subscribers(
    told: tuple[Subscriber, ...], step: AddSubscriber | ReplaceSubscriber | RemoveSubscriber
) -> tuple[Subscriber, ...]:
    match step:
        case AddSubscriber():
            return tuple(dict.fromkeys((*told, step.subscriber)))
        case RemoveSubscriber():
            return tuple(each for each in told if each != step.subscriber)
        case ReplaceSubscriber():
            if step.old not in told:
                raise ResourceLocked("somebody else removed them")
            return tuple(step.new if each == step.old else each for each in told)


@dataclass
class FakeCostExplorer:
    """Cost Explorer in memory: amounts by group and month, per grouping key; one page per read.

    `amounts` maps the grouping (`SERVICE`, a tag key, `` for none) to group -> month -> amount; of
    `USAGE_TYPE` it holds quantities, and `usage_costs` what they cost. `narrowed_to` lists the accounts asked for.
    By record type they are all usage, and beside them is what `credits` has by group, as negative amounts.
    `through` maps a filter, as JSON, to the months seen through it. `grouped` maps the first day of a grouped
    read to its groups, `grouped_left` to how many of them lie beyond its pages; `asked` are the days, keys and
    filters of those reads, `asked_by_day` the days and filters of reads by day.
    """

    amounts: dict[str, dict[str, dict[date, Decimal]]] = field(default_factory=dict)
    usage_costs: dict[str, dict[date, Decimal]] = field(default_factory=dict)
    credits: dict[str, dict[date, Decimal]] = field(default_factory=dict)
    narrowed_to: list[str | None] = field(default_factory=list)
    daily: dict[date, Decimal] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    commitments: dict[tuple[BudgetTypeName, str | None], list[CommitmentMonth]] = field(default_factory=dict)
    through: dict[str, dict[date, Decimal]] = field(default_factory=dict)
    grouped: dict[date, dict[tuple[str, ...], dict[str, Spend]]] = field(default_factory=dict)
    grouped_left: dict[date, int] = field(default_factory=dict)
    asked: list[tuple[tuple[date, date], tuple[tuple[str, str], ...], Any]] = field(default_factory=list)
    asked_by_day: list[tuple[tuple[date, date], Any]] = field(default_factory=list)
    failing: dict[str, BudgetAgentError] = field(default_factory=dict)
    reads: list[str] = field(default_factory=list)

    def fresh(self) -> CostExplorerGateway:
        return self

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
        self._may("monthly_amounts")
        self.narrowed_to.append(account_id)
        grouping = BETWEEN_GROUPS.join(each[1] for each in (group_by, and_by) if each)
        counts_costs = grouping.startswith("USAGE_TYPE") and metric != "UsageQuantity"
        found = self.usage_costs if counts_costs else self.amounts.get(grouping, {})
        if grouping.endswith("RECORD_TYPE"):
            found = self._by_record_type(grouping.removesuffix("RECORD_TYPE").removesuffix(BETWEEN_GROUPS))
        filtered = json.dumps(expression, sort_keys=True)
        if filtered in self.through:
            found = {"": self.through[filtered]}
        within = {
            group: {month: amount for month, amount in by_month.items() if months[0] <= month < months[1]}
            for group, by_month in found.items()
        }
        return CostRead(within, {group: self.units.get(group, "USD") for group in within}, pages=1)

    def _by_record_type(self, grouping: str) -> dict[str, dict[date, Decimal]]:
        found = {}
        for record_type, amounts in (("Usage", self.amounts.get(grouping, {})), ("Credit", self.credits)):
            for group, by_month in amounts.items():
                found[f"{group}{BETWEEN_GROUPS}{record_type}" if grouping else record_type] = by_month
        return found

    def grouped_amounts(
        self,
        days: tuple[date, date],
        *,
        metrics: tuple[str, ...],
        group_by: tuple[tuple[str, str], ...],
        expression: Mapping[str, Any] | None = None,
        most_pages: int,
    ) -> GroupedRead:
        self._may("grouped_amounts")
        self.asked.append((days, group_by, expression))
        found = self.grouped.get(days[0], {})
        read = list(found.items())[: len(found) - self.grouped_left.get(days[0], 0)]
        groups = tuple((keys, {metric: each[metric] for metric in metrics}) for keys, each in read)
        return GroupedRead(groups, is_complete=len(read) == len(found), pages=1)

    def daily_amounts(
        self, days: tuple[date, date], *, metric: str, expression: Mapping[str, Any] | None = None
    ) -> DailyRead:
        self._may("daily_amounts")
        self.asked_by_day.append((days, expression))
        return DailyRead({day: each for day, each in self.daily.items() if days[0] <= day < days[1]}, pages=1)

    def commitment_percentages(
        self,
        budget_type: BudgetTypeName,
        months: tuple[date, date],
        *,
        service: str | None = None,
        account_id: str | None = None,
    ) -> CommitmentRead:
        self._may("commitment_percentages")
        found = self.commitments.get((budget_type, service), [])
        within = tuple(each for each in found if months[0] <= each.month < months[1])
        return CommitmentRead(within, pages=1)

    def _may(self, method: str) -> None:
        self.reads.append(method)
        if method in self.failing:
            raise self.failing[method]


@dataclass
class FakeRulesSource:
    """A rules file in memory; None is one that is not there."""

    text: str | None = None
    name: str = "fake:rules"
    reads: int = 0
    failing: BudgetAgentError | None = None

    def read(self) -> str:
        self.reads += 1
        if self.failing is not None:
            raise self.failing
        if self.text is None:
            raise GovernanceFileInvalid.because("file", f"there is no {self.name}")
        return self.text


@dataclass
class FakeStateStore:
    """The agent's memory, in memory. `failing` maps a method's name to the error it raises from now on."""

    entries: dict[tuple[str, str], AuditEntry] = field(default_factory=dict)
    live_alerts: dict[tuple[str, str], Alert] = field(default_factory=dict)
    ended_alerts: dict[tuple[str, str], Alert] = field(default_factory=dict)
    records: dict[tuple[str, str], ActionRecord] = field(default_factory=dict)
    outbox: dict[tuple[str, str], Announcement] = field(default_factory=dict)
    told: dict[tuple[str, str], Announcement] = field(default_factory=dict)
    inbox: dict[tuple[str, str], ReceivedMessage] = field(default_factory=dict)
    kept_snapshots: dict[tuple[str, str, date], Snapshot] = field(default_factory=dict)
    cost_answers: dict[tuple[str, str, date], KeptAnswer] = field(default_factory=dict)
    rules: dict[tuple[str, str], KeptRules] = field(default_factory=dict)
    sessions: dict[tuple[str, str], Session] = field(default_factory=dict)
    confirmations: dict[tuple[str, str], Confirmation] = field(default_factory=dict)
    failing: dict[str, BudgetAgentError] = field(default_factory=dict)

    @property
    def announced(self) -> list[Announcement]:
        """Everything that was ever announced, told or not."""
        return sorted([*self.told.values(), *self.outbox.values()], key=lambda each: (each.at, each.id))

    def session(self, account_id: str, key: str) -> Session | None:
        self._may("session")
        return self.sessions.get((account_id, key))

    def save_session(self, account_id: str, session: Session) -> bool:
        self._may("save_session")
        present = self.sessions.get((account_id, session.key))
        if present is not None and present.version >= session.version:
            return False
        self.sessions[account_id, session.key] = session
        return True

    def confirmation(self, account_id: str, key: str) -> Confirmation | None:
        self._may("confirmation")
        return self.confirmations.get((account_id, key))

    def save_confirmation(self, account_id: str, confirmation: Confirmation) -> bool:
        self._may("save_confirmation")
        present = self.confirmations.get((account_id, confirmation.key))
        if present is not None and present.taken >= confirmation.taken:
            return False
        self.confirmations[account_id, confirmation.key] = confirmation
        return True

    def keep_rules(self, account_id: str, kept: KeptRules) -> None:
        self._may("keep_rules")
        present = self.rules.get((account_id, kept.source))
        if present is None or present.kept_at < kept.kept_at:
            self.rules[account_id, kept.source] = kept

    def kept_rules(self, account_id: str, source: str) -> KeptRules | None:
        self._may("kept_rules")
        return self.rules.get((account_id, source))

    def begin_change(self, entry: AuditEntry) -> None:
        self._may("begin_change")
        self.entries.setdefault((entry.account_id, entry.position), entry)

    def finish_change(self, entry: AuditEntry) -> None:
        self._may("finish_change")
        begun = self.entries.get((entry.account_id, entry.position))
        if begun is None:
            raise StateUnavailable("The audit entry is gone")
        if begun.outcome is Outcome.STARTED:
            self.entries[entry.account_id, entry.position] = entry

    def change(self, account_id: str, position: str) -> AuditEntry | None:
        self._may("change")
        return self.entries.get((account_id, position))

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
        self._may("changes")
        found = [
            entry
            for (account, position), entry in sorted(self.entries.items(), reverse=True)
            if account == account_id
            and (since is None or entry.at >= since)
            and (until is None or entry.at < until)
            and (budget_name is None or entry.budget_name == budget_name)
            and (before is None or position < before)
        ]
        shown = found[:most]
        return AuditPage(shown, shown[-1].position if len(found) > most else None)

    def alerts(self, account_id: str) -> list[Alert]:
        self._may("alerts")
        return [alert for (account, _), alert in sorted(self.live_alerts.items()) if account == account_id]

    def alert(self, key: AlertKey) -> Alert | None:
        self._may("alert")
        return self.live_alerts.get((key.account_id, key.position))

    def save_alert(self, change: AlertChange) -> bool:
        self._may("save_alert")
        subject = change.after or change.before
        if subject is None:
            raise ValueError("An alert that is not there can only begin")
        place = (subject.key.account_id, subject.key.position)
        present = self.live_alerts.get(place)
        read = None if change.before is None else change.before.version
        if (None if present is None else present.version) != read:
            return False
        told = change.announcement
        if told is not None and (told.account_id, told.id) in self.outbox:
            return False
        if change.after is None or change.leaves:
            self.live_alerts.pop(place)
        else:
            self.live_alerts[place] = change.after
        if change.leaves and change.after is not None:
            self.ended_alerts[subject.key.account_id, past_position(change.after)] = change.after
        if told is not None:
            self.outbox[told.account_id, told.id] = told
        return True

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
        self._may("past_alerts")
        found = [
            (position, alert)
            for (account, position), alert in sorted(self.ended_alerts.items(), reverse=True)
            if account == account_id
            and (since is None or position >= position_of(since))
            and (until is None or position < position_of(until))
            and (budget_name is None or alert.key.budget_name == budget_name)
            and (before is None or position < before)
        ]
        shown = found[:most]
        return AlertPage([alert for _, alert in shown], shown[-1][0] if len(found) > most else None)

    def action_records(self, account_id: str) -> list[ActionRecord]:
        self._may("action_records")
        return [record for (account, _), record in sorted(self.records.items()) if account == account_id]

    def save_action_record(self, change: RecordChange) -> bool:
        self._may("save_action_record")
        subject = change.after or change.before
        if subject is None:
            raise ValueError("A record that is not there can only begin")
        place = (subject.account_id, subject.position)
        present, read = self.records.get(place), change.before
        if (None if present is None else present.version) != (None if read is None else read.version):
            return False
        told = change.announcement
        if told is not None and (told.account_id, told.id) in self.outbox:
            return False
        if change.after is None:
            self.records.pop(place)
        else:
            self.records[place] = change.after
        if told is not None:
            self.outbox[told.account_id, told.id] = told
        return True

    def announce(self, announcement: Announcement) -> bool:
        self._may("announce")
        place = (announcement.account_id, announcement.id)
        if place in self.outbox or place in self.told:
            return False
        self.outbox[place] = announcement
        return True

    def pending_announcements(self, account_id: str) -> list[Announcement]:
        self._may("pending_announcements")
        found = [each for (account, _), each in self.outbox.items() if account == account_id]
        return sorted(found, key=lambda each: (each.at, each.id))

    def claim_announcement(
        self, announcement: Announcement, now: datetime, until: datetime
    ) -> Announcement | None:
        self._may("claim_announcement")
        if announcement.claimed_until is not None and announcement.claimed_until > now:
            return None
        claimed = replace(announcement, claimed_until=until, revision=announcement.revision + 1)
        return claimed if self._replaced(announcement, claimed) else None

    def settle_announcement(self, announcement: Announcement, now: datetime, *, is_done: bool) -> bool:
        self._may("settle_announcement")
        settled = replace(announcement, claimed_until=None, revision=announcement.revision + 1)
        if not self._replaced(announcement, settled):
            return False
        if is_done:
            place = (announcement.account_id, announcement.id)
            self.told[place] = self.outbox.pop(place)
        return True

    def _replaced(self, read: Announcement, written: Announcement) -> bool:
        place = (read.account_id, read.id)
        if place not in self.outbox or self.outbox[place].revision != read.revision:
            return False
        self.outbox[place] = written
        return True

    def received(self, account_id: str, message_id: str) -> ReceivedMessage | None:
        self._may("received")
        return self.inbox.get((account_id, message_id))

    def keep_received(self, message: ReceivedMessage) -> bool:
        self._may("keep_received")
        return self.inbox.setdefault((message.account_id, message.message_id), message) is message

    def latest_snapshots(self, account_id: str) -> Mapping[str, Snapshot]:
        self._may("latest_snapshots")
        found = [each for each in self.kept_snapshots.values() if each.account_id == account_id]
        return {each.budget_name: each for each in sorted(found, key=lambda each: each.as_of)}

    def keep_snapshot(self, snapshot: Snapshot) -> bool:
        self._may("keep_snapshot")
        place = (snapshot.account_id, snapshot.budget_name, snapshot.day)
        present = self.kept_snapshots.get(place)
        if present is not None and present.as_of >= snapshot.as_of:
            return False
        self.kept_snapshots[place] = snapshot
        return True

    def snapshots(self, account_id: str, budget_name: str, since: date, until: date) -> list[Snapshot]:
        self._may("snapshots")
        return [
            each
            for (account, name, day), each in sorted(self.kept_snapshots.items())
            if (account, name) == (account_id, budget_name) and since <= day < until
        ]

    def cost_answer(self, account_id: str, question: str, day: date) -> KeptAnswer | None:
        self._may("cost_answer")
        return self.cost_answers.get((account_id, question, day))

    def keep_cost_answer(self, account_id: str, answer: KeptAnswer) -> None:
        self._may("keep_cost_answer")
        place = (account_id, answer.question, answer.asked_at.date())
        present = self.cost_answers.get(place)
        if present is None or present.asked_at < answer.asked_at:
            self.cost_answers[place] = answer

    def _may(self, method: str) -> None:
        if method in self.failing:
            raise self.failing[method]


@dataclass(frozen=True, slots=True, kw_only=True)
class FakeGateways:
    """A bundle of fakes."""

    budgets: BudgetsGateway
    cost_explorer: CostExplorerGateway
    clock: FakeClock
    identity: AgentIdentity
    state: StateStore | None
    connections: ConnectionStore | None = None
    channels: tuple[AnnouncementChannel, ...] = ()
    unsettled: Unsettled = field(default_factory=Unsettled)
    seconds: Callable[[], float] = lambda: LONGEST_RUN_SECONDS
    rules: GovernanceRules = field(default_factory=PackagedRules)
    gate: ChangeGate = field(default_factory=NoGate)
    assistant: Assistant = field(default_factory=NoAssistant)

    def seconds_left(self) -> float:
        return self.seconds()

    requester: Requester = field(default_factory=Requester)
    targets: TargetsGateway = field(default_factory=EverythingExists)


def gateways_with(
    budgets: Iterable[Budget] = (),
    *,
    fake_budgets: FakeBudgets | None = None,
    cost_explorer: CostExplorerGateway | None = None,
    now: datetime = NOW,
    identity: AgentIdentity | None = None,
    state: StateStore | None = None,
    channels: Iterable[AnnouncementChannel] = (),
    seconds: Callable[[], float] = lambda: LONGEST_RUN_SECONDS,
    rules: GovernanceRules | None = None,
    targets: TargetsGateway | None = None,
) -> Gateways:
    """A bundle of fakes."""
    held = fake_budgets or FakeBudgets()
    held.budgets.update({each.name: each for each in budgets})
    return FakeGateways(
        budgets=held,
        cost_explorer=cost_explorer or FakeCostExplorer(),
        clock=FakeClock(now),
        identity=identity or AgentIdentity(account_id=ACCOUNT),
        state=state,
        channels=tuple(channels),
        seconds=seconds,
        rules=rules or PackagedRules(),
        targets=targets or EverythingExists(),
    )
