"""Steps of changing a budget as calls of the Budgets API: operation, IAM permission and request, pure."""

from __future__ import annotations

from typing import Any, NamedTuple

from tools.aws.budget_permissions import CREATE_ACTION, DELETE_ACTION, EXECUTE_ACTION, MODIFY, TAG, UNTAG
from tools.aws.translate import budget_arn, definition_to, notification_to, subscriber_to, tags_to
from tools.aws.translate_actions import budget_action_to
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


class StepCall(NamedTuple):
    """An operation of the API, the method of boto3's client for it, the IAM permission and the request."""

    operation: str
    method: str
    permission: str
    request: dict[str, Any]


def call_of(step: BudgetStep, account_id: str, name: str, partition: str = "aws") -> StepCall:
    """The call that performs a step on a budget of this name."""
    budget: dict[str, Any] = {"AccountId": account_id, "BudgetName": name}
    request: dict[str, Any]
    match step:
        case ReplaceDefinition():
            request = {"AccountId": account_id, "NewBudget": definition_to(step.definition)}
            return StepCall("UpdateBudget", "update_budget", MODIFY, request)
        case AddNotification():
            told = [subscriber_to(each) for each in step.notification.subscribers or ()]
            request = {**budget, "Notification": notification_to(step.notification), "Subscribers": told}
            return StepCall("CreateNotification", "create_notification", MODIFY, request)
        case TurnNotification():
            request = {
                **budget,
                "OldNotification": notification_to(step.old),
                "NewNotification": notification_to(step.new),
            }
            return StepCall("UpdateNotification", "update_notification", MODIFY, request)
        case RemoveNotification():
            request = {**budget, "Notification": notification_to(step.notification)}
            return StepCall("DeleteNotification", "delete_notification", MODIFY, request)
        case AddSubscriber() | RemoveSubscriber() | ReplaceSubscriber():
            return _subscriber_call(step, budget)
        case SetTags() | RemoveTags():
            return _tag_call(step, budget_arn(account_id, name, partition))
        case CreateAction():
            request = {"AccountId": account_id, **budget_action_to(step.definition)}
            if step.tags:
                request["ResourceTags"] = tags_to(step.tags)
            return StepCall("CreateBudgetAction", "create_budget_action", CREATE_ACTION, request)
        case DeleteAction():
            request = {**budget, "ActionId": step.action_id}
            return StepCall("DeleteBudgetAction", "delete_budget_action", DELETE_ACTION, request)
        case ExecuteAction():
            request = {**budget, "ActionId": step.action_id, "ExecutionType": step.execution.value}
            return StepCall("ExecuteBudgetAction", "execute_budget_action", EXECUTE_ACTION, request)
        case DeleteBudget():
            return StepCall("DeleteBudget", "delete_budget", MODIFY, budget)


def _subscriber_call(
    step: AddSubscriber | RemoveSubscriber | ReplaceSubscriber, budget: dict[str, Any]
) -> StepCall:
    watched = {**budget, "Notification": notification_to(step.notification)}
    match step:
        case AddSubscriber():
            request = {**watched, "Subscriber": subscriber_to(step.subscriber)}
            return StepCall("CreateSubscriber", "create_subscriber", MODIFY, request)
        case RemoveSubscriber():
            request = {**watched, "Subscriber": subscriber_to(step.subscriber)}
            return StepCall("DeleteSubscriber", "delete_subscriber", MODIFY, request)
        case ReplaceSubscriber():
            request = {
                **watched,
                "OldSubscriber": subscriber_to(step.old),
                "NewSubscriber": subscriber_to(step.new),
            }
            return StepCall("UpdateSubscriber", "update_subscriber", MODIFY, request)


def _tag_call(step: SetTags | RemoveTags, arn: str) -> StepCall:
    match step:
        case SetTags():
            request = {"ResourceARN": arn, "ResourceTags": tags_to(step.tags)}
            return StepCall("TagResource", "tag_resource", TAG, request)
        case RemoveTags():
            request = {"ResourceARN": arn, "ResourceTagKeys": list(step.keys)}
            return StepCall("UntagResource", "untag_resource", UNTAG, request)
