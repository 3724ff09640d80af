"""How AWS Budgets reaches a subscriber: one entry per channel, with its address check and its quota.

Source: Budgets API shapes `SubscriptionType`, `Subscriber` (at most one SNS topic and ten e-mail addresses
per notification) and the user guide on SNS topics for budgets.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class ChannelName(StrEnum):
    """The subscription types of AWS Budgets."""

    EMAIL = "EMAIL"
    SNS = "SNS"


@dataclass(frozen=True, slots=True)
class Channel:
    """A way to reach people: what an address looks like and how many a notification may have.

    `problem_with_address` takes the address and the account that owns the budget and gives None or a
    sentence that says what is wrong.
    """

    name: ChannelName
    quota: int
    problem_with_address: Callable[[str, str], str | None]


_EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>.]+")
_TOPIC = re.compile(
    r"arn:aws[\w-]*:sns:[a-z]{2}(?:-[a-z]+)+-\d:(?P<account>\d{12}):(?P<name>[\w-]{1,256}(?:\.fifo)?)"
)


def _problem_with_email(address: str, account_id: str) -> str | None:
    del account_id
    if _EMAIL.fullmatch(address):
        return None
    return f"'{address}' is not an e-mail address"


def _problem_with_topic(address: str, account_id: str) -> str | None:
    topic = _TOPIC.fullmatch(address)
    if topic is None:
        return f"'{address}' is not the ARN of an SNS topic"
    if topic["name"].endswith(".fifo"):
        return f"'{address}' is a FIFO topic; AWS Budgets publishes to standard topics only"
    if topic["account"] != account_id:
        return f"'{address}' belongs to another account; AWS Budgets publishes only within {account_id}"
    return None


CHANNELS: Mapping[ChannelName, Channel] = {
    channel.name: channel
    for channel in (
        Channel(ChannelName.EMAIL, 10, _problem_with_email),
        Channel(ChannelName.SNS, 1, _problem_with_topic),
    )
}
