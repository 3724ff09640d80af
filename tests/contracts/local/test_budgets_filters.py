"""AWS Budgets: which costs a budget counts."""

from datetime import date
from typing import Any

import pytest
from botocore.session import get_session

from local.budgets.rules.budget_types import BUDGET_TYPES
from local.server import EmbeddedAws
from tests.contracts.local.budget_requests import (
    EC2,
    a_budget,
    an_ri_budget,
    create,
    describe,
    dollars,
    refusal,
    refused_budget,
    spend_on,
)
from tests.contracts.local.worlds import ACCOUNT

COST_KEYS = (
    "PurchaseType, UsageTypeGroup, Service, Operation, UsageType, BillingEntity, CostCategory, LinkedAccount, "
    "TagKeyValue, LegalEntityName, InvoicingEntity, AZ, Region, InstanceType"
)
ON_EC2 = {"Dimensions": {"Key": "SERVICE", "Values": [EC2]}}
IN_OREGON = {"Dimensions": {"Key": "REGION", "Values": ["us-west-2"]}}
OF_TEAM = {"Tags": {"Key": "team", "Values": ["web"]}}


def _members(enumeration: str) -> list[str]:
    shape: Any = get_session().get_service_model("budgets").shape_for(enumeration)
    return list(shape.enum)


def with_expression(expression: Any, *metrics: str, **members: Any) -> dict[str, Any]:
    return a_budget(FilterExpression=expression, Metrics=list(metrics or ("UnblendedCost",)), **members)


@pytest.mark.parametrize("key", ["service", "SERVICE", "Tag", "Platform"])
def test_a_cost_budget_takes_only_its_filters(budgets: Any, key: str) -> None:
    reason = refused_budget(budgets, a_budget(CostFilters={key: ["x"]}))
    assert reason == f"{key} is not in the supported in cost budget dimension set: [{COST_KEYS}]"


@pytest.mark.parametrize("budget_type", list(BUDGET_TYPES))
def test_every_type_takes_its_filters_and_no_other(budgets: Any, budget_type: str) -> None:
    for key in BUDGET_TYPES[budget_type].filter_keys:
        limit = None if budget_type not in ("COST", "USAGE") else {"Amount": "1", "Unit": "USD"}
        needed = {"Service": [EC2]} if budget_type.startswith("RI") else {}
        filters = {key: ["x"], **needed}
        create(budgets, a_budget(key, BudgetType=budget_type, BudgetLimit=limit, CostFilters=filters))
        assert describe(budgets, key)["CostFilters"] == filters
    refused = refused_budget(
        budgets, a_budget("no", BudgetType=budget_type, BudgetLimit=limit, CostFilters={"Color": ["red"]})
    )
    assert refused.startswith("Color is not in the supported in ")


def test_a_filter_needs_values(budgets: Any) -> None:
    assert (
        refused_budget(budgets, a_budget(CostFilters={"Service": []})) == "the filter Service has no values"
    )


def test_costs_are_seen_through_the_filters(aws: EmbeddedAws, budgets: Any) -> None:
    spend_on(aws, date(2026, 10, 5), "1")
    spend_on(aws, date(2026, 10, 5), "20", region="us-west-2")
    spend_on(aws, date(2026, 10, 5), "300", service="Amazon Simple Storage Service", region="us-west-2")
    spend_on(aws, date(2026, 10, 5), "4000", record_type="Tax")
    filters = {"Service": [EC2], "Region": ["us-west-2", "eu-west-1"]}
    legacy = create(budgets, a_budget("legacy", CostFilters=filters))
    new = create(budgets, with_expression({"And": [ON_EC2, IN_OREGON]}, BudgetName="new"))
    untaxed = create(budgets, a_budget("untaxed", CostTypes={"IncludeTax": False}))
    amounts = [one["CalculatedSpend"]["ActualSpend"] for one in (legacy, new, untaxed)]
    assert amounts == [dollars("20.0"), dollars("20.0"), dollars("321.0")]


def test_a_filter_that_matches_nothing_is_accepted(aws: EmbeddedAws, budgets: Any) -> None:
    spend_on(aws, date(2026, 10, 5), "1", tags=(("team", "web"),))
    budget = create(budgets, a_budget(CostFilters={"TagKeyValue": ["team$web"]}))
    assert budget["CalculatedSpend"]["ActualSpend"] == dollars("0.0")
    right = create(budgets, a_budget("right", CostFilters={"TagKeyValue": ["user:team$web"]}))
    assert right["CalculatedSpend"]["ActualSpend"] == dollars("1.0")


