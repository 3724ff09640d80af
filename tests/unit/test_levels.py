"""Levels: made as one set or not at all, nothing twice, and right in the end wherever the function dies."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.builders import ACCOUNT, MAIL, a_budget, a_notification
from tests.fakes import FakeBudgets, gateways_with
from tools.actions.create_budget_actions import CreateBudgetActionsResult, create_budget_actions
from tools.domain.budget import Budget
from tools.domain.budget_actions import ApprovalModel, BudgetActionDefinition
from tools.domain.budget_steps import AddNotification, BudgetStep, CreateAction, DeleteAction
from tools.domain.budget_types import BUDGET_TYPES, BudgetTypeName
from tools.domain.errors import AccessDenied, AwsUnavailable, InvalidParameters, Throttled
from tools.domain.notifications import NotificationType, Subscriber
from tools.domain.periods import TimeUnit
from tools.domain.subscriber_channels import ChannelName
from tools.gateways import AgentIdentity

POLICY = f"arn:aws:iam::{ACCOUNT}:policy/DenyNewSpending"
DENY_ALL = "arn:aws:iam::aws:policy/AWSDenyAll"
IAM = {"action_type": "APPLY_IAM_POLICY", "target_roles": "DeveloperRole"}
LEVELS: list[dict[str, Any]] = [
    {"threshold": 80, "notification_type": "FORECASTED"},
    {"threshold": 100, "notification_email": ["finops@example.com", "cfo@example.com"]},
    {"threshold": 110, "policy_arn": POLICY, **IAM},
    {"threshold": 130, "policy_arn": DENY_ALL, "approval_model": "AUTOMATIC", **IAM},
]
CFO = Subscriber(ChannelName.EMAIL, "cfo@example.com")
TOPIC = f"arn:aws:sns:us-east-1:{ACCOUNT}:alerts"


def a_watched_budget(**changes: Any) -> Budget:
    return a_budget("x", **{"notifications": (a_notification(90),), **changes})


def make(
    fake: FakeBudgets, levels: list[dict[str, Any]] | None = None, **parameters: Any
) -> CreateBudgetActionsResult:
    if "x" not in fake.budgets:
        fake.budgets["x"] = a_watched_budget()
    identity = AgentIdentity(
        account_id=ACCOUNT,
        role_arn=lambda: f"arn:aws:iam::{ACCOUNT}:role/agent",
        action_execution_role_arn=f"arn:aws:iam::{ACCOUNT}:role/budget-actions",
    )
    gateways = gateways_with(fake_budgets=fake, identity=identity)
    given = {"budget_name": "x", "levels": LEVELS if levels is None else levels, **parameters}
    result = create_budget_actions.run(given, gateways)
    assert isinstance(result, CreateBudgetActionsResult)
    return result


def standing(fake: FakeBudgets) -> tuple[dict[Any, set[Subscriber]], list[BudgetActionDefinition]]:
    """All that a person decided: who is told of what, and who is restricted when."""
    told = {each.identity: set(each.subscribers or ()) for each in fake.budgets["x"].notifications or ()}
    return told, sorted(
        (replace(each.definition, subscribers=()) for each in fake.actions["x"]),
        key=lambda each: each.threshold.value,
    )


def problems(levels: list[dict[str, Any]], budget: Budget | None = None, **parameters: Any) -> dict[str, str]:
    fake = FakeBudgets()
    fake.budgets["x"] = budget or a_watched_budget()
    before = standing(fake)
    with pytest.raises(InvalidParameters) as caught:
        make(fake, levels, **parameters)
    assert (standing(fake), fake.steps) == (before, [])
    return {each["parameter"]: each["problem"] for each in caught.value.details["problems"]}


def told_at(fake: FakeBudgets, percent: int, figure: str = "ACTUAL") -> tuple[Subscriber, ...] | None:
    for each in fake.budgets["x"].notifications or ():
        if each.threshold.value == percent and each.type.value == figure:
            return each.subscribers
    return None


def test_levels_become_notifications_and_budget_actions_and_the_rest_of_the_budget_stays() -> None:
    fake = FakeBudgets()
    result = make(fake)
    assert (result.created, len(result.done), result.budget_action) == (True, 4, None)
    assert told_at(fake, 90) == told_at(fake, 80, "FORECASTED") == (MAIL,)
    assert told_at(fake, 100) == (MAIL, CFO)
    [first, second] = [each.definition for each in fake.actions["x"]]
    assert (first.approval_model, second.approval_model) == (ApprovalModel.MANUAL, ApprovalModel.AUTOMATIC)
    assert first.subscribers == second.subscribers == (MAIL,)
    assert result.levels is not None
    assert [(each.number, each.kind, each.existed, each.status) for each in result.levels] == [
        (1, "NOTIFICATION", False, None),
        (2, "NOTIFICATION", False, None),
        (3, "BUDGET_ACTION", False, "STANDBY"),
        (4, "BUDGET_ACTION", False, "STANDBY"),
    ]
    assert result.levels[2].does == f"actual above 110 %: after approval {POLICY} on role DeveloperRole"
    assert result.levels[3].action_id == fake.actions["x"][1].id


def test_who_is_told_comes_before_who_is_restricted_and_the_lowest_first() -> None:
    fake = FakeBudgets()
    make(fake)
    kinds = [type(each) for each in fake.steps]
    assert kinds == [AddNotification, AddNotification, CreateAction, CreateAction]
    made = [each.definition.threshold.value for each in fake.steps if isinstance(each, CreateAction)]
    assert made == [110, 130]


def test_the_same_request_again_makes_nothing_twice() -> None:
    fake = FakeBudgets()
    make(fake)
    before = standing(fake)
    fake.steps.clear()
    again = make(fake)
    assert (again.created, again.done, fake.steps, standing(fake)) == (False, [], [], before)
    assert again.levels is not None
    assert all(each.existed for each in again.levels)
    assert "ALREADY_EXISTS" in [each.code for each in again.warnings]
    assert again.recorded_change().is_change is False


def test_people_are_added_to_a_notification_that_stands_and_nobody_is_removed() -> None:
    fake = FakeBudgets()
    result = make(fake, [{"threshold": 90, "notification_email": "cfo@example.com"}])
    assert (told_at(fake, 90), result.done) == (
        (MAIL, CFO),
        ["tell cfo@example.com of ACTUAL GREATER_THAN 90 %"],
    )


def test_a_level_that_names_nobody_keeps_those_who_are_told_already() -> None:
    fake = FakeBudgets()
    result = make(fake, [{"threshold": 90}])
    assert (told_at(fake, 90), result.done) == ((MAIL,), [])


def test_people_named_for_the_request_are_told_at_every_level_that_names_nobody() -> None:
    fake = FakeBudgets()
    make(fake, notification_email="cfo@example.com")
    assert told_at(fake, 80, "FORECASTED") == (CFO,)
    assert told_at(fake, 100) == (MAIL, CFO)
    assert [each.definition.subscribers for each in fake.actions["x"]] == [(CFO,), (CFO,)]


class DiedError(BaseException):
    """The function was ended in the middle; no code of it runs any more."""


class Mortal(FakeBudgets):
    """Dies, or fails, around the call of that number, before it or after it was carried out."""

    def __init__(self, at: int, death: BaseException, *, after: bool) -> None:
        super().__init__()
        self.at, self.calls, self._death, self._after = at, 0, death, after

    def apply(self, account_id: str, name: str, step: BudgetStep) -> None:
        self.calls += 1
        if self.calls != self.at:
            super().apply(account_id, name, step)
            return
        if self._after:
            super().apply(account_id, name, step)
        raise self._death


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", [1, 2, 3, 4])
def test_wherever_the_function_dies_the_same_request_ends_right(at: int, after: bool) -> None:
    whole = FakeBudgets()
    make(whole)
    fake = Mortal(at, DiedError(), after=after)
    with pytest.raises(DiedError):
        make(fake)
    assert len(fake.steps) == (at if after else at - 1)
    make(fake)
    assert standing(fake) == standing(whole)
    assert [each.definition.subscribers for each in fake.actions["x"]] == [(MAIL,), (MAIL,)]


@pytest.mark.parametrize("at", [2, 3, 4, 5, 6, 7])
def test_dying_while_undoing_is_mended_by_the_same_request_too(at: int) -> None:
    whole = FakeBudgets()
    make(whole)
    fake = DyingWhileUndoing(at)
    with pytest.raises((DiedError, Throttled)):
        make(fake)
    make(fake)
    assert standing(fake) == standing(whole)


class DyingWhileUndoing(FakeBudgets):
    """Refuses the fourth step, and dies at a later call."""

    def __init__(self, at: int) -> None:
        super().__init__()
        self.at, self.calls = at, 0

    def apply(self, account_id: str, name: str, step: BudgetStep) -> None:
        self.calls += 1
        if self.calls == self.at and self.at > 4:
            raise DiedError
        if self.calls == 4:
            raise Throttled("slow down")
        super().apply(account_id, name, step)


@pytest.mark.parametrize(
    ("error", "after"),
    [(Throttled("slow down"), False), (AwsUnavailable("no answer"), False), (AwsUnavailable("lost"), True)],
    ids=["refused", "not answered and not done", "not answered and done"],
)
@pytest.mark.parametrize("at", [1, 2, 3, 4])
def test_a_failure_half_way_is_undone_and_the_budget_is_as_it_was(
    at: int, error: Throttled | AwsUnavailable, after: bool
) -> None:
    untouched = FakeBudgets()
    untouched.budgets["x"] = a_watched_budget()
    fake = Mortal(at, error, after=after)
    with pytest.raises(type(error), match="'x' is as it was") as caught:
        make(fake)
    details = caught.value.details
    assert standing(fake) == standing(untouched)
    assert (details["not_undone"], len(details["not_done"])) == ([], 4 - at)
    assert len(details["undone"]) >= at - 1


def test_what_cannot_be_undone_is_named() -> None:
    fake = Mortal(4, Throttled("slow down"), after=False)
    fake.failing["DeleteAction"] = AccessDenied("budgets:DeleteBudgetAction is missing")
    with pytest.raises(Throttled, match="still stands on 'x'") as caught:
        make(fake)
    [left] = caught.value.details["not_undone"]
    assert "actual above 110 %" in left["what"]
    assert fake.actions["x"][0].id in left["what"]
    assert left["why"] == "budgets:DeleteBudgetAction is missing"
    assert len(caught.value.details["undone"]) == 2


def test_a_restriction_that_came_into_force_meanwhile_is_reversed_before_it_is_deleted() -> None:
    fake = Restricting("EXECUTION_SUCCESS")
    with pytest.raises(Throttled, match="is as it was"):
        make(fake)
    assert (fake.actions["x"], type(fake.steps[-3])) == ([], DeleteAction)
    assert [type(each).__name__ for each in fake.steps[3:5]] == ["ExecuteAction", "DeleteAction"]


def test_a_restriction_that_aws_is_working_on_is_left_and_named() -> None:
    fake = Restricting("EXECUTION_IN_PROGRESS")
    with pytest.raises(Throttled) as caught:
        make(fake)
    [left] = caught.value.details["not_undone"]
    assert "EXECUTION_IN_PROGRESS" in left["why"]
    assert len(fake.actions["x"]) == 1


class Restricting(FakeBudgets):
    """AWS finds the first action's threshold crossed at once; the second is refused."""

    def __init__(self, status: str) -> None:
        super().__init__()
        self._status = status

    def apply(self, account_id: str, name: str, step: BudgetStep) -> None:
        if isinstance(step, CreateAction) and self.actions[name]:
            raise Throttled("slow down")
        super().apply(account_id, name, step)
        if isinstance(step, CreateAction):
            self.actions[name] = [replace(each, status=self._status) for each in self.actions[name]]


