"""update_budget: what stays, what changes, in which steps, what is refused, and a failure half-way."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.builders import ACCOUNT, MAIL, a_budget, a_notification, usd
from tests.fakes import FakeBudgets, gateways_with
from tools.actions._reply import Amount
from tools.actions.update_budget import UpdateBudgetResult, update_budget
from tools.domain.budget import AutoAdjust, AutoAdjustType, Budget
from tools.domain.budget_actions import (
    ApprovalModel,
    BudgetAction,
    BudgetActionDefinition,
    IamPolicyTarget,
)
from tools.domain.budget_steps import (
    AddNotification,
    AddSubscriber,
    RemoveNotification,
    RemoveSubscriber,
    RemoveTags,
    ReplaceDefinition,
    ReplaceSubscriber,
    SetTags,
    TurnNotification,
)
from tools.domain.budget_types import RI_COVERAGE, USAGE
from tools.domain.errors import (
    AccessDenied,
    AwsUnavailable,
    BudgetNotFound,
    InvalidParameters,
    ResourceLocked,
)
from tools.domain.money import Spend
from tools.domain.notifications import Notification, NotificationType, Subscriber, Threshold
from tools.domain.periods import END_OF_TIME, TimeUnit, periods_from
from tools.domain.scope import CostTypes, Scope, scope_by
from tools.domain.subscriber_channels import ChannelName

EC2 = "Amazon Elastic Compute Cloud - Compute"
TOPIC = Subscriber(ChannelName.SNS, f"arn:aws:sns:us-east-1:{ACCOUNT}:alerts")
OTHER = Subscriber(ChannelName.EMAIL, "other@example.com")
OCTOBER = datetime(2026, 10, 1, tzinfo=UTC)
NARROW = Scope(
    filters={"Service": (EC2,), "Region": ("eu-central-1",)}, cost_types=CostTypes(include_tax=False)
)


def holding(budget: Budget, **tags: str) -> FakeBudgets:
    fake = FakeBudgets(budgets={budget.name: budget})
    fake.tags[budget.name, None] = dict(tags)
    return fake


def update(fake: FakeBudgets, **parameters: Any) -> UpdateBudgetResult:
    result = update_budget.run({"budget_name": "a-budget", **parameters}, gateways_with(fake_budgets=fake))
    assert isinstance(result, UpdateBudgetResult)
    return result


def refusals(fake: FakeBudgets, **parameters: Any) -> list[str]:
    with pytest.raises(InvalidParameters) as caught:
        update(fake, **parameters)
    assert fake.steps == []
    return [each["parameter"] for each in caught.value.details["problems"]]


def codes(result: UpdateBudgetResult) -> list[str]:
    return [each.code for each in result.warnings]


def an_action(percent: int = 90) -> BudgetAction:
    return BudgetAction(
        id="00000000-0000-0000-0000-000000000001",
        status="STANDBY",
        definition=BudgetActionDefinition(
            budget_name="a-budget",
            notification_type=NotificationType.ACTUAL,
            threshold=Threshold(Decimal(percent)),
            target=IamPolicyTarget(policy_arn="arn:aws:iam::aws:policy/AWSDenyAll", roles=("Developer",)),
            execution_role_arn=f"arn:aws:iam::{ACCOUNT}:role/execution",
            approval_model=ApprovalModel.AUTOMATIC,
            subscribers=(MAIL,),
        ),
    )


def test_what_is_not_named_stays() -> None:
    standing = a_budget(
        scope=NARROW, notifications=(a_notification(),), ends=datetime(2027, 1, 1, tzinfo=UTC)
    )
    fake = holding(standing)
    result = update(fake, amount=200)
    assert fake.steps == [ReplaceDefinition(replace(standing.definition, limit=usd(200)))]
    assert result.changed
    assert [(each.what, each.before, each.after) for each in result.differences] == [
        ("limit", "$100.00", "$200.00")
    ]
    assert result.done == ["change the definition"]
    assert result.after.notifications == result.before.notifications
    assert codes(result) == ["FIGURES_ARE_ZERO"]


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"amount": 100},
        {"amount": "100.00", "service_filter": EC2, "regions": ["eu-central-1"], "time_unit": "MONTHLY"},
        {"cost_types": {"include_tax": False}},
        {"remove": ["end", "linked_accounts", "other_filters", "auto_adjust", "billing_view_arn"]},
        {"notifications": [{"threshold": 80}]},
        {"notification_email": MAIL.address},
        {"resource_tags": {"team": "data"}, "remove": "resource_tags.nothing"},
        {"start": "2025-01-01"},
    ],
)
def test_where_all_stands_as_asked_nothing_is_sent(parameters: dict[str, Any]) -> None:
    fake = holding(a_budget(scope=NARROW, ends=END_OF_TIME, notifications=(a_notification(),)), team="data")
    result = update(fake, **parameters)
    assert (result.changed, result.done, result.differences, result.warnings, fake.steps) == (
        False,
        [],
        [],
        [],
        [],
    )


def test_a_filter_is_replaced_alone_and_cost_types_switch_by_switch() -> None:
    fake = holding(a_budget(scope=NARROW, notifications=(a_notification(),)))
    result = update(
        fake, regions=["us-east-1"], cost_types={"include_credit": False}, remove=["service_filter"]
    )
    scope = fake.budgets["a-budget"].definition.scope
    assert scope.filters == {"Region": ("us-east-1",)}
    assert scope.cost_types == CostTypes(include_tax=False, include_credit=False)
    assert codes(result) == ["FIGURES_ARE_ZERO", "HISTORY_CHANGES_MEANING"]


def test_another_metric_carries_the_filters_over_into_an_expression() -> None:
    fake = holding(a_budget(scope=NARROW, notifications=(a_notification(),)))
    result = update(fake, metric="NetUnblendedCost")
    scope = fake.budgets["a-budget"].definition.scope
    assert (scope.filters, scope.cost_types, scope.metric) == ({}, None, "NetUnblendedCost")
    assert scope.expression == {
        "And": [
            {"Dimensions": {"Key": "REGION", "Values": ["eu-central-1"]}},
            {"Dimensions": {"Key": "SERVICE", "Values": [EC2]}},
            {"Not": {"Dimensions": {"Key": "RECORD_TYPE", "Values": ["Tax"]}}},
        ]
    }
    assert "FILTERS_CARRIED_OVER" in codes(result)


def test_a_filter_named_of_a_simple_expression_carries_it_back() -> None:
    expression = {"Dimensions": {"Key": "SERVICE", "Values": [EC2]}}
    fake = holding(a_budget(scope=Scope(expression=expression, metric="AmortizedCost")))
    update(fake, regions="eu-west-1")
    scope = fake.budgets["a-budget"].definition.scope
    assert scope.filters == {"Service": (EC2,), "Region": ("eu-west-1",)}
    assert (scope.expression, scope.metric, scope.cost_types) == (None, None, CostTypes(use_amortized=True))


@pytest.mark.parametrize(
    "scope",
    [
        Scope(
            expression={"Not": {"Dimensions": {"Key": "SERVICE", "Values": [EC2]}}}, metric="UnblendedCost"
        ),
        Scope(expression={"Dimensions": {"Key": "SERVICE", "Values": [EC2]}}, metric="NetUnblendedCost"),
    ],
    ids=["rich expression", "net metric"],
)
def test_what_the_other_filters_cannot_say_is_never_lost_silently(scope: Scope) -> None:
    fake = holding(a_budget(scope=scope, notifications=(a_notification(),)))
    assert refusals(fake, regions="eu-west-1") == ["regions"]
    update(fake, regions="eu-west-1", remove=["filter_expression", "metric"])
    assert fake.budgets["a-budget"].definition.scope == scope_by("Region", "eu-west-1")


def test_an_expression_replaces_the_filters_and_keeps_what_is_counted() -> None:
    amortized = Scope(filters={"Service": (EC2,)}, cost_types=CostTypes(use_amortized=True))
    fake = holding(a_budget(scope=amortized))
    expression = {"Dimensions": {"Key": "REGION", "Values": ["eu-west-1"]}}
    update(fake, filter_expression=expression)
    scope = fake.budgets["a-budget"].definition.scope
    assert scope == Scope(expression=expression, metric="AmortizedCost")


def a_plan(first: datetime = OCTOBER, count: int = 12) -> dict[datetime, Any]:
    starts = periods_from(TimeUnit.MONTHLY, first, count)
    return {start: usd(100 + number) for number, start in enumerate(starts)}


def test_a_plan_that_stays_begins_with_the_current_month_and_goes_on_with_its_last_limit() -> None:
    may = datetime(2026, 5, 1, tzinfo=UTC)
    fake = holding(a_budget(limit=105, planned=a_plan(may)))
    assert not update(fake, time_unit="MONTHLY").changed
    update(fake, regions="eu-west-1")
    plan = fake.budgets["a-budget"].definition.planned_limits
    assert list(plan) == periods_from(TimeUnit.MONTHLY, OCTOBER, 12)
    assert [each.amount for each in plan.values()] == [105, 106, 107, 108, 109, 110, *[111] * 6]


def test_a_single_period_of_a_plan_can_be_named() -> None:
    fake = holding(a_budget(limit=100, planned=a_plan()))
    result = update(fake, planned_limits={"2026-12": 500})
    plan = fake.budgets["a-budget"].definition.planned_limits
    assert plan == a_plan() | {datetime(2026, 12, 1, tzinfo=UTC): usd(500)}
    assert [(each.what, each.before, each.after) for each in result.differences] == [
        ("limit from 2026-12-01", "$102.00", "$500.00")
    ]


@pytest.mark.parametrize(
    ("standing", "parameters", "kind"),
    [
        ({"planned": a_plan()}, {"amount": 7}, "limit"),
        ({"planned": a_plan()}, {"auto_adjust": {"type": "FORECAST"}}, "auto_adjust"),
        ({"planned": a_plan()}, {"remove": ["planned_limits"]}, "limit"),
        ({}, {"planned_limits": {f"{start:%Y-%m}": 9 for start in a_plan()}}, "planned_limits"),
        ({"auto_adjust": AutoAdjust(type=AutoAdjustType.FORECAST)}, {"amount": 7}, "limit"),
        ({"auto_adjust": AutoAdjust(type=AutoAdjustType.FORECAST)}, {"remove": ["auto_adjust"]}, "limit"),
    ],
)
def test_one_kind_of_limit_takes_the_place_of_another(
    standing: dict[str, Any], parameters: dict[str, Any], kind: str
) -> None:
    fake = holding(a_budget(**standing))
    update(fake, **parameters)
    definition = fake.budgets["a-budget"].definition
    kinds = [name for name in ("limit", "planned_limits", "auto_adjust") if getattr(definition, name)]
    assert kinds == [kind]
    if "remove" in parameters:
        assert definition.limit == usd(100)


def test_the_limit_that_aws_has_derived_is_shown_and_never_sent() -> None:
    fake = holding(a_budget(limit=100, auto_adjust=AutoAdjust(type=AutoAdjustType.FORECAST)))
    result = update(fake, regions="eu-west-1")
    assert result.before.limit == result.after.limit == Amount(amount=Decimal("100.00"), unit="USD")
    [step] = fake.steps
    assert isinstance(step, ReplaceDefinition)
    assert step.definition.limit is None


def test_other_periods_make_the_plan_and_the_history_incomparable() -> None:
    assert refusals(holding(a_budget(planned=a_plan())), time_unit="QUARTERLY") == ["planned_limits"]
    result = update(holding(a_budget()), time_unit="QUARTERLY")
    [warning] = [each for each in result.warnings if each.code == "PERIODS_CHANGE"]
    assert "The limit stays $100.00, now per period" in warning.message


def test_everything_wrong_is_said_at_once_and_nothing_is_sent() -> None:
    fake = holding(a_budget(notifications=(a_notification(),)), a="b")
    assert refusals(
        fake,
        amount=5,
        auto_adjust={"type": "FORECAST"},
        end="2020-01-01",
        notifications=[{"threshold": -1, "emails": "x"}],
        resource_tags={"aws:x": "y"},
        target=80,
    ) == [
        "end",
        "end",
        "amount",
        "target",
        "notifications.0.threshold",
        "notifications.0.subscribers",
        "resource_tags",
    ]


@pytest.mark.parametrize(
    ("parameters", "where"),
    [
        ({"remove": ["amount"]}, "remove"),
        ({"remove": ["resource_tags."]}, "remove"),
        ({"remove": ["end"], "end": "2027-01-01"}, "remove"),
        ({"remove": ["notification_email"]}, "notifications.0.subscribers"),
        ({"notification_email": "x"}, "notification_email"),
        ({"budget_type": "USAGE"}, "budget_type"),
        ({"unit": "EUR"}, "unit"),
    ],
)
def test_a_change_that_cannot_be_is_refused(parameters: dict[str, Any], where: str) -> None:
    assert refusals(holding(a_budget(notifications=(a_notification(),))), **parameters) == [where]


def test_what_stands_and_is_not_named_was_accepted_by_aws_whatever_we_think() -> None:
    fake = holding(a_budget(scope=scope_by("SomethingNew", "x")))
    assert update(fake, amount=5).changed
    assert refusals(holding(a_budget()), other_filters={"SomethingNew": "x"}) == [
        "other_filters.SomethingNew"
    ]


def test_a_notification_that_stays_is_not_touched_and_one_that_goes_becomes_the_one_that_comes() -> None:
    standing = (a_notification(80), a_notification(90, subscribers=(MAIL, TOPIC)))
    fake = holding(a_budget(notifications=standing))
    result = update(fake, notifications=[{"threshold": 80}, {"threshold": 100, "emails": OTHER.address}])
    new = a_notification(100, subscribers=(OTHER,))
    assert fake.steps == [
        TurnNotification(standing[1], new),
        ReplaceSubscriber(new, MAIL, OTHER),
        RemoveSubscriber(new, TOPIC),
    ]
    assert fake.budgets["a-budget"].notifications == (standing[0], new)
    assert codes(result) == []


def test_additions_come_before_removals() -> None:
    standing = (a_notification(80), a_notification(90), a_notification(95))
    fake = holding(a_budget(notifications=standing))
    update(fake, notifications=[{"threshold": 80, "topic_arn": TOPIC.address}])
    assert [type(each) for each in fake.steps] == [
        AddSubscriber,
        RemoveSubscriber,
        RemoveNotification,
        RemoveNotification,
    ]
    update(fake, notifications=[{"threshold": 80}, {"threshold": 85}])
    assert fake.steps[-1] == AddNotification(a_notification(85, subscribers=(TOPIC,)))


def test_ten_notifications_can_all_be_changed_without_an_eleventh() -> None:
    fake = holding(a_budget(notifications=tuple(a_notification(percent) for percent in range(10, 110, 10))))
    update(fake, notifications=[{"threshold": percent} for percent in range(15, 115, 10)])
    assert {type(each) for each in fake.steps} == {TurnNotification}
    assert len(fake.budgets["a-budget"].notifications or ()) == 10


def test_ten_addresses_can_all_be_changed_without_an_eleventh() -> None:
    told = tuple(Subscriber(ChannelName.EMAIL, f"{number}@example.com") for number in range(10))
    fake = holding(a_budget(notifications=(a_notification(subscribers=told),)))
    update(fake, notification_email=[f"new-{number}@example.com" for number in range(10)])
    assert {type(each) for each in fake.steps} == {ReplaceSubscriber}


def test_who_is_told_is_changed_of_all_notifications_and_a_silent_budget_gets_the_usual_ones() -> None:
    fake = holding(
        a_budget(notifications=(a_notification(80, subscribers=(MAIL, TOPIC)), a_notification(90)))
    )
    update(fake, notification_email=OTHER.address)
    assert [each.subscribers for each in fake.budgets["a-budget"].notifications or ()] == [
        (OTHER, TOPIC),
        (OTHER,),
    ]
    silent = holding(a_budget(notifications=()))
    update(silent, notification_email=OTHER.address)
    assert len(silent.budgets["a-budget"].notifications or ()) == 3


def test_all_notifications_can_be_removed() -> None:
    fake = holding(a_budget(notifications=(a_notification(),)))
    assert codes(update(fake, remove=["notifications"])) == []
    assert fake.steps == [RemoveNotification(a_notification())]


def test_a_target_turns_the_notification_that_holds_it() -> None:
    below: Notification = a_notification(80, type=RI_COVERAGE)
    fake = holding(a_budget(type=RI_COVERAGE, scope=scope_by("Service", EC2), notifications=(below,)))
    update(fake, target=90)
    assert fake.steps == [TurnNotification(below, a_notification(90, type=RI_COVERAGE))]
    assert refusals(holding(a_budget()), target=90) == ["target"]


def test_a_target_under_another_notification_is_refused() -> None:
    both = (a_notification(80, type=RI_COVERAGE), a_notification(70, type=RI_COVERAGE))
    fake = holding(a_budget(type=RI_COVERAGE, scope=scope_by("Service", EC2), notifications=both))
    assert refusals(fake, target=60) == ["target"]


def test_the_unit_of_a_usage_budget_changes_alone() -> None:
    scope = scope_by("UsageTypeGroup", "EC2: Running Hours")
    fake = holding(a_budget(type=USAGE, scope=scope))
    update(fake, unit="Hrs")
    limit = fake.budgets["a-budget"].definition.limit
    assert limit is not None
    assert limit == Spend(Decimal(100), "Hrs")


def test_tags_are_merged_by_key() -> None:
    fake = holding(a_budget(), team="data", stage="test")
    update(fake, resource_tags={"team": "web", "owner": "me"}, remove="resource_tags.stage")
    assert fake.steps == [RemoveTags(("stage",)), SetTags({"team": "web", "owner": "me"})]


def test_a_limit_under_what_is_spent_is_said_with_the_actions_it_sets_off() -> None:
    fake = holding(a_budget(actual=50, notifications=(a_notification(),)))
    fake.actions["a-budget"] = [an_action()]
    result = update(fake, amount=40)
    assert codes(result) == ["FIGURES_ARE_ZERO", "LIMIT_IS_SPENT", "ACTION_WILL_FIRE"]
    assert fake.actions["a-budget"] == [an_action()]
    assert codes(update(holding(a_budget(actual=50, notifications=(a_notification(),))), amount=60)) == [
        "FIGURES_ARE_ZERO"
    ]


def test_a_budget_with_actions_cannot_become_daily() -> None:
    fake = holding(a_budget())
    fake.actions["a-budget"] = [an_action()]
    assert refusals(fake, time_unit="DAILY") == ["time_unit"]


def test_a_dry_run_shows_the_calls_and_makes_none() -> None:
    fake = holding(a_budget(notifications=(a_notification(),)))
    result = update(fake, amount=200, notification_topic_arn=TOPIC.address, dry_run=True)
    assert (result.changed, result.done, fake.steps) == (False, [], [])
    assert result.calls is not None
    assert [each.operation for each in result.calls] == ["UpdateBudget", "CreateSubscriber"]
    assert result.calls[0].request["NewBudget"]["BudgetLimit"] == {"Amount": "200", "Unit": "USD"}
    assert "CalculatedSpend" not in result.calls[0].request["NewBudget"]
    assert (str(result.before.limit_in_words), result.after.limit_in_words) == ("$100.00", "$200.00")


def test_a_failure_half_way_says_what_is_done_and_the_same_request_does_the_rest() -> None:
    fake = holding(a_budget(notifications=(a_notification(80),)))
    wanted: dict[str, Any] = {
        "amount": 200,
        "notifications": [{"threshold": 80}, {"threshold": 90, "topic_arn": TOPIC.address}],
        "resource_tags": {"a": "b"},
    }
    fake.failing["AddNotification"] = AwsUnavailable("AWS did not answer.", {"aws_error": "Timeout"})
    with pytest.raises(
        AwsUnavailable, match="may or may not have happened, and 1 more step not begun"
    ) as caught:
        update(fake, **wanted)
    assert caught.value.details == {
        "aws_error": "Timeout",
        "done": ["change the definition"],
        "failed": "add the notification ACTUAL GREATER_THAN 90 %",
        "not_done": ["set the tags a"],
    }
    fake.failing.clear()
    assert update(fake, **wanted).done == ["add the notification ACTUAL GREATER_THAN 90 %", "set the tags a"]
    assert not update(fake, **wanted).changed


def test_a_first_step_that_fails_says_that_nothing_else_was_changed() -> None:
    fake = holding(a_budget())
    fake.failing["ReplaceDefinition"] = AccessDenied("AWS refuses.", {"permission": "budgets:ModifyBudget"})
    with pytest.raises(AccessDenied, match=r"nothing else was changed: the first step, .*, was not done"):
        update(fake, amount=200)


def test_notifications_that_cannot_be_read_stop_a_change_of_them_and_no_other() -> None:
    fake = holding(a_budget(notifications=(a_notification(),)))
    fake.failing["notifications_of"] = ResourceLocked("busy")
    with pytest.raises(ResourceLocked):
        update(fake, notification_email=OTHER.address)
    fake.failing["notifications_of"] = AccessDenied("no")
    result = update(fake, amount=200)
    assert (result.changed, result.after.notifications) == (True, None)
    assert [each.part for each in result.incomplete] == ["notifications"]


def test_a_budget_that_does_not_exist_is_not_made() -> None:
    with pytest.raises(BudgetNotFound):
        update(FakeBudgets(), amount=5)
