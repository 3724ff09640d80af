"""Costs by group and record type: what budgets count, and what credits and refunds took off it.

Everybody who reads costs by group asks like this, so that one answer, kept for the day, serves all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final

from tools.domain.gross import TAKEN_OFF
from tools.ports.cost_explorer import BETWEEN_GROUPS, CostRead

COST_METRIC: Final = "UnblendedCost"
_RECORD_TYPES: Final = ("DIMENSION", "RECORD_TYPE")

ByGroup = Mapping[str, Mapping[date, Decimal]]
"""Amounts by group and month."""


@dataclass(frozen=True, slots=True)
class NetCosts:
    """`read` has the amounts with credits and refunds; `taken_off` those alone, as negative amounts."""

    read: CostRead
    taken_off: ByGroup


def by_record_type(
    grouping: tuple[str, str] | None,
) -> tuple[tuple[str, str], tuple[str, str] | None]:
    """The two keys to group by, for a grouping or for everything."""
    return (_RECORD_TYPES, None) if grouping is None else (grouping, _RECORD_TYPES)


def net_costs(read: CostRead, *, is_grouped: bool) -> NetCosts:
    """What was read by `by_record_type`; without a grouping everything is the group ``."""
    net: dict[str, dict[date, Decimal]] = {}
    taken_off: dict[str, dict[date, Decimal]] = {}
    units: dict[str, str] = {}
    for joined, by_month in read.amounts.items():
        group, _, record_type = joined.rpartition(BETWEEN_GROUPS) if is_grouped else ("", "", joined)
        units[group] = read.units[joined]
        _add(by_month, net.setdefault(group, {}))
        if record_type in TAKEN_OFF:
            _add(by_month, taken_off.setdefault(group, {}))
    return NetCosts(replace(read, amounts=net, units=units), taken_off)


def _add(by_month: Mapping[date, Decimal], sums: dict[date, Decimal]) -> None:
    for month, amount in by_month.items():
        sums[month] = sums.get(month, Decimal(0)) + amount
