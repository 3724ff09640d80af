"""Crossings: past which thresholds a budget is, and when nothing may be concluded."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from tests.builders import NOW, a_budget, a_notification, usd
from tools.domain.budget import Budget
from tools.domain.budget_types import BUDGET_TYPES, Breach, BudgetType
from tools.domain.crossings import (
    DEFAULT_THRESHOLDS,
    Crossing,
    CrossingSeverity,
    crossing_day,
    crossings_of,
    estimated_crossing,
    own_thresholds,
    reason_to_hold_back,
    usual_thresholds,
)
from tools.domain.notifications import NotificationType, ThresholdType
from tools.domain.periods import TimeUnit
from tools.domain.standing import standing_of

BELOW = [each for each in BUDGET_TYPES.values() if each.breach is Breach.BELOW]


def crossings(budget: Budget) -> list[Crossing]:
    standing = standing_of(budget, NOW)
    return crossings_of(standing, usual_thresholds(standing, DEFAULT_THRESHOLDS))


def test_only_the_gravest_threshold_is_told_and_all_are_listed() -> None:
    [crossing] = crossings(a_budget(actual=93))
    assert [int(each.threshold.value) for each in crossing.crossed] == [90, 80]
    assert (crossing.at, crossing.past_by) == (usd("90.0"), usd("3.0"))


def test_exactly_at_a_threshold_is_not_past_it() -> None:
    assert crossings(a_budget(actual=80)) == []


def test_a_forecast_that_says_more_than_the_actual_figure_is_told_too() -> None:
    found = crossings(a_budget(actual=85, forecasted=130))
    figures = [(each.figure, int(each.crossed[0].threshold.value)) for each in found]
    assert figures == [(NotificationType.ACTUAL, 80), (NotificationType.FORECASTED, 100)]


def test_a_forecast_past_what_is_already_past_is_not_told_twice() -> None:
    assert [each.figure for each in crossings(a_budget(actual=101, forecasted=130))] == [
        NotificationType.ACTUAL
    ]


@pytest.mark.parametrize(
    ("actual", "forecasted", "severity"),
    [
        (101, None, CrossingSeverity.CRITICAL),
        (50, 101, CrossingSeverity.HIGH),
        (85, None, CrossingSeverity.MEDIUM),
        (50, 85, CrossingSeverity.LOW),
    ],
)
def test_severity_follows_figure_and_limit(
    actual: int, forecasted: int | None, severity: CrossingSeverity
) -> None:
    assert crossings(a_budget(actual=actual, forecasted=forecasted))[0].severity is severity


@pytest.mark.parametrize("type", BELOW, ids=lambda each: each.name)
def test_commitment_budgets_are_held_to_their_target_from_below(type: BudgetType) -> None:
    [crossing] = crossings(a_budget(type=type, actual=50, notifications=(a_notification(85, type=type),)))
    assert crossing.past_by.amount == 35
    assert crossing.severity is CrossingSeverity.HIGH


@pytest.mark.parametrize("type", BELOW, ids=lambda each: each.name)
def test_a_commitment_at_a_hundred_percent_is_past_nothing(type: BudgetType) -> None:
    assert crossings(a_budget(type=type, actual=100)) == []


def test_own_notifications_bring_their_absolute_thresholds() -> None:
    budget = a_budget(
        actual=60, notifications=(a_notification(55, threshold_type=ThresholdType.ABSOLUTE_VALUE),)
    )
    standing = standing_of(budget, NOW)
    [crossing] = crossings_of(standing, own_thresholds(standing))
    assert crossing.at == usd(55)


@pytest.mark.parametrize(
    ("budget", "reason"),
    [
        (a_budget(last_updated=datetime(2026, 9, 30, tzinfo=UTC)), "last period"),
        (a_budget(starts=datetime(2027, 1, 1, tzinfo=UTC)), "not begun"),
        (a_budget(actual=None), "no actual figure"),
        (a_budget(limit=None), "no limit"),
    ],
)
def test_figures_that_prove_nothing_are_held_back(budget: Budget, reason: str) -> None:
    held_back = reason_to_hold_back(standing_of(budget, NOW))
    assert held_back is not None
    assert reason in held_back


def test_the_first_hours_of_a_period_are_held_back_even_with_fresh_figures() -> None:
    early = datetime(2026, 10, 1, 9, tzinfo=UTC)
    budget = a_budget(actual=500, last_updated=early)
    assert "just begun" in str(reason_to_hold_back(standing_of(budget, early)))
    assert reason_to_hold_back(standing_of(budget, early + timedelta(hours=3))) is None


def test_a_daily_budget_is_held_back_for_six_hours() -> None:
    morning = datetime(2026, 10, 20, 5, tzinfo=UTC)
    budget = a_budget(time_unit=TimeUnit.DAILY, actual=500, last_updated=morning)
    assert reason_to_hold_back(standing_of(budget, morning)) is not None
    assert reason_to_hold_back(standing_of(budget, morning + timedelta(hours=1))) is None


def test_an_estimate_of_the_crossing_assumes_even_spending() -> None:
    [crossing] = crossings(a_budget(actual=200))
    assert estimated_crossing(crossing) == date(2026, 10, 10)


@pytest.mark.parametrize("type", BELOW, ids=lambda each: each.name)
def test_nobody_can_tell_when_a_percentage_fell(type: BudgetType) -> None:
    [crossing] = crossings(a_budget(type=type, actual=10, notifications=()))
    assert estimated_crossing(crossing) is None


def test_the_day_of_a_crossing_is_when_the_running_sum_passes_it() -> None:
    daily = {date(2026, 10, day): Decimal(40) for day in range(1, 6)}
    assert crossing_day(daily, usd(100)) == date(2026, 10, 3)
    assert crossing_day(daily, usd(200)) is None


def test_old_figures_are_marked_stale() -> None:
    [fresh] = crossings(a_budget(actual=150))
    [old] = crossings(a_budget(actual=150, last_updated=NOW - timedelta(hours=25)))
    assert (fresh.is_stale, old.is_stale) == (False, True)
