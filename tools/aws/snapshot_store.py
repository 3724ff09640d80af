"""Budget snapshots in the state table: one a day for each budget, and the latest of each in one place."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from tools.aws.state_table import StateTable
from tools.domain.snapshot_items import (
    AS_OF,
    latest_snapshots_of,
    snapshot_from,
    snapshot_items,
    snapshots_of,
)
from tools.domain.snapshots import Snapshot


class DynamoDbSnapshots:
    """`SnapshotStore` on the state table."""

    def __init__(self, table: StateTable, snapshots_kept: timedelta) -> None:
        self._table = table
        self._snapshots_kept = snapshots_kept

    def latest_snapshots(self, account_id: str) -> Mapping[str, Snapshot]:
        """Query the account's latest ones."""
        found = [snapshot_from(each) for each in self._table.all_in(latest_snapshots_of(account_id))]
        return {each.budget_name: each for each in found}

    def keep_snapshot(self, snapshot: Snapshot) -> bool:
        """PutItem twice, each where nothing as new is: whoever is cut off in between is looked at again."""
        of_its_day, latest = snapshot_items(snapshot, self._snapshots_kept)
        is_kept = self._table.put(of_its_day, newer_by=AS_OF)
        self._table.put(latest, newer_by=AS_OF)
        return is_kept

    def snapshots(self, account_id: str, budget_name: str, since: date, until: date) -> list[Snapshot]:
        """Query the budget's days."""
        days = (since.isoformat(), (until - timedelta(days=1)).isoformat())
        if days[0] > days[1]:
            return []
        found = self._table.all_in(snapshots_of(account_id, budget_name), earliest=days[0], latest=days[1])
        return [snapshot_from(each) for each in found]
