"""How two definitions of a budget differ, in what a person would ask about."""

from __future__ import annotations

from dataclasses import dataclass

from tools.domain.budget import BudgetDefinition
from tools.domain.scope import CostTypes, Scope


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs: what it is, as it exists and as it was asked for, in words."""

    what: str
    existing: str
    asked: str


def differences_between(existing: BudgetDefinition, asked: BudgetDefinition) -> list[Difference]:
    """Where an existing budget differs from what was asked: type, time unit, limit, scope.

    AWS answers reads with the current limit also where planned limits or auto-adjust decide it, so only the
    kind that decides is compared.
    """
    found = []
    if existing.type is not asked.type:
        found.append(Difference("budget_type", existing.type.name.value, asked.type.name.value))
    if existing.time_unit is not asked.time_unit:
        found.append(Difference("time_unit", existing.time_unit.value, asked.time_unit.value))
    if not _has_same_limit(existing, asked):
        found.append(Difference("limit", limit_in_words(existing), limit_in_words(asked)))
    if not _is_same_scope(existing.scope, asked.scope):
        found.append(Difference("scope", scope_in_words(existing.scope), scope_in_words(asked.scope)))
    return found


def limit_in_words(definition: BudgetDefinition) -> str:
    """`$1,000.00`, `12 planned limits from $90.00 to $140.00`, or how it adjusts itself."""
    if definition.planned_limits:
        limits = sorted(definition.planned_limits.values(), key=lambda spend: spend.amount)
        lowest, highest = limits[0].in_words(), limits[-1].in_words()
        return f"{len(limits)} planned limits from {lowest} to {highest}"
    if definition.auto_adjust is not None:
        periods = definition.auto_adjust.periods
        over = f" over {periods} periods" if periods is not None else ""
        return f"auto-adjusting, {definition.auto_adjust.type.value}{over}"
    return "none" if definition.limit is None else definition.limit.in_words()


def scope_in_words(scope: Scope) -> str:
    """The filter, with the metric or the cost types when they are not the usual ones."""
    costs = scope.cost_types.differences_in_words() if scope.cost_types else []
    metric = [] if scope.metric is None else [scope.metric]
    extra = ", ".join([*costs, *metric])
    return f"{scope.in_words()} ({extra})" if extra else scope.in_words()


def _has_same_limit(existing: BudgetDefinition, asked: BudgetDefinition) -> bool:
    if existing.planned_limits or asked.planned_limits:
        return existing.planned_limits == asked.planned_limits
    if existing.auto_adjust is not None or asked.auto_adjust is not None:
        if existing.auto_adjust is None or asked.auto_adjust is None:
            return False
        return (existing.auto_adjust.type, existing.auto_adjust.periods) == (
            asked.auto_adjust.type,
            asked.auto_adjust.periods,
        )
    return existing.limit == asked.limit


def _is_same_scope(existing: Scope, asked: Scope) -> bool:
    keys = existing.key(), asked.key()
    if None in keys and existing.expression != asked.expression:
        return False
    return (
        keys[0] == keys[1]
        and (existing.cost_types or CostTypes()) == (asked.cost_types or CostTypes())
        and (existing.metric or "UnblendedCost") == (asked.metric or "UnblendedCost")
        and existing.billing_view_arn == asked.billing_view_arn
    )
