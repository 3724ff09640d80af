"""Totals over budgets, only of amounts that may be added: never percentages, never across units or time units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tools.domain.budget_types import BudgetTypeName
from tools.domain.money import Spend
from tools.domain.periods import TimeUnit
from tools.domain.standing import Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetTotal:
    """Budgets of one type, unit and time unit: their limits and what they came to, both in that unit."""

    type: BudgetTypeName
    time_unit: TimeUnit
    budgets: int
    limit: Spend
    actual: Spend


def totals_of(standings: Sequence[Standing]) -> list[BudgetTotal]:
    """A total for each type, time unit and unit; budgets without a limit or an actual figure are in none."""
    groups: dict[tuple[BudgetTypeName, TimeUnit, str], list[tuple[Spend, Spend]]] = {}
    for each in standings:
        if each.budget.type.fixed_limit is not None or each.limit is None or each.actual is None:
            continue
        if each.limit.unit != each.actual.unit:
            continue
        key = (each.budget.type.name, each.budget.definition.time_unit, each.limit.unit)
        groups.setdefault(key, []).append((each.limit, each.actual))
    return [
        BudgetTotal(
            type=type_name,
            time_unit=time_unit,
            budgets=len(pairs),
            limit=_sum([limit for limit, _ in pairs]),
            actual=_sum([actual for _, actual in pairs]),
        )
        for (type_name, time_unit, _), pairs in sorted(groups.items())
    ]


def _sum(spends: Sequence[Spend]) -> Spend:
    whole = spends[0]
    for each in spends[1:]:
        whole = whole + each
    return whole
