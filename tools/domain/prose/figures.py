"""Figures written in digits: `1,234.56`, `$1.2k`, `12 %`, `5 million dollars`, `2.4x`, `148,294.5 Hrs`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

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

_NUMERAL = re.compile(
    r"(?<![\w.,])\d{1,3}(?:[ ]\d{3})+(?!\d)(?:[.,]\d+)?(?!\d)|\d+(?:[.,'_]\d+)*|(?<![\w.])\.\d+"
)
_CODES = "|".join(sorted(CURRENCIES))
_BEFORE = re.compile(
    rf"(?:(?P<symbol>[$€£¥₹])|(?<![A-Za-z])(?P<code>{_CODES}))[ ]?[-+(]?[ ]?$", re.IGNORECASE
)
_SYMBOLS = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "CNY", "₹": "INR"}
_EXPONENT = re.compile(r"[eE]([-+]?\d{1,9})(?![\w])")
_MAGNITUDE = re.compile(
    r"[ -]?(?P<word>hundred|thousand|million|billion|trillion)(?![A-Za-z])|[ ]?(?P<letter>k|mn|mm|m|bn|b|tn|t)(?![A-Za-z])",
    re.IGNORECASE,
)
_TIMES_OF = {"hundred": 2, "thousand": 3, "million": 6, "billion": 9, "trillion": 12}
_TIMES_OF |= {"k": 3, "m": 6, "mn": 6, "mm": 6, "b": 9, "bn": 9, "t": 12, "tn": 12}
_UNIT = re.compile(
    r"[ -]?(?P<unit>per[ ]cent|percentage[ -]points?|gb-mo\w*|[%‰¢€£¥₹×]|\$(?![ ]?\d)|[A-Za-z]+)",
    re.IGNORECASE,
)
_ORDINAL = re.compile(r"(?:st|nd|rd|th)(?![A-Za-z])", re.IGNORECASE)
_TOKEN_AFTER = re.compile(r"[\w.,'#$+/-]*\w")
_MOST_DIGITS = 24
_LONGEST_TOKEN = 64

_ABOUT = re.compile(
    r"(?<![A-Za-z])(?:(?P<about>about|around|roughly|approximately|approx\.?|circa|ca\.?|nearly|almost|close[ ]to|some|~|≈)"
    r"|(?P<over>over|above|more[ ]than|at[ ]least|past|exceed(?:s|ed|ing)?|beyond|just[ ]over)"
    r"|(?P<under>under|below|less[ ]than|at[ ]most|up[ ]to|just[ ]under|short[ ]of))[ ]*$",
    re.IGNORECASE,
)


def figures_in(text: str) -> Iterator[Found]:
    """Every figure in a plain text, and every token that hides digits behind letters.

    Digits of an identifier (`t3.medium`, `EC2`, `platform-2026`) are none. Where an identifier has so many digits, or
    separators of thousands, that it could carry a figure, it is a name that has to be known.
    """
    done = 0
    for numeral in _NUMERAL.finditer(text):
        if numeral.start() < done:
            continue
        for found in _read(text, numeral):
            done = max(done, found.end)
            yield found


def nearness_before(text: str, start: int) -> Nearness:
    """What the words before a figure say of how exact it is."""
    said = _ABOUT.search(text[max(0, start - 16) : start])
    if said is None:
        return Nearness.AS_SHOWN
    return {"about": Nearness.ABOUT, "over": Nearness.OVER, "under": Nearness.UNDER}[
        said.lastgroup or "about"
    ]


def coarse_step_of(value: Decimal, step: Decimal) -> Decimal:
    """What one of the last digit before closing zeros is worth, of at least two digits."""
    if not value:
        return step
    significant = value.normalize().as_tuple()
    closing_zeros = Decimal(1).scaleb(int(significant.exponent))
    second_digit = Decimal(1).scaleb(value.adjusted() - 1)
    return max(step, min(closing_zeros, second_digit))


def _read(text: str, numeral: re.Match[str]) -> Iterator[Found]:
    start, end, written = numeral.start(), numeral.end(), numeral.group()
    before = _BEFORE.search(text[max(0, start - 8) : start])
    begins = start if before is None else start - (len(before.string) - before.start())
    token_start = _token_start(text, start) if before is None else start
    if token_start < start and re.search(r"[^\W\d_]", text[token_start:start]):
        if sum(map(str.isdigit, written)) >= 5 or "," in written:
            yield _hidden(text, token_start, end)
        return
    if text[max(0, start - 1) : start] == "#" and len(written) <= 3 and before is None:
        return
    values = _values(written)
    if values is None:
        yield from _separately(text, start, end, written)
        return
    value, step = values
    currency = (
        None if before is None else _SYMBOLS.get(before["symbol"] or "") or (before["code"] or "").upper()
    )
    exponent = _EXPONENT.match(text, end)
    if exponent is not None:
        end = exponent.end()
        if abs(int(exponent[1])) > _MOST_DIGITS:
            yield Found(Kind.FIGURE, begins, end, ())
            return
        factor = Decimal(1).scaleb(int(exponent[1]))
        value, step = value * factor, step * factor
    ordinal = _ORDINAL.match(text, end)
    if ordinal is not None and currency is None and len(written) <= 3:
        exact = Figure(value, step, step)
        yield Found(Kind.FIGURE, start, ordinal.end(), (exact, WrittenDate(day=int(value))))
        return
    value, step, end = _with_magnitude(text, value, step, end, is_money=currency is not None)
    unit, end = (currency, end) if currency else _unit_after(text, end)
    if unit is None:
        if len(written) <= 3 and written.isdigit() and end == numeral.end():
            return
        unit = ""
    if unit == "cents":
        value, step, unit = value / 100, step / 100, "USD"
    nearness = nearness_before(text, begins)
    if nearness is Nearness.AS_SHOWN and text[end : end + 1] == "+":
        nearness = Nearness.OVER
    figure = Figure(value, step, coarse_step_of(value, step), unit, nearness)
    yield Found(kind_of(unit), begins, end, (figure,))


def kind_of(unit: str) -> Kind:
    """What a claim with this unit is about."""
    if unit == PERCENT:
        return Kind.PERCENT
    return Kind.MONEY if unit in CURRENCIES else Kind.FIGURE


def _values(written: str) -> tuple[Decimal, Decimal] | None:
    """The value and what one of its last digit is worth; None for what is no one number, such as `1.2.3`."""
    if sum(map(str.isdigit, written)) > _MOST_DIGITS:
        return None
    parts = re.split(r"[^\d]", written)
    marks = re.sub(r"\d", "", written)
    if not marks:
        return Decimal(written), Decimal(1)
    whole_groups = all(len(part) == 3 for part in parts[1:]) and 1 <= len(parts[0]) <= 3
    is_one_kind = len(set(marks)) == 1
    if is_one_kind and whole_groups and (marks[0] != "." or len(marks) > 1):
        return Decimal("".join(parts)), Decimal(1)
    if len(marks) == 1 and marks in ".,":
        return _with_places("".join(parts), len(parts[1]))
    inner = parts[1:-1]
    if (
        len(set(marks[:-1])) == 1
        and marks[-1] in ".,"
        and marks[-1] != marks[0]
        and all(len(p) == 3 for p in inner)
    ):
        return _with_places("".join(parts), len(parts[-1]))
    is_indian = set(marks) == {","} and len(parts[-1]) == 3 and all(len(part) == 2 for part in inner)
    if is_indian and len(parts) > 2:
        return Decimal("".join(parts)), Decimal(1)
    return None


def _with_places(digits: str, places: int) -> tuple[Decimal, Decimal]:
    step = Decimal(1).scaleb(-places)
    return Decimal(digits) * step, step


def _separately(text: str, start: int, end: int, written: str) -> Iterator[Found]:
    """Numbers in a row without spaces; a version or an address of a network has to be known as it is written."""
    if "," in written and len(written) <= _LONGEST_TOKEN:
        place = start
        for part in written.split(","):
            values = _values(part)
            if values is None:
                yield Found(Kind.FIGURE, start, end, ())
                return
            value, step = values
            yield Found(Kind.FIGURE, place, place + len(part), (Figure(value, step, step),))
            place += len(part) + 1
        return
    yield Found(Kind.FIGURE, start, end, (Mention(written),) if len(written) <= _LONGEST_TOKEN else ())


def _with_magnitude(
    text: str, value: Decimal, step: Decimal, end: int, *, is_money: bool
) -> tuple[Decimal, Decimal, int]:
    """The number with `k`, `million` and the like; letters that could be a unit (`5 m`, `5 T`) only for money."""
    for _ in range(2):
        found = _MAGNITUDE.match(text, end)
        if found is None:
            break
        letter = found["letter"]
        if (
            letter is not None
            and not is_money
            and kind_of(_unit_after(text, found.end())[0] or "") is not Kind.MONEY
        ):
            is_apart = found.group()[0] == " "
            if letter in ("m", "mm") or (is_apart and letter != "k"):
                break
        factor = Decimal(1).scaleb(_TIMES_OF[(letter or found["word"]).lower()])
        value, step, end = value * factor, step * factor, found.end()
    return value, step, end


def _unit_after(text: str, end: int) -> tuple[str | None, int]:
    """The unit that follows; empty without one, None where letters that are no unit cling to the number."""
    found = _UNIT.match(text, end)
    if found is None:
        return "", end
    unit = unit_called(found["unit"])
    if unit is not None:
        return unit, found.end()
    return ("", end) if found.group()[0] in " -" else (None, end)


def unit_after(text: str, end: int) -> tuple[str, int]:
    """The unit that follows a figure in words, and where it ends; empty without one."""
    unit, ends = _unit_after(text, end)
    return unit or "", ends


def _token_start(text: str, start: int) -> int:
    """Where the run of letters, digits and joining marks begins that a number stands in."""
    place = start
    while place > max(0, start - _LONGEST_TOKEN) and (text[place - 1].isalnum() or text[place - 1] in "_-."):
        if text[place - 1] in "-." and not text[place - 2 : place - 1].isalnum():
            break
        place -= 1
    return place


def _hidden(text: str, start: int, end: int) -> Found:
    token = _TOKEN_AFTER.match(text, start)
    end = end if token is None else max(end, token.end())
    return Found(Kind.NAME, start, end, (Mention(text[start:end]),) if end - start <= _LONGEST_TOKEN else ())
