"""The last good text of a rules file, which stays in force while the file cannot be used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tools.domain.audit import position_of
from tools.domain.state_items import PARTITION, SORT, Item

KEPT_AT = "kept_at"


@dataclass(frozen=True, slots=True)
class KeptRules:
    """A text that was good, where it comes from, and when it was read."""

    source: str
    text: str
    kept_at: datetime


def rules_of(account_id: str) -> str:
    """The partition of the rules that the agent of an account has read."""
    return f"{account_id}#governance"


def rules_item(account_id: str, kept: KeptRules) -> Item:
    """A text as an item."""
    return {
        PARTITION: rules_of(account_id),
        SORT: kept.source,
        "text": kept.text,
        KEPT_AT: position_of(kept.kept_at),
    }


def kept_rules_from(item: Mapping[str, Any]) -> KeptRules:
    """An item as the text it holds."""
    return KeptRules(item[SORT], item["text"], datetime.fromisoformat(item[KEPT_AT]))
