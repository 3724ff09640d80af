"""Budget periods."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from tests.builders import NOW
from tools.domain.periods import (
    BudgetPeriod,
    TimeUnit,
    add_months,
    current_period,
    periods_from,
    whole_months_before,
)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("time_unit", "start", "end"),
    [
        (TimeUnit.DAILY, utc(2026, 10, 20), utc(2026, 10, 21)),
        (TimeUnit.MONTHLY, utc(2026, 10, 1), utc(2026, 11, 1)),
        (TimeUnit.QUARTERLY, utc(2026, 10, 1), utc(2027, 1, 1)),
        (TimeUnit.ANNUALLY, utc(2026, 1, 1), utc(2027, 1, 1)),
    ],
)
def test_a_period_follows_the_calendar_in_utc(time_unit: TimeUnit, start: datetime, end: datetime) -> None:
    assert current_period(time_unit, NOW) == BudgetPeriod(start, end)


@pytest.mark.parametrize(("month", "start"), [(1, 1), (3, 1), (4, 4), (6, 4), (9, 7), (12, 10)])
def test_quarters_begin_in_january_april_july_and_october(month: int, start: int) -> None:
    period = current_period(TimeUnit.QUARTERLY, utc(2026, month, 15))
    assert period is not None
    assert period.start == utc(2026, start, 1)


def test_a_custom_budget_is_one_period_from_start_to_end() -> None:
    period = current_period(TimeUnit.CUSTOM, NOW, starts=utc(2026, 9, 5), ends=utc(2026, 12, 24))
    assert period == BudgetPeriod(utc(2026, 9, 5), utc(2026, 12, 24))


def test_a_budget_that_starts_within_the_month_has_a_shorter_first_period() -> None:
    period = current_period(TimeUnit.MONTHLY, NOW, starts=utc(2026, 10, 10))
    assert period == BudgetPeriod(utc(2026, 10, 10), utc(2026, 11, 1))


@pytest.mark.parametrize(
    ("starts", "ends"), [(utc(2026, 11, 1), None), (utc(2025, 1, 1), utc(2026, 10, 20, 12))]
)
def test_there_is_no_period_before_the_start_or_after_the_end(
    starts: datetime, ends: datetime | None
) -> None:
    assert current_period(TimeUnit.MONTHLY, NOW, starts=starts, ends=ends) is None


def test_elapsed_is_a_share_of_the_period_and_stays_within_it() -> None:
    period = BudgetPeriod(utc(2026, 10, 1), utc(2026, 10, 11))
    assert period.elapsed(utc(2026, 10, 6)) == Decimal("0.5")
    assert period.elapsed(utc(2026, 9, 1)) == 0
    assert period.elapsed(utc(2026, 12, 1)) == 1


@pytest.mark.parametrize(
    ("time_unit", "hours"), [(TimeUnit.DAILY, 6), (TimeUnit.MONTHLY, 12), (TimeUnit.ANNUALLY, 12)]
)
def test_the_grace_is_a_quarter_of_the_period_or_twelve_hours(time_unit: TimeUnit, hours: int) -> None:
    period = current_period(time_unit, NOW)
    assert period is not None
    assert (period.grace_ends() - period.start).total_seconds() == hours * 3600


def test_the_open_month_is_never_a_whole_one() -> None:
    assert whole_months_before(date(2026, 10, 20), 3) == [
        date(2026, 7, 1),
        date(2026, 8, 1),
        date(2026, 9, 1),
    ]


def test_the_first_of_a_month_closes_the_month_before() -> None:
    assert whole_months_before(date(2026, 11, 1), 1) == [date(2026, 10, 1)]


@pytest.mark.parametrize(
    ("month", "count", "expected"),
    [
        (date(2026, 1, 1), -1, date(2025, 12, 1)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
        (date(2026, 5, 1), 24, date(2028, 5, 1)),
    ],
)
def test_months_carry_over_years(month: date, count: int, expected: date) -> None:
    assert add_months(month, count) == expected


def test_planned_quarters_follow_each_other() -> None:
    assert periods_from(TimeUnit.QUARTERLY, utc(2026, 10, 1), 3) == [
        utc(2026, 10, 1),
        utc(2027, 1, 1),
        utc(2027, 4, 1),
    ]
