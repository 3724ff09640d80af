"""What of a result a model is shown: as many parts and entries as fit, and how many are missing."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

LONGEST = 12_000
"""Characters of all of it as JSON: about 4,000 tokens."""

_NOT_SHOWN = "not_shown"
# What JSON puts around an entry of a list, and around a name and its value.
_AROUND_ENTRY = len(", ")
_AROUND_MEMBER = len(", : ")


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a result, as JSON has it; where it is a list, `total` says how long the whole one is."""

    name: str
    value: Any
    total: int = 1


def part_of(name: str, entries: Sequence[Any], most: int | None = None) -> Part:
    """A list of which at most the first `most` entries are shown."""
    return Part(name, list(entries[:most]), len(entries))


def condensed(parts: Sequence[Part], longest: int = LONGEST) -> Mapping[str, Any]:
    """The parts that fit, the first ones first. Entries and values are shown whole or not at all.

    `not_shown` counts by part what is missing: the entries of a list, or 1 for a value that did not fit.
    """
    room = longest - _length({_NOT_SHOWN: {each.name: each.total for each in parts}})
    shown: dict[str, Any] = {}
    missing: dict[str, int] = {}
    for part in parts:
        room -= _length(part.name) + _AROUND_MEMBER
        if isinstance(part.value, list):
            room -= _length([])
            shown[part.name] = _as_many_as_fit(part.value, room)
            room -= sum(_length(each) + _AROUND_ENTRY for each in shown[part.name])
            missing[part.name] = part.total - len(shown[part.name])
        elif _length(part.value) <= room:
            shown[part.name] = part.value
            room -= _length(part.value)
        else:
            missing[part.name] = 1
    return {**shown, _NOT_SHOWN: {name: count for name, count in missing.items() if count}}


def _as_many_as_fit(entries: Sequence[Any], room: int) -> list[Any]:
    chosen = []
    for entry in entries:
        room -= _length(entry) + _AROUND_ENTRY
        if room < 0:
            break
        chosen.append(entry)
    return chosen


def _length(value: Any) -> int:
    return len(json.dumps(value))
