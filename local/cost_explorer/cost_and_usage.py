"""GetCostAndUsage: what was spent and used, by period and group."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from local.cost_explorer.asked import Asked, invalid, refuse_unbuilt
from local.cost_explorer.expressions import read_filter, read_groups
from local.cost_explorer.paging import page
from local.cost_explorer.periods import Slice, check_history, cut, is_open, read_period
from local.ledger.ledger import METRIC_COLUMNS
from local.ledger.record import CostLine
from local.ledger.table import Series, to_decimal
from local.refusal import Refused

METRICS = tuple(metric for metric in METRIC_COLUMNS if metric != "Hours")

# AWS publishes no page size; so many rows (a period, or a group in a period) are emulator-defined.
PAGE_SIZE = 500

MIXED_UNITS = "N/A"
Lines = list[tuple[CostLine, Series]]
Wire = dict[str, Any]


def get_cost_and_usage(params: Mapping[str, Any], asked: Asked) -> Wire:
    """The answer to GetCostAndUsage. Raises Refused where AWS would."""
    refuse_unbuilt(params, "BillingViewArn")
    granularity = params["Granularity"]
    if granularity not in ("DAILY", "MONTHLY", "HOURLY"):
        raise invalid(f"Granularity {granularity} is not valid: DAILY, MONTHLY and HOURLY are.")
    start, end = read_period(params["TimePeriod"], granularity)
    check_history(start, end, granularity, asked)
    metrics = read_metrics(params.get("Metrics"))
    definitions = params.get("GroupBy") or []
    keys_of = read_groups(definitions)
    lines = find_lines(params.get("Filter"), asked)
    groups: dict[tuple[str, ...], Lines] = {}
    for line, series in lines:
        groups.setdefault(tuple(key_of(line) for key_of in keys_of), []).append((line, series))
    if not keys_of:
        groups = {(): lines}
    rows = [
        (piece, keys)
        for piece in cut(start, end, granularity)
        for keys in _keys_in(groups, piece, asked, is_grouped=bool(keys_of))
    ]
    shown, token = page(rows, PAGE_SIZE, params)
    results: dict[Slice, Wire] = {}
    for piece, keys in shown:
        result = results.setdefault(
            piece,
            {"TimePeriod": piece.wire, "Total": {}, "Groups": [], "Estimated": is_open(piece, asked.today)},
        )
        if keys is None:
            continue
        values = _values(metrics, groups[keys], piece, asked)
        if keys:
            result["Groups"].append({"Keys": list(keys), "Metrics": values})
        else:
            result["Total"] = values
    answer: Wire = {
        "ResultsByTime": list(results.values()),
        "DimensionValueAttributes": describe_accounts(_accounts_in(definitions, shown), asked),
    }
    if definitions:
        answer["GroupDefinitions"] = definitions
    if token:
        answer["NextPageToken"] = token
    return answer


def read_metrics(metrics: Sequence[str] | None) -> Sequence[str]:
    """The metrics asked for, CamelCase as AWS writes them. Raises Refused for others, or none."""
    if not metrics:
        raise invalid("Selected metrics cannot be null.")
    unknown = [metric for metric in metrics if metric not in METRICS]
    if unknown:
        raise invalid(f"Metrics {', '.join(unknown)} are not valid: {', '.join(METRICS)} are.")
    return metrics


def find_lines(expression: Mapping[str, Any] | None, asked: Asked) -> Lines:
    """The lines that the caller may see and that the filter lets through.

    Raises Refused: DataUnavailableException when the account has no data at all yet.
    """
    is_wanted = read_filter(expression)
    ledger = asked.ledger
    visible = [
        (line, series)
        for line, series in ledger.costs.items()
        if ledger.is_visible(line.account, asked.account_id)
    ]
    today = asked.today.toordinal()
    if not any(series.is_present(series.first, today + 1) for _, series in visible):
        raise Refused(
            "DataUnavailableException",
            "Data is not available. Please try to adjust the time period. If just enabled Cost Explorer, "
            "data might not be ingested yet",
        )
    return [(line, series) for line, series in visible if is_wanted(line)]


def describe_accounts(accounts: Iterable[str], asked: Asked) -> list[Wire]:
    """The names of accounts among dimension values."""
    return [
        {"Value": account, "Attributes": {"description": asked.account_names[account]}}
        for account in sorted(set(accounts))
        if account in asked.account_names
    ]


def _keys_in(
    groups: Mapping[tuple[str, ...], Lines], piece: Slice, asked: Asked, *, is_grouped: bool
) -> Sequence[tuple[str, ...] | None]:
    """The group keys with a line in the slice; a slice without any still is a row of its own."""
    if not is_grouped:
        return [()]
    found = sorted(
        keys for keys, lines in groups.items() if any(piece.is_touched(series, asked) for _, series in lines)
    )
    return found or [None]


def _values(metrics: Sequence[str], lines: Lines, piece: Slice, asked: Asked) -> Wire:
    series = [one for _, one in lines]
    return {
        metric: {
            "Amount": to_decimal(piece.total(series, METRIC_COLUMNS[metric], asked)),
            "Unit": _unit(metric, lines, piece, asked),
        }
        for metric in metrics
    }


def _unit(metric: str, lines: Lines, piece: Slice, asked: Asked) -> str:
    if metric.endswith("Cost"):
        return "USD"
    if metric == "NormalizedUsageAmount":
        return MIXED_UNITS
    units = {line.unit for line, series in lines if line.unit and piece.is_touched(series, asked)}
    return units.pop() if len(units) == 1 else MIXED_UNITS


def _accounts_in(
    definitions: Sequence[Mapping[str, Any]], rows: Sequence[tuple[Slice, tuple[str, ...] | None]]
) -> set[str]:
    positions = [
        position for position, definition in enumerate(definitions) if definition["Key"] == "LINKED_ACCOUNT"
    ]
    return {keys[position] for _, keys in rows if keys for position in positions}
