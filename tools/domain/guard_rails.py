"""Guard rails: how far a limit may be moved by itself, whatever its history asks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, localcontext

from tools.domain.money import USD, Spend, plain

_CENT = Decimal("0.01")
_TEN_THOUSANDTH = Decimal("0.0001")


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardRails:
    """What an adjusted limit stays within.

    `largest_change` is a ratio of the limit that stood when the period began; `floor` and `ceiling` are amounts in
    the unit of the budget.
    """

    largest_change: Decimal
    floor: Decimal | None = None
    ceiling: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RailedLimit:
    """The limit nearest to what was wanted that the rails allow; None where they allow none but the present one.

    `held_back` are sentences: which rails kept it from being what was wanted.
    """

    limit: Spend | None
    held_back: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Bound:
    amount: Decimal
    reason: str


def within_rails(
    wanted: Spend, present: Spend, at_period_start: Spend, spent: Spend | None, rails: GuardRails
) -> RailedLimit:
    """The wanted limit as far as the rails allow.

    Never under what is `spent` already in the period; where that is not known the limit is not lowered. All
    amounts are in one unit.
    """
    lowest = _strictest(_lower_bounds(wanted, present, at_period_start, spent, rails), highest=True)
    highest = _strictest(_upper_bounds(wanted, at_period_start, rails), highest=False)
    if lowest.amount > highest.amount:
        return RailedLimit(limit=None, held_back=(f"no limit is {lowest.reason} and {highest.reason}",))
    amount = min(max(wanted.amount, lowest.amount), highest.amount)
    held_back: tuple[str, ...] = ()
    if amount > wanted.amount:
        held_back = (f"has to be {lowest.reason}",)
    elif amount < wanted.amount:
        held_back = (f"has to be {highest.reason}",)
    is_change = amount != present.amount and (amount > present.amount) == (wanted.amount > present.amount)
    return RailedLimit(limit=Spend(plain(amount), wanted.unit) if is_change else None, held_back=held_back)


def _lower_bounds(
    wanted: Spend, present: Spend, start: Spend, spent: Spend | None, rails: GuardRails
) -> list[_Bound]:
    percent = plain(rails.largest_change * 100)
    lowest = _rounded(start.amount * (1 - rails.largest_change), wanted.unit, ROUND_CEILING)
    bounds = [_Bound(max(lowest, Decimal(0)), _at_least(lowest, wanted.unit, f"-{percent:f} % a period"))]
    if rails.floor is not None:
        bounds.append(_Bound(rails.floor, _at_least(rails.floor, wanted.unit, "the floor")))
    if spent is None:
        reason = "at least the present limit, because what is spent in this period is not known"
        bounds.append(_Bound(present.amount, reason))
    else:
        amount = _rounded(spent.amount, wanted.unit, ROUND_CEILING)
        bounds.append(_Bound(amount, _at_least(amount, wanted.unit, "spent already in this period")))
    return bounds


def _upper_bounds(wanted: Spend, start: Spend, rails: GuardRails) -> list[_Bound]:
    percent = plain(rails.largest_change * 100)
    highest = _rounded(start.amount * (1 + rails.largest_change), wanted.unit, ROUND_FLOOR)
    bounds = [_Bound(highest, _at_most(highest, wanted.unit, f"+{percent:f} % a period"))]
    if rails.ceiling is not None:
        bounds.append(_Bound(rails.ceiling, _at_most(rails.ceiling, wanted.unit, "the ceiling")))
    return bounds


def _strictest(bounds: Sequence[_Bound], *, highest: bool) -> _Bound:
    return (max if highest else min)(bounds, key=lambda each: each.amount)


def _at_least(amount: Decimal, unit: str, why: str) -> str:
    return f"at least {Spend(amount, unit).in_words()} ({why})"


def _at_most(amount: Decimal, unit: str, why: str) -> str:
    return f"at most {Spend(amount, unit).in_words()} ({why})"


def _rounded(amount: Decimal, unit: str, rounding: str) -> Decimal:
    """To what a limit can say, towards the inside of the rails."""
    with localcontext(prec=50):
        return amount.quantize(_CENT if unit == USD else _TEN_THOUSANDTH, rounding=rounding)
