"""Replies that are shortened: to what fits, and never without saying so."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.contract import AgentResponse, ErrorDetail
from agent.fitted_reply import CODE, fitted
from tests.builders import NOW


def success(data: dict[str, Any], action: str = "analyze_budgets") -> AgentResponse:
    return AgentResponse.success(action, {"incomplete": [], **data}, NOW)


def size(value: Any) -> int:
    return len(json.dumps(value))


def test_what_fits_stays_as_it_is() -> None:
    response = success({"budgets": [{"name": "a"}] * 10, "next_token": "t"})
    assert fitted(response, size(response.model_dump(mode="json"))) == response.model_dump(mode="json")


def test_the_last_entries_of_the_largest_list_go_first_and_no_more_than_must() -> None:
    budgets = [{"name": f"budget-{number:03}", "spend": "x" * 50} for number in range(100)]
    response = success({"insights": ["a", "b"], "budgets": budgets, "next_token": "t", "left_out": 3, "n": 7})
    data = fitted(response, 4_000)["data"]
    kept = data["budgets"]
    assert kept == budgets[: len(kept)]
    assert size(fitted(response, 4_000)) <= 4_000 < size(fitted(response, 4_000)) + size(budgets[0]) + 2
    assert (data["insights"], data["n"]) == (["a", "b"], 7)
    assert data["next_token"] is data["left_out"] is None


def test_it_says_what_is_missing_and_how_to_ask_for_less() -> None:
    earlier = {"part": "notifications", "code": "THROTTLED", "reason": "Slow.", "retryable": True}
    response = AgentResponse.success(
        "analyze_budgets", {"incomplete": [earlier], "budgets": ["x" * 100] * 100}, NOW
    )
    first, [missing] = (lambda found: (found[0], found[1:]))(fitted(response, 3_000)["data"]["incomplete"])
    assert first == earlier
    assert (missing["part"], missing["code"], missing["retryable"]) == ("budgets", CODE, False)
    assert missing["reason"].startswith("Only the first ")
    assert "of 100 entries" in missing["reason"]
    assert "takes 3,000 bytes" in missing["reason"]
    assert missing["reason"].endswith(
        "Ask for less with page_size, budget_names, budget_types, budget_statuses."
    )


def test_a_count_beside_a_list_deeper_down_goes_with_it() -> None:
    entry = {"id": "a", "history": ["x" * 50] * 100, "history_left_out": 2}
    shown = fitted(success({"budget_actions": [entry]}, "list_budget_actions"), 3_000)["data"]
    [action] = shown["budget_actions"]
    assert action["history_left_out"] is None
    assert 1 <= len(action["history"]) < 100
    assert shown["incomplete"][0]["part"] == "budget_actions[0].history"


def test_a_long_text_is_ended_and_a_token_never() -> None:
    token = "t" * 900
    data = fitted(success({"text": "word " * 2_000, "confirmation_token": token}, "nothing"), 3_000)["data"]
    assert data["text"].endswith("…")
    assert data["text"].startswith("word word")
    assert data["confirmation_token"] == token
    assert data["incomplete"][0]["part"] == "text"
    assert "Ask for less" not in data["incomplete"][0]["reason"]


def test_what_cannot_be_ended_is_left_out_whole() -> None:
    spend = {f"service-{number}": "1.00" for number in range(1_000)}
    data = fitted(success({"name": "a", "spend": spend}), 1_000)["data"]
    assert (data["name"], data["spend"]) == ("a", None)
    assert [each["part"] for each in data["incomplete"]] == ["spend"]


def test_an_error_stays_an_error_and_says_it_among_its_details() -> None:
    problems = [{"parameter": f"p{number}", "problem": "x" * 900} for number in range(50)]
    detail = ErrorDetail(
        code="INVALID_PARAMETERS", message="m" * 40_000, details={"problems": problems}, retryable=False
    )
    reply = fitted(AgentResponse.failure("create_budget", detail, "an-id", NOW), 20_000)
    error = reply["data"]["error"]
    assert (reply["status"], error["code"], error["retryable"]) == ("error", "INVALID_PARAMETERS", False)
    assert reply["data"]["request_id"] == "an-id"
    assert error["message"].endswith("…")
    assert 0 < len(error["details"]["problems"]) < 50
    assert {each["code"] for each in error["details"]["incomplete"]} == {CODE}
    assert size(reply) <= 20_000


def test_it_is_measured_as_it_is_sent() -> None:
    def as_body(reply: Any) -> Any:
        return {"headers": {"a": "b" * 500}, "body": json.dumps(reply)}

    response = success({"budgets": ['"quoted"'] * 1_000})
    assert 1_800 < size(as_body(fitted(response, 2_000, as_body))) <= 2_000


def test_the_response_itself_is_not_changed() -> None:
    response = success({"budgets": ["x" * 100] * 100})
    before = response.model_dump_json()
    fitted(response, 2_000)
    assert response.model_dump_json() == before


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=700),
    lambda inner: st.lists(inner, max_size=8) | st.dictionaries(st.text(max_size=8), inner, max_size=5),
    max_leaves=40,
)


@given(st.dictionaries(st.text(max_size=10), values, max_size=6), st.integers(1_000, 6_000))
def test_whatever_it_holds_it_fits_and_is_the_reply_or_says_what_is_not(
    data: dict[str, Any], most: int
) -> None:
    data.pop("incomplete", None)
    data.pop("error", None)
    response = success(data)
    whole = response.model_dump(mode="json")
    shown = fitted(response, most)
    assert size(shown) <= max(most, 1_000)
    assert shown["status"] == "success"
    if size(whole) > most:
        assert shown["data"]["incomplete"]
    else:
        assert shown == whole


@pytest.mark.parametrize("most", [0, 10, 200])
def test_less_than_nothing_is_not_possible_and_does_not_go_on_for_ever(most: int) -> None:
    assert fitted(success({"budgets": ["x" * 100] * 10, "name": "a"}), most)["status"] == "success"
