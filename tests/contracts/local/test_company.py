"""The synthetic company: its stories can be seen in the figures, on any day between the 10th and the 28th."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from local.ledger.figures import actual, forecasted
from local.ledger.ledger import MANAGEMENT_ACCOUNT
from local.scenarios.catalogue import SCENARIOS
from local.scenarios.flow import month_start
from local.scenarios.scenario import Scenario

TODAY = date(2026, 10, 20)
DAYS = [
    date(2026, 10, 10),
    TODAY,
    date(2026, 12, 28),
    date(2027, 2, 14),
    date(2028, 1, 27),
    date(2027, 7, 11),
]


@pytest.fixture(scope="module")
def company() -> Scenario:
    return SCENARIOS["company"](TODAY)


def month(company: Scenario, back: int, **budget: Any) -> Decimal:
    start, end = month_start(TODAY, -back), month_start(TODAY, 1 - back)
    spent = actual(
        company.ledger, {"BudgetType": "COST", **budget}, start, end, account_id=MANAGEMENT_ACCOUNT
    )
    assert spent is not None
    return spent


def of(service: str, **cost_types: bool) -> dict[str, Any]:
    return {"CostFilters": {"Service": [service]}, "CostTypes": cost_types}


def named(scenario: Scenario, name: str) -> dict[str, Any]:
    budgets: list[dict[str, Any]] = [request["Budget"] for request in scenario.budgets]
    return next(budget for budget in budgets if budget["BudgetName"] == name)


def this_month(
    scenario: Scenario, budget: dict[str, Any], today: date
) -> tuple[Decimal | None, Decimal | None]:
    """Actual and forecasted of the month that the day is in."""
    start, end = month_start(today), month_start(today, 1)
    ledger, tomorrow = scenario.ledger, today + timedelta(days=1)
    return (
        actual(ledger, budget, start, min(end, tomorrow), account_id=MANAGEMENT_ACCOUNT),
        forecasted(ledger, budget, start, end, today=today, account_id=MANAGEMENT_ACCOUNT),
    )


def test_there_are_twelve_budgets_over_all_six_types(company: Scenario) -> None:
    budgets = [request["Budget"] for request in company.budgets]
    assert len(budgets) == 12
    assert len({budget["BudgetName"] for budget in budgets}) == 12
    assert {budget["BudgetType"] for budget in budgets} == {
        "COST", "USAGE", "RI_UTILIZATION", "RI_COVERAGE", "SAVINGS_PLANS_UTILIZATION",
        "SAVINGS_PLANS_COVERAGE",
    }  # fmt: skip
    assert {budget["TimeUnit"] for budget in budgets} == {"DAILY", "MONTHLY", "QUARTERLY"}
    assert [
        r["Budget"]["BudgetName"] for r in company.budgets if "NotificationsWithSubscribers" not in r
    ] == ["ec2-instances"]


def test_every_service_name_and_account_is_one_the_ledger_knows(company: Scenario) -> None:
    accounts = {account.id for account in company.accounts}
    assert len(accounts) == 5
    assert {line.account for line in company.ledger.costs} == accounts
    assert len({line.service for line in company.ledger.costs if line.record_type == "Usage"}) >= 14
    assert len({line.region for line in company.ledger.costs} - {None}) == 3


def test_a_month_costs_between_forty_and_sixty_thousand(company: Scenario) -> None:
    assert all(40_000 < month(company, back) * 30 / 28 < 60_000 for back in range(27))


def test_there_are_twenty_six_months_behind_and_a_year_ahead(company: Scenario) -> None:
    assert company.ledger.first_day == date(2024, 8, 1)
    assert company.ledger.last_day is not None
    assert company.ledger.last_day >= TODAY + timedelta(days=365)


def test_the_data_lake_grows_by_four_percent_a_month(company: Scenario) -> None:
    lake = {"CostFilters": {"Service": ["Amazon Simple Storage Service"], "LinkedAccount": ["210000000003"]}}
    assert Decimal("1.4") < month(company, 2, **lake) / month(company, 14, **lake) < Decimal("1.8")


def test_elasticache_stepped_up_five_months_ago(company: Scenario) -> None:
    cache = of("Amazon ElastiCache")
    assert month(company, 5, **cache) > 2 * month(company, 6, **cache)


def test_sagemaker_had_one_spike_three_months_ago(company: Scenario) -> None:
    training = of("Amazon SageMaker")
    assert month(company, 3, **training) > 2 * month(company, 4, **training)
    assert month(company, 2, **training) < month(company, 4, **training) * Decimal("1.1")


def test_redshift_ended_four_months_ago_and_bedrock_began_two_months_ago(company: Scenario) -> None:
    redshift, bedrock = of("Amazon Redshift"), of("Amazon Bedrock")
    assert month(company, 5, **redshift) > 2000
    assert month(company, 4, **redshift) == 0
    assert month(company, 3, **bedrock) == 0
    assert month(company, 2, **bedrock) > 1000


def test_credits_ran_out_three_months_ago(company: Scenario) -> None:
    def credits_of(back: int) -> Decimal:
        gross = month(company, back, CostTypes={"IncludeCredit": False})
        return month(company, back) - gross

    assert credits_of(4) < -3000
    assert credits_of(3) == 0


def test_there_is_one_refund_and_tax_and_support_each_month(company: Scenario) -> None:
    refunds = [
        month(company, back) - month(company, back, CostTypes={"IncludeRefund": False}) for back in range(26)
    ]
    assert [amount for amount in refunds if amount] == [-640]
    assert all(month(company, back, **of("Tax")) == 1350 for back in range(26))
    assert all(month(company, back, **of("AWS Support (Business)")) == 2900 for back in range(26))


def test_weekends_are_quieter_in_the_sandbox(company: Scenario) -> None:
    sandbox = {"BudgetType": "COST", "CostFilters": {"LinkedAccount": ["210000000004"]}}
    saturday = date(2026, 10, 17)
    on = [
        actual(company.ledger, sandbox, day, day + timedelta(days=1), account_id=MANAGEMENT_ACCOUNT)
        for day in (saturday - timedelta(days=1), saturday)
    ]
    assert on[0] is not None
    assert on[1] is not None
    assert on[1] < on[0] / 2


def test_reservations_fell_from_93_to_71_percent(company: Scenario) -> None:
    budget = named(company, "ec2-reservation-utilization")
    assert 92 < month(company, 1, **budget) < 94
    assert 70 < month(company, 0, **budget) < 72


def test_the_other_commitments_stand_where_the_story_has_them(company: Scenario) -> None:
    assert 63 < month(company, 0, **named(company, "rds-reservation-coverage")) < 65
    assert 96 < month(company, 0, **named(company, "savings-plans-utilization")) < 98
    assert 77 < month(company, 0, **named(company, "savings-plans-coverage")) < 79


def test_amortized_and_unblended_cost_agree_where_fees_are_paid_as_they_fall_due(company: Scenario) -> None:
    assert month(company, 1, CostTypes={"UseAmortized": True}) == month(company, 1)


@pytest.mark.parametrize("today", DAYS, ids=str)
def test_the_picture_is_the_same_on_any_day(today: date) -> None:
    company = SCENARIOS["company"](today)

    def figures(name: str) -> tuple[Decimal, Decimal, Decimal]:
        budget = named(company, name)
        spent, forecast = this_month(company, budget, today)
        assert spent is not None
        assert forecast is not None
        return Decimal(budget["BudgetLimit"]["Amount"]), spent, forecast

    limit, spent, forecast = figures("cloudfront-monthly")
    assert spent < limit < forecast
    limit, spent, forecast = figures("elasticache-monthly")
    assert spent > limit
    limit, spent, forecast = figures("ec2-running-hours")
    assert spent < forecast < limit
    auto = named(company, "platform-auto-adjusting")
    _, forecast_auto = this_month(company, auto, today)
    past = actual(
        company.ledger, auto, month_start(today, -6), month_start(today), account_id=MANAGEMENT_ACCOUNT
    )
    assert forecast_auto is not None
    assert past is not None
    assert forecast_auto < past / 6
    planned = named(company, "ec2-compute-planned")
    spent_now, forecast_now = this_month(company, planned, today)
    assert spent_now is not None
    assert forecast_now is not None
    limits = list(planned["PlannedBudgetLimits"].values())
    assert len(limits) == 12
    assert spent_now < forecast_now < Decimal(limits[0]["Amount"])
    spent_never, forecast_never = this_month(company, named(company, "ec2-instances"), today)
    assert spent_never == 0
    assert forecast_never is None
    utilization, _ = this_month(company, named(company, "ec2-reservation-utilization"), today)
    assert utilization is not None
    assert utilization < 80


def test_the_company_is_the_same_each_time_it_is_made(company: Scenario) -> None:
    again = SCENARIOS["company"](TODAY)
    assert again.budgets == company.budgets
    assert month(again, 3) == month(company, 3)


def test_the_forecast_of_a_month_is_near_what_the_month_will_cost(company: Scenario) -> None:
    forecast = this_month(company, {"BudgetType": "COST"}, TODAY)[1]
    assert forecast is not None
    assert abs(forecast - month(company, 0)) < month(company, 0) * Decimal("0.02")


def test_an_empty_account_has_spent_nothing() -> None:
    empty = SCENARIOS["empty"](TODAY)
    assert (empty.budgets, empty.ledger.first_day) == ([], None)
