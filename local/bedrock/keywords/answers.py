"""What is answered: sentences and figures out of the results of tools, as they are there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from local.bedrock.keywords.dialogue import Call

THERE_IS_MORE = "There is more; ask the action itself for the whole list."

_FIELD = re.compile(r"\{([\w.]*)\}")
_SIGNS = {"PERCENTAGE": "%"}


@dataclass(frozen=True)
class Told:
    """Where a result holds what is told of it.

    `path` leads to sentences, or to things whose members `form` names; `[]` goes through a list. At most `most`
    are told. With `if_named`, only those whose name the question has.
    """

    path: str
    form: str = "{}"
    most: int = 1
    if_named: bool = False


_BUDGET = "'{name}': limit {limit}, {time_unit}, {scope}."
# Of every result, after what its tool's own row tells.
_ALWAYS = (
    Told("governance.refused[].reason", most=5),
    Told("warnings[].message", most=3),
    Told("notes[]", most=3),
    Told("incomplete[]", "Not read: {part}: {reason}", most=5),
)
_OF_TOOL: Mapping[str, tuple[Told, ...]] = {
    "analyze_budgets": (
        Told(
            "budgets[]",
            "'{name}' is {budget_status}: {actual_spend} of {limit}, {utilization_percent} %.",
            most=3,
            if_named=True,
        ),
        Told("insights[].sentence", most=5),
        Told("lint.findings[].sentence", most=3),
    ),
    "monitor_budgets": (Told("sentence"), Told("crossings[].next_step", most=3)),
    "list_alerts": (Told("sentence"), Told("alerts[].sentence", most=5)),
    "recommend_budgets": (
        Told("recommendations[].rationale", most=3),
        Told("recommendations[].story"),
    ),
    "get_budget_performance": (
        Told("summary.sentence"),
        Told("story"),
        Told("explanation.sentence"),
        Told("outlook.sentence"),
    ),
    "list_changes": (Told("changes[]", "{at}: {action} of '{budget_name}', {outcome}.", most=5),),
    "list_budget_actions": (
        Told("budget_actions[]", "'{budget_action.budget_name}': {does}. {next}", most=3),
    ),
    "audit_budgets": (Told("sentence"), Told("findings[].reason", most=5)),
    "list_budget_templates": (Told("templates[]", "{name}: {description}", most=20),),
    "create_budget": (Told("budget", _BUDGET),),
    "update_budget": (Told("differences[]", "{what}: {before} before, {after} after.", most=5),),
    "delete_budget": (Told("budget", _BUDGET),),
}
# Tool to the list that its result is about, and what is told if it is empty.
_EMPTY = {
    "list_changes": ("changes", "No change is recorded."),
    "list_budget_actions": ("budget_actions", "There are no budget actions."),
    "recommend_budgets": ("recommendations", "Nothing is recommended."),
}
# A member that is true to what it means.
_DONE = {
    "dry_run": "Tried only; nothing was changed.",
    "created": "Created.",
    "changed": "Changed.",
    "deleted": "Deleted.",
}
# Members that hold sentences, for results that no row is about.
_SENTENCES = ("sentence", "message", "story", "rationale", "reason", "next", "note")


def answer_from(call: Call, question: str) -> str:
    """Lines about one result, each as the result has it; an error is told with its message."""
    if call.is_error or not isinstance(call.result, Mapping):
        return _without_a_result(call)
    result = call.result
    lines = [words for member, words in _DONE.items() if result.get(member) is True]
    member, words = _EMPTY.get(call.tool, ("", ""))
    lines += [words] if result.get(member) == [] else []
    is_cut = bool(result.get("left_out") or result.get("next_token"))
    for told in (*_OF_TOOL.get(call.tool, ()), *_ALWAYS):
        found = [each for each in _at(result, told.path) if not told.if_named or _names(question, each)]
        said = [line for line in (_said(told.form, each) for each in found) if line not in (None, "", *lines)]
        lines += [line for line in said[: told.most] if line is not None]
        is_cut = is_cut or len(said) > told.most
    lines = (
        lines
        or list(_sentences_in(result))[:5]
        or ["The tool answered, and there is no sentence in it to tell."]
    )
    return "\n".join([*lines, *([THERE_IS_MORE] if is_cut else [])])


def _without_a_result(call: Call) -> str:
    error = call.result.get("error", call.result) if isinstance(call.result, Mapping) else call.result
    message = error.get("message", "it says no more") if isinstance(error, Mapping) else error
    return f"{call.tool} failed: {message}" if call.is_error else str(message)


def _at(value: Any, path: str) -> Iterator[Any]:
    """What is at a path such as `insights[].sentence`; nothing where the way ends."""
    step, _, rest = path.partition(".")
    name, is_list, _ = step.partition("[]")
    held = value.get(name) if isinstance(value, Mapping) else None
    for each in (held if isinstance(held, list) else []) if is_list else [held]:
        if rest:
            yield from _at(each, rest)
        elif each is not None:
            yield each


def _said(form: str, thing: Any) -> str | None:
    """The form with the thing's members in it; None if one of them is missing."""
    values = {name: next(_at(thing, name), None) if name else thing for name in _FIELD.findall(form)}
    if any(value is None for value in values.values()):
        return None
    return _FIELD.sub(lambda field: _plain(values[field[1]]), form)


def _plain(value: Any) -> str:
    """Figures with their unit."""
    if isinstance(value, Mapping) and {"amount", "unit"} <= value.keys():
        return f"{value['amount']} {_SIGNS.get(value['unit'], value['unit'])}"
    return str(value)


def _names(question: str, thing: Any) -> bool:
    return isinstance(thing, Mapping) and str(thing.get("name", "")).lower() in question.lower()


def _sentences_in(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        yield from (held for name, held in value.items() if name in _SENTENCES and isinstance(held, str))
    inner: Sequence[Any] = list(value.values()) if isinstance(value, Mapping) else value
    for each in inner if isinstance(inner, list) else ():
        yield from _sentences_in(each)
