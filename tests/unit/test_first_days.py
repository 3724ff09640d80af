"""What is new is judged by its days: at its pace, with room for how it moves, and never by half a month."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.domain.recommenders._experience import NO_EXPERIENCE
from tools.domain.recommenders._recommender import Estimate
from tools.domain.recommenders.catalogue import recommender_for
from tools.domain.recommenders.first_days import FIRST_DAYS
from tools.domain.recommenders.starting import STARTING
from tools.domain.spend_history import DailySpend, MonthlySpend, SpendHistory, days_from

TEN_PERCENT = Decimal("0.10")
BEGAN = date(2026, 9, 20)
# The limit is for October, and this is what a dollar a day comes to.
DAYS = 31

days_of_money = st.lists(
    st.decimals(min_value=-10_000, max_value=100_000, places=2), min_size=14, max_size=60
)


def a_young_history(amounts: Sequence[int | Decimal]) -> SpendHistory:
    days = tuple(
        DailySpend(BEGAN + timedelta(days=count), Decimal(amount)) for count, amount in enumerate(amounts)
    )
    september = sum((each.amount for each in days if each.day.month == 9), Decimal(0))
    return SpendHistory("USD", (MonthlySpend(date(2026, 9, 1), september),), days)


def estimate(amounts: Sequence[int | Decimal], probability: Decimal = TEN_PERCENT) -> Estimate:
    return FIRST_DAYS.estimate(a_young_history(amounts), probability, NO_EXPERIENCE)


@given(days_of_money, st.integers(min_value=-3, max_value=4))
def test_in_cents_it_is_the_same_limit_as_in_dollars(amounts: list[Decimal], exponent: int) -> None:
    factor = Decimal(10) ** exponent
    plain, scaled = estimate(amounts), estimate([amount * factor for amount in amounts])
    slack = Decimal("1e-7") * factor * max(abs(amount) for amount in amounts)
    assert abs(scaled.limit - plain.limit * factor) <= slack


def test_eleven_days_of_a_month_are_not_taken_for_a_month() -> None:
    found = estimate([30] * 29)
    assert found.expected == 30 * DAYS
    assert 30 * DAYS < found.limit < 30 * DAYS * Decimal("1.2")


def test_quiet_weekends_are_a_rhythm_and_no_risk() -> None:
    workdays, every_day = estimate([70, 70, 70, 70, 70, 0, 0] * 4), estimate([50] * 28)
    assert workdays.limit == every_day.limit


def test_what_grows_gets_more_room_than_what_stands() -> None:
    growing = estimate([10] * 7 + [20] * 7 + [30] * 7 + [40] * 7)
    standing = estimate([35] * 28)
    assert growing.limit > standing.limit * Decimal("1.5")


def test_weeks_that_differ_get_more_room_than_equal_ones() -> None:
    assert estimate([10] * 7 + [50] * 7 + [10] * 7 + [50] * 7).limit > estimate([30] * 28).limit


@pytest.mark.parametrize(
    ("months", "days", "expected"),
    [(1, 14, FIRST_DAYS), (2, 30, FIRST_DAYS), (1, 13, STARTING), (1, 0, STARTING)],
)
def test_two_weeks_are_needed_and_three_months_are_enough_without(
    months: int, days: int, expected: object
) -> None:
    history = SpendHistory(
        "USD",
        tuple(MonthlySpend(date(2026, 8 + count, 1), Decimal(300 + count)) for count in range(months)),
        tuple(DailySpend(BEGAN + timedelta(days=count), Decimal(10)) for count in range(days)),
    )
    assert recommender_for(history) is expected


def test_days_begin_with_the_first_that_spent_and_silent_ones_are_zero() -> None:
    read = {date(2026, 9, 1): Decimal(0), BEGAN: Decimal(5), date(2026, 9, 22): Decimal(7)}
    assert [(each.day.day, int(each.amount)) for each in days_from(read, date(2026, 9, 24))] == [
        (20, 5),
        (21, 0),
        (22, 7),
        (23, 0),
    ]
    assert days_from({}, date(2026, 9, 24)) == ()
