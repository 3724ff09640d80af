"""The wire format: what a request may be, and what every reply looks like."""

from typing import Any

import pytest

from agent.contract import (
    AgentResponse,
    action_named_in,
    error_detail,
    is_asynchronous,
    parse_request,
    request_id_named_in,
)
from tests.builders import NOW
from tools.domain.errors import InvalidRequest, Throttled, UnknownAction

ACTIONS = ["analyze_budgets", "create_budget"]


def test_a_request_may_leave_out_its_parameters() -> None:
    assert parse_request({"action": "analyze_budgets"}, ACTIONS).parameters == {}


def test_empty_parameters_may_be_null() -> None:
    assert parse_request({"action": "analyze_budgets", "parameters": None}, ACTIONS).parameters == {}


def test_a_request_id_is_kept() -> None:
    request = parse_request({"action": "analyze_budgets", "request_id": "abc"}, ACTIONS)
    assert request.request_id == "abc"


@pytest.mark.parametrize("event", [None, "text", 7, True, [], ["analyze_budgets"]])
def test_an_event_that_is_no_object_is_refused(event: Any) -> None:
    with pytest.raises(InvalidRequest, match="not an object"):
        parse_request(event, ACTIONS)


@pytest.mark.parametrize("event", [{}, {"action": None}, {"action": " "}, {"action": 3}, {"parameters": {}}])
def test_a_request_without_an_action_is_refused(event: Any) -> None:
    with pytest.raises(InvalidRequest, match="'action' is missing"):
        parse_request(event, ACTIONS)


def test_anything_else_at_the_top_level_is_named() -> None:
    with pytest.raises(InvalidRequest, match="budget_name, colour") as caught:
        parse_request({"action": "create_budget", "colour": 1, "budget_name": "x"}, ACTIONS)
    assert caught.value.details["allowed"] == [
        "action",
        "parameters",
        "request_id",
        "asynchronous",
        "confirmation_token",
    ]


@pytest.mark.parametrize("parameters", [[], "x", 1, True])
def test_parameters_that_are_no_object_are_refused(parameters: Any) -> None:
    with pytest.raises(InvalidRequest, match="'parameters' is"):
        parse_request({"action": "analyze_budgets", "parameters": parameters}, ACTIONS)


@pytest.mark.parametrize("asynchronous", ["true", 1, None])
def test_asynchronous_is_a_truth_value(asynchronous: Any) -> None:
    with pytest.raises(InvalidRequest, match="'asynchronous' is not a truth value"):
        parse_request({"action": "analyze_budgets", "asynchronous": asynchronous}, ACTIONS)


def test_a_request_may_say_that_nobody_waits() -> None:
    request = {"action": "analyze_budgets", "asynchronous": True}
    assert parse_request(request, ACTIONS).action == "analyze_budgets"
    assert is_asynchronous(request)
    assert not is_asynchronous({**request, "asynchronous": False})
    assert not is_asynchronous([])


@pytest.mark.parametrize("request_id", ["", 5, "x" * 129])
def test_a_request_id_is_a_text_of_bounded_length(request_id: Any) -> None:
    with pytest.raises(InvalidRequest, match="request_id"):
        parse_request({"action": "analyze_budgets", "request_id": request_id}, ACTIONS)


def test_an_unknown_action_is_answered_with_the_list_and_the_nearest_name() -> None:
    with pytest.raises(UnknownAction, match="Did you mean 'analyze_budgets'") as caught:
        parse_request({"action": "analyse_budget"}, ACTIONS)
    assert caught.value.details == {"actions": ACTIONS, "nearest": "analyze_budgets"}


def test_a_name_that_is_near_nothing_has_no_nearest() -> None:
    with pytest.raises(UnknownAction) as caught:
        parse_request({"action": "zzz"}, ACTIONS)
    assert caught.value.details["nearest"] is None


def test_every_reply_has_exactly_five_keys() -> None:
    error = error_detail(Throttled("slow down", {"aws_error": "ThrottlingException"}))
    success = AgentResponse.success("analyze_budgets", {"budgets": []}, NOW).model_dump(mode="json")
    failure = AgentResponse.failure("analyze_budgets", error, "id-1", NOW).model_dump(mode="json")
    assert list(success) == list(failure) == ["agent", "action", "status", "data", "timestamp"]
    assert success["timestamp"] == "2026-10-20T12:00:00Z"


def test_an_error_reply_says_code_message_details_and_whether_to_retry() -> None:
    error = error_detail(Throttled("slow down", {"aws_error": "ThrottlingException"}))
    reply = AgentResponse.failure(None, error, "id-1", NOW).model_dump(mode="json")
    assert reply["data"] == {
        "error": {
            "code": "THROTTLED",
            "message": "slow down",
            "details": {"aws_error": "ThrottlingException"},
            "retryable": True,
        },
        "request_id": "id-1",
    }


@pytest.mark.parametrize(
    "event",
    [
        {"action": "\ud800"},
        {"action": "analyze_budgets", "\ud800": 1},
        {"action": "analyze_budgets", "request_id": "\udfff"},
        {"action": "create_budget", "parameters": {"tags": {"\ud800": "x"}}},
        {"action": "create_budget", "parameters": {"service_filter": ["\ud800"]}},
    ],
)
def test_half_a_character_is_refused_and_never_sent_back(event: Any) -> None:
    with pytest.raises(InvalidRequest, match="surrogate") as caught:
        parse_request(event, ACTIONS)
    (action_named_in(event) or "").encode()
    assert request_id_named_in(event) is None
    caught.value.message.encode()


def test_a_request_of_any_depth_is_refused_in_good_time() -> None:
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(InvalidRequest, match="levels deep"):
        parse_request({"action": "create_budget", "parameters": {"tags": deep}}, ACTIONS)


def test_a_long_text_is_not_sent_back_whole() -> None:
    long = "x" * 1_000_000
    with pytest.raises(UnknownAction) as unknown_action:
        parse_request({"action": long}, ACTIONS)
    with pytest.raises(InvalidRequest) as unknown_key:
        parse_request({"action": "create_budget", long: 1, **{f"k{each}": 1 for each in range(999)}}, ACTIONS)
    assert len(str(action_named_in({"action": long}))) == 200
    assert len(unknown_action.value.message) < 500
    assert len(unknown_key.value.message) < 1000
    assert "and 980 more" in unknown_key.value.message
