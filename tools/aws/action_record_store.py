"""Records of budget actions in the state table, each change with its announcement in one transaction."""

from __future__ import annotations

from tools.aws.state_table import StateTable, where_equal
from tools.domain.action_record_items import (
    VERSION,
    action_record_from,
    action_record_item,
    action_records_of,
)
from tools.domain.action_records import ActionRecord, RecordChange
from tools.domain.announcement_items import announcement_item


class DynamoDbActionRecords:
    """`ActionRecordStore` on the state table."""

    def __init__(self, table: StateTable) -> None:
        self._table = table

    def action_records(self, account_id: str) -> list[ActionRecord]:
        """Query the account's partition."""
        return [action_record_from(each) for each in self._table.all_in(action_records_of(account_id))]

    def save_action_record(self, change: RecordChange) -> bool:
        """TransactWriteItems under the condition that the version is the one that was read."""
        before, after = change.before, change.after
        as_read = None if before is None else where_equal(VERSION, before.version)
        if after is not None:
            writes = [self._table.put_of(action_record_item(after), as_read)]
        elif before is not None and as_read is not None:
            writes = [self._table.delete_of(action_records_of(before.account_id), before.position, as_read)]
        else:
            raise ValueError("A record that is not there can only begin")
        if change.announcement is not None:
            writes.append(self._table.put_of(announcement_item(change.announcement)))
        return self._table.write_together(writes)
