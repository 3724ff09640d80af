"""Budgets that were left alone: plans that run out, ends that have passed, other units, no or old figures."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from tools.domain.budget_types import Measure
from tools.domain.crossings import is_stale_at
from tools.domain.insights._insight import Severity
from tools.domain.lint._check import LintedAccount, LintFinding
from tools.domain.money import USD
from tools.domain.period_words import PERIOD_WORDS, period_called
from tools.domain.periods import next_period_start

_PERIODS_AHEAD = 2
"""With fewer planned periods still to come somebody should plan on."""


def plans_that_run_out(account: LintedAccount) -> Iterator[LintFinding]:
    """Planned limits that have run out, or will within two periods; the last one then stays (Budgets API)."""
    for linted in account.budgets:
        definition, now = linted.standing.budget.definition, linted.standing.at
        if not definition.planned_limits or linted.standing.period is None:
            continue
        last = max(definition.planned_limits)
        end = next_period_start(definition.time_unit, last)
        ahead = sum(start > now for start in definition.planned_limits)
        if ahead >= _PERIODS_AHEAD:
            continue
        called = period_called(definition.time_unit, last.date())
        word = PERIOD_WORDS[definition.time_unit]
        if end <= now:
            said = (
                f"was planned up to {called}; since then {definition.planned_limits[last].in_words()} stays"
            )
        else:
            said = (
                f"is planned up to {called}, {'no' if not ahead else 'one'} {word} ahead; from then on"
                f" {definition.planned_limits[last].in_words()} stays"
            )
        yield LintFinding(
            code="PLAN_RUNS_OUT",
            severity=Severity.LOW if end > now else Severity.MEDIUM,
            budget=linted.name,
            sentence=f"'{linted.name}' {said}.",
            remedy=f"update_budget '{linted.name}' with planned_limits for the {word}s that follow.",
        )


def lives_that_are_over(account: LintedAccount) -> Iterator[LintFinding]:
    """Budgets whose end has passed: they watch nothing, and still look like a budget."""
    for linted in account.budgets:
        ends = linted.standing.budget.definition.ends
        if ends is not None and ends <= linted.standing.at:
            yield LintFinding(
                code="ENDED",
                severity=Severity.LOW,
                budget=linted.name,
                sentence=f"'{linted.name}' ended on {ends:%Y-%m-%d} and watches nothing since.",
                remedy=f"update_budget '{linted.name}' with a later end, or delete_budget it.",
            )


def other_units(account: LintedAccount) -> Iterator[LintFinding]:
    """Limits in another unit than AWS counts in: they are never compared."""
    for linted in account.budgets:
        limit, actual = linted.standing.limit, linted.standing.budget.actual_spend
        measure = linted.standing.budget.type.measure
        if limit is None or measure is Measure.PERCENT:
            continue
        counted = (
            USD if measure is Measure.COST else (actual.unit if actual and actual.amount else limit.unit)
        )
        if limit.unit != counted:
            yield LintFinding(
                code="WRONG_UNIT",
                severity=Severity.HIGH,
                budget=linted.name,
                sentence=f"'{linted.name}' has a limit of {limit.in_words()}, but AWS counts it in {counted}.",
                remedy=f"update_budget '{linted.name}' with the amount in {counted} and unit '{counted}'.",
            )


def health(account: LintedAccount) -> Iterator[LintFinding]:
    """Budgets that AWS cannot compute, or has not computed for more than a day."""
    for linted in account.budgets:
        standing = linted.standing
        budget = standing.budget
        if budget.health is not None and not budget.health.is_healthy:
            yield LintFinding(
                code="UNHEALTHY",
                severity=Severity.HIGH,
                budget=linted.name,
                sentence=f"AWS cannot compute '{linted.name}': {budget.health.reason or 'it gives no reason'}.",
                remedy=f"Correct its filters or billing view with update_budget '{linted.name}'.",
            )
        elif standing.period is not None and is_stale_at(budget.refreshed, standing.at) and budget.refreshed:
            hours = Decimal((standing.at - budget.refreshed).total_seconds()) / 3600
            yield LintFinding(
                code="STALE_FIGURES",
                severity=Severity.MEDIUM,
                budget=linted.name,
                sentence=f"AWS last computed '{linted.name}' on {budget.refreshed:%Y-%m-%d %H:%M} UTC,"
                f" {hours:.0f} hours ago, though it does so at least daily.",
                remedy="Do not trust its figures; if they stay old, ask AWS Support.",
            )
