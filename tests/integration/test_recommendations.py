"""Recommendations and performance through the whole pipeline, on the embedded AWS's company."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from local.scenarios.company_people import PRODUCTION, SANDBOX
from tests.embedded import begin, clients
from tests.pipeline import Pipeline, pipeline
from tools.aws.cost_explorer import AwsCostExplorer
from tools.domain.budget_types import BudgetTypeName
from tools.domain.periods import whole_months_before

EC2 = "Amazon Elastic Compute Cloud - Compute"
ALL_TYPES = [each.value for each in BudgetTypeName]


@pytest.fixture
def through() -> Iterator[Pipeline]:
    with pipeline() as found:
        yield found


def data_of(reply: dict[str, Any]) -> dict[str, Any]:
    assert reply["status"] == "success", reply["data"]
    return dict(reply["data"])


@pytest.mark.parametrize("email", [{}, {"notification_email": "finops@example.com"}])
@pytest.mark.parametrize(
    "grouping",
    [
        {"budget_types": ALL_TYPES},
        {"group_by": "LINKED_ACCOUNT"},
        {"group_by": "TAG", "group_key": "team"},
        {"group_by": "COST_CATEGORY", "group_key": "CostCenter"},
        {"group_by": "TOTAL"},
        {"group_by": "LINKED_ACCOUNT", "budget_types": ["USAGE"]},
        {"group_by": "TAG", "group_key": "team", "budget_types": ["USAGE"]},
        {"group_by": "COST_CATEGORY", "group_key": "CostCenter", "budget_types": ["USAGE"]},
    ],
    ids=lambda each: f"{each.get('group_by', 'SERVICE')} {' '.join(each.get('budget_types', [])[:1])}",
)
def test_aws_takes_every_recommended_budget(grouping: dict[str, Any], email: dict[str, str]) -> None:
    with pipeline() as through:
        recommendations = data_of(through.act("recommend_budgets", **grouping, **email))["recommendations"]
        assert recommendations
        for each in recommendations:
            assert data_of(through.send(each["create_budget"]))["created"]
        again = data_of(through.act("recommend_budgets", **grouping))["recommendations"]
    if email:
        verdicts = {each["existing_budget"]["verdict"] for each in again}
        assert verdicts == {"FITS"}


def test_the_companys_stories_are_recognised(through: Pipeline) -> None:
    found = data_of(through.act("recommend_budgets"))
    by_service = {each["filter"]["service_filter"]: each for each in found["recommendations"]}
    assert by_service["Amazon Bedrock"]["is_starting_limit"]
    assert by_service["Amazon Bedrock"]["method"] == "first_days"
    assert by_service["Amazon ElastiCache"]["existing_budget"]["verdict"] == "TOO_LOW"
    spike = float(by_service["Amazon SageMaker"]["limit"]["amount"])
    assert spike < 4000
    assert [each["scope"] for each in found["skipped"]] == ["Service Amazon Redshift"]
    assert found["cost_explorer"]["pages"] == 2, "one for all services, one for Bedrock's days"
    assert found["incomplete"] == []


def test_commitments_can_be_narrowed_to_an_account() -> None:
    today = begin("company").world.clock.now().date()
    first, *_, last = whole_months_before(today, 4)
    explorer = AwsCostExplorer(clients().cost_explorer)

    def months(account_id: str | None) -> int:
        found = explorer.commitment_percentages(
            BudgetTypeName.RI_UTILIZATION, (first, last), service=EC2, account_id=account_id
        )
        return len(found.months)

    assert (months(None), months(PRODUCTION), months(SANDBOX)) == (3, 3, 0)


def test_every_budget_of_the_company_has_a_performance(through: Pipeline) -> None:
    for budget in data_of(through.act("analyze_budgets"))["budgets"]:
        found = data_of(through.act("get_budget_performance", budget_name=budget["name"]))
        assert found["incomplete"] == []
        assert found["summary"]["periods"] > 0
        assert found["periods"][-1]["is_current"]
        assert found["periods"][-1]["actual_spend"] == budget["actual_spend"]


@pytest.mark.parametrize(
    ("kind", "code"),
    [("throttle", "THROTTLED"), ("access-denied", "ACCESS_DENIED"), ("server-error", "AWS_UNAVAILABLE")],
)
def test_costs_that_cannot_be_read_are_an_error_and_not_an_empty_account(kind: str, code: str) -> None:
    with pipeline(AWS_ATTEMPTS="1") as through:
        through.fault("ce", "GetCostAndUsage", kind)
        reply = through.act("recommend_budgets")
    assert (reply["status"], reply["data"]["error"]["code"]) == ("error", code)


@pytest.mark.parametrize("kind", ["throttle", "access-denied"])
def test_a_history_that_cannot_be_read_is_said(kind: str) -> None:
    with pipeline(AWS_ATTEMPTS="1") as through:
        through.fault("budgets", "DescribeBudgetPerformanceHistory", kind)
        found = data_of(through.act("get_budget_performance", budget_name="cloudfront-monthly"))
    assert [each["part"] for each in found["incomplete"]] == ["history"]
    assert found["summary"]["periods"] == 0
    assert "could not be read" in found["summary"]["sentence"]
