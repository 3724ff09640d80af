"""Budget status, for all six types."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tests.builders import NOW, a_budget, a_notification
from tools.domain.budget import HealthStatus
from tools.domain.budget_types import BUDGET_TYPES, COST, RI_UTILIZATION, USAGE, Breach, BudgetType
from tools.domain.notifications import ComparisonOperator, ThresholdType
from tools.domain.status import BudgetStatus, budget_status, current_status, target_of

ABOVE = [each for each in BUDGET_TYPES.values() if each.breach is Breach.ABOVE]
BELOW = [each for each in BUDGET_TYPES.values() if each.breach is Breach.BELOW]


def status_of(type: BudgetType, actual: int | None, forecasted: int | None = None) -> BudgetStatus | None:
    budget = a_budget(type=type, actual=actual, forecasted=forecasted, notifications=())
    return budget_status(budget, budget.definition.limit)


@pytest.mark.parametrize("type", ABOVE, ids=lambda each: each.name)
@pytest.mark.parametrize(
    ("actual", "forecasted", "expected"),
    [
        (50, None, BudgetStatus.ON_TRACK),
        (79, 95, BudgetStatus.ON_TRACK),
        (80, 95, BudgetStatus.AT_RISK),
        (100, 100, BudgetStatus.AT_RISK),
        (50, 101, BudgetStatus.FORECASTED_BREACH),
        (101, 150, BudgetStatus.BREACHED),
    ],
)
def test_cost_and_usage_budgets_fail_above_their_limit(
    type: BudgetType, actual: int, forecasted: int | None, expected: BudgetStatus
) -> None:
    assert status_of(type, actual, forecasted) is expected


@pytest.mark.parametrize("type", BELOW, ids=lambda each: each.name)
@pytest.mark.parametrize(
    ("points_from_target", "expected"),
    [
        (-1, BudgetStatus.BREACHED),
        (0, BudgetStatus.AT_RISK),
        (5, BudgetStatus.ON_TRACK),
        (20, BudgetStatus.ON_TRACK),
    ],
)
def test_commitment_budgets_fail_below_their_target(
    type: BudgetType, points_from_target: int, expected: BudgetStatus
) -> None:
    assert type.default_target is not None
    assert status_of(type, int(type.default_target) + points_from_target) is expected


def test_a_reservation_budget_below_its_threshold_is_breached() -> None:
    budget = a_budget(type=RI_UTILIZATION, actual=55)
    assert budget_status(budget, budget.definition.limit, [Decimal(80)]) is BudgetStatus.BREACHED


def test_full_utilization_is_never_a_breach() -> None:
    assert status_of(RI_UTILIZATION, 100) is BudgetStatus.ON_TRACK


def test_the_target_is_the_highest_less_than_threshold_of_the_notifications() -> None:
    notifications = (
        a_notification(70, type=RI_UTILIZATION),
        a_notification(90, type=RI_UTILIZATION),
        a_notification(99, operator=ComparisonOperator.GREATER_THAN),
        a_notification(95, type=RI_UTILIZATION, threshold_type=ThresholdType.ABSOLUTE_VALUE),
    )
    assert target_of(a_budget(type=RI_UTILIZATION, notifications=notifications)) == 90


@pytest.mark.parametrize("type", ABOVE, ids=lambda each: each.name)
def test_cost_and_usage_budgets_have_no_target(type: BudgetType) -> None:
    assert target_of(a_budget(type=type)) is None


@pytest.mark.parametrize("type", BUDGET_TYPES.values(), ids=lambda each: each.name)
def test_without_an_actual_figure_the_status_is_unknown(type: BudgetType) -> None:
    assert status_of(type, None) is None


def test_nothing_spent_of_nothing_allowed_is_on_track() -> None:
    budget = a_budget(limit=0, actual=0)
    assert budget_status(budget, budget.definition.limit) is BudgetStatus.ON_TRACK


def test_anything_spent_of_nothing_allowed_is_breached() -> None:
    budget = a_budget(limit=0, actual="0.01")
    assert budget_status(budget, budget.definition.limit) is BudgetStatus.BREACHED


def test_figures_of_the_last_period_say_nothing_about_this_one() -> None:
    budget = a_budget(actual=500, last_updated=datetime(2026, 9, 30, 16, tzinfo=UTC))
    assert current_status(budget, NOW) is None


def test_a_budget_that_has_not_begun_has_no_status() -> None:
    assert current_status(a_budget(starts=datetime(2026, 11, 1, tzinfo=UTC)), NOW) is None


def test_amounts_in_different_units_are_not_compared() -> None:
    budget = a_budget(type=USAGE, actual=500)
    assert budget_status(budget, a_budget(type=COST).definition.limit) is None


def edited_in_september(now: datetime) -> BudgetStatus | None:
    """The status of a breached budget of which AWS tells only that somebody edited it last month."""
    edited = datetime(2026, 9, 15, tzinfo=UTC)
    return current_status(
        a_budget(actual=500, last_updated=edited, health=HealthStatus(is_healthy=True)), now
    )


def test_an_old_edit_does_not_silence_a_budget_whose_refreshes_aws_does_not_tell() -> None:
    assert edited_in_september(datetime(2026, 10, 2, tzinfo=UTC)) is BudgetStatus.BREACHED


def test_on_the_first_day_figures_of_unknown_age_may_still_be_those_of_the_last_period() -> None:
    assert edited_in_september(datetime(2026, 10, 1, 20, tzinfo=UTC)) is None


def test_what_aws_tells_of_its_refreshes_decides_over_the_last_edit() -> None:
    refreshed = HealthStatus(is_healthy=True, as_of=datetime(2026, 10, 20, 8, tzinfo=UTC))
    budget = a_budget(actual=500, last_updated=datetime(2026, 3, 1, tzinfo=UTC), health=refreshed)
    assert current_status(budget, NOW) is BudgetStatus.BREACHED


@pytest.mark.parametrize("type", BELOW, ids=lambda each: each.name)
def test_a_target_that_was_not_read_is_not_guessed(type: BudgetType) -> None:
    unread = a_budget(type=type, actual=10, notifications=None)
    assert target_of(unread) is None
    assert budget_status(unread, unread.definition.limit) is None
