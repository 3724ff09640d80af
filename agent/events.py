"""Who is calling: what each event source sends, as requests, and what it wants to hear back.

Whoever invokes the function and waits gets the standard reply. SNS and a schedule do not wait: they learn of a
failure only when the invocation itself fails. Then Lambda tries again, twice, and at last puts the event and the
reason into the dead-letter queue.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from agent.contract import AgentResponse, is_asynchronous
from agent.observability import logger

Answer = Callable[[Any], AgentResponse]
"""The standard reply to one request, however wrong."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What the agent can answer: a request, and what API Gateway tells of a WebSocket. Neither raises."""

    request: Answer
    websocket: Callable[[Any], dict[str, Any]]


RECEIVE = "receive_notification"

# A message of AWS Budgets has about 1,000 characters. What is longer is something else, whose rest nobody reads.
_LONGEST_TEXT = 25_000
_LONGEST_LINE = 1_000

_WANTS_HELP = ("ACCESS_DENIED", "STATE_UNAVAILABLE")
"""What a schedule's run is not complete without, although a retry alone does not help."""
_TOLD_LATER = "announcements"
"""Parts that begin so wait in the outbox: the next run tells them, whether this one fails or not."""


class AsynchronousFailure(Exception):
    """What an invocation fails with that nobody waits for. It says why, in none of the caller's words."""

    def __init__(self, responses: list[AgentResponse]) -> None:
        super().__init__("; ".join(_reason(each) for each in responses))


@dataclass(frozen=True, slots=True)
class EventSource:
    """One kind of event: how it is recognised, and how it is answered."""

    name: str
    sent: Callable[[Any], bool]
    respond: Callable[[Any, Answers], Any]


def respond(event: Any, answers: Answers) -> Any:
    """Answer an event as its source wants it; what no source sends is taken for a request.

    Raises AsynchronousFailure where nobody waits for the reply, and nothing else.
    """
    for source in SOURCES:
        if source.sent(event):
            return source.respond(event, answers)
    return _respond_to_request(event, answers)


def _respond_to_request(event: Any, answers: Answers) -> dict[str, Any]:
    """The standard reply. A request that says so, such as a schedule's, fails where that tells of a failure."""
    response = answers.request(event)
    if is_asynchronous(event) and _failures(response):
        raise AsynchronousFailure([response])
    return response.model_dump(mode="json")


def _respond_to_sns(event: Any, answers: Answers) -> dict[str, Any]:
    """Every message is worked on before the invocation fails for one. A message again changes nothing."""
    responses = [_receive(_from_sns(each), answers.request) for each in event["Records"]]
    failures = [each for each in responses if each.error_code is not None]
    if failures:
        raise AsynchronousFailure(failures)
    return {"received": len(responses)}


def _respond_to_sqs(event: Any, answers: Answers) -> dict[str, Any]:
    """The messages that stay in the queue, as an event source with ReportBatchItemFailures wants them."""
    failed = [
        record["messageId"]
        for record in event["Records"]
        if _receive(_from_sqs(record), answers.request).error_code is not None
    ]
    return {"batchItemFailures": [{"itemIdentifier": each} for each in failed]}


def _receive(parameters: Mapping[str, str], answer: Answer) -> AgentResponse:
    response = answer({"action": RECEIVE, "parameters": parameters, "request_id": parameters["message_id"]})
    if response.error_code is None:
        # Nobody reads the reply: what was refused is seen here, and in the inbox.
        log = logger.warning if response.data["is_refused"] else logger.info
        log("notification received", outcome=response.data["outcome"])
    return response


def _from_sns(record: Mapping[str, Any]) -> dict[str, str]:
    """Source: Lambda developer guide, "Invoking Lambda functions with Amazon SNS notifications"."""
    return _parameters(record.get("Sns"), None)


def _from_sqs(record: Mapping[str, Any]) -> dict[str, str]:
    """The envelope in which SNS wraps a message for a queue, or, with raw delivery, the message itself.

    Source: SNS developer guide, "Fanout to Amazon SQS queues" and "Raw message delivery".
    """
    body = record.get("body")
    envelope = _object_in(body)
    if envelope.get("Type") == "Notification":
        return _parameters(envelope, record["messageId"])
    return _parameters({"Message": body, "Timestamp": _sent(record.get("attributes"))}, record["messageId"])


