"""Operations on notifications and their subscribers."""

from moto.core.responses import ActionResult

from local.budgets.errors import duplicate, not_found
from local.budgets.paging import page
from local.budgets.request import BudgetsRequest
from local.budgets.subscribers import with_subscriber


class NotificationOperations(BudgetsRequest):
    """Create, update, delete and read notifications and subscribers."""

    def create_notification(self) -> None:
        """Watch one more threshold."""
        budget = self.budget("Unable to create notification - the budget doesn't exist.")
        made = budget.notifications.add(
            self.params["Notification"],
            self.params["Subscribers"],
            budget.settings["BudgetType"],
            self.store.account_id,
        )
        budget.look_at(made, self.store.meter(), self.now)

    def update_notification(self) -> None:
        """Turn one notification into another; its subscribers stay."""
        budget = self.budget("Unable to update notification - the budget doesn't exist.")
        budget.notifications.replace(
            self.params["OldNotification"], self.params["NewNotification"], budget.settings["BudgetType"]
        )
        changed = budget.notifications.find(self.params["NewNotification"], "update notification")
        budget.look_at(changed, self.store.meter(), self.now)

    def delete_notification(self) -> None:
        """Delete a notification with its subscribers."""
        budget = self.budget("Unable to delete notification - the budget doesn't exist.")
        found = budget.notifications.find(self.params["Notification"], "delete notification")
        budget.notifications.remove(found)

    def describe_notifications_for_budget(self) -> ActionResult:
        """A page of a budget's notifications."""
        budget = self.budget("Unable to get notifications - the budget doesn't exist.")
        found, token = page(
            "DescribeNotificationsForBudget",
            self.params,
            budget.notifications,
            lambda one: one.serial,
            self.now,
        )
        return ActionResult({"Notifications": [one.describe() for one in found], "NextToken": token})

    def describe_budget_notifications_for_account(self) -> ActionResult:
        """A page of budgets with their notifications; budgets without any are left out (emulator-defined)."""
        found, token = page(
            "DescribeBudgetNotificationsForAccount",
            self.params,
            (one for one in self.store.budgets.values() if len(one.notifications)),
            lambda one: one.serial,
            self.now,
        )
        listed = [
            {"BudgetName": one.name, "Notifications": [each.describe() for each in one.notifications]}
            for one in found
        ]
        return ActionResult({"BudgetNotificationsForAccount": listed, "NextToken": token})

    def create_subscriber(self) -> None:
        """Tell one more address or topic."""
        budget = self.budget("Unable to create subscriber - the budget doesn't exist.")
        found = budget.notifications.find(self.params["Notification"], "create subscriber")
        found.subscribers = with_subscriber(
            found.subscribers, self.params["Subscriber"], self.store.account_id
        )

    def update_subscriber(self) -> None:
        """Put one subscriber in the place of another."""
        budget = self.budget("Unable to update subscriber - the budget doesn't exist.")
        found = budget.notifications.find(self.params["Notification"], "update subscriber")
        old, new = self.params["OldSubscriber"], self.params["NewSubscriber"]
        if old not in found.subscribers:
            raise not_found("Unable to update subscriber - the subscriber doesn't exist.")
        if new != old and new in found.subscribers:
            raise duplicate("Error updating subscriber: the subscriber already exists.")
        index = found.subscribers.index(old)
        others = [*found.subscribers[:index], *found.subscribers[index + 1 :]]
        *_, accepted = with_subscriber(others, new, self.store.account_id)
        found.subscribers = [*others[:index], accepted, *others[index:]]

    def delete_subscriber(self) -> None:
        """Delete a subscriber; with the last one the notification goes too."""
        budget = self.budget("Unable to delete subscriber - the budget doesn't exist.")
        found = budget.notifications.find(self.params["Notification"], "delete subscriber")
        if self.params["Subscriber"] not in found.subscribers:
            raise not_found("Unable to delete subscriber - the subscriber doesn't exist.")
        found.subscribers.remove(self.params["Subscriber"])
        if not found.subscribers:
            budget.notifications.remove(found)

    def describe_subscribers_for_notification(self) -> ActionResult:
        """A page of a notification's subscribers."""
        budget = self.budget("Unable to get subscribers - the budget doesn't exist.")
        notification = budget.notifications.find(self.params["Notification"], "get subscribers")
        found, token = page(
            "DescribeSubscribersForNotification",
            self.params,
            list(enumerate(notification.subscribers)),
            lambda numbered: numbered[0],
            self.now,
        )
        return ActionResult({"Subscribers": [subscriber for _, subscriber in found], "NextToken": token})
