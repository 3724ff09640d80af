"""What schedules and scheduled rules invoke: functions and queues."""

import json
import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from moto.awslambda.exceptions import LambdaClientError
from moto.awslambda.models import lambda_backends

from local.authorization.enforcement import role_may, service_may_assume
from local.functions.access import SENDING_ACTIONS, service_may_invoke
from local.functions.asynchronous import invoke_later
from local.functions.reference import refer
from local.functions.sending import Undeliverable, send

logger = logging.getLogger(__name__)

SCHEDULER, EVENTS = "scheduler.amazonaws.com", "events.amazonaws.com"
_SERVICES = ("lambda", "sqs")
# What a target may say beside its ARN; everything else would have to be ignored.
_MEMBERS = {"Arn", "RoleArn", "Input", "DeadLetterConfig", "RetryPolicy", "Id"}


class NotDelivered(Exception):
    """A target that did not take the event; `code` is the error code of the call that failed."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def reason_not_built(target: Mapping[str, Any]) -> str | None:
    """Why the embedded AWS cannot invoke a target; None if it can."""
    arn = str(target.get("Arn", ""))
    if arn.count(":") < 5 or arn.split(":")[2] not in _SERVICES:
        return f"The embedded AWS does not build the target {arn}; it invokes {' and '.join(_SERVICES)}."
    unknown = sorted(name for name in target.keys() - _MEMBERS if target[name])
    return f"The embedded AWS does not build {', '.join(unknown)} of targets." if unknown else None


def deliver_as_role(
    target: Mapping[str, Any],
    body: str,
    source: Mapping[str, str],
    dead_letter: Mapping[str, str],
    now: datetime,
) -> None:
    """Invoke a schedule's target with the schedule's role.

    `source` are the condition keys of the assumption, `dead_letter` what a dead letter says about its origin.
    An error of access is not retried (EventBridge Scheduler user guide, retry policy).
    """
    try:
        if not service_may_assume(target["RoleArn"], SCHEDULER, source):
            raise NotDelivered("AccessDeniedException", f"{SCHEDULER} may not assume {target['RoleArn']}")
        action = SENDING_ACTIONS[target["Arn"].split(":")[2]]
        decision = role_may(target["RoleArn"], action, target["Arn"], now=now)
        if not decision.is_allowed:
            text = f"{target['RoleArn']} is not authorized to perform: {action} on resource: {target['Arn']}"
            raise NotDelivered("AccessDeniedException", f"{text} {decision.reason}")
        _hand_over(target["Arn"], body)
    except NotDelivered as failure:
        queue = (target.get("DeadLetterConfig") or {}).get("Arn")
        if queue and not role_may(target["RoleArn"], "sqs:SendMessage", queue, now=now).is_allowed:
            queue = None
        _give_up(target["Arn"], queue, body, failure, dead_letter)


def deliver_as_service(
    target: Mapping[str, Any], body: str, rule_arn: str, dead_letter: Mapping[str, str]
) -> None:
    """Invoke a rule's target, as far as the function's resource policy lets EventBridge."""
    try:
        reason = reason_not_built(target)
        if reason is not None:
            raise NotDelivered("NotImplementedException", reason)
        if target["Arn"].split(":")[2] == "lambda":
            function = _function(target["Arn"])
            if not service_may_invoke(function, target["Arn"], EVENTS, rule_arn):
                raise NotDelivered(
                    "AccessDeniedException", f"the policy of {target['Arn']} does not let {EVENTS} invoke it"
                )
        _hand_over(target["Arn"], body)
    except NotDelivered as failure:
        _give_up(target["Arn"], (target.get("DeadLetterConfig") or {}).get("Arn"), body, failure, dead_letter)


def _hand_over(arn: str, body: str) -> None:
    if arn.split(":")[2] == "lambda":
        _function(arn)
        try:
            json.loads(body)
        except ValueError as error:
            raise NotDelivered("InvalidRequestContentException", f"the input is no JSON: {error}") from error
        invoke_later(arn, body.encode())
        return
    try:
        send(arn, body)
    except Undeliverable as error:
        raise NotDelivered("AWS.SimpleQueueService.NonExistentQueue", str(error)) from error


def _function(arn: str) -> Any:
    reference = refer(arn)
    try:
        return lambda_backends[arn.split(":")[4]][arn.split(":")[3]].get_function(
            reference.name, reference.qualifier
        )
    except LambdaClientError as error:
        raise NotDelivered("ResourceNotFoundException", str(error.message)) from error


def _give_up(
    target_arn: str, queue: str | None, body: str, failure: NotDelivered, dead_letter: Mapping[str, str]
) -> None:
    logger.warning("%s was not invoked: %s", target_arn, failure)
    if queue is None:
        return
    attributes = {
        "ERROR_CODE": failure.code,
        "ERROR_MESSAGE": str(failure),
        "RETRY_ATTEMPTS": "0",
        "TARGET_ARN": target_arn,
        **dead_letter,
    }
    try:
        send(queue, body, {name: ("String", value) for name, value in attributes.items()})
    except Undeliverable as error:
        logger.warning("%s does not take the dead letter of %s: %s", queue, target_arn, error)
