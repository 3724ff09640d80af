"""What rules look at: a budget, or an account, as it would stand after a change or as it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from tools.domain.budget import Budget, BudgetDefinition
from tools.domain.budget_actions import BudgetAction, BudgetActionDefinition
from tools.domain.budget_steps import (
    AddNotification,
    AddSubscriber,
    BudgetStep,
    CreateAction,
    DeleteAction,
    DeleteBudget,
    ExecuteAction,
    RemoveNotification,
    RemoveSubscriber,
    RemoveTags,
    ReplaceDefinition,
    ReplaceSubscriber,
    SetTags,
    TurnNotification,
)
from tools.domain.money import Spend
from tools.domain.notifications import Notification, Subscriber

NOT_YET = "STANDBY"
"""The status in which AWS begins a budget action."""

Known = TypeVar("Known")


class Facet(StrEnum):
    """The parts of a budget and of its account that rules look at, each read only for a rule that needs it.

    TARGETS is whom its actions restrict and by what, which is looked at also when one is carried out. RECENT_SPEND
    comes with a budget that exists; RECENT_COSTS are read in Cost Explorer for one that does not, at a price. Both
    are the budget's `recent_spend`.
    """

    DEFINITION = "DEFINITION"
    NOTIFICATIONS = "NOTIFICATIONS"
    SUBSCRIBERS = "SUBSCRIBERS"
    TAGS = "TAGS"
    ACTIONS = "ACTIONS"
    TARGETS = "TARGETS"
    RECENT_SPEND = "RECENT_SPEND"
    RECENT_COSTS = "RECENT_COSTS"
    ACCOUNT_ACTIONS = "ACCOUNT_ACTIONS"
    ACCOUNT_SPEND = "ACCOUNT_SPEND"


class UnreadFacetError(LookupError):
    """A rule looks at something that it does not say it looks at, so nobody has read it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GovernedBudget:
    """One budget with all that rules look at.

    `read_notifications`, `read_tags` and `read_actions` are None where nobody read them; rules take
    `notifications`, `tags` and `actions`, which fail then. A budget action that does not exist yet has no id, "".
    `recent_spend` is what it counts in one of its periods of late; None when that is not known. `own_roles` are
    the ARNs of the roles of the agent and of AWS Budgets.
    """

    account_id: str
    definition: BudgetDefinition
    now: datetime
    read_notifications: tuple[Notification, ...] | None = None
    read_tags: Mapping[str, str] | None = None
    read_actions: tuple[BudgetAction, ...] | None = None
    recent_spend: Spend | None = None
    own_roles: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The budget's name."""
        return self.definition.name

    @property
    def limit(self) -> Spend | None:
        """The limit of the current period; None where AWS has yet to derive it."""
        return self.definition.limit_at(self.now)

    @property
    def notifications(self) -> tuple[Notification, ...]:
        """Its notifications; with subscribers for rules that look at SUBSCRIBERS."""
        return _read(self.read_notifications, Facet.NOTIFICATIONS)

    @property
    def tags(self) -> Mapping[str, str]:
        """The tags on the budget itself."""
        return _read(self.read_tags, Facet.TAGS)

    @property
    def actions(self) -> tuple[BudgetActionDefinition, ...]:
        """What the budget actions attached to it do."""
        return tuple(each.definition for each in _read(self.read_actions, Facet.ACTIONS))


@dataclass(frozen=True, slots=True, kw_only=True)
class GovernedAccount:
    """An account with all that rules of accounts look at; what nobody read is None.

    `read_acting_budgets` are the names of its budgets that have budget actions. `read_spend` maps the accounts
    whose costs it sees to what each spent in the last whole month.
    """

    account_id: str
    now: datetime
    budgets: tuple[Budget, ...] = ()
    read_acting_budgets: frozenset[str] | None = None
    read_spend: Mapping[str, Spend] | None = None

    @property
    def acting_budgets(self) -> frozenset[str]:
        """The budgets that have budget actions, by name."""
        return _read(self.read_acting_budgets, Facet.ACCOUNT_ACTIONS)

    @property
    def spend(self) -> Mapping[str, Spend]:
        """What each account spent in the last whole month."""
        return _read(self.read_spend, Facet.ACCOUNT_SPEND)


def recent_spend_of(budget: Budget, now: datetime) -> Spend | None:
    """What a budget counts in a period of late: AWS's forecast of the running one; None where there is none."""
    period = budget.definition.period_at(now)
    if period is None or not budget.figures_are_of(period, now):
        return None
    return budget.forecasted_spend


def after_step(budget: GovernedBudget, step: BudgetStep) -> GovernedBudget | None:
    """The budget after a step; None when it is gone. What was not read stays unread."""
    match step:
        case ReplaceDefinition():
            return replace(budget, definition=step.definition)
        case SetTags():
            return replace(budget, read_tags=_put(budget.read_tags, step.tags))
        case RemoveTags():
            kept = {key: value for key, value in (budget.read_tags or {}).items() if key not in step.keys}
            return replace(budget, read_tags=None if budget.read_tags is None else kept)
        case CreateAction():
            attached = BudgetAction(id="", definition=step.definition, status=NOT_YET)
            actions = None if budget.read_actions is None else (*budget.read_actions, attached)
            return replace(budget, read_actions=actions)
        case DeleteAction():
            actions = budget.read_actions
            left = None if actions is None else tuple(each for each in actions if each.id != step.action_id)
            return replace(budget, read_actions=left)
        case ExecuteAction():
            return budget
        case DeleteBudget():
            return None
    if budget.read_notifications is None:
        return budget
    watched = {each.identity: each for each in budget.read_notifications}
    match step:
        case AddNotification():
            watched[step.notification.identity] = step.notification
        case RemoveNotification():
            watched.pop(step.notification.identity, None)
        case TurnNotification():
            old = watched.pop(step.old.identity, step.old)
            watched[step.new.identity] = replace(step.new, subscribers=old.subscribers)
        case AddSubscriber() | RemoveSubscriber() | ReplaceSubscriber():
            found = watched.get(step.notification.identity, step.notification)
            told = replace(found, subscribers=_told(found, step))
            watched[told.identity] = told
            if told.subscribers == ():
                del watched[told.identity]
    return replace(budget, read_notifications=tuple(watched.values()))


def _told(
    notification: Notification, step: AddSubscriber | RemoveSubscriber | ReplaceSubscriber
) -> tuple[Subscriber, ...]:
    told = notification.subscribers or ()
    match step:
        case AddSubscriber():
            return tuple(dict.fromkeys((*told, step.subscriber)))
        case RemoveSubscriber():
            return tuple(each for each in told if each != step.subscriber)
        case ReplaceSubscriber():
            return tuple(step.new if each == step.old else each for each in told)


def _put(tags: Mapping[str, str] | None, new: Mapping[str, str]) -> Mapping[str, str] | None:
    return None if tags is None else {**tags, **new}


def _read(known: Known | None, facet: Facet) -> Known:
    if known is None:
        raise UnreadFacetError(facet)
    return known
