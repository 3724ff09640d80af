"""What the tools said so far, to hold an answer against: figures by unit, dates, names, and texts as they stand."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from tools.domain.claims import Claim, claimed_in, claims_of
from tools.domain.fact_values import ANY, COUNT, is_all_chosen, is_chosen, is_sentence, is_share, number_of, unit_of
from tools.domain.prose.dates import moment_of, month_of
from tools.domain.prose.plain import as_plain, folded
from tools.domain.prose.readings import (
    CURRENCIES,
    PERCENT,
    TIMES,
    Figure,
    Kind,
    Mention,
    Nearness,
    Reading,
    WrittenDate,
)

_COARSEST = Decimal("0.05")
"""How far a rounded figure may be from the true one, as a part of the true one."""

_QUOTED = re.compile(r"(?<!\w)(?P<quote>['\"]).*?(?P=quote)(?!\w)")
_UNBALANCED = re.compile(r"(?<!\w)['\"].*['\"](?!\w)")
_LONE_QUOTE = re.compile(r"(?<!\w)['\"]|['\"](?!\w)(?<![a-z]s')")
_CALLED = re.compile(r"\b(?:roles?|users?|groups?|polic(?:y|ies)|accounts?|tags?) \S+|\b\d{12}\b")
_TRUE_WORDS = ("true", "false", "null")


class Facts:
    """What the tools said. Grows only: what is grounded in it stays so.

    What counts as what:
    - Figures are held without their sign, with the unit they have in the result. One that is written as money needs
      money of that currency, and one in percent a percentage or a ratio told in percent; a number whose key does not
      say what it is serves for both, a count for neither. A figure without a unit may come from any of them.
    - The length of every list is a figure: three budgets may be told of a list of three.
    - A month or a year is known by any of its days, a day by no month. The day before an `end` at midnight is known,
      too: AWS's periods end before it.
    - Texts that somebody chose are names, and so is every text whose key is not known to hold sentences of ours. What
      stands in one is no figure and no date. From sentences of ours the names are taken out before they are read:
      those of the same result, and what stands in quotes.
    """

    def __init__(self) -> None:
        self._figures: dict[str, _Values] = defaultdict(_Values)
        self._dates: set[WrittenDate] = set()
        self._texts: dict[str, None] = {}
        self._names: set[str] = set()
        self._words: set[str] = set(_TRUE_WORDS)
        self._as_seen: str | None = None

    def add_result(self, value: Any) -> None:
        """What a tool answered: its result or its error, as JSON values of any depth."""
        said = _Said()
        self._look_into(value, "", {}, said, is_theirs=False)
        for sentence in said.without_names():
            for found in claimed_in(sentence):
                self._add_readings(found.readings)

    def add_text(self, text: str) -> None:
        """An earlier answer of the conversation, which was itself held against the facts: what it claims is known."""
        for claim in claims_of(text):
            self._add_readings(claim.readings)
            if claim.kind in (Kind.NAME, Kind.ARN, Kind.ADDRESS) and claim.readings:
                self._add_text(claim.text)

    def add_moment(self, now: datetime) -> None:
        """The present, which the agent itself tells the model."""
        self._add_moment(now.astimezone(UTC))

    def add_words(self, words: Iterable[str]) -> None:
        """Words of the product that an answer may quote: names of actions and parameters, codes."""
        self._words.update(map(folded, words))

    def ground(self, claim: Claim) -> bool:
        """Whether a claim is true by what the tools said."""
        if any(map(self._is_true, claim.readings)):
            return True
        return any(folded(name) in self._names for name in claim.named_in)

    def _is_true(self, reading: Reading) -> bool:
        match reading:
            case Figure():
                return self._has_figure(reading)
            case WrittenDate():
                return reading in self._dates
            case Mention(text=text, is_literal=True):
                return any(_stands_in(text, each, _AROUND_ADDRESS) for each in self._texts if text in each)
            case Mention(text=text):
                return self._mentions(folded(text).strip(" .,;:"))

    def _has_figure(self, figure: Figure) -> bool:
        low, high = values_shown_as(figure)
        match figure.unit:
            case "":
                return any(values.has(low, high) for values in self._figures.values())
            case unit if unit == TIMES:
                in_percent = self._figures[PERCENT].has(low * 100, high * 100)
                return in_percent or any(self._figures[each].has(low, high) for each in (COUNT, ANY))
            case unit if unit == PERCENT or unit in CURRENCIES:
                return any(self._figures[each].has(low, high) for each in (unit, ANY))
            case unit:
                return any(self._figures[each].has(low, high) for each in (unit, COUNT, ANY))

    def _mentions(self, name: str) -> bool:
        """Whether a name is a whole text or a part of one; a status may be told with a space or a hyphen."""
        if not name or name in self._words or name in self._names:
            return bool(name)
        if self._as_seen is None:
            self._as_seen = "\n".join(map(folded, self._texts))
        around = _AROUND_WORD if name.isalnum() else _AROUND_NAME
        as_code = re.sub(r"[ -]", "_", name)
        return _stands_in(name, self._as_seen, around) or (
            as_code != name and (as_code in self._words or _stands_in(as_code, self._as_seen, around))
        )

    def _look_into(
        self, value: Any, key: str, around: Mapping[str, Any], said: _Said, *, is_theirs: bool
    ) -> None:
        """Take in a value; `is_theirs` is whether somebody chose whatever is in it."""
        if isinstance(value, Mapping):
            for entry, inner in value.items():
                name = str(entry)
                self._add_text(name)
                # `{"2026-10": "500"}`: a date is no word for what is filed under it.
                inner_key = key if not is_theirs and self._add_date(name, key="") else name
                below = is_theirs or is_all_chosen(inner_key)
                self._look_into(inner, inner_key, value, said, is_theirs=below)
        elif isinstance(value, list | tuple):
            self._figures[COUNT].add(Decimal(len(value)))
            for inner in value:
                self._look_into(inner, key, around, said, is_theirs=is_theirs)
        else:
            self._add_number(value, key, around)
            if isinstance(value, str):
                self._look_at_text(value, key, around, said, is_theirs=is_theirs)

    def _look_at_text(
        self, value: str, key: str, around: Mapping[str, Any], said: _Said, *, is_theirs: bool
    ) -> None:
        self._add_text(value)
        if not is_theirs and is_sentence(key, around):
            said.sentences.append(value)
            return
        said.names.add(value)
        self._names.add(folded(value))
        if not is_theirs and not is_chosen(key):
            self._add_date(value, key)

    def _add_number(self, value: Any, key: str, around: Mapping[str, Any]) -> None:
        number = number_of(value, key, around)
        if number is None:
            return
        self._figures[unit_of(value, key, around)].add(number)
        if is_share(key, number):
            self._figures[PERCENT].add(number * 100)

    def _add_readings(self, readings: Iterable[Reading]) -> None:
        for reading in readings:
            match reading:
                case Figure(value=value, unit=unit):
                    self._figures[COUNT if unit == TIMES else unit].add(value)
                    return
                case WrittenDate():
                    self._dates.update(_coarser(reading))
                    return
                case Mention():
                    continue

    def _add_date(self, written: str, key: str) -> bool:
        """Whether a text was a day, a moment or a month, which is known from now on."""
        moment = moment_of(written)
        if moment is not None:
            self._add_moment(moment)
            if key.lower() == "end" and moment.time() == datetime.min.time() and moment.year > 1:
                self._add_moment(moment - timedelta(days=1))
            return True
        month = month_of(written)
        if month is not None:
            self._dates.update(_coarser(WrittenDate(month[0], month=month[1])))
        return month is not None

    def _add_moment(self, moment: datetime) -> None:
        written = WrittenDate(
            moment.year,
            None,
            moment.month,
            moment.day,
            moment.hour,
            moment.minute,
            moment.second,
        )
        self._dates.update(_coarser(written))

    def _add_text(self, text: str) -> None:
        if text not in self._texts:
            self._texts[text] = None
            self._as_seen = None


class _Said:
    """The sentences of one result, and the names in it."""

    def __init__(self) -> None:
        self.sentences: list[str] = []
        self.names: set[str] = set()

    def without_names(self) -> Iterator[str]:
        """The sentences, once each, without the names of the result and without what is in quotes."""
        sentences = "\n".join(dict.fromkeys(each.replace("\n", " ") for each in self.sentences))
        for name in sorted(self.names, key=len, reverse=True):
            sentences = sentences.replace(f"'{name}'", "''")
            if len(name) >= 4 and any(map(str.isdigit, name)) and any(map(str.isalpha, name)):
                sentences = sentences.replace(name, "_")
        for sentence in sentences.split("\n"):
            left = _QUOTED.sub("", sentence)
            if _LONE_QUOTE.search(left) is not None:
                # A name with a quote in it: nothing between the first and the last can be trusted.
                left = _UNBALANCED.sub("", sentence)
            yield as_plain(_CALLED.sub("", left)).text


class _Values:
    """Numbers that can be asked for by a range."""

    def __init__(self) -> None:
        self._numbers: set[Decimal] = set()
        self._sorted: list[Decimal] | None = None

    def add(self, number: Decimal) -> None:
        self._numbers.add(number)
        self._sorted = None

    def has(self, low: Decimal, high: Decimal) -> bool:
        if self._sorted is None:
            self._sorted = sorted(self._numbers)
        place = bisect_left(self._sorted, low)
        return place < len(self._sorted) and self._sorted[place] <= high


def values_shown_as(figure: Figure) -> tuple[Decimal, Decimal]:
    """The least and the largest true value that a figure may be written for.

    It is rounded to the last digit that is shown: 1,235 and 1.2k for 1,234.56. Behind `about` closing zeros are not
    shown, but at least two digits are: about 1,200. `over` and `under` mean up to one of that digit more or less. And
    it is never more than 5 % from the truth, so that nothing is 1k that is 1,400, nothing 2 that is 1.6, and only 0 is 0.
    """
    half = figure.step / 2
    low, high = figure.value - half, figure.value + half
    match figure.nearness:
        case Nearness.ABOUT:
            low, high = figure.value - figure.coarse_step / 2, figure.value + figure.coarse_step / 2
        case Nearness.OVER:
            high = max(high, figure.value + figure.coarse_step)
        case Nearness.UNDER:
            low = min(low, figure.value - figure.coarse_step)
        case Nearness.AS_SHOWN:
            pass
    return max(low, figure.value / (1 + _COARSEST)), min(high, figure.value / (1 - _COARSEST))


def _coarser(date: WrittenDate) -> Iterator[WrittenDate]:
    """A date and everything that is said with it in less detail."""
    year, month, day = date.year, date.month, date.day
    yield date
    if day is not None:
        yield WrittenDate(year, None, month, day)
        yield WrittenDate(None, None, month, day)
        yield WrittenDate(day=day)
    if month is not None:
        quarter = (month + 2) // 3
        yield WrittenDate(year, month=month)
        yield WrittenDate(month=month)
        yield WrittenDate(year, quarter)
        yield WrittenDate(None, quarter)
    if date.quarter is not None:
        yield WrittenDate(None, date.quarter)
    if year is not None:
        yield WrittenDate(year)
    if date.hour is not None:
        for second in {date.second, None}:
            yield WrittenDate(hour=date.hour, minute=date.minute, second=second)
            yield WrittenDate(year, None, month, day, date.hour, date.minute, second)


_AROUND_WORD = (re.compile(r"\w"), re.compile(r"\w"))
_AROUND_NAME = (re.compile(r"[\w-]"), re.compile(r"[\w-]|\.\w"))
_AROUND_ADDRESS = (re.compile(r"[\w.+%/@-]"), re.compile(r"[.:!?*_`]*[^\s'\"<>()\[\]{}|,;.:!?*_`]"))


def _stands_in(part: str, text: str, around: tuple[re.Pattern[str], re.Pattern[str]]) -> bool:
    """Whether a part stands in a text as a whole, by what may not be just before and just after it."""
    before, after = around
    place = text.find(part)
    while place >= 0:
        end = place + len(part)
        if before.match(text, place - 1) is None if place else True:
            if after.match(text, end) is None:
                return True
        place = text.find(part, place + 1)
    return False
