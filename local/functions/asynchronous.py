"""Asynchronous invocation: events are queued, retried, and at last handed to whom they concern."""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from moto.awslambda.exceptions import LambdaClientError
from moto.awslambda.models import lambda_backends

from local.functions.access import may_send
from local.functions.errors import InvalidRuntime, TooManyRequests
from local.functions.outcome import Invocation, Outcome
from local.functions.pool import Throttled
from local.functions.reference import refer, unqualified_arn
from local.functions.sending import Undeliverable, send
from local.functions.service import current, new_request_id
from local.world import current as current_world

logger = logging.getLogger(__name__)

# How old the event is at each attempt: AWS waits one minute, then two (Lambda developer guide, "How Lambda
# handles errors and retries with asynchronous invocation"). Here it waits only as far as its age is
# concerned, because the world's clock does not move by itself (emulator-defined).
_AGES = (0, 60, 180)
_ERROR_MESSAGE_LIMIT = 1024


@dataclass(frozen=True)
class Event:
    """An accepted event: the function as it was named, in its account and Region, and what it is to get."""

    account_id: str
    region: str
    name: str
    qualifier: str | None
    payload: bytes
    request_id: str
    client_context: str | None = None

    @property
    def arn(self) -> str:
        """The ARN the event is for, qualified if its caller did."""
        arn = f"arn:aws:lambda:{self.region}:{self.account_id}:function:{self.name}"
        return arn if self.qualifier is None else f"{arn}:{self.qualifier}"


@dataclass(frozen=True)
class Attempt:
    """How the last attempt ended: HTTP status, and the outcome if the function ran."""

    status: int
    message: str
    outcome: Outcome | None = None


def invoke_later(arn: str, payload: bytes, request_id: str = "", client_context: str | None = None) -> None:
    """Queue an event for the function of an ARN, which is looked up when its turn comes."""
    reference = refer(arn)
    account_id, region = arn.split(":")[4], arn.split(":")[3]
    accept(
        Event(
            account_id,
            region,
            reference.name,
            reference.qualifier,
            payload,
            request_id or new_request_id(),
            client_context,
        )
    )


def accept(event: Event) -> None:
    """Queue an event."""
    backlog = current().backlog
    generation = backlog.generation
    backlog.add(lambda: _handle(event, generation))


def _handle(event: Event, generation: int) -> None:
    service = current()
    backend: Any = lambda_backends[event.account_id][event.region]
    try:
        function = backend.get_function(event.name, event.qualifier)
    except LambdaClientError as error:
        logger.warning("an event for %s is dropped: %s", event.arn, error.message)
        return
    config = backend.event_invoke_configs.in_force(function, event.qualifier)
    invocation = Invocation(function, event.arn, event.payload, event.request_id, event.client_context)
    latest = backend.get_function(event.name)
    if latest.reserved_concurrency == 0:
        attempt = Attempt(429, "Function not invoked. Function is configured with zero reserved concurrency.")
        _give_up(event, function, config, attempt, "ZeroReservedConcurrency", 0)
        return
    attempts = 1 + int(config["MaximumRetryAttempts"])
    for number, age in enumerate(_AGES[:attempts], start=1):
        if age >= config["MaximumEventAgeInSeconds"]:
            _give_up(event, function, config, attempt, "EventAgeExceeded", number - 1)
            return
        attempt = _try(invocation)
        if service.backlog.generation != generation:
            return
        if attempt.outcome is not None and not attempt.outcome.is_error:
            _report(event, function, config, "OnSuccess", _record(event, attempt, "Success", number))
            return
    _give_up(event, function, config, attempt, "RetriesExhausted", attempts)


def _try(invocation: Invocation) -> Attempt:
    try:
        outcome = current().invoke(invocation, may_wait=True)
    except Throttled as throttled:
        return Attempt(TooManyRequests.code, str(throttled))
    except InvalidRuntime as error:
        logger.warning("%s cannot run: %s", invocation.invoked_arn, error.message)
        return Attempt(400, str(error.message))
    except LambdaClientError as error:
        return Attempt(int(error.code or 400), str(error.message))
    return Attempt(200, outcome.error_message, outcome)


def _give_up(
    event: Event,
    function: Any,
    config: Mapping[str, Any],
    attempt: Attempt,
    condition: str,
    attempts: int,
) -> None:
    """Send the event to the dead-letter queue and a record of it to the destination for failures."""
    if function.settings.dead_letter_arn is not None:
        attributes = {
            "RequestID": ("String", event.request_id),
            "ErrorCode": ("Number", str(attempt.status)),
            "ErrorMessage": ("String", attempt.message[:_ERROR_MESSAGE_LIMIT] or "none"),
        }
        _send(function, function.settings.dead_letter_arn, event.payload.decode(), attributes)
    _report(event, function, config, "OnFailure", _record(event, attempt, condition, attempts))


def _report(event: Event, function: Any, config: Mapping[str, Any], kind: str, record: str) -> None:
    target = config.get("DestinationConfig", {}).get(kind, {}).get("Destination")
    if not target:
        return
    if target.split(":")[2] != "lambda":
        _send(function, target, record)
    elif may_send(function.role, target, current_world().clock.now()):
        invoke_later(target, record.encode())
    else:
        logger.warning("the role of %s may not invoke its destination %s", event.arn, target)


def _send(
    function: Any, target: str, body: str, attributes: Mapping[str, tuple[str, str]] | None = None
) -> None:
    if not may_send(function.role, target, current_world().clock.now()):
        logger.warning("the role of %s may not send to %s", function.function_name, target)
        return
    try:
        send(target, body, attributes)
    except Undeliverable as error:
        logger.warning("%s cannot send to %s: %s", function.function_name, target, error)


def _record(event: Event, attempt: Attempt, condition: str, attempts: int) -> str:
    """Source: Lambda developer guide, "Capturing records of Lambda asynchronous invocations"."""
    now = current_world().clock.now()
    record: dict[str, Any] = {
        "version": "1.0",
        "timestamp": now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "requestContext": {
            "requestId": event.request_id,
            "functionArn": f"{unqualified_arn(event.arn)}:{event.qualifier or '$LATEST'}",
            "condition": condition,
            "approximateInvokeCount": attempts,
        },
        "requestPayload": json.loads(event.payload),
    }
    outcome = attempt.outcome
    if outcome is not None:
        context = {"statusCode": attempt.status, "executedVersion": outcome.version}
        record["responseContext"] = {
            **context,
            **({"functionError": "Unhandled"} if outcome.is_error else {}),
        }
        record["responsePayload"] = json.loads(outcome.payload or b"null")
    return json.dumps(record)
