"""AWS Budgets: budget actions, their states and their history."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from local.budgets.accounts import store_of
from local.budgets.actions import Action, wrong_state
from local.server import EmbeddedAws
from tests.contracts.local.account_resources import (
    DENY_ALL,
    EXECUTION_ROLE,
    Clients,
    an_action,
    attached_to,
    make_developers,
    make_execution_role,
    trust,
)
from tests.contracts.local.budget_requests import (
    a_budget,
    an_ri_budget,
    create,
    email,
    refusal,
    spend_on,
    topic,
)
from tests.contracts.local.worlds import ACCOUNT, NOON

ON_BUDGET = {"AccountId": ACCOUNT, "BudgetName": "monthly"}
REFRESH = timedelta(hours=4)


@pytest.fixture
def acting(budgets: Any, clients: Clients) -> Any:
    """A client; there is a budget of 100 USD, an execution role and developers to act on."""
    make_developers(clients)
    make_execution_role(clients, "iam:AttachRolePolicy", "iam:DetachRolePolicy")
    create(budgets)
    return budgets


def create_action(client: Any, **members: Any) -> dict[str, Any]:
    """Create an action; what names it in further requests."""
    created = client.create_budget_action(**an_action(**members))
    return {**ON_BUDGET, "ActionId": created["ActionId"]}


def status_of(client: Any, action: dict[str, Any]) -> str:
    return str(client.describe_budget_action(**action)["Action"]["Status"])


def execute(client: Any, action: dict[str, Any], what: str) -> str:
    client.execute_budget_action(**action, ExecutionType=f"{what}_BUDGET_ACTION")
    return status_of(client, action)


def story_of(client: Any, action: dict[str, Any]) -> list[tuple[str, str]]:
    """Event type and status of the history, oldest first."""
    answer = client.describe_budget_action_histories(**action)
    return [(one["EventType"], one["Status"]) for one in reversed(answer["ActionHistories"])]


def test_an_action_reads_back_and_stands_by(acting: Any) -> None:
    created = acting.create_budget_action(**an_action())
    assert {name: created[name] for name in ("AccountId", "BudgetName")} == ON_BUDGET
    assert str(UUID(created["ActionId"])) == created["ActionId"]
    described = acting.describe_budget_action(**ON_BUDGET, ActionId=created["ActionId"])
    expected = {**an_action(), "ActionId": created["ActionId"], "Status": "STANDBY"}
    expected.pop("AccountId")
    assert described["Action"] == expected
    assert (described["AccountId"], described["BudgetName"]) == (ACCOUNT, "monthly")


def test_actions_are_listed_for_budget_and_account(acting: Any) -> None:
    create(acting, a_budget("second"))
    ids = [create_action(acting)["ActionId"] for _ in range(3)]
    other = acting.create_budget_action(**an_action(BudgetName="second"))["ActionId"]
    of_budget = acting.describe_budget_actions_for_budget(**ON_BUDGET)["Actions"]
    of_account = acting.get_paginator("describe_budget_actions_for_account").paginate(
        AccountId=ACCOUNT, PaginationConfig={"PageSize": 2}
    )
    assert [one["ActionId"] for one in of_budget] == ids
    assert [[one["ActionId"] for one in page["Actions"]] for page in of_account] == [ids[:2], [ids[2], other]]


def test_the_same_world_gives_the_same_action_id(aws: EmbeddedAws, acting: Any, clients: Clients) -> None:
    first = create_action(acting)
    store_of(ACCOUNT, "aws").budgets.clear()
    store_of(ACCOUNT, "aws").budgets_made = 0
    create(acting)
    assert create_action(acting) == first


@pytest.mark.parametrize(
    ("members", "text"),
    [
        ({"Definition": {}}, "APPLY_IAM_POLICY needs exactly one definition: IamActionDefinition"),
        (
            {"ActionType": "RUN_SSM_DOCUMENTS"},
            "RUN_SSM_DOCUMENTS needs exactly one definition: SsmActionDefinition",
        ),
        (
            {
                "Definition": {
                    "IamActionDefinition": {"PolicyArn": DENY_ALL, "Roles": ["a"]},
                    "ScpActionDefinition": {"PolicyId": "p-12345678", "TargetIds": [ACCOUNT]},
                }
            },
            "APPLY_IAM_POLICY needs exactly one definition: IamActionDefinition",
        ),
        (
            {"Definition": {"IamActionDefinition": {"PolicyArn": DENY_ALL}}},
            "please provide at least one of: Roles, Groups, Users",
        ),
        (
            {"Definition": {"IamActionDefinition": {"PolicyArn": DENY_ALL, "Roles": [EXECUTION_ROLE]}}},
            f"{EXECUTION_ROLE} is an ARN; please provide names",
        ),
        (
            {"ExecutionRoleArn": EXECUTION_ROLE.replace(ACCOUNT, "210000000001")},
            f"is not in account {ACCOUNT}",
        ),
    ],
)
def test_an_action_that_cannot_be_is_refused(acting: Any, members: dict[str, Any], text: str) -> None:
    code, refused = refusal(acting.create_budget_action, **an_action(**members))
    assert code == "InvalidParameterException"
    assert refused.startswith("Unable to create/update budget action - ")
    assert refused.endswith(text)
    assert acting.describe_budget_actions_for_budget(**ON_BUDGET)["Actions"] == []


def test_an_action_has_one_topic(acting: Any) -> None:
    two = [topic(), topic(f"arn:aws:sns:eu-west-1:{ACCOUNT}:more")]
    code, _ = refusal(acting.create_budget_action, **an_action(Subscribers=two))
    assert code == "CreationLimitExceededException"


def test_a_daily_budget_takes_no_action(acting: Any) -> None:
    create(acting, a_budget("daily", TimeUnit="DAILY"))
    assert refusal(acting.create_budget_action, **an_action(BudgetName="daily")) == (
        "InvalidParameterException",
        "AWS Budgets Actions don't support daily granularity budget for now.",
    )


def test_a_commitment_budget_takes_no_action(acting: Any) -> None:
    create(acting, an_ri_budget())
    code, text = refusal(acting.create_budget_action, **an_action(BudgetName="reserved"))
    assert (code, text) == (
        "InvalidParameterException",
        "AWS Budgets Actions don't support RI_UTILIZATION budgets.",
    )


def test_a_budget_with_actions_cannot_become_daily(acting: Any) -> None:
    create_action(acting)
    code, text = refusal(acting.update_budget, AccountId=ACCOUNT, NewBudget=a_budget(TimeUnit="DAILY"))
    assert code == "InvalidParameterException"
    assert text == "AWS Budgets Actions don't support daily granularity budget for now."


@pytest.mark.parametrize("trust_policy", [None, trust("lambda.amazonaws.com")])
def test_a_role_that_budgets_cannot_assume_is_denied(
    budgets: Any, clients: Clients, trust_policy: str | None
) -> None:
    create(budgets)
    if trust_policy is not None:
        make_execution_role(clients, trust_policy=trust_policy)
    assert refusal(budgets.create_budget_action, **an_action()) == (
        "AccessDeniedException",
        f"Budgets permission required to assume [ExecutionRole: {EXECUTION_ROLE}]",
    )


@pytest.mark.parametrize(("source", "is_trusted"), [(ACCOUNT, True), ("210000000001", False)])
def test_a_trust_may_be_narrowed_to_the_account(
    budgets: Any, clients: Clients, source: str, is_trusted: bool
) -> None:
    create(budgets)
    condition = {
        "StringEquals": {"aws:SourceAccount": source},
        "ArnLike": {"aws:SourceArn": f"arn:aws:budgets::{source}:budget/*"},
    }
    make_execution_role(clients, trust_policy=trust(condition=condition))
    if is_trusted:
        assert create_action(budgets)
    else:
        assert refusal(budgets.create_budget_action, **an_action())[0] == "AccessDeniedException"


UNKNOWN = {"ActionId": "8a1c0f3e-0000-4000-8000-000000000000"}


@pytest.mark.parametrize(
    ("operation", "request_"),
    [
        ("describe_budget_action", UNKNOWN),
        ("describe_budget_action_histories", UNKNOWN),
        ("update_budget_action", UNKNOWN),
        ("delete_budget_action", UNKNOWN),
        ("execute_budget_action", {**UNKNOWN, "ExecutionType": "RESET_BUDGET_ACTION"}),
    ],
)
def test_an_action_that_is_not_there_is_not_found(
    acting: Any, operation: str, request_: dict[str, Any]
) -> None:
    for name in ("monthly", "nowhere"):
        code, _ = refusal(getattr(acting, operation), AccountId=ACCOUNT, BudgetName=name, **request_)
        assert code == "NotFoundException"


def test_actions_of_a_budget_that_is_not_there_are_not_found(budgets: Any) -> None:
    assert refusal(budgets.describe_budget_actions_for_budget, **ON_BUDGET)[0] == "NotFoundException"
    assert refusal(budgets.create_budget_action, **an_action())[0] == "NotFoundException"
    assert budgets.describe_budget_actions_for_account(AccountId=ACCOUNT)["Actions"] == []


def test_an_update_changes_what_it_names(acting: Any) -> None:
    action = create_action(acting)
    changed = {"ActionThresholdValue": 500.0, "ActionThresholdType": "ABSOLUTE_VALUE"}
    answer = acting.update_budget_action(**action, ActionThreshold=changed, ApprovalModel="MANUAL")
    assert answer["OldAction"]["ActionThreshold"]["ActionThresholdValue"] == 80.0
    assert answer["NewAction"] == {
        **answer["OldAction"],
        "ActionThreshold": changed,
        "ApprovalModel": "MANUAL",
    }
    assert acting.describe_budget_action(**action)["Action"] == answer["NewAction"]
    assert story_of(acting, action) == [("CREATE_ACTION", "STANDBY"), ("UPDATE_ACTION", "STANDBY")]


def test_an_update_cannot_change_the_type_of_an_action(acting: Any) -> None:
    action = create_action(acting)
    scp = {"ScpActionDefinition": {"PolicyId": "p-12345678", "TargetIds": [ACCOUNT]}}
    code, _ = refusal(acting.update_budget_action, **action, Definition=scp)
    assert code == "InvalidParameterException"


def test_a_deleted_action_is_given_back_once(acting: Any) -> None:
    action = create_action(acting)
    answer = acting.delete_budget_action(**action)
    assert answer["Action"]["ActionId"] == action["ActionId"]
    assert refusal(acting.describe_budget_action, **action)[0] == "NotFoundException"


def test_a_deleted_budget_takes_its_actions_along(acting: Any) -> None:
    create_action(acting)
    acting.delete_budget(**ON_BUDGET)
    assert acting.describe_budget_actions_for_account(AccountId=ACCOUNT)["Actions"] == []


def test_actions_have_tags(acting: Any) -> None:
    created = acting.create_budget_action(**an_action(), ResourceTags=[{"Key": "team", "Value": "web"}])
    arn = f"arn:aws:budgets::{ACCOUNT}:budget/monthly/action/{created['ActionId']}"
    assert acting.list_tags_for_resource(ResourceARN=arn)["ResourceTags"] == [{"Key": "team", "Value": "web"}]
    acting.untag_resource(ResourceARN=arn, ResourceTagKeys=["team"])
    assert acting.list_tags_for_resource(ResourceARN=arn)["ResourceTags"] == []


def test_an_automatic_action_runs_when_its_threshold_is_exceeded(
    aws: EmbeddedAws, acting: Any, clients: Clients
) -> None:
    action = create_action(acting)
    spend_on(aws, date(2026, 10, 20), "80")
    aws.world.clock.advance(REFRESH)
    assert status_of(acting, action) == "STANDBY"
    spend_on(aws, date(2026, 10, 20), "0.01")
    aws.world.clock.advance(REFRESH)
    assert status_of(acting, action) == "EXECUTION_SUCCESS"
    assert attached_to(clients, "role") == [DENY_ALL]
    assert story_of(acting, action) == [
        ("CREATE_ACTION", "STANDBY"),
        ("SYSTEM", "EXECUTION_IN_PROGRESS"),
        ("SYSTEM", "EXECUTION_SUCCESS"),
    ]


def test_a_manual_action_waits_for_approval(aws: EmbeddedAws, acting: Any, clients: Clients) -> None:
    action = create_action(acting, ApprovalModel="MANUAL")
    spend_on(aws, date(2026, 10, 20), "90")
    aws.world.clock.advance(REFRESH)
    assert status_of(acting, action) == "PENDING"
    assert attached_to(clients, "role") == []
    assert execute(acting, action, "APPROVE") == "EXECUTION_SUCCESS"
    assert attached_to(clients, "role") == [DENY_ALL]
    assert ("EXECUTE_ACTION", "EXECUTION_IN_PROGRESS") in story_of(acting, action)


def test_an_absolute_threshold_is_an_amount(aws: EmbeddedAws, acting: Any) -> None:
    threshold = {"ActionThresholdValue": 5, "ActionThresholdType": "ABSOLUTE_VALUE"}
    action = create_action(acting, ActionThreshold=threshold)
    spend_on(aws, date(2026, 10, 20), "6")
    aws.world.clock.advance(REFRESH)
    assert status_of(acting, action) == "EXECUTION_SUCCESS"


def test_a_forecast_may_set_an_action_off(aws: EmbeddedAws, acting: Any) -> None:
    action = create_action(acting, NotificationType="FORECASTED")
    spend_on(aws, date(2026, 10, 20), "3")
    aws.world.clock.advance(REFRESH)
    assert status_of(acting, action) == "STANDBY"
    for days in range(1, 60):
        spend_on(aws, date(2026, 10, 20) - timedelta(days), "3")
    aws.world.clock.advance(REFRESH)
    assert status_of(acting, action) == "EXECUTION_SUCCESS"


def test_a_reversed_action_rests_until_it_is_reset(aws: EmbeddedAws, acting: Any, clients: Clients) -> None:
    action = create_action(acting)
    spend_on(aws, date(2026, 10, 20), "90")
    aws.world.clock.advance(REFRESH)
    assert execute(acting, action, "REVERSE") == "REVERSE_SUCCESS"
    assert attached_to(clients, "role") == []
    aws.world.clock.advance(REFRESH)
    assert status_of(acting, action) == "REVERSE_SUCCESS"
    assert execute(acting, action, "RESET") == "STANDBY"
    assert attached_to(clients, "role") == []
    aws.world.clock.advance(REFRESH)
    assert status_of(acting, action) == "EXECUTION_SUCCESS"
    assert story_of(acting, action)[3:] == [
        ("EXECUTE_ACTION", "REVERSE_IN_PROGRESS"),
        ("SYSTEM", "REVERSE_SUCCESS"),
        ("EXECUTE_ACTION", "RESET_IN_PROGRESS"),
        ("SYSTEM", "STANDBY"),
        ("SYSTEM", "EXECUTION_IN_PROGRESS"),
        ("SYSTEM", "EXECUTION_SUCCESS"),
    ]


ALLOWED = {
    "APPROVE": ("PENDING",),
    "RETRY": ("EXECUTION_FAILURE", "REVERSE_FAILURE"),
    "REVERSE": ("EXECUTION_SUCCESS", "REVERSE_FAILURE"),
    "RESET": ("REVERSE_SUCCESS", "RESET_FAILURE"),
}
SPELLED = {
    "STANDBY": "Standby",
    "PENDING": "Pending",
    "EXECUTION_IN_PROGRESS": "ExecutionInProgress",
    "EXECUTION_SUCCESS": "ExecutionSuccess",
    "EXECUTION_FAILURE": "ExecutionFailure",
    "REVERSE_IN_PROGRESS": "ReverseInProgress",
    "REVERSE_SUCCESS": "ReverseSuccess",
    "REVERSE_FAILURE": "ReverseFailure",
    "RESET_IN_PROGRESS": "ResetInProgress",
    "RESET_FAILURE": "ResetFailure",
}


def held(action: dict[str, Any]) -> Action:
    """The action as the service keeps it, to put it in a state by hand."""
    return store_of(ACCOUNT, "aws").budgets["monthly"].actions[action["ActionId"]]


@pytest.mark.parametrize("status", list(SPELLED))
@pytest.mark.parametrize("what", list(ALLOWED))
def test_only_what_the_state_allows_can_be_asked(acting: Any, what: str, status: str) -> None:
    action = create_action(acting)
    held(action).status = status
    request_ = {**action, "ExecutionType": f"{what}_BUDGET_ACTION"}
    if status in ALLOWED[what]:
        answer = acting.execute_budget_action(**request_)
        assert {name: answer[name] for name in request_} == request_
        assert status_of(acting, action) != status
    else:
        assert refusal(acting.execute_budget_action, **request_) == (
            "ResourceLockedException",
            f"This method is not allowed during [ActionStatus: {SPELLED[status]}]",
        )


@pytest.mark.parametrize("status", list(SPELLED))
def test_an_action_in_progress_is_locked(acting: Any, status: str) -> None:
    action = create_action(acting)
    held(action).status = status
    for call in (acting.update_budget_action, acting.delete_budget_action):
        if status.endswith("IN_PROGRESS"):
            assert refusal(call, **action) == ("ResourceLockedException", str(wrong_state(status).args[-1]))
        else:
            call(**action)


def test_progress_can_be_watched(aws: EmbeddedAws, acting: Any, clients: Clients) -> None:
    action = create_action(acting)
    store_of(ACCOUNT, "aws").actions_finish_at_once = False
    spend_on(aws, date(2026, 10, 20), "90")
    aws.world.clock.advance(REFRESH)
    assert status_of(acting, action) == "EXECUTION_IN_PROGRESS"
    assert attached_to(clients, "role") == []
    assert refusal(acting.delete_budget_action, **action)[0] == "ResourceLockedException"
    aws.world.clock.advance(timedelta(minutes=2))
    assert status_of(acting, action) == "EXECUTION_SUCCESS"


def test_a_new_period_detaches_and_rearms(aws: EmbeddedAws, acting: Any, clients: Clients) -> None:
    action = create_action(acting)
    waiting = create_action(acting, ApprovalModel="MANUAL")
    spend_on(aws, date(2026, 10, 20), "90")
    aws.world.clock.advance(REFRESH)
    assert (status_of(acting, action), status_of(acting, waiting)) == ("EXECUTION_SUCCESS", "PENDING")
    aws.world.clock.set(datetime(2026, 11, 1, tzinfo=NOON.tzinfo))
    assert (status_of(acting, action), status_of(acting, waiting)) == ("STANDBY", "STANDBY")
    assert attached_to(clients, "role") == []
    assert story_of(acting, action)[3:] == [
        ("SYSTEM", "REVERSE_IN_PROGRESS"),
        ("SYSTEM", "REVERSE_SUCCESS"),
        ("SYSTEM", "STANDBY"),
    ]
    spend_on(aws, date(2026, 11, 1), "90")
    aws.world.clock.advance(timedelta(hours=8))
    assert status_of(acting, action) == "EXECUTION_SUCCESS"


def test_a_reversal_undoes_what_was_done_not_what_was_changed_since(
    aws: EmbeddedAws, acting: Any, clients: Clients
) -> None:
    action = create_action(acting)
    spend_on(aws, date(2026, 10, 20), "90")
    aws.world.clock.advance(REFRESH)
    other = {
        "IamActionDefinition": {"PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess", "Roles": ["developer"]}
    }
    acting.update_budget_action(**action, Definition=other)
    assert execute(acting, action, "REVERSE") == "REVERSE_SUCCESS"
    assert attached_to(clients, "role") == []


def test_a_history_is_read_newest_first_and_by_time(aws: EmbeddedAws, acting: Any) -> None:
    action = create_action(acting)
    spend_on(aws, date(2026, 10, 20), "90")
    aws.world.clock.advance(REFRESH)
    entries = acting.describe_budget_action_histories(**action)["ActionHistories"]
    assert [one["Timestamp"] for one in entries] == [NOON + REFRESH, NOON + REFRESH, NOON]
    assert entries[0]["ActionHistoryDetails"]["Message"] == "The action was executed."
    assert entries[0]["ActionHistoryDetails"]["Action"]["Status"] == "EXECUTION_SUCCESS"
    assert entries[-1]["ActionHistoryDetails"]["Action"]["Status"] == "STANDBY"
    early = {"Start": NOON - REFRESH, "End": NOON + REFRESH}
    first = acting.describe_budget_action_histories(**action, TimePeriod=early)["ActionHistories"]
    assert [one["EventType"] for one in first] == ["CREATE_ACTION"]
    backwards = {"Start": NOON, "End": NOON}
    code, _ = refusal(acting.describe_budget_action_histories, **action, TimePeriod=backwards)
    assert code == "InvalidParameterException"


def test_a_history_comes_in_pages(acting: Any) -> None:
    action = create_action(acting)
    for _ in range(4):
        acting.update_budget_action(**action, Subscribers=[email("new@example.com")])
    pages = acting.get_paginator("describe_budget_action_histories").paginate(
        **action, PaginationConfig={"PageSize": 2}
    )
    found = [[one["EventType"] for one in page["ActionHistories"]] for page in pages]
    assert found == [["UPDATE_ACTION"] * 2, ["UPDATE_ACTION"] * 2, ["CREATE_ACTION"]]