def test_when_nobody_can_say_what_was_made_it_is_named_as_such() -> None:
    fake = Blind(4, AwsUnavailable("no answer"), after=True)
    with pytest.raises(AwsUnavailable) as caught:
        make(fake)
    whys = [each["why"] for each in caught.value.details["not_undone"]]
    assert ["may not stand at all" in why for why in whys] == [False, True]
    assert len(caught.value.details["undone"]) == 2


class Blind(Mortal):
    """The budget's actions cannot be read after the failure."""

    def apply(self, account_id: str, name: str, step: BudgetStep) -> None:
        if self.calls + 1 == self.at:
            self.failing["budget_actions_of"] = AccessDenied("cannot read")
        super().apply(account_id, name, step)


@pytest.mark.parametrize(
    ("levels", "parameter", "why"),
    [
        ([{"threshold": 100}, {"threshold": 80}], "levels.1.threshold", "lies below levels.0"),
        ([{"threshold": 80}, {"threshold": 80}], "levels.1", "does the same as levels.0"),
        ([{**LEVELS[2]}, {**LEVELS[2]}], "levels.1", "does the same as levels.0"),
        ([{"threshold": -1}], "levels.0.threshold", "out of bounds"),
        ([{"threshold": 80, "policy_arn": DENY_ALL}], "levels.0.policy_arn", "has no action_type"),
        ([{"threshold": 80, "action_type": "APPLY_IAM_POLICY"}], "levels.0.policy_arn", "is required"),
        ([{**LEVELS[2], "target_roles": "agent"}], "levels.0.target_roles", "the agent's own role"),
        ([{"threshold": 80, "notification_email": "nobody"}], "levels.0.notification_email", "not an e-mail"),
        (
            [
                {
                    "threshold": 80,
                    "subscribers": [{"channel": "SNS", "address": each} for each in (TOPIC, f"{TOPIC}2")],
                }
            ],
            "levels.0.notification_email",
            "AWS allows 1 per notification",
        ),
        (
            [{"threshold": percent} for percent in range(1, 11)],
            "levels",
            "the budget has 1 notifications, and with the levels there would be 11",
        ),
    ],
)
def test_what_cannot_stand_together_is_refused_before_anything_is_sent(
    levels: list[dict[str, Any]], parameter: str, why: str
) -> None:
    found = problems(levels)
    assert why in found[parameter]


