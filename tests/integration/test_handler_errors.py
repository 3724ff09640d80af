"""The handler when AWS refuses, lags, lies or is gone: every reply says so."""

from __future__ import annotations

import json
from typing import Any

import pytest

from local.scenarios.company_people import SANDBOX
from tests.builders import ACCOUNT
from tests.pipeline import Pipeline, pipeline

ONE_TRY = {"AWS_ATTEMPTS": "1", "AWS_READ_TIMEOUT": "1"}

READS: dict[str, tuple[dict[str, Any], str, str]] = {
    "analyze_budgets": ({}, "DescribeBudgets", "budgets:ViewBudget"),
    "monitor_budgets": ({}, "DescribeBudgets", "budgets:ViewBudget"),
    "get_budget_performance": (
        {"budget_name": "EC2-Monthly-Budget"},
        "DescribeBudget",
        "budgets:ViewBudget",
    ),
    "create_budget": (
        {"budget_name": "EC2-Monthly-Budget", "amount": 1000, "notification_email": "admin@company.com"},
        "CreateBudget",
        "budgets:ModifyBudget",
    ),
}


def error_in(reply: dict[str, Any]) -> dict[str, Any]:
    assert list(reply) == ["agent", "action", "status", "data", "timestamp"]
    assert reply["status"] == "error", reply
    error: dict[str, Any] = reply["data"]["error"]
    assert set(error) == {"code", "message", "details", "retryable"}
    assert reply["data"]["request_id"]
    return error


@pytest.mark.parametrize("action", READS)
def test_throttling_is_said_to_be_worth_a_retry(action: str) -> None:
    parameters, operation, _ = READS[action]
    with pipeline(**ONE_TRY) as through:
        through.fault("budgets", operation, "throttle")
        error = error_in(through.act(action, **parameters))
    assert (error["code"], error["retryable"]) == ("THROTTLED", True)


@pytest.mark.parametrize("action", READS)
def test_a_denial_names_the_permission_that_is_missing(action: str) -> None:
    parameters, operation, permission = READS[action]
    with pipeline(**ONE_TRY) as through:
        through.fault("budgets", operation, "access-denied")
        error = error_in(through.act(action, **parameters))
    assert (error["code"], error["retryable"]) == ("ACCESS_DENIED", False)
    assert error["details"]["permission"] == permission
    assert permission in error["message"]


@pytest.mark.parametrize("kind", ["server-error", "timeout", "truncated-page"])
def test_an_aws_that_does_not_answer_is_unavailable(kind: str) -> None:
    with pipeline(**ONE_TRY) as through:
        seconds = {"seconds": 3} if kind == "timeout" else {}
        through.fault("budgets", "DescribeBudgets", kind, **seconds)
        error = error_in(through.act("analyze_budgets"))
    assert (error["code"], error["retryable"]) == ("AWS_UNAVAILABLE", True)


def test_a_passing_fault_is_retried_and_not_noticed() -> None:
    with pipeline(AWS_ATTEMPTS="4") as through:
        through.fault("budgets", "DescribeBudgets", "throttle", times=2)
        reply = through.act("analyze_budgets")
    assert reply["status"] == "success"
    assert reply["data"]["summary"]["budgets"] == 12


def test_an_analysis_without_its_notifications_says_so_and_still_stands() -> None:
    with pipeline(**ONE_TRY) as through:
        through.fault("budgets", "DescribeBudgetNotificationsForAccount", "throttle")
        data = through.act("analyze_budgets")["data"]
    [missing] = data["incomplete"]
    assert (missing["part"], missing["code"], missing["retryable"]) == ("notifications", "THROTTLED", True)
    assert len(data["budgets"]) == 12
    assert all(each["notifications"] is None for each in data["budgets"])
    assert "NO_SUBSCRIBERS" not in [each["code"] for each in data["insights"]]


def test_recommendations_end_when_cost_explorer_cannot_be_read() -> None:
    with pipeline(**ONE_TRY) as through:
        through.fault("ce", "GetCostAndUsage", "throttle")
        error = error_in(through.act("recommend_budgets"))
    assert error["code"] == "THROTTLED"


def test_recommendations_stand_without_the_existing_budgets_and_say_so() -> None:
    with pipeline(**ONE_TRY) as through:
        through.fault("budgets", "DescribeBudgets", "access-denied")
        reply = through.act("recommend_budgets")
    assert reply["status"] == "success"
    assert reply["data"]["recommendations"]
    assert [each["code"] for each in reply["data"]["incomplete"]] == ["ACCESS_DENIED"]


def test_an_answer_that_ends_early_is_unavailable_even_when_it_was_an_error() -> None:
    with pipeline(**ONE_TRY) as through:
        through.fault("budgets", "DescribeBudget", "truncated-page")
        error = error_in(through.act("get_budget_performance", budget_name="nothing"))
    assert (error["code"], error["retryable"]) == ("AWS_UNAVAILABLE", True)


def test_unread_notifications_are_no_all_clear() -> None:
    with pipeline(**ONE_TRY) as through:
        through.fault("budgets", "DescribeBudgetNotificationsForAccount", "throttle")
        error = error_in(through.act("monitor_budgets", use_notifications=True))
    assert error["code"] == "THROTTLED"


