"""Received messages as items of the state table, and back. Keys and shapes: `tools.domain.state_items`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from tools.domain.audit import position_of
from tools.domain.inbox import MessageOutcome, ReceivedMessage
from tools.domain.state_items import BUDGET, EXPIRY, OUTCOME, PARTITION, SORT, Item

RECEIVED_KEPT = timedelta(days=90)

_TEXTS = ("topic_arn", "subject", "text")


def inbox_of(account_id: str) -> str:
    """The partition of the messages that an account's agent received."""
    return f"{account_id}#inbox"


def received_item(message: ReceivedMessage) -> Item:
    """A received message as an item."""
    document = {
        "account_id": message.account_id,
        "reasons": list(message.reasons),
        "sent_at": None if message.sent_at is None else position_of(message.sent_at),
        "understood": None if message.understood is None else dict(message.understood),
        **{name: getattr(message, name) for name in _TEXTS},
    }
    return {
        PARTITION: inbox_of(message.account_id),
        SORT: message.message_id,
        "received_at": position_of(message.received_at),
        OUTCOME: message.outcome.value,
        **({} if message.budget_name is None else {BUDGET: message.budget_name}),
        "message": json.dumps(document, ensure_ascii=False),
        EXPIRY: int((message.received_at + RECEIVED_KEPT).timestamp()),
    }


def received_from(item: Mapping[str, Any]) -> ReceivedMessage:
    """An item as the message it holds."""
    document = json.loads(item["message"])
    sent_at = document["sent_at"]
    return ReceivedMessage(
        account_id=document["account_id"],
        message_id=item[SORT],
        received_at=datetime.fromisoformat(item["received_at"]),
        outcome=MessageOutcome(item[OUTCOME]),
        reasons=tuple(document["reasons"]),
        sent_at=None if sent_at is None else datetime.fromisoformat(sent_at),
        budget_name=item.get(BUDGET),
        understood=document["understood"],
        **{name: document[name] for name in _TEXTS},
    )
