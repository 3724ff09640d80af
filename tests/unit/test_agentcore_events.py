"""AgentCore Gateway: the tool in the client context, bare arguments, and the reply as an object."""

from __future__ import annotations

import json
from typing import Any

import pytest

from agent.invocation import Caller, custom_in
from tests.callers import StandardReply, StandIn
from tools.domain.errors import UnknownAction

GATEWAY = {
    "bedrockAgentCoreMessageVersion": "1.0",
    "bedrockAgentCoreAwsRequestId": "11111111-2222-3333-4444-555555555555",
    "bedrockAgentCoreMcpMessageId": "1",
    "bedrockAgentCoreGatewayId": "finops-abc",
    "bedrockAgentCoreTargetId": "TARGET1234",
}


def custom(tool: Any, **others: Any) -> dict[str, Any]:
    return {**GATEWAY, "bedrockAgentCoreToolName": tool, **others}


def reply_to(arguments: Any, tool: Any, agent: StandIn, **others: Any) -> StandardReply:
    return StandardReply.model_validate(agent.arrive(arguments, custom(tool, **others)))


@pytest.mark.parametrize("tool", ["budgets___analyze_budgets", "analyze_budgets"])
def test_a_tool_is_an_action_without_the_targets_name(tool: str) -> None:
    agent = StandIn({"budgets": []})
    reply = reply_to({"page_size": "5", "budget_names": ["a"]}, tool, agent)
    assert agent.request == {
        "action": "analyze_budgets",
        "parameters": {"page_size": 5, "budget_names": ["a"]},
    }
    assert (reply.status, reply.data["budgets"]) == ("success", [])
    assert agent.caller == Caller("agentcore_gateway", "finops-abc/TARGET1234")


def test_a_tool_without_arguments_may_send_none() -> None:
    agent = StandIn()
    reply_to(None, "budgets___analyze_budgets", agent)
    assert agent.request == {"action": "analyze_budgets", "parameters": {}}


@pytest.mark.parametrize(
    "arguments",
    [
        {"query": "How are we?"},
        {"action": "delete_budget", "parameters": {}},
        {"Records": [{"EventSource": "aws:sns"}]},
        {"requestContext": {"http": {}}, "httpMethod": "GET"},
        {"warmup": True},
    ],
)
def test_arguments_are_arguments_whatever_they_look_like(arguments: dict[str, Any]) -> None:
    agent = StandIn()
    reply_to(arguments, "budgets___analyze_budgets", agent)
    assert agent.request == {"action": "analyze_budgets", "parameters": arguments}


def test_a_tool_that_does_not_exist_is_said_to_be_none() -> None:
    agent = StandIn(error=UnknownAction("There is no action 'nothing'."))
    assert reply_to({"a": "1"}, "budgets___nothing", agent).error.code == "UNKNOWN_ACTION"
    assert agent.request == {"action": "nothing", "parameters": {"a": "1"}}


@pytest.mark.parametrize("arguments", [[], "text", 5, True])
def test_arguments_that_are_no_object_are_refused(arguments: Any) -> None:
    agent = StandIn()
    assert reply_to(arguments, "budgets___analyze_budgets", agent).action == "analyze_budgets"
    assert "are an object" in agent.refusal.message


@pytest.mark.parametrize("tool", ["", "___", "a___", "\ud800___\ud800", "x" * 1_000_000, "a___b___c"])
def test_a_hostile_name_of_a_tool_is_asked_for_as_it_is(tool: str) -> None:
    agent = StandIn()
    reply_to({}, tool, agent, bedrockAgentCoreGatewayId=5)
    assert len(agent.request["action"]) <= 500
    assert agent.request["action"].encode() or not agent.request["action"]
    assert agent.caller.principal is None


@pytest.mark.parametrize("tool", [None, 5, [], {}])
def test_a_client_context_that_names_no_tool_changes_nothing(tool: Any) -> None:
    agent = StandIn()
    agent.arrive({"action": "analyze_budgets"}, custom(tool))
    assert agent.request == {"action": "analyze_budgets"}


NO_CUSTOM: list[Any] = [None, "text", [], 5]


class Holder:
    def __init__(self, **held: Any) -> None:
        self.__dict__.update(held)


@pytest.mark.parametrize(
    "context",
    [None, 5, Holder(), Holder(client_context=None), Holder(client_context=Holder())]
    + [Holder(client_context=Holder(custom=each)) for each in NO_CUSTOM],
)
def test_a_client_context_may_be_anything(context: Any) -> None:
    assert custom_in(context) == {}


def test_what_is_in_the_client_context_is_found() -> None:
    context = Holder(client_context=Holder(custom=custom("a___b")))
    assert json.loads(json.dumps(custom_in(context)))["bedrockAgentCoreToolName"] == "a___b"
