"""What budgets with budget actions cost.

Source: AWS Budgets pricing: two budgets with actions are free, each further one costs $0.10 a day.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from tools.domain.money import USD, Spend

FREE_BUDGETS = 2
PER_DAY = Decimal("0.10")
DAYS = 30


@dataclass(frozen=True, slots=True)
class ActionCost:
    """How many budgets of the account have actions, and what one of them adds in 30 days."""

    budgets: int
    added_per_month: Spend
    sentence: str


def action_cost(budget_name: str, with_actions: Iterable[str]) -> ActionCost:
    """What the budget adds when it gets an action; nothing where it has one already, however many more it gets."""
    present = set(with_actions)
    together = len(present | {budget_name})
    per_month = Spend(PER_DAY * DAYS, USD)
    if budget_name in present:
        words = "it has actions already, and further ones on the same budget cost nothing"
        return ActionCost(together, Spend(Decimal(0), USD), _sentence(together, words))
    if together <= FREE_BUDGETS:
        words = "the first two are free"
        return ActionCost(together, Spend(Decimal(0), USD), _sentence(together, words))
    words = f"beyond the first two each costs $0.10 a day, {per_month.in_words()} in 30 days, used or not"
    return ActionCost(together, per_month, _sentence(together, words))


def _sentence(together: int, words: str) -> str:
    budgets = "budget" if together == 1 else "budgets"
    return f"{together} {budgets} of the account with budget actions, this one included: {words}."
