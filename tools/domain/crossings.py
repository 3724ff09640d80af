"""Crossings: which budgets are past a threshold, by how much, since when, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from tools.domain.budget_types import Breach
from tools.domain.money import PERCENTAGE, Spend
from tools.domain.notifications import (
    ComparisonOperator,
    NotificationType,
    Threshold,
    operator_for,
)
from tools.domain.standing import Standing

DEFAULT_THRESHOLDS = (Decimal(80), Decimal(90), Decimal(100))
STALE_AFTER = timedelta(hours=24)
_FULL = Decimal(100)
_FAR_BELOW_POINTS = Decimal(20)


class CrossingSeverity(StrEnum):
    """How urgent a crossing is."""

    CRITICAL = "CRITICAL"
    HIGH = "HIGH"
    MEDIUM = "MEDIUM"
    LOW = "LOW"


@dataclass(frozen=True, slots=True)
class WatchedThreshold:
    """A threshold watched on one figure, and the side on which it is crossed."""

    figure: NotificationType
    operator: ComparisonOperator
    threshold: Threshold


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """A budget past its gravest threshold on one figure.

    `crossed` are all thresholds of that figure that are past, the gravest first; `at` is the amount of the
    gravest one; `past_by` is positive, on whichever side the type fails.
    """

    standing: Standing
    figure: NotificationType
    crossed: tuple[WatchedThreshold, ...]
    value: Spend
    at: Spend
    past_by: Spend
    severity: CrossingSeverity
    next_step: str
    is_stale: bool


def usual_thresholds(standing: Standing, percents: Sequence[Decimal]) -> list[WatchedThreshold]:
    """The given percentages of the limit on both figures; for utilization and coverage, the target on actual."""
    operator = operator_for(standing.budget.type)
    if standing.target is not None:
        return [WatchedThreshold(NotificationType.ACTUAL, operator, Threshold(standing.target))]
    if standing.budget.type.breach is Breach.BELOW:
        return []
    return [
        WatchedThreshold(figure, operator, Threshold(percent))
        for figure in NotificationType
        for percent in percents
    ]


def own_thresholds(standing: Standing) -> list[WatchedThreshold]:
    """Those of the budget's own notifications."""
    return [
        WatchedThreshold(each.type, each.operator, each.threshold)
        for each in standing.budget.notifications or ()
    ]


def reason_to_hold_back(standing: Standing) -> str | None:
    """Why nothing may be concluded from the budget's figures now; None when something may."""
    if standing.period is None:
        return "outside of its life: it has not begun, or has ended"
    if not standing.has_current_figures:
        return "its figures are still those of the last period"
    if standing.at < standing.period.grace_ends():
        return (
            f"its period has just begun; figures count from {standing.period.grace_ends():%Y-%m-%d %H:%M} UTC"
        )
    if standing.actual is None:
        return "AWS has no actual figure for it"
    if standing.budget.figures_are_reset(standing.at):
        return "it was changed, and AWS has not computed its figures since; until then it shows zero"
    if standing.limit is None:
        return "it has no limit in this period"
    if standing.actual.unit != standing.limit.unit:
        return f"its spend is in {standing.actual.unit} but its limit in {standing.limit.unit}"
    if standing.budget.type.breach is Breach.BELOW and standing.target is None:
        return "its target, which is one of its notifications, could not be read"
    return None


def crossings_of(standing: Standing, watched: Sequence[WatchedThreshold]) -> list[Crossing]:
    """The crossings of one budget: one for the actual figure, one for the forecast where it says more.

    A forecast crossing that the actual figure has made already is not told twice.
    """
    actual = _crossing(standing, NotificationType.ACTUAL, standing.actual, watched)
    forecasted = _crossing(standing, NotificationType.FORECASTED, standing.forecasted, watched)
    found = [each for each in (actual, forecasted) if each is not None]
    if actual is not None and forecasted is not None and not _says_more(forecasted, actual):
        return [actual]
    return found


def estimated_crossing(crossing: Crossing) -> date | None:
    """About when the threshold was crossed, had spend been even; None for forecasts and percentages.

    AWS Budgets does not tell when, and a percentage does not accumulate.
    """
    standing = crossing.standing
    if crossing.figure is not NotificationType.ACTUAL or standing.budget.type.breach is Breach.BELOW:
        return None
    if standing.period is None or not crossing.value.amount:
        return None
    share = float(crossing.at.amount / crossing.value.amount)
    return (standing.period.start + (standing.at - standing.period.start) * share).date()


