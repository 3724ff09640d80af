"""Budget snapshots as items of the state table, and back. Keys and shapes: `tools.domain.state_items`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from tools.domain.audit import position_of
from tools.domain.money import Spend
from tools.domain.periods import BudgetPeriod
from tools.domain.snapshots import Snapshot
from tools.domain.state_items import EXPIRY, PARTITION, SORT, Item
from tools.domain.status import BudgetStatus

AS_OF = "as_of"

_SPENDS = ("limit", "actual", "forecasted")


def snapshots_of(account_id: str, budget_name: str) -> str:
    """The partition of one budget's snapshots."""
    return f"{account_id}#snapshots#{budget_name}"


def latest_snapshots_of(account_id: str) -> str:
    """The partition of the latest snapshot of each of an account's budgets."""
    return f"{account_id}#latest-snapshots"


def snapshot_items(snapshot: Snapshot, kept_for: timedelta) -> tuple[Item, Item]:
    """A snapshot as the item of its day, and as the latest of its budget."""
    account_id, name = snapshot.account_id, snapshot.budget_name
    content: Item = {
        AS_OF: snapshot.as_of,
        "snapshot": json.dumps(_document(snapshot), ensure_ascii=False),
        EXPIRY: int((snapshot.taken_at + kept_for).timestamp()),
    }
    return (
        {PARTITION: snapshots_of(account_id, name), SORT: snapshot.day.isoformat(), **content},
        {PARTITION: latest_snapshots_of(account_id), SORT: name, **content},
    )


def snapshot_from(item: Mapping[str, Any]) -> Snapshot:
    """An item as the snapshot it holds."""
    document = json.loads(item["snapshot"])
    refreshed, status = document["refreshed"], document["status"]
    start, end = document["period"]
    return Snapshot(
        account_id=document["account_id"],
        budget_name=document["budget_name"],
        taken_at=datetime.fromisoformat(document["taken_at"]),
        refreshed=None if refreshed is None else datetime.fromisoformat(refreshed),
        period=BudgetPeriod(datetime.fromisoformat(start), datetime.fromisoformat(end)),
        status=None if status is None else BudgetStatus(status),
        **{name: _spend_from(document[name]) for name in _SPENDS},
    )


def _document(snapshot: Snapshot) -> dict[str, Any]:
    return {
        "account_id": snapshot.account_id,
        "budget_name": snapshot.budget_name,
        "taken_at": position_of(snapshot.taken_at),
        "refreshed": None if snapshot.refreshed is None else position_of(snapshot.refreshed),
        "period": [position_of(snapshot.period.start), position_of(snapshot.period.end)],
        "status": None if snapshot.status is None else snapshot.status.value,
        **{name: _spend_to(getattr(snapshot, name)) for name in _SPENDS},
    }


def _spend_to(spend: Spend | None) -> list[str] | None:
    return None if spend is None else [str(spend.amount), spend.unit]


def _spend_from(document: list[str] | None) -> Any:
    return None if document is None else Spend(Decimal(document[0]), document[1])
