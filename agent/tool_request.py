"""A call of one action by its name with its bare parameters, as callers make it that know tools only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agent.contract import refuse_malformed
from agent.typed_values import typed
from tools.actions.catalogue import ACTIONS


def request_for(name: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The request, its parameters typed as the action wants them; one of no action stays as it is.

    Raises InvalidRequest for what nobody can work on.
    """
    refuse_malformed(parameters)
    if name in ACTIONS:
        parameters = typed(parameters, ACTIONS[name].schema())
    return {"action": name, "parameters": parameters}