def crossing_day(amounts: Mapping[date, Decimal], threshold: Spend) -> date | None:
    """The day on which the running sum of daily amounts first went over the threshold; None if it did not."""
    total = Decimal(0)
    for day in sorted(amounts):
        total += amounts[day]
        if total > threshold.amount:
            return day
    return None


def _crossing(
    standing: Standing,
    figure: NotificationType,
    value: Spend | None,
    watched: Sequence[WatchedThreshold],
) -> Crossing | None:
    if value is None or standing.limit is None or value.unit != standing.limit.unit:
        return None
    limit = standing.limit
    crossed = [
        each
        for each in watched
        if each.figure is figure and is_past(value, each.threshold.amount_of(limit), each.operator)
    ]
    if not crossed:
        return None
    below = standing.budget.type.breach is Breach.BELOW
    crossed.sort(key=lambda each: each.threshold.amount_of(limit).amount, reverse=not below)
    at = crossed[0].threshold.amount_of(limit)
    past_by = at - value if crossed[0].operator is ComparisonOperator.LESS_THAN else value - at
    severity = severity_of(standing, figure, value, past_by)
    return Crossing(
        standing=standing,
        figure=figure,
        crossed=tuple(crossed),
        value=value,
        at=at,
        past_by=past_by,
        severity=severity,
        next_step=_next_step(standing, figure, value),
        is_stale=is_stale_at(standing.budget.refreshed, standing.at),
    )


def is_past(value: Spend, at: Spend, operator: ComparisonOperator) -> bool:
    """Whether a figure is past a threshold on the side its operator watches; at it, it is not yet."""
    match operator:
        case ComparisonOperator.GREATER_THAN:
            return value.amount > at.amount
        case ComparisonOperator.LESS_THAN:
            return value.amount < at.amount
        case ComparisonOperator.EQUAL_TO:
            return value.amount == at.amount


def _says_more(forecasted: Crossing, actual: Crossing) -> bool:
    return forecasted.at.amount > actual.at.amount


def severity_of(
    standing: Standing, figure: NotificationType, value: Spend, past_by: Spend
) -> CrossingSeverity:
    """How urgent it is that this figure is past a threshold by so much."""
    if standing.budget.type.breach is Breach.BELOW:
        return CrossingSeverity.HIGH if past_by.amount >= _FAR_BELOW_POINTS else CrossingSeverity.MEDIUM
    is_over = standing.limit is not None and value.amount > standing.limit.amount
    if figure is NotificationType.ACTUAL:
        return CrossingSeverity.CRITICAL if is_over else CrossingSeverity.MEDIUM
    return CrossingSeverity.HIGH if is_over else CrossingSeverity.LOW


def _next_step(standing: Standing, figure: NotificationType, value: Spend) -> str:
    name = standing.name
    if standing.budget.type.breach is Breach.BELOW:
        unused = Spend(_FULL - value.amount, PERCENTAGE).in_words()
        if "UTILIZATION" in standing.budget.type.name:
            return (
                f"{unused} of the commitment is paid for and unused: move workloads onto it or let it expire."
            )
        return f"{unused} of the usage is paid on demand: review a purchase with recommend_budgets' targets."
    is_over = standing.limit is not None and value.amount > standing.limit.amount
    if figure is NotificationType.FORECASTED:
        return (
            f"Act before it happens: see the trend with get_budget_performance for '{name}', then cut or raise."
            if is_over
            else f"Watch '{name}'; the forecast stays within its limit."
        )
    if is_over:
        return (
            f"Find the cause with get_budget_performance for '{name}'; restrict with create_budget_actions, "
            "or raise the limit knowingly."
        )
    if standing.pace is not None and standing.pace > 1:
        return f"Spend on '{name}' is ahead of its period; look for the cause before the limit is reached."
    return f"Nothing to do yet: '{name}' is on pace for its period."


def is_stale_at(refreshed: datetime | None, now: datetime) -> bool:
    """Whether figures are older than a day; those of unknown age are not called so."""
    return refreshed is not None and now - refreshed > STALE_AFTER
