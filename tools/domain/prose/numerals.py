"""Numbers in digits, without a unit: `1,234.56`, `1 234,56`, `1.2k`, `5 million`, `1e6`."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

MOST_DIGITS = 24
"""Digits of a number that is looked at; longer ones are no figure of anybody's spending."""

NUMERAL = re.compile(
    r"(?<![\w.,])\d{1,3}(?:[ ]\d{3})+(?!\d)(?:[.,]\d+)?(?!\d)|\d+(?:[.,'_]\d+)*|(?<![\w.])\.\d+"
)
_EXPONENT = re.compile(r"[eE]([-+]?\d{1,9})(?!\w)")
_MAGNITUDE = re.compile(
    r"[ -]?(?P<word>hundred|thousand|million|billion|trillion)(?![A-Za-z])"
    r"|[ ]?(?P<letter>k|mn|mm|m|bn|b|tn|t)(?![A-Za-z])",
    re.IGNORECASE,
)
_ZEROS = {"hundred": 2, "thousand": 3, "million": 6, "billion": 9, "trillion": 12}
_ZEROS |= {"k": 3, "m": 6, "mn": 6, "mm": 6, "b": 9, "bn": 9, "t": 12, "tn": 12}


class Number(NamedTuple):
    """A number without its sign, and what one of the last digit that is shown is worth."""

    value: Decimal
    step: Decimal

    def times_ten(self, zeros: int) -> Number:
        """The number with the decimal point so many places further to the right."""
        factor = Decimal(1).scaleb(zeros)
        return Number(self.value * factor, self.step * factor)


def number_of(written: str) -> Number | None:
    """The number that NUMERAL found; None for what is no one number, such as `1.2.3`, or is too long.

    A point or a comma before other than three digits, and the second kind of mark, separate the decimals:
    `1,234.56`, `1.234,56`, `1,5`. A single point always does: `1.234` is 1 and a bit.
    """
    groups = re.split(r"\D", written)
    if sum(map(len, groups)) > MOST_DIGITS:
        return None
    marks = re.sub(r"\d", "", written)
    digits = "".join(groups)
    if not marks:
        return Number(Decimal(digits), Decimal(1))
    is_point = len(marks) == 1 and marks in ".,"
    if _groups_thousands(groups, marks) and marks != ".":
        return Number(Decimal(digits), Decimal(1))
    has_decimals = marks[-1] in ".," and marks[-1] not in marks[:-1]
    if is_point or (has_decimals and _groups_thousands(groups[:-1], marks[:-1])):
        return Number(Decimal(digits), Decimal(1)).times_ten(-len(groups[-1]))
    return None


def with_exponent(number: Number, text: str, end: int) -> tuple[Number | None, int]:
    """The number with what follows it in a text, such as `e6`; None where that leaves all bounds."""
    exponent = _EXPONENT.match(text, end)
    if exponent is None:
        return number, end
    zeros = int(exponent[1])
    return (number.times_ten(zeros) if abs(zeros) <= MOST_DIGITS else None), exponent.end()


def magnitude_after(text: str, end: int) -> tuple[int, int, bool]:
    """The zeros that a word or a letter after a number adds, where it ends, and whether it could be a unit."""
    found = _MAGNITUDE.match(text, end)
    if found is None:
        return 0, end, False
    letter = found["letter"]
    is_unit_like = letter is not None and (
        letter in ("m", "mm") or (found.group()[0] == " " and letter != "k")
    )
    return _ZEROS[(letter or found["word"]).lower()], found.end(), is_unit_like


def _groups_thousands(groups: list[str], marks: str) -> bool:
    """Whether marks of one kind stand before every three digits, or as in India before two and then three."""
    if len(set(marks)) != 1:
        return False
    first, *inner, last = groups
    if not 1 <= len(first) <= 3 or len(last) != 3:
        return False
    return all(len(group) == 3 for group in inner) or (
        set(marks) == {","} and len(first) <= 2 and all(len(group) == 2 for group in inner)
    )
