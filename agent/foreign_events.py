"""Events of AWS services that this agent takes nothing from: said to be what they seem to be, and refused.

None of them is worked on, even if a request stands somewhere in it: more people write to an event bus, a bucket or
a log than may change budgets. A rule that shall ask for something sends a request instead, as its constant input.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agent.answers import Answers, Arrival
from agent.invocation import Caller
from tools.domain.errors import InvalidRequest
from tools.domain.quoting import quoted

_EXAMPLE = '{"action": "analyze_budgets", "parameters": {}}'
_INSTEAD = (
    f"This agent takes nothing from it, and nothing was done. Send a request, such as {_EXAMPLE}; a rule or "
    'a schedule sends it as its constant input, with "asynchronous": true.'
)

_RECORDS = {
    "aws:s3": "Amazon S3",
    "aws:dynamodb": "a stream of DynamoDB",
    "aws:kinesis": "Amazon Kinesis",
    "aws:ses": "Amazon SES",
    "aws:codecommit": "AWS CodeCommit",
    "aws:sns": "Amazon SNS, with records that are not",
    "aws:sqs": "Amazon SQS, with records that are not",
}
_SIGNS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("detail-type", "source"), "Amazon EventBridge"),
    (("configRuleName", "invokingEvent"), "an AWS Config rule"),
    (("alarmArn", "alarmData"), "a CloudWatch alarm"),
    (("awslogs",), "a subscription to CloudWatch Logs"),
    (("RequestType", "ResponseURL"), "a custom resource of CloudFormation"),
    (("triggerSource", "userPoolId"), "a trigger of Amazon Cognito"),
    (("methodArn",), "an authorizer of API Gateway"),
    (("routeArn",), "an authorizer of API Gateway"),
    (("CodePipeline.job",), "AWS CodePipeline"),
    (("invocationSchemaVersion", "tasks"), "S3 Batch Operations"),
    (("bot", "sessionState"), "Amazon Lex"),
    (("eventSourceArn", "records"), "Kafka or Firehose"),
    (("deliveryStreamArn", "records"), "Amazon Data Firehose"),
    (("raw_path", "method"), "VPC Lattice in its version 1; choose version 2 of the event structure"),
    (("info", "arguments"), "AWS AppSync"),
)


def respond(arrival: Arrival, answers: Answers, source: str) -> dict[str, Any]:
    """Refuse an event by the name of what sends such; one of nobody known is a wrong request."""
    sender = _sender_of(arrival.event)
    if sender is None:
        return answers.request(arrival.event).model_dump(mode="json")
    error = InvalidRequest(f"This seems to be an event of {sender}. {_INSTEAD}", {"seems_to_be": sender})
    return answers.refusal(error, Caller(source)).model_dump(mode="json")


def _sender_of(event: Mapping[str, Any]) -> str | None:
    for signs, sender in _SIGNS:
        if all(sign in event for sign in signs):
            return sender + _details(event)
    records = event.get("Records")
    first = records[0] if isinstance(records, list) and records else None
    if not isinstance(first, Mapping):
        return None
    if "cf" in first:
        return "Amazon CloudFront"
    named = first.get("eventSource", first.get("EventSource"))
    return _RECORDS.get(named) if isinstance(named, str) else None


def _details(event: Mapping[str, Any]) -> str:
    """Of EventBridge also which event and whose."""
    kind, source = event.get("detail-type"), event.get("source")
    if not isinstance(kind, str) or not isinstance(source, str):
        return ""
    return f", {_readable(kind)} of {_readable(source)}"


def _readable(text: str) -> str:
    """In quotes and without half characters, which nobody could send back."""
    return quoted(text.encode(errors="replace").decode())
