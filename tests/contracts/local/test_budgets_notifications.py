"""AWS Budgets: notifications and subscribers."""

from typing import Any

import pytest

from tests.contracts.local.budget_requests import (
    a_budget,
    a_notification,
    an_ri_budget,
    create,
    email,
    notifications_of,
    refusal,
    topic,
    watched,
)
from tests.contracts.local.worlds import ACCOUNT

ON_BUDGET = {"AccountId": ACCOUNT, "BudgetName": "monthly"}
ABOVE_80 = a_notification(80)


def subscribers_of(client: Any, notification: dict[str, Any] = ABOVE_80) -> list[dict[str, str]]:
    answer = client.describe_subscribers_for_notification(**ON_BUDGET, Notification=notification)
    subscribers: list[dict[str, str]] = answer["Subscribers"]
    return subscribers


@pytest.fixture
def watching(budgets: Any) -> Any:
    """A client; the budget `monthly` has one notification above 80 percent."""
    create(budgets, a_budget(), watched(ABOVE_80))
    return budgets


def test_a_notification_reads_back_with_its_state_and_without_percentage(budgets: Any) -> None:
    create(
        budgets,
        a_budget(),
        watched(a_notification(80, ThresholdType="PERCENTAGE", NotificationState="ALARM")),
        watched(a_notification(80, ThresholdType="ABSOLUTE_VALUE", ComparisonOperator="EQUAL_TO")),
    )
    assert notifications_of(budgets) == [
        {**ABOVE_80, "NotificationState": "OK"},
        {
            "NotificationType": "ACTUAL",
            "ComparisonOperator": "EQUAL_TO",
            "Threshold": 80.0,
            "ThresholdType": "ABSOLUTE_VALUE",
            "NotificationState": "OK",
        },
    ]


def test_notifications_are_listed_for_the_whole_account(watching: Any) -> None:
    create(watching, a_budget("silent"))
    create(watching, a_budget("second"), watched(a_notification(50)), watched(a_notification(60)))
    listed = watching.describe_budget_notifications_for_account(AccountId=ACCOUNT)
    found = {
        one["BudgetName"]: [each["Threshold"] for each in one["Notifications"]]
        for one in listed["BudgetNotificationsForAccount"]
    }
    assert found == {"monthly": [80.0], "second": [50.0, 60.0]}


def test_a_notification_is_added(watching: Any) -> None:
    watching.create_notification(**ON_BUDGET, Notification=a_notification(100), Subscribers=[email()])
    assert [one["Threshold"] for one in notifications_of(watching)] == [80.0, 100.0]


@pytest.mark.parametrize("same", [{}, {"ThresholdType": "PERCENTAGE"}, {"NotificationState": "ALARM"}])
def test_a_second_equal_notification_is_a_duplicate(watching: Any, same: dict[str, Any]) -> None:
    code, _ = refusal(
        watching.create_notification,
        **ON_BUDGET,
        Notification=a_notification(80.0, **same),
        Subscribers=[email()],
    )
    assert code == "DuplicateRecordException"


@pytest.mark.parametrize(
    "other",
    [
        {"NotificationType": "FORECASTED"},
        {"ComparisonOperator": "LESS_THAN"},
        {"Threshold": 80.5},
        {"ThresholdType": "ABSOLUTE_VALUE"},
    ],
)
def test_a_notification_that_differs_in_one_thing_is_another(watching: Any, other: dict[str, Any]) -> None:
    watching.create_notification(**ON_BUDGET, Notification={**ABOVE_80, **other}, Subscribers=[email()])
    assert len(notifications_of(watching)) == 2


def test_a_budget_has_at_most_ten_notifications(budgets: Any) -> None:
    create(budgets, a_budget(), *(watched(a_notification(threshold)) for threshold in range(10)))
    code, text = refusal(
        budgets.create_notification, **ON_BUDGET, Notification=a_notification(99), Subscribers=[email()]
    )
    assert (code, text) == ("CreationLimitExceededException", "one budget can only have 10 notifications")


