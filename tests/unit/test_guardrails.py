"""The gate that every tool call passes: only the agent's own actions run."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

from strands import Agent
from strands.types._events import ToolResultEvent
from strands.types.tools import AgentTool, ToolSpec, ToolUse

from agent.budget_agent import NoModel
from agent.guardrails import Audit


class ForeignTool(AgentTool):
    """A tool that is no action; it remembers whether it ran."""

    def __init__(self) -> None:
        super().__init__()
        self.has_run = False

    @property
    def tool_name(self) -> str:
        return "wipe"

    @property
    def tool_type(self) -> str:
        return "foreign"

    @property
    def tool_spec(self) -> ToolSpec:
        return {"name": "wipe", "description": "Wipes.", "inputSchema": {"json": {"type": "object"}}}

    async def stream(
        self, tool_use: ToolUse, invocation_state: dict[str, Any], **kwargs: Any
    ) -> AsyncGenerator[Any, None]:
        self.has_run = True
        yield ToolResultEvent(
            {"toolUseId": tool_use["toolUseId"], "status": "success", "content": [{"text": "wiped"}]}
        )


def called(*, guarded: bool) -> tuple[ForeignTool, dict[str, Any]]:
    tool = ForeignTool()
    agent = Agent(
        model=NoModel(),
        tools=[tool],
        interventions=[Audit()] if guarded else [],
        callback_handler=None,
        record_direct_tool_call=False,
    )
    return tool, agent.tool.wipe()


def test_a_tool_that_is_no_action_does_not_run() -> None:
    tool, outcome = called(guarded=True)
    assert (tool.has_run, outcome["status"]) == (False, "error")
    assert "not an action" in outcome["content"][0]["text"]


def test_without_the_gate_it_would() -> None:
    tool, outcome = called(guarded=False)
    assert (tool.has_run, outcome["status"]) == (True, "success")
