"""Amazon SNS delivers to functions: asynchronously, with the record that SNS really sends."""

import json
import logging
from collections.abc import Mapping
from typing import Any

from moto.awslambda.exceptions import LambdaClientError
from moto.awslambda.models import lambda_backends
from moto.sns.models import Subscription

from local.functions.access import service_may_invoke
from local.functions.asynchronous import invoke_later
from local.functions.reference import refer
from local.functions.sending import Undeliverable, send
from local.world import current as current_world

logger = logging.getLogger(__name__)

SNS = "sns.amazonaws.com"

publish_elsewhere = Subscription.publish


def publish(
    subscription: Any,
    message: str,
    message_id: str,
    subject: str | None = None,
    message_attributes: Mapping[str, Any] | None = None,
    group_id: str | None = None,
    deduplication_id: str | None = None,
    message_structure: str | None = None,
) -> None:
    """Deliver a message to one subscription: to a function here, to anything else as moto does."""
    if subscription.protocol != "lambda":
        publish_elsewhere(
            subscription,
            message,
            message_id,
            subject=subject,
            message_attributes=message_attributes,  # type: ignore[arg-type]
            group_id=group_id,
            deduplication_id=deduplication_id,
            message_structure=message_structure,
        )
        return
    matcher = subscription._filter_policy_matcher
    if matcher is not None and not matcher.matches(message_attributes, message):
        return
    if message_structure == "json":
        message = subscription._parse_message_structure(message, "lambda")
    event = json.dumps({"Records": [_record(subscription, message, message_id, subject, message_attributes)]})
    reason = _reason_against(subscription)
    if reason is None:
        invoke_later(subscription.endpoint, event.encode())
    else:
        _give_up(subscription, event, reason)


def _reason_against(subscription: Any) -> tuple[int, str] | None:
    """Status and text of Lambda's refusal; None if it takes the event."""
    arn = subscription.endpoint
    reference = refer(arn)
    backend = lambda_backends[arn.split(":")[4]][arn.split(":")[3]]
    try:
        function = backend.get_function(reference.name, reference.qualifier)
    except LambdaClientError as error:
        return 404, str(error.message)
    if service_may_invoke(function, arn, SNS, subscription.topic.arn):
        return None
    return 403, f"{SNS} is not authorized to perform: lambda:InvokeFunction on resource: {arn}"


def _record(
    subscription: Any,
    message: str,
    message_id: str,
    subject: str | None,
    attributes: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """Source: Lambda developer guide, "Invoking Lambda functions with Amazon SNS notifications".

    Signature and certificate are not real ones (emulator-defined): Lambda's caller is authenticated by IAM.
    """
    region = subscription.topic.arn.split(":")[3]
    now = current_world().clock.now()
    return {
        "EventSource": "aws:sns",
        "EventVersion": "1.0",
        "EventSubscriptionArn": subscription.arn,
        "Sns": {
            "Type": "Notification",
            "MessageId": message_id,
            "TopicArn": subscription.topic.arn,
            "Subject": subject,
            "Message": message,
            "Timestamp": now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "SignatureVersion": "1",
            "Signature": "EXAMPLE",
            "SigningCertUrl": f"https://sns.{region}.amazonaws.com/SimpleNotificationService-local.pem",
            "UnsubscribeUrl": f"https://sns.{region}.amazonaws.com/?Action=Unsubscribe"
            f"&SubscriptionArn={subscription.arn}",
            "MessageAttributes": {
                name: {"Type": each["Type"], "Value": str(each["Value"])}
                for name, each in (attributes or {}).items()
            },
        },
    }


def _give_up(subscription: Any, event: str, reason: tuple[int, str]) -> None:
    """Send what could not be delivered to the subscription's dead-letter queue, if it has one."""
    status, text = reason
    logger.warning("%s was not delivered: %s", subscription.topic.arn, text)
    redrive = subscription.attributes.get("RedrivePolicy")
    if not redrive:
        return
    policy = json.loads(redrive) if isinstance(redrive, str) else redrive
    attributes = {"ErrorCode": ("Number", str(status)), "ErrorMessage": ("String", text)}
    try:
        send(policy["deadLetterTargetArn"], event, attributes)
    except Undeliverable as error:
        logger.warning("%s cannot be kept as a dead letter: %s", subscription.topic.arn, error)
