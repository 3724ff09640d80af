"""The agent: a named action becomes a direct call of one of its Strands tools."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel
from strands import Agent
from strands.models.model import Model
from strands.types.content import Messages
from strands.types.streaming import StreamEvent

from agent.contract import ActionRequest, ErrorDetail, internal_error
from agent.guardrails import guardrails
from agent.invocation import present_caller
from agent.observability import logger
from agent.strands_tools import as_strands_tool
from tools.actions._action import Action
from tools.domain.names import AGENT_NAME
from tools.gateways import Gateways

if TYPE_CHECKING:
    from agent.idempotency import OnceOnly

Output = TypeVar("Output", bound=BaseModel)


class ModelNotConfiguredError(Exception):
    """Somebody asked the model of an agent that has none: named actions never need one."""


class NoModel(Model):
    """Stands where Strands wants a model, so that it does not create a Bedrock client of its own.

    The default model costs about a third of a second at start, for direct calls that never speak to it.
    """

    def update_config(self, **model_config: Any) -> None:
        """There is nothing to configure."""
        raise ModelNotConfiguredError(sorted(model_config))

    def get_config(self) -> dict[str, Any]:
        """No configuration."""
        return {}

    def structured_output(
        self, output_model: type[Output], prompt: Messages, system_prompt: str | None = None, **kwargs: Any
    ) -> AsyncGenerator[dict[str, Output | Any], None]:
        """Refuse: there is no model."""
        raise ModelNotConfiguredError(output_model.__name__)

    def stream(self, messages: Messages, *args: Any, **kwargs: Any) -> AsyncGenerator[StreamEvent, None]:
        """Refuse: there is no model."""
        raise ModelNotConfiguredError(f"{len(messages)} messages")


class BudgetAgent:
    """One Strands agent whose tools are the actions, each from its first request on.

    Nothing of one request is kept for the next: direct calls are not recorded, and the model that a
    conversation needs is not this agent's.
    """

    def __init__(
        self,
        actions: Mapping[str, Action],
        gateways: Gateways,
        once_only: Callable[[], OnceOnly | None] = lambda: None,
    ) -> None:
        self.gateways = gateways
        self.once_only = once_only
        self._actions = actions
        self._agent = Agent(
            model=NoModel(),
            interventions=guardrails(),
            callback_handler=None,
            record_direct_tool_call=False,
            name=AGENT_NAME,
        )

    @property
    def action_names(self) -> list[str]:
        """The names of all actions, in the catalogue's order."""
        return list(self._actions)

    def is_change(self, request: ActionRequest) -> bool:
        """Whether the request asks for a change. Raises InvalidParameters for wrong parameters."""
        action = self._actions[request.action]
        return action.is_change(action.parse(request.parameters))

    def perform(self, request: ActionRequest) -> dict[str, Any] | ErrorDetail:
        """Run the named action through the Strands agent: its result, or why there is none.

        A request with a confirmation token runs only if the token fits.

        The parameters are checked before the call, because Strands would take keyword arguments of its own
        (`record_direct_tool_call`) out of them.
        """
        if request.confirmation_token is None:
            return self._call(request)
        from agent.proposals import carry_out_confirmed

        return carry_out_confirmed(request, present_caller(), self.gateways, lambda: self._call(request))

    def _call(self, request: ActionRequest) -> dict[str, Any] | ErrorDetail:
        action = self._actions[request.action]
        action.parse(request.parameters)
        if action.name not in self._agent.tool_registry.registry:
            self._agent.tool_registry.register_tool(as_strands_tool(action, self.gateways))
        outcome = getattr(self._agent.tool, action.name)(**request.parameters)
        content = outcome["content"][0]
        if outcome["status"] == "success":
            return dict(content["json"])
        if "json" in content:
            return ErrorDetail.model_validate(content["json"]["error"])
        logger.error(
            "tool call failed outside of its action", action=request.action, reason=content.get("text")
        )
        return internal_error()
