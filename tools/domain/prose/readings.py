"""How a piece of a text can be understood: as a figure, as a date, or as something mentioned by its name."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import NamedTuple, TypeAlias

PERCENT = "%"
TIMES = "x"
CURRENCIES = frozenset({"USD", "EUR", "GBP", "JPY", "CNY", "INR", "CAD", "AUD", "NZD", "CHF", "SEK", "BRL"})
"""ISO 4217 codes by which a unit is known for money; AWS bills in USD, and in CNY in China."""


class Nearness(Enum):
    """What a writer says of how exact a figure is: `about 1,200`, `over 1,200`, `under 1,200`."""

    AS_SHOWN = "as shown"
    ABOUT = "about"
    OVER = "over"
    UNDER = "under"


@dataclass(frozen=True, slots=True)
class Figure:
    """A number without its sign, as exact as it is written.

    `step` is worth one of the last digit shown: 0.01 in 1,234.56, 100 in 1.2k. `coarse_step` is the same for
    the last digit that is not one of several closing zeros, and at least the second: 100 in 1,200. `unit` is
    PERCENT, TIMES, a currency's code, a unit of usage in lower case, or empty.
    """

    value: Decimal
    step: Decimal
    coarse_step: Decimal
    unit: str = ""
    nearness: Nearness = Nearness.AS_SHOWN


@dataclass(frozen=True, slots=True)
class WrittenDate:
    """A date or a time of day with the parts that are written; the others are None."""

    year: int | None = None
    quarter: int | None = None
    month: int | None = None
    day: int | None = None
    hour: int | None = None
    minute: int | None = None
    second: int | None = None


@dataclass(frozen=True, slots=True)
class Mention:
    """Something that has to be written like that in the facts.

    A name counts in any case and as a part of a text; what is `literal` (an ARN, an address) only as it is
    written, and as a whole.
    """

    text: str
    is_literal: bool = False


Reading: TypeAlias = Figure | WrittenDate | Mention


class Kind(Enum):
    """What a claim is about; ADDRESS is whatever can lead elsewhere: e-mail, URL, link target, image, HTML tag."""

    FIGURE = "FIGURE"
    PERCENT = "PERCENT"
    MONEY = "MONEY"
    DATE = "DATE"
    NAME = "NAME"
    ARN = "ARN"
    ADDRESS = "ADDRESS"


class Found(NamedTuple):
    """A claim in a plain text: where it stands, and the readings of which one has to be true."""

    kind: Kind
    start: int
    end: int
    readings: tuple[Reading, ...]
