"""Bedrock Agents: what their two kinds of action groups send, and the answers they take."""

from __future__ import annotations

import json
from typing import Any

import pytest

from agent.invocation import Caller
from tests.callers import FunctionAnswer, OperationAnswer, StandIn, sample
from tools.domain.errors import (
    AccessDenied,
    AwsUnavailable,
    BudgetAgentError,
    BudgetNotFound,
    InternalError,
    InvalidParameters,
    Throttled,
    UnknownAction,
)

ATTRIBUTES = {"sessionAttributes": {"team": "data"}, "promptSessionAttributes": {"today": "Monday"}}


def function(name: Any, parameters: Any = (), **members: Any) -> dict[str, Any]:
    """What a group of functions sends: the sample of an operation with a function in its place."""
    event = sample("18_bedrockAgentEvent")
    for member in ("httpMethod", "apiPath"):
        del event[member]
    listed = [*parameters] if isinstance(parameters, tuple | list) else parameters
    return {**event, "function": name, "parameters": listed, **ATTRIBUTES, **members}


def operation(path: Any, properties: Any = (), **members: Any) -> dict[str, Any]:
    """What a group of API operations sends."""
    body = {"content": {"application/json": {"properties": list(properties)}}}
    return {
        **sample("19_bedrockAgentPostEvent"),
        "apiPath": path,
        "requestBody": body,
        **ATTRIBUTES,
        **members,
    }


def value(name: Any, text: Any, type: str = "string") -> dict[str, Any]:
    return {"name": name, "type": type, "value": text}


def of_function(event: Any, agent: StandIn) -> FunctionAnswer:
    return FunctionAnswer.model_validate(agent.arrive(event))


def of_operation(event: Any, agent: StandIn) -> OperationAnswer:
    return OperationAnswer.model_validate(agent.arrive(event))


TEXTS = [
    value("page_size", "5", "integer"),
    value("budget_names", "[EC2-Monthly-Budget, s3]", "array"),
    value("check_filters", "true", "boolean"),
    value("budget_statuses", '["BREACHED"]', "array"),
]
REQUEST = {
    "action": "analyze_budgets",
    "parameters": {
        "page_size": 5,
        "budget_names": ["EC2-Monthly-Budget", "s3"],
        "check_filters": True,
        "budget_statuses": ["BREACHED"],
    },
}


def test_a_function_is_an_action_and_its_texts_become_values() -> None:
    agent = StandIn({"budgets": 3})
    answer = of_function(function("analyze_budgets", TEXTS), agent)
    assert agent.request == REQUEST
    assert answer.response.function_response.response_state is None
    assert (answer.response.function, answer.reply.data["budgets"]) == ("analyze_budgets", 3)
    assert answer.response.action_group == "ClaimManagementActionGroup"


def test_an_operation_is_an_action_and_its_texts_become_values() -> None:
    agent = StandIn({"budgets": 3})
    answer = of_operation(operation("/analyze_budgets", TEXTS), agent)
    assert agent.request == REQUEST
    assert (answer.response.api_path, answer.response.http_method) == ("/analyze_budgets", "POST")
    assert (answer.response.http_status_code, answer.reply.data["budgets"]) == (200, 3)


def test_parameters_of_an_operation_count_beside_its_body() -> None:
    agent = StandIn()
    of_operation(operation("/analyze_budgets", TEXTS[:1], parameters=TEXTS[1:]), agent)
    assert agent.request == REQUEST


@pytest.mark.parametrize("body", [None, {}, {"content": {}}, {"content": {"application/json": {}}}, 5])
def test_an_operation_may_have_no_body(body: Any) -> None:
    agent = StandIn()
    of_operation({**operation("/analyze_budgets"), "requestBody": body}, agent)
    assert agent.request == {"action": "analyze_budgets", "parameters": {}}


def test_attributes_of_the_session_come_back() -> None:
    answer = of_function(function("analyze_budgets"), StandIn())
    assert answer.session_attributes == {"team": "data"}
    assert answer.prompt_session_attributes == {"today": "Monday"}


def test_the_caller_is_the_agents_alias_in_its_session() -> None:
    agent = StandIn()
    of_function(function("analyze_budgets"), agent)
    assert agent.caller == Caller("bedrock_agent", "8ZXY0W8P1H/TSTALIASID#12345678912345")


@pytest.mark.parametrize(
    "members", [{"agent": None}, {"agent": {"id": "x"}}, {"sessionId": None}, {"sessionId": ""}]
)
def test_who_is_not_named_is_not_told_apart(members: dict[str, Any]) -> None:
    agent = StandIn()
    of_function(function("analyze_budgets", **members), agent)
    assert agent.caller == Caller("bedrock_agent", None)


