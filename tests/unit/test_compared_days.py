"""Compared days: as many days of the usual period as are looked at, and never of a strange one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from tests.builders import NOW
from tools.domain.compared_days import Chosen, ComparedDays, compared_days
from tools.domain.periods import BudgetPeriod, TimeUnit, at_midnight, current_period

OCTOBER = BudgetPeriod(at_midnight(date(2026, 10, 1)), at_midnight(date(2026, 11, 1)))
NOTHING: Mapping[date, Decimal] = {}


def months(**amounts: int) -> dict[date, Decimal]:
    numbers = {"july": 7, "august": 8, "september": 9}
    return {date(2026, numbers[name], 1): Decimal(amount) for name, amount in amounts.items()}


def compared(
    period: BudgetPeriod = OCTOBER, unit: TimeUnit = TimeUnit.MONTHLY, **options: object
) -> ComparedDays:
    actuals = options.pop("actuals", NOTHING)
    found = compared_days(period, unit, NOW, actuals, **options)  # type: ignore[arg-type]
    assert found is not None
    return found


def test_an_open_month_is_compared_by_its_whole_days_with_the_same_days_before() -> None:
    found = compared()
    assert found.looked_at == (date(2026, 10, 1), date(2026, 10, 20))
    assert found.usual == (date(2026, 9, 1), date(2026, 9, 20))
    assert found.chosen is Chosen.JUST_BEFORE


def test_the_middle_month_of_three_is_the_usual_one() -> None:
    found = compared(actuals=months(july=900, august=100, september=500))
    assert found.usual[0] == date(2026, 9, 1)
    found = compared(actuals=months(july=300, august=100, september=5000))
    assert found.usual[0] == date(2026, 7, 1)
    assert found.chosen is Chosen.MIDDLE


def test_of_two_known_months_neither_is_the_middle_so_the_last_one_is_taken() -> None:
    assert compared(actuals=months(july=300, august=100)).usual[0] == date(2026, 9, 1)


def test_a_month_that_is_over_is_compared_whole() -> None:
    september = BudgetPeriod(at_midnight(date(2026, 9, 1)), at_midnight(date(2026, 10, 1)))
    found = compared(september)
    assert found.looked_at == (date(2026, 9, 1), date(2026, 10, 1))
    assert found.usual == (date(2026, 8, 1), date(2026, 9, 1))


def test_thirty_days_are_not_looked_for_in_february() -> None:
    march = BudgetPeriod(at_midnight(date(2026, 3, 1)), at_midnight(date(2026, 4, 1)))
    found = compared_days(march, TimeUnit.MONTHLY, datetime(2026, 3, 31, 12, tzinfo=UTC), NOTHING)
    assert found is not None
    assert found.usual == (date(2026, 2, 1), date(2026, 3, 1))


def test_on_its_first_day_nothing_of_a_period_is_over() -> None:
    assert compared_days(OCTOBER, TimeUnit.MONTHLY, datetime(2026, 10, 1, 23, tzinfo=UTC), NOTHING) is None


def test_a_day_is_compared_with_its_weekday() -> None:
    monday = BudgetPeriod(at_midnight(date(2026, 10, 19)), at_midnight(date(2026, 10, 20)))
    actuals = {date(2026, 10, 12): Decimal(9), date(2026, 10, 5): Decimal(1), date(2026, 9, 28): Decimal(5)}
    found = compared(monday, TimeUnit.DAILY, actuals=actuals)
    assert found.usual == (date(2026, 9, 28), date(2026, 9, 29))


@pytest.mark.parametrize(
    ("unit", "first", "days"),
    [(TimeUnit.QUARTERLY, date(2026, 7, 1), 19), (TimeUnit.ANNUALLY, date(2025, 1, 1), 292)],
)
def test_quarters_and_years_are_compared_from_their_beginning(unit: TimeUnit, first: date, days: int) -> None:
    period = current_period(unit, NOW)
    assert period is not None
    found = compared(period, unit)
    assert found.usual[0] == first
    assert (found.usual[1] - first).days == (found.looked_at[1] - found.looked_at[0]).days == days


def test_a_budget_that_began_within_a_month_is_compared_with_the_same_days() -> None:
    cut = BudgetPeriod(at_midnight(date(2026, 10, 5)), at_midnight(date(2026, 11, 1)))
    assert compared(cut).usual == (date(2026, 9, 5), date(2026, 9, 20))


def test_a_custom_period_is_compared_with_as_many_days_before_it() -> None:
    sprint = BudgetPeriod(at_midnight(date(2026, 10, 5)), at_midnight(date(2026, 10, 15)))
    found = compared(sprint, TimeUnit.CUSTOM)
    assert found.usual == (date(2026, 9, 25), date(2026, 10, 5))


def test_a_step_is_compared_with_the_last_month_before_it() -> None:
    found = compared(actuals=months(july=9, august=9, september=9), step=date(2026, 5, 1))
    assert (found.usual, found.chosen) == ((date(2026, 4, 1), date(2026, 4, 20)), Chosen.BEFORE_STEP)


def test_what_is_asked_for_comes_before_everything() -> None:
    found = compared(asked=date(2026, 2, 14), step=date(2026, 5, 1))
    assert (found.usual, found.chosen) == ((date(2026, 2, 1), date(2026, 2, 20)), Chosen.ASKED)
