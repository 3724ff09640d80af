"""What a FilterExpression may look like."""

from collections.abc import Iterator, Mapping
from typing import Any

from local.budgets.errors import invalid_budget, invalid_parameter

OPERATORS = ("And", "Or", "Not")
LEAVES = ("Dimensions", "Tags", "CostCategories", "ProductAttributes")
# How deep operators may be nested: written down by clients from how the service behaves.
DEEPEST = 2
FEWEST_OPERANDS = 2


def check_expression(expression: Mapping[str, Any], depth: int = 1) -> None:
    """Check roots, operands, depth and leaves. Raises Refused for the first violation."""
    roots = [name for name in (*OPERATORS, *LEAVES) if expression.get(name) is not None]
    if len(roots) > 1:
        raise invalid_budget(
            "Expression has more than one roots. Only one root operator is allowed for each expression: "
            f"{', '.join(roots)}"
        )
    if not roots:
        raise invalid_budget(f"Expression has no root. Provide one of: {', '.join((*OPERATORS, *LEAVES))}")
    root = roots[0]
    if root in LEAVES:
        _check_leaf(root, expression[root])
        return
    if depth > DEEPEST:
        raise invalid_budget(f"Expression is nested too deeply; the maximum depth is {DEEPEST}")
    operands = [expression["Not"]] if root == "Not" else expression[root]
    if root != "Not" and len(operands) < FEWEST_OPERANDS:
        raise invalid_budget(f"{root} needs at least {FEWEST_OPERANDS} operands")
    for operand in operands:
        check_expression(operand, depth + 1)


def leaves(expression: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every leaf below an expression, with its kind."""
    for name in LEAVES:
        if expression.get(name) is not None:
            yield name, expression[name]
    for operand in [*(expression.get("And") or ()), *(expression.get("Or") or ())]:
        yield from leaves(operand)
    if expression.get("Not") is not None:
        yield from leaves(expression["Not"])


def _check_leaf(kind: str, leaf: Mapping[str, Any]) -> None:
    if kind == "ProductAttributes":
        # The costs of this account carry no product attributes, so a filter on them could never be answered.
        raise invalid_budget("filters on ProductAttributes are not built in the embedded AWS")
    options = leaf.get("MatchOptions") or []
    if not leaf.get("Key"):
        raise invalid_parameter('Missing required parameter : "Key"')
    if not leaf.get("Values"):
        raise invalid_parameter('Missing required parameter : "Values"')
    if "ABSENT" in options:
        raise invalid_budget("Values cannot be given with the match option ABSENT")
    if len(options) > 1:
        raise invalid_budget("only one match option can be given")
