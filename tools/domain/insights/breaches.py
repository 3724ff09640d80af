"""Budgets over their limit or under their target, now or by the forecast."""

from __future__ import annotations

from decimal import Decimal

from tools.domain.budget_types import Breach
from tools.domain.insights._insight import Detector, Finding, Severity
from tools.domain.money import PERCENTAGE, Spend, as_percent
from tools.domain.standing import Standing
from tools.domain.status import BudgetStatus


def _breached(standing: Standing) -> Finding | None:
    if standing.status is not BudgetStatus.BREACHED or standing.actual is None:
        return None
    return _against(standing, standing.actual)


def _forecast_to_breach(standing: Standing) -> Finding | None:
    if standing.status is not BudgetStatus.FORECASTED_BREACH or standing.forecasted is None:
        return None
    return _against(standing, standing.forecasted)


def _against(standing: Standing, figure: Spend) -> Finding | None:
    """A figure against its limit, or against its target where the limit is always 100 %."""
    if standing.budget.type.breach is Breach.BELOW:
        if standing.target is None:
            return None
        target = Spend(standing.target, PERCENTAGE)
        short = target - figure
        return Finding(
            standing.name,
            short.amount,
            f"{figure.in_words()} of at least {target.in_words()}, {_points(short)} short",
        )
    if standing.limit is None:
        return None
    over = figure - standing.limit
    ratio = figure.ratio_to(standing.limit)
    share = "" if ratio is None else f" ({as_percent(ratio)} %)"
    return Finding(
        standing.name,
        Decimal(0) if ratio is None else ratio,
        f"{figure.in_words()} of {standing.limit.in_words()}{share}, {over.in_words()} over",
    )


def _points(percentage: Spend) -> str:
    return percentage.in_words().replace(" %", " points")


BREACHED = Detector(
    code="BREACHED",
    severity=Severity.CRITICAL,
    one="One budget is breached",
    several="{count} budgets are breached",
    find=_breached,
)
FORECAST_TO_BREACH = Detector(
    code="FORECAST_TO_BREACH",
    severity=Severity.HIGH,
    one="One budget is forecast to breach in this period",
    several="{count} budgets are forecast to breach in this period",
    find=_forecast_to_breach,
)
