"""Spend: an amount with its unit, exact, as AWS Budgets' `Spend` shape has it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_HALF_EVEN, Decimal, localcontext

USD = "USD"
PERCENTAGE = "PERCENTAGE"

_CENT = Decimal("0.01")
_TENTH = Decimal("0.1")
_TEN_THOUSANDTH = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Spend:
    """An amount in a unit: US dollars, a usage unit such as `GB`, or `PERCENTAGE`.

    Source: Budgets API, shape `Spend` (Amount is a decimal string, Unit is free text for usage budgets).
    """

    amount: Decimal
    unit: str

    def __add__(self, other: Spend) -> Spend:
        return Spend(self.amount + self._same_unit(other), self.unit)

    def __sub__(self, other: Spend) -> Spend:
        return Spend(self.amount - self._same_unit(other), self.unit)

    def ratio_to(self, other: Spend) -> Decimal | None:
        """How many times `other` this is; None when `other` is zero, for which no ratio exists."""
        divisor = self._same_unit(other)
        return self.amount / divisor if divisor else None

    def times(self, factor: Decimal) -> Spend:
        """This amount multiplied; the unit stays."""
        return Spend(self.amount * factor, self.unit)

    def in_words(self) -> str:
        """For sentences: `$1,234.50`, `71.0 %`, `5,200 GB`."""
        if self.unit == USD:
            sign = "-" if self.amount < 0 else ""
            return f"{sign}${abs(rounded(self.amount, self.unit)):,}"
        if self.unit == PERCENTAGE:
            return f"{rounded(self.amount, self.unit)} %"
        return f"{rounded(self.amount, self.unit):,} {self.unit}"

    def _same_unit(self, other: Spend) -> Decimal:
        if self.unit != other.unit:
            raise ValueError(f"{self.unit} and {other.unit} cannot be put together")
        return other.amount


def rounded(amount: Decimal, unit: str) -> Decimal:
    """As replies show it: dollars to the cent, percentages to a tenth, usage to at most four places."""
    step = {USD: _CENT, PERCENTAGE: _TENTH}.get(unit)
    if step is None:
        return plain(amount.quantize(_TEN_THOUSANDTH, rounding=ROUND_HALF_EVEN))
    return amount.quantize(step, rounding=ROUND_HALF_EVEN)


def plain(amount: Decimal) -> Decimal:
    """Without trailing zeros and never in exponent notation, which the Budgets API refuses."""
    return Decimal(f"{amount.normalize():f}")


def as_percent(ratio: Decimal | None) -> Decimal | None:
    """A ratio as percent with one decimal; an unknown ratio stays unknown."""
    return None if ratio is None else (ratio * 100).quantize(_TENTH, rounding=ROUND_HALF_EVEN)


def rounded_up(amount: Decimal, most: Decimal) -> Decimal:
    """Up to a multiple of 1, 2 or 5 times a power of ten that adds at most `most`, which is above zero.

    With at most 4, 1,432.17 becomes 1,434, and with at most 40 it becomes 1,440. Nothing below zero stays.
    """
    if amount <= 0:
        return Decimal(0)
    power = Decimal(1).scaleb(most.adjusted())
    step = next(power * times for times in (5, 2, 1) if power * times <= most)
    # An amount may have more digits than a division keeps; what is cut off has to be rounded up as well.
    with localcontext(rounding=ROUND_CEILING):
        steps = (amount / step).to_integral_value()
    return plain(steps * step)
