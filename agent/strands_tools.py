"""The only meeting of Action and Strands: an action as a tool of the agent.

Strands' own decorator drops `Annotated` constraints and turns exceptions into prose, so the adapter carries
the action's own JSON Schema in and hands results and errors out as JSON with a code.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from functools import cached_property
from typing import Any

from strands.types._events import ToolResultEvent
from strands.types.tools import AgentTool, ToolResult, ToolSpec, ToolUse

from agent.change_log import carry_out
from agent.contract import error_detail, internal_error
from agent.observability import log_failure
from tools.actions._action import Action
from tools.domain.errors import BudgetAgentError
from tools.gateways import Gateways


class ActionTool(AgentTool):
    """One action as a Strands tool.

    Its result's content is one JSON block: the action's result, or `{"error": ErrorDetail}`.
    """

    def __init__(self, action: Action, gateways: Gateways) -> None:
        super().__init__()
        self.action = action
        self._gateways = gateways

    @property
    def tool_name(self) -> str:
        """The action's name."""
        return self.action.name

    @property
    def tool_type(self) -> str:
        """Strands' word for where the tool comes from."""
        return "action"

    @property
    def tool_spec(self) -> ToolSpec:
        """What the model reads: name, description and schema of the action."""
        return self._spec

    @cached_property
    def _spec(self) -> ToolSpec:
        """Made once: Strands asks for it at every call, and a schema takes milliseconds to make."""
        return {
            "name": self.action.name,
            "description": self.action.description,
            "inputSchema": {"json": self.action.schema()},
        }

    def govern(self, tool_use: ToolUse, invocation_state: dict[str, Any]) -> None:
        """Let one call of this tool change something, as far as the governance rules allow it."""
        invocation_state[_governed(tool_use)] = True

    async def stream(
        self, tool_use: ToolUse, invocation_state: dict[str, Any], **kwargs: Any
    ) -> AsyncGenerator[Any, None]:
        """Run the action on the tool's input and yield its one result."""
        del kwargs
        is_governed = invocation_state.pop(_governed(tool_use), False)
        yield ToolResultEvent(self._result(tool_use, is_governed=is_governed))

    def _result(self, tool_use: ToolUse, *, is_governed: bool) -> ToolResult:
        try:
            result = carry_out(self.action, tool_use["input"], self._gateways, is_governed=is_governed)
            return _tool_result(tool_use, "success", result.model_dump(mode="json"))
        except BudgetAgentError as error:
            return _tool_result(tool_use, "error", {"error": error_detail(error).model_dump(mode="json")})
        except Exception as error:
            log_failure("action failed unexpectedly", error)
            return _tool_result(tool_use, "error", {"error": internal_error().model_dump(mode="json")})


def as_strands_tool(action: Action, gateways: Gateways) -> ActionTool:
    """The action as a tool that works through these gateways."""
    return ActionTool(action, gateways)


def _governed(tool_use: ToolUse) -> str:
    """Where it is noted that one call is governed: a model's calls in one turn share the state."""
    return f"governed {tool_use['toolUseId']}"


def _tool_result(tool_use: ToolUse, status: Any, content: dict[str, Any]) -> ToolResult:
    return {"toolUseId": tool_use["toolUseId"], "status": status, "content": [{"json": content}]}
