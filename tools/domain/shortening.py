"""Long values made short enough for who reads them, saying what was left out. Nothing is cut without a word."""

from __future__ import annotations

import json
from typing import Any

_ENTRIES = (50, 20, 10, 5, 3, 1)
_CHARACTERS = 1_000


def length_of(value: Any) -> int:
    """The characters that a value has as JSON."""
    return len(json.dumps(value, ensure_ascii=False))


def shortened_value(value: Any, most_characters: int) -> Any:
    """A JSON value with at most so many characters, as far as that is possible.

    Lists keep their first entries, as few as needed, and say how many there were; so do texts. What is still too
    long keeps its short members only.
    """
    if length_of(value) <= most_characters:
        return value
    for entries in _ENTRIES:
        shorter = _with_fewer(value, entries)
        if length_of(shorter) <= most_characters:
            return shorter
    return _short_members(shorter, most_characters)


def _with_fewer(value: Any, entries: int) -> Any:
    if isinstance(value, dict):
        return {name: _with_fewer(each, entries) for name, each in value.items()}
    if isinstance(value, list):
        kept = [_with_fewer(each, entries) for each in value[:entries]]
        left_out = len(value) - len(kept)
        return (
            [*kept, f"({left_out} more left out here; ask for less at once to see them)"]
            if left_out
            else kept
        )
    if isinstance(value, str) and len(value) > _CHARACTERS:
        return f"{value[:_CHARACTERS]}… ({len(value) - _CHARACTERS} more characters left out)"
    return value


def _short_members(value: Any, most_characters: int) -> Any:
    if not isinstance(value, dict):
        return "(left out, because it is too long)"
    room, kept = most_characters, {}
    for name, each in sorted(value.items(), key=lambda pair: length_of(pair[1])):
        room -= length_of({name: each})
        kept[name] = each if room > 0 else "(left out, because it is too long)"
    return {name: kept[name] for name in value}
