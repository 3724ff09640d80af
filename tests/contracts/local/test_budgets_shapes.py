"""AWS Budgets: what the service model says, checked again by the server."""

from typing import Any

import pytest
from botocore.session import get_session
from moto.core.utils import camelcase_to_underscores

from local.budgets.responses import Response
from local.budgets.rules.shapes import is_budget_name
from tests.contracts.local.account_resources import an_action
from tests.contracts.local.budget_requests import a_budget, a_notification, email, refusal, topic, watched
from tests.contracts.local.worlds import ACCOUNT


def test_every_operation_of_the_service_model_is_built() -> None:
    operations = get_session().get_service_model("budgets").operation_names
    missing = [name for name in operations if not hasattr(Response, camelcase_to_underscores(name))]
    assert (len(operations), missing) == (26, [])


@pytest.mark.parametrize(
    ("operation", "request_"),
    [
        ("create_budget", {"AccountId": ACCOUNT}),
        ("create_budget", {"Budget": a_budget()}),
        ("update_budget", {"AccountId": ACCOUNT}),
        ("delete_budget", {"AccountId": ACCOUNT}),
        ("describe_budget", {"AccountId": ACCOUNT}),
        ("describe_budgets", {}),
        ("describe_budget_performance_history", {"AccountId": ACCOUNT}),
        ("create_notification", {"AccountId": ACCOUNT, "BudgetName": "b", "Notification": a_notification()}),
        (
            "update_notification",
            {"AccountId": ACCOUNT, "BudgetName": "b", "OldNotification": a_notification()},
        ),
        ("delete_notification", {"AccountId": ACCOUNT, "BudgetName": "b"}),
        ("describe_notifications_for_budget", {"AccountId": ACCOUNT}),
        ("describe_budget_notifications_for_account", {}),
        ("create_subscriber", {"AccountId": ACCOUNT, "BudgetName": "b", "Notification": a_notification()}),
        ("update_subscriber", {"AccountId": ACCOUNT, "BudgetName": "b", "Notification": a_notification()}),
        ("delete_subscriber", {"AccountId": ACCOUNT, "BudgetName": "b", "Subscriber": email()}),
        ("describe_subscribers_for_notification", {"AccountId": ACCOUNT, "BudgetName": "b"}),
        ("create_budget_action", {"AccountId": ACCOUNT, "BudgetName": "b"}),
        ("update_budget_action", {"AccountId": ACCOUNT, "BudgetName": "b"}),
        ("delete_budget_action", {"AccountId": ACCOUNT, "BudgetName": "b"}),
        ("describe_budget_action", {"AccountId": ACCOUNT, "BudgetName": "b"}),
        ("describe_budget_action_histories", {"AccountId": ACCOUNT, "BudgetName": "b"}),
        ("describe_budget_actions_for_account", {}),
        ("describe_budget_actions_for_budget", {"AccountId": ACCOUNT}),
        ("execute_budget_action", {"AccountId": ACCOUNT, "BudgetName": "b"}),
        ("list_tags_for_resource", {}),
        ("tag_resource", {"ResourceARN": "arn"}),
        ("untag_resource", {"ResourceARN": "arn"}),
    ],
)
def test_a_request_without_a_required_member_is_refused(
    unchecked: Any, operation: str, request_: dict[str, Any]
) -> None:
    code, text = refusal(getattr(unchecked, operation), **request_)
    assert code == "InvalidParameterException"
    assert "Member must not be null" in text


