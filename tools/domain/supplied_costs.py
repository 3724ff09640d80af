"""Costs that a caller brings along instead of having Cost Explorer asked, in the forms they come in.

A list of `{service, month, amount}`, a GetCostAndUsage response by month, forecasts as a list of
`{service, period, mean, lower, upper, probability, source}` (also among the former) or a GetCostForecast response
by month, or text, which holds no numbers to count on. Nothing is dropped in silence: what cannot be used is named
with the reason.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from tools.domain.aws_services import service_meant_by
from tools.domain.claimed_forecasts import USUAL_PROBABILITY, ClaimedForecast, is_forecast
from tools.domain.grouping import GroupBy
from tools.domain.money import USD
from tools.domain.periods import add_months
from tools.domain.quoting import quoted

Amounts = Mapping[str, Mapping[date, Decimal]]

_ROWS_HOLD = (GroupBy.SERVICE, GroupBy.TOTAL)
_METRICS = ("UnblendedCost", "AmortizedCost", "NetUnblendedCost", "NetAmortizedCost", "BlendedCost")
_MONTH = re.compile(r"(\d{4})-(\d{2})(?:-01)?(?:T00:00:00(?:\.0+)?(?:Z|\+00:00)?)?")


@dataclass(frozen=True, slots=True)
class Unusable:
    """A part of what the caller sent that changes no number, and why."""

    part: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SuppliedCosts:
    """Dollars by group and month, forecasts, what could not be used, and text that only goes along as context."""

    amounts: Amounts
    forecasts: tuple[ClaimedForecast, ...] = ()
    unusable: tuple[Unusable, ...] = ()
    context: str | None = None


class _UnusableError(Exception):
    """Why one entry cannot be used."""


_Found = tuple[str, "_Entry | ClaimedForecast | str"]


@dataclass(frozen=True, slots=True)
class _Entry:
    group: str
    month: date
    amount: Decimal


def supplied_costs(given: object, group_by: GroupBy, this_month: date) -> SuppliedCosts:
    """What `given` says about whole months before `this_month`, grouped as asked."""
    if given is None:
        return SuppliedCosts(amounts={})
    if isinstance(given, str):
        reason = "it is text; it goes along as context and changes no number"
        return SuppliedCosts(amounts={}, unusable=(Unusable("cost_data", reason),), context=given)
    if isinstance(given, Mapping) and isinstance(given.get("ResultsByTime"), Sequence):
        return _collected(_results(given, group_by), group_by, this_month)
    if isinstance(given, Mapping) and isinstance(given.get("ForecastResultsByTime"), Sequence):
        return _collected(_forecast_results(given, group_by), group_by, this_month)
    if isinstance(given, Sequence):
        return _collected(_rows(given, group_by), group_by, this_month)
    reason = (
        "it is neither a list of {service, month, amount} or {service, period, mean}, nor a GetCostAndUsage or"
        " GetCostForecast response, nor text"
    )
    return SuppliedCosts(amounts={}, unusable=(Unusable("cost_data", reason),))


def amount_in(given: object) -> Decimal | None:
    """A finite number, or a text of one, exactly; None for anything else."""
    if isinstance(given, bool) or not isinstance(given, str | int | float | Decimal):
        return None
    try:
        amount = Decimal(str(given).strip())
    except InvalidOperation:
        return None
    return amount if amount.is_finite() else None


def _collected(entries: Iterator[_Found], group_by: GroupBy, this_month: date) -> SuppliedCosts:
    amounts: dict[str, dict[date, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    unusable, forecasts = [], []
    for part, entry in entries:
        if isinstance(entry, str):
            unusable.append(Unusable(part, entry))
        elif isinstance(entry, ClaimedForecast):
            if entry.month < this_month:
                unusable.append(
                    Unusable(part, f"{entry.month:%Y-%m} is over, and a forecast is of what comes")
                )
            else:
                forecasts.append(entry)
        elif entry.month >= this_month:
            unusable.append(Unusable(part, f"{entry.month:%Y-%m} is not over, and only whole months count"))
        else:
            group = "" if group_by is GroupBy.TOTAL else entry.group
            amounts[group][entry.month] += entry.amount
    return SuppliedCosts(
        amounts={group: dict(by_month) for group, by_month in amounts.items()},
        forecasts=tuple(forecasts),
        unusable=tuple(unusable),
    )


def _rows(rows: Sequence[object], group_by: GroupBy) -> Iterator[_Found]:
    if group_by not in _ROWS_HOLD:
        yield (
            "cost_data",
            f"a list by service says nothing of {group_by.value}; Cost Explorer was asked instead",
        )
        return
    for index, row in enumerate(rows):
        part = f"cost_data[{index}]"
        try:
            yield part, _forecast_of_row(row) if is_forecast(row) else _entry_of_row(row)
        except _UnusableError as error:
            yield part, str(error)


def _entry_of_row(row: object) -> _Entry:
    if not isinstance(row, Mapping):
        raise _UnusableError("it is not an object with service, month and amount")
    service = row.get("service")
    if not isinstance(service, str) or not service.strip():
        raise _UnusableError("it has no service")
    currency = row.get("currency") or row.get("unit") or USD
    if currency != USD:
        raise _UnusableError(f"it is in {currency}, and budgets are in {USD}")
    return _Entry(service.strip(), _month(row.get("month") or row.get("period")), _amount(row.get("amount")))


def _forecast_of_row(row: object) -> ClaimedForecast:
    """A forecast of one service, or of everything where none is named."""
    if not isinstance(row, Mapping):
        raise _UnusableError("it is not an object with service, period and mean")
    service = row.get("service")
    if service is not None and not isinstance(service, str):
        raise _UnusableError(f"{quoted(service)} is not a service")
    named = (service or "").strip()
    currency = row.get("currency") or row.get("unit") or USD
    if currency != USD:
        raise _UnusableError(f"it is in {currency}, and budgets are in {USD}")
    return _forecast(
        None if named.casefold() in ("", "total") else service_meant_by(named) or named,
        row.get("period") or row.get("month"),
        (row.get("mean"), row.get("lower"), row.get("upper")),
        row.get("probability", USUAL_PROBABILITY),
        str(row.get("source") or "cost_data"),
    )


def _forecast(
    service: str | None,
    period: object,
    figures: tuple[object, object, object],
    probability: object,
    claimed_by: str,
) -> ClaimedForecast:
    mean = _amount(figures[0])
    bounds = [None if each is None else _amount(each) for each in figures[1:]]
    likely = amount_in(probability)
    if mean < 0:
        raise _UnusableError(f"a mean of {mean:f} is no cost")
    if likely is None or not 0 < likely < 1:
        raise _UnusableError(f"{quoted(probability)} is not a probability between 0 and 1")
    if None in bounds and bounds != [None, None]:
        raise _UnusableError("it has one of lower and upper, and not the other")
    lower, upper = bounds
    if lower is not None and upper is not None and not lower <= mean <= upper:
        raise _UnusableError(f"its mean of {mean:f} is not between {lower:f} and {upper:f}")
    return ClaimedForecast(
        service=service,
        month=_month(period),
        mean=mean,
        lower=lower,
        upper=upper,
        probability=likely,
        claimed_by=claimed_by,
    )


def _forecast_results(response: Mapping[str, Any], group_by: GroupBy) -> Iterator[_Found]:
    """GetCostForecast speaks of everything that its filter lets through, and does not repeat the filter."""
    if group_by is not GroupBy.TOTAL:
        yield "cost_data", f"a GetCostForecast response is of a total, and tells nothing by {group_by.value}"
        return
    unit = (response.get("Total") or {}).get("Unit", USD)
    if unit != USD:
        yield "cost_data", f"it is in {unit}, and budgets are in {USD}"
        return
    for index, result in enumerate(response["ForecastResultsByTime"]):
        part = f"cost_data.ForecastResultsByTime[{index}]"
        try:
            month, _ = _figures_of_result(result, group_by)
            figures = (
                result.get("MeanValue"),
                result.get("PredictionIntervalLowerBound"),
                result.get("PredictionIntervalUpperBound"),
            )
            yield part, _forecast(None, f"{month:%Y-%m}", figures, USUAL_PROBABILITY, "cost_data")
        except _UnusableError as error:
            yield part, str(error)


def _results(response: Mapping[str, Any], group_by: GroupBy) -> Iterator[_Found]:
    problem = _problem_with_groups(response.get("GroupDefinitions"), group_by)
    if problem is not None:
        yield "cost_data", problem
        return
    if response.get("NextPageToken"):
        yield "cost_data.NextPageToken", "there are further pages, whose costs are missing here"
    for index, result in enumerate(response["ResultsByTime"]):
        part = f"cost_data.ResultsByTime[{index}]"
        try:
            month, figures = _figures_of_result(result, group_by)
        except _UnusableError as error:
            yield part, str(error)
            continue
        for group, metrics in figures:
            try:
                yield part, _Entry(group, month, _cost_in(metrics))
            except _UnusableError as error:
                yield f"{part} {group}".strip(), str(error)


def _problem_with_groups(definitions: object, group_by: GroupBy) -> str | None:
    if not isinstance(definitions, Sequence) or not definitions:
        return None
    if len(definitions) > 1:
        return "it is grouped twice; one grouping can be used"
    kind, key = definitions[0].get("Type", "DIMENSION"), definitions[0].get("Key")
    grouping = key if kind == "DIMENSION" else kind
    if group_by in (GroupBy.TOTAL, grouping):
        return None
    return f"it is grouped by {grouping}, not by {group_by.value}"


def _figures_of_result(result: object, group_by: GroupBy) -> tuple[date, list[tuple[str, object]]]:
    if not isinstance(result, Mapping) or not isinstance(result.get("TimePeriod"), Mapping):
        raise _UnusableError("it has no TimePeriod")
    month, end = _month(result["TimePeriod"].get("Start")), result["TimePeriod"].get("End")
    if _month(end) != add_months(month, 1):
        raise _UnusableError(f"{month.isoformat()} to {end} is not one whole month")
    groups = result.get("Groups") or ()
    if groups:
        return month, [(each["Keys"][0], each.get("Metrics")) for each in groups if each.get("Keys")]
    if group_by is not GroupBy.TOTAL and result.get("Total"):
        raise _UnusableError(f"it has a total only, and nothing by {group_by.value}")
    return month, [("", result["Total"])] if result.get("Total") else []


def _cost_in(metrics: object) -> Decimal:
    if isinstance(metrics, Mapping):
        for metric in _METRICS:
            figure = metrics.get(metric)
            if isinstance(figure, Mapping):
                if figure.get("Unit", USD) != USD:
                    raise _UnusableError(f"it is in {figure['Unit']}, and budgets are in {USD}")
                return _amount(figure.get("Amount"))
    raise _UnusableError(f"it has none of the metrics {', '.join(_METRICS)}")


def _month(given: object) -> date:
    found = _MONTH.fullmatch(given.strip()) if isinstance(given, str) else None
    if found is None or not 1 <= int(found[2]) <= 12 or int(found[1]) < 1:
        raise _UnusableError(f"{quoted(given)} is not a month such as 2026-09")
    return date(int(found[1]), int(found[2]), 1)


def _amount(given: object) -> Decimal:
    amount = amount_in(given)
    if amount is None:
        raise _UnusableError(f"{quoted(given)} is not an amount")
    return amount
