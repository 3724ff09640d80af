"""Script: what the model is going to say, turn by turn."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from moto.core.utils import get_service_model

STOP_REASONS = (
    "end_turn",
    "tool_use",
    "max_tokens",
    "stop_sequence",
    "guardrail_intervened",
    "content_filtered",
    "malformed_model_output",
    "malformed_tool_use",
    "model_context_window_exceeded",
)
# The errors that ConverseStream's output models as events.
MID_STREAM_ERRORS = (
    "InternalServerException",
    "ModelStreamErrorException",
    "ServiceUnavailableException",
    "ThrottlingException",
    "ValidationException",
)
# The id that the keyword model goes by; any other model may be asked for it as well (emulator-defined).
BUILTIN_MODEL = "keyword-model"
_TOKEN_MEMBERS = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens")


@dataclass(frozen=True)
class ToolUse:
    """A tool the model asks for.

    `input` is sent as JSON; `input_text`, if given, is sent as it is, so that it may be no JSON at all. A tool
    that the request does not offer is a mistake in the script unless `is_unknown` says that it is meant.
    """

    name: str
    input: Mapping[str, Any] = field(default_factory=dict)
    input_text: str | None = None
    is_unknown: bool = False
    id: str | None = None


@dataclass(frozen=True)
class Failure:
    """An error of Bedrock Runtime instead of an answer.

    `after_events` None is an HTTP error; a number lets that many events of the stream through before it.
    """

    error: str
    message: str = "Too many requests, please wait before trying again."
    after_events: int | None = None


@dataclass(frozen=True)
class Turn:
    """One answer of the model.

    `expect` is a text that the last message must contain. `stop_reason` None follows from the content. Token
    numbers that `usage` leaves out are one per four characters (emulator-defined). `guardrail_trace` is shown to
    requests that ask for the guardrail's trace.
    """

    text: str | None = None
    tool_uses: tuple[ToolUse, ...] = ()
    stop_reason: str | None = None
    usage: Mapping[str, int] = field(default_factory=dict)
    expect: str | None = None
    failure: Failure | None = None
    guardrail_trace: Mapping[str, Any] | None = None

    @property
    def reason(self) -> str:
        """Why the model stops."""
        return self.stop_reason or ("tool_use" if self.tool_uses else "end_turn")


@dataclass(frozen=True)
class Script:
    """Turns in their order; model ids beyond the usual ones; and ids the account has no access to.

    One that `is_builtin` has no turns: the keyword model answers whatever is asked.
    """

    turns: tuple[Turn, ...]
    models: tuple[str, ...] = ()
    models_without_access: tuple[str, ...] = ()
    is_builtin: bool = False


def parse_script(document: Any) -> Script:
    """The script a JSON document holds. Raises ValueError that names the turn and what is wrong with it.

    `{"turns": [{"expect": "...", "text": "...", "tool_uses": [{"name": "...", "input": {...}}],
    "stop_reason": "...", "usage": {"input_tokens": 1, "output_tokens": 1}, "failure": {"error": "...",
    "message": "...", "after_events": 2}}], "models": [...], "models_without_access": [...]}`; all members but
    `turns` and those that identify something are optional. `{"builtin": true}` in place of turns lets the keyword
    model answer.
    """
    members = _members(document, ("turns", "builtin", "models", "models_without_access"), "the script")
    turns, is_builtin = members.get("turns", []), members.get("builtin", False)
    if not isinstance(is_builtin, bool):
        raise ValueError("the script: builtin is true or false")
    if is_builtin and turns:
        raise ValueError("the script has turns and the built-in model; it is one or the other")
    if not isinstance(turns, list) or not (turns or is_builtin):
        raise ValueError("the script has no turns; it is a JSON object with a list called turns")
    return Script(
        tuple(_turn(each, f"turn {number}") for number, each in enumerate(turns, start=1)),
        _texts(members, "models", "the script") + ((BUILTIN_MODEL,) if is_builtin else ()),
        _texts(members, "models_without_access", "the script"),
        is_builtin,
    )


def _turn(document: Any, where: str) -> Turn:
    known = ("text", "tool_uses", "stop_reason", "usage", "expect", "failure", "guardrail_trace")
    members = _members(document, known, where)
    tool_uses = members.get("tool_uses", [])
    if not isinstance(tool_uses, list):
        raise ValueError(f"{where}: tool_uses is no list")
    turn = Turn(
        text=_text(members, "text", where),
        tool_uses=tuple(_tool_use(each, f"{where}, tool use") for each in tool_uses),
        stop_reason=_text(members, "stop_reason", where),
        usage=_usage(members.get("usage", {}), where),
        expect=_text(members, "expect", where),
        failure=_failure(members["failure"], where) if "failure" in members else None,
        guardrail_trace=members.get("guardrail_trace"),
    )
    if turn.stop_reason is not None and turn.stop_reason not in STOP_REASONS:
        raise ValueError(
            f"{where}: {turn.stop_reason!r} is no stop reason; there are {', '.join(STOP_REASONS)}"
        )
    if turn.stop_reason == "tool_use" and not turn.tool_uses:
        raise ValueError(f"{where}: it stops for tool_use and uses no tool")
    has_content = turn.text or turn.tool_uses
    is_cut_short = turn.failure is not None or turn.stop_reason is not None
    if not has_content and not is_cut_short:
        raise ValueError(f"{where}: it says nothing; give it a text, tool_uses, a failure or a stop_reason")
    return turn


def _tool_use(document: Any, where: str) -> ToolUse:
    members = _members(document, ("name", "input", "input_text", "is_unknown", "id"), where)
    name, given = _text(members, "name", where), members.get("input", {})
    if not name:
        raise ValueError(f"{where}: it has no name")
    if not isinstance(given, dict):
        raise ValueError(f"{where} {name}: input is no JSON object; text that is none goes into input_text")
    if "input" in members and "input_text" in members:
        raise ValueError(f"{where} {name}: give either input or input_text")
    is_unknown = members.get("is_unknown", False)
    if not isinstance(is_unknown, bool):
        raise ValueError(f"{where} {name}: is_unknown is true or false")
    return ToolUse(name, given, _text(members, "input_text", where), is_unknown, _text(members, "id", where))


def _failure(document: Any, where: str) -> Failure:
    where = f"{where}, failure"
    members = _members(document, ("error", "message", "after_events"), where)
    error, message = _text(members, "error", where), _text(members, "message", where)
    known = [shape.name for shape in get_service_model("bedrock-runtime").error_shapes]
    if error not in known:
        raise ValueError(f"{where}: {error!r} is no error of Bedrock Runtime; there are {', '.join(known)}")
    after = members.get("after_events")
    if after is not None and (isinstance(after, bool) or not isinstance(after, int) or after < 0):
        raise ValueError(f"{where}: after_events is a number of events, 0 or more")
    if after is not None and error not in MID_STREAM_ERRORS:
        raise ValueError(f"{where}: {error} does not come in mid-stream; {', '.join(MID_STREAM_ERRORS)} do")
    return Failure(error, **({} if message is None else {"message": message}), after_events=after)


def _usage(document: Any, where: str) -> Mapping[str, int]:
    members = _members(document, _TOKEN_MEMBERS, f"{where}, usage")
    for name, count in members.items():
        if isinstance(count, bool) or not isinstance(count, int) or count < 0:
            raise ValueError(f"{where}, usage: {name} is {json.dumps(count)}; it is a number of tokens")
    return members


def _members(document: Any, known: tuple[str, ...], where: str) -> dict[str, Any]:
    if not isinstance(document, dict):
        raise ValueError(f"{where} is no JSON object")
    unknown = document.keys() - set(known)
    if unknown:
        raise ValueError(f"{where}: {', '.join(sorted(unknown))} is not known; there are {', '.join(known)}")
    return document


def _text(members: Mapping[str, Any], name: str, where: str) -> str | None:
    held = members.get(name)
    if held is not None and not isinstance(held, str):
        raise ValueError(f"{where}: {name} is no text")
    return held


def _texts(members: Mapping[str, Any], name: str, where: str) -> tuple[str, ...]:
    held = members.get(name, [])
    if not isinstance(held, list) or not all(isinstance(each, str) for each in held):
        raise ValueError(f"{where}: {name} is no list of texts")
    return tuple(held)
