"""Requests with the replies they get from the company on the embedded AWS, one file each.

A file holds `title`, `request`, `reply`, and optionally `after`: names of events that are sent before it to
the same account, `remembers`: whether the agent has its state table, `asks`: whether it has a model, which is the
built-in one of the embedded AWS, and `at`: the moment of the request, to which
the account's clock moves after what was sent before, each its own, so that AWS refreshes budgets in between. Files
are named `NN_name.json`; the demo and the documents use them by name.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Event:
    """One request and its reply."""

    name: str
    path: Path
    title: str
    request: Any
    reply: Any
    after: tuple[str, ...]
    remembers: bool
    at: datetime | None = None
    asks: bool = False


@cache
def events() -> list[Event]:
    """All events, in the order of their files."""
    return [_read(path) for path in sorted(FOLDER.glob("*.json"))]


def _read(path: Path) -> Event:
    content = json.loads(path.read_text(encoding="utf-8"))
    return Event(
        name=path.stem.split("_", 1)[1],
        path=path,
        title=content["title"],
        request=content["request"],
        reply=content.get("reply"),
        after=tuple(content.get("after", ())),
        remembers=content.get("remembers", False),
        at=datetime.fromisoformat(content["at"]) if "at" in content else None,
        asks=content.get("asks", False),
    )
