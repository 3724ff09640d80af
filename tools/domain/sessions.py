"""Sessions: what was asked and answered so far, for questions that follow. Keys and shapes: `state_items`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from tools.domain.state_items import EXPIRY, PARTITION, SORT, Item

VERSION = "version"
MOST_TURNS = 20
MOST_CHARACTERS = 60_000
"""Of all questions and answers of a session; the oldest are forgotten first."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One question and its answer, as the caller saw it."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One caller's conversation. `version` is raised by every change of it; 0 is one that was never kept."""

    key: str
    version: int = 0
    turns: tuple[Turn, ...] = ()
    expires_at: datetime | None = None

    def remembered(self, now: datetime) -> tuple[Turn, ...]:
        """The turns that still count: DynamoDB deletes what is over only some time after."""
        return self.turns if self.expires_at is not None and now < self.expires_at else ()

    def with_turn(self, turn: Turn, now: datetime, until: datetime) -> Session:
        """The session with one more turn, kept until then; as many of the latest turns as there is room for."""
        turns = [*self.remembered(now), turn][-MOST_TURNS:]
        while (
            len(turns) > 1 and sum(len(each.question) + len(each.answer) for each in turns) > MOST_CHARACTERS
        ):
            turns = turns[1:]
        return replace(self, version=self.version + 1, turns=tuple(turns), expires_at=until)


def session_key(source: str, principal: str | None, session_id: str) -> str:
    """The key of a caller's session: nobody who is told apart from that caller comes to the same."""
    return hashlib.sha256(json.dumps([source, principal, session_id]).encode()).hexdigest()


def sessions_of(account_id: str) -> str:
    """The partition of the sessions of an account's agent."""
    return f"{account_id}#sessions"


def session_item(account_id: str, session: Session) -> Item:
    """A session as an item. Raises ValueError for one that was never kept."""
    if session.expires_at is None:
        raise ValueError("a session without a turn is not kept")
    return {
        PARTITION: sessions_of(account_id),
        SORT: session.key,
        VERSION: session.version,
        "turns": json.dumps([[each.question, each.answer] for each in session.turns], ensure_ascii=False),
        "until": session.expires_at.isoformat(),
        EXPIRY: int(session.expires_at.timestamp()),
    }


def session_from(item: Mapping[str, Any]) -> Session:
    """An item as the session it holds."""
    return Session(
        key=item[SORT],
        version=int(item[VERSION]),
        turns=tuple(Turn(question, answer) for question, answer in json.loads(item["turns"])),
        expires_at=datetime.fromisoformat(item["until"]),
    )
