"""Filters that AWS accepts and that never match: display names, tags without `user:`, malformed values.

AWS Budgets barely looks at filter values; a wrong one is stored, counts nothing and stays silent for ever.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from tools.domain.aws_regions import is_region, region_meant_by
from tools.domain.aws_services import service_meant_by
from tools.domain.scope import DIMENSIONS, Scope

_ACCOUNT = re.compile(r"\d{12}")
_TAG_SEPARATORS = re.compile(r"[$:=]")

# Source: values of the PURCHASE_TYPE dimension as Cost Explorer gives them, and what people write instead.
_PURCHASE_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "ondemand": "On Demand Instances",
        "ondemandinstances": "On Demand Instances",
        "spot": "Spot Instances",
        "spotinstances": "Spot Instances",
        "reserved": "Standard Reserved Instances",
        "reservedinstances": "Standard Reserved Instances",
        "standardreservedinstances": "Standard Reserved Instances",
        "convertible": "Convertible Reserved Instances",
        "convertiblereservedinstances": "Convertible Reserved Instances",
        "savingsplan": "Savings Plans",
        "savingsplans": "Savings Plans",
    }
)


@dataclass(frozen=True, slots=True)
class FilterProblem:
    """A filter value that cannot match: the CostFilters key, the value, why, and what was probably meant."""

    filter: str
    value: str
    problem: str
    meant: str | None


def unmatched_filters(scope: Scope) -> list[FilterProblem]:
    """Every filter value of the scope that can be seen to match no cost line, in either family of filters.

    Nothing is said of values that only the account's own data could tell, such as a tag nobody uses.
    """
    return [
        FilterProblem(name, value, *found)
        for name, value in _values_in(scope)
        if (found := problem_with_value(name, value)) is not None
    ]


def problem_with_value(name: str, value: str) -> tuple[str, str | None] | None:
    """Why a value of a CostFilters key can match nothing, and what was probably meant; None if it can."""
    check = _CHECKS.get(name)
    return None if check is None else check(value)


def _service(value: str) -> tuple[str, str | None] | None:
    meant = service_meant_by(value)
    return None if meant is None else (f"Cost Explorer calls no service '{value}'", meant)


def _region(value: str) -> tuple[str, str | None] | None:
    if is_region(value):
        return None
    return (f"'{value}' is not a region code", region_meant_by(value))


def _account(value: str) -> tuple[str, str | None] | None:
    if _ACCOUNT.fullmatch(value):
        return None
    digits = re.sub(r"[\s-]", "", value)
    return (f"'{value}' is not an account id of 12 digits", digits if _ACCOUNT.fullmatch(digits) else None)


def _tag(value: str) -> tuple[str, str | None] | None:
    source, colon, rest = value.partition(":")
    is_prefixed = bool(colon) and source in ("user", "aws")
    pair = rest if is_prefixed else value
    if "$" in pair:
        return None if is_prefixed else (f"the tag '{value}' lacks the prefix 'user:'", f"user:{value}")
    key, *found = _TAG_SEPARATORS.split(pair, maxsplit=1)
    meant = f"{source if is_prefixed else 'user'}:{key}${found[0]}" if found else None
    return (f"the tag '{value}' has no '$' between key and value", meant)


def _expression_tag(key: str) -> tuple[str, str | None] | None:
    """Expressions name the bare tag key, where CostFilters want the prefix."""
    bare = key.removeprefix("user:")
    return (
        None if bare == key else (f"the tag key '{key}' has the prefix 'user:', unlike in expressions", bare)
    )


def _cost_category(value: str) -> tuple[str, str | None] | None:
    if "$" in value:
        return None
    name, *found = _TAG_SEPARATORS.split(value, maxsplit=1)
    return (
        f"the cost category '{value}' has no '$' between name and value",
        f"{name}${found[0]}" if found else None,
    )


def _purchase_type(value: str) -> tuple[str, str | None] | None:
    meant = _PURCHASE_TYPES.get(re.sub(r"[^a-z]", "", value.lower()))
    if meant is None or meant == value:
        return None
    return (f"Cost Explorer knows no purchase type '{value}'", meant)


def _usage_type_group(value: str) -> tuple[str, str | None] | None:
    service, colon, rest = value.partition(":")
    if colon and rest.startswith(" "):
        return None
    meant = f"{service.strip()}: {rest.strip()}" if rest.strip() else None
    return (f"the usage type group '{value}' is not of the form 'EC2: Running Hours'", meant)


def _lower_case(value: str) -> tuple[str, str | None] | None:
    return None if value == value.lower() else (f"'{value}' is not in lower case", value.lower())


_CHECKS: Mapping[str, Callable[[str], tuple[str, str | None] | None]] = MappingProxyType(
    {
        "CostCategory": _cost_category,
        "InstanceType": _lower_case,
        "LinkedAccount": _account,
        "PurchaseType": _purchase_type,
        "Region": _region,
        "Service": _service,
        "TagKeyValue": _tag,
        "Tags": _expression_tag,
        "UsageTypeGroup": _usage_type_group,
    }
)

_KEY_OF_DIMENSION = {dimension: name for name, dimension in DIMENSIONS.items()}


def _values_in(scope: Scope) -> Iterator[tuple[str, str]]:
    if scope.expression is not None:
        yield from _values_below(scope.expression)
        return
    for name, values in scope.filters.items():
        for value in values:
            yield name, value


def _values_below(expression: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The values that leaves compare by equality, under their CostFilters key, and the keys of tags."""
    for operator in ("And", "Or"):
        for operand in expression.get(operator) or ():
            yield from _values_below(operand)
    if expression.get("Not"):
        yield from _values_below(expression["Not"])
    leaf = expression.get("Dimensions")
    if leaf and not set(leaf.get("MatchOptions") or ()) - {"EQUALS", "CASE_SENSITIVE"}:
        for value in leaf.get("Values") or ():
            yield _KEY_OF_DIMENSION.get(leaf.get("Key", ""), leaf.get("Key", "")), value
    tag = expression.get("Tags")
    if tag and tag.get("Key"):
        yield "Tags", tag["Key"]
