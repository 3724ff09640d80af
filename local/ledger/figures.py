"""The figures of a budget: actual, forecasted, and the unit they are in."""

import json
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from local.ledger.cost_types import excluded_record_types, metric_of
from local.ledger.filters import Predicate, match_cost_filters, match_expression
from local.ledger.forecast import DailyForecast, forecast_days
from local.ledger.ledger import METRIC_COLUMNS, Ledger
from local.ledger.record import CostLine
from local.ledger.table import SCALE, Series, Table, to_decimal, total

MIXED_UNITS = "N/A"
HOURS = "Hrs"

# Percentage = part / whole: the table and columns of each commitment type.
_SHARES: Mapping[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "RI_UTILIZATION": ("reservations", ("used_hours",), ("purchased_hours",)),
    "RI_COVERAGE": ("reservable", ("reserved_hours",), ("reserved_hours", "on_demand_hours")),
    "SAVINGS_PLANS_UTILIZATION": ("savings_plans", ("used_commitment",), ("commitment",)),
    "SAVINGS_PLANS_COVERAGE": ("eligible", ("covered_spend",), ("covered_spend", "on_demand_cost")),
}


def actual(
    ledger: Ledger, budget: Mapping[str, Any], start: date, end: date, *, account_id: str
) -> Decimal | None:
    """The budget's actual figure over start (inclusive) to end (exclusive, at most the day after today).

    `budget` is the wire shape. COST in USD and USAGE in the unit seen: zero when nothing matches.
    RI and Savings Plans: a percentage 0..100, None when there is no commitment (or nothing it could
    cover) in the period. ValueError: a filter key or type that does not exist.
    """
    if budget["BudgetType"] in _SHARES:
        return _share(ledger, budget, start, end, account_id)
    return to_decimal(total(_series(ledger, budget, account_id), _columns(budget), start, end))


def forecasted(
    ledger: Ledger, budget: Mapping[str, Any], start: date, end: date, *, today: date, account_id: str
) -> Decimal | None:
    """The forecast of the whole period: what is there up to today and what the other days will bring.

    None with under five weeks of matching history, and for RI and Savings Plans budgets, for which
    AWS offers alerts on actual figures only.
    """
    if budget["BudgetType"] in _SHARES:
        return None
    expected = _forecast(ledger, budget, today, end, account_id)
    if expected is None:
        return None
    tomorrow = today + timedelta(days=1)
    so_far = total(_series(ledger, budget, account_id), _columns(budget), start, min(end, tomorrow))
    return to_decimal(so_far + expected.total(max(start, tomorrow), end))


def unit_of(ledger: Ledger, budget: Mapping[str, Any]) -> str:
    """USD, PERCENTAGE, or the one unit of usage behind the filters; `N/A` when they are mixed or none."""
    if budget["BudgetType"] in _SHARES:
        return "PERCENTAGE"
    if metric_of(budget).endswith("Cost"):
        return "USD"
    is_wanted = line_filter(budget)
    units = {line.unit for line in ledger.costs if line.unit is not None and is_wanted(line)}
    return units.pop() if len(units) == 1 else MIXED_UNITS


def line_filter(budget: Mapping[str, Any]) -> Predicate:
    """Which lines the budget's filters, cost types and metric let through."""
    is_wanted = _filter(budget)
    if budget["BudgetType"] == "COST":
        # With Metrics a budget is of the new family, which has no CostTypes.
        left_out = excluded_record_types(None if budget.get("Metrics") else budget.get("CostTypes"))
        return lambda line: line.record_type not in left_out and is_wanted(line)
    if metric_of(budget) == "Hours":
        return lambda line: line.unit == HOURS and is_wanted(line)
    return is_wanted


def _filter(budget: Mapping[str, Any]) -> Predicate:
    expression = budget.get("FilterExpression")
    return match_expression(expression) if expression else match_cost_filters(budget.get("CostFilters") or {})


def _series(ledger: Ledger, budget: Mapping[str, Any], account_id: str) -> list[Series]:
    return ledger.remember(
        ("series", account_id, _fingerprint(budget)),
        lambda: ledger.lines(account_id, _in_the_unit_of(ledger, budget)),
    )


def _in_the_unit_of(ledger: Ledger, budget: Mapping[str, Any]) -> Predicate:
    """The budget's filter; of usage in several units only that in the budget's, where there is any."""
    is_wanted = line_filter(budget)
    unit = (budget.get("BudgetLimit") or {}).get("Unit")
    if budget["BudgetType"] != "USAGE" or unit is None:
        return is_wanted

    def is_in_unit(line: CostLine) -> bool:
        return line.unit == unit and is_wanted(line)

    return is_in_unit if any(map(is_in_unit, ledger.costs)) else is_wanted


def _forecast(
    ledger: Ledger, budget: Mapping[str, Any], today: date, end: date, account_id: str
) -> DailyForecast | None:
    return ledger.remember(
        ("forecast", account_id, today, end, _fingerprint(budget)),
        lambda: forecast_days(_series(ledger, budget, account_id), _columns(budget), today, end),
    )


def _columns(budget: Mapping[str, Any]) -> tuple[str, ...]:
    return METRIC_COLUMNS[metric_of(budget)]


def _fingerprint(budget: Mapping[str, Any]) -> str:
    """What of a budget decides its figures, as text."""
    unit = (budget.get("BudgetLimit") or {}).get("Unit")
    members = ("BudgetType", "CostFilters", "CostTypes", "FilterExpression", "Metrics")
    return json.dumps([unit, *(budget.get(member) for member in members)], sort_keys=True, default=str)


def _share(
    ledger: Ledger, budget: Mapping[str, Any], start: date, end: date, account_id: str
) -> Decimal | None:
    table_name, part_columns, whole_columns = _SHARES[budget["BudgetType"]]
    table: Table[Any] = getattr(ledger, table_name)
    is_wanted = _filter(budget)
    series = table.select(lambda key: ledger.is_visible(key.account, account_id) and is_wanted(key))
    whole = total(series, whole_columns, start, end)
    if whole == 0:
        return None
    return percentage(total(series, part_columns, start, end), whole)


def percentage(part: int, whole: int) -> Decimal:
    """Part of the whole in percent, to ten decimals."""
    return to_decimal(part * 100 * SCALE // whole // 100 * 100)
