"""create_budget_actions: what is attached, what is refused for which reason, and what is said about it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.builders import ACCOUNT, MAIL, a_budget, a_notification
from tests.fakes import FakeBudgets, gateways_with
from tools.actions.create_budget_actions import CreateBudgetActionsResult, create_budget_actions
from tools.domain.budget import Budget
from tools.domain.budget_actions import ApprovalModel, IamPolicyTarget, InstancesTarget, ScpTarget
from tools.domain.budget_types import BUDGET_TYPES, BudgetTypeName
from tools.domain.errors import AccessDenied, BudgetNotFound, InvalidParameters
from tools.domain.notifications import NotificationType, Subscriber, ThresholdType
from tools.domain.periods import TimeUnit
from tools.domain.subscriber_channels import ChannelName
from tools.gateways import AgentIdentity

AGENT = f"arn:aws:iam::{ACCOUNT}:role/budget-agent"
EXECUTION = f"arn:aws:iam::{ACCOUNT}:role/service/budget-action-role"
DENY_ALL = "arn:aws:iam::aws:policy/AWSDenyAll"
IAM: dict[str, Any] = {
    "action_type": "APPLY_IAM_POLICY",
    "threshold": 90,
    "policy_arn": f"arn:aws:iam::{ACCOUNT}:policy/DenyNewSpending",
    "target_roles": ["DeveloperRole"],
}
SCP: dict[str, Any] = {
    "action_type": "APPLY_SCP_POLICY",
    "threshold": 90,
    "policy_id": "p-12345678",
    "target_ids": ["210000000004", "ou-abcd-12345678"],
}
STOP: dict[str, Any] = {
    "action_type": "RUN_SSM_DOCUMENTS",
    "threshold": 90,
    "sub_type": "STOP_EC2_INSTANCES",
    "region": "us-east-1",
    "instance_ids": "i-0123456789abcdef0",
}


def a_watched_budget(**changes: Any) -> Budget:
    return a_budget("EC2-Monthly-Budget", **{"notifications": (a_notification(),), **changes})


def attach(
    fake: FakeBudgets,
    parameters: dict[str, Any],
    *,
    budget: Budget | None = None,
    execution_role: str | None = EXECUTION,
) -> CreateBudgetActionsResult:
    identity = AgentIdentity(
        account_id=ACCOUNT, role_arn=lambda: AGENT, action_execution_role_arn=execution_role
    )
    gateways = gateways_with([budget or a_watched_budget()], fake_budgets=fake, identity=identity)
    result = create_budget_actions.run({"budget_name": "EC2-Monthly-Budget", **parameters}, gateways)
    assert isinstance(result, CreateBudgetActionsResult)
    return result


def refusals(
    parameters: dict[str, Any], *, budget: Budget | None = None, execution_role: str | None = EXECUTION
) -> list[tuple[str, str]]:
    fake = FakeBudgets()
    with pytest.raises(InvalidParameters) as caught:
        attach(fake, parameters, budget=budget, execution_role=execution_role)
    assert fake.created_actions == []
    return [(each["parameter"], each["problem"]) for each in caught.value.details["problems"]]


def codes(result: CreateBudgetActionsResult) -> list[str]:
    return [each.code for each in result.warnings]


def test_the_usual_request_attaches_a_policy_and_tells_whom_the_budget_tells() -> None:
    fake = FakeBudgets()
    result = attach(fake, {**IAM, "policy_arn": DENY_ALL, "approval_model": "AUTOMATIC"})
    [definition] = fake.created_actions
    assert definition.target == IamPolicyTarget(policy_arn=DENY_ALL, roles=("DeveloperRole",))
    assert (definition.execution_role_arn, definition.subscribers) == (EXECUTION, (MAIL,))
    assert (result.created, result.status) == (True, "STANDBY")
    assert codes(result) == ["LAST_RESORT", "ACTIONS_COST"]


def test_a_person_is_asked_unless_automatic_was_asked_for() -> None:
    fake = FakeBudgets()
    attach(fake, IAM)
    assert fake.created_actions[0].approval_model is ApprovalModel.MANUAL
    assert fake.created_actions[0].notification_type is NotificationType.ACTUAL


@pytest.mark.parametrize(
    ("parameters", "target", "code"),
    [
        (
            SCP,
            ScpTarget(policy_id="p-12345678", target_ids=("210000000004", "ou-abcd-12345678")),
            "MANAGEMENT_ACCOUNT_ONLY",
        ),
        (
            STOP,
            InstancesTarget(
                sub_type=STOP["sub_type"], region="us-east-1", instance_ids=("i-0123456789abcdef0",)
            ),
            "INSTANCES_COME_BACK",
        ),
    ],
)
def test_every_kind_of_action_can_be_attached(parameters: dict[str, Any], target: object, code: str) -> None:
    fake = FakeBudgets()
    result = attach(fake, parameters)
    assert fake.created_actions[0].target == target
    assert codes(result) == [code, "ACTIONS_COST"]


@pytest.mark.parametrize("name", [each for each in BudgetTypeName if BUDGET_TYPES[each].fixed_limit])
def test_aws_lets_no_action_on_utilization_and_coverage_budgets(name: BudgetTypeName) -> None:
    [(parameter, problem)] = refusals(IAM, budget=a_watched_budget(type=BUDGET_TYPES[name]))
    assert parameter == "budget_name"
    assert name.value in problem


def test_aws_lets_no_action_on_daily_budgets() -> None:
    [(parameter, problem)] = refusals(IAM, budget=a_watched_budget(time_unit=TimeUnit.DAILY))
    assert parameter == "budget_name"
    assert "DAILY" in problem


@pytest.mark.parametrize("role", ["budget-agent", "Budget-Agent", AGENT, "budget-action-role", EXECUTION])
def test_the_agent_and_the_execution_role_are_never_restricted(role: str) -> None:
    [(parameter, _)] = refusals({**IAM, "target_roles": [role]})
    assert parameter == "target_roles"


def test_an_arn_of_the_own_account_is_read_as_a_name_and_that_is_said() -> None:
    fake = FakeBudgets()
    result = attach(fake, {**IAM, "target_roles": [f"arn:aws:iam::{ACCOUNT}:role/team/DeveloperRole"]})
    target = fake.created_actions[0].target
    assert isinstance(target, IamPolicyTarget)
    assert target.roles == ("team/DeveloperRole",)
    assert (result.warnings[0].code, result.warnings[0].meant) == (
        "NAME_INSTEAD_OF_ARN",
        "team/DeveloperRole",
    )


@pytest.mark.parametrize(
    ("parameter", "value", "why"),
    [
        ("target_roles", "arn:aws:iam::210000000001:role/DeveloperRole", "belongs to account 210000000001"),
        ("target_roles", f"arn:aws:iam::{ACCOUNT}:user/ann", "is a user, not a role"),
        ("target_users", f"arn:aws:sts::{ACCOUNT}:assumed-role/x/y", "is not the ARN of a user"),
        ("target_groups", "two words", "is not the name of a group"),
        ("target_roles", [f"role{number}" for number in range(101)], "names 101"),
        ("policy_arn", "AWSDenyAll", "is not the ARN of a managed policy"),
        ("policy_arn", "arn:aws:iam::210000000001:policy/Deny", "belongs to account 210000000001"),
        ("execution_role_arn", "arn:aws:iam::210000000001:role/x", "belongs to account 210000000001"),
        ("execution_role_arn", "budget-action-role", "is not the ARN of a role"),
        ("threshold", "-1", "is out of bounds"),
        ("notification_email", "nobody", "is not an e-mail address"),
        ("policy_id", "p-12345678", "belongs to APPLY_SCP_POLICY"),
        ("sub_type", "STOP_RDS_INSTANCES", "belongs to RUN_SSM_DOCUMENTS"),
    ],
)
def test_what_an_iam_action_cannot_take_is_refused(parameter: str, value: Any, why: str) -> None:
    [(found, problem)] = refusals({**IAM, parameter: value})
    assert found == parameter
    assert why in problem


@pytest.mark.parametrize(
    ("parameters", "parameter"),
    [
        ({**SCP, "target_ids": ["r-abcd"]}, "target_ids"),
        ({**SCP, "target_ids": ["21000000000412"]}, "target_ids"),
        ({**SCP, "policy_id": "FullAWSAccess"}, "policy_id"),
        ({**STOP, "region": "Frankfurt"}, "region"),
        ({**STOP, "instance_ids": ["i-1 2"]}, "instance_ids"),
        ({**STOP, "instance_ids": ["orders-db"]}, "instance_ids"),
        ({**STOP, "sub_type": "STOP_RDS_INSTANCES", "instance_ids": ["orders db"]}, "instance_ids"),
        ({"action_type": "APPLY_SCP_POLICY", "threshold": 1, "policy_id": "p-12345678"}, "target_ids"),
        ({"action_type": "APPLY_IAM_POLICY", "threshold": 1, "policy_arn": DENY_ALL}, "target_roles"),
    ],
)
def test_what_the_other_actions_cannot_take_is_refused(parameters: dict[str, Any], parameter: str) -> None:
    assert [found for found, _ in refusals(parameters)] == [parameter]


def test_without_an_execution_role_the_environment_variable_is_named() -> None:
    [(parameter, problem)] = refusals(IAM, execution_role=None)
    assert parameter == "execution_role_arn"
    assert "BUDGET_ACTION_EXECUTION_ROLE_ARN" in problem


def test_somebody_has_to_be_told() -> None:
    assert [found for found, _ in refusals(IAM, budget=a_watched_budget(notifications=()))] == [
        "notification_email"
    ]


def test_the_budgets_own_subscribers_are_merged_as_far_as_aws_allows_and_the_rest_is_named() -> None:
    crowd = tuple(Subscriber(ChannelName.EMAIL, f"person{number}@example.com") for number in range(10))
    topic = Subscriber(ChannelName.SNS, f"arn:aws:sns:us-east-1:{ACCOUNT}:alerts")
    notifications = (
        a_notification(80, subscribers=(*crowd[:6], topic)),
        a_notification(100, subscribers=(*crowd[5:], MAIL)),
    )
    fake = FakeBudgets()
    result = attach(fake, IAM, budget=a_watched_budget(notifications=notifications))
    assert fake.created_actions[0].subscribers == (*crowd, topic)
    assert result.warnings[0].code == "NOT_ALL_ARE_TOLD"
    assert MAIL.address in result.warnings[0].message


def test_an_equal_action_is_not_attached_twice_however_its_targets_are_ordered() -> None:
    fake = FakeBudgets()
    first = attach(fake, {**IAM, "target_roles": ["a", "b"]})
    again = attach(fake, {**IAM, "target_roles": ["b", "a"], "approval_model": "AUTOMATIC"})
    assert (again.created, again.action_id, len(fake.created_actions)) == (False, first.action_id, 1)
    assert codes(again) == ["ALREADY_EXISTS"]
    assert "it is MANUAL" in again.warnings[0].message
    other = attach(fake, {**IAM, "target_roles": ["a", "b"], "threshold": 95})
    assert other.created
    assert codes(other) == []


@pytest.mark.parametrize(
    ("parameters", "budget", "code"),
    [
        ({"approval_model": "AUTOMATIC"}, {"actual": 95}, "ALREADY_CROSSED"),
        ({"notification_type": "FORECASTED"}, {"forecasted": 95}, "ALREADY_CROSSED"),
        (
            {"threshold": 40, "threshold_type": ThresholdType.ABSOLUTE_VALUE},
            {"actual": 50},
            "ALREADY_CROSSED",
        ),
        ({"notification_type": "FORECASTED"}, {"forecasted": None}, "NO_FORECAST_YET"),
    ],
)
def test_what_would_happen_at_once_or_not_for_weeks_is_said(
    parameters: dict[str, Any], budget: dict[str, Any], code: str
) -> None:
    assert code in codes(attach(FakeBudgets(), {**IAM, **parameters}, budget=a_watched_budget(**budget)))


@pytest.mark.parametrize("actual", [None, 90])
def test_at_the_threshold_or_without_figures_nothing_is_crossed(actual: int | None) -> None:
    assert codes(attach(FakeBudgets(), IAM, budget=a_watched_budget(actual=actual))) == ["ACTIONS_COST"]


def test_binding_the_own_account_is_said() -> None:
    result = attach(FakeBudgets(), {**SCP, "target_ids": [ACCOUNT]})
    assert "OWN_ACCOUNT" in codes(result)


def test_a_dry_run_shows_the_request_and_attaches_nothing() -> None:
    fake = FakeBudgets()
    result = attach(fake, {**IAM, "dry_run": True, "resource_tags": {"team": "finops"}})
    assert (result.created, result.action_id, fake.created_actions) == (False, None, [])
    assert result.request is not None
    assert result.request["ActionThreshold"]["ActionThresholdValue"] == 90
    assert result.request["ResourceTags"] == [{"Key": "team", "Value": "finops"}]


def test_a_refusal_by_iam_says_that_a_new_role_takes_a_minute() -> None:
    fake = FakeBudgets(failing={"create_budget_action": AccessDenied("IAM refuses.", {"permission": "x"})})
    with pytest.raises(AccessDenied, match="try again in a minute") as caught:
        attach(fake, IAM)
    assert caught.value.details == {"permission": "x"}


def test_a_role_that_cannot_be_assumed_is_told_of_once() -> None:
    denied = AccessDenied("AWS Budgets cannot assume the role.", {"permission": "sts:AssumeRole"})
    with pytest.raises(AccessDenied) as caught:
        attach(FakeBudgets(failing={"create_budget_action": denied}), IAM)
    assert caught.value is denied


def test_the_action_is_attached_although_the_others_cannot_be_read() -> None:
    fake = FakeBudgets(failing={"budget_actions_of": AccessDenied("no")})
    result = attach(fake, IAM)
    assert (result.created, result.status) == (True, None)
    assert [each.part for each in result.incomplete] == [
        "existing budget actions",
        "status of the budget action",
    ]


def test_a_budget_that_does_not_exist_is_said_first() -> None:
    with pytest.raises(BudgetNotFound):
        attach(FakeBudgets(), {**IAM, "budget_name": "another"})
