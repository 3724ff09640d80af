"""What a text claims: figures, dates, names, ARNs and addresses, sentence by sentence."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tools.domain.prose.addresses import addresses_in
from tools.domain.prose.dates import dates_in, without
from tools.domain.prose.figures import figures_in
from tools.domain.prose.names import delimited_in, names_in, words_around
from tools.domain.prose.number_words import number_words_in
from tools.domain.prose.plain import Plain, as_plain
from tools.domain.prose.readings import Found, Kind, Mention, Reading, WrittenDate
from tools.domain.prose.sentences import REMOVED, sentences_of

__all__ = ["Claim", "Kind", "claims_of"]

# The number of a point in bold, and a service of AWS.
_NO_FIGURE = re.compile(r"^\W{0,3}\d{1,2}[.)](?=\s)|\bRoute 53\b")
_TOKEN = re.compile(r"[\w.+-]{0,80}\w")


@dataclass(frozen=True, slots=True)
class Claim:
    """Something a text says that has to come from somewhere.

    `text` is as written, `sentence` the place of its sentence in sentences_of. One of `readings` has to be
    true; where there is none, none can be.

    It is true as well as a part of a name: where one of `named_in`, a text around it that stands as a name of
    its own (in quotes, as code, in the first cell of a row), is a name, or one of `beside`, the same without
    any marks, which only ordinals, years and leading digits have.
    """

    kind: Kind
    text: str
    sentence: int
    readings: tuple[Reading, ...]
    named_in: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()


def claims_of(text: str) -> list[Claim]:
    """Every claim of a text, in the order of its sentences. Any text will do.

    - FIGURE, PERCENT, MONEY: a number in digits, or in English words from two up, with its unit. Not the
      digits of an identifier, the number of an item in a list, or `#1`.
    - DATE: a day, month, quarter, year or time of day. A year alone may be a figure, too.
    - NAME: see tools.domain.prose.names.
    - ARN, ADDRESS: see tools.domain.prose.addresses.
    """
    found: list[Claim] = []
    for number, sentence in enumerate(sentences_of(text)):
        written = text[sentence.start : sentence.end]
        if written != REMOVED:
            found += _claims_in(as_plain(written), number, is_row=sentence.is_row)
    return found


def claimed_in(text: str) -> list[Found]:
    """The claims of one sentence of ours, without names: what a tool says in words."""
    found, text = _without_addresses(text)
    dates, text = dates_in(text)
    return [*found, *dates, *figures_in(text), *number_words_in(text)]


def _claims_in(plain: Plain, sentence: int, *, is_row: bool) -> list[Claim]:
    found, text = _without_addresses(plain.text)
    text = without(text, [each.span() for each in _NO_FIGURE.finditer(text)])
    names = list(names_in(plain, text))
    text = without(text, [(each.start, each.end) for each in names])
    dates, text = dates_in(text)
    found += [*names, *dates, *figures_in(text), *number_words_in(text)]
    delimited = delimited_in(plain, is_row=is_row) if found else ()
    return [
        Claim(
            each.kind,
            plain.as_written(each.start, each.end),
            sentence,
            _as_written(plain, each),
            tuple(_named_in(plain.text, each, delimited)),
            tuple(_beside(plain.text, each)),
        )
        for each in sorted(dict.fromkeys(found), key=lambda each: each.start)
    ]


def _without_addresses(text: str) -> tuple[list[Found], str]:
    found = list(addresses_in(text))
    return found, without(text, [(each.start, each.end) for each in found])


def _as_written(plain: Plain, found: Found) -> tuple[Reading, ...]:
    """The readings, an address among them as it is written: hidden characters in it could carry something out."""
    return tuple(
        Mention(plain.with_hidden(found.start, found.end), is_literal=True)
        if isinstance(each, Mention) and each.is_literal
        else each
        for each in found.readings
    )


def _named_in(text: str, found: Found, delimited: Sequence[Sequence[tuple[int, int, bool]]]) -> Iterator[str]:
    """The texts around a claim that stand as names of their own; a mere figure only where it is called a name."""
    if found.kind is Kind.ADDRESS:
        return
    for spans in delimited:
        place = bisect_right(spans, (found.start, len(text), True)) - 1
        if place < 0:
            continue
        start, end, is_introduced = spans[place]
        is_all = (start, end) == (found.start, found.end)
        if found.end <= end and (is_introduced or not is_all):
            yield text[start:end]


def _beside(text: str, found: Found) -> Iterator[str]:
    """The names that an ordinal, a year or leading digits could be a part of without any marks around the name.

    Nobody is misled by those; any other figure in a name (`999999 USD left`) has to be marked as part of one.
    """
    if any(isinstance(each, WrittenDate) for each in found.readings) and found.end - found.start <= 5:
        yield from words_around(text, found.start, found.end)
    elif found.kind is Kind.FIGURE and text[found.end : found.end + 1] == "-":
        token = _TOKEN.match(text, found.start)
        yield "" if token is None else token.group()
