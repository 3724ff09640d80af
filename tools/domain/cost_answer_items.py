"""Answers of Cost Explorer as items of the state table: compressed, in as many parts as their size asks for."""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from tools.domain.audit import position_of
from tools.domain.cost_answers import KeptAnswer
from tools.domain.state_items import EXPIRY, PARTITION, SORT, Item

ASKED_AT: Final = "asked_at"
MOST_BYTES: Final = 300_000
"""What one part holds, so that its item stays under DynamoDB's 400 KB."""

_KEPT = timedelta(days=2)


def cost_answers_of(account_id: str) -> str:
    """The partition of what Cost Explorer answered to the agent of an account."""
    return f"{account_id}#costs"


def place_of(question: str, day: date) -> str:
    """What the sort keys of an answer's parts begin with."""
    return f"{day.isoformat()}#{sha256(question.encode()).hexdigest()[:40]}#"


def cost_answer_items(account_id: str, answer: KeptAnswer) -> list[Item]:
    """The answer's parts."""
    packed = base64.b64encode(zlib.compress(answer.text.encode(), level=6)).decode()
    pieces = [packed[start : start + MOST_BYTES] for start in range(0, len(packed), MOST_BYTES)]
    place = place_of(answer.question, answer.asked_at.date())
    return [
        {
            PARTITION: cost_answers_of(account_id),
            SORT: f"{place}{number:03d}",
            ASKED_AT: position_of(answer.asked_at),
            "parts": len(pieces),
            "digest": _digest(answer.question, packed),
            "answer": piece,
            EXPIRY: int((answer.asked_at.astimezone(UTC) + _KEPT).timestamp()),
        }
        for number, piece in enumerate(pieces)
    ]


def cost_answer_from(question: str, items: Sequence[Mapping[str, Any]]) -> KeptAnswer | None:
    """The parts of one answer, in their order, as the answer; None where they are not all of one.

    Whoever reads while another writes may see parts of two answers.
    """
    if not items:
        return None
    packed = "".join(each["answer"] for each in items[: int(items[0]["parts"])])
    if items[0]["digest"] != _digest(question, packed):
        return None
    try:
        text = zlib.decompress(base64.b64decode(packed)).decode()
    except (binascii.Error, zlib.error):
        return None
    return KeptAnswer(question=question, asked_at=datetime.fromisoformat(items[0][ASKED_AT]), text=text)


def _digest(question: str, packed: str) -> str:
    return sha256(f"{question}\n{packed}".encode()).hexdigest()