@pytest.mark.parametrize("name", [each for each in BudgetTypeName if BUDGET_TYPES[each].fixed_limit])
def test_budgets_that_fail_by_falling_have_no_levels(name: BudgetTypeName) -> None:
    found = problems(LEVELS, a_watched_budget(type=BUDGET_TYPES[name]))
    assert "fails by falling" in found["levels"]


def test_a_daily_budget_can_tell_but_not_restrict() -> None:
    daily = a_watched_budget(time_unit=TimeUnit.DAILY)
    assert "DAILY" in problems(LEVELS, daily)["budget_name"]
    fake = FakeBudgets()
    fake.budgets["x"] = daily
    assert make(fake, LEVELS[:2]).created


def test_amounts_and_percentages_are_put_into_order_by_the_limit() -> None:
    mixed: list[dict[str, Any]] = [{"threshold": 90, "threshold_type": "ABSOLUTE_VALUE"}, {"threshold": 80}]
    assert "actual above 80 % lies below levels.0" in problems(mixed)["levels.1.threshold"]
    fake = FakeBudgets()
    fake.budgets["x"] = a_watched_budget(limit=None)
    assert "ORDER_UNKNOWN" in [each.code for each in make(fake, mixed).warnings]


def test_an_equal_action_that_acts_without_asking_is_not_passed_over_where_approval_was_asked_for() -> None:
    fake = FakeBudgets()
    make(fake, [{**LEVELS[2], "approval_model": "AUTOMATIC"}])
    with pytest.raises(InvalidParameters) as caught:
        make(fake)
    [problem] = caught.value.details["problems"]
    assert (problem["parameter"], "is AUTOMATIC" in problem["problem"]) == ("levels.2.approval_model", True)
    assert len(fake.steps) == 1


