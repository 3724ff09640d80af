"""How AWS's forecasts of past periods did, from the agent's snapshots, as a reply shows it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from pydantic import Field

from tools.actions._action import Incomplete, Model
from tools.actions._reply import Amount, Percent, Period, percent_of, read_or_say, shown
from tools.domain.forecast_record import RatedForecast, record_of
from tools.domain.performance import PeriodPerformance
from tools.gateways import Gateways


class RatedForecastView(Model):
    """One past forecast and what came."""

    period: Period
    day: date = Field(description="The day nearest the middle of the period that has a forecast.")
    forecasted: Amount
    actual: Amount
    error_percent: Percent | None = Field(description="Forecast minus actual, by actual.")


class ForecastRecordView(Model):
    """AWS's forecasts in the middle of past periods."""

    forecasts: list[RatedForecastView] = Field(description="Oldest first.")
    mean_error_percent: Percent | None = Field(description="Positive where the forecasts were too high.")
    mean_error_size_percent: Percent | None = Field(description="The same whatever the sign.")
    sentence: str


def read_forecast_record(
    gateways: Gateways,
    account_id: str,
    budget_name: str,
    past: Sequence[PeriodPerformance],
    now: datetime,
    incomplete: list[Incomplete],
) -> ForecastRecordView | None:
    """The record over these periods; None without a state table, or where no snapshot has a forecast of them."""
    state = gateways.state
    if state is None or not past:
        return None
    since = past[0].period.start.date()
    snapshots = read_or_say(
        "past forecasts", incomplete, lambda: state.snapshots(account_id, budget_name, since, now.date())
    )
    record = record_of(past, snapshots or [])
    if record is None:
        return None
    return ForecastRecordView(
        forecasts=[_view(each) for each in record.rated],
        mean_error_percent=percent_of(record.mean_error),
        mean_error_size_percent=percent_of(record.mean_size),
        sentence=record.in_words(),
    )


def _view(rated: RatedForecast) -> RatedForecastView:
    period = rated.performance.period
    return RatedForecastView(
        period=Period(start=period.start, end=period.end),
        day=rated.day,
        forecasted=shown(rated.forecasted),
        actual=shown(rated.actual),
        error_percent=percent_of(rated.error),
    )