def test_a_notification_changes_and_keeps_its_subscribers(watching: Any) -> None:
    new = a_notification(90, ThresholdType="ABSOLUTE_VALUE")
    watching.update_notification(**ON_BUDGET, OldNotification=ABOVE_80, NewNotification=new)
    assert [one["Threshold"] for one in notifications_of(watching)] == [90.0]
    assert subscribers_of(watching, new) == [email()]


def test_a_notification_cannot_become_another_one(watching: Any) -> None:
    other = a_notification(100)
    watching.create_notification(**ON_BUDGET, Notification=other, Subscribers=[email()])
    code, _ = refusal(
        watching.update_notification, **ON_BUDGET, OldNotification=ABOVE_80, NewNotification=other
    )
    assert code == "DuplicateRecordException"
    watching.update_notification(**ON_BUDGET, OldNotification=other, NewNotification=other)


def test_a_deleted_notification_takes_its_subscribers_along(watching: Any) -> None:
    watching.delete_notification(**ON_BUDGET, Notification=ABOVE_80)
    assert notifications_of(watching) == []
    code, _ = refusal(watching.describe_subscribers_for_notification, **ON_BUDGET, Notification=ABOVE_80)
    assert code == "NotFoundException"


@pytest.mark.parametrize(
    ("operation", "thing", "request_"),
    [
        ("create_notification", "create notification", {"Notification": ABOVE_80, "Subscribers": [email()]}),
        (
            "update_notification",
            "update notification",
            {"OldNotification": ABOVE_80, "NewNotification": a_notification(90)},
        ),
        ("delete_notification", "delete notification", {"Notification": ABOVE_80}),
        ("describe_notifications_for_budget", "get notifications", {}),
        ("create_subscriber", "create subscriber", {"Notification": ABOVE_80, "Subscriber": email()}),
        (
            "update_subscriber",
            "update subscriber",
            {"Notification": ABOVE_80, "OldSubscriber": email(), "NewSubscriber": email("b@example.com")},
        ),
        ("delete_subscriber", "delete subscriber", {"Notification": ABOVE_80, "Subscriber": email()}),
        ("describe_subscribers_for_notification", "get subscribers", {"Notification": ABOVE_80}),
    ],
)
def test_what_is_not_there_is_not_found(
    budgets: Any, operation: str, thing: str, request_: dict[str, Any]
) -> None:
    call = getattr(budgets, operation)
    missing = refusal(call, **ON_BUDGET, **request_)
    assert missing == ("NotFoundException", f"Unable to {thing} - the budget doesn't exist.")
    create(budgets)
    if operation not in ("create_notification", "describe_notifications_for_budget"):
        assert refusal(call, **ON_BUDGET, **request_) == (
            "NotFoundException",
            f"Unable to {thing} - the notification doesn't exist.",
        )


@pytest.mark.parametrize("operation", ["update_subscriber", "delete_subscriber"])
def test_a_subscriber_that_is_not_there_is_not_found(watching: Any, operation: str) -> None:
    stranger = email("stranger@example.com")
    request_ = (
        {"Subscriber": stranger}
        if operation == "delete_subscriber"
        else {"OldSubscriber": stranger, "NewSubscriber": email("new@example.com")}
    )
    code, text = refusal(getattr(watching, operation), **ON_BUDGET, Notification=ABOVE_80, **request_)
    assert code == "NotFoundException"
    assert text.endswith("the subscriber doesn't exist.")


def test_subscribers_come_and_change_and_go(watching: Any) -> None:
    on = {**ON_BUDGET, "Notification": ABOVE_80}
    watching.create_subscriber(**on, Subscriber=topic())
    assert subscribers_of(watching) == [email(), topic()]
    watching.update_subscriber(**on, OldSubscriber=email(), NewSubscriber=email("new@example.com"))
    assert subscribers_of(watching) == [email("new@example.com"), topic()]
    watching.delete_subscriber(**on, Subscriber=topic())
    assert subscribers_of(watching) == [email("new@example.com")]


def test_with_its_last_subscriber_a_notification_goes(watching: Any) -> None:
    watching.delete_subscriber(**ON_BUDGET, Notification=ABOVE_80, Subscriber=email())
    assert notifications_of(watching) == []


