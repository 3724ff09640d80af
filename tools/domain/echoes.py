"""What a tool only says back to whoever called it: a figure that a model has sent proves nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

_SMALLEST = 100
"""Smaller whole numbers are counts and percentages that results are full of anyway."""
_NUMBER = re.compile(r"[0-9][0-9,]*(?:\.[0-9]+)?")


def without_echoes(result: Any, given: Any) -> Any:
    """A tool's result without the figures that stand in what the tool was given, in its sentences too.

    What another result says, or this one says of something else under the same figure, is lost with it: then the
    figure has to be read anew, without sending it.
    """
    sent = frozenset(_numbers_in(given))
    return _without(result, sent) if sent else result


def _without(value: Any, sent: frozenset[Decimal]) -> Any:
    if isinstance(value, Mapping):
        return {name: _without(each, sent) for name, each in value.items()}
    if isinstance(value, list):
        return [_without(each, sent) for each in value]
    if isinstance(value, str):
        return _NUMBER.sub(lambda found: "" if _number(found.group()) in sent else found.group(), value)
    return None if _number(value) in sent else value


def _numbers_in(value: Any) -> list[Decimal]:
    if isinstance(value, Mapping):
        return [found for pair in value.items() for each in pair for found in _numbers_in(each)]
    if isinstance(value, list):
        return [found for each in value for found in _numbers_in(each)]
    parts = map(_number, _NUMBER.findall(value) if isinstance(value, str) else [value])
    return [each for each in parts if each is not None and _is_telling(each)]


def _is_telling(number: Decimal) -> bool:
    return number >= _SMALLEST or number != number.to_integral_value()


def _number(value: Any) -> Decimal | None:
    """A number without its sign, or None; of any spelling of it the same."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = Decimal(str(value).replace(",", ""))
    except InvalidOperation:
        return None
    return abs(number) if number.is_finite() else None
