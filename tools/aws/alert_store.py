"""Alerts in the state table: each step of their life with its announcement in one transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tools.aws.state_table import AFTER_EVERYTHING, BEFORE_EVERYTHING, StateTable, where_equal
from tools.domain.alert_items import (
    VERSION,
    alert_from,
    alert_item,
    alerts_of,
    past_alert_item,
    past_alerts_of,
)
from tools.domain.alerts import Alert, AlertChange, AlertKey
from tools.domain.announcement_items import announcement_item
from tools.domain.audit import position_of
from tools.ports.state import AlertPage


class DynamoDbAlerts:
    """`AlertStore` on the state table."""

    def __init__(self, table: StateTable) -> None:
        self._table = table

    def alerts(self, account_id: str) -> list[Alert]:
        """Query the account's partition."""
        return [alert_from(each) for each in self._table.all_in(alerts_of(account_id))]

    def alert(self, key: AlertKey) -> Alert | None:
        """Query one sort key."""
        position = key.position
        found = self._table.all_in(alerts_of(key.account_id), earliest=position, latest=position)
        return alert_from(found[0]) if found else None

    def save_alert(self, change: AlertChange) -> bool:
        """TransactWriteItems under the condition that the version is the one that was read."""
        writes = [self._write_of(change)]
        if change.leaves and change.after is not None:
            writes.append(self._table.put_of(past_alert_item(change.after)))
        if change.announcement is not None:
            writes.append(self._table.put_of(announcement_item(change.announcement)))
        return self._table.write_together(writes)

    def past_alerts(
        self,
        account_id: str,
        *,
        most: int,
        since: datetime | None = None,
        until: datetime | None = None,
        budget_name: str | None = None,
        before: str | None = None,
    ) -> AlertPage:
        """Query backwards."""
        items, last = self._table.newest(
            past_alerts_of(account_id),
            most=most,
            earliest=BEFORE_EVERYTHING if since is None else position_of(since),
            latest=AFTER_EVERYTHING if until is None else position_of(until),
            budget_name=budget_name,
            before=before,
        )
        return AlertPage([alert_from(each) for each in items], last)

    def _write_of(self, change: AlertChange) -> dict[str, Any]:
        before, after = change.before, change.after
        as_read = None if before is None else where_equal(VERSION, before.version)
        if after is not None and not change.leaves:
            return self._table.put_of(alert_item(after), as_read)
        if before is None or as_read is None:
            raise ValueError("An alert that is not there can only begin")
        return self._table.delete_of(alerts_of(before.key.account_id), before.key.position, as_read)
