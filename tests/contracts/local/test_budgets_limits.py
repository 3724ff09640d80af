"""AWS Budgets: fixed, planned and adjusting limits."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from local.server import EmbeddedAws
from tests.contracts.local.budget_requests import (
    a_budget,
    an_ri_budget,
    create,
    describe,
    dollars,
    refused_budget,
    spend_on,
)
from tests.contracts.local.worlds import ACCOUNT, NOON

COMMITMENT_TYPES = ("RI_UTILIZATION", "RI_COVERAGE", "SAVINGS_PLANS_UTILIZATION", "SAVINGS_PLANS_COVERAGE")
HISTORICAL = {"AutoAdjustType": "HISTORICAL", "HistoricalOptions": {"BudgetAdjustmentPeriod": 3}}


def a_commitment_budget(budget_type: str, **members: Any) -> dict[str, Any]:
    if budget_type.startswith("RI"):
        return an_ri_budget(BudgetType=budget_type, **members)
    return a_budget(BudgetType=budget_type, **{"BudgetLimit": None, **members})


def a_plan(year: int, month: int, amounts: list[str], step: int = 1) -> dict[str, dict[str, str]]:
    plan = {}
    for index, amount in enumerate(amounts):
        months = year * 12 + month - 1 + index * step
        start = datetime(months // 12, months % 12 + 1, 1, tzinfo=UTC)
        plan[str(int(start.timestamp()))] = dollars(amount)
    return plan


def test_a_cost_budget_needs_a_limit(budgets: Any) -> None:
    assert refused_budget(budgets, a_budget(BudgetLimit=None)) == (
        "please provide one of the followings: Budget Limit/ Planned Budget Limit/ Auto Adjust Data"
    )


@pytest.mark.parametrize("unit", ["EUR", "usd", "PERCENTAGE"])
def test_a_cost_budget_is_in_dollars(budgets: Any, unit: str) -> None:
    reason = refused_budget(budgets, a_budget(BudgetLimit={"Amount": "1", "Unit": unit}))
    assert reason == f"{unit} is not in the supported unit set: [USD]"


def test_a_usage_budget_is_in_any_unit(budgets: Any) -> None:
    limit = {"Amount": "500", "Unit": "GB"}
    budget = create(budgets, a_budget(BudgetType="USAGE", BudgetLimit=limit))
    assert budget["BudgetLimit"] == {"Amount": "500.0", "Unit": "GB"}
    assert "CostTypes" not in budget


@pytest.mark.parametrize("budget_type", COMMITMENT_TYPES)
def test_a_commitment_budget_is_a_hundred_percent(budgets: Any, budget_type: str) -> None:
    for name, limit in (("left out", None), ("said", {"Amount": "100.00", "Unit": "PERCENTAGE"})):
        budget = create(budgets, a_commitment_budget(budget_type, BudgetName=name, BudgetLimit=limit))
        assert budget["BudgetLimit"] == {"Amount": "100.0", "Unit": "PERCENTAGE"}


@pytest.mark.parametrize("budget_type", COMMITMENT_TYPES)
@pytest.mark.parametrize(
    ("members", "reason"),
    [
        (
            {"BudgetLimit": {"Amount": "80", "Unit": "PERCENTAGE"}},
            "the budget limit of {} budgets should be 100 PERCENTAGE",
        ),
        (
            {"BudgetLimit": {"Amount": "100", "Unit": "PERCENT"}},
            "PERCENT is not in the supported unit set: [PERCENTAGE]",
        ),
        ({"AutoAdjustData": HISTORICAL}, "AutoAdjustData is not supported for {} budgets"),
        (
            {"PlannedBudgetLimits": a_plan(2026, 10, ["1"])},
            "PlannedBudgetLimits is not supported for {} budgets",
        ),
    ],
)
def test_a_commitment_budget_has_no_other_limit(
    budgets: Any, budget_type: str, members: dict[str, Any], reason: str
) -> None:
    refused = refused_budget(budgets, a_commitment_budget(budget_type, **members))
    assert refused == reason.format(budget_type)


@pytest.mark.parametrize(
    "members",
    [
        {"PlannedBudgetLimits": a_plan(2026, 10, ["1"] * 12)},
        {"AutoAdjustData": HISTORICAL},
        {
            "BudgetLimit": None,
            "PlannedBudgetLimits": a_plan(2026, 10, ["1"] * 12),
            "AutoAdjustData": HISTORICAL,
        },
    ],
)
def test_a_budget_has_one_kind_of_limit(budgets: Any, members: dict[str, Any]) -> None:
    assert refused_budget(budgets, a_budget(**members)).startswith("please provide only one of: ")


def test_a_plan_gives_the_limit_of_the_current_month(aws: EmbeddedAws, budgets: Any) -> None:
    plan = a_plan(2026, 10, [str(100 + index) for index in range(12)])
    budget = create(budgets, a_budget(BudgetLimit=None, PlannedBudgetLimits=plan))
    assert budget["BudgetLimit"] == dollars("100.0")
    assert budget["PlannedBudgetLimits"] == {
        key: dollars(f"{limit['Amount']}.0") for key, limit in plan.items()
    }
    aws.world.clock.set(datetime(2026, 11, 1, tzinfo=UTC))
    assert describe(budgets)["BudgetLimit"] == dollars("101.0")


def test_the_last_limit_of_a_plan_stays(aws: EmbeddedAws, budgets: Any) -> None:
    plan = a_plan(2026, 10, ["1", "2", "3", "4"], step=3)
    create(budgets, a_budget(TimeUnit="QUARTERLY", BudgetLimit=None, PlannedBudgetLimits=plan))
    aws.world.clock.set(datetime(2028, 1, 1, tzinfo=UTC))
    assert describe(budgets)["BudgetLimit"] == dollars("4.0")


def test_a_plan_names_fewer_periods_if_the_budget_ends_sooner(budgets: Any) -> None:
    period = {"End": datetime(2026, 12, 15, tzinfo=UTC)}
    plan = a_plan(2026, 10, ["1", "2", "3"])
    create(budgets, a_budget(BudgetLimit=None, PlannedBudgetLimits=plan, TimePeriod=period))
    assert describe(budgets)["BudgetLimit"] == dollars("1.0")


def test_a_plan_begins_with_a_budget_that_begins_later(budgets: Any) -> None:
    period = {"Start": datetime(2027, 1, 1, tzinfo=UTC)}
    plan = a_plan(2027, 1, [str(index) for index in range(1, 13)])
    budget = create(budgets, a_budget(BudgetLimit=None, PlannedBudgetLimits=plan, TimePeriod=period))
    assert budget["BudgetLimit"] == dollars("1.0")


@pytest.mark.parametrize(
    "plan",
    [
        a_plan(2026, 10, ["1"] * 11),
        a_plan(2026, 10, ["1"] * 13),
        a_plan(2026, 9, ["1"] * 12),
        {"2026-10-01": dollars("1")},
    ],
)
def test_a_plan_names_exactly_the_periods_to_come(budgets: Any, plan: dict[str, Any]) -> None:
    reason = refused_budget(budgets, a_budget(BudgetLimit=None, PlannedBudgetLimits=plan))
    assert reason.startswith(
        "planned budget limits should be given for 12 periods, keyed by the epoch seconds"
    )


@pytest.mark.parametrize("time_unit", ["DAILY", "ANNUALLY"])
def test_only_months_and_quarters_are_planned(budgets: Any, time_unit: str) -> None:
    budget = a_budget(TimeUnit=time_unit, BudgetLimit=None, PlannedBudgetLimits=a_plan(2026, 10, ["1"]))
    assert refused_budget(budgets, budget) == (
        f"planned budget limits are supported for [MONTHLY, QUARTERLY] budgets, not {time_unit}"
    )


def test_a_plan_is_in_dollars_too(budgets: Any) -> None:
    plan = {key: {"Amount": "1", "Unit": "GBP"} for key in a_plan(2026, 10, ["1"] * 12)}
    reason = refused_budget(budgets, a_budget(BudgetLimit=None, PlannedBudgetLimits=plan))
    assert reason == "GBP is not in the supported unit set: [USD]"


def test_an_adjusting_limit_is_the_mean_of_the_last_periods(aws: EmbeddedAws, budgets: Any) -> None:
    for month, amount in ((6, "999"), (7, "100"), (8, "200"), (9, "301")):
        spend_on(aws, date(2026, month, 15), amount)
    budget = create(budgets, a_budget(BudgetLimit=None, AutoAdjustData=HISTORICAL))
    assert Decimal(budget["BudgetLimit"]["Amount"]) == Decimal("200.333")
    assert budget["AutoAdjustData"] == {
        "AutoAdjustType": "HISTORICAL",
        "HistoricalOptions": {"BudgetAdjustmentPeriod": 3, "LookBackAvailablePeriods": 3},
        "LastAutoAdjustTime": NOON,
    }


def test_periods_before_the_first_cost_are_not_averaged(aws: EmbeddedAws, budgets: Any) -> None:
    spend_on(aws, date(2026, 8, 15), "100")
    budget = create(budgets, a_budget(BudgetLimit=None, AutoAdjustData=HISTORICAL))
    assert budget["BudgetLimit"] == dollars("50.0")
    assert budget["AutoAdjustData"]["HistoricalOptions"]["LookBackAvailablePeriods"] == 2


def test_an_adjusting_limit_adjusts_at_the_start_of_a_period_only(aws: EmbeddedAws, budgets: Any) -> None:
    spend_on(aws, date(2026, 9, 15), "300")
    create(budgets, a_budget(BudgetLimit=None, AutoAdjustData=HISTORICAL))
    spend_on(aws, date(2026, 10, 21), "100")
    aws.world.clock.set(datetime(2026, 10, 31, 23, tzinfo=UTC))
    assert describe(budgets)["BudgetLimit"] == dollars("300.0")
    aws.world.clock.advance(timedelta(hours=1))
    budget = describe(budgets)
    assert budget["BudgetLimit"] == dollars("200.0")
    assert budget["AutoAdjustData"]["LastAutoAdjustTime"] == datetime(2026, 11, 1, tzinfo=UTC)


def test_an_adjusting_budget_without_history_has_no_limit_yet(budgets: Any) -> None:
    budget = create(budgets, a_budget(BudgetLimit=None, AutoAdjustData=HISTORICAL))
    assert "BudgetLimit" not in budget
    assert budget["AutoAdjustData"] == HISTORICAL


def test_a_limit_may_follow_the_forecast(aws: EmbeddedAws, budgets: Any) -> None:
    for days in range(60):
        spend_on(aws, date(2026, 10, 20) - timedelta(days), "10")
    budget = create(budgets, a_budget(BudgetLimit=None, AutoAdjustData={"AutoAdjustType": "FORECAST"}))
    assert budget["BudgetLimit"] == budget["CalculatedSpend"]["ForecastedSpend"] == dollars("310.0")


@pytest.mark.parametrize(
    ("time_unit", "data", "reason"),
    [
        (
            "MONTHLY",
            {"AutoAdjustType": "HISTORICAL"},
            "historical options are required for auto adjust type HISTORICAL",
        ),
        (
            "MONTHLY",
            {"AutoAdjustType": "FORECAST", "HistoricalOptions": {"BudgetAdjustmentPeriod": 3}},
            "historical options are not supported for auto adjust type FORECAST",
        ),
        (
            "MONTHLY",
            {**HISTORICAL, "LastAutoAdjustTime": NOON},
            "LastAutoAdjustTime is calculated and cannot be set",
        ),
        (
            "MONTHLY",
            {
                "AutoAdjustType": "HISTORICAL",
                "HistoricalOptions": {"BudgetAdjustmentPeriod": 3, "LookBackAvailablePeriods": 3},
            },
            "LookBackAvailablePeriods is calculated and cannot be set",
        ),
        *(
            (
                time_unit,
                {
                    "AutoAdjustType": "HISTORICAL",
                    "HistoricalOptions": {"BudgetAdjustmentPeriod": longest + 1},
                },
                f"the budget adjustment period of {time_unit} budgets is at most {longest}",
            )
            for time_unit, longest in (("MONTHLY", 12), ("QUARTERLY", 4), ("ANNUALLY", 1))
        ),
    ],
)
def test_an_adjustment_that_cannot_be_is_refused(
    budgets: Any, time_unit: str, data: dict[str, Any], reason: str
) -> None:
    budget = a_budget(TimeUnit=time_unit, BudgetLimit=None, AutoAdjustData=data)
    assert refused_budget(budgets, budget) == reason


def test_a_custom_budget_does_not_adjust(budgets: Any) -> None:
    period = {"Start": NOON, "End": NOON + timedelta(9)}
    budget = a_budget(TimeUnit="CUSTOM", TimePeriod=period, BudgetLimit=None, AutoAdjustData=HISTORICAL)
    assert refused_budget(budgets, budget) == "auto adjust data is not supported for CUSTOM budgets"


def test_what_describe_gives_back_of_a_plan_is_refused_as_it_is(budgets: Any) -> None:
    plan = a_plan(2026, 10, ["1"] * 12)
    described = create(budgets, a_budget(BudgetLimit=None, PlannedBudgetLimits=plan))
    for member in ("CalculatedSpend", "LastUpdatedTime", "HealthStatus"):
        described.pop(member)
    with pytest.raises(budgets.exceptions.InvalidParameterException):
        budgets.update_budget(AccountId=ACCOUNT, NewBudget=described)
    described.pop("BudgetLimit")
    budgets.update_budget(AccountId=ACCOUNT, NewBudget=described)
