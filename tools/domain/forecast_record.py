"""The record of AWS's forecasts: what it forecast in the middle of past periods, and what came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tools.domain.money import Spend, as_percent
from tools.domain.performance import PeriodPerformance
from tools.domain.snapshots import Snapshot

# How far from its middle a period's snapshot may be taken, as a share of the period: to forecast in the first or
# the last days is another task.
_FROM_THE_MIDDLE = Decimal("0.2")
_MIDDLE = Decimal("0.5")


@dataclass(frozen=True, slots=True, kw_only=True)
class RatedForecast:
    """A forecast of a past period, the day it is from, and what the period came to. `error` is a ratio of that."""

    performance: PeriodPerformance
    day: date
    forecasted: Spend
    actual: Spend
    error: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastRecord:
    """Past forecasts, oldest first, their mean error whatever its sign, and with it (positive: too high)."""

    rated: tuple[RatedForecast, ...]
    mean_size: Decimal
    mean_error: Decimal

    def in_words(self) -> str:
        """How far AWS's forecasts were off."""
        count = len(self.rated)
        periods = "1 past period" if count == 1 else f"{count} past periods"
        said = f"In the middle of {periods} AWS's forecast was off by {as_percent(self.mean_size)} %"
        if count == 1:
            said += f", too {'high' if self.mean_error > 0 else 'low'}" if self.mean_error else ""
            return f"{said}."
        worst = max(self.rated, key=lambda each: (abs(each.error), each.day))
        side = "high" if self.mean_error > 0 else "low"
        return (
            f"{said} on average, all in all {as_percent(abs(self.mean_error))} % too {side};"
            f" worst on {worst.day}: {worst.forecasted.in_words()} forecast, {worst.actual.in_words()} came."
        )


def record_of(past: Sequence[PeriodPerformance], snapshots: Sequence[Snapshot]) -> ForecastRecord | None:
    """How forecasts of past periods did, from the snapshot nearest the middle of each; None without any.

    A snapshot belongs to the period that it names, so one of a budget whose period was changed since is not used.
    """
    rated = [found for each in past if (found := _rated(each, snapshots)) is not None]
    if not rated:
        return None
    return ForecastRecord(
        rated=tuple(rated),
        mean_size=sum((abs(each.error) for each in rated), Decimal(0)) / len(rated),
        mean_error=sum((each.error for each in rated), Decimal(0)) / len(rated),
    )


def _rated(performance: PeriodPerformance, snapshots: Sequence[Snapshot]) -> RatedForecast | None:
    actual, period = performance.actual, performance.period
    if actual is None or not actual.amount:
        return None
    near = [
        (abs(period.elapsed(each.taken_at) - _MIDDLE), each.taken_at, each.forecasted, each.day)
        for each in snapshots
        if each.period == period and each.forecasted is not None and each.forecasted.unit == actual.unit
    ]
    distance, _, forecasted, day = min(
        near, key=lambda found: found[:2], default=(Decimal(1), None, None, None)
    )
    if forecasted is None or day is None or distance > _FROM_THE_MIDDLE:
        return None
    return RatedForecast(
        performance=performance,
        day=day,
        forecasted=forecasted,
        actual=actual,
        error=(forecasted.amount - actual.amount) / abs(actual.amount),
    )
