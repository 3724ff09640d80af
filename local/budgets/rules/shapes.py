"""What the service model says of every value: required members, enumerations, patterns, lengths and ranges.

The SDKs check only required members, types and minima, so a real service has to check everything again.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from botocore.loaders import Loader
from botocore.model import ListShape, MapShape, ServiceModel, Shape, StructureShape

from local.budgets.errors import invalid_parameter

# Patterns that let everything through; the one of addresses would only cost time.
_EVERYTHING = frozenset({r"[\S\s]*", ".*", r"(.*[\n\r\t\f\ ]?)*"})

_NAME_IS_NO_SCRIPT = re.compile(r"<script>.*</script>", re.IGNORECASE)


def check_input(operation: str, request: Mapping[str, Any]) -> None:
    """Check a whole request against the service model. Raises Refused naming every violation.

    The exception is the only one the model declares for such input; the text follows the form that AWS's
    JSON services share (emulator-defined for AWS Budgets).
    """
    shape = _model().operation_model(operation).input_shape
    refuse(list(_violations(request, shape, "")))


def violations_of(request: Mapping[str, Any], shape: Shape) -> list[str]:
    """Every violation of an input shape, in the words that AWS's JSON services share; empty if there is none."""
    return list(_violations(request, shape, ""))


def refuse(violations: list[str]) -> None:
    """Raise Refused for violations of the model, if there are any."""
    if violations:
        count = len(violations)
        noun = "error" if count == 1 else "errors"
        raise invalid_parameter(f"{count} validation {noun} detected: {'; '.join(violations)}")


def is_budget_name(name: str) -> bool:
    """May a budget be called that? No `:` or `\\`, no `/action/`, no script element.

    The pattern of the model cannot be compiled by Python (a flag in its middle), so its meaning is here.
    """
    return not (
        ":" in name or "\\" in name or "/action/" in name or not name or _NAME_IS_NO_SCRIPT.search(name)
    )


@cache
def _model() -> ServiceModel:
    return ServiceModel(Loader().load_service_model("budgets", "service-2"), "budgets")


def _violations(value: Any, shape: Shape | None, path: str) -> Iterator[str]:
    if isinstance(shape, StructureShape):
        for name, member in shape.members.items():
            where = f"{path}.{_lower_first(name)}" if path else _lower_first(name)
            held = value.get(name)
            if held is not None:
                yield from _violations(held, member, where)
            elif name in shape.required_members:
                yield _violation(None, where, "Member must not be null")
    elif isinstance(shape, ListShape):
        yield from _size_violations(value, shape, path)
        for number, held in enumerate(value, start=1):
            yield from _violations(held, shape.member, f"{path}.{number}.member")
    elif isinstance(shape, MapShape):
        for name, held in value.items():
            yield from _violations(held, shape.value, f"{path}.{name}")
    elif shape is not None and shape.type_name == "string":
        yield from _text_violations(value, shape, path)
    elif shape is not None and shape.type_name in ("integer", "long", "float", "double"):
        yield from _range_violations(value, shape, path)


def _text_violations(value: str, shape: Shape, path: str) -> Iterator[str]:
    yield from _size_violations(value, shape, path)
    allowed = shape.metadata.get("enum")
    if allowed and value not in allowed:
        yield _violation(value, path, f"Member must satisfy enum value set: [{', '.join(allowed)}]")
    pattern = shape.metadata.get("pattern")
    if pattern is None or pattern in _EVERYTHING:
        return
    fits = is_budget_name(value) if shape.name == "BudgetName" else _compiled(pattern).fullmatch(value)
    if not fits:
        yield _violation(value, path, f"Member must satisfy regular expression pattern: {pattern}")


def _size_violations(value: Any, shape: Shape, path: str) -> Iterator[str]:
    # Lists are not shown: what they hold may be addresses.
    shown = value if isinstance(value, str) and not shape.metadata.get("sensitive") else ""
    if len(value) < shape.metadata.get("min", 0):
        least = shape.metadata["min"]
        yield _violation(shown, path, f"Member must have length greater than or equal to {least}")
    if len(value) > shape.metadata.get("max", len(value)):
        most = shape.metadata["max"]
        yield _violation(shown, path, f"Member must have length less than or equal to {most}")


def _range_violations(value: float, shape: Shape, path: str) -> Iterator[str]:
    if value < shape.metadata.get("min", value):
        least = shape.metadata["min"]
        yield _violation(value, path, f"Member must have value greater than or equal to {least}")
    if value > shape.metadata.get("max", value):
        most = shape.metadata["max"]
        yield _violation(value, path, f"Member must have value less than or equal to {most}")


def _violation(value: Any, path: str, constraint: str) -> str:
    shown = "null" if value is None else f"'{value}'"
    return f"Value {shown} at '{path}' failed to satisfy constraint: {constraint}"


def _lower_first(name: str) -> str:
    return name[:1].lower() + name[1:]


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.ASCII)
