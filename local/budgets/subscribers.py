"""Who is told: e-mail addresses and SNS topics, and how many of them."""

import re
from collections.abc import Iterable, Mapping

from local.budgets.errors import creation_limit, duplicate, invalid_parameter

Subscriber = Mapping[str, str]

# One topic and ten addresses per notification or action (Notification in the service model).
MOST_OF_A_KIND = {"SNS": 1, "EMAIL": 10}

_TOPIC = re.compile(r"arn:aws[a-z-]*:sns:[a-z0-9-]+:(\d{12}):([A-Za-z0-9_-]{1,256})(\.fifo)?")
_ADDRESS = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")


def accept_subscribers(subscribers: Iterable[Subscriber], account_id: str) -> list[Subscriber]:
    """The subscribers as stored. Raises Refused for a bad address, a duplicate, or too many of a kind.

    A topic has to be a standard one in the budget's own account (AWS Cost Management user guide, SNS topics
    for budgets). Whether it exists is seen when something is published, as with a topic deleted later.
    """
    accepted: list[Subscriber] = []
    for subscriber in subscribers:
        accepted = with_subscriber(accepted, subscriber, account_id)
    return accepted


def with_subscriber(
    subscribers: Iterable[Subscriber], added: Subscriber, account_id: str
) -> list[Subscriber]:
    """The subscribers and one more. Raises Refused as `accept_subscribers` does."""
    present = list(subscribers)
    kind, address = added["SubscriptionType"], added["Address"]
    _check_address(kind, address, account_id)
    stored = {"SubscriptionType": kind, "Address": address}
    if stored in present:
        raise duplicate("Error creating subscriber: the subscriber already exists.")
    most = MOST_OF_A_KIND[kind]
    if sum(one["SubscriptionType"] == kind for one in present) >= most:
        raise creation_limit(f"one notification can only have {most} subscribers with type of {kind}")
    return [*present, stored]


def _check_address(kind: str, address: str, account_id: str) -> None:
    if kind == "EMAIL":
        if not _ADDRESS.fullmatch(address):
            raise invalid_parameter("Please provide a valid email address")
        return
    topic = _TOPIC.fullmatch(address)
    if topic is None:
        raise invalid_parameter("Please comply with SNS ARN format")
    if topic[1] != account_id or topic[3]:
        raise invalid_parameter("Invalid SNS topic")
