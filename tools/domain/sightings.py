"""Sightings: what a budget's present figures say of each threshold that is watched."""

from __future__ import annotations

from collections.abc import Iterable

from tools.domain.alerts import AlertKey, Sighting
from tools.domain.crossings import (
    WatchedThreshold,
    is_past,
    is_stale_at,
    reason_to_hold_back,
    severity_of,
)
from tools.domain.money import Spend
from tools.domain.notifications import ComparisonOperator, NotificationType
from tools.domain.standing import Standing


def sightings_of(standing: Standing, watched: Iterable[WatchedThreshold], account_id: str) -> list[Sighting]:
    """One sighting for each threshold whose figure is known; none while nothing may be concluded.

    A forecast is past a threshold only as long as the actual figure is not: then it has happened.
    """
    if reason_to_hold_back(standing) is not None:
        return []
    found = (_sighting(standing, each, account_id) for each in watched)
    return [each for each in found if each is not None]


def _sighting(standing: Standing, watched: WatchedThreshold, account_id: str) -> Sighting | None:
    actual, limit, period = standing.actual, standing.limit, standing.period
    value = actual if watched.figure is NotificationType.ACTUAL else standing.forecasted
    if value is None or actual is None or limit is None or period is None or value.unit != limit.unit:
        return None
    at = watched.threshold.amount_of(limit)
    has_happened = watched.figure is NotificationType.FORECASTED and is_past(actual, at, watched.operator)
    return Sighting(
        key=AlertKey(account_id, standing.name, period.start, watched),
        budget_type=standing.budget.type.name,
        period=period,
        value=value,
        at=at,
        limit=limit,
        severity=severity_of(standing, watched.figure, value, _past_by(value, at, watched.operator)),
        is_past=is_past(value, at, watched.operator) and not has_happened,
        overtaken=has_happened,
        is_stale=is_stale_at(standing.budget.refreshed, standing.at),
        refreshed=standing.budget.refreshed,
    )


def _past_by(value: Spend, at: Spend, operator: ComparisonOperator) -> Spend:
    return at - value if operator is ComparisonOperator.LESS_THAN else value - at
