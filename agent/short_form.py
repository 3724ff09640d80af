"""The short form of a question, `{"query": "..."}`, and the reply that is read in three ways.

FinOps supervisors that call functions with a question read the answer as a JSON text `body` with a plain-text
`response` in it, or as the same text under `response`, and take a reply for failed if it has `error`. So the reply
is the standard one with these keys beside its five.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from agent.answers import Answers, Arrival
from agent.contract import AgentResponse, refuse_malformed, refuse_others
from agent.http_status import status_of
from agent.invocation import Caller
from tools.domain.errors import InvalidRequest

ASK = "ask"
"""The action that a question becomes."""

_PARAMETERS = ("query", "session_id", "allow_changes")
_FIELDS = (*_PARAMETERS, "request_id")


def respond(arrival: Arrival, answers: Answers, source: str) -> dict[str, Any]:
    """Answer a question that somebody sends to the function itself."""
    del source
    response = answered(arrival.event, answers, None)
    words = words_of(response)
    return {
        **response.model_dump(mode="json"),
        "statusCode": status_of(response).value,
        "headers": {"Content-Type": "application/json"},
        "body": json.dumps(words, ensure_ascii=False),
        **words,
    }


def is_question(content: Any) -> bool:
    """Whether this is the short form, well made or not."""
    return isinstance(content, Mapping) and "query" in content


def answered(content: Mapping[str, Any], answers: Answers, caller: Caller | None) -> AgentResponse:
    """The standard reply to a question in its short form."""
    try:
        return answers.request(_request_in(content), caller)
    except InvalidRequest as error:
        return answers.refusal(error, caller, ASK)


def words_of(response: AgentResponse) -> dict[str, str]:
    """A reply to a question as plain text: `response`, and on failure the same as `error`."""
    if response.error_code is None:
        return {"response": str(response.data["text"])}
    message = str(response.data["error"]["message"])
    return {"response": message, "error": message}


def _request_in(content: Mapping[str, Any]) -> dict[str, Any]:
    """The request that asks it. Raises InvalidRequest for anything that a question has no place for."""
    refuse_malformed(content)
    refuse_others(
        content,
        _FIELDS,
        "a question",
        "Beside query it may have session_id, allow_changes and request_id; an action is asked for without query.",
    )
    parameters = {name: content[name] for name in _PARAMETERS if name in content}
    named = {"request_id": content["request_id"]} if "request_id" in content else {}
    return {"action": ASK, "parameters": parameters, **named}
