"""The sentences of a text: what ends one, and that items, headings and rows of a table are their own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

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
            part = text[start:end]
            if block.is_row:
                found.append(Sentence(start, end, is_row=True))
                continue
            found.extend(Sentence(start + first, start + last) for first, last in _split(part))
    return found


def _blocks_of(text: str) -> Iterator[Sentence]:
    """Rows of tables, and the lines that make up a paragraph, an item or a heading, as one block each."""
    fence: str | None = None
    start = end = -1
    for first, last in _lines(text):
        line = text[first:last]
        marks = _FENCE.match(line)
        if marks is not None and (fence is None or marks["marks"].startswith(fence)):
            if start >= 0:
                yield Sentence(start, end)
                start = -1
            yield from _trimmed(text, first + marks.end(), last)
            fence = marks["marks"] if fence is None else None
            continue
        is_row = fence is None and _is_row(line)
        marker = _MARKER.match(line)
        begins = first if fence or is_row or marker is None else first + marker.end()
        trimmed = next(_trimmed(text, begins, last), None)
        is_own = fence is not None or is_row or trimmed is None
        goes_on = not is_own and marker is not None and not (marker["item"] or marker["heading"])
        if goes_on and trimmed is not None and start >= 0 and _goes_on(text, end, trimmed.start):
            end = trimmed.end
            continue
        if start >= 0:
            yield Sentence(start, end)
            start = -1
        if trimmed is None:
            continue
        if is_row:
            yield from _within_bars(text, trimmed)
        elif is_own or (marker is not None and marker["heading"]):
            yield trimmed
        else:
            start, end = trimmed.start, trimmed.end
    if start >= 0:
        yield Sentence(start, end)


def _lines(text: str) -> Iterator[tuple[int, int]]:
    first = 0
    while first <= len(text):
        last = text.find("\n", first)
        last = len(text) if last < 0 else last
        yield first, last
        first = last + 1


def _trimmed(text: str, start: int, end: int) -> Iterator[Sentence]:
    """What is left without white space around it, if anything."""
    part = text[start:end]
    stripped = part.strip()
    if stripped:
        start += len(part) - len(part.lstrip())
        yield Sentence(start, start + len(stripped))


def _is_row(line: str) -> bool:
    return line.lstrip().startswith("|") or " | " in line


def _within_bars(text: str, row: Sentence) -> Iterator[Sentence]:
    start = row.start + 1 if text[row.start] == "|" else row.start
    end = row.end - 1 if text[row.end - 1] == "|" and row.end - 1 > start else row.end
    for trimmed in _trimmed(text, start, end):
        yield Sentence(trimmed.start, trimmed.end, is_row=True)


def _goes_on(text: str, end: int, start: int) -> bool:
    """Whether a line goes on with the sentence of the line before it."""
    return text[start].islower() and text[end - 1] not in ".!?:;" and not text.endswith(REMOVED, 0, end)


def _around_removed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The parts of a block before, at and after each mark of a removed sentence."""
    while True:
        mark = text.find(REMOVED, start, end)
        for each in _trimmed(text, start, end if mark < 0 else mark):
            yield each.start, each.end
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
