"""Pages of a reply: as many entries as were asked for and as fit, and a token for the rest."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from tools.domain.errors import InvalidParameters

LARGEST_PAGE_BYTES = 4_500_000
"""Lambda returns at most 6 MB synchronously; the rest is room for what surrounds the entries."""

MOST_NAMES = 500
"""How many names a list beside the entries gives, next to the count of all."""

Entry = TypeVar("Entry")


@dataclass(frozen=True, slots=True)
class Page(Generic[Entry]):
    """Some entries, how many there are beyond them, and the token that continues; None at the end."""

    entries: list[Entry]
    left_out: int
    next_token: str | None


def page_of(
    entries: Sequence[Entry],
    *,
    key: Callable[[Entry], str],
    size: int,
    bytes_of: Callable[[Entry], int],
    token: str | None,
    question: Any,
    largest_bytes: int = LARGEST_PAGE_BYTES,
) -> Page[Entry]:
    """The page after `token` of entries in their order; keys are unique.

    `question` is what was asked; a token of another question is refused. An entry that went away in
    between does not break the row: the page continues after the last entry that was seen, by position when
    it is gone. At least one entry is always given, however large. Raises InvalidParameters for a bad token.
    """
    mark = _mark_of(question)
    begin = 0 if token is None else _position_after(_read(token, mark), [key(each) for each in entries])
    chosen = as_many_as_fit(entries[begin : begin + size], bytes_of, largest_bytes)
    end = begin + len(chosen)
    left_out = len(entries) - end
    following = _write(mark, end, key(entries[end - 1])) if left_out > 0 else None
    return Page(chosen, max(left_out, 0), following)


def token_after(key: str, question: Any) -> str:
    """A token that continues after the entry of this key, where entries are asked for by key."""
    return _write(_mark_of(question), 0, key)


def key_in(token: str, question: Any) -> str:
    """The key that a token of this question continues after. Raises InvalidParameters for a bad token."""
    return _read(token, _mark_of(question))[1]


def as_many_as_fit(
    entries: Sequence[Entry], bytes_of: Callable[[Entry], int], largest_bytes: int = LARGEST_PAGE_BYTES
) -> list[Entry]:
    """The first entries that fit into a reply together; always one, however large."""
    chosen: list[Entry] = []
    room = largest_bytes
    for entry in entries:
        room -= bytes_of(entry)
        if room < 0 and chosen:
            break
        chosen.append(entry)
    return chosen


def _position_after(last: tuple[int, str], keys: list[str]) -> int:
    position, name = last
    return keys.index(name) + 1 if name in keys else min(position, len(keys))


def _mark_of(question: Any) -> str:
    text = json.dumps(question, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _write(mark: str, position: int, name: str) -> str:
    return base64.urlsafe_b64encode(json.dumps([mark, position, name]).encode()).decode()


def _read(token: str, mark: str) -> tuple[int, str]:
    try:
        of_question, position, name = json.loads(base64.urlsafe_b64decode(token.encode()))
    except (binascii.Error, ValueError) as error:
        raise InvalidParameters.because(
            "next_token", "is not a token of this action", "the next_token of the reply before"
        ) from error
    if of_question != mark:
        raise InvalidParameters.because(
            "next_token", "belongs to another request", "the same parameters as in the request before"
        )
    if not isinstance(position, int) or not isinstance(name, str):
        raise InvalidParameters.because("next_token", "is not a token of this action")
    return position, name
