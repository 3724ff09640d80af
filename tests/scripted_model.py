"""A model that asks for the tools it is told to ask for, then says what it was answered."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any

from strands import Agent
from strands.types.content import Messages
from strands.types.streaming import StreamEvent

from agent.budget_agent import NoModel
from agent.guardrails import guardrails
from agent.strands_tools import as_strands_tool
from tools.actions.catalogue import ACTIONS
from tools.gateways import Gateways


class ScriptedModel(NoModel):
    """Asks for one tool a turn."""

    def __init__(self, tool_uses: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
        self._waiting = list(tool_uses)

    async def stream(
        self, messages: Messages, *args: Any, **kwargs: Any
    ) -> AsyncGenerator[StreamEvent, None]:
        """The next tool use, or the end."""
        yield {"messageStart": {"role": "assistant"}}
        if self._waiting:
            name, parameters = self._waiting.pop(0)
            start: Any = {"toolUse": {"toolUseId": f"use-{len(messages)}", "name": name}}
            yield {"contentBlockStart": {"start": start}}
            yield {"contentBlockDelta": {"delta": {"toolUse": {"input": json.dumps(parameters)}}}}
            yield {"contentBlockStop": {}}
            yield {"messageStop": {"stopReason": "tool_use"}}
            return
        yield {"contentBlockStart": {"start": {}}}
        yield {"contentBlockDelta": {"delta": {"text": "done"}}}
        yield {"contentBlockStop": {}}
        yield {"messageStop": {"stopReason": "end_turn"}}


def results_of_model(requests: Sequence[Mapping[str, Any]], gateways: Gateways) -> list[dict[str, Any]]:
    """What the tools answered a model that asked for these requests one after another."""
    agent = Agent(
        model=ScriptedModel([(each["action"], each["parameters"]) for each in requests]),
        tools=[as_strands_tool(each, gateways) for each in ACTIONS.values()],
        interventions=guardrails(),
        callback_handler=None,
    )
    agent("Do it.")
    blocks = [block for message in agent.messages for block in message["content"]]
    return [block["toolResult"]["content"][0]["json"] for block in blocks if "toolResult" in block]
