"""Stories of alerts on the deployed stack: each reaches a connected client exactly once, whatever happens."""

from __future__ import annotations

import json
import platform
from collections import Counter
from typing import Any

import pytest

from tests.builders import ACCOUNT
from tests.e2e.story import Listener, Story

pytestmark = [
    pytest.mark.timeout(600),
    pytest.mark.skipif(platform.system() != "Linux", reason="Lambda's wheels run on Linux only"),
]

Heard = Counter[tuple[str, str, int]]


def heard(listener: Listener, budget: str) -> Heard:
    """What was told of a budget since the last time: event, threshold and occurrence, of the actual figure."""
    return Counter(
        (each["event"], each["threshold"]["amount"], each["occurrence"])
        for each in listener.new(budget)
        if each["figure"] == "ACTUAL"
    )


def opened(*percents: int, occurrence: int = 1) -> Heard:
    return Counter(("opened", str(each), occurrence) for each in percents)


def resolved(*percents: int, occurrence: int = 1) -> Heard:
    return Counter(("resolved", str(each), occurrence) for each in percents)


def test_each_threshold_is_announced_once_then_resolves_and_is_watched_again(story: Story) -> None:
    budget, service = "thresholds", "Amazon Textract"
    story.a_budget(budget, service)
    with story.listening() as listener:
        for amount, percent in ((850, 80), (70, 90), (100, 100)):
            story.spend(service, amount)
            story.wait()
            assert heard(listener, budget) == opened(percent)
        story.wait("48h")
        assert heard(listener, budget) == Counter()
        story.must("update_budget", budget_name=budget, amount=5000)
        story.wait()
        assert heard(listener, budget) == resolved(80, 90, 100)
        story.must("update_budget", budget_name=budget, amount=1000)
        story.wait()
        assert heard(listener, budget) == opened(80, 90, 100, occurrence=2)
        story.must("acknowledge_alert", budget_name=budget, reason="Known")
        assert {event for event, _, _ in heard(listener, budget)} == {"acknowledged"}


def test_the_month_turns_in_between(story: Story) -> None:
    budget, service = "month-turns", "Amazon Polly"
    story.a_budget(budget, service)
    story.spend(service, 950)
    with story.listening() as listener:
        story.wait()
        assert heard(listener, budget) == opened(80, 90)
        story.wait(until="2026-11-02T12:00:00Z")
        assert heard(listener, budget) == resolved(80, 90)
        past = story.must("list_alerts", budget_name=budget, past=True)["alerts"]
        assert {each["resolution"] for each in past} == {"PERIOD_ENDED"}
        story.spend(service, 850)
        story.wait()
        assert heard(listener, budget) == opened(80)


def test_awss_notification_and_our_own_monitoring_find_the_same_breach(story: Story) -> None:
    budget, service = "found-twice", "Amazon Comprehend"
    topic = story.outputs()["AlertsTopicArn"]
    story.a_budget(budget, service, notification_topic_arn=topic)
    story.spend(service, 1200)
    with story.listening() as listener:
        story.wait()
        assert heard(listener, budget) == opened(80, 90, 100)
    alerts = story.must("list_alerts", budget_name=budget)["alerts"]
    sources = {
        each["threshold"]["amount"]: set(each["sources"]) for each in alerts if each["figure"] == "ACTUAL"
    }
    assert sources["80.0"] == sources["100.0"] == {"MONITORING", "AWS_NOTIFICATION"}
    assert sources["90.0"] == {"MONITORING"}


def test_everything_is_delivered_twice_and_in_any_order(story: Story) -> None:
    budget, service = "twice", "Amazon Kendra"
    topic = story.outputs()["AlertsTopicArn"]
    story.a_budget(budget, service)
    story.spend(service, 1200)
    with story.listening() as listener:
        story.wait("8h")
        first = heard(listener, budget)
        for _ in range(2):
            for amount in (1000, 800):
                notification = _sns_event(story, topic, budget, amount)
                story.client("lambda").invoke(
                    FunctionName="budget-management-agent:live",
                    InvocationType="Event",
                    Payload=json.dumps(notification),
                )
                story.act("monitor_budgets", notify=True)
        story.wait("16h")
        assert first + heard(listener, budget) == opened(80, 90, 100)


def test_the_state_table_fails_half_way(story: Story) -> None:
    budget, service = "table-fails", "Amazon Rekognition"
    story.a_budget(budget, service)
    story.spend(service, 1200)
    with story.listening() as listener:
        story.pass_time("24h")
        for times in (5, 6, 7):
            story.fault("dynamodb", "TransactWriteItems", times=times)
            story.act("monitor_budgets", notify=True)
        story.mend()
        story.wait("1h")
        assert heard(listener, budget) == opened(80, 90, 100)
    assert len(story.must("list_alerts", budget_name=budget)["alerts"]) >= 3


def test_the_websocket_endpoint_is_down_for_hours(story: Story) -> None:
    budget, service = "endpoint-down", "Amazon Lex"
    story.a_budget(budget, service)
    story.spend(service, 1200)
    with story.listening() as listener:
        story.fault("apigatewaymanagementapi", "PostToConnection")
        story.pass_time("9h")
        reply = story.must("monitor_budgets", notify=True)
        assert heard(listener, budget) == Counter()
        assert [each["budget_name"] for each in reply["announced"]["pending"]].count(budget) >= 3
        story.mend()
        story.wait("9h")
        assert heard(listener, budget) == opened(80, 90, 100)


def _sns_event(story: Story, topic: str, budget: str, amount: int) -> dict[str, Any]:
    """AWS Budgets' message about a threshold, as Lambda gets it from SNS."""
    message = (
        f"AWS Budget Notification October 21, 2026\nAWS Account {ACCOUNT}\n\nDear AWS Customer,\n\n"
        f"You requested that we alert you when the ACTUAL Cost associated with your {budget} budget is greater "
        f"than ${amount:,}.00 for the current month. The ACTUAL Cost associated with this budget is $1,200.00.\n\n"
        f"Budget Name: {budget}\nBudget Type: Cost\nBudgeted Amount: $1,000.00\nAlert Type: ACTUAL\n"
        f"Alert Threshold: > ${amount:,}.00\nACTUAL Amount: $1,200.00\n\n"
        "[1] https://console.aws.amazon.com/costmanagement/home#/budgets\n"
    )
    sns = {
        "Type": "Notification",
        "MessageId": f"00000000-0000-0000-0000-{amount:012d}",
        "TopicArn": topic,
        "Subject": f"AWS Budgets: {budget} has exceeded your alert threshold",
        "Message": message,
        "Timestamp": story.now(),
        "SignatureVersion": "1",
        "Signature": "EXAMPLE",
        "SigningCertUrl": "EXAMPLE",
        "UnsubscribeUrl": "EXAMPLE",
        "MessageAttributes": {},
    }
    subscription = f"{topic}:00000000-0000-0000-0000-000000000000"
    record = {
        "EventVersion": "1.0",
        "EventSubscriptionArn": subscription,
        "EventSource": "aws:sns",
        "Sns": sns,
    }
    return {"Records": [record]}