def test_an_equal_action_of_another_role_is_not_passed_over() -> None:
    fake = FakeBudgets()
    make(fake, [LEVELS[2]], execution_role_arn=f"arn:aws:iam::{ACCOUNT}:role/other")
    with pytest.raises(InvalidParameters, match="with arn:aws:iam::123456789012:role/other"):
        make(fake)


def test_an_equal_action_that_tells_others_stays_as_it_is_and_that_is_said() -> None:
    fake = FakeBudgets()
    make(fake, [LEVELS[2]])
    result = make(fake, [{**LEVELS[2], "notification_email": "cfo@example.com"}])
    assert "OTHERS_ARE_TOLD" in [each.code for each in result.warnings]
    assert fake.actions["x"][0].definition.subscribers == (MAIL,)


def test_a_budget_that_tells_nobody_needs_somebody_to_be_named() -> None:
    found = problems([{"threshold": 80}], a_watched_budget(notifications=()))
    assert "nobody is told" in found["levels.0.notification_email"]


@pytest.mark.parametrize("parameter", ["action_type", "threshold", "policy_arn", "approval_model"])
def test_levels_and_one_action_exclude_each_other(parameter: str) -> None:
    values: dict[str, Any] = {
        "action_type": "APPLY_IAM_POLICY",
        "threshold": 5,
        "policy_arn": DENY_ALL,
        "approval_model": "MANUAL",
    }
    assert list(problems(LEVELS, **{parameter: values[parameter]})) == [parameter]


