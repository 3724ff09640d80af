"""Actions as the tools of a conversation: what reads is read, and what changes is rehearsed and proposed.

A model can make no change: a tool that changes something runs as a dry run, whatever it was asked, and the request
that would make the change goes to the person who asked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from strands.types.tools import ToolResult, ToolSpec, ToolUse

from agent.contract import error_detail, refuse_malformed
from agent.prompt_guard import repeats_prompt
from agent.strands_tools import ActionTool
from tools.actions._action import Action
from tools.actions._plain_schema import Wording, plain_schema
from tools.domain.conversation import ProposedChange, ToolCall
from tools.domain.echoes import without_echoes
from tools.domain.errors import InvalidParameters, InvalidRequest
from tools.domain.shortening import shortened_value
from tools.gateways import Gateways

LONGEST_RESULT = 24_000
"""Characters of a result that the model reads."""
_LONGEST_PREVIEW = 12_000
_DRY_RUN = "dry_run"
_SENTENCE = re.compile(r"(?<=[.])\s")
_SELDOM = (
    "account_id",
    "billing_view_arn",
    "cost_types",
    "dry_run",
    "execution_role_arn",
    "filter_expression",
    "instance_types",
    "metric",
    "next_token",
    "operations",
    "other_filters",
    "page_size",
    "purchase_types",
    "template_parameters",
    "usage_type_groups",
    "usage_types",
)
"""Parameters that a model hears of only when it asks for the whole description."""

# What reaches people: an e-mail address, a topic, a chat channel or role, a page.
_ADDRESS = re.compile(
    r"[^\s@\"'<>,;]+@[^\s@\"'<>,;]+|arn:[a-z-]+:(?:sns|chatbot)[^\s\"'<>,;]*|https?://[^\s\"'<>]+"
)


@dataclass(slots=True)
class ToolRecord:
    """What the tools of one conversation were asked, what they said, and what they propose."""

    calls: list[ToolCall] = field(default_factory=list)
    results: list[Any] = field(default_factory=list)
    proposals: list[ProposedChange] = field(default_factory=list)
    inputs: dict[str, str] = field(default_factory=dict)
    """What the model wrote as the input of each call, by its id: Strands takes what is no JSON for no input."""

    def propose(self, proposal: ProposedChange) -> None:
        """Note a proposal; the same one again is one."""
        if all(each.request != proposal.request for each in self.proposals):
            self.proposals.append(proposal)


class ConversationTool(ActionTool):
    """One action as the tool of one conversation.

    `words` is everything that the person has said: addresses have to stand in it. `prompt` is what the model is
    told, which no change may carry out.
    """

    def __init__(
        self, action: Action, gateways: Gateways, record: ToolRecord, words: Sequence[str], prompt: str
    ) -> None:
        super().__init__(action, gateways)
        self._record = record
        self._prompt = prompt
        self._named = {_bare(each) for each in _addresses_in(list(words))}

    @property
    def tool_spec(self) -> ToolSpec:
        """What the model reads: the action's description and its parameters, told briefly."""
        return conversation_spec(self.action)

    def _result(self, tool_use: ToolUse, *, is_governed: bool) -> ToolResult:
        given = tool_use["input"] if isinstance(tool_use["input"], Mapping) else {}
        problem = self._problem_with_input(tool_use) or self._problem_with(given)
        if problem is not None:
            return self._told(tool_use, "error", {"error": problem}, {})
        if not self.action.mutates:
            done = super()._result({**tool_use, "input": given}, is_governed=False)
            return self._told(tool_use, done["status"], dict(done["content"][0]["json"]), given)
        done = super()._result({**tool_use, "input": {**given, _DRY_RUN: True}}, is_governed=is_governed)
        preview = dict(done["content"][0]["json"])
        if done["status"] != "success" or given.get(_DRY_RUN) is True:
            return self._told(tool_use, done["status"], preview, given)
        parameters = {**_as_json_is_sent(given), _DRY_RUN: False}
        self._record.propose(
            ProposedChange(
                request={"action": self.action.name, "parameters": parameters},
                preview=shortened_value(preview, _LONGEST_PREVIEW),
            )
        )
        told = {
            "changed": False,
            "sentence": "This is a proposal: the person who asked gets it and decides.",
            "rehearsal": preview,
        }
        return self._told(tool_use, "success", told, {})

    def _problem_with_input(self, tool_use: ToolUse) -> dict[str, Any] | None:
        """Why an input cannot be read, as the model wrote it."""
        written = self._record.inputs.get(tool_use["toolUseId"], "").strip() or "{}"
        try:
            found = json.loads(written)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            return _refusal("The input of the call is no JSON object; call again with one.")
        try:
            refuse_malformed(found)
        except InvalidRequest as error:
            return _refusal(error.message)
        return None

    def _problem_with(self, given: Mapping[str, Any]) -> dict[str, Any] | None:
        """Why a call is refused before it is made: a parameter models may not set, or an address nobody named."""
        forbidden = sorted(set(given) & set(self.action.not_for_models))
        if forbidden:
            return _refusal(f"{', '.join(forbidden)} cannot be set in a conversation; leave it out.")
        if not self.action.mutates:
            return None
        unnamed = sorted({each for each in _addresses_in(given) if _bare(each) not in self._named})
        if unnamed:
            return _refusal(
                "The person who asked has not named these addresses, so no change may use them; ask them for one: "
                + ", ".join(unnamed),
            )
        if any(repeats_prompt(each, self._prompt) for each in _texts_in(given)):
            return _refusal("Your instructions are no part of a change.")
        return None

    def _told(
        self, tool_use: ToolUse, status: Any, content: dict[str, Any], given: Mapping[str, Any]
    ) -> ToolResult:
        """The result as the model reads it. Its answer is held against it without the figures it has `given`."""
        error = content.get("error")
        self._record.calls.append(
            ToolCall(action=self.action.name, error_code=error["code"] if error else None)
        )
        self._record.results.append(without_echoes(content, given))
        shown = shortened_value(content, LONGEST_RESULT)
        return {"toolUseId": tool_use["toolUseId"], "status": status, "content": [{"json": shown}]}


