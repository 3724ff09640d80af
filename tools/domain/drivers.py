"""Drivers: what made one row of days cost more or less than another, group by group, adding up to the whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from tools.domain.money import Spend

MOST_DRIVERS = 10

QUANTITY = "UsageQuantity"

MIXED_UNITS = "N/A"
"""Cost Explorer's unit of quantities in several units, and of those in none."""

Groups = Mapping[tuple[str, ...], Mapping[str, Spend]]
"""Group -> metric -> amount, as Cost Explorer groups them."""


class Course(StrEnum):
    """What became of a group."""

    NEW = "NEW"
    GONE = "GONE"
    MORE = "MORE"
    LESS = "LESS"
    SAME = "SAME"


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceAndVolume:
    """How much of a change comes from using more, and how much from paying more for it; the two add up to it.

    `by_volume` is the change of quantity at the old price, `by_price` the change of price for the new quantity.
    """

    before: Spend
    now: Spend
    by_volume: Spend
    by_price: Spend


@dataclass(frozen=True, slots=True, kw_only=True)
class Driver:
    """One group: what it came to before and now. `split` is None where quantities do not allow it."""

    group: tuple[str, ...]
    course: Course
    before: Spend
    now: Spend
    split: PriceAndVolume | None

    @property
    def change(self) -> Spend:
        """Now minus before."""
        return self.now - self.before


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """The change between two rows of days: `drivers`, the largest first, and `rest` add up to `change`.

    `others` are the groups in `rest`. `left_out` are groups that only one of two incomplete reads has, of which
    nothing is known: they are in no figure here.
    """

    before: Spend
    now: Spend
    drivers: tuple[Driver, ...]
    rest: Spend
    others: int
    left_out: int

    @property
    def change(self) -> Spend:
        """Now minus before."""
        return self.now - self.before


def explained(
    before: Groups, now: Groups, metric: str, *, unit: str, is_complete: bool, most: int = MOST_DRIVERS
) -> Explanation:
    """What changed between two reads of the same grouping, in `unit`.

    With `is_complete` False only groups that both reads have are compared: another may lie on a page that was not
    read, so that it is neither new nor gone. A quantity in another unit than the budget's is left out as well.
    """
    nothing = Spend(Decimal(0), unit)
    every = sorted({*before, *now})
    drivers = []
    for group in every:
        pair = before.get(group, {}).get(metric), now.get(group, {}).get(metric)
        if not is_complete and None in pair:
            continue
        if any(each is not None and each.unit != unit and each.amount for each in pair):
            continue
        amounts = [
            nothing if each is None or each.unit != unit else Spend(each.amount, unit) for each in pair
        ]
        drivers.append(
            _driver(group, amounts[0], amounts[1], before.get(group, {}), now.get(group, {}), metric)
        )
    drivers.sort(key=lambda each: (-abs(each.change.amount), each.group))
    shown = tuple(each for each in drivers[:most] if each.change.amount)
    rest = drivers[len(shown) :]
    return Explanation(
        before=_sum([each.before for each in drivers], nothing),
        now=_sum([each.now for each in drivers], nothing),
        drivers=shown,
        rest=_sum([each.change for each in rest], nothing),
        others=sum(bool(each.change.amount) for each in rest),
        left_out=len(every) - len(drivers),
    )


def _driver(
    group: tuple[str, ...],
    before: Spend,
    now: Spend,
    figures_before: Mapping[str, Spend],
    figures_now: Mapping[str, Spend],
    metric: str,
) -> Driver:
    if before.amount == now.amount:
        course = Course.SAME
    elif not before.amount:
        course = Course.NEW
    elif not now.amount:
        course = Course.GONE
    else:
        course = Course.MORE if now.amount > before.amount else Course.LESS
    split = None
    if metric != QUANTITY and course in (Course.MORE, Course.LESS):
        split = _split(before, now, figures_before.get(QUANTITY), figures_now.get(QUANTITY))
    return Driver(group=group, course=course, before=before, now=now, split=split)


def _split(
    before: Spend, now: Spend, quantity_before: Spend | None, quantity_now: Spend | None
) -> PriceAndVolume | None:
    """None where a quantity is missing, zero, or in no one unit: then there is no price."""
    if quantity_before is None or quantity_now is None or quantity_before.unit != quantity_now.unit:
        return None
    if quantity_before.unit in ("", MIXED_UNITS) or quantity_before.amount <= 0 or quantity_now.amount <= 0:
        return None
    price_before = before.amount / quantity_before.amount
    by_volume = Spend((quantity_now.amount - quantity_before.amount) * price_before, before.unit)
    return PriceAndVolume(
        before=quantity_before, now=quantity_now, by_volume=by_volume, by_price=now - before - by_volume
    )


def _sum(amounts: Sequence[Spend], nothing: Spend) -> Spend:
    whole = nothing
    for each in amounts:
        whole = whole + each
    return whole