def test_without_levels_type_and_threshold_are_required() -> None:
    fake = FakeBudgets()
    fake.budgets["x"] = a_watched_budget()
    with pytest.raises(InvalidParameters) as caught:
        create_budget_actions.run({"budget_name": "x"}, gateways_with(fake_budgets=fake))
    assert [each["parameter"] for each in caught.value.details["problems"]] == ["action_type", "threshold"]


def test_a_dry_run_shows_the_calls_in_their_order_and_makes_none() -> None:
    fake = FakeBudgets()
    result = make(fake, dry_run=True, resource_tags={"team": "finops"})
    assert (result.created, result.done, fake.steps) == (False, [], [])
    assert result.calls is not None
    assert [each.operation for each in result.calls] == [
        "CreateNotification",
        "CreateNotification",
        "CreateBudgetAction",
        "CreateBudgetAction",
    ]
    assert result.calls[3].request["ResourceTags"] == [{"Key": "team", "Value": "finops"}]


@pytest.mark.parametrize("read", ["notifications_of", "budget_actions_of"])
def test_what_stands_has_to_be_known(read: str) -> None:
    fake = FakeBudgets(failing={read: AccessDenied("no")})
    with pytest.raises(AccessDenied):
        make(fake)
    assert fake.steps == []


def test_levels_are_recorded_with_what_was_done() -> None:
    change = make(FakeBudgets()).recorded_change()
    assert change.after is not None
    assert len(change.after["done"]) == len(change.after["levels"]) == 4


class Doubling(FakeBudgets):
    """A reply is lost, and boto3 sends the call once more: AWS makes a second budget action."""

    def apply(self, account_id: str, name: str, step: BudgetStep) -> None:
        super().apply(account_id, name, step)
        if isinstance(step, CreateAction):
            super().apply(account_id, name, step)


def test_a_budget_action_that_a_lost_reply_made_twice_is_deleted_once() -> None:
    fake, whole = Doubling(), FakeBudgets()
    make(whole)
    result = make(fake)
    assert standing(fake) == standing(whole)
    assert [each for each in result.done if each.startswith("delete the second")]
    assert result.levels is not None
    assert [each.action_id for each in result.levels[2:]] == [each.id for each in fake.actions["x"]]


def test_one_that_cannot_be_deleted_is_named() -> None:
    fake = Doubling(failing={"DeleteAction": AccessDenied("no")})
    codes = [each.code for each in make(fake).warnings]
    assert codes.count("STANDS_TWICE") == 2


def test_the_forecast_may_stand_at_the_threshold_of_the_actual_figure_before_it() -> None:
    fake = FakeBudgets()
    levels: list[dict[str, Any]] = [{"threshold": 100, "notification_type": "FORECASTED"}, {"threshold": 100}]
    assert len(make(fake, levels).done) == 2
    figures = {each.type for each in fake.budgets["x"].notifications or () if each.threshold.value == 100}
    assert figures == set(NotificationType)
