"""A budget's scope as a Cost Explorer question: the same filter, the same kinds of cost lines, the same metric.

Source: Cost Explorer API, shapes `Expression` and `Metrics`; the record types behind `CostTypes` are the
RECORD_TYPE values that Cost Explorer shows for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from tools.domain.budget_types import BudgetType, Measure
from tools.domain.scope import DIMENSIONS, CostTypes, Scope

RECORD_TYPES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "include_refund": ("Refund",),
        "include_credit": ("Credit",),
        "include_tax": ("Tax",),
        "include_support": ("Support",),
        "include_upfront": ("Upfront",),
        "include_recurring": ("Recurring",),
        "include_other_subscription": ("Other out-of-cycle charges",),
        "include_discount": (
            "BundledDiscount",
            "Distributor Discount",
            "Enterprise Discount Program Discount",
        ),
    }
)


def as_expression(scope: Scope) -> dict[str, Any] | None:
    """The scope as a filter expression; None when it is everything.

    Keys are joined by And, the values of one key by Or, as CostFilters do it. Cost types that are left out
    become a Not over their record types.
    """
    if scope.expression is not None:
        return dict(scope.expression)
    operands = [_operand(name, values) for name, values in sorted(scope.filters.items())]
    left_out = _left_out(scope.cost_types) if scope.cost_types else []
    if left_out:
        operands.append({"Not": {"Dimensions": {"Key": "RECORD_TYPE", "Values": left_out}}})
    if not operands:
        return None
    return operands[0] if len(operands) == 1 else {"And": operands}


def within_account(expression: dict[str, Any] | None, account_id: str | None) -> dict[str, Any] | None:
    """The expression narrowed to one linked account, or as it is without one."""
    if account_id is None:
        return expression
    account = {"Dimensions": {"Key": "LINKED_ACCOUNT", "Values": [account_id]}}
    return account if expression is None else {"And": [account, expression]}


def metric_of(budget_type: BudgetType, scope: Scope) -> str:
    """The Cost Explorer metric that the budget counts."""
    if scope.metric is not None:
        return scope.metric
    if budget_type.measure is Measure.USAGE:
        return "UsageQuantity"
    return scope.cost_types.metric if scope.cost_types else "UnblendedCost"


def _operand(name: str, values: tuple[str, ...]) -> dict[str, Any]:
    if name == "TagKeyValue":
        return _either([_keyed("Tags", value.removeprefix("user:")) for value in values])
    if name == "CostCategory":
        return _either([_keyed("CostCategories", value) for value in values])
    return {"Dimensions": {"Key": DIMENSIONS[name], "Values": list(values)}}


def _keyed(kind: str, entry: str) -> dict[str, Any]:
    key, _, value = entry.partition("$")
    return {kind: {"Key": key, "Values": [value]}}


def _either(operands: list[dict[str, Any]]) -> dict[str, Any]:
    return operands[0] if len(operands) == 1 else {"Or": operands}


def _left_out(cost_types: CostTypes) -> list[str]:
    return [
        record_type
        for switch, record_types in RECORD_TYPES.items()
        if not getattr(cost_types, switch)
        for record_type in record_types
    ]
