"""The wire format: what a request looks like, what every reply looks like, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from difflib import get_close_matches
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from tools.domain.errors import BudgetAgentError, InternalError, InvalidRequest, UnknownAction
from tools.domain.names import AGENT_NAME
from tools.domain.quoting import quoted, shortened

_REQUEST_FIELDS = ("action", "parameters", "request_id", "asynchronous", "confirmation_token")
_LONGEST_REQUEST_ID = 128
_LONGEST_TOKEN = 200
_MOST_UNKNOWN = 20
_DEEPEST = 100


class ActionRequest(BaseModel):
    """One request: which action, with which parameters, under which id."""

    model_config = ConfigDict(frozen=True)

    action: str
    parameters: Mapping[str, Any] = Field(default_factory=dict)
    request_id: str | None = None
    confirmation_token: str | None = None


class Status(StrEnum):
    """How it ended."""

    SUCCESS = "success"
    ERROR = "error"


class ErrorDetail(BaseModel):
    """Why it failed and what the caller can do."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    code: str
    message: str
    details: dict[str, Any]
    retryable: bool


class AgentResponse(BaseModel):
    """The standard reply: exactly these five keys."""

    model_config = ConfigDict(frozen=True)

    agent: str = AGENT_NAME
    action: str | None
    status: Status
    data: dict[str, Any]
    timestamp: str

    @property
    def error_code(self) -> str | None:
        """The code of the error it carries; None for a result."""
        return None if self.status is Status.SUCCESS else str(self.data["error"]["code"])

    @classmethod
    def success(cls, action: str | None, data: dict[str, Any], now: datetime) -> AgentResponse:
        """The reply that carries a result; that to a ping is of no action."""
        return cls(action=action, status=Status.SUCCESS, data=data, timestamp=_timestamp(now))

    @classmethod
    def failure(
        cls, action: str | None, error: ErrorDetail, request_id: str | None, now: datetime
    ) -> AgentResponse:
        """The reply that carries an error."""
        data = {"error": error.model_dump(mode="json"), "request_id": request_id}
        return cls(action=action, status=Status.ERROR, data=data, timestamp=_timestamp(now))


def parse_request(event: Any, actions: list[str]) -> ActionRequest:
    """The request in an event. Raises InvalidRequest or UnknownAction, saying what to send instead."""
    example = '{"action": "analyze_budgets", "parameters": {}}'
    if not isinstance(event, Mapping):
        raise InvalidRequest(
            f"The request is {_kind_of(event)}, not an object. Send for example {example}.",
            {"actions": actions},
        )
    refuse_malformed(event)
    refuse_others(
        event,
        _REQUEST_FIELDS,
        "a request",
        "Allowed are action, parameters, request_id, asynchronous and confirmation_token.",
    )
    if not isinstance(event.get("asynchronous", False), bool):
        raise InvalidRequest(
            "'asynchronous' is not a truth value.", {"allowed": "true where nobody waits for the reply"}
        )
    action = event.get("action")
    if not isinstance(action, str) or not action.strip():
        raise InvalidRequest(
            f"'action' is missing or not a text. Send for example {example}.", {"actions": actions}
        )
    return ActionRequest(
        action=_known(action.strip(), actions),
        parameters=_parameters_in(event),
        request_id=_request_id_in(event),
        confirmation_token=_confirmation_token_in(event),
    )


def refuse_malformed(event: Mapping[str, Any]) -> None:
    """Raises InvalidRequest for what JSON can spell and nobody can work on, nor send back.

    That is half a character, and any depth.
    """
    waiting: list[tuple[Any, int]] = [(event, 1)]
    while waiting:
        value, depth = waiting.pop()
        if isinstance(value, str) and not _is_unicode(value):
            raise InvalidRequest("The request holds half of a surrogate pair, which is no Unicode text.")
        if depth > _DEEPEST:
            raise InvalidRequest(f"The request is nested more than {_DEEPEST} levels deep.")
        if isinstance(value, Mapping):
            waiting += [(each, depth + 1) for pair in value.items() for each in pair]
        elif isinstance(value, list):
            waiting += [(each, depth + 1) for each in value]


