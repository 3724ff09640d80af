"""Questions in the short form: what they become, and the three ways in which their replies are read."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.callers import StandIn, SupervisorReply
from tools.domain.errors import Throttled, UnknownAction

TEXT = "You spent $4,812.20 of $5,000.00 in EC2-Monthly-Budget."


def reply_to(event: Any, agent: StandIn) -> SupervisorReply:
    return SupervisorReply.model_validate(agent.arrive(event))


@pytest.mark.parametrize(
    "further",
    [
        {},
        {"session_id": "s-1"},
        {"allow_changes": True, "session_id": None},
        {"request_id": "r-1"},
        {"session_id": "s-1", "allow_changes": False, "request_id": "r-1"},
    ],
)
def test_a_question_becomes_the_action_that_answers_it(further: dict[str, Any]) -> None:
    agent = StandIn({"text": TEXT}, action="ask")
    reply_to({"query": "How are we?", **further}, agent)
    named = {"request_id": further.pop("request_id")} if "request_id" in further else {}
    assert agent.request == {"action": "ask", "parameters": {"query": "How are we?", **further}, **named}
    assert agent.callers == [None]


def test_the_answer_is_read_in_three_ways() -> None:
    raw = StandIn({"text": TEXT}, action="ask").arrive({"query": "How are we?"})
    assert json.loads(raw["body"])["response"] == raw["response"] == TEXT
    assert "error" not in raw
    assert "error" not in json.loads(raw["body"])
    reply = SupervisorReply.model_validate(raw)
    assert (reply.status_code, reply.action, reply.status, reply.data["text"]) == (
        200,
        "ask",
        "success",
        TEXT,
    )


def test_a_failure_is_readable_and_marked_in_all_three() -> None:
    agent = StandIn(error=Throttled("Slow down."), action="ask")
    reply = reply_to({"query": "How are we?"}, agent)
    assert reply.response == reply.failure == reply.body.response == reply.body.error == "Slow down."
    assert (reply.status_code, reply.error.code) == (429, "THROTTLED")


def test_an_agent_that_answers_no_questions_says_so_in_the_same_shape() -> None:
    agent = StandIn(error=UnknownAction("There is no action 'ask'."), action="ask")
    assert reply_to({"query": "How are we?"}, agent).failure == "There is no action 'ask'."


def test_the_same_question_may_come_twice() -> None:
    agent = StandIn({"text": TEXT}, action="ask")
    assert reply_to({"query": "x"}, agent) == reply_to({"query": "x"}, agent)
    assert agent.requests[0] == agent.requests[1]


@pytest.mark.parametrize(
    ("event", "said"),
    [
        ({"query": "x", "action": "delete_budget", "parameters": {}}, "action, parameters"),
        ({"query": "x", "confirmation_token": "t"}, "confirmation_token"),
        ({"query": "x", "asynchronous": True}, "asynchronous"),
        ({"query": "x", **{f"k{number}": 1 for number in range(30)}}, "and 10 more"),
        ({"query": "x", "k" * 1_000_000: 1}, "kkk…"),
        ({"query": "\ud800"}, "surrogate"),
        ({"query": "x", "\ud800": 1}, "surrogate"),
    ],
)
def test_anything_beside_a_question_is_refused_in_the_same_shape(event: Any, said: str) -> None:
    agent = StandIn()
    reply = reply_to(event, agent)
    assert said in agent.refusal.message == reply.failure
    assert (reply.status_code, reply.action, reply.error.code) == (400, "ask", "INVALID_REQUEST")
    assert len(json.dumps(reply.model_dump(by_alias=True))) < 5_000


@pytest.mark.parametrize("query", [None, 5, [], {"query": "x"}, ""])
def test_whether_a_question_is_one_is_for_the_action_to_say(query: Any) -> None:
    agent = StandIn({"text": TEXT})
    reply_to({"query": query}, agent)
    assert agent.request["parameters"] == {"query": query}
