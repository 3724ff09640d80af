"""Operations on budget actions."""

import uuid
from collections.abc import Iterator
from typing import Any

from moto.core.responses import ActionResult

from local.budgets.actions import Action, begin
from local.budgets.budget import Budget
from local.budgets.errors import not_found
from local.budgets.execution_role import check_execution_role
from local.budgets.paging import page
from local.budgets.refresh import complete_work, tell_about
from local.budgets.request import BudgetsRequest
from local.budgets.rules.actions import check_budget_takes_actions, check_definition
from local.budgets.rules.time_periods import check_asked_period
from local.budgets.subscribers import accept_subscribers
from local.budgets.tags import merge_tags

_SETTINGS = (
    "NotificationType",
    "ActionThreshold",
    "Definition",
    "ExecutionRoleArn",
    "ApprovalModel",
    "Subscribers",
)


class ActionOperations(BudgetsRequest):
    """Create, update, delete, execute and read budget actions."""

    def create_budget_action(self) -> ActionResult:
        """Attach an action to a budget; it stands by until the next refresh looks at its threshold."""
        name = self.params["BudgetName"]
        budget = self.budget(f"Unable to create budget action - the budget {name} doesn't exist.")
        check_budget_takes_actions(budget.settings)
        settings = {key: self.params[key] for key in ("ActionType", *_SETTINGS)}
        self._check(budget, settings)
        settings["Subscribers"] = accept_subscribers(settings["Subscribers"], self.store.account_id)
        tags = merge_tags({}, self.params.get("ResourceTags") or ())
        budget.actions_made += 1
        action = Action(self._action_id(budget), budget.actions_made, budget.name, settings, tags=tags)
        action.record("CREATE_ACTION", "The action was created.", self.now)
        budget.actions[action.action_id] = action
        return self._answer(action, ActionId=action.action_id)

    def update_budget_action(self) -> ActionResult:
        """Change what is given of an action; the rest, its status and what it did stay."""
        budget, action = self._named("update")
        action.require_rest()
        old = action.describe()
        changed = {key: self.params[key] for key in _SETTINGS if self.params.get(key) is not None}
        settings = {**action.settings, **changed}
        self._check(budget, settings)
        settings["Subscribers"] = accept_subscribers(settings["Subscribers"], self.store.account_id)
        action.settings = settings
        action.record("UPDATE_ACTION", "The action was updated.", self.now)
        return self._answer(action, OldAction=old, NewAction=action.describe())

    def delete_budget_action(self) -> ActionResult:
        """Delete an action; what it did stays done."""
        budget, action = self._named("delete")
        action.require_rest()
        del budget.actions[action.action_id]
        return self._answer(action, Action=action.describe())

    def execute_budget_action(self) -> ActionResult:
        """Approve, retry, reverse or reset an action, where its state allows it."""
        budget, action = self._named("execute")
        execution_type = self.params["ExecutionType"]
        begin(action, execution_type, self.now)
        complete_work(self.store, budget, action, self.now)
        tell_about(self.store, budget, action, self.now)
        return self._answer(action, ActionId=action.action_id, ExecutionType=execution_type)

    def describe_budget_action(self) -> ActionResult:
        """One action."""
        _, action = self._named("get")
        return self._answer(action, Action=action.describe())

    def describe_budget_action_histories(self) -> ActionResult:
        """A page of an action's history, newest first (emulator-defined)."""
        _, action = self._named("get")
        asked = self.params.get("TimePeriod") or {}
        check_asked_period(asked)
        start, end = asked.get("Start"), asked.get("End")
        wanted = [
            event
            for event in reversed(action.events)
            if (start is None or event.at >= start) and (end is None or event.at < end)
        ]
        found, token = page(
            "DescribeBudgetActionHistories", self.params, wanted, lambda event: -event.serial, self.now
        )
        return ActionResult({"ActionHistories": [event.describe() for event in found], "NextToken": token})

    def describe_budget_actions_for_account(self) -> ActionResult:
        """A page of all actions of the account."""
        # A budget has far fewer actions than this, so that the order is by budget, then by action.
        spread = 1_000_000
        numbered = (
            (budget.serial * spread + action.serial, action)
            for budget in self.store.budgets.values()
            for action in budget.actions.values()
        )
        return self._page_of_actions("DescribeBudgetActionsForAccount", numbered)

    def describe_budget_actions_for_budget(self) -> ActionResult:
        """A page of a budget's actions."""
        name = self.params["BudgetName"]
        budget = self.budget(f"Unable to get budget actions - the budget {name} doesn't exist.")
        numbered = ((action.serial, action) for action in budget.actions.values())
        return self._page_of_actions("DescribeBudgetActionsForBudget", numbered)

    def _page_of_actions(self, operation: str, numbered: Iterator[tuple[int, Action]]) -> ActionResult:
        found, token = page(operation, self.params, numbered, lambda pair: pair[0], self.now)
        return ActionResult({"Actions": [action.describe() for _, action in found], "NextToken": token})

    def _named(self, verb: str) -> tuple[Budget, Action]:
        name, action_id = self.params["BudgetName"], self.params["ActionId"]
        budget = self.budget(f"Unable to {verb} budget action - the budget {name} doesn't exist.")
        if action_id not in budget.actions:
            raise not_found(f"Unable to {verb} budget action: {action_id} - the action doesn't exist.")
        return budget, budget.actions[action_id]

    def _check(self, budget: Budget, settings: dict[str, Any]) -> None:
        check_definition(
            settings["ActionType"], settings["Definition"], is_management_account=self.is_management_account
        )
        check_execution_role(settings["ExecutionRoleArn"], self.store.account_id, budget.name)

    def _action_id(self, budget: Budget) -> str:
        """An id that is the same whenever the same world is played again."""
        text = f"{self.store.account_id}:{budget.serial}:{budget.name}:{budget.actions_made}"
        return str(uuid.uuid5(uuid.NAMESPACE_URL, text))

    def _answer(self, action: Action, **members: Any) -> ActionResult:
        return ActionResult({"AccountId": self.store.account_id, "BudgetName": action.budget_name, **members})
