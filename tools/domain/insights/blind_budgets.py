"""Budgets that cannot warn: nobody told, no or old figures, a filter that matches nothing, unhealthy."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from tools.domain.budget_types import Breach
from tools.domain.insights._insight import ENOUGH_OF_A_PERIOD, Detector, Finding, Severity
from tools.domain.money import as_percent
from tools.domain.scope_lint import unmatched_filters
from tools.domain.standing import Standing

STALE_AFTER = timedelta(hours=24)
"""AWS refreshes budgets up to three times a day and at least daily (user guide)."""


def _nobody_is_told(standing: Standing) -> Finding | None:
    if standing.budget.notifications is None or standing.budget.notifications:
        return None
    weight = standing.limit.amount if standing.limit else Decimal(0)
    limit = f"limit {standing.limit.in_words()}" if standing.limit else "without a limit"
    return Finding(standing.name, weight, f"({limit}) has no notification")


def _stale(standing: Standing) -> Finding | None:
    refreshed = standing.budget.refreshed
    if standing.period is None or refreshed is None or standing.at - refreshed <= STALE_AFTER:
        return None
    hours = Decimal((standing.at - refreshed).total_seconds()) / 3600
    return Finding(
        standing.name, hours, f"last computed {refreshed:%Y-%m-%d %H:%M} UTC, {hours:.0f} hours ago"
    )


def _without_figures(standing: Standing) -> Finding | None:
    if standing.period is None:
        return None
    if standing.budget.refreshed is None and standing.budget.last_updated is None:
        return Finding(standing.name, Decimal(0), "has no figures from AWS yet")
    if standing.has_current_figures and standing.actual is None:
        return Finding(standing.name, Decimal(0), "has no actual figure from AWS")
    return None


def _matches_nothing(standing: Standing) -> Finding | None:
    if standing.budget.type.breach is Breach.BELOW:
        return None
    if standing.actual is None or standing.actual.amount or standing.budget.definition.scope.is_everything:
        return None
    problems = unmatched_filters(standing.budget.definition.scope)
    if problems:
        worst = problems[0]
        meant = f"; probably meant '{worst.meant}'" if worst.meant else ""
        return Finding(standing.name, Decimal(2), f"counts nothing: {worst.problem}{meant}")
    if standing.elapsed is None or standing.elapsed < ENOUGH_OF_A_PERIOD:
        return None
    scope = standing.budget.definition.scope.in_words()
    return Finding(
        standing.name,
        Decimal(1),
        f"counts nothing after {as_percent(standing.elapsed)} % of its period ({scope})",
    )


def _unhealthy(standing: Standing) -> Finding | None:
    health = standing.budget.health
    if health is None or health.is_healthy:
        return None
    return Finding(standing.name, Decimal(0), f"is UNHEALTHY: {health.reason or 'AWS gives no reason'}")


UNHEALTHY = Detector(
    code="UNHEALTHY",
    severity=Severity.HIGH,
    one="AWS cannot compute one budget",
    several="AWS cannot compute {count} budgets",
    find=_unhealthy,
)
MATCHES_NOTHING = Detector(
    code="MATCHES_NOTHING",
    severity=Severity.HIGH,
    one="One budget's filter matches no spend, so it can never fire",
    several="{count} budgets have filters that match no spend, so they can never fire",
    find=_matches_nothing,
)
NO_SUBSCRIBERS = Detector(
    code="NO_SUBSCRIBERS",
    severity=Severity.MEDIUM,
    one="Nobody is told about one budget",
    several="Nobody is told about {count} budgets",
    find=_nobody_is_told,
)
STALE_FIGURES = Detector(
    code="STALE_FIGURES",
    severity=Severity.MEDIUM,
    one="One budget's figures are older than a day",
    several="The figures of {count} budgets are older than a day",
    find=_stale,
)
NO_FIGURES = Detector(
    code="NO_FIGURES",
    severity=Severity.MEDIUM,
    one="One budget cannot be judged",
    several="{count} budgets cannot be judged",
    find=_without_figures,
)
