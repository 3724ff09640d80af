"""The state table in DynamoDB behind `StateStore`: conditional writes and queries, no decisions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.exceptions import ClientError

from tools.aws.clients import DynamoDbClient
from tools.aws.errors import aws_errors
from tools.domain.audit import AuditEntry, Outcome, position_of
from tools.domain.errors import StateUnavailable
from tools.domain.state_items import (
    BUDGET,
    OUTCOME,
    PARTITION,
    SORT,
    audit_entry_from,
    audit_item,
    changes_of,
    completion_of,
)
from tools.gateways import AuditPage

PUT: Final = "dynamodb:PutItem"
UPDATE: Final = "dynamodb:UpdateItem"
QUERY: Final = "dynamodb:Query"

# DeleteItem is Powertools', which keeps the requests in the same table. It reads them with PutItem, whose failed
# condition shows the item it met.
PERMISSIONS: Mapping[str, tuple[str, ...]] = {
    "PutItem": (PUT,),
    "UpdateItem": (UPDATE,),
    "Query": (QUERY,),
    "DeleteItem": ("dynamodb:DeleteItem",),
}

_BEFORE_EVERYTHING = " "
_AFTER_EVERYTHING = "~"

_to_dynamodb = TypeSerializer()
_from_dynamodb = TypeDeserializer()


@contextmanager
def state_errors(permission: str, table: str) -> Iterator[None]:
    """Raise our errors for DynamoDB's, with what to do next."""
    with aws_errors(permission):
        try:
            yield
        except ClientError as error:
            if _code_of(error) != "ResourceNotFoundException":
                raise
            raise StateUnavailable(
                f"The state table '{table}' does not exist in this Region; create it, or name another in "
                "BUDGET_STATE_TABLE.",
                {"table": table},
            ) from error


class DynamoDbStateStore:
    """The state table. `client` is asked for at first use."""

    def __init__(self, client: Callable[[], DynamoDbClient], table: str) -> None:
        self._client = client
        self._table = table

    def begin_change(self, entry: AuditEntry) -> None:
        """PutItem where there is none of that key."""
        with state_errors(PUT, self._table), _done_by_an_earlier_try():
            self._client().put_item(
                TableName=self._table,
                Item=_item_to(audit_item(entry)),
                ConditionExpression="attribute_not_exists(#pk)",
                ExpressionAttributeNames={"#pk": PARTITION},
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )

    def finish_change(self, entry: AuditEntry) -> None:
        """UpdateItem where the outcome is open still."""
        completion = completion_of(entry)
        with state_errors(UPDATE, self._table), _done_by_an_earlier_try():
            self._client().update_item(
                TableName=self._table,
                Key=_item_to({PARTITION: changes_of(entry.account_id), SORT: entry.position}),
                UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in completion),
                ConditionExpression=f"#{OUTCOME} = :open",
                ExpressionAttributeNames={f"#{name}": name for name in completion},
                ExpressionAttributeValues=_item_to(
                    {
                        ":open": Outcome.STARTED.value,
                        **{f":{name}": text for name, text in completion.items()},
                    }
                ),
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )

    def changes(
        self,
        account_id: str,
        *,
        most: int,
        since: datetime | None = None,
        until: datetime | None = None,
        budget_name: str | None = None,
        before: str | None = None,
    ) -> AuditPage:
        """Query backwards until there are enough; DynamoDB filters after it has counted."""
        earliest = _BEFORE_EVERYTHING if since is None else position_of(since)
        latest = _AFTER_EVERYTHING if until is None else position_of(until)
        if not earliest <= (before or latest) <= latest or earliest > latest:
            return AuditPage([], None)
        request = _query(account_id, earliest, latest, budget_name)
        if before is not None:
            request["ExclusiveStartKey"] = _item_to({PARTITION: changes_of(account_id), SORT: before})
        entries: list[AuditEntry] = []
        # One more than asked for tells whether there are more.
        while len(entries) <= most:
            with state_errors(QUERY, self._table):
                reply = self._client().query(TableName=self._table, Limit=most + 1, **request)
            entries += [audit_entry_from(_item_from(each)) for each in reply["Items"]]
            if "LastEvaluatedKey" not in reply:
                break
            request["ExclusiveStartKey"] = reply["LastEvaluatedKey"]
        shown = entries[:most]
        return AuditPage(shown, shown[-1].position if len(entries) > most else None)


@contextmanager
def _done_by_an_earlier_try() -> Iterator[None]:
    """A write whose answer was lost is sent again by botocore, and finds what it has written itself.

    Entries have ids of their own, so nobody else can have written the item that the condition met. Where it met
    none, the entry is gone: StateUnavailable.
    """
    try:
        yield
    except ClientError as error:
        if _code_of(error) != "ConditionalCheckFailedException":
            raise
        if "Item" not in error.response:
            raise StateUnavailable("The audit entry is not in the state table any more.") from error


def _query(account_id: str, earliest: str, latest: str, budget_name: str | None) -> dict[str, Any]:
    """Positions are moments with an id behind them: those of `latest` itself come after it, and are left out."""
    request: dict[str, Any] = {
        "ScanIndexForward": False,
        "KeyConditionExpression": "#pk = :pk AND #sk BETWEEN :earliest AND :latest",
        "ExpressionAttributeNames": {"#pk": PARTITION, "#sk": SORT},
    }
    values = {":pk": changes_of(account_id), ":earliest": earliest, ":latest": latest}
    if budget_name is not None:
        request["FilterExpression"] = "#budget = :budget"
        request["ExpressionAttributeNames"]["#budget"] = BUDGET
        values[":budget"] = budget_name
    request["ExpressionAttributeValues"] = _item_to(values)
    return request


def _code_of(error: ClientError) -> str | None:
    return error.response.get("Error", {}).get("Code")


def _item_to(item: Mapping[str, str]) -> dict[str, Any]:
    return {name: _to_dynamodb.serialize(value) for name, value in item.items()}


def _item_from(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _from_dynamodb.deserialize(value) for name, value in item.items()}
