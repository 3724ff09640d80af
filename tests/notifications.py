"""Messages of AWS Budgets as AWS writes them, and the events in which SNS and SQS bring them to the function."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.builders import ACCOUNT
from tools.domain.notifications import ComparisonOperator, NotificationType

TOPIC = f"arn:aws:sns:us-east-1:{ACCOUNT}:budget-management-alerts"
QUEUE = f"arn:aws:sqs:us-east-1:{ACCOUNT}:budget-messages"

_SIGNS = {
    ComparisonOperator.GREATER_THAN: ">",
    ComparisonOperator.LESS_THAN: "<",
    ComparisonOperator.EQUAL_TO: "=",
}
_WORDS = {
    ComparisonOperator.GREATER_THAN: "greater than",
    ComparisonOperator.LESS_THAN: "less than",
    ComparisonOperator.EQUAL_TO: "equal to",
}


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A message as AWS writes it, after recorded ones, without the label lines that begin as `without` says."""

    name: str = "My budget"
    account: str = ACCOUNT
    kind: str = "Cost"
    figure: NotificationType = NotificationType.ACTUAL
    operator: ComparisonOperator = ComparisonOperator.GREATER_THAN
    budgeted: str = "$0.20"
    threshold: str = "$0.16"
    amount: str = "$0.59"
    is_daily: bool = False
    newline: str = "\n"
    without: tuple[str, ...] = ()

    @property
    def subject(self) -> str:
        return f"AWS Budgets: {self.name} has exceeded your alert threshold"

    @property
    def text(self) -> str:
        span = "per day" if self.is_daily else "for the current month"
        opening = "Yesterday, the" if self.is_daily else "The"
        table = [
            f"Budget Name: {self.name}",
            f"Budget Type: {self.kind}",
            f"Budgeted Amount: {self.budgeted}",
            f"Alert Type: {self.figure.value}",
            f"Alert Threshold: {_SIGNS[self.operator]} {self.threshold}",
            f"{self.figure.value} Amount: {self.amount}",
        ]
        lines = [
            "AWS Budget Notification March 12, 2026",
            f"AWS Account {self.account}",
            "",
            "Dear AWS Customer,",
            "",
            f"You requested that we alert you when the {self.figure.value} {self.kind} associated with your "
            f"{self.name} budget is {_WORDS[self.operator]} {self.threshold} {span}. {opening} "
            f"{self.figure.value} {self.kind} associated with this budget is {self.amount}. You can find "
            "additional details below and by accessing the AWS Budgets dashboard [1].",
            "",
            *[line for line in table if not any(map(line.startswith, self.without))],
            "",
            "[1] https://console.aws.amazon.com/costmanagement/home#/budgets",
            "",
        ]
        return self.newline.join(lines)


def message_id(number: int = 1) -> str:
    """An id as SNS gives one."""
    return f"95df01b4-ee98-5cb9-9903-{number:012d}"


def sns_envelope(text: str, *, subject: str | None = None, number: int = 1, **parts: Any) -> dict[str, Any]:
    """What SNS wraps a message in."""
    return {
        "Type": "Notification",
        "MessageId": message_id(number),
        "TopicArn": TOPIC,
        "Subject": subject,
        "Message": text,
        "Timestamp": "2026-10-20T11:59:30.000Z",
        "MessageAttributes": {},
        **parts,
    }


def sns_event(*envelopes: dict[str, Any]) -> dict[str, Any]:
    """The event in which SNS invokes a function."""
    return {
        "Records": [
            {
                "EventSource": "aws:sns",
                "EventVersion": "1.0",
                "EventSubscriptionArn": f"{TOPIC}:1",
                "Sns": each,
            }
            for each in envelopes
        ]
    }


def sqs_event(*bodies: str) -> dict[str, Any]:
    """The event in which SQS hands messages to a function; their ids are `queued-1` and so on."""
    return {
        "Records": [
            {
                "messageId": f"queued-{number}",
                "receiptHandle": "handle",
                "body": body,
                "attributes": {"SentTimestamp": "1792497570000"},
                "messageAttributes": {},
                "eventSource": "aws:sqs",
                "eventSourceARN": QUEUE,
                "awsRegion": "us-east-1",
            }
            for number, body in enumerate(bodies, 1)
        ]
    }


def in_a_queue(envelope: dict[str, Any]) -> str:
    """An envelope as the body of a message of a queue."""
    return json.dumps(envelope)


def sample(name: str) -> Any:
    """A verbatim sample of what a service sends."""
    path = Path(__file__).parent / "data" / "events" / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8"))["event"]
