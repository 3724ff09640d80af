"""Uncovered spend: services and accounts that cost something and that no budget names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from tools.domain.budget import Budget
from tools.domain.budget_types import COST


@dataclass(frozen=True, slots=True)
class Uncovered:
    """A service or account, by its name in the scope (Service or LinkedAccount), and what it cost in a month."""

    kind: str
    value: str
    amount: Decimal


def uncovered_by(
    kind: str, amounts: Mapping[str, Decimal], budgets: Sequence[Budget], floor: Decimal
) -> list[Uncovered]:
    """Those that cost more than the floor and that no COST budget's filter names, the dearest first.

    A budget over everything names none: it does not tell which service, or whose account, is to blame.
    """
    named = {
        value
        for budget in budgets
        if budget.type is COST
        for value in budget.definition.scope.values_of(kind)
    }
    found = [
        Uncovered(kind, value, amount)
        for value, amount in amounts.items()
        if value and value not in named and amount > floor
    ]
    return sorted(found, key=lambda each: (-each.amount, each.value))
