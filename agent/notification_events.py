"""Messages that SNS and SQS bring: what they say becomes a request, and what they want to hear back.

Nobody reads a reply here: SNS learns of a failure when the invocation fails, SQS by the messages that stay in the
queue. A message is a text to be understood, never a request to be obeyed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from agent.answers import Answer, Answers, Arrival
from agent.asynchronous import AsynchronousFailure
from agent.contract import AgentResponse
from agent.invocation import Caller
from agent.observability import logger

_RECEIVE = "receive_notification"

# A message of AWS Budgets has about 1,000 characters. What is longer is something else, whose rest nobody reads.
_LONGEST_TEXT = 25_000
_LONGEST_LINE = 1_000


def respond(arrival: Arrival, answers: Answers, source: str) -> dict[str, Any]:
    """Hand every message over. Raises AsynchronousFailure where SNS brought one that failed."""
    respond_to = _respond_to_sns if source == "sns" else _respond_to_sqs
    return respond_to(arrival.event["Records"], answers.request, Caller(source))


def _respond_to_sns(records: list[Any], answer: Answer, caller: Caller) -> dict[str, Any]:
    """Every message is worked on before the invocation fails for one. A message again changes nothing."""
    responses = [_receive(_from_sns(each), answer, caller) for each in records]
    failures = [each for each in responses if each.error_code is not None]
    if failures:
        raise AsynchronousFailure(failures)
    return {"received": len(responses)}


def _respond_to_sqs(records: list[Any], answer: Answer, caller: Caller) -> dict[str, Any]:
    """The messages that stay in the queue, as an event source with ReportBatchItemFailures wants them."""
    failed = [
        record["messageId"]
        for record in records
        if _receive(_from_sqs(record), answer, caller).error_code is not None
    ]
    return {"batchItemFailures": [{"itemIdentifier": each} for each in failed]}


def _receive(parameters: Mapping[str, str], answer: Answer, caller: Caller) -> AgentResponse:
    request = {"action": _RECEIVE, "parameters": parameters, "request_id": parameters["message_id"]}
    response = answer(request, caller)
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
