"""create_budget: what requests mean, what is refused, what a dry run and a skip say."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.builders import a_budget, a_notification, usd
from tests.fakes import FakeBudgets, gateways_with
from tools.actions.create_budget import CreateBudgetResult, create_budget
from tools.domain.budget_types import BUDGET_TYPES, BudgetTypeName
from tools.domain.errors import AccessDenied, BudgetAlreadyExists, InvalidParameters
from tools.domain.notifications import ComparisonOperator, NotificationType, Threshold, ThresholdType
from tools.domain.scope import CostTypes, scope_by
from tools.gateways import Gateways

EC2 = "Amazon Elastic Compute Cloud - Compute"
MAIL_ADDRESS = "admin@company.com"
TOPIC = "arn:aws:sns:us-east-1:123456789012:budget-alerts"
NEEDED: dict[BudgetTypeName, dict[str, Any]] = {
    BudgetTypeName.COST: {"amount": 100},
    BudgetTypeName.USAGE: {"amount": 100, "unit": "Hrs", "usage_type_groups": "EC2: Running Hours"},
    BudgetTypeName.RI_UTILIZATION: {"service_filter": EC2},
    BudgetTypeName.RI_COVERAGE: {"service_filter": EC2},
}


def create(fake: FakeBudgets, **parameters: Any) -> CreateBudgetResult:
    gateways: Gateways = gateways_with(fake_budgets=fake)
    result = create_budget.run({"budget_name": "a-budget", **parameters}, gateways)
    assert isinstance(result, CreateBudgetResult)
    return result


def refusals(**parameters: Any) -> list[str]:
    fake = FakeBudgets()
    with pytest.raises(InvalidParameters) as caught:
        create(fake, **parameters)
    assert fake.created == []
    return [each["parameter"] for each in caught.value.details["problems"]]


def test_the_usual_request_creates_a_monthly_budget_with_the_usual_alerts() -> None:
    fake = FakeBudgets()
    result = create(
        fake,
        budget_name="EC2-Monthly-Budget",
        budget_type="COST",
        amount=1000,
        time_unit="MONTHLY",
        service_filter=EC2,
        notification_email=MAIL_ADDRESS,
    )
    [(definition, notifications, tags)] = fake.created
    assert (result.created, result.warnings, tags) == (True, [], {})
    assert (definition.limit, definition.scope) == (usd(1000), scope_by("Service", EC2))
    assert [(each.type, each.threshold) for each in notifications] == [
        (NotificationType.ACTUAL, Threshold(Decimal(80))),
        (NotificationType.ACTUAL, Threshold(Decimal(100))),
        (NotificationType.FORECASTED, Threshold(Decimal(100))),
    ]


@pytest.mark.parametrize("name", BudgetTypeName)
def test_every_type_is_watched_on_the_side_on_which_it_fails(name: BudgetTypeName) -> None:
    fake = FakeBudgets()
    create(fake, budget_type=name.value, notification_email=MAIL_ADDRESS, **NEEDED.get(name, {}))
    [(definition, notifications, _)] = fake.created
    is_percent = BUDGET_TYPES[name].fixed_limit is not None
    expected = ComparisonOperator.LESS_THAN if is_percent else ComparisonOperator.GREATER_THAN
    assert {each.operator for each in notifications} == {expected}
    assert definition.limit is not None
    assert (definition.limit.amount, definition.limit.unit == "PERCENTAGE") == (Decimal(100), is_percent)


def test_a_target_is_the_threshold_below_which_somebody_is_told() -> None:
    fake = FakeBudgets()
    create(
        fake,
        budget_type="SAVINGS_PLANS_UTILIZATION",
        amount=100,
        target=92.5,
        notification_topic_arn=TOPIC,
    )
    [(_, [notification], _)] = fake.created
    assert notification.threshold == Threshold(Decimal("92.5"))
    assert notification.operator is ComparisonOperator.LESS_THAN


@pytest.mark.parametrize(
    "parameters",
    [
        {"amount": 5, "target": 80, "notification_email": MAIL_ADDRESS},
        {"budget_type": "SAVINGS_PLANS_COVERAGE", "target": 80},
        {
            "budget_type": "SAVINGS_PLANS_COVERAGE",
            "target": 80,
            "notification_email": MAIL_ADDRESS,
            "notifications": [{"threshold": 70}],
        },
    ],
)
def test_a_target_that_could_not_be_kept_is_refused(parameters: dict[str, Any]) -> None:
    assert refusals(**parameters) == ["target"]


def test_a_bad_address_is_named_once_though_three_notifications_would_have_it() -> None:
    assert refusals(amount=5, notification_email=["x"], notification_topic_arn="y") == [
        "notification_email",
        "notification_topic_arn",
    ]


def test_filters_may_be_written_in_friendly_forms() -> None:
    fake = FakeBudgets()
    create(
        fake,
        amount="12.50",
        linked_accounts=["210000000001", "210000000001"],
        regions="eu-central-1",
        tags={"team": ["data", "web"], "user:env": "prod"},
        cost_categories={"Department": "Research"},
        other_filters={"AZ": "eu-central-1a"},
        cost_types={"include_credit": False, "UseAmortized": True},
    )
    [(definition, _, _)] = fake.created
    assert definition.scope.filters == {
        "LinkedAccount": ("210000000001",),
        "Region": ("eu-central-1",),
        "TagKeyValue": ("user:team$data", "user:team$web", "user:env$prod"),
        "CostCategory": ("Department$Research",),
        "AZ": ("eu-central-1a",),
    }
    assert definition.scope.cost_types == CostTypes(include_credit=False, use_amortized=True)


@pytest.mark.parametrize(
    ("parameters", "metric"),
    [({"metric": "NET_UNBLENDED_COST"}, "NetUnblendedCost"), ({}, "UnblendedCost")],
)
def test_an_expression_always_goes_with_a_metric_in_the_models_spelling(
    parameters: dict[str, Any], metric: str
) -> None:
    fake = FakeBudgets()
    expression = {"Dimensions": {"Key": "SERVICE", "Values": [EC2]}}
    create(fake, amount=5, filter_expression=expression, **parameters)
    [(definition, _, _)] = fake.created
    assert (definition.scope.expression, definition.scope.metric) == (expression, metric)


@pytest.mark.parametrize(
    "write",
    [
        lambda start: f"{start:%Y-%m}",
        lambda start: f"{start:%Y-%m-%d}",
        lambda start: str(int(start.timestamp())),
    ],
)
def test_planned_periods_may_be_written_as_month_day_or_epoch(write: Any) -> None:
    starts = [
        datetime(2026, 10, 1, tzinfo=UTC),
        *(datetime(2027, month, 1, tzinfo=UTC) for month in (1, 4, 7)),
    ]
    fake = FakeBudgets()
    result = create(
        fake,
        time_unit="QUARTERLY",
        planned_limits={write(start): 10 + index for index, start in enumerate(starts)},
    )
    [(definition, _, _)] = fake.created
    assert definition.planned_limits == {start: usd(10 + index) for index, start in enumerate(starts)}
    assert result.budget.limit is not None
    assert result.budget.limit.amount == 10


@pytest.mark.parametrize(
    ("plan", "why"),
    [
        ({"2026-10": 1, "2026-10-01": 2}, "names 2026-10-01 twice"),
        ({"October": 1}, "'October' is no start of a period"),
        ({"2026-10": -1}, "planned_limits.2026-10: .* is out of bounds"),
    ],
)
def test_a_plan_that_cannot_be_read_is_refused(plan: dict[str, Any], why: str) -> None:
    with pytest.raises(InvalidParameters, match=why):
        create(FakeBudgets(), planned_limits=plan)


def test_notifications_of_ones_own_replace_the_usual_ones() -> None:
    fake = FakeBudgets()
    create(
        fake,
        amount=1000,
        notification_email=MAIL_ADDRESS,
        notifications=[
            {"threshold": 50},
            {"threshold": 900, "threshold_type": "ABSOLUTE_VALUE", "topic_arn": TOPIC},
            {
                "threshold": 100,
                "type": "FORECASTED",
                "subscribers": [{"channel": "EMAIL", "address": "b@c.de"}],
            },
        ],
    )
    [(_, notifications, _)] = fake.created
    assert [each.threshold.type for each in notifications][1] is ThresholdType.ABSOLUTE_VALUE
    assert [[told.address for told in each.subscribers or ()] for each in notifications] == [
        [MAIL_ADDRESS],
        [TOPIC],
        ["b@c.de"],
    ]


def test_the_display_name_of_a_service_is_created_with_a_warning_that_says_what_was_meant() -> None:
    result = create(FakeBudgets(), amount=5, service_filter="EC2-Instances", notification_email=MAIL_ADDRESS)
    [warning] = result.warnings
    assert result.created
    assert (warning.code, warning.meant) == ("MATCHES_NOTHING", EC2)


def test_everything_wrong_is_said_at_once_and_nothing_is_created() -> None:
    found = refusals(
        budget_name="a:b",
        budget_type="RI_COVERAGE",
        amount=80,
        usage_types="x",
        notifications=[{"threshold": -1}],
    )
    assert found == [
        "budget_name",
        "amount",
        "usage_types",
        "service_filter",
        "notifications.0.threshold",
        "notifications.0.subscribers",
    ]


def test_an_unknown_parameter_is_named_with_the_one_that_was_meant() -> None:
    with pytest.raises(InvalidParameters, match="did you mean 'service_filter'"):
        create(FakeBudgets(), amount=5, service_filters="x")


def test_a_name_that_is_taken_is_an_error_unless_skipping_was_asked_for() -> None:
    fake = FakeBudgets(budgets={"a-budget": a_budget(limit=50, notifications=(a_notification(),))})
    with pytest.raises(BudgetAlreadyExists):
        create(fake, amount=100)
    result = create(fake, amount=100, if_exists="skip", regions="eu-west-1")
    assert (result.created, result.already_existed, fake.created) == (False, True, [])
    assert [(each.what, each.existing, each.asked) for each in result.differences] == [
        ("limit", "$50.00", "$100.00"),
        ("scope", "all costs", "Region eu-west-1"),
    ]
    assert result.budget.limit is not None
    assert result.budget.limit.amount == 50
    assert result.budget.notifications is not None


def test_a_dry_run_shows_the_request_and_creates_nothing() -> None:
    fake = FakeBudgets()
    result = create(
        fake,
        amount=100,
        dry_run=True,
        start="2026-11-01",
        notification_email=MAIL_ADDRESS,
        resource_tags={"a": "b"},
    )
    assert (result.created, result.already_existed, fake.created) == (False, False, [])
    assert result.request is not None
    assert result.request["Budget"]["BudgetLimit"] == {"Amount": "100", "Unit": "USD"}
    assert result.request["Budget"]["TimePeriod"] == {"Start": "2026-11-01T00:00:00Z"}
    assert result.request["ResourceTags"] == [{"Key": "a", "Value": "b"}]
    assert [each.code for each in result.warnings] == ["STARTS_LATER"]


def test_a_dry_run_says_when_it_could_not_see_whether_the_name_is_taken() -> None:
    fake = FakeBudgets(failing={"get_budget": AccessDenied("no budgets:ViewBudget")})
    result = create(fake, amount=100, dry_run=True)
    assert result.already_existed is None
    assert [each.code for each in result.incomplete] == ["ACCESS_DENIED"]


def test_the_schema_tells_a_model_that_one_text_is_enough() -> None:
    schema = create_budget.schema()["properties"]["service_filter"]
    assert {"type": "string"} in schema["anyOf"]
