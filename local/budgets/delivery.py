"""Delivery: what AWS Budgets says goes to the inbox or is published to a topic that lets it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from moto.core.exceptions import ServiceException
from moto.sns.models import sns_backends
from werkzeug.exceptions import HTTPException

from local.budgets.mail import Mail, Undelivered
from local.budgets.resource_policies import reason_against_topic
from local.budgets.subscribers import Subscriber


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
    reason = reason_against_topic(topic, message.account_id, message.budget_name)
    if reason is not None:
        return reason
    try:
        # SNS allows 100 characters in a subject, a budget name alone may have as many.
        backend.publish(message=message.body, arn=topic_arn, subject=message.subject[:100])
    except (ServiceException, HTTPException) as error:
        return str(error)
    return None
