"""Connections to WebSocket APIs in DynamoDB: in the state table, and in the table of somebody's own API."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final

from botocore.exceptions import ClientError

from tools.aws.clients import DynamoDbClient
from tools.aws.errors import aws_errors
from tools.aws.state_table import StateTable, code_of, where_equal
from tools.domain.connection_items import (
    SUBSCRIPTIONS,
    connection_from,
    connection_item,
    connections_of,
    subscriptions_text,
)
from tools.domain.connections import Connection, Subscription
from tools.domain.errors import StateUnavailable
from tools.domain.state_items import SORT

SCAN: Final = "dynamodb:Scan"
DELETE: Final = "dynamodb:DeleteItem"

PERMISSIONS: Mapping[str, tuple[str, ...]] = {"Scan": (SCAN,), "DeleteItem": (DELETE,)}

_KEY: Final = "connectionId"


class DynamoDbConnections:
    """`ConnectionStore` on the state table, for the agent of one account."""

    def __init__(self, table: StateTable, account_id: str) -> None:
        self._table = table
        self._account_id = account_id

    def connections(self, now: datetime) -> list[Connection]:
        """Query the account's connections; DynamoDB deletes items late, so those that are over are left out."""
        found = [connection_from(each) for each in self._table.all_in(connections_of(self._account_id))]
        return [each for each in found if not each.is_over(now)]

    def connect(self, connection: Connection) -> None:
        """Put it where none of its id is."""
        self._table.write_together([self._table.put_of(connection_item(self._account_id, connection))])

    def connection(self, connection_id: str) -> Connection | None:
        """Query for the one."""
        partition = connections_of(self._account_id)
        found = self._table.all_in(partition, earliest=connection_id, latest=connection_id)
        return connection_from(found[0]) if found else None

    def subscribe(self, before: Connection, after: Connection) -> bool:
        """Put it where the subscriptions are those that were read."""
        condition = where_equal(SUBSCRIPTIONS, subscriptions_text(before.subscriptions))
        item = connection_item(self._account_id, after)
        return self._table.write_together([self._table.put_of(item, condition)])

    def forget(self, connection_id: str) -> None:
        """Delete it if it is there."""
        condition = where_equal(SORT, connection_id)
        partition = connections_of(self._account_id)
        self._table.write_together([self._table.delete_of(partition, connection_id, condition)])


class OwnersConnections:
    """`ConnectionSource` on the table of an API that is not the agent's: it is read, and the gone are deleted.

    An item has `connectionId`, and, if the owner likes, `account_id` and `budget_name` as texts, which narrow what
    the connection is told; without them it is told everything.
    """

    def __init__(self, client: Callable[[], DynamoDbClient], table: str) -> None:
        self._client = client
        self._table = table

    def connections(self, now: datetime) -> list[Connection]:
        """Scan all pages of the table; when a connection ends, its owner knows."""
        del now
        request: dict[str, Any] = {"TableName": self._table, "ConsistentRead": True}
        found: list[Connection] = []
        while True:
            with self._errors(SCAN):
                reply = self._client().scan(**request)
            found += [_connection_in(each) for each in reply["Items"] if _text(each, _KEY)]
            if "LastEvaluatedKey" not in reply:
                return found
            request["ExclusiveStartKey"] = reply["LastEvaluatedKey"]

    def forget(self, connection_id: str) -> None:
        """DeleteItem, which is content when there is none."""
        with self._errors(DELETE):
            self._client().delete_item(TableName=self._table, Key={_KEY: {"S": connection_id}})

    @contextmanager
    def _errors(self, permission: str) -> Iterator[None]:
        with aws_errors(permission):
            try:
                yield
            except ClientError as error:
                if code_of(error) != "ResourceNotFoundException":
                    raise
                raise StateUnavailable(
                    f"The table of WebSocket connections '{self._table}' does not exist in this Region; name "
                    "another in WEBSOCKET_CONNECTIONS_TABLE.",
                    {"table": self._table},
                ) from error


def _connection_in(item: Mapping[str, Any]) -> Connection:
    narrowed = Subscription(_text(item, "account_id"), _text(item, "budget_name"))
    return Connection(id=str(_text(item, _KEY)), subscriptions=(narrowed,))


def _text(item: Mapping[str, Any], name: str) -> str | None:
    text: str | None = item.get(name, {}).get("S")
    return text or None
