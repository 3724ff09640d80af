"""Operations on budgets and their history."""

from typing import Any

from moto.core.responses import ActionResult

from local.budgets.budget import Budget
from local.budgets.errors import duplicate, quota_exceeded
from local.budgets.history import history_entry, history_head, history_periods
from local.budgets.notifications import check_notification
from local.budgets.paging import page
from local.budgets.request import BudgetsRequest
from local.budgets.rules.actions import check_budget_takes_actions
from local.budgets.rules.budget import accept_budget
from local.budgets.rules.time_periods import check_asked_period
from local.budgets.tags import merge_tags


class BudgetOperations(BudgetsRequest):
    """CreateBudget, UpdateBudget, DeleteBudget and the reads of budgets."""

    def create_budget(self) -> None:
        """Create a budget with its notifications and tags: all of it, or nothing."""
        store, given = self.store, self.params["Budget"]
        name = given["BudgetName"]
        if name in store.budgets:
            raise duplicate(f"Error creating budget: {name} - the budget already exists.")
        settings = self._accept(given)
        if len(store.budgets) >= store.budget_quota:
            raise quota_exceeded(
                f"Unable to create budget - an account can only have {store.budget_quota} budgets"
            )
        meter = store.meter()
        budget = Budget.create(store.budgets_made + 1, settings, meter, self.now)
        budget.tags = merge_tags({}, self.params.get("ResourceTags") or ())
        for one in self.params.get("NotificationsWithSubscribers") or ():
            made = budget.notifications.add(
                one["Notification"], one["Subscribers"], settings["BudgetType"], store.account_id
            )
            budget.look_at(made, meter, self.now)
        store.budgets_made += 1
        store.budgets[name] = budget

    def update_budget(self) -> None:
        """Replace a budget's settings as a whole; its notifications, actions and tags stay."""
        given = self.params["NewBudget"]
        name = given["BudgetName"]
        budget = self.store.find(name, f"Unable to update budget: {name} - the budget doesn't exist.")
        settings = self._accept(given)
        if budget.actions:
            check_budget_takes_actions(settings)
        for notification in budget.notifications:
            check_notification(notification.describe(), settings["BudgetType"])
        budget.change(settings, self.store.meter(), self.now)

    def delete_budget(self) -> None:
        """Delete a budget with its notifications, subscribers and actions.

        What becomes of actions AWS does not say; here they go too, and what they did stays done.
        """
        name = self.params["BudgetName"]
        self.budget(f"Unable to delete budget: {name} - the budget doesn't exist. Try creating it first. ")
        del self.store.budgets[name]

    def describe_budget(self) -> ActionResult:
        """One budget."""
        name = self.params["BudgetName"]
        budget = self.budget(f"Unable to get budget: {name} - the budget doesn't exist.")
        return ActionResult({"Budget": self._describe(budget)})

    def describe_budgets(self) -> ActionResult:
        """A page of the account's budgets. An account without budgets is answered with an empty object."""
        found, token = page(
            "DescribeBudgets", self.params, self.store.budgets.values(), lambda one: one.serial, self.now
        )
        if not found:
            return ActionResult({})
        return ActionResult({"Budgets": [self._describe(one) for one in found], "NextToken": token})

    def describe_budget_performance_history(self) -> ActionResult:
        """A page of a budget's history, oldest period first."""
        name = self.params["BudgetName"]
        budget = self.budget(f"Unable to get budget: {name} - the budget doesn't exist.")
        asked = self.params.get("TimePeriod")
        check_asked_period(asked)
        meter, now = self.store.meter(), self.now
        periods = history_periods(budget, asked, meter, now)
        found, token = page(
            "DescribeBudgetPerformanceHistory",
            self.params,
            periods,
            lambda period: period.start.toordinal(),
            now,
        )
        entries = [history_entry(budget, period, meter, now) for period in found]
        history = {**history_head(budget), "BudgetedAndActualAmountsList": entries}
        return ActionResult({"BudgetPerformanceHistory": history, "NextToken": token})

    def _accept(self, given: Any) -> dict[str, Any]:
        return accept_budget(
            given, self.now, self.store.account_id, is_management_account=self.is_management_account
        )

    def _describe(self, budget: Budget) -> dict[str, Any]:
        return budget.describe(show_filter_expression=bool(self.params.get("ShowFilterExpression")))