@cache
def conversation_spec(action: Action) -> ToolSpec:
    """An action's name, what it is for, and its usual parameters with what they may be.

    All specs go with every turn, so they are short; `describe_agent` is a tool too, and tells everything.
    """
    schema = plain_schema(
        action.schema(), depth=1, wording=Wording.NONE, leave_out={*_SELDOM, *action.not_for_models}
    )
    return {
        "name": action.name,
        "description": f"{action.summary} {_use_of(action)}".strip(),
        "inputSchema": {"json": schema},
    }


def _use_of(action: Action) -> str:
    """The first sentence of the description's second paragraph, which says what to use the action for."""
    _, _, further = action.description.partition("\n\n")
    return _SENTENCE.split(" ".join(further.split()), maxsplit=1)[0]


def _as_json_is_sent(value: Any) -> Any:
    """Whole numbers without a fraction, as a client may write them that sends a proposal on: 500 for 500.0."""
    if isinstance(value, Mapping):
        return {name: _as_json_is_sent(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_as_json_is_sent(each) for each in value]
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 2**53 else value


def _refusal(message: str) -> dict[str, Any]:
    return error_detail(InvalidParameters(message)).model_dump(mode="json")


def _addresses_in(value: Any) -> list[str]:
    return [found for each in _texts_in(value) for found in _ADDRESS.findall(each)]


def _bare(address: str) -> str:
    """An address as it is compared: without case, and without what a sentence puts around it."""
    return address.lower().strip(".:;)(!?*`")


def _texts_in(value: Any) -> list[str]:
    """Every text of a JSON value, names of members included."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return [found for pair in value.items() for each in pair for found in _texts_in(each)]
    if isinstance(value, list):
        return [found for each in value for found in _texts_in(each)]
    return []
