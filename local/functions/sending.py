"""Sending to queues, topics and functions of the account, as AWS services do."""

from collections.abc import Mapping

from moto.core.exceptions import ServiceException
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends
from werkzeug.exceptions import HTTPException


class Undeliverable(Exception):
    """The queue or topic did not take it; the text says why."""


def send(target_arn: str, body: str, attributes: Mapping[str, tuple[str, str]] | None = None) -> None:
    """Send to a queue or publish to a topic. `attributes` are name to (type, value), as `("Number", "200")`.

    Raises Undeliverable if there is no such queue or topic, or it refuses.
    """
    _, _, service, region, account_id, name = target_arn.split(":", 5)
    attributes = attributes or {}
    try:
        if service == "sqs":
            sqs_backends[account_id][region].send_message(
                name,
                body,
                message_attributes={
                    key: {"DataType": kind, "StringValue": value} for key, (kind, value) in attributes.items()
                },
            )
        else:
            sns_backends[account_id][region].publish(
                message=body,
                arn=target_arn,
                message_attributes={
                    key: {"Type": kind, "Value": value} for key, (kind, value) in attributes.items()
                },
            )
    except (ServiceException, HTTPException) as error:
        raise Undeliverable(str(error)) from error
