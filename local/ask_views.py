"""An answer as people like to read it: its text, and in small print how it came about."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Console
from rich.text import Text

Data = Mapping[str, Any]


def show_answer(console: Console, data: Data) -> None:
    """Show the data of one reply of `ask`."""
    console.print(Text(data["text"]), soft_wrap=True)
    for line in _small_print(data):
        console.print(Text(line, style="dim"), soft_wrap=True)
    for missing in data["incomplete"]:
        console.print(
            Text(f"not read: {missing['part']}: {missing['reason']}", style="yellow"), soft_wrap=True
        )
    for proposed in data["proposed_changes"]:
        until = f", until {proposed['expires_at']}" if proposed["expires_at"] else ""
        console.print(Text(f"Proposed, and not made. To make it{until}, send:", style="bold"), soft_wrap=True)
        console.print(Text(json.dumps(proposed["request"], indent=2), style="cyan"), soft_wrap=True)


def _small_print(data: Data) -> Iterator[str]:
    tools = ", ".join(_tool(each) for each in data["tools"]) or "no tool"
    model = data["model"]
    tokens = f"{model['input_tokens']:,} tokens read, {model['output_tokens']:,} written"
    cost = model["cost"]
    price = f"{cost['amount']} {cost['unit']}" if cost else "no price known (MODEL_PRICES)"
    yield f"{tools} · {model['model_id']}, {model['turns']} turns, {tokens}, {price}"
    if data["bound"]:
        yield f"stopped at a bound: {data['bound']}"
    if data["removed_sentences"]:
        yield f"{data['removed_sentences']} sentences removed, because no result of a tool holds what they say"
    yield f"conversation {data['session_id']}"


def _tool(used: Data) -> str:
    return f"{used['action']} ({used['error_code']})" if used["error_code"] else str(used["action"])
