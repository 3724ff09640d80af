"""Recommenders: what every one of them promises, and what those of today decide."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tools.domain.money import rounded_up
from tools.domain.periods import add_months
from tools.domain.recommenders._experience import NO_EXPERIENCE, Experience, experience_of
from tools.domain.recommenders._recommender import Estimate
from tools.domain.recommenders.catalogue import RECOMMENDERS, recommender_for
from tools.domain.spend_history import DailySpend, MonthlySpend, SpendHistory

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


def a_young_history(amounts: Sequence[Decimal]) -> SpendHistory:
    """A scope that began on a January 20, with its days so far."""
    began = date(2023, 1, 20)
    days = tuple(DailySpend(began + timedelta(days=count), each) for count, each in enumerate(amounts))
    january = sum((each.amount for each in days if each.day.month == 1), Decimal(0))
    return SpendHistory("USD", (MonthlySpend(date(2023, 1, 1), january),), days)


histories = st.one_of(
    amounts_of_months.map(lambda amounts: a_history(*amounts)),
    st.lists(st.decimals(min_value=-10_000, max_value=100_000, places=2), min_size=14, max_size=60).map(
        a_young_history
    ),
)


def estimate_of(history: SpendHistory, probability: Decimal = TEN_PERCENT) -> Estimate:
    recommender = recommender_for(history)
    assert recommender is not None
    return recommender.estimate(history, probability, NO_EXPERIENCE)


def estimate(
    amounts: Sequence[str | int | Decimal],
    probability: Decimal = TEN_PERCENT,
    experience: Experience = NO_EXPERIENCE,
    unit: str = "USD",
) -> Estimate:
    history = a_history(*amounts, unit=unit)
    recommender = recommender_for(history)
    assert recommender is not None
    return recommender.estimate(history, probability, experience)


@given(histories, breach_probabilities)
def test_figures_are_finite_and_never_negative(history: SpendHistory, probability: Decimal) -> None:
    found = estimate_of(history, probability)
    figures = [found.limit, found.expected, found.low or Decimal(0), found.high or Decimal(0)]
    assert all(each.is_finite() and each >= 0 for each in figures)
    assert found.limit >= found.expected or found.method == "starting"


@given(histories, breach_probabilities)
def test_the_same_history_gives_the_same_estimate(history: SpendHistory, probability: Decimal) -> None:
    assert estimate_of(history, probability) == estimate_of(history, probability)


@given(histories, st.tuples(breach_probabilities, breach_probabilities))
def test_who_accepts_more_breaches_never_gets_a_higher_limit(
    history: SpendHistory, probabilities: tuple[Decimal, Decimal]
) -> None:
    careful, careless = sorted(probabilities)
    assert estimate_of(history, careful).limit >= estimate_of(history, careless).limit


@given(amounts_of_months, st.integers(min_value=-4, max_value=6))
def test_in_cents_it_is_the_same_limit_as_in_dollars(amounts: list[Decimal], exponent: int) -> None:
    factor = Decimal(10) ** exponent
    plain, scaled = estimate(amounts), estimate([amount * factor for amount in amounts])
    slack = Decimal("1e-9") * factor * max(abs(amount) for amount in amounts)
    assert abs(scaled.limit - plain.limit * factor) <= slack
    assert abs(scaled.expected - plain.expected * factor) <= slack


@given(amounts_of_months, st.lists(amounts_of_months, max_size=4), st.randoms())
def test_the_order_of_the_other_scopes_changes_nothing(
    amounts: list[Decimal], others: list[list[Decimal]], random: Random
) -> None:
    histories = [a_history(*each) for each in others]
    shuffled = random.sample(histories, len(histories))
    forth, back = experience_of(histories), experience_of(shuffled)
    assert estimate(amounts, experience=forth) == estimate(amounts, experience=back)


@given(
    st.decimals(min_value=Decimal("0.01"), max_value=100_000, places=2),
    st.integers(min_value=3, max_value=36),
)
def test_a_longer_history_of_the_same_never_widens_the_interval(amount: Decimal, months: int) -> None:
    def width(count: int) -> Decimal:
        found = estimate([amount] * count)
        assert found.low is not None
        assert found.high is not None
        return found.high - found.low

    assert width(months + 1) < width(months)


@given(histories, breach_probabilities)
def test_the_expected_month_lies_in_the_interval(history: SpendHistory, probability: Decimal) -> None:
    found = estimate_of(history, probability)
    if found.low is not None and found.high is not None:
        assert found.low <= found.expected <= found.high


@example(Decimal("0.0000020000000000000000000000000004657420441557461981307086374052808"), Decimal("1e-9"))
@given(
    st.decimals(min_value=Decimal("0.000001"), max_value=10**12, allow_nan=False),
    st.decimals(min_value=Decimal("0.00001"), max_value=10**6, allow_nan=False),
)
def test_a_rounded_limit_is_never_lower_and_higher_by_no_more_than_allowed(
    amount: Decimal, most: Decimal
) -> None:
    assert amount <= rounded_up(amount, most) <= amount + most


@pytest.mark.parametrize(
    ("amount", "most", "rounded"),
    [
        ("1432.17", "4", "1434"),
        ("1432.17", "40", "1440"),
        ("1432.17", "60", "1450"),
        ("0.0123", "0.0005", "0.0125"),
        ("100", "3", "100"),
        ("-3", "1", "0"),
    ],
)
def test_limits_are_rounded_to_what_people_say(amount: str, most: str, rounded: str) -> None:
    assert rounded_up(Decimal(amount), Decimal(most)) == Decimal(rounded)


def test_a_steady_bill_gets_a_limit_close_above_it() -> None:
    found = estimate([100, 101, 99, 100] * 3)
    assert abs(found.expected - 100) < 2
    assert 100 <= found.limit < 104


def test_a_bill_that_never_moved_is_expected_to_be_the_same() -> None:
    found = estimate([100] * 12)
    assert (found.method, found.expected) == ("unchanged", Decimal(100))
    assert 100 < found.limit < 101
    assert found.evidence == ("All 12 whole months were $100.00.",)


def test_what_runs_all_day_is_expected_to_cost_less_in_february() -> None:
    first = date(2024, 12, 1)
    days = [(add_months(first, at + 1) - add_months(first, at)).days for at in range(15)]
    months = tuple(MonthlySpend(add_months(first, at), Decimal(10 * days[at])) for at in range(14))
    recommender = recommender_for(SpendHistory("USD", months))
    assert recommender is not None
    found = recommender.estimate(SpendHistory("USD", months), TEN_PERCENT, NO_EXPERIENCE)
    assert f"{months[-1].month} {months[-1].amount}" == "2026-01-01 310"
    assert 279 <= found.expected <= 281
    assert found.limit < 285


def test_growth_is_carried_on() -> None:
    found = estimate([100 * Decimal("1.06") ** month for month in range(18)])
    last = 100 * Decimal("1.06") ** 17
    assert last * Decimal("1.01") < found.expected < last * Decimal("1.1")
    assert last * Decimal("1.05") < found.limit < last * Decimal("1.2")


def test_a_decline_does_not_keep_the_limit_up() -> None:
    found = estimate([1000 * Decimal("0.95") ** month for month in range(18)])
    assert found.limit < 1000 * Decimal("0.95") ** 17 * Decimal("1.06")


def test_a_one_off_spike_hardly_moves_the_limit() -> None:
    spiked = estimate([100] * 8 + [900] + [100] * 6)
    assert spiked.limit < estimate([100] * 15).limit * Decimal("1.15")


@pytest.mark.parametrize(("before", "after"), [(100, 200), (200, 100)])
def test_a_step_is_believed_after_two_months(before: int, after: int) -> None:
    found = estimate([before] * 10 + [after] * 2)
    assert after * Decimal("0.93") < found.expected < after * Decimal("1.07")
    assert after <= found.limit < after * Decimal("1.35")


def test_a_yearly_peak_is_seen_coming() -> None:
    year = [100, 101, 99, 100, 102, 100, 98, 100, 101, 99, 100, 180]
    found = estimate(year * 2 + year[:11])
    assert found.limit > 165
    assert estimate(year * 3).limit < 130


def test_lumpy_spending_gets_room_for_its_lumps() -> None:
    amounts = [0, 500, 900, 100, 0, 700, 300, 1100, 0, 400, 800, 200, 300, 0, 0, 1500, 200, 700]
    found = estimate(amounts)
    assert 900 < found.limit < 2000


def test_a_refund_month_is_said_and_hardly_counts() -> None:
    found = estimate([100, 100, 100, -500, 100, 100, 100, 100])
    assert 90 < found.expected < 110
    assert any("1 month is negative" in each for each in found.evidence)


def test_credits_that_ended_are_believed_to_have_ended() -> None:
    found = estimate([20] * 8 + [200] * 3)
    assert 180 < found.expected < 220
    assert found.limit >= 200


def test_a_bill_every_third_month_is_not_taken_for_nothing() -> None:
    found = estimate([300, 0, 0] * 4)
    assert found.limit >= 200


def test_what_ended_asks_for_next_to_nothing() -> None:
    found = estimate([100] * 12 + [0] * 6)
    assert found.limit < 25


def test_a_ramp_that_levelled_off_is_not_carried_on() -> None:
    found = estimate([10, 50, 75, 88, 94, 97, 98, 99, 100, 100])
    assert found.limit < 115


def test_other_scopes_tell_what_a_short_history_cannot() -> None:
    steady = experience_of([a_history(*[50 + number, 51 + number] * 9) for number in range(12)])
    wild = experience_of([a_history(*[50 + number, 90, 20, 140, 60, 10] * 3) for number in range(12)])
    amounts = [100, 104, 101]
    assert estimate(amounts, experience=steady).limit < estimate(amounts, experience=wild).limit
    said = estimate(amounts, experience=wild).evidence
    assert any("What held in 12 scopes of the account counts for" in each for each in said)


def test_the_evidence_names_months_trials_and_the_looks_that_count() -> None:
    recent, tried = estimate([100, 101, 99, 100, 102, 100]).evidence
    assert recent == "The last 3 whole months were $100.00, $102.00, $100.00."
    assert "were tried on 5 past months" in tried
    assert " %)" in tried


def test_percentages_are_not_by_the_day() -> None:
    found = estimate([90, 90, 91] * 5, unit="PERCENTAGE")
    assert found.low is not None
    assert found.high is not None
    assert abs(found.expected - 90) < 1
    assert found.high - found.low < 4


def test_days_and_quarters_are_periods_too() -> None:
    days = [MonthlySpend(date(2026, 1, 20) + timedelta(days=at), Decimal(100 + at % 2)) for at in range(14)]
    quarters = [MonthlySpend(add_months(date(2023, 1, 1), 3 * at), Decimal(100 + at % 2)) for at in range(12)]
    for months in (days, quarters):
        history = SpendHistory("USD", tuple(months))
        recommender = recommender_for(history)
        assert recommender is not None
        found = recommender.estimate(history, TEN_PERCENT, NO_EXPERIENCE)
        assert 97 < found.expected < 103
        assert 99 < found.limit < 106


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