def test_a_second_equal_subscriber_is_a_duplicate(watching: Any) -> None:
    on = {**ON_BUDGET, "Notification": ABOVE_80}
    assert refusal(watching.create_subscriber, **on, Subscriber=email())[0] == "DuplicateRecordException"
    watching.create_subscriber(**on, Subscriber=topic())
    code, _ = refusal(watching.update_subscriber, **on, OldSubscriber=topic(), NewSubscriber=email())
    assert code == "DuplicateRecordException"


def test_a_notification_has_one_topic(watching: Any) -> None:
    on = {**ON_BUDGET, "Notification": ABOVE_80}
    watching.create_subscriber(**on, Subscriber=topic())
    second = topic(f"arn:aws:sns:eu-west-1:{ACCOUNT}:more")
    assert refusal(watching.create_subscriber, **on, Subscriber=second) == (
        "CreationLimitExceededException",
        "one notification can only have 1 subscribers with type of SNS",
    )
    watching.update_subscriber(**on, OldSubscriber=topic(), NewSubscriber=second)
    assert second in subscribers_of(watching)


def test_a_notification_has_ten_addresses(budgets: Any) -> None:
    addresses = [email(f"{number}@example.com") for number in range(11)]
    given = [watched(None, *addresses)]
    code, text = refusal(
        budgets.create_budget, AccountId=ACCOUNT, Budget=a_budget(), NotificationsWithSubscribers=given
    )
    assert code == "CreationLimitExceededException"
    assert text == "one notification can only have 10 subscribers with type of EMAIL"
    create(budgets, a_budget(), watched(None, *addresses[:10], topic()))
    assert len(subscribers_of(budgets)) == 11


@pytest.mark.parametrize(
    ("subscriber", "text"),
    [
        (email("nobody"), "Please provide a valid email address"),
        (email("a@example.com\nb@example.com"), "Please provide a valid email address"),
        (topic("alerts"), "Please comply with SNS ARN format"),
        (topic(f"arn:aws:sqs:us-east-1:{ACCOUNT}:queue"), "Please comply with SNS ARN format"),
        (topic("arn:aws:sns:us-east-1:210000000001:alerts"), "Invalid SNS topic"),
        (topic(f"arn:aws:sns:us-east-1:{ACCOUNT}:alerts.fifo"), "Invalid SNS topic"),
    ],
)
def test_an_address_that_cannot_be_reached_is_refused(
    watching: Any, subscriber: dict[str, str], text: str
) -> None:
    on = {**ON_BUDGET, "Notification": ABOVE_80}
    refused = refusal(watching.create_subscriber, **on, Subscriber=subscriber)
    assert refused == ("InvalidParameterException", text)


def test_a_commitment_budget_has_no_forecast_to_watch(budgets: Any) -> None:
    create(budgets, an_ri_budget("monthly"), watched(a_notification(80, ComparisonOperator="LESS_THAN")))
    code, text = refusal(
        budgets.create_notification,
        **ON_BUDGET,
        Notification=a_notification(80, NotificationType="FORECASTED"),
        Subscribers=[email()],
    )
    assert code == "InvalidParameterException"
    assert text.endswith("FORECASTED is not supported for RI_UTILIZATION budgets")


def test_a_budget_with_a_forecast_to_watch_cannot_become_a_commitment_budget(budgets: Any) -> None:
    create(budgets, a_budget(), watched(a_notification(80, NotificationType="FORECASTED")))
    code, _ = refusal(budgets.update_budget, AccountId=ACCOUNT, NewBudget=an_ri_budget("monthly"))
    assert code == "InvalidParameterException"


def test_a_percentage_has_a_ceiling_and_an_amount_a_higher_one(watching: Any) -> None:
    high = a_notification(1_000_001)
    code, _ = refusal(watching.create_notification, **ON_BUDGET, Notification=high, Subscribers=[email()])
    assert code == "InvalidParameterException"
    absolute = {**high, "ThresholdType": "ABSOLUTE_VALUE"}
    watching.create_notification(**ON_BUDGET, Notification=absolute, Subscribers=[email()])