def refuse_others(content: Mapping[str, Any], fields: Sequence[str], what: str, hint: str) -> None:
    """Raises InvalidRequest, naming them, if an object has other fields than it may have."""
    unknown = sorted(shortened(str(name)) for name in content if name not in fields)
    if not unknown:
        return
    unknown, further = unknown[:_MOST_UNKNOWN], len(unknown) - _MOST_UNKNOWN
    others = f" and {further} more" if further > 0 else ""
    raise InvalidRequest(
        f"Not part of {what}: {', '.join(unknown)}{others}. {hint}",
        {"unknown": unknown, "allowed": list(fields)},
    )


def is_asynchronous(event: Any) -> bool:
    """Whether the request says that nobody waits for its reply."""
    return isinstance(event, Mapping) and event.get("asynchronous") is True


def action_named_in(event: Any) -> str | None:
    """The action that an event, however wrong, seems to ask for; echoed in error replies."""
    action = event.get("action") if isinstance(event, Mapping) else None
    if not isinstance(action, str):
        return None
    return shortened(action.strip().encode(errors="replace").decode())


def request_id_named_in(event: Any) -> str | None:
    """The request id of an event, when it is one that a request may have."""
    request_id = event.get("request_id") if isinstance(event, Mapping) else None
    return request_id if _is_request_id(request_id) else None


def error_detail(error: BudgetAgentError) -> ErrorDetail:
    """An error as replies carry it."""
    return ErrorDetail(
        code=error.code, message=error.message, details=error.details, retryable=error.retryable
    )


def internal_error() -> ErrorDetail:
    """What a caller is told of a defect: nothing but that there is one, and where to look."""
    return error_detail(
        InternalError("The agent failed unexpectedly. Its log holds the cause under this request id.")
    )


def _known(action: str, actions: list[str]) -> str:
    if action in actions:
        return action
    nearest = get_close_matches(shortened(action.lower()), actions, n=1, cutoff=0.5)
    meant = f" Did you mean '{nearest[0]}'?" if nearest else ""
    raise UnknownAction(
        f"There is no action {quoted(action)}.{meant} Actions: {', '.join(actions)}.",
        {"actions": actions, "nearest": nearest[0] if nearest else None},
    )


def _parameters_in(event: Mapping[str, Any]) -> Mapping[str, Any]:
    parameters = event.get("parameters")
    if parameters is None:
        return {}
    if not isinstance(parameters, Mapping):
        raise InvalidRequest(
            f"'parameters' is {_kind_of(parameters)}, not an object; send {{}} for none.",
            {"allowed": "an object"},
        )
    return parameters


def _request_id_in(event: Mapping[str, Any]) -> str | None:
    request_id = event.get("request_id")
    if request_id is None:
        return None
    if not _is_request_id(request_id):
        raise InvalidRequest(
            f"'request_id' is not a text of 1 to {_LONGEST_REQUEST_ID} characters.",
            {"allowed": f"a text of 1 to {_LONGEST_REQUEST_ID} characters"},
        )
    return str(request_id)


def _confirmation_token_in(event: Mapping[str, Any]) -> str | None:
    token = event.get("confirmation_token")
    if token is None:
        return None
    if not isinstance(token, str) or not 1 <= len(token) <= _LONGEST_TOKEN:
        raise InvalidRequest(
            "'confirmation_token' is not the token of a proposed change.",
            {"allowed": "the confirmation_token that `ask` returned, with the request it belongs to"},
        )
    return token


def _is_request_id(value: Any) -> bool:
    return isinstance(value, str) and 1 <= len(value) <= _LONGEST_REQUEST_ID and _is_unicode(value)


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _kind_of(value: Any) -> str:
    kinds: list[tuple[type | tuple[type, ...], str]] = [
        (bool, "a truth value"),
        (str, "a text"),
        ((int, float), "a number"),
        (list, "a list"),
    ]
    if value is None:
        return "empty"
    return next((words for kind, words in kinds if isinstance(value, kind)), "something else")


def _timestamp(now: datetime) -> str:
    return now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
