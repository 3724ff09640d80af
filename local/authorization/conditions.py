"""The Condition block of a policy statement, evaluated against the keys of a request."""

import ipaddress
import operator
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from local.authorization.patterns import fill_in, listed, matches, spell_out

# Lower-case condition key to its value or, for a multivalued key, its values. An absent key has no entry.
Context = Mapping[str, str | Sequence[str]]

_EACH, _ANY = "ForAllValues:", "ForAnyValue:"


class UnknownOperatorError(ValueError):
    """A condition operator that IAM does not have; IAM would not have stored the policy."""


def holds(condition: Mapping[str, Mapping[str, Any]] | None, context: Context) -> bool:
    """Whether every operator and key of `condition` matches `context`.

    Source: IAM user guide, "IAM JSON policy elements: Condition operators" and "Multivalued context keys".
    Raises UnknownOperatorError for an operator IAM does not have.
    """
    return all(
        _key_holds(name, [fill_in(_text(value), context) for value in listed(wanted)], _values(context, key))
        for name, keys in (condition or {}).items()
        for key, wanted in keys.items()
    )


def _key_holds(name: str, wanted: list[str], present: list[str] | None) -> bool:
    base = name.removeprefix(_EACH).removeprefix(_ANY)
    if base == "Null":
        return (present is None) == (wanted[0].lower() == "true")
    if_exists = base.endswith("IfExists")
    compare, is_negated = _operator(base.removesuffix("IfExists"))
    if compare not in (_is_like, _is_like_arn):
        wanted = [spell_out(each) for each in wanted]
    if present is None:
        return if_exists or (is_negated and not name.startswith(_ANY)) or name.startswith(_EACH)

    def fits(value: str) -> bool:
        return any(compare(value, each) for each in wanted) != is_negated

    if name.startswith(_EACH):
        return all(fits(value) for value in present)
    if is_negated and not name.startswith(_ANY):
        return all(fits(value) for value in present)
    return any(fits(value) for value in present)


def _operator(name: str) -> tuple[Callable[[str, str], bool], bool]:
    if name not in _OPERATORS:
        raise UnknownOperatorError(f"IAM has no condition operator {name}")
    return _OPERATORS[name]


def _values(context: Context, key: str) -> list[str] | None:
    value = context.get(key.lower())
    if value is None:
        return None
    return [value] if isinstance(value, str) else list(value)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _equals_ignoring_case(value: str, wanted: str) -> bool:
    return value.lower() == wanted.lower()


def _is_like(value: str, wanted: str) -> bool:
    return matches(wanted, value)


def _is_like_arn(value: str, wanted: str) -> bool:
    """Each of the six colon-separated parts by itself, so that a wildcard does not reach across parts."""
    have, want = value.split(":", 5), wanted.split(":", 5)
    return len(have) == len(want) and all(matches(each, part) for part, each in zip(have, want, strict=True))


def _numeric(compare: Callable[[Any, Any], bool]) -> Callable[[str, str], bool]:
    def compared(value: str, wanted: str) -> bool:
        try:
            return compare(Decimal(value), Decimal(wanted))
        except InvalidOperation:
            return False

    return compared


def _dated(compare: Callable[[Any, Any], bool]) -> Callable[[str, str], bool]:
    def compared(value: str, wanted: str) -> bool:
        try:
            return compare(_moment(value), _moment(wanted))
        except ValueError:
            return False

    return compared


def _moment(text: str) -> datetime:
    """A W3C date or epoch seconds, as IAM takes both."""
    if text.isdigit() and len(text) != 4:
        return datetime.fromtimestamp(int(text), UTC)
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _is_in_network(value: str, wanted: str) -> bool:
    try:
        return ipaddress.ip_address(value) in ipaddress.ip_network(wanted, strict=False)
    except ValueError:
        return False


_ORDERINGS: Mapping[str, tuple[Callable[[Any, Any], bool], bool]] = {
    "Equals": (operator.eq, False),
    "NotEquals": (operator.eq, True),
    "LessThan": (operator.lt, False),
    "LessThanEquals": (operator.le, False),
    "GreaterThan": (operator.gt, False),
    "GreaterThanEquals": (operator.ge, False),
}

# Operator to its comparison of one value with one wanted value, and whether the operator negates it.
_OPERATORS: Mapping[str, tuple[Callable[[str, str], bool], bool]] = {
    "StringEquals": (operator.eq, False),
    "StringNotEquals": (operator.eq, True),
    "StringEqualsIgnoreCase": (_equals_ignoring_case, False),
    "StringNotEqualsIgnoreCase": (_equals_ignoring_case, True),
    "StringLike": (_is_like, False),
    "StringNotLike": (_is_like, True),
    "ArnEquals": (_is_like_arn, False),
    "ArnLike": (_is_like_arn, False),
    "ArnNotEquals": (_is_like_arn, True),
    "ArnNotLike": (_is_like_arn, True),
    "Bool": (_equals_ignoring_case, False),
    "BinaryEquals": (operator.eq, False),
    "IpAddress": (_is_in_network, False),
    "NotIpAddress": (_is_in_network, True),
    **{f"Numeric{name}": (_numeric(compare), negated) for name, (compare, negated) in _ORDERINGS.items()},
    **{f"Date{name}": (_dated(compare), negated) for name, (compare, negated) in _ORDERINGS.items()},
}
