"""AWS Budgets: periods and amounts, over all days and numbers."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.budgets.amounts import canonical
from local.budgets.periods import calendar_period, following_periods, previous_periods

UNITS = ("DAILY", "MONTHLY", "QUARTERLY", "ANNUALLY")
DAYS = st.dates(date(2000, 1, 1), date(2086, 12, 31))


@given(st.sampled_from(UNITS), DAYS)
def test_a_day_is_in_the_period_that_contains_it_and_in_no_neighbour(time_unit: str, day: date) -> None:
    period = calendar_period(time_unit, day)
    (before,) = previous_periods(time_unit, period, 1)
    _, after = following_periods(time_unit, day, 2)
    assert period.start <= day < period.end
    assert (before.end, after.start) == (period.start, period.end)


@pytest.mark.parametrize(
    ("time_unit", "start", "end"),
    [
        ("DAILY", date(2028, 2, 29), date(2028, 3, 1)),
        ("MONTHLY", date(2028, 2, 1), date(2028, 3, 1)),
        ("QUARTERLY", date(2028, 1, 1), date(2028, 4, 1)),
        ("ANNUALLY", date(2028, 1, 1), date(2029, 1, 1)),
    ],
)
def test_a_leap_day_has_its_periods(time_unit: str, start: date, end: date) -> None:
    period = calendar_period(time_unit, date(2028, 2, 29))
    assert (period.start, period.end) == (start, end)


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_an_amount_keeps_its_value_and_has_one_form(amount: Decimal) -> None:
    text = canonical(amount)
    assert Decimal(text) == amount
    assert canonical(text) == text
    assert "E" not in text
    assert "." in text