def test_a_question_belongs_to_the_agents_session() -> None:
    agent = StandIn({"text": "Well."}, action="ask")
    of_function(function("ask", [value("query", "How are we?")]), agent)
    of_function(function("ask", [value("query", "And now?"), value("session_id", "own")]), agent)
    assert [each["parameters"]["session_id"] for each in agent.requests] == ["12345678912345", "own"]


@pytest.mark.parametrize(
    ("error", "status", "state"),
    [
        (InvalidParameters("amount: is required"), 400, "REPROMPT"),
        (UnknownAction("There is no action 'claims'."), 404, "REPROMPT"),
        (BudgetNotFound("There is no budget named 'ec2'."), 404, "REPROMPT"),
        (AccessDenied("x", {"permission": "budgets:ViewBudget"}), 403, "REPROMPT"),
        (Throttled("x"), 429, "REPROMPT"),
        (AwsUnavailable("x"), 503, "FAILURE"),
        (InternalError("x"), 500, "FAILURE"),
    ],
)
def test_what_the_model_can_mend_is_told_to_it_and_the_rest_fails(
    error: BudgetAgentError, status: int, state: str
) -> None:
    failed = of_function(function("analyze_budgets"), StandIn(error=error))
    assert failed.response.function_response.response_state == state
    assert failed.reply.error.message == error.message
    answer = of_operation(operation("/analyze_budgets"), StandIn(error=error))
    assert (answer.response.http_status_code, answer.reply.error.code) == (status, error.code)


@pytest.mark.parametrize(
    ("name", "action"),
    [
        ("18_bedrockAgentEvent", "claims"),
        ("19_bedrockAgentPostEvent", "send-reminders"),
        ("20_bedrockAgentEventWithPathParams", "claims/<claim_id>"),
    ],
)
def test_the_samples_ask_for_actions_that_do_not_exist(name: str, action: str) -> None:
    agent = StandIn(error=UnknownAction("There is no such action."))
    answer = of_operation(sample(name), agent)
    assert agent.request["action"] == action
    assert answer.response.http_status_code == 404


@pytest.mark.parametrize(
    "parameters",
    ["text", {"name": "x"}, [5], [{"name": "x"}], [{"value": "x"}], [value(5, "x")], [value("a", "1")] * 2],
)
def test_parameters_that_are_none_are_refused(parameters: Any) -> None:
    agent = StandIn()
    answer = of_function(function("analyze_budgets", parameters), agent)
    assert answer.response.function_response.response_state == "REPROMPT"
    assert agent.refusal.code == answer.reply.error.code == "INVALID_REQUEST"
    assert answer.reply.action == "analyze_budgets"


@pytest.mark.parametrize("text", ["\ud800", "[" * 1000, "[\ud800]"])
def test_what_nobody_can_work_on_is_refused_or_stays_a_text(text: str) -> None:
    agent = StandIn()
    answer = of_function(function("analyze_budgets", [value("budget_names", text)]), agent)
    assert json.dumps(answer.model_dump(by_alias=True), ensure_ascii=False).encode()
    assert agent.refusals or agent.request["parameters"] == {"budget_names": text}


@pytest.mark.parametrize(
    "members",
    [
        {"actionGroup": 5, "function": None},
        {"actionGroup": "\ud800", "function": "\udfff" * 5_000},
        {"sessionAttributes": [], "promptSessionAttributes": {"a": 1, "\ud800": "\ud800", "b": "c"}},
        {"messageVersion": "9.9"},
    ],
)
def test_a_hostile_event_gets_an_answer_of_the_right_shape(members: dict[str, Any]) -> None:
    answer = of_function(function("analyze_budgets", **members), StandIn())
    assert json.dumps(answer.model_dump(by_alias=True), ensure_ascii=False).encode()


def test_a_large_reply_is_shortened_to_what_the_agent_takes() -> None:
    budgets = [{"name": f"budget-{number}", "note": "é" * 100} for number in range(400)]
    agent = StandIn({"summary": {"budgets": 400}, "budgets": budgets, "next_token": None, "left_out": 0})
    raw = agent.arrive(function("analyze_budgets", sessionAttributes={"long": "x" * 5_000}))
    answer = FunctionAnswer.model_validate(raw)
    assert 20_000 < len(json.dumps(raw)) <= 25_000
    data = answer.reply.data
    assert answer.reply.status == "success"
    assert data["summary"] == {"budgets": 400}
    assert data["budgets"] == budgets[: len(data["budgets"])]
    assert "page_size" in data["incomplete"][0]["reason"]
    assert answer.session_attributes == {"long": "x" * 5_000}


def test_attributes_too_large_to_come_back_are_left_out_whole() -> None:
    raw = StandIn().arrive(function("analyze_budgets", sessionAttributes={"long": "x" * 20_000}))
    assert "sessionAttributes" not in raw
    assert len(json.dumps(raw)) < 25_000
