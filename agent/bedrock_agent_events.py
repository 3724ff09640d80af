"""Amazon Bedrock Agents: actions as the functions, or as the API operations, of an action group.

Source of the shapes: Bedrock user guide, "Configure Lambda functions to send information that an Amazon Bedrock
agent elicits from the user". All values come as texts. The agent's model reads the answer, which may have 25 KB.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from agent.answers import Answers, Arrival
from agent.contract import AgentResponse
from agent.fitted_reply import fitted
from agent.http_status import status_of
from agent.invocation import Caller
from agent.short_form import ASK
from agent.tool_request import request_for
from tools.domain.errors import BudgetAgentError, InvalidRequest

LARGEST_ANSWER = 25_000
"""Bytes of the whole answer as JSON."""

_LONGEST_NAME = 500
_ATTRIBUTES = ("sessionAttributes", "promptSessionAttributes")


def respond(arrival: Arrival, answers: Answers, source: str) -> dict[str, Any]:
    """Call the action that an agent names, and answer in the shape of its action group."""
    event = arrival.event
    caller = _caller(event, source)
    try:
        response = answers.request(_request_in(event), caller)
    except BudgetAgentError as error:
        response = answers.refusal(error, caller, _action_in(event))

    def answer(reply: Mapping[str, Any]) -> dict[str, Any]:
        return _answer(event, response, json.dumps(reply, ensure_ascii=False))

    return answer(fitted(response, LARGEST_ANSWER, answer))


def _request_in(event: Mapping[str, Any]) -> dict[str, Any]:
    """The request. Raises InvalidRequest where the parameters are none."""
    action = _action_in(event)
    given = {**_values(event.get("parameters"), "parameters"), **_values(_body_of(event), "requestBody")}
    session = _text(event.get("sessionId"))
    if action == ASK and session:
        # What the agent's user has asked before belongs to the same conversation.
        given.setdefault("session_id", session)
    return request_for(action, given)


def _action_in(event: Mapping[str, Any]) -> str:
    """A function's name, or the path of an operation without its slash."""
    return _text(event.get("function")) or _text(event.get("apiPath")).removeprefix("/")


def _body_of(event: Mapping[str, Any]) -> Any:
    """The properties of the request's body, in whatever type of content there is."""
    body = event.get("requestBody")
    contents = body.get("content") if isinstance(body, Mapping) else None
    if not isinstance(contents, Mapping) or not contents:
        return None
    content = contents.get("application/json", next(iter(contents.values())))
    return content.get("properties") if isinstance(content, Mapping) else None


def _values(entries: Any, where: str) -> dict[str, Any]:
    """Names and values of entries such as `{"name": "amount", "type": "number", "value": "100"}`."""
    if entries is None:
        return {}
    if not isinstance(entries, list):
        raise InvalidRequest(f"'{where}' is no list of names and values.")
    found: dict[str, Any] = {}
    for each in entries:
        name = each.get("name") if isinstance(each, Mapping) else None
        if not isinstance(name, str) or "value" not in each or name in found:
            raise InvalidRequest(f"'{where}' holds an entry without a name of its own, or without a value.")
        found[name] = each["value"]
    return found


def _caller(event: Mapping[str, Any], source: str) -> Caller:
    """An agent's alias in one session: the agent does not tell its users apart otherwise."""
    agent = event.get("agent")
    told = [_text(agent.get(name)) for name in ("id", "alias")] if isinstance(agent, Mapping) else []
    session = _text(event.get("sessionId"))
    return Caller(source, f"{'/'.join(told)}#{session}" if all(told) and told and session else None)


def _answer(event: Mapping[str, Any], response: AgentResponse, body: str) -> dict[str, Any]:
    group = {"actionGroup": _text(event.get("actionGroup"))}
    attributes = {name: _texts(event.get(name)) for name in _ATTRIBUTES}
    return {
        "messageVersion": "1.0",
        "response": group | (_of_function if "function" in event else _of_operation)(event, response, body),
        **{name: held for name, held in attributes.items() if len(json.dumps(held)) < LARGEST_ANSWER / 4},
    }


def _of_function(event: Mapping[str, Any], response: AgentResponse, body: str) -> dict[str, Any]:
    """REPROMPT lets the model read what is wrong and try again; FAILURE ends its attempt with an exception."""
    status = status_of(response)
    state: dict[str, str] = {}
    if status is not HTTPStatus.OK:
        state = {"responseState": "FAILURE" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "REPROMPT"}
    return {
        "function": _text(event.get("function")),
        "functionResponse": {**state, "responseBody": {"TEXT": {"body": body}}},
    }


def _of_operation(event: Mapping[str, Any], response: AgentResponse, body: str) -> dict[str, Any]:
    return {
        "apiPath": _text(event.get("apiPath")),
        "httpMethod": _text(event.get("httpMethod")),
        "httpStatusCode": status_of(response).value,
        "responseBody": {"application/json": {"body": body}},
    }


def _texts(attributes: Any) -> dict[str, str]:
    """Attributes as they came: Bedrock keeps texts under names."""
    if not isinstance(attributes, Mapping):
        return {}
    return {
        _text(name): _text(value, LARGEST_ANSWER)
        for name, value in attributes.items()
        if isinstance(name, str) and isinstance(value, str)
    }


def _text(given: Any, longest: int = _LONGEST_NAME) -> str:
    """A text without half characters; empty if it is none."""
    return given[:longest].encode(errors="replace").decode() if isinstance(given, str) else ""
