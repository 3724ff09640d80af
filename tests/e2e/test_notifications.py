"""On the deployed stack: what AWS Budgets publishes becomes an alert, and what fails is a dead letter."""

from __future__ import annotations

import json
import platform
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.builders import ACCOUNT
from tests.e2e.deployment import FUNCTION, PROJECT, Deployment

pytestmark = [
    pytest.mark.timeout(600),
    pytest.mark.skipif(platform.system() != "Linux", reason="Lambda's wheels run on Linux only"),
]

ROLE = f"{PROJECT}-execution-role"
WATCHED = {"NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": 80.0}


def inbox(deployment: Deployment) -> list[dict[str, Any]]:
    """What the function has recorded of messages, without their ids."""
    query = {
        "KeyConditionExpression": "pk = :pk",
        "ExpressionAttributeValues": {":pk": {"S": f"{ACCOUNT}#inbox"}},
    }
    found = deployment.client("dynamodb").query(TableName=f"{PROJECT}-state", **query)["Items"]
    return [{name: value["S"] for name, value in item.items() if "S" in value} for item in found]


def dead_letters(deployment: Deployment) -> list[dict[str, Any]]:
    """The messages that are in the dead-letter queue now; they are taken out."""
    sqs, queue = deployment.client("sqs"), deployment.outputs()["DeadLetterQueueUrl"]
    found = sqs.receive_message(QueueUrl=queue, MessageAttributeNames=["All"], MaxNumberOfMessages=10)
    for message in found.get("Messages", []):
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    return found.get("Messages", [])  # type: ignore[no-any-return]


def sooner_or_later(seen: Callable[[], list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """What an asynchronous invocation leaves, once something is there."""
    end = time.monotonic() + 60
    found = seen()
    while not found:
        assert time.monotonic() < end, found
        time.sleep(0.2)
        found = seen()
    return found


@pytest.fixture
def listening(deployed: Deployment) -> Iterator[Deployment]:
    """The deployed agent with an empty inbox and no dead letters."""
    dead_letters(deployed)
    forget(deployed)
    yield deployed
    forget(deployed)


def forget(deployment: Deployment) -> None:
    dynamodb, table = deployment.client("dynamodb"), f"{PROJECT}-state"
    for page in dynamodb.get_paginator("scan").paginate(TableName=table, ProjectionExpression="pk, sk"):
        for key in page["Items"]:
            dynamodb.delete_item(TableName=table, Key=key)


def publish(deployment: Deployment, text: str, subject: str = "Hello") -> None:
    topic = deployment.outputs()["AlertsTopicArn"]
    deployment.client("sns").publish(TopicArn=topic, Message=text, Subject=subject)


def test_what_aws_budgets_publishes_becomes_an_alert(listening: Deployment) -> None:
    topic = listening.outputs()["AlertsTopicArn"]
    listening.client("budgets").create_budget(
        AccountId=ACCOUNT,
        Budget={
            "BudgetName": "watched",
            "BudgetType": "COST",
            "TimeUnit": "MONTHLY",
            "BudgetLimit": {"Amount": "100", "Unit": "USD"},
        },
        NotificationsWithSubscribers=[
            {"Notification": WATCHED, "Subscribers": [{"SubscriptionType": "SNS", "Address": topic}]}
        ],
    )
    try:
        listening.move_clock(advance="12h")
        [received] = sooner_or_later(lambda: inbox(listening))
        assert (received["outcome"], received["budget_name"]) == ("PAST_THRESHOLD", "watched")
        alerts = listening.act("list_alerts", budget_name="watched")["data"]["alerts"]
        # The schedule has run as well, before or after: one alert has both sources.
        [sources] = [each["sources"] for each in alerts if each["threshold"]["amount"] == "80.0"]
        assert "AWS_NOTIFICATION" in sources
    finally:
        listening.client("budgets").delete_budget(AccountId=ACCOUNT, BudgetName="watched")


def test_a_poison_message_is_recorded_and_is_no_dead_letter(listening: Deployment) -> None:
    publish(listening, "no message of AWS Budgets")
    [received] = sooner_or_later(lambda: inbox(listening))
    assert received["outcome"] == "NOT_UNDERSTOOD"
    assert json.loads(received["message"])["text"] == "no message of AWS Budgets"
    assert dead_letters(listening) == []


def test_a_poison_message_that_cannot_be_recorded_ends_among_the_dead_letters_with_its_reason(
    listening: Deployment,
) -> None:
    with listening.without("dynamodb:PutItem"):
        publish(listening, "no message of AWS Budgets")
        [letter] = sooner_or_later(lambda: dead_letters(listening))
    attributes = {name: each["StringValue"] for name, each in letter["MessageAttributes"].items()}
    assert "ACCESS_DENIED (dynamodb:PutItem is missing)" in attributes["ErrorMessage"]
    record = json.loads(letter["Body"])["Records"][0]
    assert record["Sns"]["Message"] == "no message of AWS Budgets"
    assert inbox(listening) == []


def test_a_scheduled_run_that_fails_is_a_dead_letter_and_one_that_goes_well_leaves_snapshots(
    listening: Deployment,
) -> None:
    with listening.without("budgets:ViewBudget"):
        listening.move_clock(advance="8h")
        letters = sooner_or_later(lambda: dead_letters(listening))
    asked = [each for each in letters if "monitor_budgets" in each["Body"]]
    assert "budgets:ViewBudget" in asked[0]["MessageAttributes"]["ErrorMessage"]["StringValue"]
    listening.move_clock(advance="8h")

    def snapshots() -> list[dict[str, Any]]:
        reply = listening.act("get_budget_performance", budget_name="elasticache-monthly")
        return list(reply["data"]["snapshots"])

    assert sooner_or_later(snapshots)[-1]["budget_status"] == "BREACHED"


def test_through_a_queue_only_what_failed_stays(listening: Deployment) -> None:
    sqs, iam, functions = (listening.client(each) for each in ("sqs", "iam", "lambda"))
    queue = sqs.create_queue(QueueName="budget-messages", Attributes={"VisibilityTimeout": "300"})["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    may = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": may, "Resource": arn}]}
    iam.put_role_policy(RoleName=ROLE, PolicyName="queue", PolicyDocument=json.dumps(document))
    mapping = functions.create_event_source_mapping(
        FunctionName=f"{FUNCTION}:live",
        EventSourceArn=arn,
        FunctionResponseTypes=["ReportBatchItemFailures"],
    )

    def waiting() -> int:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        attributes = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=names)["Attributes"]
        return sum(int(each) for each in attributes.values())

    try:
        sqs.send_message(QueueUrl=queue, MessageBody="no message of AWS Budgets")
        assert [each["outcome"] for each in sooner_or_later(lambda: inbox(listening))] == ["NOT_UNDERSTOOD"]
        assert waiting() == 0
        with listening.without("dynamodb:PutItem"):
            sqs.send_message(QueueUrl=queue, MessageBody="another")
            assert waiting() == 1
    finally:
        functions.delete_event_source_mapping(UUID=mapping["UUID"])
        sqs.delete_queue(QueueUrl=queue)
        iam.delete_role_policy(RoleName=ROLE, PolicyName="queue")
