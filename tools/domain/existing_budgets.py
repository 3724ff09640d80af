"""How a recommendation compares with the budget that already watches the same scope."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from tools.domain.budget import Budget
from tools.domain.money import Spend
from tools.domain.periods import PER_MONTH, TimeUnit
from tools.domain.recommendation import BudgetRecommendation
from tools.domain.status import target_of

SMALLEST_FIT = Decimal("0.9")
LARGEST_FIT = Decimal("1.5")
POINTS_OF_FIT = Decimal(5)

_PREFERENCE = tuple(PER_MONTH)


class Verdict(StrEnum):
    """What to think of the budget that exists."""

    FITS = "FITS"
    TOO_LOW = "TOO_LOW"
    TOO_HIGH = "TOO_HIGH"
    NONE = "NONE"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The existing budget of the same type and scope beside a recommendation.

    `limit` is that budget's own, of its time unit; `ratio` is its limit per month, or its target, by the
    recommended one. NONE means that there is no such budget, UNKNOWN that it cannot be compared.
    """

    verdict: Verdict
    sentence: str
    name: str | None = None
    time_unit: TimeUnit | None = None
    limit: Spend | None = None
    target: Decimal | None = None
    ratio: Decimal | None = None
    counts_differently: tuple[str, ...] = ()


NO_BUDGET = Comparison(verdict=Verdict.NONE, sentence="No budget watches this scope yet.")


def compared_with_existing(
    recommendation: BudgetRecommendation, budgets: Sequence[Budget], now: datetime
) -> Comparison:
    """The closest budget of the same type and scope, monthly ones first, and whether it fits."""
    wanted = recommendation.where.scope.key()
    same = [
        each
        for each in budgets
        if each.type is recommendation.budget_type
        and each.definition.time_unit in PER_MONTH
        and wanted is not None
        and each.definition.scope.key() == wanted
        and each.definition.period_at(now) is not None
    ]
    if not same:
        return NO_BUDGET
    closest = min(same, key=lambda each: (_PREFERENCE.index(each.definition.time_unit), each.name))
    if recommendation.target is not None:
        return _compared_target(closest, recommendation.target)
    return _compared_limit(closest, recommendation.limit, now)


def _compared_limit(budget: Budget, recommended: Spend, now: datetime) -> Comparison:
    time_unit, limit = budget.definition.time_unit, budget.definition.limit_at(now)
    monthly = None if limit is None else limit.times(PER_MONTH[time_unit])
    if limit is None or monthly is None or monthly.unit != recommended.unit or not recommended.amount:
        return _comparison(
            budget,
            Verdict.UNKNOWN,
            f"'{budget.name}' watches this scope, but its limit cannot be compared.",
            limit=limit,
        )
    ratio = monthly.amount / recommended.amount
    per_month = "" if time_unit is TimeUnit.MONTHLY else f" ({monthly.in_words()} a month)"
    if ratio < SMALLEST_FIT:
        verdict, says = Verdict.TOO_LOW, "too low, it will alarm in ordinary months"
    elif ratio > LARGEST_FIT:
        verdict, says = Verdict.TOO_HIGH, "too high, it would notice a problem late"
    else:
        verdict, says = Verdict.FITS, "fits, a second budget is not needed"
    return _comparison(
        budget,
        verdict,
        f"'{budget.name}' watches this scope with {limit.in_words()}{per_month}: {says}.",
        limit=limit,
        ratio=ratio,
    )


def _compared_target(budget: Budget, recommended: Decimal) -> Comparison:
    if budget.notifications is None:
        return _comparison(
            budget,
            Verdict.UNKNOWN,
            f"'{budget.name}' watches this scope, but its target, a notification, could not be read.",
        )
    target = target_of(budget)
    if target is None:
        raise ValueError(f"{budget.type.name} budgets have no target")
    if target > recommended + POINTS_OF_FIT:
        verdict, says = Verdict.TOO_HIGH, "too high, it will alarm in ordinary months"
    elif target < recommended - POINTS_OF_FIT:
        verdict, says = Verdict.TOO_LOW, "too low, it would notice a problem late"
    else:
        verdict, says = Verdict.FITS, "fits, a second budget is not needed"
    return _comparison(
        budget,
        verdict,
        f"'{budget.name}' watches this scope with a target of {target} %: {says}.",
        limit=budget.definition.limit,
        target=target,
        ratio=target / recommended,
    )


def _comparison(
    budget: Budget,
    verdict: Verdict,
    sentence: str,
    *,
    limit: Spend | None = None,
    target: Decimal | None = None,
    ratio: Decimal | None = None,
) -> Comparison:
    cost_types, metric = budget.definition.scope.cost_types, budget.definition.scope.metric
    return Comparison(
        verdict=verdict,
        sentence=sentence,
        name=budget.name,
        time_unit=budget.definition.time_unit,
        limit=limit,
        target=target,
        ratio=ratio,
        counts_differently=(
            *(cost_types.differences_in_words() if cost_types else ()),
            *([metric] if metric not in (None, "UnblendedCost", "UsageQuantity", "Hours") else ()),
        ),
    )