@pytest.mark.parametrize(
    "event",
    [
        {"action": "x" * 5_500_000},
        {"action": "analyze_budgets", "x" * 5_500_000: 1},
        {"action": "analyze_budgets", "parameters": {f"key-{each}": 1 for each in range(100_000)}},
        {"action": "create_budget", "parameters": {"budget_name": "a", "amount": 1, "unit": "x" * 5_500_000}},
        {"action": "recommend_budgets", "parameters": {"cost_data": "x" * 4_900_000}},
        {"action": "recommend_budgets", "parameters": {"optimization_data": [{}] * 100_000}},
        {"action": "\ud800", "request_id": "\ud800"},
        {"action": "create_budget", "parameters": {"budget_name": "a", "tags": {"\ud800": 1}}},
    ],
    ids=["action", "key", "parameters", "value", "context", "unused", "half a character", "half a key"],
)
def test_no_event_makes_a_reply_that_lambda_cannot_return(event: Any) -> None:
    with pipeline(**ONE_TRY) as through:
        reply = through.send(event)
    assert list(reply) == ["agent", "action", "status", "data", "timestamp"]
    assert len(json.dumps(reply, ensure_ascii=False, allow_nan=False).encode()) < 2_000_000
    assert reply["status"] == "success" or reply["data"]["error"]["code"] != "INTERNAL_ERROR"


def test_another_account_is_denied_by_aws_and_never_shown_as_empty() -> None:
    with pipeline(**ONE_TRY) as through:
        error = error_in(through.act("analyze_budgets", account_id="999999999999"))
    assert error["code"] == "ACCESS_DENIED"


def test_an_account_without_figures_is_not_recommended_nothing() -> None:
    with pipeline(**ONE_TRY) as through:
        error = error_in(through.act("recommend_budgets", account_id="999999999999"))
        member = through.act("recommend_budgets", account_id=SANDBOX)
    assert error["code"] == "DATA_UNAVAILABLE"
    assert member["data"]["recommendations"]
    assert "999999999999" in error["message"]


@pytest.mark.parametrize("action", ["get_budget_performance", "create_budget_actions"])
def test_a_budget_that_does_not_exist_is_not_found(action: str) -> None:
    parameters: dict[str, Any] = {"budget_name": "nothing"}
    if action == "create_budget_actions":
        parameters |= {
            "action_type": "APPLY_IAM_POLICY",
            "threshold": 90,
            "policy_arn": "arn:aws:iam::aws:policy/AWSDenyAll",
            "target_roles": ["DeveloperRole"],
        }
    with pipeline(**ONE_TRY) as through:
        error = error_in(through.act(action, **parameters))
    assert error["code"] == "BUDGET_NOT_FOUND"
    assert "analyze_budgets" in error["message"]


def test_a_second_budget_of_the_same_name_is_refused() -> None:
    parameters, _, _ = READS["create_budget"]
    with pipeline(**ONE_TRY) as through:
        assert through.act("create_budget", **parameters)["status"] == "success"
        error = error_in(through.act("create_budget", **parameters))
    assert error["code"] == "BUDGET_ALREADY_EXISTS"


@pytest.mark.parametrize(
    "event", [None, [], "text", 3, {}, {"action": "nothing"}, {"action": "analyze_budgets", "x": 1}]
)
def test_every_event_without_exception_gets_the_standard_reply(event: Any) -> None:
    with pipeline(**ONE_TRY) as through:
        error = error_in(through.send(event))
    assert error["code"] in ("INVALID_REQUEST", "UNKNOWN_ACTION")


def test_a_wrong_setting_is_an_internal_error_that_shows_nothing() -> None:
    with pipeline(AWS_ACCOUNT_ID="wrong") as through:
        error = error_in(through.act("analyze_budgets"))
    assert error["code"] == "INTERNAL_ERROR"
    assert "wrong" not in error["message"]


def test_an_agent_that_could_not_be_built_is_built_at_the_next_request() -> None:
    with pipeline(**ONE_TRY) as through:
        through.fault("sts", "GetCallerIdentity", "server-error", times=2)
        assert error_in(through.act("analyze_budgets"))["code"] == "AWS_UNAVAILABLE"
        assert through.act("analyze_budgets")["status"] == "success"


def test_the_account_falls_back_to_sts_when_the_environment_is_silent() -> None:
    with pipeline() as through:
        silent = through.act("analyze_budgets")
    with pipeline(AWS_ACCOUNT_ID=ACCOUNT) as through:
        named = through.act("analyze_budgets")
    assert silent == named


def test_nothing_of_one_request_is_left_for_the_next() -> None:
    with pipeline() as through:
        first = through.act("analyze_budgets")
        through.act("get_budget_performance", budget_name="nothing")
        assert through.act("analyze_budgets") == first


def test_the_handler_writes_nothing_but_log_lines(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with pipeline() as through:
        assert isinstance(through, Pipeline)
        through.act("analyze_budgets")
    assert "finops" not in capfd.readouterr().out
