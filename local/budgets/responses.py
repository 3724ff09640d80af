"""The 26 operations of AWS Budgets."""

from local.budgets.action_operations import ActionOperations
from local.budgets.budget_operations import BudgetOperations
from local.budgets.notification_operations import NotificationOperations
from local.budgets.tag_operations import TagOperations


class Response(BudgetOperations, NotificationOperations, ActionOperations, TagOperations):
    """One request; each operation is a method named like the boto3 method."""
