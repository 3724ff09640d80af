"""AWS Budgets: DescribeBudgetPerformanceHistory."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from local.server import EmbeddedAws
from tests.contracts.local.budget_requests import (
    EC2,
    a_budget,
    an_ri_budget,
    create,
    dollars,
    refusal,
    spend_on,
)
from tests.contracts.local.worlds import ACCOUNT


def history_of(client: Any, **request: Any) -> dict[str, Any]:
    answer = client.describe_budget_performance_history(AccountId=ACCOUNT, BudgetName="monthly", **request)
    history: dict[str, Any] = answer["BudgetPerformanceHistory"]
    return history


def entries_of(client: Any, **request: Any) -> list[tuple[date, str | None, str | None]]:
    """Per period its first day, the budgeted and the actual amount."""
    return [
        (
            entry["TimePeriod"]["Start"].date(),
            entry.get("BudgetedAmount", {}).get("Amount"),
            entry.get("ActualAmount", {}).get("Amount"),
        )
        for entry in history_of(client, **request)["BudgetedAndActualAmountsList"]
    ]


def first_of(year: int, month: int) -> datetime:
    return datetime(year, month, 1, tzinfo=UTC)


def test_a_history_says_which_budget_it_is_of(aws: EmbeddedAws, budgets: Any) -> None:
    budget = create(budgets, a_budget(CostFilters={"Service": [EC2]}))
    history = history_of(budgets)
    assert history.pop("BudgetedAndActualAmountsList") == [
        {
            "TimePeriod": {"Start": first_of(2026, 10), "End": first_of(2026, 11)},
            "BudgetedAmount": dollars("100.0"),
            "ActualAmount": dollars("0.0"),
        }
    ]
    members = ("BudgetName", "BudgetType", "TimeUnit", "CostFilters", "CostTypes")
    assert history == {name: budget[name] for name in members}


@pytest.mark.parametrize(
    ("time_unit", "first", "count"),
    [
        ("DAILY", date(2026, 8, 22), 60),
        ("MONTHLY", date(2025, 10, 1), 13),
        ("QUARTERLY", date(2026, 1, 1), 4),
    ],
)
def test_a_history_is_as_deep_as_aws_keeps_it(
    aws: EmbeddedAws, budgets: Any, time_unit: str, first: date, count: int
) -> None:
    spend_on(aws, date(2020, 1, 1), "1")
    create(budgets, a_budget(TimeUnit=time_unit))
    starts = [start for start, _, _ in entries_of(budgets)]
    assert (starts[0], len(starts), starts) == (first, count, sorted(starts))


def test_a_history_begins_with_the_first_costs(aws: EmbeddedAws, budgets: Any) -> None:
    spend_on(aws, date(2026, 8, 31), "8")
    spend_on(aws, date(2026, 10, 20), "10")
    create(budgets)
    assert entries_of(budgets) == [
        (date(2026, 8, 1), "100.0", "8.0"),
        (date(2026, 9, 1), "100.0", "0.0"),
        (date(2026, 10, 1), "100.0", "10.0"),
    ]


def test_costs_of_days_to_come_are_not_history_yet(aws: EmbeddedAws, budgets: Any) -> None:
    spend_on(aws, date(2026, 10, 21), "10")
    create(budgets)
    assert entries_of(budgets) == [(date(2026, 10, 1), "100.0", "0.0")]


@pytest.mark.parametrize("time_unit", ["ANNUALLY", "CUSTOM"])
def test_some_budgets_have_no_history(budgets: Any, time_unit: str) -> None:
    period = {"Start": first_of(2026, 1), "End": first_of(2027, 1)}
    create(budgets, a_budget(TimeUnit=time_unit, TimePeriod=period))
    code, text = refusal(budgets.describe_budget_performance_history, AccountId=ACCOUNT, BudgetName="monthly")
    assert code == "InvalidParameterException"
    assert text == f"Budget history isn't available for {time_unit} budgets."


def test_a_part_of_the_history_can_be_asked_for(aws: EmbeddedAws, budgets: Any) -> None:
    spend_on(aws, date(2020, 1, 1), "1")
    create(budgets)
    asked = {"Start": datetime(2026, 6, 15, tzinfo=UTC), "End": first_of(2026, 9)}
    starts = [start for start, _, _ in entries_of(budgets, TimePeriod=asked)]
    assert starts == [date(2026, 6, 1), date(2026, 7, 1), date(2026, 8, 1)]
    from_september = [start for start, _, _ in entries_of(budgets, TimePeriod={"Start": first_of(2026, 9)})]
    assert from_september == [date(2026, 9, 1), date(2026, 10, 1)]


def test_a_part_that_ends_before_it_starts_is_refused(budgets: Any) -> None:
    create(budgets)
    asked = {"Start": first_of(2026, 9), "End": first_of(2026, 9)}
    code, _ = refusal(
        budgets.describe_budget_performance_history,
        AccountId=ACCOUNT,
        BudgetName="monthly",
        TimePeriod=asked,
    )
    assert code == "InvalidParameterException"


def test_each_period_keeps_the_limit_it_ended_with(aws: EmbeddedAws, budgets: Any) -> None:
    spend_on(aws, date(2026, 9, 15), "1")
    create(budgets)
    aws.world.clock.set(first_of(2026, 11))
    budgets.update_budget(AccountId=ACCOUNT, NewBudget=a_budget(BudgetLimit=dollars("250")))
    limits = {start: limit for start, limit, _ in entries_of(budgets)}
    assert limits[date(2026, 10, 1)] == "100.0"
    assert limits[date(2026, 11, 1)] == "250.0"


def test_planned_periods_have_their_own_limits(aws: EmbeddedAws, budgets: Any) -> None:
    spend_on(aws, date(2026, 9, 15), "1")
    months = [(2026, 10), (2026, 11), (2026, 12), *((2027, month) for month in range(1, 10))]
    plan = {
        str(int(first_of(*month).timestamp())): dollars(str(10 + index)) for index, month in enumerate(months)
    }
    create(budgets, a_budget(BudgetLimit=None, PlannedBudgetLimits=plan))
    aws.world.clock.set(first_of(2026, 12) + timedelta(days=3))
    limits = [limit for _, limit, _ in entries_of(budgets)]
    assert limits == ["10.0", "10.0", "11.0", "12.0"]


def test_adjusting_limits_are_those_of_their_time(aws: EmbeddedAws, budgets: Any) -> None:
    for month, amount in ((7, "100"), (8, "200"), (9, "600")):
        spend_on(aws, date(2026, month, 15), amount)
    adjust = {"AutoAdjustType": "HISTORICAL", "HistoricalOptions": {"BudgetAdjustmentPeriod": 2}}
    create(budgets, a_budget(BudgetLimit=None, AutoAdjustData=adjust))
    assert entries_of(budgets) == [
        (date(2026, 7, 1), None, "100.0"),
        (date(2026, 8, 1), "100.0", "200.0"),
        (date(2026, 9, 1), "150.0", "600.0"),
        (date(2026, 10, 1), "400.0", "0.0"),
    ]


def test_a_period_without_commitments_has_no_actual_amount(aws: EmbeddedAws, budgets: Any) -> None:
    create(budgets, an_ri_budget("monthly"))
    assert entries_of(budgets) == [(date(2026, 10, 1), "100.0", None)]
