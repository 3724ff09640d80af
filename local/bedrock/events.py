"""What a turn looks like on the wire: the events of a stream, or one message."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from moto.core.eventstream import EventStreamEncoder
from moto.core.model import OperationModel

from local.bedrock.conversation import spoken_in
from local.bedrock.script import ToolUse, Turn
from local.wire import to_json

Event = dict[str, Any]

CONTENT_TYPE = "application/vnd.amazon.eventstream"
# A model is slower than this emulator; a fixed figure keeps replies comparable (emulator-defined).
LATENCY_MILLISECONDS = 1
_PIECE = 24


def stream(number: int, turn: Turn, request: Mapping[str, Any]) -> Iterator[Event]:
    """The events of ConverseStream: each is one member of its output."""
    yield {"messageStart": {"role": "assistant"}}
    blocks: list[str | ToolUse] = [turn.text] if turn.text else []
    blocks += turn.tool_uses
    for index, block in enumerate(blocks):
        if isinstance(block, str):
            deltas: list[dict[str, Any]] = [{"text": piece} for piece in _words(block)]
        else:
            start = {"toolUse": {"toolUseId": _id_of(block, number, index), "name": block.name}}
            yield {"contentBlockStart": {"start": start, "contentBlockIndex": index}}
            deltas = [{"toolUse": {"input": piece}} for piece in _pieces(_input_of(block))]
        for delta in deltas:
            yield {"contentBlockDelta": {"delta": delta, "contentBlockIndex": index}}
        yield {"contentBlockStop": {"contentBlockIndex": index}}
    yield {"messageStop": {"stopReason": turn.reason}}
    yield {"metadata": _metadata(turn, request)}


def message(number: int, turn: Turn, request: Mapping[str, Any]) -> dict[str, Any]:
    """The output of Converse."""
    content: list[dict[str, Any]] = [{"text": turn.text}] if turn.text else []
    for use in turn.tool_uses:
        tool_use = {
            "toolUseId": _id_of(use, number, len(content)),
            "name": use.name,
            "input": dict(use.input),
        }
        content.append({"toolUse": tool_use})
    return {
        "output": {"message": {"role": "assistant", "content": content}},
        "stopReason": turn.reason,
        **_metadata(turn, request),
    }


def encode(event: Event, operation: OperationModel) -> bytes:
    """One event in the framing of Amazon's event streams (Smithy, "Amazon Event Stream")."""
    ((name, held),) = event.items()
    output: Any = operation.output_shape
    body = to_json(held, output.members["stream"].members[name])
    headers = {":event-type": name, ":content-type": "application/json", ":message-type": "event"}
    return _frame(headers, body)


def encode_error(error: str, text: str) -> bytes:
    """An error in mid-stream; `error` is the exception's name, such as ThrottlingException."""
    kind = error[:1].lower() + error[1:]
    headers = {":exception-type": kind, ":content-type": "application/json", ":message-type": "exception"}
    return _frame(headers, {"message": text})


def _frame(headers: dict[str, str], body: Any) -> bytes:
    framed: bytes = EventStreamEncoder().encode_message(headers, json.dumps(body).encode())
    return framed


def _metadata(turn: Turn, request: Mapping[str, Any]) -> dict[str, Any]:
    said = (turn.text or "") + "".join(_input_of(use) for use in turn.tool_uses)
    heard = "".join(spoken_in(message) for message in request["messages"])
    counted = {
        "inputTokens": turn.usage.get("input_tokens", 1 + len(heard) // 4),
        "outputTokens": turn.usage.get("output_tokens", 1 + len(said) // 4),
    }
    cached = {
        "cacheReadInputTokens": turn.usage.get("cache_read_tokens"),
        "cacheWriteInputTokens": turn.usage.get("cache_write_tokens"),
    }
    usage = {**counted, "totalTokens": sum(counted.values()) + sum(count or 0 for count in cached.values())}
    usage.update({name: count for name, count in cached.items() if count is not None})
    metadata: dict[str, Any] = {"usage": usage, "metrics": {"latencyMs": LATENCY_MILLISECONDS}}
    asks_for_trace = (request.get("guardrailConfig") or {}).get("trace", "disabled") != "disabled"
    if turn.guardrail_trace is not None and asks_for_trace:
        metadata["trace"] = {"guardrail": dict(turn.guardrail_trace)}
    return metadata


def _id_of(use: ToolUse, number: int, index: int) -> str:
    return use.id or f"tooluse_{number:04}_{index:04}"


def _input_of(use: ToolUse) -> str:
    return json.dumps(dict(use.input)) if use.input_text is None else use.input_text


def _words(text: str) -> list[str]:
    words = text.split(" ")
    return [words[0], *(f" {word}" for word in words[1:])]


def _pieces(text: str) -> list[str]:
    return [text[at : at + _PIECE] for at in range(0, len(text), _PIECE)] or [""]
