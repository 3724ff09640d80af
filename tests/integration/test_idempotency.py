"""Changes happen once, and each is recorded: through the handler, with the state table on the embedded AWS."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import boto3
import pytest

import lambda_handler
from tests.embedded import STATE_TABLE, environment, items_of_state_table, make_state_table
from tests.integration.concurrent_caller import call
from tests.lambda_context import Context
from tests.pipeline import Pipeline, pipeline

BUDGET: dict[str, Any] = {"budget_name": "once", "amount": 100, "notification_email": "admin@company.com"}
ONE_TRY = {"AWS_ATTEMPTS": "1", "AWS_READ_TIMEOUT": "5"}


@contextmanager
def remembering(**variables: str) -> Iterator[Pipeline]:
    """The handler with a state table."""
    with pipeline(BUDGET_STATE_TABLE=STATE_TABLE, **{**ONE_TRY, **variables}) as through:
        make_state_table()
        yield through


def invoke(event: Any, **context: Any) -> dict[str, Any]:
    """One invocation with an id of its own, as Lambda gives it."""
    reply: dict[str, Any] = lambda_handler.lambda_handler(
        event, Context(**{"aws_request_id": str(uuid4()), **context})
    )
    return reply


def change(
    action: str = "create_budget", request_id: str | None = "r-1", **parameters: Any
) -> dict[str, Any]:
    event: dict[str, Any] = {"action": action, "parameters": parameters or BUDGET}
    return event if request_id is None else {**event, "request_id": request_id}


def budgets_named(name: str) -> int:
    data = invoke({"action": "analyze_budgets"})["data"]
    return sum(each["name"] == name for each in data["budgets"])


def recorded(**filters: Any) -> list[dict[str, Any]]:
    data = invoke({"action": "list_changes", "parameters": filters})["data"]
    found: list[dict[str, Any]] = data["changes"]
    return found


def error_in(reply: dict[str, Any]) -> dict[str, Any]:
    assert reply["status"] == "error", reply
    error: dict[str, Any] = reply["data"]["error"]
    return error


def test_the_same_request_sent_again_gets_the_same_reply_and_changes_nothing() -> None:
    with remembering():
        first, second = invoke(change()), invoke(change())
        assert first["status"] == "success"
        assert second == first
        assert budgets_named("once") == 1
        assert len(recorded()) == 1


def test_fifty_callers_at_once_make_one_change_one_entry_and_get_equal_replies() -> None:
    callers = 50
    with remembering(AWS_ATTEMPTS="5", AWS_READ_TIMEOUT="60"):
        forking = multiprocessing.get_context("forkserver")
        forking.set_forkserver_preload(["tests.integration.concurrent_caller"])
        together, replies = forking.Barrier(callers), forking.Queue()
        processes = [
            forking.Process(target=call, args=(change(), str(uuid4()), dict(os.environ), together, replies))
            for _ in range(callers)
        ]
        for each in processes:
            each.start()
        answered = [replies.get(timeout=90) for _ in processes]
        for each in processes:
            each.join()
        assert answered[0]["status"] == "success"
        assert [each for each in answered if each != answered[0]] == []
        assert budgets_named("once") == 1
        assert [each["outcome"] for each in recorded()] == ["CHANGED"]


def test_lambdas_retry_of_an_invocation_is_the_same_request_without_an_id() -> None:
    with remembering():
        first = invoke(change(request_id=None), aws_request_id="i-1")
        assert first["status"] == "success"
        assert invoke(change(request_id=None), aws_request_id="i-1") == first
        assert error_in(invoke(change(request_id=None)))["code"] == "BUDGET_ALREADY_EXISTS"


def test_a_supervisors_retry_is_another_invocation_of_the_same_request() -> None:
    with remembering():
        assert invoke(change(), aws_request_id="i-1") == invoke(change(), aws_request_id="i-2")


@pytest.mark.parametrize(
    "other",
    [
        change(**{**BUDGET, "amount": 200}),
        change("create_budget_actions", budget_name="once", action_type="RUN_SSM_DOCUMENTS", threshold=90),
    ],
    ids=["other parameters", "other action"],
)
def test_another_request_under_the_same_id_is_refused(other: Any) -> None:
    with remembering():
        invoke(change())
        error = error_in(invoke(other))
        assert (error["code"], error["details"]["reason"]) == ("INVALID_REQUEST", "REQUEST_ID_REUSED")
        assert error["details"]["request_id"] == "r-1"
        assert len(recorded()) == 1


def test_a_change_that_failed_is_tried_again_and_both_are_recorded() -> None:
    with remembering() as through:
        through.fault("budgets", "CreateBudget", "throttle", times=1)
        assert error_in(invoke(change()))["code"] == "THROTTLED"
        assert invoke(change())["status"] == "success"
        assert [each["outcome"] for each in recorded()] == ["CHANGED", "FAILED"]
        assert recorded()[1]["error"]["code"] == "THROTTLED"


def test_a_dry_run_is_no_change() -> None:
    with remembering():
        assert invoke(change(**BUDGET, dry_run=True))["data"]["created"] is False
        assert invoke(change())["data"]["created"] is True
        assert len(recorded()) == 1


def test_reads_do_not_touch_the_table() -> None:
    with remembering() as through:
        through.fault("dynamodb", "*", "server-error")
        assert invoke({"action": "analyze_budgets", "request_id": "r-1"})["status"] == "success"


def test_a_request_in_progress_elsewhere_is_worth_a_retry() -> None:
    with remembering():
        assert invoke(change())["status"] == "success"
        set_in_progress(still_alive=True)
        error = error_in(invoke(change(), remaining=5_200))
        assert (error["code"], error["retryable"]) == ("RESOURCE_LOCKED", True)


def test_a_request_whose_invocation_has_ended_is_carried_out_again() -> None:
    with remembering():
        invoke(change())
        set_in_progress(still_alive=False)
        assert error_in(invoke(change()))["code"] == "BUDGET_ALREADY_EXISTS"
        assert [each["outcome"] for each in recorded()] == ["FAILED", "CHANGED"]


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("throttle", "THROTTLED"),
        ("server-error", "AWS_UNAVAILABLE"),
        ("access-denied", "ACCESS_DENIED"),
        ("truncated-page", "AWS_UNAVAILABLE"),
    ],
)
@pytest.mark.parametrize("request_id", ["r-1", None], ids=["with an id", "without"])
def test_a_change_refuses_while_the_table_does_not_answer(
    kind: str, code: str, request_id: str | None
) -> None:
    with remembering() as through:
        through.fault("dynamodb", "*", kind)
        error = error_in(invoke(change(request_id=request_id)))
        assert error["code"] == code
        assert error["message"].startswith("Nothing was changed")
        assert error["details"]["part"] == "state"
        assert budgets_named("once") == 0


def test_a_denial_names_the_permission_on_the_table() -> None:
    with remembering() as through:
        through.fault("dynamodb", "PutItem", "access-denied")
        assert error_in(invoke(change()))["details"]["permission"] == "dynamodb:PutItem"


def test_a_table_that_does_not_exist_is_said_and_nothing_changed() -> None:
    with pipeline(BUDGET_STATE_TABLE="no-such-table", **ONE_TRY):
        error = error_in(invoke(change()))
        assert (error["code"], error["retryable"]) == ("STATE_UNAVAILABLE", False)
        assert "no-such-table" in error["message"]
        assert budgets_named("once") == 0


def test_a_table_that_fails_after_the_change_is_said_and_nothing_is_lost() -> None:
    with remembering() as through:
        through.fault("dynamodb", "UpdateItem", "server-error")
        data = invoke(change())["data"]
        assert data["created"] is True
        assert [each["part"] for each in data["incomplete"]] == ["audit", "request_id"]
        [entry] = recorded()
        assert entry["outcome"] == "STARTED"
        assert "stays STARTED" in data["incomplete"][0]["reason"]


def test_an_error_keeps_its_code_when_the_table_fails_after_it() -> None:
    with remembering() as through:
        through.fault("budgets", "CreateBudget", "access-denied")
        through.fault("dynamodb", "UpdateItem", "server-error")
        through.fault("dynamodb", "DeleteItem", "server-error")
        error = error_in(invoke(change()))
        assert error["code"] == "ACCESS_DENIED"
        assert error["details"]["permission"] == "budgets:ModifyBudget"
        assert [each["part"] for each in error["details"]["incomplete"]] == ["audit", "request_id"]


def test_without_a_table_a_change_works_and_says_what_it_cannot_keep() -> None:
    with pipeline():
        plain = invoke(change(request_id=None))["data"]
        asking = invoke(change(**{**BUDGET, "budget_name": "two"}, reason="a try"))["data"]
    assert plain["incomplete"] == []
    assert [(each["part"], each["code"]) for each in asking["incomplete"]] == [
        ("request_id", "STATE_UNAVAILABLE"),
        ("reason", "STATE_UNAVAILABLE"),
    ]


def test_a_change_is_recorded_with_who_why_before_and_after() -> None:
    with remembering():
        invoke(change(**BUDGET, reason="Q4 plan"), aws_request_id="i-1")
        invoke(change("update_budget", "r-2", budget_name="once", amount=150), aws_request_id="i-2")
        invoke(change("delete_budget", "r-3", budget_name="once", confirm="once"), aws_request_id="i-3")
        deleted, updated, created = recorded(budget_name="once")
    assert (created["reason"], created["before"], created["outcome"]) == ("Q4 plan", None, "CHANGED")
    assert created["after"]["limit"] == updated["before"]["limit"] == {"amount": "100.00", "unit": "USD"}
    assert updated["after"]["limit"] == {"amount": "150.00", "unit": "USD"}
    assert deleted["before"]["budget"]["limit"] == {"amount": "150.00", "unit": "USD"}
    assert deleted["after"] is None
    assert created["requester"] == {
        "invocation_id": "i-1",
        "function_arn": Context().invoked_function_arn,
        "cognito_identity_id": None,
        "request_id": "r-1",
        "source": "direct",
        "principal": None,
    }


def test_what_stood_already_is_recorded_as_unchanged() -> None:
    with remembering():
        invoke(change())
        invoke(change(request_id="r-2", **BUDGET, if_exists="skip"))
        assert [each["outcome"] for each in recorded()] == ["UNCHANGED", "CHANGED"]


def test_recorded_changes_come_in_pages() -> None:
    with remembering():
        for number in range(5):
            invoke(change(request_id=None, **{**BUDGET, "budget_name": f"b-{number}"}))
        names, token = [], None
        while True:
            data = invoke({"action": "list_changes", "parameters": {"page_size": 2, "next_token": token}})[
                "data"
            ]
            names += [each["budget_name"] for each in data["changes"]]
            token = data["next_token"]
            if token is None:
                break
        assert sorted(names) == [f"b-{number}" for number in range(5)]


def test_reading_changes_says_why_when_the_table_does_not_answer() -> None:
    with remembering() as through:
        through.fault("dynamodb", "Query", "access-denied")
        error = error_in(invoke({"action": "list_changes"}))
        assert (error["code"], error["details"]["permission"]) == ("ACCESS_DENIED", "dynamodb:Query")


def test_requests_expire_and_hold_no_parameters() -> None:
    with remembering():
        invoke(change())
        [kept] = [each for each in items_of_state_table() if each["pk"]["S"].endswith("#requests")]
    assert set(kept) == {"pk", "sk", "expires_at", "status", "in_progress_expiration", "data", "validation"}
    assert kept["status"] == {"S": "COMPLETED"}


def set_in_progress(*, still_alive: bool) -> None:
    """The record of the request as it is while an invocation works on it, or was when one was cut off."""
    [kept] = [each for each in items_of_state_table() if each["pk"]["S"].endswith("#requests")]
    moment = 1000 * int(kept["expires_at"]["N"]) if still_alive else 1
    kept["status"], kept["in_progress_expiration"] = {"S": "INPROGRESS"}, {"N": str(moment)}
    with environment():
        dynamodb: Any = boto3.client("dynamodb")
        dynamodb.put_item(TableName=STATE_TABLE, Item=kept)
