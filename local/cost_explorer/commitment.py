"""What the calls about reservations and Savings Plans have in common."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from local.cost_explorer.asked import Asked, invalid
from local.cost_explorer.expressions import check_expression
from local.cost_explorer.periods import COMMITMENT_MONTHS, Slice, cut, months_before, read_period
from local.ledger.figures import percentage
from local.ledger.filters import match_expression
from local.ledger.table import Series, Table, to_decimal, total

Key = TypeVar("Key", bound=Hashable)
Items = list[tuple[Any, Series]]
Sums = dict[str, int]


def read_slices(params: Mapping[str, Any], asked: Asked) -> list[Slice]:
    """The periods of the answer: the whole when grouped, else by Granularity (default DAILY).

    Raises Refused for HOURLY, for a Granularity beside a GroupBy, and for more than 13 months.
    """
    granularity, is_grouped = params.get("Granularity"), bool(params.get("GroupBy"))
    if granularity not in (None, "DAILY", "MONTHLY"):
        raise invalid(f"Granularity {granularity} is not supported: DAILY and MONTHLY are.")
    if granularity and is_grouped:
        raise invalid("Granularity and GroupBy can't be used together.")
    start, end = read_commitment_period(params, asked)
    return list(cut(start, end, None if is_grouped else granularity or "DAILY"))


def read_commitment_period(params: Mapping[str, Any], asked: Asked) -> tuple[datetime, datetime]:
    """Start and end of the request's period. Raises Refused when it begins more than 13 months ago."""
    start, end = read_period(params["TimePeriod"], None)
    if start.date() < months_before(asked.today, COMMITMENT_MONTHS):
        raise invalid(f"Start date should be within {COMMITMENT_MONTHS} months of today.")
    return start, end


def check_dimensions(expression: Mapping[str, Any] | None, allowed: Sequence[str]) -> None:
    """Raise Refused unless the filter is one allowed dimension, or an And of them."""
    if expression is None:
        return
    check_expression(expression)
    for one in expression.get("And") or [expression]:
        dimensions = one.get("Dimensions")
        if dimensions is None:
            raise invalid("Only And of Dimensions is supported in this filter.")
        if dimensions["Key"] not in allowed:
            raise invalid(f"Dimension {dimensions['Key']} is not supported: {', '.join(allowed)} are.")


def wanted_of(expression: Mapping[str, Any] | None, dimension: str) -> Sequence[str]:
    """The values that a checked filter asks of one dimension."""
    parts = (expression or {}).get("And") or [expression or {}]
    return [
        value
        for one in parts
        if (one.get("Dimensions") or {}).get("Key") == dimension
        for value in one["Dimensions"]["Values"]
    ]


def select(table: Table[Any], expression: Mapping[str, Any] | None, asked: Asked) -> Items:
    """The items of a table that the caller may see and the filter lets through."""
    is_wanted = match_expression(expression)
    return [
        (item, series)
        for item, series in table.items()
        if asked.ledger.is_visible(item.account, asked.account_id) and is_wanted(item)
    ]


def split(items: Items, key_of: Callable[[Any], Key]) -> dict[Key, Items]:
    """The items by group key, in the order in which the keys are first met."""
    groups: dict[Key, Items] = {}
    for item, series in items:
        groups.setdefault(key_of(item), []).append((item, series))
    return groups


def sum_columns(items: Items, columns: Sequence[str], piece: Slice, asked: Asked) -> Sums:
    """Each column's sum over the slice, as far as it has come, in units of 10**-12."""
    series = [one for _, one in items]
    end = min(piece.end_day, asked.today + timedelta(days=1))
    return {column: total(series, [column], piece.first_day, end) for column in columns}


def percent(part: int, whole: int) -> Any:
    """Part of the whole in percent; zero of nothing is zero, as AWS writes it."""
    return percentage(part, whole) if whole else 0


def amounts(sums: Mapping[str, int]) -> dict[str, Any]:
    """Units of 10**-12 as decimals, by wire name."""
    return {name: to_decimal(units) for name, units in sums.items()}
