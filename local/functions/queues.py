"""Amazon SQS feeds functions: one batch, one invocation, and only what failed stays in the queue."""

import json
import logging
from collections.abc import Iterable, Mapping
from typing import Any

from moto.awslambda.exceptions import LambdaClientError
from moto.sqs.models import sqs_backends

from local.functions.outcome import Invocation
from local.functions.pool import Throttled
from local.functions.service import current, new_request_id

logger = logging.getLogger(__name__)

PARTIAL = "ReportBatchItemFailures"


def hand_over(function: Any, messages: list[Any], queue_arn: str, response_types: Iterable[str]) -> bool:
    """Invoke the function with a batch of messages of the queue; whether all of them are done.

    Of a batch that failed in part, what is done is deleted here and taken out of `messages`, so that the
    rest alone becomes visible again. Source: Lambda developer guide, "Handling errors for an SQS event source".
    """
    if not messages:
        return True
    _, _, _, region, account_id, name = queue_arn.split(":")
    # Moto hands over copies without message attributes.
    kept = {each.id: each for each in sqs_backends[account_id][region].get_queue(name)._messages}
    records = [_record(each, kept[each.id].message_attributes, queue_arn) for each in messages]
    payload = json.dumps({"Records": records}).encode()
    invocation = Invocation(function, function.function_arn, payload, new_request_id())
    try:
        outcome = current().invoke(invocation, may_wait=True)
    except (Throttled, LambdaClientError) as error:
        # Whoever sends a message does not learn that nobody reads it.
        logger.warning("%s does not feed %s: %s", queue_arn, function.function_arn, error)
        return False
    if outcome.is_error:
        return False
    if PARTIAL not in response_types:
        return True
    failed = _failed(outcome.payload, {each.id for each in messages})
    if failed is None:
        return False
    for message in [each for each in messages if each.id not in failed]:
        sqs_backends[account_id][region].delete_message(name, message.receipt_handle)
        messages.remove(message)
    return not failed


def _failed(payload: bytes, ids: set[str]) -> set[str] | None:
    """The messages that the function names as failed; None if its answer makes no sense, so that all did."""
    answer = json.loads(payload or b"null")
    if answer is None or answer == {}:
        return set()
    if not isinstance(answer, dict):
        return None
    failures = answer.get("batchItemFailures") or []
    named = {each.get("itemIdentifier") for each in failures}
    return named if named <= ids else None


def _record(message: Any, message_attributes: Mapping[str, Any], queue_arn: str) -> dict[str, Any]:
    attributes = {
        "ApproximateReceiveCount": str(message.approximate_receive_count),
        "SentTimestamp": str(int(message.sent_timestamp)),
        "SenderId": message.sender_id,
        "ApproximateFirstReceiveTimestamp": str(int(message.approximate_first_receive_timestamp or 0)),
    }
    if queue_arn.endswith(".fifo"):
        attributes["MessageGroupId"] = message.group_id
        attributes["MessageDeduplicationId"] = message.deduplication_id
        attributes["SequenceNumber"] = message.sequence_number
    return {
        "messageId": message.id,
        "receiptHandle": message.receipt_handle,
        "body": message.body,
        "attributes": attributes,
        "messageAttributes": {
            name: {
                "dataType": each["DataType"],
                "stringValue": each.get("StringValue"),
                "stringListValues": [],
                "binaryListValues": [],
            }
            for name, each in message_attributes.items()
        },
        "md5OfBody": message.body_md5,
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn,
        "awsRegion": queue_arn.split(":")[3],
    }