def _parameters(notification: Any, queues_id: str | None) -> dict[str, str]:
    """The parameters of receive_notification: what is no text is left out, and what cannot be an id is replaced.

    The id is the same at every delivery: SNS's, else the queue's, else one made of what was sent.
    """
    found = notification if isinstance(notification, Mapping) else {}
    texts = {
        "message": _text(found.get("Message"), _LONGEST_TEXT) or "",
        "subject": _text(found.get("Subject"), _LONGEST_LINE),
        "topic_arn": _text(found.get("TopicArn"), _LONGEST_LINE),
        "sent_at": _moment(found.get("Timestamp")),
    }
    given = {name: text for name, text in texts.items() if text is not None}
    made = hashlib.sha256(json.dumps(given).encode()).hexdigest()
    return {"message_id": _uuid(found.get("MessageId")) or _uuid(queues_id) or made, **given}


def _uuid(given: Any) -> str | None:
    try:
        return str(UUID(given)) if isinstance(given, str) else None
    except ValueError:
        return None


def _text(given: Any, most: int) -> str | None:
    """A text without half characters, which JSON can spell and nobody can store."""
    return given[:most].encode(errors="replace").decode() if isinstance(given, str) else None


def _moment(given: Any) -> str | None:
    try:
        moment = datetime.fromisoformat(given if isinstance(given, str) else "")
        return None if moment.tzinfo is None else moment.astimezone(UTC).isoformat()
    except (ValueError, OverflowError):
        return None


def _sent(attributes: Any) -> str | None:
    """When a message was sent to its queue, which tells it in milliseconds since 1970."""
    given = attributes.get("SentTimestamp") if isinstance(attributes, Mapping) else None
    try:
        return datetime.fromtimestamp(int(given) / 1000, UTC).isoformat() if isinstance(given, str) else None
    except (ValueError, OverflowError, OSError):
        return None


def _object_in(body: Any) -> Mapping[str, Any]:
    try:
        found = json.loads(body) if isinstance(body, str) else None
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, Mapping) else {}


def _is_from_sns(event: Any) -> bool:
    return _all_records(event, lambda record: record.get("EventSource") == "aws:sns")


def _is_from_sqs(event: Any) -> bool:
    return _all_records(
        event,
        lambda record: record.get("eventSource") == "aws:sqs" and isinstance(record.get("messageId"), str),
    )


def _is_from_websocket(event: Any) -> bool:
    context = event.get("requestContext") if isinstance(event, Mapping) else None
    return isinstance(context, Mapping) and "connectionId" in context and "eventType" in context


def _all_records(event: Any, fits: Callable[[Mapping[str, Any]], bool]) -> bool:
    records = event.get("Records") if isinstance(event, Mapping) else None
    return (
        isinstance(records, list)
        and bool(records)
        and all(isinstance(each, Mapping) and fits(each) for each in records)
    )


def _failures(response: AgentResponse) -> list[Mapping[str, Any]]:
    """The error of a reply, or those parts under `incomplete` that a retry or somebody's help can complete."""
    if response.error_code is not None:
        return [response.data["error"]]
    return [
        each
        for each in response.data["incomplete"]
        if each["code"] in _WANTS_HELP or (each["retryable"] and not each["part"].startswith(_TOLD_LATER))
    ]


def _reason(response: AgentResponse) -> str:
    """In codes and permissions, which are the agent's own words: Lambda writes it into the log."""
    found = []
    for each in _failures(response):
        permission = each.get("details", {}).get("permission")
        found.append(each["code"] if permission is None else f"{each['code']} ({permission} is missing)")
    return ", ".join(dict.fromkeys(found))


SOURCES: tuple[EventSource, ...] = (
    EventSource("Amazon SNS", _is_from_sns, _respond_to_sns),
    EventSource("Amazon SQS", _is_from_sqs, _respond_to_sqs),
    EventSource(
        "API Gateway, WebSocket", _is_from_websocket, lambda event, answers: answers.websocket(event)
    ),
)
