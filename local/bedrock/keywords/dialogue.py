"""Dialogue: a request to Converse as the keyword model hears it: the question, and what tools answered so far."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Block = Mapping[str, Any]


@dataclass(frozen=True)
class Call:
    """One use of a tool, and its result as JSON: what was in it, or its text."""

    tool: str
    given: Mapping[str, Any]
    result: Any
    is_error: bool


@dataclass(frozen=True)
class Dialogue:
    """The last question; the calls that were made for it, and those before it; and which tools are offered.

    `offered` is tool to the names of its parameters; None where its schema does not list them.
    """

    question: str
    calls: tuple[Call, ...]
    earlier: tuple[Call, ...]
    offered: Mapping[str, frozenset[str] | None]


def dialogue_in(request: Mapping[str, Any]) -> Dialogue:
    """The dialogue that the parameters of Converse or ConverseStream hold."""
    messages: Sequence[Mapping[str, Any]] = request["messages"]
    results = {
        block["toolResult"]["toolUseId"]: block["toolResult"]
        for message in messages
        for block in message["content"]
        if "toolResult" in block
    }
    question, calls, earlier = "", list[Call](), list[Call]()
    for message in messages:
        texts = [block["text"] for block in message["content"] if "text" in block]
        if message["role"] == "user" and texts:
            question, calls, earlier = texts[-1], [], [*earlier, *calls]
        uses = (block["toolUse"] for block in message["content"] if "toolUse" in block)
        calls += [_call(use, results[use["toolUseId"]]) for use in uses if use["toolUseId"] in results]
    return Dialogue(question, tuple(calls), tuple(earlier), _offered(request))


def _call(use: Mapping[str, Any], result: Mapping[str, Any]) -> Call:
    held: Any = next((_held(block) for block in result.get("content", [])), {})
    # Some models are not told the status; then the result itself says it.
    is_error = result.get("status") == "error" or (isinstance(held, Mapping) and bool(held.get("error")))
    return Call(use["name"], use["input"], held, is_error)


def _held(block: Block) -> Any:
    """JSON, or text that is JSON: some models get it that way."""
    if "json" in block:
        return block["json"]
    try:
        return json.loads(block.get("text", ""))
    except ValueError:
        return block.get("text", "")


def _offered(request: Mapping[str, Any]) -> dict[str, frozenset[str] | None]:
    specs = (tool["toolSpec"] for tool in _tools(request) if "toolSpec" in tool)
    schemas = {spec["name"]: spec["inputSchema"].get("json", {}) for spec in specs}
    return {
        name: frozenset(schema["properties"]) if "properties" in schema else None
        for name, schema in schemas.items()
    }


def _tools(request: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from (request.get("toolConfig") or {}).get("tools", ())
