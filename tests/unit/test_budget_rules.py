"""What AWS would refuse of a budget, and what it would accept in vain."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.builders import ACCOUNT, MAIL, NOW, a_notification, usd
from tools.domain.advice import advice_on_budget
from tools.domain.budget import AutoAdjust, AutoAdjustType, BudgetDefinition
from tools.domain.budget_rules import problems_with_budget
from tools.domain.budget_types import (
    BUDGET_TYPES,
    COST,
    RI_UTILIZATION,
    SAVINGS_PLANS_UTILIZATION,
    USAGE,
    BudgetType,
    BudgetTypeName,
)
from tools.domain.differences import differences_between
from tools.domain.limit_rules import planned_starts
from tools.domain.money import Spend
from tools.domain.notifications import (
    ComparisonOperator,
    Notification,
    NotificationType,
    Subscriber,
    ThresholdType,
)
from tools.domain.periods import END_OF_TIME, TimeUnit, periods_from
from tools.domain.scope import CostTypes, Scope, scope_by
from tools.domain.subscriber_channels import ChannelName

EC2 = "Amazon Elastic Compute Cloud - Compute"
OCTOBER = datetime(2026, 10, 1, tzinfo=UTC)
FITTING_SCOPES = {
    BudgetTypeName.USAGE: scope_by("UsageTypeGroup", "EC2: Running Hours"),
    BudgetTypeName.RI_UTILIZATION: scope_by("Service", EC2),
    BudgetTypeName.RI_COVERAGE: scope_by("Service", EC2),
}
ALL_TYPES = list(BUDGET_TYPES.values())
PERCENT_TYPES = [each for each in ALL_TYPES if each.fixed_limit]


def a_definition(type: BudgetType = COST, **changes: Any) -> BudgetDefinition:
    """A definition that AWS would take."""
    definition = BudgetDefinition(
        name="a-budget",
        type=type,
        time_unit=TimeUnit.MONTHLY,
        scope=FITTING_SCOPES.get(type.name, Scope()),
        limit=type.fixed_limit or Spend(Decimal(100), "USD" if type is COST else "Hrs"),
    )
    return replace(definition, **changes)


def problems(
    definition: BudgetDefinition, *notifications: Notification, tags: dict[str, str] | None = None
) -> list[tuple[str, str]]:
    found = problems_with_budget(definition, notifications, tags or {}, now=NOW, account_id=ACCOUNT)
    return [(each["parameter"], each["problem"]) for each in found]


def parameters_of(found: list[tuple[str, str]]) -> list[str]:
    return [parameter for parameter, _ in found]


@pytest.mark.parametrize("type", ALL_TYPES, ids=lambda each: each.name)
def test_a_plain_budget_of_every_type_is_accepted(type: BudgetType) -> None:
    assert problems(a_definition(type), a_notification(type=type)) == []


@pytest.mark.parametrize("type", PERCENT_TYPES, ids=lambda each: each.name)
def test_a_utilization_or_coverage_budget_has_no_limit_but_one_hundred_percent(type: BudgetType) -> None:
    [(parameter, problem)] = problems(a_definition(type, limit=Spend(Decimal(80), "PERCENTAGE")))
    assert parameter == "amount"
    assert "target" in problem
    assert parameters_of(problems(a_definition(type, limit=Spend(Decimal(100), "PERCENT")))) == ["unit"]


@pytest.mark.parametrize("type", PERCENT_TYPES, ids=lambda each: each.name)
def test_a_utilization_or_coverage_budget_plans_adjusts_and_forecasts_nothing(type: BudgetType) -> None:
    definition = a_definition(
        type,
        planned_limits={OCTOBER: usd(1)},
        auto_adjust=AutoAdjust(type=AutoAdjustType.FORECAST),
        scope=replace(a_definition(type).scope, cost_types=CostTypes()),
    )
    found = problems(definition, a_notification(on=NotificationType.FORECASTED, type=type))
    assert parameters_of(found) == ["planned_limits", "auto_adjust", "cost_types", "notifications.0.type"]


@pytest.mark.parametrize("type", [COST, USAGE], ids=lambda each: each.name)
def test_a_budget_needs_exactly_one_kind_of_limit(type: BudgetType) -> None:
    adjusting = AutoAdjust(type=AutoAdjustType.FORECAST)
    assert parameters_of(problems(a_definition(type, limit=None))) == ["amount"]
    assert parameters_of(problems(a_definition(type, auto_adjust=adjusting))) == ["amount"]
    assert problems(a_definition(type, limit=None, auto_adjust=adjusting)) == []


def test_a_cost_budget_is_in_dollars() -> None:
    assert parameters_of(problems(a_definition(limit=Spend(Decimal(5), "EUR")))) == ["unit"]


def test_a_usage_budget_names_its_unit_and_its_usage() -> None:
    found = problems(a_definition(USAGE, limit=Spend(Decimal(5), ""), scope=Scope()))
    assert parameters_of(found) == ["unit", "usage_type_groups"]


@pytest.mark.parametrize(
    ("service", "meant"),
    [("EC2-Instances", EC2), ("Amazon Redshift Spectrum", None), ("Amazon Athena", None)],
)
def test_a_reservation_budget_takes_only_services_that_have_reservations(
    service: str, meant: str | None
) -> None:
    [(parameter, problem)] = problems(a_definition(RI_UTILIZATION, scope=scope_by("Service", service)))
    assert parameter == "service_filter"
    assert (f"probably meant '{meant}'" in problem) is (meant is not None)


@pytest.mark.parametrize("services", [(), (EC2, "Amazon Redshift")])
def test_a_reservation_budget_is_of_exactly_one_service(services: tuple[str, ...]) -> None:
    scope = Scope(filters={"Service": services} if services else {})
    assert parameters_of(problems(a_definition(RI_UTILIZATION, scope=scope))) == ["service_filter"]


@pytest.mark.parametrize(
    ("type", "key", "parameter"),
    [
        (COST, "SavingsPlansType", "other_filters.SavingsPlansType"),
        (COST, "SERVICE", "other_filters.SERVICE"),
        (SAVINGS_PLANS_UTILIZATION, "Service", "service_filter"),
        (SAVINGS_PLANS_UTILIZATION, "TagKeyValue", "tags"),
    ],
)
def test_a_filter_that_the_type_does_not_have_is_refused(type: BudgetType, key: str, parameter: str) -> None:
    assert parameters_of(problems(a_definition(type, scope=scope_by(key, "x")))) == [parameter]


def test_account_ids_have_twelve_digits() -> None:
    found = problems(
        a_definition(scope=scope_by("LinkedAccount", "210000000001", "sandbox", "2100-0000-0002"))
    )
    assert parameters_of(found) == ["linked_accounts", "linked_accounts"]


def test_costs_are_not_blended_and_amortized_at_once() -> None:
    both = Scope(cost_types=CostTypes(use_blended=True, use_amortized=True))
    assert parameters_of(problems(a_definition(scope=both))) == ["cost_types"]


def test_the_two_families_of_filters_are_never_mixed() -> None:
    expression = {"Dimensions": {"Key": "REGION", "Values": ["eu-west-1"]}}
    scope = Scope(filters={"Service": (EC2,)}, expression=expression, metric="UnblendedCost")
    [(parameter, problem)] = problems(a_definition(scope=scope))
    assert parameter == "filter_expression"
    assert "service_filter" in problem


LEAF = {"Dimensions": {"Key": "SERVICE", "Values": [EC2]}}


@pytest.mark.parametrize(
    ("expression", "where"),
    [
        ({}, "filter_expression"),
        ({**LEAF, "Tags": {"Key": "team", "Values": ["data"]}}, "filter_expression"),
        ({"Or": [LEAF]}, "filter_expression.Or"),
        ({"And": [LEAF, {"Or": [LEAF, {"Not": LEAF}]}]}, "filter_expression.And.1.Or.1.Not"),
        ({"Dimensions": {"Key": "service", "Values": [EC2]}}, "filter_expression.Dimensions.Key"),
        ({"Dimensions": {"Key": "SERVICE", "Values": []}}, "filter_expression.Dimensions.Values"),
        (
            {"Tags": {"Key": "team", "MatchOptions": ["ABSENT"], "Values": ["x"]}},
            "filter_expression.Tags.MatchOptions",
        ),
        ({"Dimensions": {"Key": "SERVICE", "Value": EC2}}, "filter_expression.Dimensions"),
        ({"Tags": {"Key": "team", "MatchOptions": ["ABSENT"]}}, "filter_expression.Tags.MatchOptions"),
        ({"ProductAttributes": {"Key": "model", "Values": []}}, "filter_expression.ProductAttributes.Values"),
        ({"Not": [LEAF]}, "filter_expression.Not"),
    ],
)
def test_a_malformed_expression_is_refused_where_it_is_wrong(expression: dict[str, Any], where: str) -> None:
    scope = Scope(expression=expression, metric="UnblendedCost")
    assert parameters_of(problems(a_definition(scope=scope))) == [where]


def test_only_product_attributes_may_be_asked_for_their_absence() -> None:
    expression = {"ProductAttributes": {"Key": "model", "MatchOptions": ["ABSENT"]}}
    assert problems(a_definition(scope=Scope(expression=expression, metric="UnblendedCost"))) == []


def test_a_metric_belongs_to_its_type() -> None:
    scope = Scope(expression={"And": [LEAF, {"Not": LEAF}]}, metric="UsageQuantity")
    assert parameters_of(problems(a_definition(scope=scope))) == ["metric"]
    assert problems(a_definition(scope=replace(scope, metric="NetUnblendedCost"))) == []


@pytest.mark.parametrize(("time_unit", "count"), [(TimeUnit.MONTHLY, 12), (TimeUnit.QUARTERLY, 4)])
def test_a_plan_names_every_period_of_a_year_from_the_current_one(time_unit: TimeUnit, count: int) -> None:
    starts = periods_from(time_unit, OCTOBER, count)
    plan = {start: usd(100) for start in starts}
    assert problems(a_definition(limit=None, time_unit=time_unit, planned_limits=plan)) == []
    late = {start: usd(100) for start in periods_from(time_unit, starts[1], count)}
    [(parameter, problem)] = problems(a_definition(limit=None, time_unit=time_unit, planned_limits=late))
    assert parameter == "planned_limits"
    assert "lacks 2026-10-01" in problem


def test_a_plan_stops_where_the_budget_ends_and_starts_where_it_starts() -> None:
    starts, ends = datetime(2027, 1, 15, tzinfo=UTC), datetime(2027, 3, 1, tzinfo=UTC)
    expected = [datetime(2027, 1, 1, tzinfo=UTC), datetime(2027, 2, 1, tzinfo=UTC)]
    assert planned_starts(a_definition(starts=starts, ends=ends), NOW) == expected


@pytest.mark.parametrize("time_unit", [TimeUnit.DAILY, TimeUnit.ANNUALLY])
def test_days_and_years_are_not_planned(time_unit: TimeUnit) -> None:
    definition = a_definition(limit=None, time_unit=time_unit, planned_limits={OCTOBER: usd(1)})
    assert parameters_of(problems(definition)) == ["planned_limits"]


@pytest.mark.parametrize(
    ("time_unit", "type", "periods", "is_accepted"),
    [
        (TimeUnit.MONTHLY, AutoAdjustType.HISTORICAL, 12, True),
        (TimeUnit.MONTHLY, AutoAdjustType.HISTORICAL, 13, False),
        (TimeUnit.MONTHLY, AutoAdjustType.HISTORICAL, None, False),
        (TimeUnit.DAILY, AutoAdjustType.HISTORICAL, 60, True),
        (TimeUnit.ANNUALLY, AutoAdjustType.HISTORICAL, 2, False),
        (TimeUnit.MONTHLY, AutoAdjustType.FORECAST, None, True),
        (TimeUnit.MONTHLY, AutoAdjustType.FORECAST, 3, False),
    ],
)
def test_an_adjusting_budget_looks_back_as_far_as_its_time_unit_allows(
    time_unit: TimeUnit, type: AutoAdjustType, periods: int | None, is_accepted: bool
) -> None:
    definition = a_definition(
        limit=None, time_unit=time_unit, auto_adjust=AutoAdjust(type=type, periods=periods)
    )
    assert (problems(definition) == []) is is_accepted


@pytest.mark.parametrize(
    ("changes", "parameters"),
    [
        ({"starts": NOW, "ends": NOW}, ["end", "end"]),
        ({"ends": NOW - timedelta(days=1)}, ["end"]),
        ({"ends": END_OF_TIME}, []),
        ({"ends": END_OF_TIME + timedelta(days=1)}, ["end"]),
        ({"time_unit": TimeUnit.CUSTOM}, ["start", "end"]),
        ({"time_unit": TimeUnit.CUSTOM, "starts": NOW, "ends": NOW + timedelta(days=9)}, []),
        ({"name": "a/action/b"}, ["budget_name"]),
    ],
)
def test_a_budget_has_a_lifetime_and_a_name_that_aws_takes(
    changes: dict[str, Any], parameters: list[str]
) -> None:
    assert parameters_of(problems(a_definition(**changes))) == parameters


def test_only_cost_and_usage_budgets_are_custom() -> None:
    lifetime = {"starts": NOW, "ends": NOW + timedelta(days=9)}
    definition = a_definition(RI_UTILIZATION, time_unit=TimeUnit.CUSTOM, **lifetime)
    assert parameters_of(problems(definition)) == ["time_unit"]


def test_notifications_are_ten_at_most_different_and_in_bounds() -> None:
    many = [a_notification(percent) for percent in range(1, 12)]
    assert parameters_of(problems(a_definition(), *many)) == ["notifications"]
    assert parameters_of(problems(a_definition(), a_notification("80"), a_notification("80.0"))) == [
        "notifications.1"
    ]
    assert parameters_of(problems(a_definition(), a_notification(1_000_001))) == ["notifications.0.threshold"]
    absolute = a_notification(1_000_001, threshold_type=ThresholdType.ABSOLUTE_VALUE)
    assert problems(a_definition(), absolute) == []


@pytest.mark.parametrize(
    "subscribers",
    [
        (),
        (MAIL, MAIL),
        tuple(Subscriber(ChannelName.EMAIL, f"a{number}@example.com") for number in range(11)),
        (Subscriber(ChannelName.SNS, "arn:aws:sns:us-east-1:210000000001:alerts"),),
        (Subscriber(ChannelName.EMAIL, "nobody"),),
    ],
)
def test_subscribers_that_aws_refuses_are_refused(subscribers: tuple[Subscriber, ...]) -> None:
    found = problems(a_definition(), a_notification(subscribers=subscribers))
    assert set(parameters_of(found)) == {"notifications.0.subscribers"}


@pytest.mark.parametrize("tags", [{"aws:team": "x"}, {"": "x"}, {"k" * 129: "x"}, {"team": "v" * 257}])
def test_resource_tags_are_in_bounds(tags: dict[str, str]) -> None:
    assert len(problems(a_definition(), tags=tags)) == 1


def test_everything_wrong_is_said_at_once() -> None:
    scope = Scope(filters={"LinkedAccount": ("x",), "Tenancy": ("y",)})
    definition = a_definition(name="a:b", limit=None, scope=scope, ends=NOW)
    found = parameters_of(problems(definition, a_notification(-1)))
    assert found == [
        "budget_name",
        "end",
        "amount",
        "other_filters.Tenancy",
        "linked_accounts",
        "notifications.0.threshold",
    ]


@pytest.mark.parametrize(
    ("definition", "notifications", "code"),
    [
        (a_definition(scope=scope_by("Service", "S3")), [a_notification()], "MATCHES_NOTHING"),
        (
            a_definition(scope=scope_by("Service", "Amazon Bedrock")),
            [a_notification()],
            "MODELS_BILLED_ELSEWHERE",
        ),
        (a_definition(limit=usd(0)), [a_notification()], "ZERO_LIMIT"),
        (a_definition(), [a_notification(110)], "ONLY_ABOVE_THE_LIMIT"),
        (a_definition(), [a_notification(on=NotificationType.FORECASTED)], "ONLY_FORECASTED"),
        (
            a_definition(RI_UTILIZATION),
            [a_notification(operator=ComparisonOperator.GREATER_THAN)],
            "FIRES_WHEN_FINE",
        ),
        (a_definition(starts=NOW + timedelta(days=1)), [a_notification()], "STARTS_LATER"),
    ],
)
def test_what_aws_accepts_in_vain_is_said(
    definition: BudgetDefinition, notifications: list[Notification], code: str
) -> None:
    assert [each.code for each in advice_on_budget(definition, notifications, NOW)] == [code]


@pytest.mark.parametrize("type", ALL_TYPES, ids=lambda each: each.name)
def test_there_is_no_advice_where_nothing_is_odd(type: BudgetType) -> None:
    assert advice_on_budget(a_definition(type), [a_notification(type=type)], NOW) == []


def test_an_existing_budget_differs_in_what_a_person_would_ask_about() -> None:
    asked = a_definition(scope=scope_by("Service", EC2))
    existing = a_definition(
        USAGE, time_unit=TimeUnit.DAILY, limit=Spend(Decimal(5), "Hrs"), scope=scope_by("UsageType", "x")
    )
    assert [each.what for each in differences_between(existing, asked)] == [
        "budget_type",
        "time_unit",
        "limit",
        "scope",
    ]
    assert differences_between(a_definition(limit=usd("100.0")), a_definition()) == []


def test_the_current_limit_of_a_plan_is_no_difference() -> None:
    plan = {OCTOBER: usd(100)}
    asked = a_definition(limit=None, planned_limits=plan)
    assert differences_between(a_definition(limit=usd(100), planned_limits=plan), asked) == []
    [difference] = differences_between(a_definition(), asked)
    assert difference.what == "limit"
    assert "1 planned" in difference.asked


def test_other_kinds_of_cost_are_another_scope() -> None:
    without_credits = a_definition(scope=Scope(cost_types=CostTypes(include_credit=False)))
    [difference] = differences_between(a_definition(scope=Scope(cost_types=CostTypes())), without_credits)
    assert (difference.what, difference.asked) == ("scope", "all costs (without credit)")
