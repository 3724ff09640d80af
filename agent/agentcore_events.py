"""Amazon Bedrock AgentCore Gateway: actions as the tools of a gateway's target.

The client context names the tool, the event holds its bare arguments, and the reply is an object. Source:
AgentCore developer guide, "AWS Lambda function targets" and "Understand how AgentCore Gateway tools are named".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agent.answers import Answers, Arrival
from agent.events import TOOL_NAME
from agent.invocation import Caller
from agent.tool_request import request_for
from tools.domain.errors import BudgetAgentError, InvalidRequest

_BETWEEN = "___"
_GATEWAY, _TARGET = "bedrockAgentCoreGatewayId", "bedrockAgentCoreTargetId"
_LONGEST_NAME = 500


def respond(arrival: Arrival, answers: Answers, source: str) -> dict[str, Any]:
    """Call the action that the tool is, and give the standard reply."""
    target, between, tool = _text(arrival.custom[TOOL_NAME]).partition(_BETWEEN)
    action = tool if between else target
    caller = _caller(arrival.custom, source)
    try:
        response = answers.request(request_for(action, _arguments(arrival.event)), caller)
    except BudgetAgentError as error:
        response = answers.refusal(error, caller, action)
    return response.model_dump(mode="json")


def _arguments(event: Any) -> Mapping[str, Any]:
    if event is None:
        return {}
    if not isinstance(event, Mapping):
        raise InvalidRequest("The arguments of a tool are an object; send {} for none.")
    return event


def _caller(custom: Mapping[str, Any], source: str) -> Caller:
    """The gateway and its target: whose agent calls the gateway is not told."""
    told = [_text(custom.get(name)) for name in (_GATEWAY, _TARGET)]
    return Caller(source, "/".join(told) if all(told) else None)


def _text(given: Any) -> str:
    """A text without half characters; empty if it is none."""
    return given[:_LONGEST_NAME].encode(errors="replace").decode() if isinstance(given, str) else ""
