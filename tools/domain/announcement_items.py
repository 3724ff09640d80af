"""Announcements as items of the state table, and back. Keys and shapes: `tools.domain.state_items`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from tools.domain.announcements import Announcement, AnnouncementType, Delivery, DeliveryState
from tools.domain.audit import position_of
from tools.domain.state_items import EXPIRY, PARTITION, SORT, Item

REVISION = "revision"
TOLD_KEPT = timedelta(days=90)


def outbox_of(account_id: str) -> str:
    """The partition of an account's announcements that are not told to everybody yet."""
    return f"{account_id}#outbox"


def told_of(account_id: str) -> str:
    """The partition of an account's announcements that every channel is done with."""
    return f"{account_id}#told"


def announcement_item(announcement: Announcement) -> Item:
    """A pending announcement as an item."""
    claimed = announcement.claimed_until
    return {
        PARTITION: outbox_of(announcement.account_id),
        SORT: announcement.id,
        REVISION: announcement.revision,
        "announcement": json.dumps(_document(announcement), ensure_ascii=False),
        **({} if claimed is None else {"claimed_until": position_of(claimed)}),
    }


def told_item(announcement: Announcement, now: datetime) -> Item:
    """An announcement that every channel is done with as an item."""
    return {
        PARTITION: told_of(announcement.account_id),
        SORT: announcement.id,
        REVISION: announcement.revision,
        "announcement": json.dumps(_document(announcement), ensure_ascii=False),
        EXPIRY: int((now + TOLD_KEPT).timestamp()),
    }


def announcement_from(item: Mapping[str, Any]) -> Announcement:
    """An item as the announcement it holds."""
    document = json.loads(item["announcement"])
    claimed = item.get("claimed_until")
    return Announcement(
        id=item[SORT],
        account_id=document["account_id"],
        at=datetime.fromisoformat(document["at"]),
        type=AnnouncementType(document["type"]),
        event=document["event"],
        data=document["data"],
        budget_name=document["budget_name"],
        deliveries={channel: _delivery_from(each) for channel, each in document["deliveries"].items()},
        claimed_until=None if claimed is None else datetime.fromisoformat(claimed),
        revision=int(item[REVISION]),
    )


def _document(announcement: Announcement) -> dict[str, Any]:
    return {
        "account_id": announcement.account_id,
        "at": position_of(announcement.at),
        "type": announcement.type.value,
        "event": announcement.event,
        "data": dict(announcement.data),
        "budget_name": announcement.budget_name,
        "deliveries": {
            channel: {
                "state": each.state.value,
                "attempts": each.attempts,
                "remaining": None if each.remaining is None else list(each.remaining),
                "reached": each.reached,
                "last_error": each.last_error,
            }
            for channel, each in announcement.deliveries.items()
        },
    }


def _delivery_from(document: Mapping[str, Any]) -> Delivery:
    remaining = document["remaining"]
    return Delivery(
        state=DeliveryState(document["state"]),
        attempts=document["attempts"],
        remaining=None if remaining is None else tuple(remaining),
        reached=document["reached"],
        last_error=document["last_error"],
    )
