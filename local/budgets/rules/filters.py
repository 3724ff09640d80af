"""Which costs a budget counts: CostFilters with CostTypes, or FilterExpression with Metrics, never both."""

from collections.abc import Iterator, Mapping
from typing import Any

from local.budgets.errors import invalid_budget
from local.budgets.rules.budget_types import BUDGET_TYPES, RESERVATION_SERVICES
from local.budgets.rules.expressions import check_expression, leaves

LEGACY = ("CostFilters", "CostTypes")
NEW = ("FilterExpression", "Metrics")

# CostTypes in the service model: every charge counts, unblended and not amortized, unless said otherwise.
DEFAULT_COST_TYPES: Mapping[str, bool] = {
    "IncludeTax": True,
    "IncludeSubscription": True,
    "UseBlended": False,
    "IncludeRefund": True,
    "IncludeCredit": True,
    "IncludeUpfront": True,
    "IncludeRecurring": True,
    "IncludeOtherSubscription": True,
    "IncludeSupport": True,
    "IncludeDiscount": True,
    "UseAmortized": False,
}
# What clients send for reservation and Savings Plans budgets, which by the documentation have no CostTypes.
COMMITMENT_COST_TYPES = {name: name == "IncludeSubscription" for name in DEFAULT_COST_TYPES}


def complete_filters(budget: Mapping[str, Any], *, is_management_account: bool) -> dict[str, Any]:
    """The members that say which costs count, as stored. Raises Refused for what AWS would not accept."""
    # An empty expression is an expression without a root; empty lists and maps filter nothing.
    new = [name for name in NEW if budget.get(name) or (name == "FilterExpression" and name in budget)]
    old = [name for name in LEGACY if budget.get(name)]
    if new and old:
        raise invalid_budget(
            f"please provide either FilterExpression and Metrics or CostFilters and CostTypes, "
            f"not {old[0]} with {new[0]}"
        )
    stored = _new_filters(budget) if new else _legacy_filters(budget)
    _check_service(budget)
    if not is_management_account and any(name == "LINKED_ACCOUNT" for name, _ in _dimensions(budget)):
        raise invalid_budget("the linked account filter is not supported in a linked account")
    return stored


def _legacy_filters(budget: Mapping[str, Any]) -> dict[str, Any]:
    rules = BUDGET_TYPES[budget["BudgetType"]]
    filters = budget.get("CostFilters") or {}
    for key, values in filters.items():
        if key not in rules.filter_keys:
            supported = ", ".join(rules.filter_keys)
            raise invalid_budget(
                f"{key} is not in the supported in {rules.called} budget dimension set: [{supported}]"
            )
        if not values:
            raise invalid_budget(f"the filter {key} has no values")
    stored: dict[str, Any] = {"CostFilters": {key: list(values) for key, values in filters.items()}}
    cost_types = _cost_types(budget)
    return stored if cost_types is None else {**stored, "CostTypes": cost_types}


def _cost_types(budget: Mapping[str, Any]) -> dict[str, bool] | None:
    given = {name: flag for name, flag in (budget.get("CostTypes") or {}).items() if flag is not None}
    if budget["BudgetType"] == "COST":
        complete = {**DEFAULT_COST_TYPES, **given}
        if complete["UseBlended"] and complete["UseAmortized"]:
            raise invalid_budget("UseBlended and UseAmortized cannot both be true")
        return complete
    if not given:
        return None
    if BUDGET_TYPES[budget["BudgetType"]].has_fixed_limit and given == COMMITMENT_COST_TYPES:
        return given
    raise invalid_budget(f"cost types are not supported for {budget['BudgetType']} budgets")


def _new_filters(budget: Mapping[str, Any]) -> dict[str, Any]:
    metrics, expression = budget.get("Metrics"), budget.get("FilterExpression")
    stored: dict[str, Any] = {}
    if metrics:
        supported = BUDGET_TYPES[budget["BudgetType"]].metrics
        if metrics[0] not in supported:
            raise invalid_budget(f"{metrics[0]} is not in the supported metric set: [{', '.join(supported)}]")
        stored["Metrics"] = list(metrics)
    if expression is not None:
        check_expression(expression)
        stored["FilterExpression"] = expression
    return stored


def _check_service(budget: Mapping[str, Any]) -> None:
    if not BUDGET_TYPES[budget["BudgetType"]].needs_one_service:
        return
    services = [service for name, values in _dimensions(budget) if name == "SERVICE" for service in values]
    if len(services) != 1:
        raise invalid_budget(f"{budget['BudgetType']} budgets need a filter on exactly one service")
    if services[0] not in RESERVATION_SERVICES:
        supported = ", ".join(RESERVATION_SERVICES)
        raise invalid_budget(f"{services[0]} is not in the supported service set: [{supported}]")


def _dimensions(budget: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    named = {"Service": "SERVICE", "LinkedAccount": "LINKED_ACCOUNT"}
    for key, values in (budget.get("CostFilters") or {}).items():
        yield named.get(key, key), values
    for kind, leaf in leaves(budget.get("FilterExpression") or {}):
        if kind == "Dimensions":
            yield leaf["Key"], leaf["Values"]
