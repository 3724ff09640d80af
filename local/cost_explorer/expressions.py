"""Filters and groupings of Cost Explorer requests, checked before they are used."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from local.cost_explorer.asked import invalid
from local.ledger.filters import (
    DIMENSIONS,
    Predicate,
    blank_value,
    category_value,
    dimension_value,
    match_expression,
    tag_value,
)

OPERATORS = ("Or", "And", "Not", "Dimensions", "Tags", "CostCategories")
MATCH_OPTIONS = frozenset(
    {
        "EQUALS",
        "ABSENT",
        "STARTS_WITH",
        "ENDS_WITH",
        "CONTAINS",
        "CASE_SENSITIVE",
        "CASE_INSENSITIVE",
        "GREATER_THAN_OR_EQUAL",
    }
)

# What the API reference lists for GetCostAndUsage, and REGION, which works in practice.
GROUP_DIMENSIONS = frozenset(
    {
        "AZ",
        "INSTANCE_TYPE",
        "INVOICING_ENTITY",
        "LEGAL_ENTITY_NAME",
        "LINKED_ACCOUNT",
        "OPERATION",
        "PLATFORM",
        "PURCHASE_TYPE",
        "RECORD_TYPE",
        "REGION",
        "SERVICE",
        "TENANCY",
        "USAGE_TYPE",
    }
)


def read_filter(expression: Mapping[str, Any] | None) -> Predicate:
    """The predicate of a Filter. Raises Refused for what AWS refuses and for what the ledger cannot tell."""
    if expression is not None:
        check_expression(expression)
    return match_expression(expression)


def check_expression(expression: Mapping[str, Any]) -> None:
    """Raise Refused unless the expression is one AWS takes and the ledger can answer."""
    roots = [name for name in (*OPERATORS, "ProductAttributes") if expression.get(name) is not None]
    if len(roots) > 1:
        raise invalid(
            "Expression has more than one roots. Only one root operator is allowed for each expression: "
            "And, Or, Not, Dimensions, Tags, CostCategories"
        )
    if not roots:
        raise invalid(
            "Expression has no root. One of And, Or, Not, Dimensions, Tags, CostCategories is needed."
        )
    root = roots[0]
    operand = expression[root]
    if root in ("And", "Or"):
        if len(operand) < 2:
            raise invalid(f"{root} expression must have at least 2 operands.")
        for one in operand:
            check_expression(one)
    elif root == "Not":
        check_expression(operand)
    elif root == "ProductAttributes":
        raise invalid("The embedded Cost Explorer does not build ProductAttributes.")
    else:
        _check_leaf(root, operand)


def _check_leaf(root: str, operand: Mapping[str, Any]) -> None:
    key, values, options = operand.get("Key"), operand.get("Values"), operand.get("MatchOptions") or ()
    if not key:
        raise invalid(f"{root} needs a Key.")
    unknown = sorted(set(options) - MATCH_OPTIONS)
    if unknown:
        raise invalid(f"MatchOptions {', '.join(unknown)} are not valid.")
    if not values and "ABSENT" not in options:
        raise invalid(f"{root} {key} needs Values.")
    if root == "Dimensions":
        check_dimension(key)


def check_dimension(key: str) -> None:
    """Raise Refused for a dimension that does not exist, is not allowed, or is on no line of the ledger."""
    if key == "RESOURCE_ID":
        raise invalid("Dimension RESOURCE_ID is not allowed.")
    if key not in DIMENSIONS:
        raise invalid(f"Dimension {key} is not valid.")
    if not DIMENSIONS[key]:
        raise invalid(f"The embedded Cost Explorer does not build the dimension {key}.")


def read_groups(definitions: Sequence[Mapping[str, Any]]) -> list[Callable[[Any], str]]:
    """One function per grouping that names a line's group key. Raises Refused for a grouping AWS refuses."""
    if len(definitions) > 2:
        raise invalid("Only two values for GroupBy are allowed")
    return [_group_key(definition) for definition in definitions]


def _group_key(definition: Mapping[str, Any]) -> Callable[[Any], str]:
    kind, key = definition.get("Type"), definition.get("Key")
    if not key:
        raise invalid("GroupBy needs a Key.")
    if kind == "TAG":
        return lambda line: f"{key}${tag_value(line, key) or ''}"
    if kind == "COST_CATEGORY":
        return lambda line: f"{key}${category_value(line, key) or ''}"
    if kind != "DIMENSION":
        raise invalid(f"GroupBy Type {kind} is not valid: DIMENSION, TAG and COST_CATEGORY are.")
    if key not in GROUP_DIMENSIONS:
        raise invalid(f"Group Definition dimension {key} is invalid.")
    blank = blank_value(key)
    return lambda line: dimension_value(line, key) or blank
