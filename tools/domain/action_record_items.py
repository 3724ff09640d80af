"""Records of budget actions as items of the state table, and back. Keys and shapes: `tools.domain.state_items`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from tools.domain.action_records import ActionRecord
from tools.domain.audit import position_of
from tools.domain.money import Spend
from tools.domain.state_items import PARTITION, SORT, Item

VERSION = "version"


def action_records_of(account_id: str) -> str:
    """The partition of an account's records of budget actions."""
    return f"{account_id}#budget-actions"


def action_record_item(record: ActionRecord) -> Item:
    """A record as an item."""
    document = {
        "account_id": record.account_id,
        "budget_name": record.budget_name,
        "action_id": record.action_id,
        "status": record.status,
        "since": position_of(record.since),
        "limit": None if record.limit is None else [f"{record.limit.amount:f}", record.limit.unit],
        "failing": record.failing,
        "tries": record.tries,
        "reminded_at": None if record.reminded_at is None else position_of(record.reminded_at),
    }
    return {
        PARTITION: action_records_of(record.account_id),
        SORT: record.position,
        VERSION: record.version,
        "record": json.dumps(document, ensure_ascii=False),
    }


def action_record_from(item: Mapping[str, Any]) -> ActionRecord:
    """An item as the record it holds."""
    document = json.loads(item["record"])
    limit, reminded_at = document["limit"], document["reminded_at"]
    return ActionRecord(
        account_id=document["account_id"],
        budget_name=document["budget_name"],
        action_id=document["action_id"],
        status=document["status"],
        since=datetime.fromisoformat(document["since"]),
        limit=None if limit is None else Spend(Decimal(limit[0]), limit[1]),
        failing=document["failing"],
        tries=document["tries"],
        reminded_at=None if reminded_at is None else datetime.fromisoformat(reminded_at),
        version=int(item[VERSION]),
    )