@pytest.mark.parametrize(
    ("budget", "named"),
    [
        ({"TimeUnit": "HOURLY"}, "'HOURLY' at 'budget.timeUnit'"),
        ({"BudgetType": "CREDITS"}, "'CREDITS' at 'budget.budgetType'"),
        ({"BudgetName": "n" * 101}, "at 'budget.budgetName'"),
        ({"BudgetName": "team:a"}, "'team:a' at 'budget.budgetName'"),
        ({"BudgetName": "a/action/b"}, "'a/action/b' at 'budget.budgetName'"),
        ({"BudgetLimit": {"Amount": "1e3", "Unit": "USD"}}, "'1e3' at 'budget.budgetLimit.amount'"),
        ({"BudgetLimit": {"Amount": "-1", "Unit": "USD"}}, "'-1' at 'budget.budgetLimit.amount'"),
        ({"BudgetLimit": {"Amount": "5.", "Unit": "USD"}}, "'5.' at 'budget.budgetLimit.amount'"),
        ({"BudgetLimit": {"Amount": "1,000", "Unit": "USD"}}, "'1,000' at 'budget.budgetLimit.amount'"),
        ({"BudgetLimit": {"Amount": "1", "Unit": ""}}, "at 'budget.budgetLimit.unit'"),
        ({"Metrics": ["UnblendedCost", "BlendedCost"]}, "at 'budget.metrics'"),
        ({"Metrics": ["UNBLENDED_COST"]}, "'UNBLENDED_COST' at 'budget.metrics.1.member'"),
        ({"BillingViewArn": "arn:aws:billing::1:billingview/primary"}, "at 'budget.billingViewArn'"),
        (
            {
                "AutoAdjustData": {
                    "AutoAdjustType": "HISTORICAL",
                    "HistoricalOptions": {"BudgetAdjustmentPeriod": 61},
                }
            },
            "'61' at 'budget.autoAdjustData.historicalOptions.budgetAdjustmentPeriod'",
        ),
        (
            {"FilterExpression": {"Dimensions": {"Key": "COLOR", "Values": ["red"]}}},
            "'COLOR' at 'budget.filterExpression.dimensions.key'",
        ),
        (
            {"FilterExpression": {"Tags": {"Key": "team", "Values": ["a"], "MatchOptions": ["LIKE"]}}},
            "'LIKE' at 'budget.filterExpression.tags.matchOptions.1.member'",
        ),
    ],
)
def test_a_value_outside_the_model_is_refused_by_name(
    unchecked: Any, budget: dict[str, Any], named: str
) -> None:
    code, text = refusal(unchecked.create_budget, AccountId=ACCOUNT, Budget=a_budget(**budget))
    assert code == "InvalidParameterException"
    assert text.startswith("1 validation error detected: Value ")
    assert f"{named} failed to satisfy constraint: " in text


@pytest.mark.parametrize(
    ("notification", "named"),
    [
        ({"NotificationType": "SPENT"}, "notification.notificationType"),
        ({"ComparisonOperator": "ABOVE"}, "notification.comparisonOperator"),
        ({"ThresholdType": "PERCENT"}, "notification.thresholdType"),
        ({"Threshold": 15_000_000_000_001}, "notification.threshold"),
        ({"Threshold": -1}, "notification.threshold"),
    ],
)
def test_a_notification_outside_the_model_is_refused_by_name(
    unchecked: Any, notification: dict[str, Any], named: str
) -> None:
    given = [watched(a_notification(**notification))]
    code, text = refusal(
        unchecked.create_budget, AccountId=ACCOUNT, Budget=a_budget(), NotificationsWithSubscribers=given
    )
    assert code == "InvalidParameterException"
    assert f"'notificationsWithSubscribers.1.member.{named}'" in text


@pytest.mark.parametrize(
    "subscribers",
    [
        [],
        [email(f"{number}@example.com") for number in range(12)],
        [{"SubscriptionType": "SMS", "Address": "1"}],
    ],
)
def test_subscribers_outside_the_model_are_refused(unchecked: Any, subscribers: list[Any]) -> None:
    given = [{"Notification": a_notification(), "Subscribers": subscribers}]
    code, text = refusal(
        unchecked.create_budget, AccountId=ACCOUNT, Budget=a_budget(), NotificationsWithSubscribers=given
    )
    assert code == "InvalidParameterException"
    assert "notificationsWithSubscribers.1.member.subscribers" in text
    assert "example.com" not in text


def test_an_eleventh_notification_in_one_request_is_refused(budgets: Any) -> None:
    given = [watched(a_notification(threshold)) for threshold in range(11)]
    code, text = refusal(
        budgets.create_budget, AccountId=ACCOUNT, Budget=a_budget(), NotificationsWithSubscribers=given
    )
    assert code == "InvalidParameterException"
    assert "'notificationsWithSubscribers' failed" in text


