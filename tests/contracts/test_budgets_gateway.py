"""What every BudgetsGateway promises: the fake of the unit tests and the adapter on the embedded AWS alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from tests.builders import ACCOUNT, MAIL, a_budget, a_notification, usd
from tests.embedded import EXECUTION_ROLE_ARN, begin, clients, the_server
from tests.fakes import FakeBudgets
from tools.aws.budgets import AwsBudgets
from tools.domain.budget import AutoAdjust, AutoAdjustType, BudgetDefinition
from tools.domain.budget_action_states import ExecutionType
from tools.domain.budget_actions import (
    ApprovalModel,
    BudgetActionDefinition,
    BudgetActionTarget,
    IamPolicyTarget,
    InstancesTarget,
    ScpTarget,
    SsmActionSubType,
)
from tools.domain.budget_steps import (
    AddNotification,
    AddSubscriber,
    BudgetStep,
    DeleteAction,
    DeleteBudget,
    ExecuteAction,
    RemoveNotification,
    RemoveSubscriber,
    RemoveTags,
    ReplaceDefinition,
    ReplaceSubscriber,
    SetTags,
    TurnNotification,
)
from tools.domain.budget_types import BUDGET_TYPES, COST, USAGE, BudgetType
from tools.domain.errors import BudgetAlreadyExists, BudgetNotFound, DataUnavailable, ResourceLocked
from tools.domain.notifications import NotificationType, Subscriber, Threshold, ThresholdType
from tools.domain.periods import TimeUnit
from tools.domain.scope import CostTypes, Scope, scope_by
from tools.domain.subscriber_channels import ChannelName
from tools.ports.budgets import BudgetsGateway

DENY_ALL = "arn:aws:iam::aws:policy/AWSDenyAll"
NO_ACTION = "00000000-0000-0000-0000-000000000000"


@pytest.fixture(params=["fake", "embedded AWS"])
def budgets(request: pytest.FixtureRequest) -> BudgetsGateway:
    if request.param == "fake":
        return FakeBudgets()
    begin("empty")
    return AwsBudgets(clients().budgets, ACCOUNT)


@pytest.fixture(params=["fake", "embedded AWS"])
def budgets_of_the_company(request: pytest.FixtureRequest) -> BudgetsGateway:
    """Where the execution role, that AWS Budgets has to be able to assume, exists."""
    if request.param == "fake":
        return FakeBudgets()
    begin("company")
    return AwsBudgets(clients().budgets, ACCOUNT)


def definition(
    name: str = "a-budget", type: BudgetType = COST, scope: Scope | None = None
) -> BudgetDefinition:
    """A definition that AWS takes for each type."""
    if type.needs_service:
        scope = scope_by("Service", "Amazon Elastic Compute Cloud - Compute")
    elif type is USAGE:
        scope = scope_by("UsageTypeGroup", "EC2: Running Hours")
    return replace(
        a_budget(name, type=type, limit=100, starts=datetime(2026, 10, 1, tzinfo=UTC)).definition,
        scope=scope or Scope(),
    )


@pytest.mark.parametrize("type", BUDGET_TYPES.values(), ids=lambda each: each.name)
def test_a_created_budget_is_read_back_as_it_was_defined(budgets: BudgetsGateway, type: BudgetType) -> None:
    wanted = definition(type=type)
    budgets.create_budget(ACCOUNT, wanted, (), {})
    read = budgets.get_budget(ACCOUNT, "a-budget").definition
    assert (read.name, read.type, read.time_unit, read.limit) == (
        wanted.name,
        wanted.type,
        wanted.time_unit,
        wanted.limit,
    )
    assert read.scope.key() == wanted.scope.key()
    assert read.starts == wanted.starts


def test_all_budgets_are_listed_beyond_the_first_page(budgets: BudgetsGateway) -> None:
    names = [f"budget-{number:04d}" for number in range(120)]
    for name in names:
        budgets.create_budget(ACCOUNT, definition(name), (), {})
    assert sorted(each.name for each in budgets.list_budgets(ACCOUNT)) == names


def test_an_empty_account_has_no_budgets_and_no_notifications(budgets: BudgetsGateway) -> None:
    assert budgets.list_budgets(ACCOUNT) == []
    assert budgets.notifications_by_budget(ACCOUNT) == {}


def test_a_second_budget_of_the_same_name_is_refused(budgets: BudgetsGateway) -> None:
    budgets.create_budget(ACCOUNT, definition(), (), {})
    with pytest.raises(BudgetAlreadyExists, match="a-budget"):
        budgets.create_budget(ACCOUNT, definition(), (), {})


@pytest.mark.parametrize(
    "ask",
    [
        lambda budgets: budgets.get_budget(ACCOUNT, "nothing"),
        lambda budgets: budgets.notifications_of(ACCOUNT, "nothing"),
        lambda budgets: budgets.performance_history(ACCOUNT, "nothing"),
        lambda budgets: budgets.budget_actions_of(ACCOUNT, "nothing"),
        lambda budgets: budgets.budget_action_history(ACCOUNT, "nothing", NO_ACTION),
        lambda budgets: budgets.create_budget_action(ACCOUNT, an_action("nothing")),
        lambda budgets: budgets.tags_of(ACCOUNT, "nothing"),
        lambda budgets: budgets.apply(ACCOUNT, "nothing", ReplaceDefinition(definition("nothing"))),
        lambda budgets: budgets.apply(ACCOUNT, "nothing", SetTags({"a": "b"})),
    ],
    ids=[
        "get",
        "notifications",
        "history",
        "budget actions",
        "history of a budget action",
        "create a budget action",
        "tags",
        "update",
        "tag",
    ],
)
def test_a_budget_that_does_not_exist_is_not_found(
    budgets: BudgetsGateway, ask: Callable[[BudgetsGateway], object]
) -> None:
    with pytest.raises(BudgetNotFound):
        ask(budgets)


def test_notifications_come_back_with_their_subscribers_and_a_percentage_stays_one(
    budgets: BudgetsGateway,
) -> None:
    wanted = (
        a_notification(80),
        a_notification(100, on=NotificationType.FORECASTED),
        a_notification(55, threshold_type=ThresholdType.ABSOLUTE_VALUE),
    )
    budgets.create_budget(ACCOUNT, definition(), wanted, {})
    read = budgets.notifications_of(ACCOUNT, "a-budget")
    assert {each.identity for each in read} == {each.identity for each in wanted}
    assert all(each.subscribers == (MAIL,) for each in read)


def test_one_sweep_gives_the_notifications_of_all_budgets_without_subscribers(
    budgets: BudgetsGateway,
) -> None:
    budgets.create_budget(ACCOUNT, definition("watched"), (a_notification(80), a_notification(90)), {})
    budgets.create_budget(ACCOUNT, definition("silent"), (), {})
    swept = budgets.notifications_by_budget(ACCOUNT)
    assert {name: len(each) for name, each in swept.items() if each} == {"watched": 2}
    assert all(each.subscribers is None for each in swept["watched"])


def test_planned_limits_come_back_by_their_period(budgets: BudgetsGateway) -> None:
    starts = [datetime(2026 + (9 + back) // 12, (9 + back) % 12 + 1, 1, tzinfo=UTC) for back in range(12)]
    planned = {start: usd(100 + number) for number, start in enumerate(starts)}
    budgets.create_budget(ACCOUNT, replace(definition(), limit=None, planned_limits=planned), (), {})
    read = budgets.get_budget(ACCOUNT, "a-budget").definition
    assert read.planned_limits == planned
    assert read.limit_at(datetime(2026, 12, 5, tzinfo=UTC)) == usd(102)


def test_an_auto_adjusting_budget_keeps_its_rule(budgets: BudgetsGateway) -> None:
    rule = AutoAdjust(type=AutoAdjustType.HISTORICAL, periods=6)
    budgets.create_budget(ACCOUNT, replace(definition(), limit=None, auto_adjust=rule), (), {})
    read = budgets.get_budget(ACCOUNT, "a-budget").definition
    assert read.auto_adjust is not None
    assert (read.auto_adjust.type, read.auto_adjust.periods) == (rule.type, rule.periods)


def test_cost_types_come_back_as_they_were_chosen(budgets: BudgetsGateway) -> None:
    chosen = CostTypes(include_credit=False, use_amortized=True)
    budgets.create_budget(ACCOUNT, definition(scope=Scope(cost_types=chosen)), (), {})
    assert budgets.get_budget(ACCOUNT, "a-budget").definition.scope.cost_types == chosen


def test_a_filter_expression_is_shown_with_its_metric(budgets: BudgetsGateway) -> None:
    scope = Scope(
        expression={"Dimensions": {"Key": "SERVICE", "Values": ["AWS Lambda"], "MatchOptions": ["EQUALS"]}},
        metric="NetUnblendedCost",
    )
    budgets.create_budget(ACCOUNT, definition(scope=scope), (), {})
    read = budgets.get_budget(ACCOUNT, "a-budget").definition.scope
    assert (read.key(), read.metric) == (scope.key(), "NetUnblendedCost")


def test_there_is_no_history_of_an_annual_budget(budgets: BudgetsGateway) -> None:
    yearly = replace(definition(), time_unit=TimeUnit.ANNUALLY, starts=datetime(2026, 1, 1, tzinfo=UTC))
    budgets.create_budget(ACCOUNT, yearly, (), {})
    with pytest.raises(DataUnavailable, match="no performance history"):
        budgets.performance_history(ACCOUNT, "a-budget")


def an_action(budget_name: str, target: BudgetActionTarget | None = None) -> BudgetActionDefinition:
    return BudgetActionDefinition(
        budget_name=budget_name,
        notification_type=NotificationType.ACTUAL,
        threshold=Threshold(Decimal(90)),
        target=target or IamPolicyTarget(policy_arn=DENY_ALL, roles=("DeveloperRole",)),
        execution_role_arn=EXECUTION_ROLE_ARN,
        approval_model=ApprovalModel.MANUAL,
        subscribers=(MAIL,),
    )


@pytest.mark.parametrize(
    "target",
    [
        IamPolicyTarget(policy_arn=DENY_ALL, roles=("A",), users=("b",), groups=("c",)),
        ScpTarget(policy_id="p-12345678", target_ids=("210000000004",)),
        InstancesTarget(
            sub_type=SsmActionSubType.STOP_EC2_INSTANCES,
            region="us-east-1",
            instance_ids=("i-0123456789abcdef0",),
        ),
    ],
    ids=["policy", "service control policy", "instances"],
)
def test_a_budget_action_of_each_kind_is_read_back(
    budgets_of_the_company: BudgetsGateway, target: BudgetActionTarget
) -> None:
    budgets_of_the_company.create_budget(ACCOUNT, definition(), (), {})
    wanted = an_action("a-budget", target)
    identifier = budgets_of_the_company.create_budget_action(ACCOUNT, wanted)
    [read] = budgets_of_the_company.budget_actions_of(ACCOUNT, "a-budget")
    assert (read.id, read.status) == (identifier, "STANDBY")
    assert read.definition == wanted


def cross(budgets: BudgetsGateway) -> None:
    """Let AWS find that the thresholds of all budget actions of `a-budget` are crossed."""
    if isinstance(budgets, FakeBudgets):
        budgets.actions["a-budget"] = [
            replace(each, status="PENDING") for each in budgets.actions["a-budget"]
        ]
    else:
        the_server().world.clock.advance(timedelta(hours=12))


def test_the_actions_of_all_budgets_come_in_one_sweep_beyond_the_first_page(
    budgets_of_the_company: BudgetsGateway,
) -> None:
    budgets = budgets_of_the_company
    assert budgets.all_budget_actions(ACCOUNT) == []
    made = set()
    for name, count in (("a-budget", 70), ("another", 50)):
        budgets.create_budget(ACCOUNT, definition(name), (), {})
        made |= {budgets.create_budget_action(ACCOUNT, an_action(name)) for _ in range(count)}
    found = budgets.all_budget_actions(ACCOUNT)
    assert ({each.id for each in found}, len(found)) == (made, 120)
    assert {each.definition.budget_name for each in found} == {"a-budget", "another"}


def test_an_action_is_approved_reversed_and_reset_and_its_history_tells_it_newest_first(
    budgets_of_the_company: BudgetsGateway,
) -> None:
    budgets = budgets_of_the_company
    budgets.create_budget(ACCOUNT, definition(), (), {})
    identifier = budgets.create_budget_action(ACCOUNT, an_action("a-budget"))
    cross(budgets)
    expected = ["PENDING", "EXECUTION_SUCCESS", "REVERSE_SUCCESS", "STANDBY"]
    reached = [budgets.budget_actions_of(ACCOUNT, "a-budget")[0].status]
    for execution in (
        ExecutionType.APPROVE_BUDGET_ACTION,
        ExecutionType.REVERSE_BUDGET_ACTION,
        ExecutionType.RESET_BUDGET_ACTION,
    ):
        budgets.apply(ACCOUNT, "a-budget", ExecuteAction(identifier, execution))
        reached += [each.status for each in budgets.budget_actions_of(ACCOUNT, "a-budget")]
    assert reached == expected
    history = budgets.budget_action_history(ACCOUNT, "a-budget", identifier)
    assert (history[0].status, history[-1].type) == ("STANDBY", "CREATE_ACTION")
    assert [each.at for each in history] == sorted((each.at for each in history), reverse=True)
    assert all(each.at.tzinfo is UTC and each.message for each in history)
    assert [each.status for each in reversed(history) if each.status in expected[1:3]] == expected[1:3]


@pytest.mark.parametrize("execution", list(ExecutionType))
def test_an_action_on_standby_can_be_asked_for_nothing(
    budgets_of_the_company: BudgetsGateway, execution: ExecutionType
) -> None:
    budgets = budgets_of_the_company
    budgets.create_budget(ACCOUNT, definition(), (), {})
    identifier = budgets.create_budget_action(ACCOUNT, an_action("a-budget"))
    with pytest.raises(ResourceLocked, match="not allowed during"):
        budgets.apply(ACCOUNT, "a-budget", ExecuteAction(identifier, execution))


def test_an_action_that_is_gone_has_no_history_and_cannot_be_executed(
    budgets_of_the_company: BudgetsGateway,
) -> None:
    budgets = budgets_of_the_company
    budgets.create_budget(ACCOUNT, definition(), (), {})
    with pytest.raises(BudgetNotFound):
        budgets.budget_action_history(ACCOUNT, "a-budget", NO_ACTION)
    step = ExecuteAction(NO_ACTION, ExecutionType.REVERSE_BUDGET_ACTION)
    with pytest.raises(ResourceLocked, match="not there any more"):
        budgets.apply(ACCOUNT, "a-budget", step)


WATCHED = a_notification(80)
OTHER_MAIL = Subscriber(ChannelName.EMAIL, "other@example.com")
TOPIC = Subscriber(ChannelName.SNS, f"arn:aws:sns:us-east-1:{ACCOUNT}:alerts")


def test_a_replaced_definition_leaves_notifications_and_tags_as_they_are(budgets: BudgetsGateway) -> None:
    budgets.create_budget(ACCOUNT, definition(), (WATCHED,), {"a": "b"})
    changed = replace(definition(), limit=usd(250), time_unit=TimeUnit.QUARTERLY)
    budgets.apply(ACCOUNT, "a-budget", ReplaceDefinition(changed))
    read = budgets.get_budget(ACCOUNT, "a-budget").definition
    assert (read.limit, read.time_unit) == (usd(250), TimeUnit.QUARTERLY)
    assert [each.identity for each in budgets.notifications_of(ACCOUNT, "a-budget")] == [WATCHED.identity]
    assert budgets.tags_of(ACCOUNT, "a-budget") == {"a": "b"}


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([AddNotification(a_notification(90))], {80: [MAIL], 90: [MAIL]}),
        ([TurnNotification(WATCHED, a_notification(85))], {85: [MAIL]}),
        ([AddSubscriber(WATCHED, TOPIC)], {80: [MAIL, TOPIC]}),
        ([AddSubscriber(WATCHED, MAIL)], {80: [MAIL]}),
        ([ReplaceSubscriber(WATCHED, MAIL, OTHER_MAIL)], {80: [OTHER_MAIL]}),
        ([AddSubscriber(WATCHED, TOPIC), RemoveSubscriber(WATCHED, MAIL)], {80: [TOPIC]}),
        ([RemoveSubscriber(WATCHED, TOPIC)], {80: [MAIL]}),
        ([RemoveSubscriber(WATCHED, MAIL)], {}),
        ([RemoveNotification(WATCHED)], {}),
        ([RemoveNotification(a_notification(90))], {80: [MAIL]}),
    ],
    ids=lambda each: " ".join(type(step).__name__ for step in each) if isinstance(each, list) else "",
)
def test_notifications_and_subscribers_are_changed_one_by_one(
    budgets: BudgetsGateway, steps: list[BudgetStep], expected: dict[int, list[Subscriber]]
) -> None:
    budgets.create_budget(ACCOUNT, definition(), (WATCHED,), {})
    for step in steps:
        budgets.apply(ACCOUNT, "a-budget", step)
    read = budgets.notifications_of(ACCOUNT, "a-budget")
    assert {int(each.threshold.value): list(each.subscribers or ()) for each in read} == expected


@pytest.mark.parametrize(
    "step",
    [
        AddNotification(WATCHED),
        TurnNotification(a_notification(90), a_notification(95)),
        AddSubscriber(a_notification(90), MAIL),
        ReplaceSubscriber(WATCHED, OTHER_MAIL, TOPIC),
    ],
    ids=lambda step: type(step).__name__,
)
def test_what_somebody_else_changed_in_the_meantime_is_worth_another_try(
    budgets: BudgetsGateway, step: BudgetStep
) -> None:
    budgets.create_budget(ACCOUNT, definition(), (WATCHED,), {})
    with pytest.raises(ResourceLocked):
        budgets.apply(ACCOUNT, "a-budget", step)


def test_tags_are_set_and_removed_by_key(budgets: BudgetsGateway) -> None:
    budgets.create_budget(ACCOUNT, definition(), (), {"a": "1", "b": "2"})
    budgets.apply(ACCOUNT, "a-budget", SetTags({"b": "3", "c": "4"}))
    budgets.apply(ACCOUNT, "a-budget", RemoveTags(("a", "nothing")))
    assert budgets.tags_of(ACCOUNT, "a-budget") == {"b": "3", "c": "4"}


def test_a_deleted_budget_is_gone_and_deleting_it_again_is_no_error(budgets: BudgetsGateway) -> None:
    budgets.create_budget(ACCOUNT, definition(), (WATCHED,), {})
    for _ in range(2):
        budgets.apply(ACCOUNT, "a-budget", DeleteBudget())
    with pytest.raises(BudgetNotFound):
        budgets.get_budget(ACCOUNT, "a-budget")


def test_a_budget_action_has_tags_of_its_own_and_can_be_deleted_alone(
    budgets_of_the_company: BudgetsGateway,
) -> None:
    budgets = budgets_of_the_company
    budgets.create_budget(ACCOUNT, definition(), (), {"of": "budget"})
    identifier = budgets.create_budget_action(ACCOUNT, an_action("a-budget"), {"of": "action"})
    assert budgets.tags_of(ACCOUNT, "a-budget", identifier) == {"of": "action"}
    for _ in range(2):
        budgets.apply(ACCOUNT, "a-budget", DeleteAction(identifier))
    assert budgets.budget_actions_of(ACCOUNT, "a-budget") == []
    assert budgets.tags_of(ACCOUNT, "a-budget") == {"of": "budget"}


def test_a_dry_run_of_a_step_names_the_operation_and_its_request(budgets: BudgetsGateway) -> None:
    operation, request = budgets.call_for(ACCOUNT, "a-budget", RemoveSubscriber(WATCHED, MAIL))
    assert operation == "DeleteSubscriber"
    assert request["Subscriber"] == {"SubscriptionType": "EMAIL", "Address": MAIL.address}
    operation, request = budgets.call_for(ACCOUNT, "a-budget", RemoveTags(("a",)))
    assert (operation, request["ResourceARN"]) == (
        "UntagResource",
        f"arn:aws:budgets::{ACCOUNT}:budget/a-budget",
    )
