"""AWS Budgets behind `BudgetsGateway`: calls, pages and translation, no decisions.

Most requests read budgets: what only changes and budget actions need is imported by those methods.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from tools.aws.budget_permissions import (
    ACTION_HISTORY,
    CREATE_ACTION,
    DELETE_ACTION,
    EXECUTE_ACTION,
    LIST_ACTIONS,
    LIST_ALL_ACTIONS,
    LIST_TAGS,
    MODIFY,
    TAG,
    UNTAG,
    VIEW,
)
from tools.aws.errors import aws_errors
from tools.aws.translate import (
    budget_arn,
    budget_from,
    definition_to,
    notification_from,
    notification_to,
    notification_with_subscribers_to,
    performance_from,
    subscriber_from,
    tags_to,
)
from tools.domain.errors import BudgetNotFound, DataUnavailable, InvalidParameters

if TYPE_CHECKING:
    from mypy_boto3_budgets import BudgetsClient

    from tools.domain.budget import Budget, BudgetDefinition
    from tools.domain.budget_actions import BudgetAction, BudgetActionDefinition, BudgetActionEvent
    from tools.domain.budget_steps import BudgetStep
    from tools.domain.notifications import Notification, Subscriber
    from tools.domain.performance import PeriodPerformance

PERMISSIONS: Mapping[str, tuple[str, ...]] = {
    "DescribeBudgets": (VIEW,),
    "DescribeBudget": (VIEW,),
    "DescribeBudgetNotificationsForAccount": (VIEW,),
    "DescribeNotificationsForBudget": (VIEW,),
    "DescribeSubscribersForNotification": (VIEW,),
    "DescribeBudgetPerformanceHistory": (VIEW,),
    "CreateBudget": (MODIFY, TAG),
    "DescribeBudgetActionsForBudget": (LIST_ACTIONS,),
    "DescribeBudgetActionsForAccount": (LIST_ALL_ACTIONS,),
    "DescribeBudgetActionHistories": (ACTION_HISTORY,),
    "ExecuteBudgetAction": (EXECUTE_ACTION,),
    "CreateBudgetAction": (CREATE_ACTION, TAG, "iam:PassRole"),
    "ListTagsForResource": (LIST_TAGS,),
    "UpdateBudget": (MODIFY,),
    "CreateNotification": (MODIFY,),
    "UpdateNotification": (MODIFY,),
    "DeleteNotification": (MODIFY,),
    "CreateSubscriber": (MODIFY,),
    "UpdateSubscriber": (MODIFY,),
    "DeleteSubscriber": (MODIFY,),
    "TagResource": (TAG,),
    "UntagResource": (UNTAG,),
    "DeleteBudgetAction": (DELETE_ACTION,),
    "DeleteBudget": (MODIFY,),
}

_LARGEST_LIST_PAGE = 1000
_LARGEST_ITEM_PAGE = 100


class AwsBudgets:
    """AWS Budgets through boto3."""

    def __init__(self, client: BudgetsClient, own_account_id: str) -> None:
        self._client = client
        self._own_account_id = own_account_id

    def list_budgets(self, account_id: str) -> list[Budget]:
        """All budgets, 1,000 a page. An account without budgets answers without the list itself."""
        pages = self._pages(
            "describe_budgets",
            VIEW,
            AccountId=account_id,
            MaxResults=_LARGEST_LIST_PAGE,
            ShowFilterExpression=True,
        )
        return [budget_from(wire) for page in pages for wire in page.get("Budgets") or ()]

    def get_budget(self, account_id: str, name: str) -> Budget:
        """One budget; without ShowFilterExpression its filter would be hidden."""
        with self._errors(VIEW, account_id, name):
            response = self._client.describe_budget(
                AccountId=account_id, BudgetName=name, ShowFilterExpression=True
            )
        return budget_from(response["Budget"])

    def notifications_by_budget(self, account_id: str) -> Mapping[str, tuple[Notification, ...]]:
        """One sweep over the account instead of a call per budget."""
        pages = self._pages(
            "describe_budget_notifications_for_account",
            VIEW,
            AccountId=account_id,
            MaxResults=_LARGEST_LIST_PAGE,
        )
        return {
            entry["BudgetName"]: tuple(notification_from(wire) for wire in entry.get("Notifications") or ())
            for page in pages
            for entry in page.get("BudgetNotificationsForAccount") or ()
        }

    def notifications_of(self, account_id: str, name: str) -> tuple[Notification, ...]:
        """The notifications, then one call per notification for its subscribers."""
        pages = self._pages(
            "describe_notifications_for_budget",
            VIEW,
            budget_name=name,
            AccountId=account_id,
            BudgetName=name,
            MaxResults=_LARGEST_ITEM_PAGE,
        )
        wires = [wire for page in pages for wire in page.get("Notifications") or ()]
        return tuple(
            notification_from(wire, self._subscribers_of(account_id, name, notification_from(wire)))
            for wire in wires
        )

    def performance_history(self, account_id: str, name: str) -> list[PeriodPerformance]:
        """All pages by hand: botocore's paginator keeps only the first one's periods."""
        try:
            pages = list(
                self._pages(
                    "describe_budget_performance_history",
                    VIEW,
                    budget_name=name,
                    AccountId=account_id,
                    BudgetName=name,
                    MaxResults=_LARGEST_ITEM_PAGE,
                )
            )
        except InvalidParameters as error:
            raise DataUnavailable(
                f"AWS keeps no performance history for '{name}': {error.details.get('aws_message')}",
                error.details,
            ) from error
        periods = [
            performance_from(wire)
            for page in pages
            for wire in page["BudgetPerformanceHistory"].get("BudgetedAndActualAmountsList") or ()
        ]
        return sorted(periods, key=lambda each: each.period.start)

    def create_budget(
        self,
        account_id: str,
        definition: BudgetDefinition,
        notifications: tuple[Notification, ...],
        tags: Mapping[str, str],
    ) -> None:
        """CreateBudget with notifications and tags in one call: AWS creates all of it or nothing."""
        request = self.create_budget_request(account_id, definition, notifications, tags)
        with self._errors(MODIFY, account_id, definition.name):
            self._client.create_budget(**request)

    def create_budget_request(
        self,
        account_id: str,
        definition: BudgetDefinition,
        notifications: tuple[Notification, ...],
        tags: Mapping[str, str],
    ) -> dict[str, Any]:
        """The members of CreateBudget."""
        request: dict[str, Any] = {"AccountId": account_id, "Budget": definition_to(definition)}
        if notifications:
            request["NotificationsWithSubscribers"] = [
                notification_with_subscribers_to(each) for each in notifications
            ]
        if tags:
            request["ResourceTags"] = tags_to(tags)
        return request

    def budget_actions_of(self, account_id: str, name: str) -> list[BudgetAction]:
        """All budget actions of one budget."""
        from tools.aws.translate_actions import budget_action_from

        pages = self._pages(
            "describe_budget_actions_for_budget",
            LIST_ACTIONS,
            budget_name=name,
            AccountId=account_id,
            BudgetName=name,
            MaxResults=_LARGEST_ITEM_PAGE,
        )
        return [budget_action_from(wire) for page in pages for wire in page.get("Actions") or ()]

    def all_budget_actions(self, account_id: str) -> list[BudgetAction]:
        """The budget actions of all budgets in one sweep, 100 a page."""
        from tools.aws.translate_actions import budget_action_from

        pages = self._pages(
            "describe_budget_actions_for_account",
            LIST_ALL_ACTIONS,
            AccountId=account_id,
            MaxResults=_LARGEST_ITEM_PAGE,
        )
        return [budget_action_from(wire) for page in pages for wire in page.get("Actions") or ()]

    def budget_action_history(self, account_id: str, name: str, action_id: str) -> list[BudgetActionEvent]:
        """All entries, the newest first. AWS does not promise an order; entries of one moment keep its own."""
        from tools.aws.translate_actions import budget_action_event_from

        pages = self._pages(
            "describe_budget_action_histories",
            ACTION_HISTORY,
            budget_name=name,
            AccountId=account_id,
            BudgetName=name,
            ActionId=action_id,
            MaxResults=_LARGEST_ITEM_PAGE,
        )
        found = [
            budget_action_event_from(wire) for page in pages for wire in page.get("ActionHistories") or ()
        ]
        return sorted(found, key=lambda each: each.at, reverse=True)

    def create_budget_action(
        self, account_id: str, definition: BudgetActionDefinition, tags: Mapping[str, str] | None = None
    ) -> str:
        """CreateBudgetAction; needs iam:PassRole for the execution role as well."""
        request = self.create_budget_action_request(account_id, definition, tags)
        with self._errors(CREATE_ACTION, account_id, definition.budget_name):
            return self._client.create_budget_action(**request)["ActionId"]

    def create_budget_action_request(
        self, account_id: str, definition: BudgetActionDefinition, tags: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """The members of CreateBudgetAction."""
        from tools.aws.budget_steps import call_of
        from tools.domain.budget_steps import CreateAction

        return call_of(CreateAction(definition, tags or {}), account_id, definition.budget_name).request

    def tags_of(self, account_id: str, name: str, action_id: str | None = None) -> Mapping[str, str]:
        """ListTagsForResource on the ARN of the budget or the budget action."""
        arn = budget_arn(account_id, name, self._client.meta.partition, action_id)
        with self._errors(LIST_TAGS, account_id, name):
            response = self._client.list_tags_for_resource(ResourceARN=arn)
        return {tag["Key"]: tag["Value"] for tag in response.get("ResourceTags") or ()}

    def apply(self, account_id: str, name: str, step: BudgetStep) -> None:
        """One call. AWS has no conditions on writes, so what others did in between shows as a refusal."""
        from tools.aws.budget_changes import carry_out

        def errors(permission: str) -> AbstractContextManager[None]:
            return self._errors(permission, account_id, name)

        carry_out(step, account_id, name, self._client, errors)

    def call_for(self, account_id: str, name: str, step: BudgetStep) -> tuple[str, Mapping[str, object]]:
        """The operation and the members of its request."""
        from tools.aws.budget_steps import call_of

        call = call_of(step, account_id, name, self._client.meta.partition)
        return call.operation, call.request

    def _subscribers_of(
        self, account_id: str, name: str, notification: Notification
    ) -> tuple[Subscriber, ...]:
        pages = self._pages(
            "describe_subscribers_for_notification",
            VIEW,
            budget_name=name,
            AccountId=account_id,
            BudgetName=name,
            Notification=notification_to(notification),
            MaxResults=_LARGEST_ITEM_PAGE,
        )
        try:
            return tuple(subscriber_from(wire) for page in pages for wire in page.get("Subscribers") or ())
        except BudgetNotFound:
            # The notification went away between the two calls; a notification lives only by its subscribers.
            return ()

    def _errors(
        self, permission: str, account_id: str, budget_name: str | None
    ) -> AbstractContextManager[None]:
        foreign = None if account_id == self._own_account_id else account_id
        return aws_errors(permission, budget_name=budget_name, foreign_account_id=foreign)

    def _pages(
        self, operation: str, permission: str, *, budget_name: str | None = None, **request: Any
    ) -> Iterator[Mapping[str, Any]]:
        call = getattr(self._client, operation)
        while True:
            with self._errors(permission, request["AccountId"], budget_name):
                page = call(**request)
            yield page
            token = page.get("NextToken")
            if not token:
                return
            request["NextToken"] = token
