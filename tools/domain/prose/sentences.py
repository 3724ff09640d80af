"""The sentences of a text: what ends one, and that items, headings and rows of a table are their own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

REMOVED = "[removed: a sentence whose facts no tool gave]"
"""What stands where a sentence was; it claims nothing, and is a sentence of its own wherever it stands."""

# Possessive where they repeat, so that no text makes them try again and again.
_MARKER = re.compile(
    r"[ \t]*+(?:>[ \t]?+)*+[ \t]*+"
    r"(?P<item>(?:[-*+•][ \t]+|\d{1,2}[.)][ \t]+|\d\ufe0f?\u20e3[ \t]+)(?:\[[ xX]\][ \t]+)?)?"
    r"(?P<heading>#{1,6}[ \t]+)?"
)
_FENCE = re.compile(r"[ \t]*+(?:>[ \t]?+)*+[ \t]*+(?P<marks>`{3,}|~{3,})")
_END = re.compile(r"(?<![.!?…])(?P<mark>[.!?…]++)[\"'”\u2019)\]*_`»]*+(?P<space>\s++)")
_WORD = re.compile(r"[^\s,;:.)!?]+")
_NUMBERING = re.compile(r"\W{0,6}\d{1,2}")
_ABBREVIATIONS = """e.g i.e eg ie vs approx no nos nr u.s u.k mr mrs ms dr inc ltd corp co st fig max min avg est
cf incl excl acct dept jan feb mar apr jun jul aug sep sept oct nov dec ca resp"""
_WORDS_WITH_STOP = frozenset(_ABBREVIATIONS.split())


@dataclass(frozen=True, slots=True)
class Sentence:
    """Where a sentence stands, without the marks of its list or heading and the bars around its table row."""

    start: int
    end: int
    is_row: bool = False


def sentences_of(text: str) -> list[Sentence]:
    """The sentences in their order; what lies between two of them is white space and Markdown.

    A sentence ends with its line, unless the next one goes on in small letters, and at a full stop, question or
    exclamation mark before white space, unless that closes an abbreviation or a word in small letters follows.
    """
    found: list[Sentence] = []
    for block in _blocks_of(text):
        for start, end in _around_removed(text, block.start, block.end):
            if block.is_row:
                found.append(Sentence(start, end, is_row=True))
            else:
                found.extend(Sentence(start + first, start + last) for first, last in _split(text[start:end]))
    return found


class _Line(NamedTuple):
    """What a line holds, if anything; whether it may go on with the line before, and the next with it."""

    content: Sentence | None
    may_go_on: bool = False
    may_be_followed: bool = False


def _blocks_of(text: str) -> Iterator[Sentence]:
    """Rows of tables, and the lines that make up a paragraph, an item or a heading, as one block each."""
    block: Sentence | None = None
    for content, may_go_on, may_be_followed in _lines_of(text):
        if content is not None and block is not None and may_go_on and _goes_on(text, block, content):
            block = Sentence(block.start, content.end)
            continue
        if block is not None:
            yield block
        block = content if may_be_followed else None
        if content is not None and not may_be_followed:
            yield content
    if block is not None:
        yield block


def _lines_of(text: str) -> Iterator[_Line]:
    fence: str | None = None
    last = -1
    while last < len(text):
        first = last + 1
        last = text.find("\n", first)
        last = len(text) if last < 0 else last
        line = text[first:last]
        marks = _FENCE.match(line)
        if marks is not None and (fence is None or marks["marks"].startswith(fence)):
            fence = marks["marks"] if fence is None else None
            yield _Line(_trimmed(text, first + marks.end(), last))
        elif fence is not None:
            yield _Line(_trimmed(text, first, last))
        elif line.lstrip().startswith("|") or " | " in line:
            yield _Line(_within_bars(text, first, last))
        else:
            item, heading, content = _without_marker(text, first, last)
            yield _Line(content, not (item or heading), may_be_followed=not heading)


def _trimmed(text: str, start: int, end: int) -> Sentence | None:
    """What is left without white space around it, if anything."""
    part = text[start:end]
    stripped = part.strip()
    if not stripped:
        return None
    start += len(part) - len(part.lstrip())
    return Sentence(start, start + len(stripped))


def _without_marker(text: str, start: int, end: int) -> tuple[str | None, str | None, Sentence | None]:
    """The mark of an item and that of a heading, if any, and what stands behind them."""
    marker = _MARKER.match(text, start, end)
    if marker is None:
        return None, None, _trimmed(text, start, end)
    return marker["item"], marker["heading"], _trimmed(text, marker.end(), end)


def _within_bars(text: str, start: int, end: int) -> Sentence | None:
    row = _trimmed(text, start, end)
    if row is None:
        return None
    start = row.start + 1 if text[row.start] == "|" else row.start
    end = row.end - 1 if text[row.end - 1] == "|" and row.end - 1 > start else row.end
    cells = _trimmed(text, start, end)
    return None if cells is None else Sentence(cells.start, cells.end, is_row=True)


def _goes_on(text: str, block: Sentence, line: Sentence) -> bool:
    """Whether a line goes on with the sentence of the lines before it."""
    is_finished = text[block.end - 1] in ".!?:;" or text.endswith(REMOVED, block.start, block.end)
    return text[line.start].islower() and not is_finished


def _around_removed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The parts of a block before, at and after each mark of a removed sentence."""
    while True:
        mark = text.find(REMOVED, start, end)
        before = _trimmed(text, start, end if mark < 0 else mark)
        if before is not None:
            yield before.start, before.end
        if mark < 0:
            return
        yield mark, mark + len(REMOVED)
        start = mark + len(REMOVED)


def _split(block: str) -> Iterator[tuple[int, int]]:
    start = 0
    for ending in _END.finditer(block):
        if not _ends_sentence(block, ending):
            continue
        yield start, ending.start("space")
        start = ending.end()
    if start < len(block):
        yield start, len(block)


def _ends_sentence(block: str, ending: re.Match[str]) -> bool:
    following = _WORD.match(block, ending.end())
    # A name may begin a sentence in small letters: `elasticache-monthly is over.`
    if following is not None and following.group().islower() and following.group().isalpha():
        return False
    if ending["mark"] != ".":
        return True
    if _NUMBERING.fullmatch(block, 0, ending.start()):
        return False
    word = re.split(r"[^\w.]", block[max(0, ending.start() - 12) : ending.start()])[-1].lower()
    is_initial = len(word) == 1 and word.isalpha() and word not in ("a", "i")
    return word not in _WORDS_WITH_STOP and not is_initial