@pytest.mark.parametrize(
    "members",
    [
        {"CostFilters": {"Service": [EC2]}, "Metrics": ["UnblendedCost"]},
        {"CostTypes": {"IncludeTax": False}, "Metrics": ["UnblendedCost"]},
        {"CostFilters": {"Service": [EC2]}, "FilterExpression": ON_EC2},
        {"CostTypes": {"IncludeTax": False}, "FilterExpression": ON_EC2},
    ],
)
def test_old_and_new_filters_exclude_each_other(budgets: Any, members: dict[str, Any]) -> None:
    reason = refused_budget(budgets, a_budget(**members))
    assert reason.startswith(
        "please provide either FilterExpression and Metrics or CostFilters and CostTypes"
    )


def test_an_expression_is_shown_to_who_asks_for_it(budgets: Any) -> None:
    shy = create(budgets, with_expression(ON_EC2))
    assert "FilterExpression" not in shy
    assert not {"CostFilters", "CostTypes"} & shy.keys()
    assert shy["Metrics"] == ["UnblendedCost"]
    assert describe(budgets, ShowFilterExpression=True)["FilterExpression"] == ON_EC2
    listed = budgets.describe_budgets(AccountId=ACCOUNT, ShowFilterExpression=True)["Budgets"]
    assert listed[0]["FilterExpression"] == ON_EC2
    assert "FilterExpression" not in budgets.describe_budgets(AccountId=ACCOUNT)["Budgets"][0]


def test_an_expression_without_metrics_breaks_the_budget_silently(aws: EmbeddedAws, budgets: Any) -> None:
    spend_on(aws, date(2026, 10, 5), "1")
    budget = create(budgets, a_budget(FilterExpression=ON_EC2))
    assert budget["HealthStatus"]["Status"] == "UNHEALTHY"
    assert budget["HealthStatus"]["StatusReason"] == "FILTER_INVALID"
    assert budget["CalculatedSpend"] == {"ActualSpend": dollars("0.0")}


@pytest.mark.parametrize(
    "expression",
    [
        ON_EC2,
        OF_TEAM,
        {"CostCategories": {"Key": "Project", "Values": ["a"]}},
        {"Not": ON_EC2},
        {"And": [ON_EC2, {"Not": IN_OREGON}, {"Or": [OF_TEAM, ON_EC2]}]},
        {"Tags": {"Key": "team", "Values": ["w"], "MatchOptions": ["STARTS_WITH"]}},
    ],
)
def test_an_expression_may_be(budgets: Any, expression: dict[str, Any]) -> None:
    create(budgets, with_expression(expression))
    assert describe(budgets, ShowFilterExpression=True)["FilterExpression"] == expression


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ({**ON_EC2, "Not": OF_TEAM}, "Expression has more than one roots. Only one root operator is allowed"),
        ({}, "Expression has no root"),
        ({"And": [ON_EC2, {}]}, "Expression has no root"),
        ({"And": [ON_EC2]}, "And needs at least 2 operands"),
        ({"Or": [ON_EC2]}, "Or needs at least 2 operands"),
        ({"And": [ON_EC2, {"Or": [ON_EC2, {"Not": OF_TEAM}]}]}, "Expression is nested too deeply"),
        ({"Tags": {"Key": "team", "MatchOptions": ["ABSENT"]}}, 'Missing required parameter : "Values"'),
        ({"CostCategories": {"Key": "Project"}}, 'Missing required parameter : "Values"'),
        ({"Tags": {"Values": ["web"]}}, 'Missing required parameter : "Key"'),
        (
            {"Tags": {"Key": "team", "Values": ["web"], "MatchOptions": ["ABSENT"]}},
            "Values cannot be given with the match option ABSENT",
        ),
        (
            {"Tags": {"Key": "team", "Values": ["web"], "MatchOptions": ["EQUALS", "CASE_SENSITIVE"]}},
            "only one match option can be given",
        ),
        ({"ProductAttributes": {"Key": "model", "Values": ["x"]}}, "ProductAttributes are not built"),
    ],
)
def test_an_expression_may_not_be(budgets: Any, expression: dict[str, Any], text: str) -> None:
    code, refused = refusal(budgets.create_budget, AccountId=ACCOUNT, Budget=with_expression(expression))
    assert code == "InvalidParameterException"
    assert text in refused


