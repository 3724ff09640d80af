"""The figures of budgets, from records a reader can add up in the head."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.ledger.figures import actual, forecasted, unit_of
from local.ledger.ledger import MANAGEMENT_ACCOUNT, Ledger
from local.ledger.record import CostRecord, Reservation
from local.ledger.table import daily, to_decimal, to_units

MEMBER = "210000000001"
OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)
TODAY = date(2026, 10, 20)


def a_record(day: date = OCTOBER, amount: str = "10", **changes: Any) -> CostRecord:
    given: dict[str, Any] = {"account": MEMBER, "service": "Amazon S3", **changes}
    return CostRecord(day=day, unblended=Decimal(amount), **given)


def a_ledger(*records: CostRecord) -> Ledger:
    ledger = Ledger()
    ledger.add(records)
    return ledger


def october(ledger: Ledger, budget: dict[str, Any], account_id: str = MANAGEMENT_ACCOUNT) -> Decimal | None:
    return actual(ledger, {"BudgetType": "COST", **budget}, OCTOBER, NOVEMBER, account_id=account_id)


def steady(days: int, amount: str = "10", **changes: Any) -> list[CostRecord]:
    return [a_record(TODAY - timedelta(days=back), amount, **changes) for back in range(days)]


def test_the_end_of_a_period_is_exclusive() -> None:
    ledger = a_ledger(a_record(date(2026, 9, 30)), a_record(OCTOBER), a_record(NOVEMBER))
    assert october(ledger, {}) == 10


def test_equal_lines_of_one_day_add_up() -> None:
    assert october(a_ledger(a_record(), a_record(amount="0.000000000001")), {}) == Decimal("10.000000000001")


def test_nothing_matching_is_a_cost_of_zero() -> None:
    assert october(a_ledger(a_record()), {"CostFilters": {"Service": ["EC2-Instances"]}}) == 0


def test_a_member_account_sees_its_own_lines_and_the_management_account_all() -> None:
    ledger = a_ledger(a_record(), a_record(account="210000000002", amount="5"))
    assert october(ledger, {}) == 15
    assert october(ledger, {}, account_id=MEMBER) == 10


@pytest.mark.parametrize(
    ("budget", "expected"),
    [
        ({}, "10"),
        ({"CostTypes": {"UseAmortized": True}}, "7"),
        ({"CostTypes": {"UseBlended": True}}, "9"),
        ({"Metrics": ["NetUnblendedCost"]}, "8"),
        ({"Metrics": ["NET_AMORTIZED_COST"]}, "6"),
    ],
)
def test_the_metric_decides_which_cost_counts(budget: dict[str, Any], expected: str) -> None:
    record = a_record(
        amortized=Decimal(7), blended=Decimal(9), net_unblended=Decimal(8), net_amortized=Decimal(6)
    )
    assert october(a_ledger(record), budget) == Decimal(expected)


@pytest.mark.parametrize(
    ("flag", "record_type"),
    [("IncludeCredit", "Credit"), ("IncludeRefund", "Refund"), ("IncludeTax", "Tax"),
     ("IncludeSupport", "Support"), ("IncludeUpfront", "Upfront"), ("IncludeRecurring", "Recurring")],
)  # fmt: skip
def test_a_cost_type_that_is_false_leaves_its_lines_out(flag: str, record_type: str) -> None:
    ledger = a_ledger(a_record(), a_record(amount="-3", record_type=record_type))
    assert october(ledger, {"CostTypes": {flag: True}}) == 7
    assert october(ledger, {}) == 7
    assert october(ledger, {"CostTypes": {flag: False}}) == 10


def test_without_a_discount_the_net_amortized_cost_is_the_amortized_one() -> None:
    metrics = ("NetUnblendedCost", "AmortizedCost", "NetAmortizedCost")
    ledger = a_ledger(a_record(amortized=Decimal(7)))
    assert [october(ledger, {"Metrics": [metric]}) for metric in metrics] == [10, 7, 7]


def test_usage_counts_what_is_in_the_unit_of_the_budget() -> None:
    ledger = a_ledger(
        a_record(usage_quantity=Decimal(5), unit="GB"), a_record(usage_quantity=Decimal(70), unit="Hrs")
    )
    usage = {"BudgetType": "USAGE", "BudgetLimit": {"Amount": "1", "Unit": "GB"}}
    assert october(ledger, usage) == 5
    assert unit_of(ledger, usage) == "N/A"
    assert unit_of(a_ledger(a_record(unit="GB")), usage) == "GB"


def test_a_reservation_budget_without_reservations_has_no_figure() -> None:
    assert october(a_ledger(a_record()), {"BudgetType": "RI_UTILIZATION"}) is None


def test_reservation_utilization_is_used_of_purchased_hours() -> None:
    ledger = Ledger()
    reservation = Reservation(
        subscription_id="r", account=MEMBER, service="Amazon Redshift", region="x", instance_type="a.b"
    )
    hours = {"purchased_hours": to_units(Decimal(24)), "used_hours": to_units(Decimal(18))}
    ledger.reservations.add(reservation, OCTOBER, hours)
    budget = {"BudgetType": "RI_UTILIZATION", "CostFilters": {"Service": ["Amazon Redshift"]}}
    assert october(ledger, budget) == 75
    assert october(ledger, {**budget, "CostFilters": {"Service": ["Amazon ElastiCache"]}}) is None
    assert october(ledger, budget, account_id="210000000002") is None
    assert unit_of(ledger, budget) == "PERCENTAGE"


def forecast_of(ledger: Ledger) -> Decimal | None:
    budget = {"BudgetType": "COST"}
    return forecasted(ledger, budget, OCTOBER, NOVEMBER, today=TODAY, account_id=MANAGEMENT_ACCOUNT)


def test_steady_spending_is_forecast_to_go_on() -> None:
    assert forecast_of(a_ledger(*steady(60))) == 310


def test_there_is_no_forecast_under_five_weeks_of_history() -> None:
    assert forecast_of(a_ledger(*steady(34))) is None
    assert forecast_of(a_ledger(*steady(35))) is not None


def test_what_came_on_the_same_day_of_two_months_comes_again() -> None:
    bills = [a_record(date(2026, month, 28), "100", record_type="Tax") for month in (8, 9)]
    assert forecast_of(a_ledger(*steady(60), *bills)) == 410


def test_what_came_once_does_not_come_again() -> None:
    assert forecast_of(a_ledger(*steady(60), a_record(date(2026, 9, 28), "-90", record_type="Refund"))) == 310


def test_what_has_ended_is_not_forecast() -> None:
    ended = [a_record(date(2026, 8, 20) + timedelta(days=on), "50", service="Old") for on in range(40)]
    assert forecast_of(a_ledger(*steady(60), *ended)) == 310


def test_weekends_are_forecast_as_weekends() -> None:
    records = [
        a_record(day, "70" if day.weekday() < 5 else "7")
        for day in (TODAY - timedelta(days=back) for back in range(70))
    ]
    workdays, weekends = 22, 9
    assert forecast_of(a_ledger(*records)) == workdays * 70 + weekends * 7


def test_growth_is_carried_on() -> None:
    growing = [a_record(TODAY - timedelta(days=back), str(200 - back)) for back in range(90)]
    forecast = forecast_of(a_ledger(*growing))
    truth = sum(200 - (TODAY - OCTOBER).days + offset for offset in range(31))
    assert forecast is not None
    assert abs(forecast - truth) < truth * Decimal("0.01")


def test_later_lines_change_figures_that_were_asked_before() -> None:
    ledger = a_ledger(*steady(60))
    assert october(ledger, {}) == 200
    assert forecast_of(ledger) == 310
    ledger.add(steady(60, "1", service="Another"))
    assert october(ledger, {}) == 220
    assert forecast_of(ledger) == 341


def test_daily_sums_hold_lines_that_begin_and_end_within_the_days() -> None:
    records = [*steady(3), *steady(2, "1", service="Newer"), *steady(30, "5", service="Older")]
    series = list(a_ledger(*records).costs.rows.values())
    sums = daily(series, ["unblended"], TODAY - timedelta(days=3), TODAY + timedelta(days=2))
    assert [to_decimal(units) for units in sums] == [5, 15, 16, 16, 0]


def test_a_record_before_the_first_and_one_far_after_the_last_are_kept() -> None:
    ledger = a_ledger(a_record(TODAY), a_record(date(2020, 1, 1), "2"), a_record(date(2030, 1, 1), "3"))
    assert actual(ledger, {"BudgetType": "COST"}, date(2019, 1, 1), date(2031, 1, 1), account_id=MEMBER) == 15
    assert (ledger.first_day, ledger.last_day) == (date(2020, 1, 1), date(2030, 1, 1))


def test_amounts_beyond_eight_bytes_are_kept() -> None:
    record = a_record(amount="9999999999.123456789012")
    assert october(a_ledger(record, record), {}) == Decimal("19999999998.246913578024")


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=12, allow_nan=False))
def test_an_amount_survives_the_way_into_the_ledger_and_out(amount: Decimal) -> None:
    assert to_decimal(to_units(amount)) == amount
