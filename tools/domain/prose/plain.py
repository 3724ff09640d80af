"""A text as its reader sees it: one spelling for every digit, dash and space, without marks and hidden characters.

Markdown's emphasis and code marks, escapes, HTML entities, zero-width characters, full-width and Arabic
digits all leave a figure looking like one while they hide it from a search, so they are resolved before
anything is looked for.
"""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_SPECIAL = re.compile(
    r"(?P<code>`+)"
    r"|(?P<bold>\*\*)"
    r"|(?P<escaped>\\[!-/:-@\[-`{-~])"
    r"|(?P<entity>&(?:\#\d{1,7}|\#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,31});)"
    r"|(?P<space>\s|<br[ ]?/?>)"
    r"|(?P<nothing>\*|~~|[\x00-\x1f\x7f])"
    r"|(?P<comma>\{,\})"
    r"|(?P<foreign>[^\x00-\x7f])"
)
_ONLY_PLAIN = re.compile(r"""[ !"#$%'()+,\-./0-9:;=>?@A-Z\[\]^_a-z|}]*""")

_DASHES = frozenset("‐‑‒–−﹣－⁃")  # noqa: RUF001
_SINGLE_QUOTES = frozenset("‘’‚‛′‹›＇")  # noqa: RUF001
_DOUBLE_QUOTES = frozenset("“”„‟″«»＂")  # noqa: RUF001
_BLANKS = frozenset("\u2800\u3164\u115f\u1160\uffa0")


@dataclass(frozen=True, slots=True)
class Plain:
    """The text to look at, and where each of its characters stands in what it was made of.

    `code` and `bold` are the spans of the plain text that stood between Markdown's marks for them.
    """

    text: str
    source: str
    places: tuple[tuple[int, int], ...] | None = None
    code: tuple[tuple[int, int], ...] = ()
    bold: tuple[tuple[int, int], ...] = ()

    def as_written(self, start: int, end: int) -> str:
        """What the source has between two places of the plain text."""
        first, last = self.in_source(start, end)
        return self.source[first:last]

    def with_hidden(self, start: int, end: int) -> str:
        """The same with the hidden characters that follow, but not with Markdown's marks."""
        if self.places is None:
            return self.source[start:end]
        last = self.places[end][0] if end < len(self.places) else len(self.source)
        return self.source[self.places[start][0] : last].rstrip("*`~\\")

    def in_source(self, start: int, end: int) -> tuple[int, int]:
        """Where a span of the plain text, which is not empty, stands in the source."""
        return (start, end) if self.places is None else (self.places[start][0], self.places[end - 1][1])


def as_plain(source: str) -> Plain:
    """The text as its reader sees it."""
    if _ONLY_PLAIN.fullmatch(source):
        return Plain(source, source)
    maker = _Maker()
    done = 0
    for found in _SPECIAL.finditer(source):
        maker.add_as_is(source, done, found.start())
        maker.add_special(found)
        done = found.end()
    maker.add_as_is(source, done, len(source))
    return maker.plain(source)


def folded(text: str) -> str:
    """The text for comparing names: as it is seen, in one case."""
    return as_plain(text).text.casefold()


class _Maker:
    """Puts a plain text together."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._places: list[tuple[int, int]] = []
        self._length = 0
        self._open_code: dict[int, int] = {}
        self._open_bold: int | None = None
        self._code: list[tuple[int, int]] = []
        self._bold: list[tuple[int, int]] = []

    def add_as_is(self, source: str, start: int, end: int) -> None:
        if start < end:
            self._pieces.append(source[start:end])
            self._places.extend((place, place + 1) for place in range(start, end))
            self._length += end - start

    def add_special(self, found: re.Match[str]) -> None:
        what, written = found.lastgroup, found.group()
        match what:
            case "code":
                self._turn_code(len(written))
            case "bold":
                self._turn_bold()
            case "escaped":
                self._add(written[1], found)
            case "entity":
                meant = html.unescape(written)
                self._add(written if meant == written else "".join(map(_seen, meant)), found)
            case "space":
                self._add(" ", found)
            case "comma":
                self._add(",", found)
            case "foreign":
                self._add(_seen(written), found)

    def plain(self, source: str) -> Plain:
        text = "".join(self._pieces)
        return Plain(text, source, tuple(self._places), tuple(self._code), tuple(self._bold))

    def _add(self, seen: str, found: re.Match[str]) -> None:
        self._pieces.append(seen)
        self._places.extend([found.span()] * len(seen))
        self._length += len(seen)

    def _turn_code(self, marks: int) -> None:
        opened = self._open_code.pop(marks, None)
        if opened is None:
            self._open_code[marks] = self._length
            return
        self._open_code.clear()
        self._code.append((opened, self._length))

    def _turn_bold(self) -> None:
        if self._open_bold is None:
            self._open_bold = self._length
            return
        self._bold.append((self._open_bold, self._length))
        self._open_bold = None


@lru_cache(maxsize=4096)
def _seen(character: str) -> str:
    """How a reader sees one character: nothing, or some of ASCII where it looks like that."""
    if character.isascii():
        return character if character.isprintable() else " " if character.isspace() else ""
    if character in _DASHES:
        return "-"
    if character in _SINGLE_QUOTES:
        return "'"
    if character in _DOUBLE_QUOTES:
        return '"'
    if character in _BLANKS or character.isspace():
        return " "
    if unicodedata.category(character) in ("Cf", "Cc", "Mn", "Me", "Cs", "Co"):
        return ""
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    if unicodedata.decomposition(character).startswith("<fraction>"):
        return f"{unicodedata.numeric(character):.3f}".rstrip("0").lstrip("0")
    decomposed = unicodedata.normalize("NFKD", character)
    if decomposed == character:
        return character
    return "".join(_seen(each) for each in decomposed)
