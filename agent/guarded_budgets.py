"""The budgets that actions get: every write passes the gate first, and what was read is shown to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol, cast

from tools.gateways import ChangeGate, Gateways

if TYPE_CHECKING:
    from tools.domain.budget import Budget, BudgetDefinition
    from tools.domain.budget_actions import BudgetAction, BudgetActionDefinition, BudgetActionEvent
    from tools.domain.budget_steps import BudgetStep
    from tools.domain.notifications import Notification
    from tools.domain.performance import PeriodPerformance
    from tools.domain.planned_change import PlannedChange
    from tools.ports.budgets import BudgetsGateway


class UngovernedChangeError(Exception):
    """A defect: an action that says it changes nothing, or a dry run, was about to change something."""


class Writes(ChangeGate, Protocol):
    """What judges writes."""

    def before_write(self, change: PlannedChange) -> None:
        """Judge a write that is about to be made, or raise."""

    def before_rehearsal(self, change: PlannedChange) -> None:
        """Judge a write that a dry run shows."""


class NoWrites:
    """Of an action that says it changes nothing."""

    def consider(self, change: PlannedChange) -> None:
        """Nothing to judge: nothing will be written."""

    def before_write(self, change: PlannedChange) -> None:
        """Refuse."""
        raise UngovernedChangeError(change.budget_name)

    def before_rehearsal(self, change: PlannedChange) -> None:
        """Nothing to judge: nothing will be written."""


class GuardedBudgets:
    """A BudgetsGateway whose writes are judged.

    There is no way past it by mistake: a new method of the gateway has to be written down here, or mypy complains.
    `seen` is the last answer to every question since the last write, so that the gate need not ask again.
    """

    def __init__(self, budgets: Callable[[], BudgetsGateway], writes: Writes) -> None:
        self._open = budgets
        self._writes = writes
        self.seen: dict[tuple[Any, ...], Any] = {}

    @cached_property
    def _budgets(self) -> BudgetsGateway:
        """Made at its first use: not every action asks AWS Budgets."""
        return self._open()

    def list_budgets(self, account_id: str) -> list[Budget]:
        """Read."""
        return self._budgets.list_budgets(account_id)

    def get_budget(self, account_id: str, name: str) -> Budget:
        """Read, and remember."""
        found = self._budgets.get_budget(account_id, name)
        self.seen["budget", account_id, name] = found
        return found

    def notifications_by_budget(self, account_id: str) -> Mapping[str, tuple[Notification, ...]]:
        """Read."""
        return self._budgets.notifications_by_budget(account_id)

    def notifications_of(self, account_id: str, name: str) -> tuple[Notification, ...]:
        """Read, and remember."""
        found = self._budgets.notifications_of(account_id, name)
        self.seen["notifications", account_id, name] = found
        return found

    def performance_history(self, account_id: str, name: str) -> list[PeriodPerformance]:
        """Read."""
        return self._budgets.performance_history(account_id, name)

    def budget_actions_of(self, account_id: str, name: str) -> list[BudgetAction]:
        """Read, and remember."""
        found = self._budgets.budget_actions_of(account_id, name)
        self.seen["actions", account_id, name] = found
        return found

    def all_budget_actions(self, account_id: str) -> list[BudgetAction]:
        """Read."""
        return self._budgets.all_budget_actions(account_id)

    def budget_action_history(self, account_id: str, name: str, action_id: str) -> list[BudgetActionEvent]:
        """Read."""
        return self._budgets.budget_action_history(account_id, name, action_id)

    def tags_of(self, account_id: str, name: str, action_id: str | None = None) -> Mapping[str, str]:
        """Read, and remember."""
        found = self._budgets.tags_of(account_id, name, action_id)
        if action_id is None:
            self.seen["tags", account_id, name] = found
        return found

    def create_budget(
        self,
        account_id: str,
        definition: BudgetDefinition,
        notifications: tuple[Notification, ...],
        tags: Mapping[str, str],
    ) -> None:
        """Judge, then create."""
        self._writes.before_write(_creation(account_id, definition, notifications, tags))
        self.seen.clear()
        self._budgets.create_budget(account_id, definition, notifications, tags)

    def create_budget_request(
        self,
        account_id: str,
        definition: BudgetDefinition,
        notifications: tuple[Notification, ...],
        tags: Mapping[str, str],
    ) -> Mapping[str, object]:
        """Judge what a dry run shows."""
        self._writes.before_rehearsal(_creation(account_id, definition, notifications, tags))
        return self._budgets.create_budget_request(account_id, definition, notifications, tags)

    def create_budget_action(
        self, account_id: str, definition: BudgetActionDefinition, tags: Mapping[str, str] | None = None
    ) -> str:
        """Judge, then attach."""
        self._writes.before_write(_attachment(account_id, definition, tags))
        self.seen.clear()
        return self._budgets.create_budget_action(account_id, definition, tags)

    def create_budget_action_request(
        self, account_id: str, definition: BudgetActionDefinition, tags: Mapping[str, str] | None = None
    ) -> Mapping[str, object]:
        """Judge what a dry run shows."""
        self._writes.before_rehearsal(_attachment(account_id, definition, tags))
        return self._budgets.create_budget_action_request(account_id, definition, tags)

    def apply(self, account_id: str, name: str, step: BudgetStep) -> None:
        """Judge, then do."""
        self._writes.before_write(_step(account_id, name, step))
        self.seen.clear()
        self._budgets.apply(account_id, name, step)

    def call_for(self, account_id: str, name: str, step: BudgetStep) -> tuple[str, Mapping[str, object]]:
        """Judge what a dry run shows."""
        self._writes.before_rehearsal(_step(account_id, name, step))
        return self._budgets.call_for(account_id, name, step)


class GuardedGateways:
    """The gateways of one call: all as they are, but for the budgets, and with the gate before those."""

    def __init__(self, gateways: Gateways, writes: Writes) -> None:
        self._gateways = gateways
        self.budgets = GuardedBudgets(lambda: gateways.budgets, writes)
        self.gate = writes

    def __getattr__(self, name: str) -> Any:
        """The others, those that this class does not know of included."""
        return getattr(self._gateways, name)

    def as_gateways(self) -> Gateways:
        """The same, for mypy, which does not look into __getattr__."""
        return cast("Gateways", self)


def _creation(
    account_id: str,
    definition: BudgetDefinition,
    notifications: tuple[Notification, ...],
    tags: Mapping[str, str],
) -> PlannedChange:
    from tools.domain.planned_change import NewBudget, PlannedChange

    created = NewBudget(definition, notifications, tags)
    return PlannedChange(account_id=account_id, budget_name=definition.name, created=created)


def _attachment(
    account_id: str, definition: BudgetActionDefinition, tags: Mapping[str, str] | None
) -> PlannedChange:
    from tools.domain.budget_steps import CreateAction

    step = CreateAction(definition, dict(tags or {}))
    return _step(account_id, definition.budget_name, step)


def _step(account_id: str, name: str, step: BudgetStep) -> PlannedChange:
    from tools.domain.planned_change import PlannedChange

    return PlannedChange(account_id=account_id, budget_name=name, steps=(step,))
