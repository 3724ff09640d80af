"""What callers bring along: costs and savings in their forms, and everything that cannot be used."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tools.domain.claimed_forecasts import ClaimedForecast
from tools.domain.grouping import GroupBy
from tools.domain.savings import claimed_savings
from tools.domain.supplied_costs import SuppliedCosts, supplied_costs

OCTOBER = date(2026, 10, 1)
SEPTEMBER = date(2026, 9, 1)


def read(given: object, group_by: GroupBy = GroupBy.SERVICE) -> SuppliedCosts:
    return supplied_costs(given, group_by, OCTOBER)


def a_response(**changes: Any) -> dict[str, Any]:
    group = {"Keys": ["Amazon S3"], "Metrics": {"UnblendedCost": {"Amount": "12.5", "Unit": "USD"}}}
    result = {
        "TimePeriod": {"Start": "2026-09-01", "End": "2026-10-01"},
        "Total": {},
        "Groups": [group],
        "Estimated": False,
    }
    return {
        "GroupDefinitions": [{"Type": "DIMENSION", "Key": "SERVICE"}],
        "ResultsByTime": [result | changes],
    }


def test_rows_are_summed_by_service_and_month() -> None:
    found = read(
        [
            {"service": "Amazon S3", "month": "2026-09", "amount": 1.1},
            {"service": "Amazon S3", "month": "2026-09-01", "amount": "2.2"},
            {"service": "Amazon S3", "period": "2026-08", "amount": -1},
        ]
    )
    assert found.amounts == {"Amazon S3": {SEPTEMBER: Decimal("3.3"), date(2026, 8, 1): Decimal(-1)}}
    assert found.unusable == ()


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("S3", "not an object"),
        ({"month": "2026-09", "amount": 1}, "no service"),
        ({"service": "S3", "month": "September", "amount": 1}, "'September' is not a month"),
        ({"service": "S3", "month": "2026-13", "amount": 1}, "is not a month"),
        ({"service": "S3", "month": "2026-09-15", "amount": 1}, "is not a month"),
        ({"service": "S3", "month": "2026-09", "amount": "a lot"}, "is not an amount"),
        ({"service": "S3", "month": "2026-09", "amount": float("nan")}, "is not an amount"),
        ({"service": "S3", "month": "2026-09", "amount": True}, "is not an amount"),
        ({"service": "S3", "month": "2026-09", "amount": 1, "currency": "EUR"}, "in EUR"),
        ({"service": "S3", "month": "2026-10", "amount": 1}, "only whole months count"),
    ],
)
def test_a_row_that_cannot_be_used_is_named(row: object, reason: str) -> None:
    found = read([row])
    assert found.amounts == {}
    [unusable] = found.unusable
    assert unusable.part == "cost_data[0]"
    assert reason in unusable.reason


def test_the_order_of_rows_does_not_matter() -> None:
    rows = [{"service": each, "month": "2026-09", "amount": 3} for each in ("a", "b", "a")]
    assert read(rows).amounts == read(rows[::-1]).amounts


def test_for_the_total_rows_are_summed_over_services() -> None:
    rows = [{"service": each, "month": "2026-09", "amount": 3} for each in ("a", "b")]
    assert read(rows, GroupBy.TOTAL).amounts == {"": {SEPTEMBER: Decimal(6)}}


def test_rows_by_service_say_nothing_of_accounts() -> None:
    found = read([{"service": "a", "month": "2026-09", "amount": 3}], GroupBy.LINKED_ACCOUNT)
    assert found.amounts == {}
    assert "says nothing of LINKED_ACCOUNT" in found.unusable[0].reason


def test_a_response_of_cost_explorer_is_read() -> None:
    assert read(a_response()).amounts == {"Amazon S3": {SEPTEMBER: Decimal("12.5")}}
    assert read(a_response(), GroupBy.TOTAL).amounts == {"": {SEPTEMBER: Decimal("12.5")}}


def test_a_response_by_something_else_cannot_be_used() -> None:
    found = read(a_response(), GroupBy.LINKED_ACCOUNT)
    assert "grouped by SERVICE, not by LINKED_ACCOUNT" in found.unusable[0].reason


def test_further_pages_of_a_response_are_missed() -> None:
    found = read(a_response() | {"NextPageToken": "more"})
    assert found.amounts
    assert "further pages" in found.unusable[0].reason


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"TimePeriod": {"Start": "2026-09-01", "End": "2026-09-15"}}, "is not a month"),
        ({"TimePeriod": {"Start": "2026-07-01", "End": "2026-10-01"}}, "is not one whole month"),
        ({"TimePeriod": {"Start": "2026-10-01", "End": "2026-11-01"}}, "only whole months count"),
        ({"Groups": [{"Keys": ["a"], "Metrics": {"UsageQuantity": {"Amount": "1"}}}]}, "none of the metrics"),
        ({"Groups": [], "Total": {"UnblendedCost": {"Amount": "1", "Unit": "USD"}}}, "total only"),
    ],
)
def test_a_part_of_a_response_that_cannot_be_used_is_named(changes: dict[str, Any], reason: str) -> None:
    found = read(a_response(**changes))
    assert found.amounts == {}
    assert reason in found.unusable[0].reason


def test_text_goes_along_and_changes_nothing() -> None:
    found = read("S3 will grow")
    assert (found.amounts, found.context) == ({}, "S3 will grow")
    assert "changes no number" in found.unusable[0].reason


def test_savings_are_read_with_their_probability_and_source() -> None:
    given = [{"service": "S3", "monthly_savings": "40", "probability": 0.25, "source": "advisor"}]
    [saving] = claimed_savings(given).savings
    assert saving.service == "Amazon Simple Storage Service"
    assert saving.counted == 10
    assert saving.claimed_by == "advisor"


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (3, "not an object"),
        ({"monthly_savings": 3}, "no service"),
        ({"service": "S3", "monthly_savings": -3}, "is not a saving"),
        ({"service": "S3"}, "is not a saving"),
        ({"service": "S3", "monthly_savings": 3, "probability": 80}, "is not a probability"),
    ],
)
def test_a_saving_that_cannot_be_used_is_named(entry: object, reason: str) -> None:
    found = claimed_savings([entry])
    assert found.savings == ()
    assert reason in found.unusable[0].reason


@pytest.mark.parametrize("given", ["we will save", {"total": 5}])
def test_savings_in_another_form_change_nothing(given: object) -> None:
    found = claimed_savings(given)
    assert found.savings == ()
    assert len(found.unusable) == 1


FORECAST = {"service": "Amazon S3", "period": "2026-11", "mean": 100, "lower": 80, "upper": 120}


def test_a_forecast_is_read_beside_costs() -> None:
    found = read([FORECAST, {"service": "Amazon S3", "month": "2026-09", "amount": 1}])
    [forecast] = found.forecasts
    assert forecast == ClaimedForecast(
        service="Amazon Simple Storage Service",
        month=date(2026, 11, 1),
        mean=Decimal(100),
        lower=Decimal(80),
        upper=Decimal(120),
        probability=Decimal("0.8"),
        claimed_by="cost_data",
    )
    assert found.amounts == {"Amazon S3": {SEPTEMBER: Decimal(1)}}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"period": "2026-09"}, "2026-09 is over"),
        ({"period": "soon"}, "is not a month"),
        ({"mean": "much"}, "is not an amount"),
        ({"mean": -5, "lower": -9}, "is no cost"),
        ({"upper": None}, "one of lower and upper"),
        ({"upper": 90}, "is not between 80 and 90"),
        ({"probability": 1}, "is not a probability"),
        ({"service": 7}, "is not a service"),
        ({"unit": "EUR"}, "in EUR"),
    ],
)
def test_a_forecast_that_cannot_be_used_is_named_with_the_reason(
    changes: dict[str, Any], reason: str
) -> None:
    found = read([FORECAST | changes])
    assert found.forecasts == ()
    assert reason in found.unusable[0].reason
