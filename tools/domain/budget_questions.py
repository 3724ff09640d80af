"""What to ask Cost Explorer for a budget's past, so that one answer serves as many budgets as possible."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tools.domain.budget import BudgetDefinition
from tools.domain.budget_types import BudgetType, Measure
from tools.domain.periods import TimeUnit, add_months
from tools.domain.scope import CostTypes
from tools.domain.scope_changes import standing_scope
from tools.domain.scope_expression import metric_of
from tools.domain.spend_history import MonthlySpend, SpendHistory

_USER_TAG = "user:"
_MONTHS_IN = {TimeUnit.MONTHLY: 1, TimeUnit.QUARTERLY: 3, TimeUnit.ANNUALLY: 12}


@dataclass(frozen=True, slots=True)
class GroupedQuestion:
    """A metric by one grouping (None: everything), and which of its groups the budget counts."""

    metric: str
    grouping: tuple[str, str] | None
    groups: tuple[str, ...]


def grouped_question(definition: BudgetDefinition) -> GroupedQuestion | None:
    """The grouping that tells what the budget counts; None for a scope that only its own filter can tell.

    That is one with two keys, with a filter expression beyond them, with its own kinds of cost or another metric.
    """
    budget_type = definition.type
    scope = standing_scope(definition.scope, budget_type)
    key, metric = scope.key(), metric_of(budget_type, scope)
    usual = "UsageQuantity" if budget_type.measure is Measure.USAGE else "UnblendedCost"
    if key is None or len(key) > 1 or metric != usual or scope.billing_view_arn is not None:
        return None
    if scope.cost_types not in (None, CostTypes()):
        return None
    for name, values in key:
        found = _grouping(budget_type, name, sorted(values))
        return None if found is None else GroupedQuestion(metric, *found)
    return None if budget_type.measure is Measure.USAGE else GroupedQuestion(metric, None, ("",))


def by_time_unit(history: SpendHistory, time_unit: TimeUnit) -> SpendHistory:
    """Months put together to the whole calendar periods of a budget; those that are not complete are left out.

    Raises KeyError for a time unit that does not consist of months.
    """
    count = _MONTHS_IN[time_unit]
    if count == 1:
        return history
    amounts = {each.month: each.amount for each in history.months}
    found = []
    for start in amounts:
        months = [add_months(start, number) for number in range(count)]
        if (start.month - 1) % count == 0 and all(month in amounts for month in months):
            found.append(MonthlySpend(start, sum((amounts[month] for month in months), Decimal(0))))
    return SpendHistory(history.unit, tuple(found))


def by_month(amounts: Mapping[date, Decimal]) -> dict[date, Decimal]:
    """Daily amounts added up to months."""
    found: dict[date, Decimal] = {}
    for day, amount in amounts.items():
        first = day.replace(day=1)
        found[first] = found.get(first, Decimal(0)) + amount
    return found


def is_of_months(time_unit: TimeUnit) -> bool:
    """Whether its periods consist of calendar months."""
    return time_unit in _MONTHS_IN


def _grouping(
    budget_type: BudgetType, name: str, values: Sequence[str]
) -> tuple[tuple[str, str], tuple[str, ...]] | None:
    """Type and key of the grouping, and its groups as Cost Explorer names them."""
    if budget_type.measure is Measure.USAGE:
        return (("DIMENSION", "USAGE_TYPE"), tuple(values)) if name == "UsageType" else None
    match name:
        case "Service":
            return ("DIMENSION", "SERVICE"), tuple(values)
        case "LinkedAccount":
            return ("DIMENSION", "LINKED_ACCOUNT"), tuple(values)
        case "TagKeyValue" if all(each.startswith(_USER_TAG) for each in values):
            return _keyed("TAG", [each.removeprefix(_USER_TAG) for each in values])
        case "CostCategory":
            return _keyed("COST_CATEGORY", values)
        case _:
            return None


def _keyed(kind: str, entries: Sequence[str]) -> tuple[tuple[str, str], tuple[str, ...]] | None:
    """Entries of one key, none of which is empty."""
    keys = {each.partition("$")[0] for each in entries}
    if len(keys) != 1 or any(not each.partition("$")[2] for each in entries):
        return None
    return (kind, keys.pop()), tuple(entries)
