"""The single calls by which a budget that exists is changed or deleted, in words and as data.

AWS Budgets changes definition, notifications, subscribers, tags and budget actions by calls of their own, none
of which can be undone together; so a change is a list of steps, each of which may be the last that succeeds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tools.domain.budget import BudgetDefinition
from tools.domain.budget_action_levels import watched_in_words
from tools.domain.budget_action_states import ExecutionType
from tools.domain.budget_actions import BudgetActionDefinition, restriction_in_words
from tools.domain.money import plain
from tools.domain.notifications import Notification, Subscriber, ThresholdType


@dataclass(frozen=True, slots=True)
class ReplaceDefinition:
    """The whole definition; AWS keeps nothing of the old one."""

    definition: BudgetDefinition

    def in_words(self) -> str:
        """What it does."""
        return "change the definition"


@dataclass(frozen=True, slots=True)
class AddNotification:
    """One more notification, with its subscribers."""

    notification: Notification

    def in_words(self) -> str:
        """What it does."""
        return f"add the notification {notification_in_words(self.notification)}"


@dataclass(frozen=True, slots=True)
class TurnNotification:
    """One notification into another one; its subscribers stay."""

    old: Notification
    new: Notification

    def in_words(self) -> str:
        """What it does."""
        return (
            f"turn the notification {notification_in_words(self.old)} into {notification_in_words(self.new)}"
        )


@dataclass(frozen=True, slots=True)
class RemoveNotification:
    """A notification, with its subscribers."""

    notification: Notification

    def in_words(self) -> str:
        """What it does."""
        return f"remove the notification {notification_in_words(self.notification)}"


@dataclass(frozen=True, slots=True)
class AddSubscriber:
    """One more who is told."""

    notification: Notification
    subscriber: Subscriber

    def in_words(self) -> str:
        """What it does."""
        return f"tell {self.subscriber.address} of {notification_in_words(self.notification)}"


@dataclass(frozen=True, slots=True)
class ReplaceSubscriber:
    """One who is told in the place of another, of the same channel."""

    notification: Notification
    old: Subscriber
    new: Subscriber

    def in_words(self) -> str:
        """What it does."""
        watched = notification_in_words(self.notification)
        return f"tell {self.new.address} instead of {self.old.address} of {watched}"


@dataclass(frozen=True, slots=True)
class RemoveSubscriber:
    """One who is no longer told; with the last one AWS would remove the notification."""

    notification: Notification
    subscriber: Subscriber

    def in_words(self) -> str:
        """What it does."""
        return f"no longer tell {self.subscriber.address} of {notification_in_words(self.notification)}"


@dataclass(frozen=True, slots=True)
class SetTags:
    """Tags on the budget itself, added or overwritten."""

    tags: Mapping[str, str]

    def in_words(self) -> str:
        """What it does."""
        return f"set the tags {', '.join(self.tags)}"


@dataclass(frozen=True, slots=True)
class RemoveTags:
    """Tags taken off the budget itself."""

    keys: tuple[str, ...]

    def in_words(self) -> str:
        """What it does."""
        return f"remove the tags {', '.join(self.keys)}"


@dataclass(frozen=True, slots=True)
class CreateAction:
    """One more budget action, with its tags."""

    definition: BudgetActionDefinition
    tags: Mapping[str, str]

    def in_words(self) -> str:
        """What it does."""
        watched = watched_in_words((self.definition.notification_type, self.definition.threshold))
        return f"attach a budget action: {watched}, {restriction_in_words(self.definition.target)}"


@dataclass(frozen=True, slots=True)
class DeleteAction:
    """A budget action; the restriction it has applied stays in force."""

    action_id: str

    def in_words(self) -> str:
        """What it does."""
        return f"delete budget action {self.action_id}"


@dataclass(frozen=True, slots=True)
class ExecuteAction:
    """A budget action approved, retried, reversed or reset."""

    action_id: str
    execution: ExecutionType

    def in_words(self) -> str:
        """What it does."""
        return f"{self.execution.verb} budget action {self.action_id}"


@dataclass(frozen=True, slots=True)
class DeleteBudget:
    """The budget with its notifications."""

    def in_words(self) -> str:
        """What it does."""
        return "delete the budget"


NotificationStep = (
    AddNotification
    | TurnNotification
    | RemoveNotification
    | AddSubscriber
    | ReplaceSubscriber
    | RemoveSubscriber
)
BudgetStep = (
    ReplaceDefinition
    | NotificationStep
    | SetTags
    | RemoveTags
    | CreateAction
    | DeleteAction
    | ExecuteAction
    | DeleteBudget
)


def notification_in_words(notification: Notification) -> str:
    """`ACTUAL GREATER_THAN 80 %`; an amount stands without its unit, which is the limit's."""
    threshold = notification.threshold
    sign = " %" if threshold.type is ThresholdType.PERCENTAGE else ""
    return f"{notification.type.value} {notification.operator.value} {plain(threshold.value):f}{sign}"
