"""Reservations and Savings Plans in the embedded Cost Explorer, with AWS's quirks."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from local.cost_explorer.reservations import get_reservation_coverage, get_reservation_utilization
from local.cost_explorer.savings_plans import (
    get_savings_plans_coverage,
    get_savings_plans_utilization,
    get_savings_plans_utilization_details,
)
from local.ledger.figures import actual
from local.ledger.ledger import MANAGEMENT_ACCOUNT, Ledger
from local.refusal import Refused
from local.scenarios.scenario import Scenario
from tests.contracts.local.cost_explorer_desk import Answer, Desk, company, period

SEPTEMBER = period("2026-09-01", "2026-10-01")
OCTOBER = period("2026-10-01", "2026-10-20")
RDS = {"Dimensions": {"Key": "SERVICE", "Values": ["Amazon Relational Database Service"]}}
PLATFORM = "210000000001"


DESK = Desk()


def refusal(answer: Answer, account_id: str = MANAGEMENT_ACCOUNT, **params: Any) -> tuple[str, str]:
    with pytest.raises(Refused) as refused:
        DESK.ask(answer, account_id, **{"TimePeriod": OCTOBER, **params})
    return str(refused.value.code), str(refused.value.message)


def budgets_figure(budget_type: str, **filters: list[str]) -> Decimal | None:
    budget = {"BudgetType": budget_type, "CostFilters": filters}
    start, end = date(2026, 10, 1), date(2026, 10, 20)
    return actual(company().ledger, budget, start, end, account_id=MANAGEMENT_ACCOUNT)


def near(value: str, low: int, high: int) -> bool:
    return low < Decimal(value) < high


def test_utilization_is_of_ec2_unless_a_service_is_named() -> None:
    ec2 = DESK.ask(get_reservation_utilization, TimePeriod=OCTOBER)["Total"]
    assert near(ec2["UtilizationPercentage"], 70, 72)
    assert Decimal(ec2["UtilizationPercentage"]) == budgets_figure(
        "RI_UTILIZATION", Service=["Amazon Elastic Compute Cloud - Compute"]
    )
    rds = DESK.ask(get_reservation_utilization, TimePeriod=OCTOBER, Filter=RDS)["Total"]
    assert rds["UtilizationPercentage"] == "100"


def test_hours_and_fees_of_a_utilization_add_up() -> None:
    total = {
        name: Decimal(value)
        for name, value in DESK.ask(get_reservation_utilization, TimePeriod=SEPTEMBER)["Total"].items()
    }
    assert total["PurchasedHours"] == 20 * 24 * 30
    assert total["TotalActualHours"] + total["UnusedHours"] == total["PurchasedHours"]
    assert total["NetRISavings"] == total["OnDemandCostOfRIHoursUsed"] - total["TotalAmortizedFee"]
    assert total["RealizedSavings"] + total["UnrealizedSavings"] == total["TotalPotentialRISavings"]


def test_granularity_is_daily_unless_given_and_excludes_grouping() -> None:
    assert len(DESK.ask(get_reservation_utilization, TimePeriod=OCTOBER)["UtilizationsByTime"]) == 19
    monthly = DESK.ask(get_reservation_utilization, TimePeriod=OCTOBER, Granularity="MONTHLY")
    assert len(monthly["UtilizationsByTime"]) == 1
    group_by = [{"Type": "DIMENSION", "Key": "SUBSCRIPTION_ID"}]
    (grouped,) = DESK.ask(get_reservation_utilization, TimePeriod=OCTOBER, GroupBy=group_by)[
        "UtilizationsByTime"
    ]
    assert [group["Value"] for group in grouped["Groups"]] == ["9a1c40d2-ec2-m5"]
    code, _ = refusal(get_reservation_utilization, GroupBy=group_by, Granularity="DAILY")
    assert code == "ValidationException"


def test_without_reservations_utilization_is_zero_and_no_period_is_there() -> None:
    answer = Desk(Scenario(ledger=Ledger())).ask(get_reservation_utilization, TimePeriod=OCTOBER)
    assert answer["UtilizationsByTime"] == []
    assert set(answer["Total"].values()) == {"0"}


def test_coverage_says_what_the_budget_says() -> None:
    hours = DESK.ask(get_reservation_coverage, TimePeriod=OCTOBER, Filter=RDS)["Total"]["CoverageHours"]
    assert near(hours["CoverageHoursPercentage"], 63, 65)
    assert Decimal(hours["CoverageHoursPercentage"]) == budgets_figure(
        "RI_COVERAGE", Service=["Amazon Relational Database Service"]
    )
    assert Decimal(hours["OnDemandHours"]) + Decimal(hours["ReservedHours"]) == Decimal(
        hours["TotalRunningHours"]
    )


def test_coverage_has_the_metrics_that_are_asked_for_and_groups_with_attributes() -> None:
    answer = DESK.ask(
        get_reservation_coverage,
        TimePeriod=OCTOBER,
        Metrics=["Cost"],
        GroupBy=[{"Type": "DIMENSION", "Key": "INSTANCE_TYPE"}],
    )
    (by_time,) = answer["CoveragesByTime"]
    assert [group["Attributes"] for group in by_time["Groups"]] == [{"instanceType": "m5.large"}]
    assert list(answer["Total"]) == ["CoverageCost"]


@pytest.mark.parametrize(
    ("answer", "params"),
    [
        (get_reservation_utilization, {"TimePeriod": period("2025-09-01", "2026-10-01")}),
        (get_reservation_utilization, {"Granularity": "HOURLY"}),
        (get_reservation_utilization, {"GroupBy": [{"Type": "DIMENSION", "Key": "SERVICE"}]}),
        (get_reservation_utilization, {"Filter": {"Or": [RDS, RDS]}}),
        (get_reservation_utilization, {"Filter": {"Dimensions": {"Key": "SERVICE", "Values": ["a", "b"]}}}),
        (get_reservation_coverage, {"Metrics": ["Hours"]}),
        (get_reservation_coverage, {"Filter": {"Dimensions": {"Key": "RECORD_TYPE", "Values": ["Usage"]}}}),
        (get_savings_plans_coverage, {"Metrics": ["Cost"]}),
        (get_savings_plans_coverage, {"GroupBy": [{"Type": "DIMENSION", "Key": "LINKED_ACCOUNT"}]}),
        (get_savings_plans_utilization_details, {"DataType": ["EVERYTHING"]}),
    ],
)
def test_a_malformed_request_is_a_validation_exception(answer: Answer, params: dict[str, Any]) -> None:
    assert refusal(answer, **params)[0] == "ValidationException"


def test_savings_plans_utilization_says_what_the_budget_says() -> None:
    answer = DESK.ask(get_savings_plans_utilization, TimePeriod=OCTOBER, Granularity="MONTHLY")
    utilization = answer["Total"]["Utilization"]
    assert near(utilization["UtilizationPercentage"], 96, 98)
    assert Decimal(utilization["UtilizationPercentage"]) == budgets_figure("SAVINGS_PLANS_UTILIZATION")
    assert Decimal(utilization["UsedCommitment"]) + Decimal(utilization["UnusedCommitment"]) == Decimal(
        utilization["TotalCommitment"]
    )
    assert len(answer["SavingsPlansUtilizationsByTime"]) == 1


def test_savings_plans_details_name_each_plan() -> None:
    answer = DESK.ask(get_savings_plans_utilization_details, TimePeriod=OCTOBER)
    (plan,) = answer["SavingsPlansUtilizationDetails"]
    assert plan["Attributes"]["SavingsPlansType"] == "Compute Savings Plans"
    assert answer["TimePeriod"] == OCTOBER
    (bare,) = DESK.ask(
        get_savings_plans_utilization_details, TimePeriod=OCTOBER, DataType=["SAVINGS"]
    )["SavingsPlansUtilizationDetails"]  # fmt: skip
    assert set(bare) == {"SavingsPlanArn", "Savings"}


def test_savings_plans_coverage_has_no_total_and_rows_to_be_added_up() -> None:
    answer = DESK.ask(
        get_savings_plans_coverage,
        TimePeriod=OCTOBER,
        GroupBy=[{"Type": "DIMENSION", "Key": "REGION"}],
    )
    assert set(answer) == {"SavingsPlansCoverages"}
    rows = [row["Coverage"] for row in answer["SavingsPlansCoverages"]]
    covered = sum((Decimal(row["SpendCoveredBySavingsPlans"]) for row in rows), Decimal(0))
    total = sum((Decimal(row["TotalCost"]) for row in rows), Decimal(0))
    figure = budgets_figure("SAVINGS_PLANS_COVERAGE")
    assert figure is not None
    assert abs(covered * 100 / total - figure) < Decimal("0.0000001")
    assert near(str(figure), 77, 79)


def test_savings_plans_coverage_comes_in_pages_of_twenty_rows() -> None:
    params: dict[str, Any] = {"TimePeriod": SEPTEMBER, "Granularity": "DAILY"}
    first = DESK.ask(get_savings_plans_coverage, **params)
    assert len(first["SavingsPlansCoverages"]) == 20
    second = DESK.ask(get_savings_plans_coverage, **params, NextToken=first["NextToken"])
    assert len(second["SavingsPlansCoverages"]) == 10
    assert "NextToken" not in second


def test_a_family_can_be_filtered_by_either_name() -> None:
    for key in ("INSTANCE_FAMILY", "INSTANCE_TYPE_FAMILY"):
        answer = DESK.ask(
            get_savings_plans_coverage,
            TimePeriod=OCTOBER,
            GroupBy=[{"Type": "DIMENSION", "Key": "INSTANCE_FAMILY"}],
            Filter={"Dimensions": {"Key": key, "Values": ["r5"]}},
        )
        assert [row["Attributes"] for row in answer["SavingsPlansCoverages"]] == [{"INSTANCE_FAMILY": "r5"}]


@pytest.mark.parametrize(
    "answer",
    [get_savings_plans_utilization, get_savings_plans_utilization_details, get_savings_plans_coverage],
)
def test_an_end_in_the_future_is_refused_in_awss_words(answer: Answer) -> None:
    assert refusal(answer, TimePeriod=period("2026-10-01", "2026-10-21")) == (
        "ValidationException",
        "end date should NOT be after [2026-10-20]",
    )


@pytest.mark.parametrize(
    "answer",
    [get_savings_plans_utilization, get_savings_plans_utilization_details, get_savings_plans_coverage],
)
def test_without_plans_there_is_no_data_rather_than_a_zero(answer: Answer) -> None:
    assert refusal(answer, PLATFORM)[0] == "DataUnavailableException"
