"""What every tool call passes, whoever started it: a named action or a model.

Strands fires interventions on direct tool calls and on the model's calls alike, so a rule that stands here
cannot be gone around. Whether the governance rules allow a change shows only when it is known what would stand
after it, so `Governance` opens the gate that every write of the call has to pass; without it nothing is written.
"""

from __future__ import annotations

from typing import Any

from strands.hooks.events import AfterToolCallEvent, BeforeToolCallEvent
from strands.interventions import Deny, InterventionHandler, Proceed

from agent.observability import logger
from agent.strands_tools import ActionTool


class Audit(InterventionHandler):
    """Every call leaves a line in the log: which action, whether it may change something, how it ended.

    Parameters stay out: they hold addresses. A tool that is not one of the agent's actions is denied.
    """

    name = "audit"

    def before_tool_call(self, event: BeforeToolCallEvent, **kwargs: Any) -> Proceed | Deny:
        """Deny what is not an action; note what is."""
        del kwargs
        tool = event.selected_tool
        if not isinstance(tool, ActionTool):
            name = event.tool_use["name"]
            logger.warning("call of an unknown tool denied")
            return Deny(reason=f"'{name}' is not an action of this agent")
        logger.info("action started", tool=tool.tool_name, mutates=tool.action.mutates)
        return Proceed()

    def after_tool_call(self, event: AfterToolCallEvent, **kwargs: Any) -> Proceed:
        """Note how the call ended."""
        del kwargs
        seconds = None if event.duration is None else round(event.duration, 3)
        logger.info(
            "action ended",
            # A name that a model made up may be anything.
            tool=event.tool_use["name"] if isinstance(event.selected_tool, ActionTool) else None,
            outcome=event.result["status"],
            error_code=_error_code(event),
            seconds=seconds,
        )
        return Proceed()


class Governance(InterventionHandler):
    """Opens the gate for a call that may change something."""

    name = "governance"

    def before_tool_call(self, event: BeforeToolCallEvent, **kwargs: Any) -> Proceed:
        """Let the tool pass through the gate."""
        del kwargs
        tool = event.selected_tool
        if isinstance(tool, ActionTool) and tool.action.mutates:
            tool.govern(event.tool_use, event.invocation_state)
        return Proceed()


def guardrails() -> list[InterventionHandler]:
    """All of them, for every Strands agent that is given the agent's tools."""
    return [Audit(), Governance()]


def _error_code(event: AfterToolCallEvent) -> str | None:
    """The code of the error that the tool's one JSON block carries; None for a result, or for prose."""
    blocks: list[dict[str, Any]] = [block.get("json") or {} for block in event.result["content"]]
    errors = [block["error"] for block in blocks if "error" in block]
    return str(errors[0]["code"]) if errors else None
