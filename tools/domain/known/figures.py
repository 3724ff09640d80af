"""Figures that are known, by their unit, and whether one that is written may stand for one of them."""

from __future__ import annotations

from bisect import bisect_left
from decimal import Decimal

from tools.domain.prose.readings import CURRENCIES, PERCENT, TIMES, Figure, Nearness

COUNT = ""
"""The unit of what only counts: never money, never a percentage."""
ANY = "any"
"""The unit of a number of which is not known what it is."""

_COARSEST = Decimal("0.05")
_LARGEST_COUNT = 20


class KnownFigures:
    """Figures without their sign.

    One that is written as money needs money of that currency, and one in percent needs a percentage; a number
    of which is not known what it is serves for both, and a count for neither. One with a unit of usage needs
    the same unit, or a number without one. `2.4x` may stand for 2.4 or for 240 %. A figure without a unit may
    come from any of them.
    """

    def __init__(self) -> None:
        self._by_unit: dict[str, _Values] = {}

    def add(self, value: Decimal, unit: str) -> None:
        """A figure from now on known."""
        self._by_unit.setdefault(unit, _Values()).add(value)

    def has(self, figure: Figure) -> bool:
        """Whether one is known that may be written like that."""
        low, high = values_shown_as(figure)
        if figure.unit == TIMES and self._has(low * 100, high * 100, PERCENT):
            return True
        return self._has(low, high, *self._units_for(figure.unit))

    def _units_for(self, unit: str) -> tuple[str, ...]:
        if not unit:
            return tuple(self._by_unit)
        if unit == PERCENT or unit in CURRENCIES:
            return unit, ANY
        return unit, COUNT, ANY

    def _has(self, low: Decimal, high: Decimal, *units: str) -> bool:
        return any(self._by_unit[unit].has(low, high) for unit in units if unit in self._by_unit)


def values_shown_as(figure: Figure) -> tuple[Decimal, Decimal]:
    """The least and the largest true value that a figure may be written for.

    - It is rounded to the last digit that is shown: 1,235 and 1.2k for 1,234.56.
    - After `about` closing zeros are not shown, but at least two digits are: about 1,200 for 1,234.56.
    - After `over` the truth is up to one of that digit more, after `under` as much less.
    - A bare number up to 20 counts something, and is exact: 9 budgets are not 8.9.
    - It is never more than 5 % from the truth, so that nothing is 1k that is 1,400, nothing 2 that is 1.6,
      and only 0 is 0.
    """
    is_count = not figure.unit and figure.step == 1 and figure.value <= _LARGEST_COUNT
    if is_count and figure.nearness is Nearness.AS_SHOWN:
        return figure.value, figure.value
    half = figure.step / 2
    low, high = figure.value - half, figure.value + half
    match figure.nearness:
        case Nearness.ABOUT:
            low, high = figure.value - figure.coarse_step / 2, figure.value + figure.coarse_step / 2
        case Nearness.OVER:
            high = figure.value + figure.coarse_step
        case Nearness.UNDER:
            low = figure.value - figure.coarse_step
        case Nearness.AS_SHOWN:
            pass
    return max(low, figure.value / (1 + _COARSEST)), min(high, figure.value / (1 - _COARSEST))


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
