"""describe_agent: what this agent can be asked for, and how."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from tools.actions._action import Action, Model, Parameters, Result, action
from tools.domain.errors import InvalidParameters
from tools.domain.names import AGENT_NAME, AGENT_VERSION
from tools.domain.quoting import quoted
from tools.gateways import Gateways


class DescribeAgentParameters(Parameters):
    """Which actions."""

    action_names: list[str] | None = Field(
        default=None, min_length=1, max_length=100, description="Only these actions; all when left out."
    )


class ActionView(Model):
    """An action."""

    name: str
    summary: str
    description: str
    changes_anything: bool = Field(description="It can change something; a dry run of it does not.")
    parameters: dict[str, Any] = Field(description="The JSON Schema of its parameters.")
    example: dict[str, Any] = Field(description="A request for it.")


class DescribeAgentResult(Result):
    """The agent and its actions."""

    name: str
    version: str
    actions: list[ActionView]


@action(mutates=False, example={"action_names": ["analyze_budgets"]})
def describe_agent(parameters: DescribeAgentParameters, gateways: Gateways) -> DescribeAgentResult:
    """Describe this agent: its version, and every action with its JSON Schema, an example and what it changes.

    Use it to find out what can be asked for and how to ask; with action_names the reply stays small. Changes
    nothing.
    """
    del gateways
    # Here, because the catalogue lists this action too, and of the others none is loaded before it is asked for.
    from tools.actions.catalogue import ACTIONS

    wanted = list(ACTIONS) if parameters.action_names is None else parameters.action_names
    unknown = [each for each in wanted if each not in ACTIONS]
    if unknown:
        raise InvalidParameters.because(
            "action_names", f"there is no action {quoted(unknown[0])}", ", ".join(ACTIONS)
        )
    return DescribeAgentResult(
        name=AGENT_NAME,
        version=AGENT_VERSION,
        actions=[_view(ACTIONS[each]) for each in dict.fromkeys(wanted)],
    )


def _view(described: Action) -> ActionView:
    return ActionView(
        name=described.name,
        summary=described.summary,
        description=described.description,
        changes_anything=described.mutates,
        parameters=described.schema(),
        example={"action": described.name, "parameters": dict(described.example)},
    )
