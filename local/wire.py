"""Between JSON on the wire and Python values, strictly by the shapes of an AWS service model."""

import base64
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from local.refusal import Refused

# What AWS calls the kinds of JSON values in its SerializationException texts.
_KINDS: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (bool, "BOOLEAN_VALUE"),
    ((int, float), "NUMBER_VALUE"),
    (str, "STRING_VALUE"),
    (list, "START_ARRAY"),
    (dict, "START_OBJECT"),
)
_ACCEPTED = {
    "structure": ("START_OBJECT",),
    "map": ("START_OBJECT",),
    "list": ("START_ARRAY",),
    "string": ("STRING_VALUE",),
    "blob": ("STRING_VALUE",),
    "boolean": ("BOOLEAN_VALUE",),
    "integer": ("NUMBER_VALUE",),
    "long": ("NUMBER_VALUE",),
    "float": ("NUMBER_VALUE",),
    "double": ("NUMBER_VALUE",),
    "timestamp": ("NUMBER_VALUE",),
}


def as_utc(epoch_seconds: float) -> datetime:
    """The moment that epoch seconds name, timezone-aware UTC. Raises Refused when no calendar has it."""
    try:
        return datetime.fromtimestamp(epoch_seconds, UTC)
    except (OverflowError, ValueError, OSError) as error:
        raise Refused("SerializationException", f"{epoch_seconds} is not a point in time.") from error


def check_request(value: Any, shape: Shape, path: str = "") -> None:
    """Raise Refused for a member the shape does not have, or a JSON type it cannot hold.

    A `null` member counts as absent, as AWS's JSON protocol has it. Refusing unknown members is this
    emulator's rule: AWS ignores some of them, and so hides spelling mistakes.
    """
    if getattr(shape, "is_document_type", False):
        return
    kind = _kind_of(value)
    fits = kind in _ACCEPTED[shape.type_name]
    if shape.type_name in ("integer", "long") and isinstance(value, float) and not value.is_integer():
        fits = False
    if not fits:
        message = f"{kind} can not be converted to {shape.type_name.capitalize()}: {path or 'the request'}"
        raise Refused("SerializationException", message)
    if isinstance(shape, StructureShape):
        known = {member.serialization.get("name", name): member for name, member in shape.members.items()}
        for name, held in value.items():
            if name not in known:
                raise Refused("SerializationException", f"Unknown member: {_join(path, name)}")
            if held is not None:
                check_request(held, known[name], _join(path, name))
    elif isinstance(shape, ListShape):
        for index, held in enumerate(value):
            check_request(held, shape.member, f"{path}[{index}]")
    elif isinstance(shape, MapShape):
        for name, held in value.items():
            check_request(held, shape.value, _join(path, name))


def to_json(value: Any, shape: Shape) -> Any:
    """The JSON form of an answer: datetimes as epoch seconds, Decimals plain, absent for None.

    Raises ValueError for a member that the shape does not have: an answer AWS could not have given.
    """
    if getattr(shape, "is_document_type", False):
        return value
    if isinstance(shape, StructureShape):
        unknown = value.keys() - shape.members.keys()
        if unknown:
            raise ValueError(f"{shape.name} has no member {', '.join(sorted(unknown))}")
        return {
            shape.members[name].serialization.get("name", name): to_json(held, shape.members[name])
            for name, held in value.items()
            if held is not None
        }
    if isinstance(shape, ListShape):
        return [to_json(held, shape.member) for held in value]
    if isinstance(shape, MapShape):
        return {str(name): to_json(held, shape.value) for name, held in value.items()}
    return _SCALARS[shape.type_name](value)


def _text(value: Any) -> str:
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def _epoch_seconds(moment: datetime) -> int | float:
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no timezone")
    seconds = moment.timestamp()
    return int(seconds) if seconds.is_integer() else round(seconds, 3)


_SCALARS: Mapping[str, Callable[[Any], Any]] = {
    "string": _text,
    "boolean": bool,
    "integer": int,
    "long": int,
    "float": float,
    "double": float,
    "timestamp": _epoch_seconds,
    "blob": lambda value: base64.b64encode(value).decode(),
}


def _kind_of(value: Any) -> str:
    return next((name for types, name in _KINDS if isinstance(value, types)), "NULL_VALUE")


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