@pytest.mark.parametrize(
    ("members", "named"),
    [
        ({"ActionType": "DELETE_ACCOUNT"}, "actionType"),
        ({"ApprovalModel": "NEVER"}, "approvalModel"),
        ({"ExecutionRoleArn": "arn:aws:iam::1:role/short-account-here"}, "executionRoleArn"),
        ({"ActionThreshold": {"ActionThresholdValue": 80}}, "actionThreshold.actionThresholdType"),
        (
            {"Definition": {"IamActionDefinition": {"PolicyArn": "arn:aws:s3:::a-bucket-somewhere"}}},
            "policyArn",
        ),
        (
            {
                "Definition": {
                    "IamActionDefinition": {"PolicyArn": "arn:aws:iam::aws:policy/A", "Roles": ["a b"]}
                }
            },
            "definition.iamActionDefinition.roles.1.member",
        ),
        (
            {
                "Definition": {
                    "IamActionDefinition": {
                        "PolicyArn": "arn:aws:iam::aws:policy/AWSDenyAll",
                        "Users": [f"user-{number}" for number in range(101)],
                    }
                }
            },
            "definition.iamActionDefinition.users",
        ),
        (
            {"Definition": {"ScpActionDefinition": {"PolicyId": "q-12345678", "TargetIds": [ACCOUNT]}}},
            "definition.scpActionDefinition.policyId",
        ),
        (
            {
                "Definition": {
                    "ScpActionDefinition": {"PolicyId": "p-12345678", "TargetIds": ["r-root12345678"]}
                }
            },
            "definition.scpActionDefinition.targetIds.1.member",
        ),
        (
            {
                "Definition": {
                    "ScpActionDefinition": {"PolicyId": "p-12345678", "TargetIds": [ACCOUNT + "34"]}
                }
            },
            "definition.scpActionDefinition.targetIds.1.member",
        ),
        (
            {
                "Definition": {
                    "SsmActionDefinition": {
                        "ActionSubType": "STOP_EC2_INSTANCES",
                        "Region": "everywhere",
                        "InstanceIds": ["i-12345678"],
                    }
                }
            },
            "definition.ssmActionDefinition.region",
        ),
    ],
)
def test_an_action_outside_the_model_is_refused_by_name(
    unchecked: Any, members: dict[str, Any], named: str
) -> None:
    code, text = refusal(unchecked.create_budget_action, **an_action(**members))
    assert code == "InvalidParameterException"
    assert f"{named}' failed to satisfy constraint" in text


@pytest.mark.parametrize(
    ("operation", "request_", "most"),
    [
        ("describe_budgets", {}, 1000),
        ("describe_budget_notifications_for_account", {}, 1000),
        ("describe_budget_actions_for_account", {}, 100),
        ("describe_notifications_for_budget", {"BudgetName": "b"}, 100),
        ("describe_budget_performance_history", {"BudgetName": "b"}, 100),
        ("describe_budget_actions_for_budget", {"BudgetName": "b"}, 100),
        ("describe_subscribers_for_notification", {"BudgetName": "b", "Notification": a_notification()}, 100),
        ("describe_budget_action_histories", {"BudgetName": "b", "ActionId": "0" * 36}, 100),
    ],
)
@pytest.mark.parametrize("is_too_many", [True, False])
def test_a_page_has_the_size_the_model_allows(
    unchecked: Any, operation: str, request_: dict[str, Any], most: int, is_too_many: bool
) -> None:
    size = most + 1 if is_too_many else 0
    code, text = refusal(getattr(unchecked, operation), AccountId=ACCOUNT, MaxResults=size, **request_)
    assert code == "InvalidParameterException"
    assert f"'{size}' at 'maxResults'" in text


def test_several_violations_are_told_together(budgets: Any) -> None:
    _, text = refusal(
        budgets.create_budget, AccountId=ACCOUNT, Budget=a_budget(TimeUnit="HOURLY", BudgetType="CREDITS")
    )
    assert text.startswith("2 validation errors detected: ")


def test_an_account_id_has_twelve_digits(budgets: Any) -> None:
    code, text = refusal(budgets.describe_budgets, AccountId="1234567890123")
    assert (code, "'accountId'" in text) == ("InvalidParameterException", True)


@pytest.mark.parametrize("name", ["a", "EC2 / Monthly", "größer", "100 %", "a/b", "action/", "<b>bold</b>"])
def test_a_budget_may_be_called_almost_anything(name: str) -> None:
    assert is_budget_name(name)


@pytest.mark.parametrize("name", ["a:b", "a\\b", "/action/", "<script>x</script>", "a<SCRIPT></sCript>b"])
def test_a_budget_may_not_be_called(name: str) -> None:
    assert not is_budget_name(name)


def test_a_topic_is_no_e_mail_address(budgets: Any) -> None:
    given = [watched(None, {"SubscriptionType": "EMAIL", "Address": topic()["Address"]})]
    code, text = refusal(
        budgets.create_budget, AccountId=ACCOUNT, Budget=a_budget(), NotificationsWithSubscribers=given
    )
    assert (code, text) == ("InvalidParameterException", "Please provide a valid email address")
