"""The state table in DynamoDB: its calls, their permissions, and what a failed condition means."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.exceptions import ClientError

from tools.aws.clients import DynamoDbClient
from tools.aws.errors import aws_errors
from tools.domain.errors import StateUnavailable
from tools.domain.state_items import BUDGET, PARTITION, SORT, Item

PUT: Final = "dynamodb:PutItem"
UPDATE: Final = "dynamodb:UpdateItem"
QUERY: Final = "dynamodb:Query"
DELETE: Final = "dynamodb:DeleteItem"

# Powertools keeps the requests in the same table with PutItem, whose failed condition shows the item it met, with
# UpdateItem and DeleteItem. A transaction needs the permissions of what it consists of.
PERMISSIONS: Mapping[str, tuple[str, ...]] = {
    "PutItem": (PUT,),
    "UpdateItem": (UPDATE,),
    "Query": (QUERY,),
    "DeleteItem": (DELETE,),
    "TransactWriteItems": (PUT, DELETE),
}

BEFORE_EVERYTHING: Final = " "
AFTER_EVERYTHING: Final = "~"
_NOT_THERE: Final = "attribute_not_exists(#pk)"
_OVERTAKEN: Final = {"ConditionalCheckFailed", "TransactionConflict"}

_to_dynamodb = TypeSerializer()
_from_dynamodb = TypeDeserializer()


@contextmanager
def state_errors(permission: str, table: str) -> Iterator[None]:
    """Raise our errors for DynamoDB's, with what to do next."""
    with aws_errors(permission):
        try:
            yield
        except ClientError as error:
            if code_of(error) != "ResourceNotFoundException":
                raise
            raise StateUnavailable(
                f"The state table '{table}' does not exist in this Region; create it, or name another in "
                "BUDGET_STATE_TABLE.",
                {"table": table},
            ) from error


def code_of(error: ClientError) -> str | None:
    """AWS's code of an error."""
    code: str | None = error.response.get("Error", {}).get("Code")
    return code


def item_to(item: Mapping[str, Any]) -> dict[str, Any]:
    """Attributes as DynamoDB takes them."""
    return {name: _to_dynamodb.serialize(value) for name, value in item.items()}


def item_from(item: Mapping[str, Any]) -> dict[str, Any]:
    """Attributes as they were given."""
    return {name: _from_dynamodb.deserialize(value) for name, value in item.items()}