@pytest.mark.parametrize(
    ("budget_type", "metric"), [("COST", "UsageQuantity"), ("COST", "Hours"), ("USAGE", "NetUnblendedCost")]
)
def test_a_metric_fits_its_type(budgets: Any, budget_type: str, metric: str) -> None:
    reason = refused_budget(budgets, with_expression(ON_EC2, metric, BudgetType=budget_type))
    assert reason.startswith(f"{metric} is not in the supported metric set: [")


@pytest.mark.parametrize("dimension", _members("Dimension"))
def test_every_dimension_can_be_counted(aws: EmbeddedAws, budgets: Any, dimension: str) -> None:
    spend_on(aws, date(2026, 10, 5), "1")
    expression = {"Dimensions": {"Key": dimension, "Values": ["nothing is called that"]}}
    everything_else = create(budgets, with_expression({"Not": expression}))
    assert everything_else["CalculatedSpend"]["ActualSpend"] == dollars("1.0")


@pytest.mark.parametrize("option", [option for option in _members("MatchOption") if option != "ABSENT"])
def test_every_match_option_can_be_counted(aws: EmbeddedAws, budgets: Any, option: str) -> None:
    spend_on(aws, date(2026, 10, 5), "1", tags=(("level", "7"),))
    expression = {"Tags": {"Key": "level", "Values": ["7"], "MatchOptions": [option]}}
    assert create(budgets, with_expression(expression))["CalculatedSpend"]["ActualSpend"] == dollars("1.0")


def test_metrics_can_do_without_an_expression(budgets: Any) -> None:
    budget = create(budgets, a_budget(Metrics=["NetAmortizedCost"]))
    assert budget["Metrics"] == ["NetAmortizedCost"]
    assert budget["HealthStatus"]["Status"] == "HEALTHY"
    assert "CostTypes" not in budget


def test_partial_cost_types_are_completed(budgets: Any) -> None:
    cost_types = create(budgets, a_budget(CostTypes={"UseAmortized": True}))["CostTypes"]
    assert len(cost_types) == 11
    assert cost_types["UseAmortized"] is True
    assert cost_types["IncludeCredit"] is True


def test_a_cost_is_not_both_blended_and_amortized(budgets: Any) -> None:
    reason = refused_budget(budgets, a_budget(CostTypes={"UseAmortized": True, "UseBlended": True}))
    assert reason == "UseBlended and UseAmortized cannot both be true"


def test_a_usage_budget_has_no_cost_types(budgets: Any) -> None:
    reason = refused_budget(budgets, a_budget(BudgetType="USAGE", CostTypes={"IncludeTax": True}))
    assert reason == "cost types are not supported for USAGE budgets"


def test_a_commitment_budget_takes_the_cost_types_that_clients_send(budgets: Any) -> None:
    names = create(budgets, a_budget())["CostTypes"]
    sent = {name: name == "IncludeSubscription" for name in names}
    assert create(budgets, an_ri_budget(CostTypes=sent))["CostTypes"] == sent
    refused = refused_budget(budgets, an_ri_budget("other", CostTypes={"IncludeTax": True}))
    assert refused == "cost types are not supported for RI_UTILIZATION budgets"


@pytest.mark.parametrize(
    ("filters", "reason"),
    [
        ({}, "RI_UTILIZATION budgets need a filter on exactly one service"),
        ({"Region": ["us-east-1"]}, "RI_UTILIZATION budgets need a filter on exactly one service"),
        (
            {"Service": [EC2, "Amazon Redshift"]},
            "RI_UTILIZATION budgets need a filter on exactly one service",
        ),
        ({"Service": ["Amazon S3"]}, "Amazon S3 is not in the supported service set: ["),
    ],
)
def test_a_reservation_budget_watches_one_service(budgets: Any, filters: dict[str, Any], reason: str) -> None:
    assert refused_budget(budgets, an_ri_budget(CostFilters=filters)).startswith(reason)


def test_a_reservation_budget_may_name_its_service_in_an_expression(budgets: Any) -> None:
    budget = an_ri_budget(CostFilters=None, FilterExpression=ON_EC2, Metrics=["Hours"])
    assert create(budgets, budget)["Metrics"] == ["Hours"]
