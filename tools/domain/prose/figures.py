"""Figures written in digits: `1,234.56`, `$1.2k`, `12 %`, `5 million dollars`, `2.4x`, `148,294.5 Hrs`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from tools.domain.prose.numerals import NUMERAL, Number, magnitude_after, number_of, with_exponent
from tools.domain.prose.readings import (
    CURRENCIES,
    PERCENT,
    Figure,
    Found,
    Kind,
    Mention,
    Nearness,
    WrittenDate,
)
from tools.domain.prose.units import unit_called

_CODES = "|".join(sorted(CURRENCIES))
_BEFORE = re.compile(
    rf"(?:(?P<symbol>[$€£¥₹])|(?<![A-Za-z])(?P<code>{_CODES}))[ ]?[-+(]?[ ]?$", re.IGNORECASE
)
_SYMBOLS = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "CNY", "₹": "INR"}
_UNIT = re.compile(
    r"[ -]?(?P<unit>per[ ]cent|percentage[ -]points?|gb-mo\w*|[%‰¢€£¥₹]|\xd7|\$(?![ ]?\d)|[A-Za-z]+)",
    re.IGNORECASE,
)
# Letters that look like digits go on with the number: `$1,O00`.
_LOOKALIKE = re.compile(r"[,.]?[OoIl][0-9OoIl,.]*(?![A-Za-z])")
_ORDINAL = re.compile(r"(?:st|nd|rd|th)(?![A-Za-z])", re.IGNORECASE)
_TOKEN = re.compile(r"\w[\w.-]*")
_LETTER = re.compile(r"[^\W\d_]")
_REST_OF_TOKEN = re.compile(r"[\w.,'#$+/-]*\w")
_LONGEST_TOKEN = 64
_FEWEST_HIDDEN_DIGITS = 5

_ABOUT = re.compile(
    r"(?<![A-Za-z])(?:"
    r"(?P<about>about|around|roughly|approximately|approx\.?|circa|ca\.?|nearly|almost|close[ ]to|some|~|≈)"
    r"|(?P<over>over|above|more[ ]than|at[ ]least|past|exceed(?:s|ed|ing)?|beyond)"
    r"|(?P<under>under|below|less[ ]than|at[ ]most|up[ ]to|short[ ]of))[ ]*$",
    re.IGNORECASE,
)
_NEARNESS = {"about": Nearness.ABOUT, "over": Nearness.OVER, "under": Nearness.UNDER}


def figures_in(text: str) -> Iterator[Found]:
    """Every figure in a plain text, and every word that hides one behind letters.

    Digits of an identifier (`t3.medium`, `EC2`, `platform-2026`) are no figure. Where they are so many that
    they could be one, or have separators of thousands, the whole is a name that has to be known.
    """
    tokens = _TOKEN.finditer(text)
    token = next(tokens, None)
    lettered = None
    done = 0
    for numeral in NUMERAL.finditer(text):
        start = numeral.start()
        if start < done:
            continue
        while token is not None and token.end() <= start:
            token, lettered = next(tokens, None), None
        if token is not None and lettered is None:
            letter = _LETTER.search(text, token.start(), token.end())
            lettered = token.end() if letter is None else letter.start()
        before = _BEFORE.search(text[max(0, start - 8) : start])
        found: Found | None
        if before is None and token is not None and lettered is not None and lettered < start:
            found = _hidden(text, token.start(), numeral)
            # Further digits of the same word are part of it.
            done = numeral.end()
        elif text[max(0, start - 1) : start] == "#" and numeral.end() - start <= 3:
            continue
        elif (number := number_of(numeral.group())) is None:
            yield from _one_by_one(numeral)
            continue
        else:
            found = _figure(text, numeral, number, before)
        if found is not None:
            done = max(done, found.end)
            yield found


def nearness_before(text: str, start: int) -> Nearness:
    """What the words before a figure say of how exact it is."""
    said = _ABOUT.search(text[max(0, start - 16) : start])
    return Nearness.AS_SHOWN if said is None else _NEARNESS[said.lastgroup or "about"]


def coarse_step_of(number: Number) -> Decimal:
    """What one of the last digit before closing zeros is worth, of at least two digits."""
    if not number.value:
        return number.step
    closing_zeros = Decimal(1).scaleb(int(number.value.normalize().as_tuple().exponent))
    second_digit = Decimal(1).scaleb(number.value.adjusted() - 1)
    return max(number.step, min(closing_zeros, second_digit))


def kind_of(unit: str) -> Kind:
    """What a claim with this unit is about."""
    if unit == PERCENT:
        return Kind.PERCENT
    return Kind.MONEY if unit in CURRENCIES else Kind.FIGURE


def unit_after(text: str, end: int) -> tuple[str | None, int]:
    """The unit that follows a number, and where it ends; empty without one.

    None where letters that are no unit cling to the number.
    """
    found = _UNIT.match(text, end)
    if found is None:
        return "", end
    unit = unit_called(found["unit"])
    if unit is not None:
        return unit, found.end()
    return ("" if found.group()[0] in " -" else None), end


def figure_of(number: Number, unit: str, nearness: Nearness) -> Figure:
    """The figure; cents are dollars."""
    if unit == "cents":
        number, unit = number.times_ten(-2), "USD"
    return Figure(number.value, number.step, coarse_step_of(number), unit, nearness)


def _figure(text: str, numeral: re.Match[str], number: Number, before: re.Match[str] | None) -> Found | None:
    start, end, written = numeral.start(), numeral.end(), numeral.group()
    currency = None
    if before is not None:
        currency = _SYMBOLS.get(before["symbol"] or "") or before["code"].upper()
        start -= len(before.string) - before.start()
    grown, end = with_exponent(number, text, end)
    if grown is None or _LOOKALIKE.match(text, end) is not None:
        return Found(Kind.FIGURE, start, end, ())
    ordinal = _ORDINAL.match(text, end)
    if ordinal is not None and currency is None and len(written) <= 3:
        readings = (figure_of(number, "", Nearness.AS_SHOWN), WrittenDate(day=int(number.value)))
        return Found(Kind.FIGURE, start, ordinal.end(), readings)
    grown, end = _with_magnitude(text, grown, end, is_money=currency is not None)
    unit, end = (currency, end) if currency is not None else unit_after(text, end)
    if unit is None and end == numeral.end() and len(written) <= 3:
        return None
    nearness = nearness_before(text, start)
    if nearness is Nearness.AS_SHOWN and text[end : end + 1] == "+":
        nearness = Nearness.OVER
    figure = figure_of(grown, unit or "", nearness)
    return Found(kind_of(figure.unit), start, end, (figure,))


def _with_magnitude(text: str, number: Number, end: int, *, is_money: bool) -> tuple[Number, int]:
    """The number with `k`, `million`, `hundred thousand`; letters that could be a unit count only for money."""
    for _ in range(2):
        zeros, ends, is_unit_like = magnitude_after(text, end)
        if is_unit_like and not is_money and kind_of(unit_after(text, ends)[0] or "") is not Kind.MONEY:
            break
        number, end = number.times_ten(zeros), ends
    return number, end


def _one_by_one(numeral: re.Match[str]) -> Iterator[Found]:
    """Numbers in a row without spaces; a version or an address of a network has to be known as it is written."""
    written, place = numeral.group(), numeral.start()
    parts = [number_of(part) for part in written.split(",")]
    if len(parts) == 1 or None in parts:
        is_short = len(written) <= _LONGEST_TOKEN
        yield Found(Kind.FIGURE, *numeral.span(), (Mention(written),) if is_short else ())
        return
    for part, number in zip(written.split(","), parts, strict=True):
        if number is not None:
            figure = figure_of(number, "", Nearness.AS_SHOWN)
            yield Found(Kind.FIGURE, place, place + len(part), (figure,))
        place += len(part) + 1


def _hidden(text: str, start: int, numeral: re.Match[str]) -> Found | None:
    written = numeral.group()
    if sum(map(str.isdigit, written)) < _FEWEST_HIDDEN_DIGITS and "," not in written:
        return None
    rest = _REST_OF_TOKEN.match(text, numeral.start())
    end = numeral.end() if rest is None else max(rest.end(), numeral.end())
    start = max(start, numeral.start() - _LONGEST_TOKEN)
    return Found(Kind.NAME, start, end, (Mention(text[start:end]),))
