"""What the keyword model says next: a use of a tool, or the answer from what tools said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local.bedrock.keywords.answers import answer_from
from local.bedrock.keywords.changes import Change, change_in
from local.bedrock.keywords.dialogue import Call, Dialogue, dialogue_in
from local.bedrock.keywords.names import best_match, exact_name, last_named
from local.bedrock.keywords.readings import OVERVIEW, Reading, reading_of
from local.bedrock.script import ToolUse, Turn

MOST_CALLS = 2
# A budget that shares a word with the question is not deleted for it.
_NEVER_BY_GUESS = ("delete_budget",)

_NO_IDEA = (
    "I am a stand-in for a language model and know a few words only: overview, alerts, why, recommend, changes, "
    "restrictions, rules, templates; create, raise, lower or delete a budget."
)
_WHICH_ONE = "I cannot tell which budget you mean; name one as it is called."


def next_turn(request: Mapping[str, Any]) -> Turn:
    """The turn that follows a request to Converse. The same request gets the same turn."""
    dialogue = dialogue_in(request)
    change = change_in(dialogue.question)
    if change is not None:
        return _changing(change, dialogue)
    reading = reading_of(dialogue.question, dialogue.offered)
    return Turn(text=_NO_IDEA) if reading is None else _reading(reading, dialogue)


def _reading(reading: Reading, dialogue: Dialogue) -> Turn:
    tool = next(each for each in reading.tools if each in dialogue.offered)
    if not reading.is_about_one:
        return _use(dialogue, tool, reading.parameters)
    return _about_one(dialogue, tool, reading.parameters)


def _changing(change: Change, dialogue: Dialogue) -> Turn:
    if change.tool not in dialogue.offered:
        return Turn(text=f"I was given no tool called {change.tool}, so I can change nothing of that kind.")
    if change.lacks is not None:
        return Turn(text=f"For {change.tool} I need {change.lacks}.")
    if "budget_name" in change.parameters:
        return _use(dialogue, change.tool, change.parameters)
    return _about_one(dialogue, change.tool, change.parameters)


def _about_one(dialogue: Dialogue, tool: str, parameters: Mapping[str, Any]) -> Turn:
    """Use a tool that needs the name of a budget; look for the name first where the question has none."""
    everything = (*dialogue.earlier, *dialogue.calls)
    if any(call.tool == tool or call.is_error for call in dialogue.calls):
        return _answer(dialogue.calls[-1], dialogue)
    name = exact_name(dialogue.question, everything)
    if name is None and tool not in _NEVER_BY_GUESS:
        name = best_match(dialogue.question, everything) or last_named(dialogue.earlier)
    if name is not None:
        return _use(dialogue, tool, {"budget_name": name, **_named_twice(tool, name), **parameters})
    if dialogue.calls:
        return Turn(text=f"{answer_from(dialogue.calls[-1], dialogue.question)}\n{_WHICH_ONE}")
    return _use(dialogue, OVERVIEW, {}) if OVERVIEW in dialogue.offered else Turn(text=_WHICH_ONE)


def _named_twice(tool: str, name: str) -> Mapping[str, Any]:
    """Deleting asks for the name a second time."""
    return {"confirm": name} if tool == "delete_budget" else {}


def _use(dialogue: Dialogue, tool: str, parameters: Mapping[str, Any]) -> Turn:
    """Use the tool with those of the parameters that it takes; answer if it was used, or enough was."""
    if dialogue.calls and (dialogue.calls[-1].tool == tool or len(dialogue.calls) >= MOST_CALLS):
        return _answer(dialogue.calls[-1], dialogue)
    takes = dialogue.offered[tool]
    given = {name: value for name, value in parameters.items() if takes is None or name in takes}
    return Turn(tool_uses=(ToolUse(tool, given),))


def _answer(call: Call, dialogue: Dialogue) -> Turn:
    return Turn(text=answer_from(call, dialogue.question))
