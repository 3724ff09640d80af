"""Cost Explorer's pages are followed to the last one by every read; a page left out would be money unseen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any, cast

import pytest

from tests.builders import usd as usd_of
from tools.aws.cost_explorer import AwsCostExplorer
from tools.domain.budget_types import BudgetTypeName
from tools.domain.money import Spend
from tools.ports.cost_explorer import GroupedRead

MONTHS = (date(2026, 7, 1), date(2026, 9, 1))
JULY = {"Start": "2026-07-01", "End": "2026-08-01"}
AUGUST = {"Start": "2026-08-01", "End": "2026-09-01"}


class Paged:
    """A client that answers every call with the given pages, one after the other, and remembers the tokens."""

    def __init__(self, token: str, *pages: dict[str, Any]) -> None:
        self._token = token
        self._pages = pages
        self.tokens: list[str | None] = []

    def __getattr__(self, operation: str) -> Callable[..., dict[str, Any]]:
        def call(**request: Any) -> dict[str, Any]:
            self.tokens.append(request.get(self._token))
            number = len(self.tokens)
            following = {self._token: f"page {number + 1}"} if number < len(self._pages) else {}
            return self._pages[number - 1] | following

        return call


def reading(client: Paged) -> AwsCostExplorer:
    return AwsCostExplorer(cast("Any", client))


def usd(amount: str) -> dict[str, dict[str, str]]:
    return {"UnblendedCost": {"Amount": amount, "Unit": "USD"}}


def group(service: str, amount: str, period: dict[str, str] = JULY) -> dict[str, Any]:
    return {
        "ResultsByTime": [
            {"TimePeriod": period, "Total": {}, "Groups": [{"Keys": [service], "Metrics": usd(amount)}]}
        ]
    }


def total(amount: str, period: dict[str, str]) -> dict[str, Any]:
    return {"ResultsByTime": [{"TimePeriod": period, "Total": usd(amount), "Groups": []}]}


def test_groups_of_one_month_may_straddle_pages() -> None:
    client = Paged("NextPageToken", group("A", "1"), group("B", "2"), group("A", "4", AUGUST))
    read = reading(client).monthly_amounts(MONTHS, metric="UnblendedCost", group_by=("DIMENSION", "SERVICE"))
    assert read.amounts == {"A": {date(2026, 7, 1): 1, date(2026, 8, 1): 4}, "B": {date(2026, 7, 1): 2}}
    assert read.pages == 3
    assert client.tokens == [None, "page 2", "page 3"]


def test_daily_amounts_come_from_all_pages() -> None:
    client = Paged("NextPageToken", total("1", JULY), total("2", AUGUST))
    read = reading(client).daily_amounts(MONTHS, metric="UnblendedCost")
    assert sum(read.amounts.values(), Decimal(0)) == 3
    assert read.pages == 2


def utilization(percent: str, period: dict[str, str]) -> dict[str, Any]:
    figures = {"UtilizationPercentage": percent, "PurchasedHours": "744"}
    return {"UtilizationsByTime": [{"TimePeriod": period, "Groups": [], "Total": figures}]}


def reservation_coverage(percent: str, period: dict[str, str]) -> dict[str, Any]:
    hours = {"CoverageHoursPercentage": percent, "ReservedHours": "10", "TotalRunningHours": "20"}
    return {"CoveragesByTime": [{"TimePeriod": period, "Groups": [], "Total": {"CoverageHours": hours}}]}


def plans_coverage(percent: str, period: dict[str, str]) -> dict[str, Any]:
    coverage = {"SpendCoveredBySavingsPlans": percent, "TotalCost": "100"}
    return {"SavingsPlansCoverages": [{"TimePeriod": period, "Attributes": {}, "Coverage": coverage}]}


@pytest.mark.parametrize(
    ("budget_type", "token", "page"),
    [
        (BudgetTypeName.RI_UTILIZATION, "NextPageToken", utilization),
        (BudgetTypeName.RI_COVERAGE, "NextPageToken", reservation_coverage),
        (BudgetTypeName.SAVINGS_PLANS_COVERAGE, "NextToken", plans_coverage),
    ],
    ids=["reservations used", "reservations covering", "Savings Plans covering"],
)
def test_commitments_come_from_all_pages(
    budget_type: BudgetTypeName, token: str, page: Callable[[str, dict[str, str]], dict[str, Any]]
) -> None:
    client = Paged(token, page("70", JULY), page("80", AUGUST))
    read = reading(client).commitment_percentages(budget_type, MONTHS)
    assert [each.percent for each in read.months] == [70, 80]
    assert read.pages == 2


def grouped(
    name: str, cost: str, hours: str, period: dict[str, str] = JULY, unit: str = "Hrs"
) -> dict[str, Any]:
    metrics = {**usd(cost), "UsageQuantity": {"Amount": hours, "Unit": unit}}
    groups = [{"Keys": ["A", name], "Metrics": metrics}]
    return {"ResultsByTime": [{"TimePeriod": period, "Total": {}, "Groups": groups}]}


def read_groups(client: Paged, most_pages: int) -> GroupedRead:
    return reading(client).grouped_amounts(
        MONTHS,
        metrics=("UnblendedCost", "UsageQuantity"),
        group_by=(("DIMENSION", "SERVICE"), ("DIMENSION", "USAGE_TYPE")),
        most_pages=most_pages,
    )


def test_a_grouped_read_adds_months_up_and_ends_with_the_last_page() -> None:
    client = Paged("NextPageToken", grouped("x", "1", "5"), grouped("x", "2", "6", AUGUST))
    read = read_groups(client, 5)
    assert read.amounts == {
        ("A", "x"): {"UnblendedCost": usd_of(3), "UsageQuantity": Spend(Decimal(11), "Hrs")}
    }
    assert (read.pages, read.is_complete) == (2, True)


def test_a_grouped_read_stops_at_its_most_pages_and_says_so() -> None:
    client = Paged("NextPageToken", grouped("x", "1", "5"), grouped("y", "2", "6"), grouped("z", "4", "1"))
    read = read_groups(client, 2)
    assert (sorted(read.amounts), read.pages, read.is_complete) == ([("A", "x"), ("A", "y")], 2, False)
    assert client.tokens == [None, "page 2"]


def test_months_in_two_units_make_a_sum_without_unit() -> None:
    client = Paged("NextPageToken", grouped("x", "1", "5"), grouped("x", "2", "6", AUGUST, unit="GB"))
    assert read_groups(client, 2).amounts["A", "x"]["UsageQuantity"].unit == "N/A"
