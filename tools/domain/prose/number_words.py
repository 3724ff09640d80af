"""Figures written in English words, from two up: `three budgets`, `five thousand dollars`, `two-thirds`.

`one` is a pronoun too often, and `half`, `twice`, `several` are no figures.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from tools.domain.prose.figures import figure_of, kind_of, nearness_before, unit_after
from tools.domain.prose.numerals import Number
from tools.domain.prose.readings import PERCENT, Figure, Found, Kind

_TEENS = ("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen")
_DIGITS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_SMALL = {word: value for value, word in enumerate((*_DIGITS, *_TEENS, "nineteen"), start=1)}
_TENTHS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_TENS = {word: 10 * value for value, word in enumerate(_TENTHS, start=2)}
_LARGE = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_DOZEN = {"dozen": 12, "hundred": 100}
_WORD = re.compile(
    rf"(?<![A-Za-z0-9])(?:{'|'.join((*_SMALL, *_TENS, *_LARGE, *_DOZEN))})(?![A-Za-z0-9])", re.IGNORECASE
)
_JOINED = re.compile(r"[ -]|[ ]and[ ]", re.IGNORECASE)
_BEFORE_LARGE = re.compile(r"(?<![A-Za-z])(?P<half>half[ ])?an?[ ]$", re.IGNORECASE)
_PARTS = {"third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6, "eighth": 8, "tenth": 10}
_FRACTION = re.compile(rf"[ -](?P<part>{'|'.join(_PARTS)})s(?![A-Za-z])", re.IGNORECASE)
_TIME = re.compile(r"-(?:minute|hour|day|week|month|quarter|year|period|digit|percent|dollar)", re.IGNORECASE)


def number_words_in(text: str) -> Iterator[Found]:
    """Every number in words in a plain text, with the unit that follows it."""
    words = list(_WORD.finditer(text))
    place = 0
    while place < len(words):
        value, last, is_number = _number(text, words, place)
        first, place = words[place], last + 1
        start, end = first.start(), words[last].end()
        if not is_number or (
            text[start - 1 : start] == "-" and text[max(0, start - 2) : start - 1].isalpha()
        ):
            continue
        if first.group().lower() in ("thousand", "million", "billion", "trillion", "hundred", "dozen"):
            before = _BEFORE_LARGE.search(text[max(0, start - 8) : start])
            if before is None:
                continue
            value = value / 2 if before["half"] else value
            start -= len(before.group())
        yield from _with_unit(text, value, start, end)


def _with_unit(text: str, value: Decimal, start: int, end: int) -> Iterator[Found]:
    step = Decimal(1)
    fraction = _FRACTION.match(text, end)
    if fraction is not None and value < _PARTS[fraction["part"].lower()]:
        share = Figure(value * 100 / _PARTS[fraction["part"].lower()], step, step, PERCENT)
        # A quarter is a part of a year as well.
        is_period = fraction["part"].lower() == "quarter"
        figures = (share, Figure(value, step, step)) if is_period else (share,)
        yield Found(Kind.PERCENT, start, fraction.end(), figures)
        return
    if text[end : end + 1] == "-" and text[end + 1 : end + 2].isalpha() and _TIME.match(text, end) is None:
        return
    unit, ends = unit_after(text, end)
    figure = figure_of(Number(value, step), unit or "", nearness_before(text, start))
    yield Found(kind_of(figure.unit), start, ends if unit else end, (figure,))


def _number(text: str, words: list[re.Match[str]], first: int) -> tuple[Decimal, int, bool]:
    """The number that begins with a word, its last word, and whether it is more than the word `one`."""
    total, group, last = 0, 0, first
    before = ""
    for place in range(first, len(words)):
        word = words[place].group().lower()
        if place > first:
            between = text[words[place - 1].end() : words[place].start()]
            if _JOINED.fullmatch(between) is None or not _can_follow(
                before, word, " and " in between.lower()
            ):
                break
        if word in _LARGE:
            total += (group or 1) * _LARGE[word]
            group = 0
        elif word in _DOZEN:
            group = (group or 1) * _DOZEN[word]
        else:
            group += _SMALL.get(word, 0) + _TENS.get(word, 0)
        before, last = word, place
    value = total + group
    return Decimal(value), last, value > 1


def _can_follow(before: str, word: str, is_added: bool) -> bool:
    if is_added:
        return before in ("hundred", *_LARGE) and word not in _LARGE and word not in _DOZEN
    if word in _LARGE or word in _DOZEN:
        return before not in _LARGE and (word in _LARGE or before in _SMALL)
    if word in _TENS:
        return before in ("hundred", *_LARGE)
    return before in ("hundred", *_LARGE) or (before in _TENS and _SMALL[word] < 10)
