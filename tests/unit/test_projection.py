"""Projection: it knows weekdays and charges of the month, follows what changed, and its interval holds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest

from tools.domain.projection import Projection, projected

FIRST, END, TODAY = date(2026, 10, 1), date(2026, 11, 1), date(2026, 10, 20)
BEGIN = date(2026, 4, 1)


def days(
    amount: Callable[[date], float | int], begin: date = BEGIN, end: date = TODAY
) -> dict[date, Decimal]:
    each = [begin + timedelta(days=offset) for offset in range((end - begin).days)]
    return {day: Decimal(str(round(amount(day), 6))) for day in each}


def of(amount: Callable[[date], float | int], begin: date = BEGIN) -> Projection:
    found = projected(days(amount, begin), FIRST, END, TODAY)
    assert found is not None
    return found


def test_the_same_every_day_ends_at_so_many_days_of_it_without_doubt() -> None:
    found = of(lambda _: 10)
    assert found.low == found.expected == found.high == 310
    assert (found.days_ahead, found.errors) == (12, 170)


def test_weekends_are_expected_as_they_are() -> None:
    def office(day: date) -> int:
        return 10 if day.weekday() < 5 else 2

    assert of(office).expected == sum(days(office, FIRST, END).values())


def test_a_charge_on_the_first_is_not_expected_again_this_month() -> None:
    assert of(lambda day: 500 if day.day == 1 else 10).expected == 800


def test_a_charge_late_in_the_month_is_expected_and_named() -> None:
    found = of(lambda day: 300 if day.day == 28 else 10)
    assert found.expected == 600
    assert found.charges == {date(2026, 10, 28): 290}


def test_a_scope_that_is_charged_once_a_month_ends_at_that() -> None:
    assert of(lambda day: 1350 if day.day == 1 else 0).expected == 1350


def test_one_mad_day_is_not_expected_again() -> None:
    calm = of(lambda _: 10).expected
    assert of(lambda day: 900 if day == date(2026, 10, 17) else 10).expected == calm + 890


def test_a_step_is_followed_within_days() -> None:
    found = of(lambda day: 40 if day >= date(2026, 10, 12) else 10)
    assert found.expected == 11 * 10 + 20 * 40


def test_what_ended_is_not_expected_to_go_on() -> None:
    assert of(lambda day: 0 if day >= date(2026, 10, 5) else 10).expected == 40


def test_credits_may_take_it_under_zero() -> None:
    found = of(lambda _: -5)
    assert found.expected == -155


def test_what_never_falls_cannot_end_under_what_is_spent() -> None:
    chance = Random(3)
    found = of(lambda _: 100 if chance.random() < 0.05 else 0)
    assert found.low >= sum(amount for day, amount in days(lambda _: 0).items() if day >= FIRST)
    assert found.low <= found.expected <= found.high


def test_under_five_weeks_nothing_is_said() -> None:
    begin = TODAY - timedelta(days=34)
    assert projected(days(lambda _: 10, begin), FIRST, END, TODAY) is None
    assert projected(days(lambda _: 10, begin - timedelta(days=1)), FIRST, END, TODAY) is not None
    assert projected({}, FIRST, END, TODAY) is None


def test_a_short_past_is_tried_over_fewer_days_and_says_so() -> None:
    found = of(lambda day: 10 + day.day % 3, TODAY - timedelta(days=36))
    assert (found.days_ahead, found.error_days, found.errors) == (12, 6, 10)


def test_the_same_days_give_the_same_figures_and_ten_times_as_much_gives_ten_times_as_much() -> None:
    chance = Random(5)
    amounts = days(lambda _: chance.uniform(5, 15))
    once, again = (projected(amounts, FIRST, END, TODAY) for _ in range(2))
    tenfold = projected({day: amount * 10 for day, amount in amounts.items()}, FIRST, END, TODAY)
    assert once is not None
    assert tenfold is not None
    assert once == again
    for name in ("expected", "low", "high"):
        assert round(getattr(tenfold, name), 6) == round(getattr(once, name) * 10, 6)


@pytest.mark.parametrize("noise", [0.05, 0.3])
def test_about_eight_of_ten_months_end_within_the_interval(noise: float) -> None:
    """Two hundred made-up accounts, with a rhythm and luck; the interval is an honest one, and no wide one."""
    chance = Random(11)
    inside, widths = 0, []
    for _ in range(200):
        amounts = days(
            lambda day: (10 if day.weekday() < 5 else 4) * (1 + chance.uniform(-noise, noise)), end=END
        )
        came = sum(amount for day, amount in amounts.items() if day >= FIRST)
        found = projected(amounts, FIRST, END, TODAY)
        assert found is not None
        inside += found.low <= came <= found.high
        widths.append((found.high - found.low) / came)
    assert 0.7 <= inside / 200 <= 0.92
    assert sum(widths) / 200 < Decimal(str(noise)) * Decimal("0.5")


def test_tomorrow_is_not_known_even_if_it_is_given() -> None:
    known = days(lambda _: 10)
    assert projected({**known, TODAY: Decimal(10**6)}, FIRST, END, TODAY) == projected(
        known, FIRST, END, TODAY
    )
