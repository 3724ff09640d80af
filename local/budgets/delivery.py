"""Delivery: what AWS Budgets says goes to the inbox or is published to a topic that lets it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from moto.core.exceptions import ServiceException
from moto.sns.models import sns_backends
from werkzeug.exceptions import HTTPException

from local.authorization.conditions import Context, holds
from local.authorization.patterns import listed, matches
from local.budgets.mail import Mail, Undelivered
from local.budgets.subscribers import Subscriber

SERVICE = "budgets.amazonaws.com"
# The key that SNS offers by itself; its policy cannot let AWS Budgets use it (AWS KMS, AWS managed keys).
_AWS_KEY = "alias/aws/sns"


@dataclass(frozen=True)
class Message:
    """Something to tell subscribers about one budget; `at` is the moment of the world's clock."""

    account_id: str
    budget_name: str
    subject: str
    body: str
    subscribers: tuple[Subscriber, ...]
    at: datetime


class Postbox(Protocol):
    """Where mails and failures are kept."""

    mails: list[Mail]
    undelivered: list[Undelivered]


def deliver(message: Message, postbox: Postbox) -> None:
    """Send a message to each subscriber. A topic that does not take it is noted, as AWS tells nobody."""
    for subscriber in message.subscribers:
        address = subscriber["Address"]
        if subscriber["SubscriptionType"] == "EMAIL":
            postbox.mails.append(Mail(address, message.subject, message.body, message.at))
            continue
        reason = _publish(message, address)
        if reason is not None:
            postbox.undelivered.append(Undelivered(address, message.subject, reason, message.at))


def _publish(message: Message, topic_arn: str) -> str | None:
    """Publish to the topic; the reason if it could not be done."""
    region = topic_arn.split(":")[3]
    backend = sns_backends[message.account_id][region]
    topic = backend.topics.get(topic_arn)
    if topic is None:
        return "Invalid SNS topic: it does not exist"
    if topic.kms_master_key_id and topic.kms_master_key_id.endswith(_AWS_KEY):
        return "The SNS topic is encrypted with a key that AWS Budgets cannot use"
    context = {
        "aws:sourceaccount": message.account_id,
        "aws:sourcearn": f"arn:aws:budgets::{message.account_id}:budget/{message.budget_name}",
    }
    if not may_publish(json.loads(topic.policy), topic_arn, context):
        return f"The topic policy does not let {SERVICE} publish"
    try:
        # SNS allows 100 characters in a subject, a budget name alone may have as many.
        backend.publish(message=message.body, arn=topic_arn, subject=message.subject[:100])
    except (ServiceException, HTTPException) as error:
        return str(error)
    return None


def may_publish(policy: Mapping[str, Any], topic_arn: str, context: Context) -> bool:
    """Whether a topic policy lets AWS Budgets publish: one statement allows it and none denies it.

    `context` has the keys aws:sourceaccount and aws:sourcearn, lower-case.
    """

    def applies(statement: Mapping[str, Any], effect: str) -> bool:
        return (
            statement.get("Effect") == effect
            and _names_service(statement.get("Principal"))
            and any(matches(each.lower(), "sns:publish") for each in listed(statement.get("Action", [])))
            and any(matches(each, topic_arn) for each in listed(statement.get("Resource", [])))
            and holds(statement.get("Condition"), context)
        )

    statements = listed(policy.get("Statement", []))
    return any(applies(one, "Allow") for one in statements) and not any(
        applies(one, "Deny") for one in statements
    )


def _names_service(principal: Any) -> bool:
    if isinstance(principal, Mapping):
        return "*" in listed(principal.get("AWS", [])) or SERVICE in listed(principal.get("Service", []))
    return bool(principal == "*")
