"""AWS Budgets: figures, alerts and what a new period brings."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from local.budgets import inbox
from local.ledger.record import Reservation
from local.server import EmbeddedAws
from tests.contracts.local.account_resources import TOPIC, Clients, make_topic
from tests.contracts.local.budget_requests import (
    EC2,
    a_budget,
    a_notification,
    an_ri_budget,
    create,
    describe,
    dollars,
    notifications_of,
    spend_on,
    topic,
    watched,
)
from tests.contracts.local.worlds import ACCOUNT, NOON, a_world

TODAY = date(2026, 10, 20)
REFRESH = timedelta(hours=4)
FORECAST = {"NotificationType": "FORECASTED"}


def spend_daily(aws: EmbeddedAws, amount: str, days: int = 60, until: date = TODAY) -> None:
    for day in range(days):
        spend_on(aws, until - timedelta(day), amount)


def states_of(client: Any, name: str = "monthly") -> list[str]:
    return [one["NotificationState"] for one in notifications_of(client, name)]


def subjects() -> list[str]:
    return [mail.subject for mail in inbox.mails()]


def test_figures_are_those_of_the_last_refresh(aws: EmbeddedAws, budgets: Any) -> None:
    spend_on(aws, TODAY, "5")
    assert create(budgets)["CalculatedSpend"]["ActualSpend"] == dollars("5.0")
    spend_on(aws, TODAY, "7")
    assert describe(budgets)["CalculatedSpend"]["ActualSpend"] == dollars("5.0")
    aws.world.clock.advance(REFRESH)
    described = describe(budgets)
    assert described["CalculatedSpend"]["ActualSpend"] == dollars("12.0")
    assert described["HealthStatus"]["LastUpdatedTime"] == NOON + REFRESH


@pytest.mark.parametrize(
    ("time_unit", "amount"),
    [("DAILY", "1.0"), ("MONTHLY", "21.0"), ("QUARTERLY", "21.0"), ("ANNUALLY", "4321.0")],
)
def test_actual_spend_is_of_the_current_period(
    aws: EmbeddedAws, budgets: Any, time_unit: str, amount: str
) -> None:
    days = {
        date(2026, 10, 21): "90000",
        TODAY: "1",
        date(2026, 10, 1): "20",
        date(2026, 9, 30): "300",
        date(2026, 1, 1): "4000",
        date(2025, 12, 31): "50000",
    }
    for day, spent in days.items():
        spend_on(aws, day, spent)
    budget = create(budgets, a_budget(TimeUnit=time_unit))
    assert budget["CalculatedSpend"]["ActualSpend"] == dollars(amount)


def test_a_forecast_needs_five_weeks(aws: EmbeddedAws, budgets: Any) -> None:
    spend_daily(aws, "10", days=34)
    assert "ForecastedSpend" not in create(budgets)["CalculatedSpend"]
    spend_on(aws, TODAY - timedelta(34), "10")
    aws.world.clock.advance(REFRESH)
    assert describe(budgets)["CalculatedSpend"]["ForecastedSpend"] == dollars("310.0")


def test_usage_is_counted_in_its_unit(aws: EmbeddedAws, budgets: Any) -> None:
    spend_on(aws, TODAY, "1", usage_type="BoxUsage:m5.large", unit="Hrs", usage_quantity=Decimal(24))
    limit = {"Amount": "100", "Unit": "Hrs"}
    budget = create(budgets, a_budget(BudgetType="USAGE", BudgetLimit=limit))
    assert budget["CalculatedSpend"]["ActualSpend"] == {"Amount": "24.0", "Unit": "Hrs"}


def test_a_reservation_budget_without_reservations_has_no_figures(budgets: Any) -> None:
    assert "CalculatedSpend" not in create(budgets, an_ri_budget())


def test_a_budget_of_the_future_counts_nothing_yet(aws: EmbeddedAws, budgets: Any) -> None:
    spend_daily(aws, "10")
    start = {"Start": datetime(2026, 11, 1, tzinfo=UTC)}
    budget = create(budgets, a_budget(TimePeriod=start), watched(a_notification(0, **FORECAST)))
    assert budget["CalculatedSpend"] == {"ActualSpend": dollars("0.0")}
    aws.world.clock.advance(REFRESH)
    assert states_of(budgets) == ["OK"]


def test_a_notification_is_in_alarm_past_its_threshold(aws: EmbeddedAws, budgets: Any) -> None:
    spend_on(aws, TODAY, "80")
    below, equal = {"ComparisonOperator": "LESS_THAN"}, {"ComparisonOperator": "EQUAL_TO"}
    absolute = {"ThresholdType": "ABSOLUTE_VALUE"}
    create(
        budgets,
        a_budget(BudgetLimit=dollars("200")),
        watched(a_notification(40)),
        watched(a_notification(39.9)),
        watched(a_notification(80, **absolute)),
        watched(a_notification(79, **absolute)),
        watched(a_notification(40, **below)),
        watched(a_notification(41, **below)),
        watched(a_notification(40, **equal)),
        watched(a_notification(41, **equal)),
    )
    expected = ["OK", "ALARM"] * 3 + ["ALARM", "OK"]
    assert states_of(budgets) == expected
    aws.world.clock.advance(REFRESH)
    assert states_of(budgets) == expected
    assert len(inbox.mails()) == 4


def test_an_actual_alert_is_sent_once_per_period(aws: EmbeddedAws, budgets: Any) -> None:
    create(budgets, a_budget(), watched())
    aws.world.clock.advance(REFRESH)
    assert subjects() == []
    spend_on(aws, TODAY, "81")
    for _ in range(6):
        aws.world.clock.advance(REFRESH)
    assert subjects() == ["AWS Budgets: monthly has exceeded your alert threshold"]
    aws.world.clock.set(datetime(2026, 11, 1, tzinfo=UTC))
    assert states_of(budgets) == ["OK"]
    spend_on(aws, date(2026, 11, 2), "81")
    aws.world.clock.set(datetime(2026, 11, 3, tzinfo=UTC))
    assert states_of(budgets) == ["ALARM"]
    assert len(inbox.mails()) == 2


def test_a_forecast_alert_is_sent_again_after_it_fell_back(aws: EmbeddedAws, budgets: Any) -> None:
    spend_daily(aws, "10")
    create(budgets, a_budget(BudgetLimit=dollars("300")), watched(a_notification(100, **FORECAST)))
    aws.world.clock.advance(REFRESH)
    aws.world.clock.advance(REFRESH)
    assert len(inbox.mails()) == 1
    spend_on(aws, date(2026, 10, 2), "-50")
    aws.world.clock.advance(timedelta(minutes=1))
    assert states_of(budgets) == ["OK"]
    spend_on(aws, date(2026, 10, 2), "50")
    aws.world.clock.advance(timedelta(minutes=1))
    assert states_of(budgets) == ["ALARM"]
    assert len(inbox.mails()) == 2


def test_nothing_is_raised_at_the_start_of_a_period_by_the_last_one(aws: EmbeddedAws, budgets: Any) -> None:
    spend_on(aws, TODAY, "500")
    create(budgets, a_budget(), watched())
    aws.world.clock.set(datetime(2026, 10, 31, 23, tzinfo=UTC))
    assert (states_of(budgets), len(inbox.mails())) == (["ALARM"], 1)
    aws.world.clock.advance(timedelta(hours=9))
    assert describe(budgets)["CalculatedSpend"]["ActualSpend"] == dollars("0.0")
    assert (states_of(budgets), len(inbox.mails())) == (["OK"], 1)


def test_an_alert_of_a_cost_budget_reads_as_aws_writes_it(aws: EmbeddedAws, budgets: Any) -> None:
    spend_on(aws, TODAY, "1234.567")
    create(budgets, a_budget(BudgetLimit=dollars("0.2")), watched())
    aws.world.clock.advance(REFRESH)
    (mail,) = inbox.mails()
    assert (mail.to, mail.at) == ("team@example.com", NOON + REFRESH)
    assert mail.body == (
        "AWS Budget Notification October 20, 2026\n"
        f"AWS Account {ACCOUNT}\n"
        "\n"
        "Dear AWS Customer,\n"
        "\n"
        "You requested that we alert you when the ACTUAL Cost associated with your monthly budget is greater "
        "than $0.16 for the current month. The ACTUAL Cost associated with this budget is $1,234.57. You can "
        "find additional details below and by accessing the AWS Budgets dashboard [1].\n"
        "\n"
        "Budget Name: monthly\n"
        "Budget Type: Cost\n"
        "Budgeted Amount: $0.20\n"
        "Alert Type: ACTUAL\n"
        "Alert Threshold: > $0.16\n"
        "ACTUAL Amount: $1,234.57\n"
        "\n"
        "[1] https://console.aws.amazon.com/billing/home#/budgets\n"
    )


def test_a_daily_budget_reports_yesterday(aws: EmbeddedAws, budgets: Any) -> None:
    create(budgets, a_budget(TimeUnit="DAILY"), watched())
    spend_on(aws, TODAY, "150")
    aws.world.clock.advance(REFRESH)
    assert inbox.mails() == []
    aws.world.clock.set(datetime(2026, 10, 21, tzinfo=UTC))
    (mail,) = inbox.mails()
    assert "greater than $80.00 per day. Yesterday, the ACTUAL Cost associated" in mail.body
    assert "ACTUAL Amount: $150.00\n" in mail.body
    aws.world.clock.advance(timedelta(hours=30))
    assert (len(inbox.mails()), states_of(budgets)) == (1, ["OK"])


def test_a_daily_limit_that_adjusts_measures_yesterday_by_yesterdays_limit(
    aws: EmbeddedAws, budgets: Any
) -> None:
    spend_on(aws, date(2026, 10, 19), "10")
    adjusting = {"AutoAdjustType": "HISTORICAL", "HistoricalOptions": {"BudgetAdjustmentPeriod": 1}}
    create(
        budgets,
        a_budget(TimeUnit="DAILY", BudgetLimit=None, AutoAdjustData=adjusting),
        watched(a_notification(150)),
    )
    spend_on(aws, TODAY, "100")
    aws.world.clock.set(datetime(2026, 10, 21, tzinfo=UTC))
    assert describe(budgets)["BudgetLimit"] == dollars("100.0")
    assert states_of(budgets) == ["ALARM"]
    (mail,) = inbox.mails()
    assert "Budgeted Amount: $10.00\n" in mail.body
    assert "Alert Threshold: > $15.00\nACTUAL Amount: $100.00\n" in mail.body


def test_an_alert_of_a_percentage_is_in_percent(aws: EmbeddedAws, budgets: Any) -> None:
    reservation = Reservation(
        account=ACCOUNT,
        service=EC2,
        region="us-east-1",
        instance_type="m5.large",
        subscription_id="1",
    )
    aws.world.ledger.reservations.add(reservation, TODAY, {"purchased_hours": 100, "used_hours": 55})
    low = a_notification(80, ComparisonOperator="LESS_THAN")
    budget = create(budgets, an_ri_budget(), watched(low))
    assert budget["CalculatedSpend"]["ActualSpend"] == {"Amount": "55.0", "Unit": "PERCENTAGE"}
    assert states_of(budgets, "reserved") == ["ALARM"]
    aws.world.clock.advance(REFRESH)
    (mail,) = inbox.mails()
    assert "Budget Type: RI Utilization\n" in mail.body
    assert "Alert Threshold: < 80.00%\n" in mail.body
    assert "ACTUAL Amount: 55.00%\n" in mail.body


def test_an_alert_is_published_to_its_topic(aws: EmbeddedAws, budgets: Any, clients: Clients) -> None:
    read = make_topic(clients)
    spend_on(aws, TODAY, "90")
    create(budgets, a_budget(), watched(None, topic(TOPIC)))
    aws.world.clock.advance(REFRESH)
    (message,) = read()
    assert message["Type"] == "Notification"
    assert message["TopicArn"] == TOPIC
    assert message["Subject"] == "AWS Budgets: monthly has exceeded your alert threshold"
    assert "ACTUAL Amount: $90.00\n" in message["Message"]
    assert inbox.undelivered() == []


OWNER_ONLY = {
    "Effect": "Allow",
    "Principal": {"AWS": "*"},
    "Action": "SNS:Publish",
    "Resource": TOPIC,
    "Condition": {"StringEquals": {"AWS:SourceOwner": ACCOUNT}},
}
OTHER_ACCOUNT = {
    "Effect": "Allow",
    "Principal": {"Service": "budgets.amazonaws.com"},
    "Action": "SNS:Publish",
    "Resource": TOPIC,
    "Condition": {"StringEquals": {"aws:SourceAccount": "210000000001"}},
}
OTHER_SERVICE = {**OTHER_ACCOUNT, "Principal": {"Service": "costalerts.amazonaws.com"}, "Condition": {}}


@pytest.mark.parametrize("policy", [OWNER_ONLY, OTHER_ACCOUNT, OTHER_SERVICE])
def test_a_topic_that_does_not_let_budgets_publish_hears_nothing(
    aws: EmbeddedAws, budgets: Any, clients: Clients, policy: dict[str, Any]
) -> None:
    read = make_topic(clients, policy)
    spend_on(aws, TODAY, "90")
    create(budgets, a_budget(), watched(None, topic(TOPIC)))
    aws.world.clock.advance(REFRESH)
    assert read() == []
    (lost,) = inbox.undelivered()
    assert (lost.topic_arn, lost.at) == (TOPIC, NOON + REFRESH)
    assert lost.reason == "The topic policy does not let budgets.amazonaws.com publish"


def test_a_topic_encrypted_with_sns_own_key_hears_nothing(
    aws: EmbeddedAws, budgets: Any, clients: Clients
) -> None:
    read = make_topic(clients, KmsMasterKeyId="alias/aws/sns")
    spend_on(aws, TODAY, "90")
    create(budgets, a_budget(), watched(None, topic(TOPIC)))
    aws.world.clock.advance(REFRESH)
    assert (read(), len(inbox.undelivered())) == ([], 1)


def test_a_topic_encrypted_with_a_key_for_budgets_is_published_to(
    aws: EmbeddedAws, budgets: Any, clients: Clients
) -> None:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "budgets.amazonaws.com"},
        "Action": ["kms:GenerateDataKey*", "kms:Decrypt"],
        "Resource": "*",
    }
    kms = clients("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    read = make_topic(clients, KmsMasterKeyId=key)
    spend_on(aws, TODAY, "90")
    create(
        budgets,
        a_budget(),
        watched(a_notification(80), topic(TOPIC)),
        watched(a_notification(95), topic(TOPIC)),
    )
    aws.world.clock.advance(REFRESH)
    assert (read(), len(inbox.undelivered())) == ([], 1)
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=policy)
    spend_on(aws, TODAY, "9")
    aws.world.clock.advance(REFRESH)
    assert (len(read()), len(inbox.undelivered())) == (1, 1)


def test_a_topic_that_is_not_there_hears_nothing(aws: EmbeddedAws, budgets: Any) -> None:
    spend_on(aws, TODAY, "90")
    create(budgets, a_budget(), watched(None, topic(TOPIC)))
    aws.world.clock.advance(REFRESH)
    assert inbox.undelivered()[0].reason == "Invalid SNS topic: it does not exist"


def test_a_raised_limit_ends_the_alarm_at_the_next_refresh(aws: EmbeddedAws, budgets: Any) -> None:
    spend_on(aws, TODAY, "90")
    create(budgets, a_budget(), watched())
    budgets.update_budget(AccountId=ACCOUNT, NewBudget=a_budget(BudgetLimit=dollars("500")))
    aws.world.clock.advance(REFRESH)
    assert (states_of(budgets), inbox.mails()) == (["OK"], [])


def test_a_reset_empties_budgets_and_inbox(aws: EmbeddedAws, budgets: Any) -> None:
    spend_on(aws, TODAY, "90")
    create(budgets, a_budget(), watched())
    aws.world.clock.advance(REFRESH)
    old_clock = aws.world.clock
    aws.reset(a_world())
    assert (inbox.mails(), "Budgets" in budgets.describe_budgets(AccountId=ACCOUNT)) == ([], False)
    create(budgets, a_budget(), watched(a_notification(0, ComparisonOperator="EQUAL_TO")))
    old_clock.advance(REFRESH)
    assert inbox.mails() == []
