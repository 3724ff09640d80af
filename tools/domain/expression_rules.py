"""What AWS refuses of a filter expression and its metric.

Source: Budgets API shapes `Expression`, `Dimension`, `MatchOption` and `Metric`; the nesting depth and the
uselessness of ABSENT are known from how the service answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tools.domain.budget_types import BudgetType
from tools.domain.errors import problem_with

OPERATORS = ("And", "Or", "Not")
LEAVES = ("Dimensions", "Tags", "CostCategories", "ProductAttributes")
ROOTS = (*OPERATORS, *LEAVES)
DEEPEST = 2

EXPRESSION_DIMENSIONS = frozenset(
    {
        "AZ",
        "BILLING_ENTITY",
        "CACHE_ENGINE",
        "COST_CATEGORY_NAME",
        "DATABASE_ENGINE",
        "DEPLOYMENT_OPTION",
        "INSTANCE_TYPE",
        "INSTANCE_TYPE_FAMILY",
        "INVOICING_ENTITY",
        "LEGAL_ENTITY_NAME",
        "LINKED_ACCOUNT",
        "LINKED_ACCOUNT_NAME",
        "OPERATING_SYSTEM",
        "OPERATION",
        "PAYMENT_OPTION",
        "PLATFORM",
        "PURCHASE_TYPE",
        "RECORD_TYPE",
        "REGION",
        "RESERVATION_ID",
        "RESERVATION_MODIFIED",
        "RESOURCE_ID",
        "RIGHTSIZING_TYPE",
        "SAVINGS_PLANS_TYPE",
        "SAVINGS_PLAN_ARN",
        "SCOPE",
        "SERVICE",
        "SERVICE_CODE",
        "SUBSCRIPTION_ID",
        "TAG_KEY",
        "TENANCY",
        "USAGE_TYPE",
        "USAGE_TYPE_GROUP",
    }
)
MATCH_OPTIONS = (
    "EQUALS",
    "STARTS_WITH",
    "ENDS_WITH",
    "CONTAINS",
    "GREATER_THAN_OR_EQUAL",
    "CASE_SENSITIVE",
    "CASE_INSENSITIVE",
)
# Product attributes are the one kind of filter that may ask for absence.
_ATTRIBUTE_OPTIONS = (("EQUALS",), ("EQUALS", "CASE_SENSITIVE"), ("ABSENT",))
METRICS = (
    "BlendedCost",
    "UnblendedCost",
    "AmortizedCost",
    "NetUnblendedCost",
    "NetAmortizedCost",
    "UsageQuantity",
    "NormalizedUsageAmount",
    "Hours",
)


def metric_named(text: str) -> str:
    """AWS's spelling of a metric: `UNBLENDED_COST` and `unblendedcost` are `UnblendedCost`.

    The API reference writes the first form, the service model takes the second. An unknown name stays.
    """
    spelled = re.sub(r"[^a-z]", "", text.lower())
    return next((metric for metric in METRICS if metric.lower() == spelled), text)


def problems_with_metric(budget_type: BudgetType, metric: str) -> list[dict[str, str]]:
    """Why a budget of this type cannot count this metric."""
    if metric in budget_type.metrics:
        return []
    if not budget_type.metrics:
        return [
            problem_with(
                "filter_expression",
                f"no metric is known that AWS takes for {budget_type.name} budgets",
                "the other filters",
            )
        ]
    allowed = ", ".join(sorted(budget_type.metrics))
    return [problem_with("metric", f"'{metric}' is no metric of {budget_type.name} budgets", allowed)]


def problems_with_expression(
    expression: Any, path: str = "filter_expression", depth: int = 1
) -> list[dict[str, str]]:
    """Every reason for which AWS would refuse an expression: roots, operands, depth and leaves."""
    if not isinstance(expression, Mapping):
        return [problem_with(path, "is not an expression", f"an object with one of {', '.join(ROOTS)}")]
    if len(expression) != 1 or not set(expression) <= set(ROOTS):
        named = ", ".join(map(str, expression)) or "nothing"
        return [problem_with(path, f"an expression has exactly one root, this has {named}", ", ".join(ROOTS))]
    [(root, content)] = expression.items()
    here = f"{path}.{root}"
    if root in LEAVES:
        return _problems_with_leaf(root, content, here)
    problems = []
    if depth > DEEPEST:
        return [problem_with(here, "is nested too deeply", f"at most {DEEPEST} levels of And, Or and Not")]
    if root == "Not":
        return problems_with_expression(content, here, depth + 1)
    operands: Sequence[Any] = content if isinstance(content, list) else []
    if len(operands) < 2:
        problems.append(problem_with(here, "needs at least two operands", "a list of expressions"))
    for position, operand in enumerate(operands):
        problems += problems_with_expression(operand, f"{here}.{position}", depth + 1)
    return problems


def dimensions_in(expression: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The dimensions that an expression without problems names, with their values."""
    for operator in ("And", "Or"):
        for operand in expression.get(operator) or ():
            yield from dimensions_in(operand)
    if "Not" in expression:
        yield from dimensions_in(expression["Not"])
    if "Dimensions" in expression:
        yield expression["Dimensions"]["Key"], tuple(expression["Dimensions"]["Values"])


def _problems_with_leaf(kind: str, leaf: Any, path: str) -> list[dict[str, str]]:
    allowed = ("Key", "Values", "MatchOptions")
    if not isinstance(leaf, Mapping) or not set(leaf) <= set(allowed):
        return [problem_with(path, "is not a filter", f"an object with {', '.join(allowed)}")]
    problems = []
    key, values, options = leaf.get("Key"), leaf.get("Values"), leaf.get("MatchOptions") or []
    if not isinstance(key, str) or not key:
        problems.append(problem_with(f"{path}.Key", "is required"))
    elif kind == "Dimensions" and key not in EXPRESSION_DIMENSIONS:
        problems.append(
            problem_with(f"{path}.Key", f"'{key}' is no dimension", ", ".join(sorted(EXPRESSION_DIMENSIONS)))
        )
    choices = _ATTRIBUTE_OPTIONS if kind == "ProductAttributes" else tuple((each,) for each in MATCH_OPTIONS)
    if options and (not isinstance(options, list) or tuple(options) not in choices):
        allowed_options = ", ".join(" with ".join(each) for each in choices)
        problems.append(problem_with(f"{path}.MatchOptions", "cannot be used here", allowed_options))
    if options == ["ABSENT"] and values is None:
        return problems
    if not isinstance(values, list) or not values or not all(isinstance(each, str) for each in values):
        problems.append(problem_with(f"{path}.Values", "needs at least one value", "a list of texts"))
    return problems
