"""Audit entries in the state table."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from botocore.exceptions import ClientError

from tools.aws.state_table import (
    AFTER_EVERYTHING,
    BEFORE_EVERYTHING,
    PUT,
    UPDATE,
    StateTable,
    code_of,
    item_to,
    state_errors,
)
from tools.domain.audit import AuditEntry, Outcome, position_of
from tools.domain.errors import StateUnavailable
from tools.domain.state_items import (
    OUTCOME,
    PARTITION,
    SORT,
    audit_entry_from,
    audit_item,
    changes_of,
    completion_of,
)
from tools.ports.state import AuditPage


class DynamoDbChanges:
    """`ChangeStore` on the state table."""

    def __init__(self, table: StateTable) -> None:
        self._table = table

    def begin_change(self, entry: AuditEntry) -> None:
        """PutItem where there is none of that key."""
        with state_errors(PUT, self._table.name), _done_by_an_earlier_try():
            self._table.client().put_item(
                TableName=self._table.name,
                Item=item_to(audit_item(entry)),
                ConditionExpression="attribute_not_exists(#pk)",
                ExpressionAttributeNames={"#pk": PARTITION},
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )

    def finish_change(self, entry: AuditEntry) -> None:
        """UpdateItem where the outcome is open still."""
        completion = completion_of(entry)
        with state_errors(UPDATE, self._table.name), _done_by_an_earlier_try():
            self._table.client().update_item(
                TableName=self._table.name,
                Key=item_to({PARTITION: changes_of(entry.account_id), SORT: entry.position}),
                UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in completion),
                ConditionExpression=f"#{OUTCOME} = :open",
                ExpressionAttributeNames={f"#{name}": name for name in completion},
                ExpressionAttributeValues=item_to(
                    {
                        ":open": Outcome.STARTED.value,
                        **{f":{name}": text for name, text in completion.items()},
                    }
                ),
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )

    def change(self, account_id: str, position: str) -> AuditEntry | None:
        """Query one sort key."""
        found = self._table.all_in(changes_of(account_id), earliest=position, latest=position)
        return audit_entry_from(found[0]) if found else None

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
        """Query backwards."""
        items, last = self._table.newest(
            changes_of(account_id),
            most=most,
            earliest=BEFORE_EVERYTHING if since is None else position_of(since),
            latest=AFTER_EVERYTHING if until is None else position_of(until),
            budget_name=budget_name,
            before=before,
        )
        return AuditPage([audit_entry_from(each) for each in items], last)


@contextmanager
def _done_by_an_earlier_try() -> Iterator[None]:
    """A write whose answer was lost is sent again by botocore, and finds what it has written itself.

    Entries have ids of their own, so nobody else can have written the item that the condition met. Where it met
    none, the entry is gone: StateUnavailable.
    """
    try:
        yield
    except ClientError as error:
        if code_of(error) != "ConditionalCheckFailedException":
            raise
        if "Item" not in error.response:
            raise StateUnavailable("The audit entry is not in the state table any more.") from error
