"""What AWS refuses of a budget's scope, by budget type.

Source: the service's error text that lists the filters of COST budgets, the user guide on budget filters, and
the Budgets API documentation (two families of filters, never mixed; LinkedAccount wants account ids).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from tools.domain.budget_types import BudgetType, Measure
from tools.domain.errors import problem_with
from tools.domain.expression_rules import dimensions_in, problems_with_expression, problems_with_metric
from tools.domain.scope import DIMENSIONS, Scope
from tools.domain.scope_lint import problem_with_value

# CostFilters key -> parameter of create_budget. The others are keys of its `other_filters`.
FILTER_PARAMETERS: Mapping[str, str] = MappingProxyType(
    {
        "Service": "service_filter",
        "LinkedAccount": "linked_accounts",
        "Region": "regions",
        "TagKeyValue": "tags",
        "CostCategory": "cost_categories",
        "UsageType": "usage_types",
        "UsageTypeGroup": "usage_type_groups",
        "InstanceType": "instance_types",
        "Operation": "operations",
        "PurchaseType": "purchase_types",
    }
)

_BILLING_VIEW = re.compile(
    r"arn:aws[a-z-]*:billing::\d{12}:billingview/[\w/:+=.@-]{0,75}[a-zA-Z0-9]", re.ASCII
)


def parameter_of(filter_name: str) -> str:
    """The parameter of create_budget that a CostFilters key comes from."""
    return FILTER_PARAMETERS.get(filter_name, f"other_filters.{filter_name}")


def problems_with_scope(budget_type: BudgetType, scope: Scope) -> list[dict[str, str]]:
    """Every reason for which AWS would refuse the scope of a budget of this type."""
    has_new, has_old = (
        scope.expression is not None or scope.metric is not None,
        scope.filters or scope.cost_types,
    )
    problems = []
    if has_new and has_old:
        used = ", ".join(
            [parameter_of(name) for name in scope.filters] + ["cost_types"] * bool(scope.cost_types)
        )
        problems.append(
            problem_with(
                "filter_expression",
                f"AWS takes filter_expression and metric, or the other filters, never both; also given: {used}",
                "one of the two families",
            )
        )
    problems += _problems_with_filters(budget_type, scope)
    problems += _problems_with_cost_types(budget_type, scope)
    if scope.metric is not None:
        problems += problems_with_metric(budget_type, scope.metric)
    broken = [] if scope.expression is None else problems_with_expression(scope.expression)
    problems += broken or _problems_with_what_is_needed(budget_type, scope)
    if scope.billing_view_arn is not None and not _BILLING_VIEW.fullmatch(scope.billing_view_arn):
        problems.append(problem_with("billing_view_arn", "is not the ARN of a billing view"))
    return problems


def _problems_with_filters(budget_type: BudgetType, scope: Scope) -> list[dict[str, str]]:
    problems = [
        problem_with(
            parameter_of(name),
            f"{budget_type.name} budgets have no filter {name}",
            ", ".join(sorted(parameter_of(each) for each in budget_type.filters)),
        )
        for name in scope.filters
        if name not in budget_type.filters
    ]
    for value in scope.filters.get("LinkedAccount", ()):
        found = problem_with_value("LinkedAccount", value)
        if found is not None:
            problems.append(problem_with("linked_accounts", found[0], found[1] or "12 digits"))
    return problems


def _problems_with_cost_types(budget_type: BudgetType, scope: Scope) -> list[dict[str, str]]:
    if scope.cost_types is None:
        return []
    if not budget_type.allows_cost_types:
        return [problem_with("cost_types", f"{budget_type.name} budgets have none", "COST budgets only")]
    if scope.cost_types.use_blended and scope.cost_types.use_amortized:
        return [
            problem_with(
                "cost_types", "costs are blended or amortized, not both", "use_blended or use_amortized"
            )
        ]
    return []


def _problems_with_what_is_needed(budget_type: BudgetType, scope: Scope) -> list[dict[str, str]]:
    named = dict(scope.filters) if scope.expression is None else _named_by(scope)
    if budget_type.services is not None:
        services = named.get("Service", ())
        allowed = ", ".join(budget_type.services)
        if len(services) != 1:
            return [
                problem_with(
                    "service_filter",
                    f"{budget_type.name} budgets are of exactly one service, not of {len(services)}",
                    allowed,
                )
            ]
        if services[0] not in budget_type.services:
            found = problem_with_value("Service", services[0])
            meant = f"; probably meant '{found[1]}'" if found and found[1] in budget_type.services else ""
            return [
                problem_with(
                    "service_filter",
                    f"AWS has no {budget_type.name} budgets of '{services[0]}'{meant}",
                    allowed,
                )
            ]
    if budget_type.measure is Measure.USAGE and not {"UsageType", "UsageTypeGroup"} & set(named):
        return [
            problem_with(
                "usage_type_groups",
                "a usage budget adds up one unit, so it needs to know which usage",
                "usage_types or usage_type_groups, such as 'EC2: Running Hours'",
            )
        ]
    return []


def _named_by(scope: Scope) -> dict[str, tuple[str, ...]]:
    names = {dimension: name for name, dimension in DIMENSIONS.items()}
    found: dict[str, tuple[str, ...]] = {}
    for dimension, values in dimensions_in(scope.expression or {}):
        name = names.get(dimension, dimension)
        found[name] = (*found.get(name, ()), *values)
    return found
