"""A template's parameters: the values a caller gives, checked against what the template allows."""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from local.cloudformation.errors import ValidationError

_LISTS = ("CommaDelimitedList", "List<Number>")
_TYPES = ("String", "Number", *_LISTS)


def choose(
    declared: Mapping[str, Any], given: Iterable[Mapping[str, Any]], previous: Mapping[str, str]
) -> dict[str, str]:
    """The text of every parameter: given, previous where the caller says so, or the default.

    `given` is the request's list of ParameterKey with ParameterValue or UsePreviousValue. Raises
    ValidationError for unknown, missing or forbidden values.
    """
    asked = {each["ParameterKey"]: each for each in given}
    unknown = [name for name in asked if name not in declared]
    if unknown:
        raise ValidationError(f"Parameters: [{', '.join(unknown)}] do not exist in the template")
    chosen: dict[str, str] = {}
    for name, declaration in declared.items():
        value = _value(name, asked.get(name, {}), declaration, previous)
        if value is not None:
            _check(name, value, declaration)
            chosen[name] = value
    missing = [name for name in declared if name not in chosen]
    if missing:
        raise ValidationError(f"Parameters: [{', '.join(missing)}] must have values")
    return chosen


def typed(declared: Mapping[str, Any], chosen: Mapping[str, str]) -> dict[str, Any]:
    """The values that Ref gives: lists for list types, text for all others."""
    return {
        name: [part.strip() for part in value.split(",")] if declared[name]["Type"] in _LISTS else value
        for name, value in chosen.items()
    }


def _value(
    name: str, asked: Mapping[str, Any], declaration: Mapping[str, Any], previous: Mapping[str, str]
) -> str | None:
    if asked.get("UsePreviousValue"):
        if name not in previous:
            raise ValidationError(
                f"Invalid input for parameter key {name}. Cannot specify usePreviousValue as true for a parameter "
                "key not in the previous template"
            )
        return previous[name]
    if "ParameterValue" in asked:
        return str(asked["ParameterValue"])
    default = declaration.get("Default")
    return None if default is None else _as_text(default)


def _check(name: str, value: str, declaration: Mapping[str, Any]) -> None:
    kind = declaration.get("Type")
    if kind not in _TYPES:
        raise ValidationError(
            f"Template error: the embedded AWS does not build parameters of type {kind} ({name})"
        )
    parts = [part.strip() for part in value.split(",")] if kind in _LISTS else [value]
    for part in parts:
        reason = _reason_against(name, part, kind, declaration)
        if reason is not None:
            constraint = declaration.get("ConstraintDescription")
            raise ValidationError(
                f"Parameter {name} failed to satisfy constraint: {constraint}" if constraint else reason
            )


def _reason_against(name: str, value: str, kind: str, declaration: Mapping[str, Any]) -> str | None:
    allowed = declaration.get("AllowedValues")
    if allowed is not None and value not in [_as_text(each) for each in allowed]:
        return f"Parameter '{name}' must be one of AllowedValues"
    pattern = declaration.get("AllowedPattern")
    if pattern is not None and re.fullmatch(pattern, value) is None:
        return f"Parameter '{name}' must match pattern {pattern}"
    if "MinLength" in declaration and len(value) < int(declaration["MinLength"]):
        return f"Parameter '{name}' must contain at least {declaration['MinLength']} characters"
    if "MaxLength" in declaration and len(value) > int(declaration["MaxLength"]):
        return f"Parameter '{name}' must contain at most {declaration['MaxLength']} characters"
    return _reason_against_number(name, value, declaration) if "Number" in kind else None


def _reason_against_number(name: str, value: str, declaration: Mapping[str, Any]) -> str | None:
    try:
        number = Decimal(value)
    except InvalidOperation:
        return f"Parameter '{name}' must be a number."
    if "MinValue" in declaration and number < Decimal(str(declaration["MinValue"])):
        return f"Parameter '{name}' must be a number not less than {declaration['MinValue']}"
    if "MaxValue" in declaration and number > Decimal(str(declaration["MaxValue"])):
        return f"Parameter '{name}' must be a number not greater than {declaration['MaxValue']}"
    return None


def _as_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
