"""Scopes with their whole months, and which of them are worth a budget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from statistics import median

from tools.domain.budget_types import BudgetType
from tools.domain.estimates import estimate_of
from tools.domain.gross import recent_gross
from tools.domain.grouping import GroupScope
from tools.domain.money import USD, Spend
from tools.domain.recommenders._experience import NO_EXPERIENCE, Experience
from tools.domain.spend_history import SpendHistory


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeHistory:
    """A scope's whole months as a budget of this type counts them, and what it costs in dollars.

    `costs` is the same as `history` for cost budgets and None for percentages. `taken_off` is what credits and
    refunds took off its costs by month, as negative amounts, where that is known.
    """

    budget_type: BudgetType
    where: GroupScope
    history: SpendHistory
    costs: SpendHistory | None
    taken_off: Mapping[date, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Skipped:
    """A scope that gets no recommendation, and why."""

    scope: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Triage:
    """Histories worth a budget with their expected dollars a month, the most expensive first; and the rest.

    Percentages have no dollars and come last. `small` is what each scope under the minimum spends a month.
    """

    worth: tuple[tuple[ScopeHistory, Decimal | None], ...]
    small: tuple[Decimal, ...]
    skipped: tuple[Skipped, ...]


def triage(
    histories: Sequence[ScopeHistory],
    minimum: Decimal,
    breach_probability: Decimal,
    experience: Experience = NO_EXPERIENCE,
) -> Triage:
    """Sort out what ended, what credits hide, and what spends less than `minimum` dollars a month."""
    worth: list[tuple[ScopeHistory, Decimal | None]] = []
    small: list[Decimal] = []
    skipped: list[Skipped] = []
    for each in histories:
        if each.costs is None:
            worth.append((each, None))
            continue
        estimate = estimate_of(each.costs, breach_probability, experience)
        expected = Decimal(0) if estimate is None else estimate.expected
        reason = _reason_to_skip(each.costs, each.taken_off, expected, minimum)
        if reason is not None:
            skipped.append(Skipped(each.where.in_words(), reason))
        elif expected < minimum or not expected:
            small.append(expected)
        else:
            worth.append((each, expected))
    worth.sort(
        key=lambda entry: (
            entry[1] is None,
            -(entry[1] or Decimal(0)),
            entry[0].budget_type.name,
            entry[0].where.label,
        )
    )
    return Triage(worth=tuple(worth), small=tuple(small), skipped=tuple(skipped))


def _reason_to_skip(
    costs: SpendHistory, taken_off: Mapping[date, Decimal], expected: Decimal, minimum: Decimal
) -> str | None:
    """Why a scope that once spent enough gets nothing; None where there is nothing to explain."""
    gross = recent_gross(costs, taken_off)
    is_hidden = bool(taken_off.get(costs.months[-1].month)) and gross > 0 and gross >= minimum
    hidden = (
        f"; before them the last months came to {Spend(gross, USD).in_words()}, which a budget counts with"
        ' cost_types {"include_credit": false, "include_refund": false}'
        if is_hidden
        else ""
    )
    if is_hidden and 0 < expected < minimum:
        return f"credits or refunds leave {Spend(expected, USD).in_words()} of its costs{hidden}"
    largest = max((abs(amount) for amount in costs.amounts), default=Decimal(0))
    if not is_hidden and (not largest or largest < minimum):
        return None
    if costs.ended is not None and not is_hidden:
        usual = Spend(median(each.amount for each in costs.months if each.amount), USD).in_words()
        return f"it ended: {usual} a month until {costs.ended:%Y-%m}, and nothing was spent after it"
    if not expected:
        lowest = Spend(min(costs.amounts), USD).in_words()
        return (
            f"credits or refunds outweigh its costs (down to {lowest} a month), so no limit follows from them"
            f"{hidden}"
        )
    return None
