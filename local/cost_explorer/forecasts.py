"""GetCostForecast and GetUsageForecast: what the days to come will probably bring."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from statistics import NormalDist
from typing import Any

from local.cost_explorer.asked import Asked, invalid, refuse_unbuilt
from local.cost_explorer.cost_and_usage import Lines, find_lines
from local.cost_explorer.periods import Slice, cut, months_before, next_month, read_period
from local.ledger.cost_types import METRIC_NAMES
from local.ledger.forecast import DailyForecast, forecast_days
from local.ledger.ledger import METRIC_COLUMNS
from local.ledger.table import Series, to_decimal, total
from local.refusal import Refused

Wire = dict[str, Any]

COST_METRICS = tuple(metric for metric in METRIC_NAMES if metric.endswith("COST"))
USAGE_METRICS = tuple(metric for metric in METRIC_NAMES if not metric.endswith("COST"))

# "About three months" by day and 18 months by month (API reference); the exact last day is emulator-defined.
DAILY_MONTHS_AHEAD = 3
MONTHLY_MONTHS_AHEAD = 18
INTERVAL_LEVELS = range(51, 100)


def get_cost_forecast(params: Mapping[str, Any], asked: Asked) -> Wire:
    """The answer to GetCostForecast. Raises Refused where AWS would."""
    return _forecast(params, asked, COST_METRICS, _dollars)


def get_usage_forecast(params: Mapping[str, Any], asked: Asked) -> Wire:
    """The answer to GetUsageForecast. Raises Refused: UnresolvableUsageUnitException for mixed units."""
    return _forecast(params, asked, USAGE_METRICS, _one_unit)


def _dollars(lines: Lines) -> str:  # noqa: ARG001  (as _one_unit)
    return "USD"


def _one_unit(lines: Lines) -> str:
    units = {line.unit for line, _ in lines if line.unit}
    if len(units) != 1:
        raise Refused(
            "UnresolvableUsageUnitException",
            "Cost Explorer was unable to identify the usage unit. Provide UsageType/UsageTypeGroup filter "
            "selections that contain matching units, for example: hours.",
        )
    return units.pop()


def _forecast(
    params: Mapping[str, Any], asked: Asked, metrics: tuple[str, ...], unit_of: Callable[[Lines], str]
) -> Wire:
    refuse_unbuilt(params, "BillingViewArn")
    metric, granularity = params["Metric"], params["Granularity"]
    if metric not in metrics:
        raise invalid(f"Metric {metric} is not valid: {', '.join(metrics)} are.")
    if granularity not in ("DAILY", "MONTHLY"):
        raise invalid(f"Granularity {granularity} is not supported for forecasts: DAILY and MONTHLY are.")
    level = params.get("PredictionIntervalLevel")
    if level is not None and level not in INTERVAL_LEVELS:
        raise invalid("PredictionIntervalLevel must be between 51 and 99.")
    start, end = read_period(params["TimePeriod"], granularity)
    _check_horizon(start, end, granularity, asked.today)
    lines = find_lines(params.get("Filter"), asked)
    unit = unit_of(lines)
    series = [one for _, one in lines]
    columns = METRIC_COLUMNS[METRIC_NAMES[metric]]
    forecast = forecast_days(series, columns, asked.today, end.date())
    if forecast is None:
        raise Refused("DataUnavailableException", "Insufficient amount of historical data")
    pieces = list(cut(start, end, granularity))
    means = [_mean(piece, series, columns, forecast) for piece in pieces]
    return {
        "Total": {"Amount": to_decimal(sum(means)), "Unit": unit},
        "ForecastResultsByTime": [
            {
                "TimePeriod": piece.wire,
                "MeanValue": to_decimal(mean),
                **_interval(piece, mean, forecast, level),
            }
            for piece, mean in zip(pieces, means, strict=True)
        ],
    }


def _check_horizon(start: datetime, end: datetime, granularity: str, today: date) -> None:
    earliest = today - timedelta(days=1)
    if start.date() < earliest:
        raise invalid(f"Earliest supported Start is {earliest.isoformat()}")
    if granularity == "DAILY":
        latest = months_before(today, -DAILY_MONTHS_AHEAD)
    else:
        latest = next_month(months_before(today, -MONTHLY_MONTHS_AHEAD))
    if end.date() > latest:
        raise invalid(f"Latest supported End is {latest.isoformat()}")


def _mean(piece: Slice, series: list[Series], columns: tuple[str, ...], forecast: DailyForecast) -> int:
    """What is known of today and yesterday as it is, the days after as expected.

    So the month's cost until today and the forecast from today add up to what a budget forecasts.
    """
    known = total(series, columns, piece.first_day, min(piece.end_day, forecast.first_day))
    return known + forecast.total(max(piece.first_day, forecast.first_day), piece.end_day)


def _interval(piece: Slice, mean: int, forecast: DailyForecast, level: int | None) -> Wire:
    """The bounds at a prediction interval level; none when no level is asked for."""
    if level is None:
        return {}
    days_ahead = max((piece.end_day - max(piece.first_day, forecast.first_day)).days, 0)
    thousandths = round(NormalDist().inv_cdf(0.5 + level / 200) * 1000)
    margin = forecast.deviation_of(days_ahead) * thousandths // 1000
    lower = mean - margin
    return {
        "PredictionIntervalLowerBound": to_decimal(max(lower, 0) if mean >= 0 else lower),
        "PredictionIntervalUpperBound": to_decimal(mean + margin),
    }