class StateTable:
    """The table. `client` is asked for at first use."""

    def __init__(self, client: Callable[[], DynamoDbClient], name: str) -> None:
        self.client = client
        self.name = name

    def newest(
        self,
        partition: str,
        *,
        most: int,
        earliest: str = BEFORE_EVERYTHING,
        latest: str = AFTER_EVERYTHING,
        budget_name: str | None = None,
        before: str | None = None,
    ) -> tuple[list[dict[str, Any]], str | None]:
        """The last items of a partition, the latest first, at most so many; and where the last of them stands.

        None when there are no more. Bounds are sort keys; `before` continues before one. DynamoDB filters after it
        has counted, so this asks until there are enough.
        """
        if not earliest <= (before or latest) <= latest or earliest > latest:
            return [], None
        request = self._between(partition, earliest, latest, budget_name)
        request.update(ScanIndexForward=False, Limit=most + 1)
        if before is not None:
            request["ExclusiveStartKey"] = item_to({PARTITION: partition, SORT: before})
        found: list[dict[str, Any]] = []
        # One more than asked for tells whether there are more.
        while len(found) <= most:
            reply = self._query(request)
            found += [item_from(each) for each in reply["Items"]]
            if "LastEvaluatedKey" not in reply:
                break
            request["ExclusiveStartKey"] = reply["LastEvaluatedKey"]
        shown = found[:most]
        return shown, shown[-1][SORT] if len(found) > most else None

    def all_in(
        self, partition: str, *, earliest: str | None = None, latest: str | None = None
    ) -> list[dict[str, Any]]:
        """Every item of a partition as it stands now, or those between two sort keys, both inclusive."""
        if earliest is None or latest is None:
            request = _whole(partition)
        else:
            request = self._between(partition, earliest, latest, None)
        request["ConsistentRead"] = True
        found: list[dict[str, Any]] = []
        while True:
            reply = self._query(request)
            found += [item_from(each) for each in reply["Items"]]
            if "LastEvaluatedKey" not in reply:
                return found
            request["ExclusiveStartKey"] = reply["LastEvaluatedKey"]

    def put(self, item: Item, *, newer_by: str | None = None) -> bool:
        """Put an item where none of its key is, or one whose attribute `newer_by` is lower; whether it was put.

        A put whose answer was lost is sent again by botocore and meets itself: False, and the item is there.
        """
        condition = _where_none_is() if newer_by is None else _where_none_or_lower(newer_by, item)
        with state_errors(PUT, self.name):
            try:
                self.client().put_item(TableName=self.name, Item=item_to(item), **condition)
            except ClientError as error:
                if code_of(error) != "ConditionalCheckFailedException":
                    raise
                return False
        return True

    def write_together(self, writes: Sequence[Mapping[str, Any]]) -> bool:
        """Carry out all of these writes or none; False when the condition of one does not hold.

        False too when another transaction was at one of the items: who reads them again sees which came first.
        """
        with state_errors(PUT, self.name):
            try:
                self.client().transact_write_items(TransactItems=list(writes))
            except ClientError as error:
                if not _was_overtaken(error):
                    raise
                return False
        return True

    def put_of(self, item: Item, condition: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """A write that puts an item: where none of its key is, unless another condition is given."""
        return {"Put": {"TableName": self.name, "Item": item_to(item), **(condition or _where_none_is())}}

    def delete_of(self, partition: str, sort: str, condition: Mapping[str, Any]) -> dict[str, Any]:
        """A write that deletes an item under a condition."""
        return {"Delete": {"TableName": self.name, "Key": _key(partition, sort), **condition}}

    def absence_of(self, partition: str, sort: str) -> dict[str, Any]:
        """A write that deletes nothing, and is refused where there is such an item.

        A ConditionCheck says the same, and would be one more permission.
        """
        return self.delete_of(partition, sort, _where_none_is())

    def _query(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        with state_errors(QUERY, self.name):
            return self.client().query(TableName=self.name, **request)

    def _between(self, partition: str, earliest: str, latest: str, budget_name: str | None) -> dict[str, Any]:
        """Sort keys of moments have an id behind them: those of `latest` itself come after it, and stay out."""
        request: dict[str, Any] = {
            "KeyConditionExpression": "#pk = :pk AND #sk BETWEEN :earliest AND :latest",
            "ExpressionAttributeNames": {"#pk": PARTITION, "#sk": SORT},
        }
        values = {":pk": partition, ":earliest": earliest, ":latest": latest}
        if budget_name is not None:
            request["FilterExpression"] = "#budget = :budget"
            request["ExpressionAttributeNames"]["#budget"] = BUDGET
            values[":budget"] = budget_name
        request["ExpressionAttributeValues"] = item_to(values)
        return request


def _was_overtaken(error: ClientError) -> bool:
    """Whether a transaction was cancelled because of what others have written, and of nothing else.

    Source: DynamoDB API, TransactionCanceledException; `None` is the reason of the items that are not at fault.
    """
    reasons: Any = error.response.get("CancellationReasons", [])
    codes = {reason.get("Code") for reason in reasons} - {"None", None}
    return code_of(error) == "TransactionCanceledException" and bool(codes) and codes <= _OVERTAKEN


def where_equal(attribute: str, value: str | int) -> dict[str, Any]:
    """The condition that the item there has this value."""
    return {
        "ConditionExpression": "#attribute = :value",
        "ExpressionAttributeNames": {"#attribute": attribute},
        "ExpressionAttributeValues": item_to({":value": value}),
    }


def _where_none_is() -> dict[str, Any]:
    return {"ConditionExpression": _NOT_THERE, "ExpressionAttributeNames": {"#pk": PARTITION}}


def _where_none_or_lower(attribute: str, item: Item) -> dict[str, Any]:
    return {
        "ConditionExpression": f"{_NOT_THERE} OR #attribute < :value",
        "ExpressionAttributeNames": {"#pk": PARTITION, "#attribute": attribute},
        "ExpressionAttributeValues": item_to({":value": item[attribute]}),
    }


def _whole(partition: str) -> dict[str, Any]:
    """Without bounds: a sort key that begins with a budget's name may begin with any character."""
    return {
        "KeyConditionExpression": "#pk = :pk",
        "ExpressionAttributeNames": {"#pk": PARTITION},
        "ExpressionAttributeValues": item_to({":pk": partition}),
    }


def _key(partition: str, sort: str) -> dict[str, Any]:
    return item_to({PARTITION: partition, SORT: sort})
