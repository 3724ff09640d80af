"""Connections as items of the state table, and back. Keys and shapes: `tools.domain.state_items`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tools.domain.audit import position_of
from tools.domain.connections import Connection, Subscription
from tools.domain.state_items import EXPIRY, PARTITION, SORT, Item

SUBSCRIPTIONS = "subscriptions"


def connections_of(account_id: str) -> str:
    """The partition of the connections to the WebSocket API of an account's agent."""
    return f"{account_id}#connections"


def connection_item(account_id: str, connection: Connection) -> Item:
    """A connection as an item."""
    connected_at, expires_at = connection.connected_at, connection.expires_at
    return {
        PARTITION: connections_of(account_id),
        SORT: connection.id,
        SUBSCRIPTIONS: subscriptions_text(connection.subscriptions),
        **({} if connected_at is None else {"connected_at": position_of(connected_at)}),
        **({} if expires_at is None else {EXPIRY: int(expires_at.timestamp())}),
    }


def connection_from(item: Mapping[str, Any]) -> Connection:
    """An item as the connection it holds."""
    connected_at, expires_at = item.get("connected_at"), item.get(EXPIRY)
    return Connection(
        id=item[SORT],
        subscriptions=tuple(Subscription(**each) for each in json.loads(item[SUBSCRIPTIONS])),
        connected_at=None if connected_at is None else datetime.fromisoformat(connected_at),
        expires_at=None if expires_at is None else datetime.fromtimestamp(int(expires_at), UTC),
    )


def subscriptions_text(subscriptions: tuple[Subscription, ...]) -> str:
    """Subscriptions as the JSON text of an item."""
    return json.dumps(
        [{"account_id": each.account_id, "budget_name": each.budget_name} for each in subscriptions],
        ensure_ascii=False,
    )
