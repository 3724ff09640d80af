"""What the tools of a conversation said so far, for an answer to be held against."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from tools.domain.claims import Claim, claimed_in, claims_of
from tools.domain.known.dates import KnownDates
from tools.domain.known.figures import COUNT, KnownFigures
from tools.domain.known.keys import (
    is_all_chosen,
    is_chosen,
    is_sentence,
    is_share,
    number_of,
    unit_of,
)
from tools.domain.known.own_sentences import without_names
from tools.domain.known.texts import KnownTexts
from tools.domain.prose.readings import PERCENT, TIMES, Figure, Mention, Reading, WrittenDate


class Facts:
    """What the tools said. Grows only: a claim that is grounded in it stays so.

    - The length of every list is a figure: of a list of three, three budgets may be told.
    - Texts that somebody chose are names, and so is every text whose key is not known to hold sentences of
      ours (tools.domain.known.keys): what stands in a name is no figure and no date.
    - Sentences of ours are read without the names of their result, and without what they quote.
    """

    def __init__(self) -> None:
        self._figures = KnownFigures()
        self._dates = KnownDates()
        self._texts = KnownTexts()

    def add_result(self, value: Any) -> None:
        """What a tool answered, its result or its error, as JSON values of any depth."""
        said = _Said()
        self._look_into(value, said)
        for sentence in without_names(said.sentences, said.names):
            for found in claimed_in(sentence):
                self._learn(found.readings)

    def add_text(self, text: str) -> None:
        """An earlier answer of the conversation, which was itself held against the facts: its claims are known.

        What stood in it as a name is a name, and no figure, here as well.
        """
        for claim in claims_of(text):
            for name in claim.named_in:
                self._texts.add(name, is_name=True)
            if not claim.named_in:
                self._learn(claim.readings)

    def add_moment(self, now: datetime) -> None:
        """The present, with its time zone, which the agent itself tells the model."""
        self._dates.add_moment(now.astimezone(UTC))

    def add_words(self, words: Iterable[str]) -> None:
        """Words of the product that an answer may quote: names of actions and parameters, codes."""
        self._texts.add_words(words)

    def grounds(self, claim: Claim) -> bool:
        """Whether a claim is true by what the tools said."""
        names = (*claim.named_in, *claim.beside)
        return any(map(self._knows, claim.readings)) or any(map(self._texts.has_name, names))

    def _knows(self, reading: Reading) -> bool:
        match reading:
            case Figure():
                return self._figures.has(reading)
            case WrittenDate():
                return self._dates.has(reading)
            case Mention(text=text, is_literal=True):
                return self._texts.has_literally(text)
            case Mention(text=text):
                return self._texts.has_part(text)

    def _learn(self, readings: Iterable[Reading]) -> None:
        """Take in a claim, as its first reading."""
        match next(iter(readings), None):
            case Figure(value=value, unit=unit):
                self._figures.add(value, COUNT if unit == TIMES else unit)
            case WrittenDate() as date:
                self._dates.add(date)
            case Mention(text=text):
                self._texts.add(text)
            case None:
                pass

    def _look_into(self, result: Any, said: _Said) -> None:
        """Take in every value of a result; for each its key, the object around it, and whether others chose it."""
        waiting: list[tuple[Any, str, Mapping[str, Any], bool]] = [(result, "", {}, False)]
        while waiting:
            value, key, around, is_theirs = waiting.pop()
            if isinstance(value, Mapping):
                for entry, inner in value.items():
                    name = str(entry)
                    self._texts.add(name)
                    # `{"2026-10": "500"}`: a date is no word for what is filed under it.
                    is_date = not is_theirs and self._dates.add_text(name, is_end=False)
                    inner_key = key if is_date else name
                    waiting.append((inner, inner_key, value, is_theirs or is_all_chosen(inner_key)))
            elif isinstance(value, list | tuple):
                self._figures.add(Decimal(len(value)), COUNT)
                waiting.extend((inner, key, around, is_theirs) for inner in value)
            else:
                self._look_at_number(value, key, around)
                if isinstance(value, str):
                    self._look_at_text(value, key, around, said, is_theirs=is_theirs)

    def _look_at_text(
        self, text: str, key: str, around: Mapping[str, Any], said: _Said, *, is_theirs: bool
    ) -> None:
        if not is_theirs and is_sentence(key, around):
            self._texts.add(text)
            said.sentences.append(text)
            return
        self._texts.add(text, is_name=True)
        said.names.append(text)
        if not is_theirs and not is_chosen(key):
            self._dates.add_text(text, is_end=key.lower() == "end")

    def _look_at_number(self, value: Any, key: str, around: Mapping[str, Any]) -> None:
        number = number_of(value, key, around)
        if number is None:
            return
        self._figures.add(number, unit_of(value, key, around))
        if is_share(key, number):
            self._figures.add(number * 100, PERCENT)


class _Said:
    """The sentences of ours in one result, and the names in it."""

    def __init__(self) -> None:
        self.sentences: list[str] = []
        self.names: list[str] = []
