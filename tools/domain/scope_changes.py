"""A budget's scope with some of it changed: what is not named stays, in one family of filters.

AWS has two families (CostFilters with CostTypes, FilterExpression with Metrics) and takes one of them. A change
that names the other family carries the scope over where both can say it, and is refused where they cannot.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, NamedTuple

from tools.domain.budget_types import BudgetType, Measure
from tools.domain.errors import problem_with
from tools.domain.scope import CostTypes, Scope
from tools.domain.scope_expression import as_expression, metric_of
from tools.domain.scope_rules import FILTER_PARAMETERS, parameter_of

USUAL_METRIC: Mapping[Measure, str] = MappingProxyType(
    {Measure.COST: "UnblendedCost", Measure.USAGE: "UsageQuantity", Measure.PERCENT: "Hours"}
)

# What CostTypes says with a metric, for the metrics that it can say.
_COST_TYPES_OF = {
    "UnblendedCost": None,
    "UsageQuantity": None,
    "Hours": None,
    "AmortizedCost": CostTypes(use_amortized=True),
    "BlendedCost": CostTypes(use_blended=True),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeChange:
    """What is named of a scope; the rest stays. `filters` are whole lists of values by CostFilters key.

    `removed` are parameter names: those of the filters, `other_filters`, `other_filters.KEY`, cost_types,
    filter_expression, metric and billing_view_arn.
    """

    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    cost_types: Mapping[str, bool] = field(default_factory=dict)
    expression: Mapping[str, Any] | None = None
    metric: str | None = None
    billing_view_arn: str | None = None
    removed: frozenset[str] = frozenset()


class ChangedScope(NamedTuple):
    """The scope after the change, why it cannot be, and whether it went over to the other family."""

    scope: Scope
    problems: list[dict[str, str]]
    is_carried_over: bool = False


def standing_scope(scope: Scope, budget_type: BudgetType) -> Scope:
    """The scope that AWS answers with, in one family and without what AWS fills in by itself."""
    usual = scope.cost_types in (None, CostTypes())
    if scope.expression is not None or (scope.metric is not None and not scope.filters and usual):
        return replace(scope, filters={}, cost_types=None)
    cost_types = scope.cost_types if budget_type.allows_cost_types else None
    return replace(scope, metric=None, cost_types=cost_types)


def changed_scope(standing: Scope, change: ScopeChange, budget_type: BudgetType) -> ChangedScope:
    """The standing scope with the change in it."""
    view = (
        None if "billing_view_arn" in change.removed else change.billing_view_arn or standing.billing_view_arn
    )
    standing = replace(standing, billing_view_arn=view)
    names_new = change.expression is not None or change.metric is not None
    names_old = bool(change.filters or change.cost_types)
    if names_new and names_old:
        both = replace(_with_filters(standing, change), expression=change.expression, metric=change.metric)
        return ChangedScope(both, [])
    if names_new:
        return _in_the_newer_family(standing, change, budget_type)
    is_new = standing.expression is not None or standing.metric is not None
    if is_new and (change.removed & {"filter_expression", "metric"}):
        standing = _without_newer(standing, change, budget_type)
        is_new = standing.expression is not None or standing.metric is not None
    if not is_new:
        return ChangedScope(_with_filters(standing, change), [])
    return _in_the_older_family(standing, change, budget_type, names_old=names_old)


def _without_newer(standing: Scope, change: ScopeChange, budget_type: BudgetType) -> Scope:
    expression = None if "filter_expression" in change.removed else standing.expression
    usual = USUAL_METRIC[budget_type.measure]
    metric = usual if "metric" in change.removed else standing.metric
    return replace(
        standing, expression=expression, metric=None if expression is None and metric == usual else metric
    )


def _in_the_newer_family(standing: Scope, change: ScopeChange, budget_type: BudgetType) -> ChangedScope:
    is_old = standing.expression is None and standing.metric is None
    if is_old:
        standing = _with_filters(standing, ScopeChange(removed=change.removed))
    present = metric_of(budget_type, standing)
    if is_old and budget_type.measure is Measure.PERCENT:
        present = USUAL_METRIC[Measure.PERCENT]
    removes = "filter_expression" in change.removed
    expression = change.expression
    problems = []
    if expression is None and not removes:
        expression = as_expression(standing)
        if is_old and standing.cost_types is not None and not standing.cost_types.include_subscription:
            problems.append(
                problem_with(
                    "metric",
                    "the budget leaves subscriptions out, which a filter expression cannot say",
                    "with filter_expression, or with cost_types.include_subscription instead of metric",
                )
            )
    scope = Scope(
        expression=expression, metric=change.metric or present, billing_view_arn=standing.billing_view_arn
    )
    return ChangedScope(scope, problems, is_carried_over=is_old and change.expression is None)


def _in_the_older_family(
    standing: Scope, change: ScopeChange, budget_type: BudgetType, *, names_old: bool
) -> ChangedScope:
    """Filters named, or removed, of a budget that has a filter expression."""
    carried = _as_filters(standing, budget_type)
    removes = carried is not None and (
        any(_is_removed(name, change.removed) for name in carried.filters)
        or ("cost_types" in change.removed and carried.cost_types is not None)
    )
    if not names_old and not removes:
        removed = sorted(each for each in change.removed if _is_filter(each))
        if carried is None and removed:
            return ChangedScope(standing, [_cannot_be_said(removed[0])])
        return ChangedScope(standing, [])
    if carried is None:
        name = parameter_of(next(iter(change.filters))) if change.filters else "cost_types"
        return ChangedScope(standing, [_cannot_be_said(name)])
    return ChangedScope(_with_filters(carried, change), [], is_carried_over=True)


def _cannot_be_said(parameter: str) -> dict[str, str]:
    return problem_with(
        parameter,
        "the budget has a filter expression or a metric that the other filters cannot say, and AWS takes one kind",
        "a whole filter_expression, or this with remove: ['filter_expression', 'metric']",
    )


def _as_filters(standing: Scope, budget_type: BudgetType) -> Scope | None:
    key = standing.key()
    metric = standing.metric or USUAL_METRIC[budget_type.measure]
    if key is None or metric not in _COST_TYPES_OF or len({name for name, _ in key}) < len(key):
        return None
    return Scope(
        filters={name: tuple(sorted(values)) for name, values in sorted(key, key=lambda entry: entry[0])},
        cost_types=_COST_TYPES_OF[metric],
        billing_view_arn=standing.billing_view_arn,
    )


def _with_filters(scope: Scope, change: ScopeChange) -> Scope:
    kept = {name: values for name, values in scope.filters.items() if not _is_removed(name, change.removed)}
    cost_types = None if "cost_types" in change.removed else scope.cost_types
    if change.cost_types:
        cost_types = replace(cost_types or CostTypes(), **change.cost_types)
    return replace(scope, filters={**kept, **change.filters}, cost_types=cost_types)


def _is_removed(filter_name: str, removed: frozenset[str]) -> bool:
    if parameter_of(filter_name) in removed:
        return True
    return filter_name not in FILTER_PARAMETERS and "other_filters" in removed


def _is_filter(parameter: str) -> bool:
    return parameter in FILTER_PARAMETERS.values() or parameter.startswith("other_filters")
