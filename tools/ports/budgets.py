"""What actions may ask of AWS Budgets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from tools.domain.budget import Budget, BudgetDefinition
    from tools.domain.budget_actions import BudgetAction, BudgetActionDefinition, BudgetActionEvent
    from tools.domain.budget_steps import BudgetStep
    from tools.domain.notifications import Notification
    from tools.domain.performance import PeriodPerformance


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
