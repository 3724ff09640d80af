"""Texts that are known: what may be named, and what may be quoted as it stands."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tools.domain.prose.plain import folded

_AROUND_NAME = (re.compile(r"[\w-]"), re.compile(r"[\w-]|\.\w"))
_AROUND_ADDRESS = (re.compile(r"[\w.+%/@-]"), re.compile(r"[.:!?*_`]*[^\s'\"<>()\[\]{}|,;.:!?*_`]"))


class KnownTexts:
    """Texts, whole names among them, and words of the product."""

    def __init__(self) -> None:
        self._texts: dict[str, None] = {}
        self._names: set[str] = set()
        self._words: set[str] = {"true", "false", "null"}
        self._as_seen: _AsSeen | None = None

    def add(self, text: str, *, is_name: bool = False) -> None:
        """A text of which parts may be named; a name is one that may be named as a whole whatever it says."""
        if is_name:
            self._names.add(folded(text))
        if text not in self._texts:
            self._texts[text] = None
            self._as_seen = None

    def add_words(self, words: Iterable[str]) -> None:
        """Words that may be named as they are."""
        self._words.update(map(folded, words))

    def has_name(self, text: str) -> bool:
        """Whether a text is a name as a whole, in any case."""
        return folded(text) in self._names

    def has_part(self, text: str) -> bool:
        """Whether a name, in any case, is a whole text or a part of one, and no part of a longer name.

        A single word may be a part of a name: `EC2` of `ec2-instances`. A code may be told with spaces or
        hyphens.
        """
        name = folded(text).strip(" .,;:")
        as_code = re.sub(r"[ -]", "_", name)
        if not name or name in self._names or name in self._words or as_code in self._words:
            return True
        if self._as_seen is None:
            self._as_seen = _AsSeen(self._texts)
        return self._as_seen.has(name) or (as_code != name and self._as_seen.has(as_code))

    def has_literally(self, text: str) -> bool:
        """Whether an address stands in a text as it is written, as a whole."""
        return any(text in each and _stands_in(text, each, _AROUND_ADDRESS) for each in self._texts)


class _AsSeen:
    """All texts as their reader sees them, in one case."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._text = "\n".join(map(folded, texts))
        self._words = frozenset(re.findall(r"\w+", self._text))

    def has(self, name: str) -> bool:
        """Whether a name stands in one of them as a whole."""
        return name in self._words if name.isalnum() else _stands_in(name, self._text, _AROUND_NAME)


def _stands_in(part: str, text: str, around: tuple[re.Pattern[str], re.Pattern[str]]) -> bool:
    """Whether a part stands in a text as a whole, by what may not be just before and just after it."""
    before, after = around
    place = text.find(part)
    while place >= 0:
        begins = place == 0 or before.match(text, place - 1) is None
        if begins and after.match(text, place + len(part)) is None:
            return True
        place = text.find(part, place + 1)
    return False
