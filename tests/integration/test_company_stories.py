"""The synthetic company's stories, each found by the agent and told in words with the ledger's own figures."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from local.ledger import figures
from local.scenarios.catalogue import SCENARIOS
from local.scenarios.scenario import Scenario
from tests.builders import ACCOUNT, NOW
from tests.pipeline import Pipeline, pipeline
from tools.domain.periods import add_months

EC2 = "Amazon Elastic Compute Cloud - Compute"
LAKE = {"Service": ["Amazon Simple Storage Service"], "LinkedAccount": ["210000000003"]}
TODAY = NOW.date()
THIS_MONTH = TODAY.replace(day=1)


@pytest.fixture(scope="module")
def company() -> Scenario:
    return SCENARIOS["company"](TODAY)


@pytest.fixture
def through() -> Iterator[Pipeline]:
    with pipeline() as found:
        yield found


def spent(company: Scenario, first: date, end: date, **filters: list[str]) -> Decimal:
    budget = {"BudgetType": "COST", "CostFilters": filters}
    amount = figures.actual(company.ledger, budget, first, end, account_id=ACCOUNT)
    assert amount is not None
    return amount


def month(company: Scenario, back: int, **filters: list[str]) -> Decimal:
    first = add_months(THIS_MONTH, -back)
    return spent(company, first, add_months(first, 1), **filters)


def usd(amount: Decimal) -> str:
    return f"${amount.quantize(Decimal('0.01')):,}"


def called(back: int) -> str:
    return f"{add_months(THIS_MONTH, -back):%Y-%m}"


def middle(amounts: list[Decimal]) -> Decimal:
    ordered = sorted(amounts)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def data_of(reply: dict[str, Any]) -> dict[str, Any]:
    assert reply["status"] == "success", reply["data"]
    return dict(reply["data"])


def recommended(through: Pipeline, service: str) -> dict[str, Any]:
    found = data_of(through.act("recommend_budgets"))["recommendations"]
    return next(dict(each) for each in found if each["filter"]["service_filter"] in (service, [service]))


def test_growth_is_told_with_its_rate_and_both_ends(through: Pipeline, company: Scenario) -> None:
    data_of(
        through.act(
            "create_budget",
            budget_name="data-lake",
            budget_type="COST",
            amount=9000,
            service_filter=LAKE["Service"],
            linked_accounts=LAKE["LinkedAccount"],
        )
    )
    story = data_of(through.act("get_budget_performance", budget_name="data-lake", explain=False))["story"]
    rate = Decimal(story.split("grows by ")[1].split(" %")[0])
    assert Decimal("3.5") < rate < Decimal("4.5")
    assert (
        f"from {usd(month(company, 12, **LAKE))} in {called(12)} to {usd(month(company, 1, **LAKE))}" in story
    )
    assert "It grows by" in recommended(through, "Amazon Simple Storage Service")["story"]


def test_a_step_is_told_and_explained_by_the_cluster_that_came(through: Pipeline, company: Scenario) -> None:
    cache = {"Service": ["Amazon ElastiCache"]}
    before = middle([month(company, back, **cache) for back in range(12, 5, -1)])
    since = middle([month(company, back, **cache) for back in range(5, 0, -1)])
    more = usd(since - before)
    told = f"It stepped up in {called(5)}: {usd(before)} a month before, {usd(since)} since, {more} more."
    performance = data_of(through.act("get_budget_performance", budget_name="elasticache-monthly"))
    assert performance["story"] == told
    days = TODAY - THIS_MONTH
    last = add_months(THIS_MONTH, -6)
    now, then = spent(company, THIS_MONTH, TODAY, **cache), spent(company, last, last + days, **cache)
    sentence = performance["explanation"]["sentence"]
    assert f"{usd(now)} from {THIS_MONTH} to {TODAY - timedelta(days=1)}, {usd(now - then)}" in sentence
    assert f"more than the {usd(then)} from {last}" in sentence
    assert f"NodeUsage:cache.r6g.large +{usd(now - then)} (by volume +{usd(now - then)}" in sentence
    assert performance["cost_explorer"]["pages"] <= 2
    lint = data_of(through.act("analyze_budgets"))["lint"]["findings"]
    cheapest = min(month(company, back, **cache) for back in range(12, 0, -1))
    [finding] = [each for each in lint if each["code"] == "ALWAYS_FIRES"]
    assert finding["budget"] == "elasticache-monthly"
    assert f"the cheapest of 12 whole ones was {usd(cheapest)}" in finding["sentence"]
    crossing = data_of(through.act("monitor_budgets"))["crossings"][0]
    assert (crossing["budget"], crossing["severity"]) == ("elasticache-monthly", "CRITICAL")


def test_a_spike_is_told_with_what_it_was_over_the_usual(through: Pipeline, company: Scenario) -> None:
    training = {"Service": ["Amazon SageMaker"]}
    amounts = [month(company, back, **training) for back in range(12, 0, -1)]
    spike = max(amounts)
    usual = middle([each for each in amounts if each != spike])
    assert recommended(through, "Amazon SageMaker")["story"] == (
        f"It spiked once: {usd(spike)} in {called(3)}, {usd(spike - usual)} over the usual {usd(usual)}."
    )


def test_an_end_is_told_and_gets_no_budget(through: Pipeline, company: Scenario) -> None:
    warehouse = {"Service": ["Amazon Redshift"]}
    usual = usd(middle([month(company, back, **warehouse) for back in range(12, 4, -1)]))
    [skipped] = data_of(through.act("recommend_budgets"))["skipped"]
    assert skipped["scope"] == "Service Amazon Redshift"
    assert skipped["reason"].startswith(f"it ended: {usual} a month until {called(5)}")
    data_of(
        through.act(
            "create_budget",
            budget_name="warehouse",
            budget_type="COST",
            amount=3000,
            service_filter=warehouse["Service"],
        )
    )
    story = data_of(through.act("get_budget_performance", budget_name="warehouse", explain=False))["story"]
    assert story == (f"It ended: {usual} a month until {called(5)}, and nothing in the 4 months since.")


def test_credits_that_ended_are_what_drove_the_month_after(through: Pipeline, company: Scenario) -> None:
    def credits_of(back: int) -> Decimal:
        first = add_months(THIS_MONTH, -back)
        budget = {"BudgetType": "COST", "CostFilters": {"Service": [EC2]}}
        without = {**budget, "CostTypes": {"IncludeCredit": False}}
        net, gross = (
            figures.actual(company.ledger, each, first, add_months(first, 1), account_id=ACCOUNT)
            for each in (budget, without)
        )
        assert net is not None
        assert gross is not None
        return gross - net

    assert credits_of(3) == 0
    performance = data_of(
        through.act(
            "get_budget_performance",
            budget_name="ec2-compute-planned",
            explain_period=str(add_months(THIS_MONTH, -3)),
            compare_with=str(add_months(THIS_MONTH, -4)),
        )
    )
    assert performance["story"].startswith(f"It stepped up in {called(3)}: ")
    explanation = performance["explanation"]
    gone = usd(credits_of(4))
    assert f"NoUsageType +{gone} (a credit or refund of {gone} is gone)" in explanation["sentence"]
    assert Decimal(explanation["now"]["amount"]) == round(month(company, 3, Service=[EC2]), 2)
    changes = sum(Decimal(each["change"]["amount"]) for each in explanation["drivers"])
    assert changes + Decimal(explanation["rest"]["amount"]) == Decimal(explanation["change"]["amount"])


def test_an_idle_reservation_is_told_with_what_is_paid_and_unused(
    through: Pipeline, company: Scenario
) -> None:
    budget = {"BudgetType": "RI_UTILIZATION", "CostFilters": {"Service": [EC2]}}

    def used(first: date, end: date) -> Decimal:
        percent = figures.actual(company.ledger, budget, first, end, account_id=ACCOUNT)
        assert percent is not None
        return percent

    now = round(used(THIS_MONTH, TODAY + timedelta(days=1)), 1)
    past = [
        used(add_months(THIS_MONTH, -back), add_months(THIS_MONTH, 1 - back)) for back in range(12, 0, -1)
    ]
    mean = round(sum(past, Decimal(0)) / 12, 1)
    story = data_of(through.act("get_budget_performance", budget_name="ec2-reservation-utilization"))["story"]
    assert story.startswith(f"It fell to {now} % in {called(0)} from {mean} % in the 12 months before: ")
    assert story.endswith(f"{100 - now} % of the commitment is paid for and unused.")
    crossings = data_of(through.act("monitor_budgets"))["crossings"]
    [crossing] = [each for each in crossings if each["budget"] == "ec2-reservation-utilization"]
    assert crossing["next_step"].startswith(f"{100 - now} % of the commitment is paid for and unused")
    insights = data_of(through.act("analyze_budgets"))["insights"]
    breached = next(each for each in insights if each["code"] == "BREACHED")
    assert f"{now} % of at least 80.0 %, {80 - now} points short" in breached["sentence"]


def test_a_dead_filter_is_told_with_the_service_that_was_meant(through: Pipeline, company: Scenario) -> None:
    spent_since = sum(month(company, back, Service=[EC2]) for back in range(6, 0, -1))
    spent_since += spent(company, THIS_MONTH, TODAY + timedelta(days=1), Service=[EC2])
    found = data_of(through.act("analyze_budgets", check_filters=True))
    [finding] = [each for each in found["lint"]["findings"] if each["code"] == "UNKNOWN_FILTER_VALUE"]
    assert finding["budget"] == "ec2-instances"
    assert f"the nearest that has is '{EC2}' with {usd(spent_since)}" in finding["sentence"]
    data_of(through.act("update_budget", budget_name="ec2-instances", service_filter=[EC2]))
    again = data_of(through.act("analyze_budgets", check_filters=True))["lint"]["findings"]
    assert "UNKNOWN_FILTER_VALUE" not in [each["code"] for each in again]
