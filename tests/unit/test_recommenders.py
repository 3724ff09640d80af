"""Recommenders: what every one of them promises, and what the two of today decide."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tools.domain.money import rounded_up
from tools.domain.periods import add_months
from tools.domain.recommenders._recommender import Estimate
from tools.domain.recommenders.catalogue import RECOMMENDERS, recommender_for
from tools.domain.spend_history import MonthlySpend, SpendHistory
from tools.domain.student_t import student_t_quantile

TEN_PERCENT = Decimal("0.10")

amounts_of_months = st.lists(
    st.decimals(min_value=-100_000, max_value=1_000_000, places=2), min_size=1, max_size=37
)
breach_probabilities = st.decimals(min_value=Decimal("0.01"), max_value=Decimal("0.5"), places=3)


def a_history(*amounts: str | int | Decimal, unit: str = "USD") -> SpendHistory:
    first = date(2023, 1, 1)
    return SpendHistory(
        unit,
        tuple(
            MonthlySpend(add_months(first, index), Decimal(amount)) for index, amount in enumerate(amounts)
        ),
    )


def estimate(amounts: Sequence[str | int | Decimal], probability: Decimal = TEN_PERCENT) -> Estimate:
    history = a_history(*amounts)
    recommender = recommender_for(history)
    assert recommender is not None
    return recommender.estimate(history, probability)


@given(amounts_of_months, breach_probabilities)
def test_figures_are_finite_and_never_negative(amounts: list[Decimal], probability: Decimal) -> None:
    found = estimate(amounts, probability)
    figures = [found.limit, found.expected, found.low or Decimal(0), found.high or Decimal(0)]
    assert all(each.is_finite() and each >= 0 for each in figures)
    assert found.limit >= found.expected or found.is_starting


@given(amounts_of_months, breach_probabilities)
def test_the_same_history_gives_the_same_estimate(amounts: list[Decimal], probability: Decimal) -> None:
    assert estimate(amounts, probability) == estimate(amounts, probability)


@given(amounts_of_months, st.tuples(breach_probabilities, breach_probabilities))
def test_who_accepts_more_breaches_never_gets_a_higher_limit(
    amounts: list[Decimal], probabilities: tuple[Decimal, Decimal]
) -> None:
    careful, careless = sorted(probabilities)
    assert estimate(amounts, careful).limit >= estimate(amounts, careless).limit


@given(amounts_of_months, st.integers(min_value=-4, max_value=6))
def test_in_cents_it_is_the_same_limit_as_in_dollars(amounts: list[Decimal], exponent: int) -> None:
    factor = Decimal(10) ** exponent
    plain, scaled = estimate(amounts), estimate([amount * factor for amount in amounts])
    assert abs(scaled.limit - plain.limit * factor) <= plain.limit * factor * Decimal("1e-20")
    assert abs(scaled.expected - plain.expected * factor) <= plain.expected * factor * Decimal("1e-20")


@example(Decimal("0.0000020000000000000000000000000004657420441557461981307086374052808"))
@given(st.decimals(min_value=Decimal("0.000001"), max_value=10**12, allow_nan=False))
def test_a_rounded_limit_is_never_lower_and_hardly_higher(amount: Decimal) -> None:
    rounded = rounded_up(amount)
    assert amount <= rounded <= amount * Decimal("1.051")
    assert len(rounded.normalize().as_tuple().digits) <= 3


@pytest.mark.parametrize(
    ("amount", "rounded"), [("1432", 1450), ("4321", 4400), ("100", 100), ("0.0123", "0.0125"), ("-3", 0)]
)
def test_limits_are_rounded_to_what_people_say(amount: str, rounded: str | int) -> None:
    assert rounded_up(Decimal(amount)) == Decimal(rounded)


def test_a_steady_bill_gets_a_limit_close_above_it() -> None:
    found = estimate([100] * 12)
    assert found.expected == 100
    assert 103 < found.limit < 106


def test_growth_is_carried_on() -> None:
    found = estimate(range(100, 220, 10))
    assert found.expected == 220
    assert any("trend of $10.00 a month is followed" in each for each in found.evidence)


def test_a_one_off_spike_does_not_move_the_limit() -> None:
    spiked = estimate([100] * 8 + [900] + [100] * 3)
    assert spiked.limit == estimate([100] * 12).limit
    assert "1 month was far off the others and damped as a one-off." in spiked.evidence


def test_a_step_is_believed_after_two_months() -> None:
    assert estimate([100] * 10 + [200] * 2).expected == 200


def test_a_jump_in_the_last_month_is_said_to_stand_alone() -> None:
    found = estimate([100] * 11 + [200])
    assert found.expected == 100
    assert any("$200.00, stands alone so far" in each for each in found.evidence)


def test_a_refund_month_is_damped_and_said() -> None:
    found = estimate([100, 100, 100, -500, 100, 100])
    assert found.expected == 100
    assert any("negative" in each for each in found.evidence)


def test_a_bill_every_third_month_is_not_taken_for_nothing() -> None:
    found = estimate([300, 0, 0, 300, 0, 0, 300, 0, 0])
    assert found.expected == 100
    assert found.limit > 200


@pytest.mark.parametrize("amounts", [[100], [100, 120]])
def test_under_three_months_the_limit_is_only_to_start_with(amounts: list[int]) -> None:
    found = estimate(amounts)
    assert (found.method, found.is_starting) == ("starting", True)
    assert (found.low, found.high) == (None, None)
    assert found.limit == max(amounts) * Decimal("1.5")


def test_more_volatile_spending_gets_more_room() -> None:
    calm, wild = estimate([100, 102, 98, 101, 99, 100] * 2), estimate([100, 140, 60, 120, 80, 100] * 2)
    assert wild.limit - wild.expected > 3 * (calm.limit - calm.expected)


def test_an_empty_history_has_no_recommender() -> None:
    assert recommender_for(a_history()) is None


def test_every_recommender_has_an_id_of_its_own_and_says_what_it_does() -> None:
    assert len({each.id for each in RECOMMENDERS}) == len(RECOMMENDERS)
    assert all(each.sentence.endswith(".") for each in RECOMMENDERS)


@pytest.mark.parametrize(
    ("probability", "degrees", "quantile"),
    [
        ("0.90", 1, "3.078"),
        ("0.95", 2, "2.920"),
        ("0.90", 3, "1.638"),
        ("0.99", 5, "3.365"),
        ("0.95", 10, "1.812"),
        ("0.50", 7, "0"),
    ],
)
def test_quantiles_are_those_of_the_tables(probability: str, degrees: int, quantile: str) -> None:
    found = student_t_quantile(Decimal(probability), degrees)
    assert abs(found - Decimal(quantile)) < Decimal("0.005")


@pytest.mark.parametrize(("probability", "degrees"), [("0.4", 3), ("1", 3), ("0.9", 0)])
def test_there_is_no_quantile_outside_of_its_range(probability: str, degrees: int) -> None:
    with pytest.raises(ValueError, match="no quantile"):
        student_t_quantile(Decimal(probability), degrees)
