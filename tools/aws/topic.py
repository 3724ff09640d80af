"""The topic channel: messages to people through an SNS topic."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from tools.aws.clients import SnsClient
from tools.aws.errors import aws_errors
from tools.domain.announcements import Announcement
from tools.domain.channel_messages import as_bytes, message_of, subject_of, text_of
from tools.domain.channels import TOPIC, Channel
from tools.domain.deliveries import OUT_OF_TIME, DeliveryRun, Failure, Sent
from tools.domain.errors import BudgetAgentError

PUBLISH: Final = "sns:Publish"

PERMISSIONS: Mapping[str, tuple[str, ...]] = {"Publish": (PUBLISH,)}

# SNS takes 256 KB for all protocols together, and each has the whole message, whose quotes are escaped once more.
_LARGEST_MESSAGE_BYTES = 12_000

_PROGRAMS = ("sqs", "lambda", "http", "https", "firehose")


class TopicChannel:
    """`AnnouncementChannel` to one topic: people get a text, queues, functions and web addresses the JSON message.

    `client` is asked for at first use.
    """

    channel: Channel = TOPIC

    def __init__(self, client: Callable[[], SnsClient], topic_arn: str) -> None:
        self._client = client
        self._topic_arn = topic_arn

    def deliver(
        self, announcement: Announcement, recipients: tuple[str, ...] | None, run: DeliveryRun
    ) -> Sent:
        """Publish once; the topic is the only recipient."""
        del recipients
        if run.seconds_left() <= 0:
            return Sent(failed={self._topic_arn: OUT_OF_TIME})
        try:
            with aws_errors(PUBLISH):
                self._client().publish(
                    TopicArn=self._topic_arn,
                    Subject=subject_of(announcement),
                    MessageStructure="json",
                    Message=_by_protocol(announcement),
                    MessageAttributes=_attributes(announcement),
                )
        except BudgetAgentError as error:
            return Sent(failed={self._topic_arn: Failure.of(error)})
        return Sent(reached=(self._topic_arn,))


def _by_protocol(announcement: Announcement) -> str:
    message = as_bytes(message_of(announcement, _LARGEST_MESSAGE_BYTES)).decode()
    texts = {"default": text_of(announcement, _LARGEST_MESSAGE_BYTES), **dict.fromkeys(_PROGRAMS, message)}
    return json.dumps(texts, ensure_ascii=False)


def _attributes(announcement: Announcement) -> dict[str, Any]:
    """What a subscription's filter policy can select by."""
    texts = {
        "id": announcement.id,
        "type": announcement.type.value,
        "event": announcement.event,
        "account_id": announcement.account_id,
        "budget_name": announcement.budget_name,
        "severity": announcement.data.get("severity"),
    }
    return {name: {"DataType": "String", "StringValue": str(text)} for name, text in texts.items() if text}
