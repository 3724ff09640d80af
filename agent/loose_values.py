"""Lists and objects written in a text: as JSON, or as Bedrock Agents sometimes do, `[a, b]` and `{a=b}`."""

from __future__ import annotations

import json
import re
from typing import Any

_DEEPEST = 20
_BARE = re.compile(r"[^,\[\]{}]*")
_KEY = re.compile(r"\s*(?:\"(?P<double>[^\"]*)\"\s*|'(?P<single>[^']*)'\s*|(?P<bare>[^=:,\[\]{}\"']+))[=:]")
_QUOTED = re.compile(r"\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'")


class _NoStructureError(Exception):
    """The text is neither JSON nor a loose list or object."""


def structure_in(text: str) -> list[Any] | dict[str, Any] | None:
    """The list or object that a text spells; None if it spells none. What is loose holds texts only."""
    try:
        found = json.loads(text, parse_constant=_refuse_constant)
        return found if isinstance(found, list | dict) else None
    except (ValueError, RecursionError):
        pass
    try:
        reader = _Reader(text)
        value = reader.structure(0)
        reader.expect_end()
        return value
    except _NoStructureError:
        return None


def _refuse_constant(name: str) -> Any:
    """Infinity and NaN, which Python reads and JSON does not have."""
    raise ValueError(name)


class _Reader:
    """Reads one loose list or object from the left to the right."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def structure(self, depth: int) -> list[Any] | dict[str, Any]:
        if depth > _DEEPEST:
            raise _NoStructureError
        match self._next():
            case "[":
                return self._list(depth)
            case "{":
                return self._object(depth)
        raise _NoStructureError

    def expect_end(self) -> None:
        if self._text[self._at :].strip():
            raise _NoStructureError

    def _list(self, depth: int) -> list[Any]:
        self._at += 1
        entries: list[Any] = []
        while not self._closes("]", entries):
            entries.append(self._value(depth))
        return entries

    def _object(self, depth: int) -> dict[str, Any]:
        self._at += 1
        members: dict[str, Any] = {}
        while not self._closes("}", members):
            found = _KEY.match(self._text, self._at)
            if found is None:
                raise _NoStructureError
            self._at = found.end()
            key = next(each for each in found.groups() if each is not None).strip()
            if not key or key in members:
                raise _NoStructureError
            members[key] = self._value(depth)
        return members

    def _closes(self, bracket: str, before: list[Any] | dict[str, Any]) -> bool:
        """Whether it ends here; else behind the comma that parts an entry from the one before."""
        found = self._next()
        if found == bracket:
            self._at += 1
            return True
        if before:
            if found != ",":
                raise _NoStructureError
            self._at += 1
        return False

    def _value(self, depth: int) -> Any:
        following = self._next()
        if following and following in "[{":
            return self.structure(depth + 1)
        quoted = _QUOTED.match(self._text, self._at)
        if quoted is not None:
            self._at = quoted.end()
            return next(each for each in quoted.groups() if each is not None)
        bare = _BARE.match(self._text, self._at)
        text = bare[0].strip() if bare else ""
        if not bare or not text:
            raise _NoStructureError
        self._at = bare.end()
        return text

    def _next(self) -> str:
        """The next character that is no space; nothing at the end."""
        while self._at < len(self._text) and self._text[self._at].isspace():
            self._at += 1
        return self._text[self._at : self._at + 1]
