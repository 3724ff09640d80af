"""Received messages in the state table."""

from __future__ import annotations

from tools.aws.state_table import StateTable
from tools.domain.inbox import ReceivedMessage
from tools.domain.inbox_items import inbox_of, received_from, received_item


class DynamoDbInbox:
    """`Inbox` on the state table."""

    def __init__(self, table: StateTable) -> None:
        self._table = table

    def received(self, account_id: str, message_id: str) -> ReceivedMessage | None:
        """Query one sort key."""
        found = self._table.all_in(inbox_of(account_id), earliest=message_id, latest=message_id)
        return received_from(found[0]) if found else None

    def keep_received(self, message: ReceivedMessage) -> bool:
        """PutItem where there is none of that id."""
        return self._table.put(received_item(message))
