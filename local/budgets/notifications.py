"""Notifications of a budget: a threshold that is watched, and who is told about it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from local.budgets.errors import creation_limit, duplicate, invalid_parameter, not_found
from local.budgets.rules.budget_types import BUDGET_TYPES
from local.budgets.subscribers import Subscriber, accept_subscribers

# Notification in the service model; the ceiling of a percentage is stated there too.
MOST_NOTIFICATIONS = 10
HIGHEST_PERCENTAGE = 1_000_000

Identity = tuple[str, str, Decimal, str]


@dataclass
class Notification:
    """A watched threshold. It has no id on AWS: type, operator, threshold and threshold type are its identity.

    `told_in` is the first day of the period in which its subscribers were told last.
    """

    serial: int
    kind: str
    operator: str
    threshold: float
    threshold_type: str
    subscribers: list[Subscriber] = field(default_factory=list)
    state: str = "OK"
    told_in: date | None = None

    @property
    def identity(self) -> Identity:
        """What makes two notifications the same."""
        return (self.kind, self.operator, Decimal(str(self.threshold)), self.threshold_type)

    def describe(self) -> dict[str, Any]:
        """The wire shape as AWS gives it back: ThresholdType is left out where it is PERCENTAGE."""
        described = {
            "NotificationType": self.kind,
            "ComparisonOperator": self.operator,
            "Threshold": self.threshold,
            "NotificationState": self.state,
        }
        if self.threshold_type != "PERCENTAGE":
            described["ThresholdType"] = self.threshold_type
        return described


def identity_of(given: Mapping[str, Any]) -> Identity:
    """The identity of a wire Notification; a missing ThresholdType means PERCENTAGE."""
    return (
        given["NotificationType"],
        given["ComparisonOperator"],
        Decimal(str(float(given["Threshold"]))),
        given.get("ThresholdType") or "PERCENTAGE",
    )


class Notifications:
    """The notifications of one budget, in the order they were made."""

    def __init__(self) -> None:
        self._held: list[Notification] = []
        self._made = 0

    def __iter__(self) -> Iterator[Notification]:
        return iter(self._held)

    def __len__(self) -> int:
        return len(self._held)

    def add(
        self, given: Mapping[str, Any], subscribers: list[Subscriber], budget_type: str, account_id: str
    ) -> Notification:
        """Make a notification. Raises Refused for a duplicate, the eleventh, or one the type cannot have."""
        check_notification(given, budget_type)
        if any(one.identity == identity_of(given) for one in self._held):
            raise duplicate("Error creating notification: the notification already exists.")
        if len(self._held) >= MOST_NOTIFICATIONS:
            raise creation_limit(f"one budget can only have {MOST_NOTIFICATIONS} notifications")
        accepted = accept_subscribers(subscribers, account_id)
        self._made += 1
        kind, operator, _, threshold_type = identity_of(given)
        made = Notification(self._made, kind, operator, float(given["Threshold"]), threshold_type, accepted)
        self._held.append(made)
        return made

    def find(self, given: Mapping[str, Any], purpose: str) -> Notification:
        """The notification with this identity. Raises Refused if there is none; `purpose` opens its text."""
        wanted = identity_of(given)
        for one in self._held:
            if one.identity == wanted:
                return one
        raise not_found(f"Unable to {purpose} - the notification doesn't exist.")

    def replace(self, old: Mapping[str, Any], new: Mapping[str, Any], budget_type: str) -> None:
        """Turn a notification into another one; its subscribers stay. Raises Refused as `add` and `find` do."""
        changed = self.find(old, "update notification")
        check_notification(new, budget_type)
        if any(one is not changed and one.identity == identity_of(new) for one in self._held):
            raise duplicate("Error updating notification: the notification already exists.")
        changed.kind, changed.operator, _, changed.threshold_type = identity_of(new)
        changed.threshold = float(new["Threshold"])
        changed.state, changed.told_in = "OK", None

    def remove(self, removed: Notification) -> None:
        """Forget a notification with its subscribers."""
        self._held.remove(removed)


def check_notification(given: Mapping[str, Any], budget_type: str) -> None:
    """Raise Refused for a notification that a budget of this type cannot have.

    RI and Savings Plans budgets have no forecast: the console offers ACTUAL only, so the rest is refused here
    (emulator-defined).
    """
    if given["NotificationType"] == "FORECASTED" and BUDGET_TYPES[budget_type].has_fixed_limit:
        raise invalid_parameter(
            f"Unable to create/update notification - FORECASTED is not supported for {budget_type} budgets"
        )
    is_percentage = (given.get("ThresholdType") or "PERCENTAGE") == "PERCENTAGE"
    if is_percentage and given["Threshold"] > HIGHEST_PERCENTAGE:
        raise invalid_parameter(
            "Unable to create/update notification - the threshold should not be above "
            f"{HIGHEST_PERCENTAGE} percent"
        )
