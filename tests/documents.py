"""The generated parts of the documents: the action table, settings, and requests with their replies.

In a document, what stands between `<!-- begin NAME -->` and `<!-- end NAME -->` is written here; a test
compares, `make docs` writes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any

from agent.http_status import OUTCOMES
from agent.settings import Settings
from local.cloudformation.documents import read_template
from tests.events import Event, events
from tests.picture import PICTURE, drawn
from tools.actions.catalogue import ACTIONS
from tools.domain import errors, state_items
from tools.domain.budget_action_states import STATES, allowed_executions
from tools.domain.budget_templates._template import BudgetTemplate, TemplateParameter
from tools.domain.budget_templates.library import FOLDER, packaged_templates
from tools.domain.errors import BudgetAgentError
from tools.domain.governance._rule import Rule
from tools.domain.governance.catalogue import RULES

ROOT = Path(__file__).parents[1]
DOCUMENTS = (ROOT / "README.md", ROOT / "CONTRIBUTING.md")

_MOST_SHOWN = 1
_SECTION = re.compile(r"<!-- begin (?P<name>[\w-]+) -->\n.*?<!-- end (?P=name) -->", re.DOTALL)


class UnknownSectionError(Exception):
    """A document names a section that nobody writes."""


def rendered(text: str) -> str:
    """The document with every generated section written anew."""
    return _SECTION.sub(lambda found: _section(found["name"]), text)


def main() -> None:
    """Write the generated parts of all documents."""
    for path in DOCUMENTS:
        path.write_text(rendered(path.read_text(encoding="utf-8")), encoding="utf-8")
    PICTURE.write_text(drawn(), encoding="utf-8")


def _section(name: str) -> str:
    kind, _, argument = name.partition("-")
    if kind not in _WRITERS:
        raise UnknownSectionError(name)
    return f"<!-- begin {name} -->\n{_WRITERS[kind](argument)}\n<!-- end {name} -->"


def _action_table(_: str) -> str:
    rows = [
        f"| `{each.name}` | {each.summary} | {'yes' if each.mutates else 'no'} |" for each in ACTIONS.values()
    ]
    return "\n".join(["| action | what it does | changes anything |", "|---|---|---|", *rows])


def _parameter_table(action_name: str) -> str:
    schema = ACTIONS[action_name].schema()
    required = schema.get("required", [])
    rows = []
    for name, field in schema["properties"].items():
        default = "required" if name in required else _default(field.get("default"))
        rows.append(f"| `{name}` | {default} | {field.get('description', '')} |")
    return "\n".join(["| parameter | default | meaning |", "|---|---|---|", *rows])


def _default(value: Any) -> str:
    return "" if value is None else f"`{json.dumps(value)}`"


def _settings_table(_: str) -> str:
    rows = [
        f"| `{field.alias}` | {_default(field.default)} | {field.description} |"
        for field in Settings.model_fields.values()
    ]
    return "\n".join(["| variable | default | meaning |", "|---|---|---|", *rows])


def _error_table(_: str) -> str:
    found = [each for each in vars(errors).values() if _is_error(each)]
    rows = [
        f"| `{each.code}` | {'yes' if each.retryable else 'no'} | {' '.join(str(each.__doc__).split())} |"
        for each in found
    ]
    return "\n".join(["| code | retry helps | meaning |", "|---|---|---|", *rows])


def _status_table(_: str) -> str:
    """The HTTP status of every error, out of the code's own table."""
    rows: dict[HTTPStatus, list[str]] = {HTTPStatus.OK: ["none: the request succeeded"]}
    for code, outcome in OUTCOMES.items():
        retry = f" (`Retry-After: {outcome.retry_after}`)" if outcome.retry_after is not None else ""
        rows.setdefault(outcome.status, []).append(f"`{code}`{retry}")
    lines = [f"| {status.value} {status.phrase} | {', '.join(rows[status])} |" for status in sorted(rows)]
    return "\n".join(["| status | error |", "|---|---|", *lines])


def _is_error(candidate: Any) -> bool:
    return (
        isinstance(candidate, type)
        and issubclass(candidate, BudgetAgentError)
        and candidate is not BudgetAgentError
    )


def _state_table(_: str) -> str:
    """The states of a budget action, out of the code's own table."""
    rows = [
        f"| `{status}` | {state.meaning} | {state.restricts} | {_executions(status)} |"
        for status, state in STATES.items()
    ]
    head = "| status | what it means | restricts somebody | a person can |"
    return "\n".join([head, "|---|---|---|---|", *rows])


def _executions(status: str) -> str:
    return ", ".join(each.verb for each in allowed_executions(status)) or "wait"


def _item_table(_: str) -> str:
    """The table of the state table's items, out of the docstring that documents them."""
    lines = (state_items.__doc__ or "").splitlines()
    return "\n".join(line for line in lines if line.startswith("|"))


def _template_table(part: str) -> str:
    """A table out of the CloudFormation template: its parameters or its outputs."""
    template = read_template(
        (ROOT / "cloudformation" / "budget-management-agent.yaml").read_text(encoding="utf-8")
    )
    if part == "parameters":
        rows = [
            f"| `{name}` | {_template_default(each)} | {each['Description'].strip()} |"
            for name, each in template["Parameters"].items()
        ]
        return "\n".join(["| parameter | default | meaning |", "|---|---|---|", *rows])
    rows = [
        f"| `{name}` | {each['Description']} | {_export_of(each)} |"
        for name, each in template["Outputs"].items()
    ]
    return "\n".join(["| output | what it is | exported as |", "|---|---|---|", *rows])


def _export_of(output: Mapping[str, Any]) -> str:
    name = output.get("Export", {}).get("Name", {}).get("Fn::Sub", "")
    return f"`{name.replace('${', '<').replace('}', '>')}`" if name else ""


def _template_default(parameter: Mapping[str, Any]) -> str:
    if "Default" not in parameter:
        return "required"
    return f"`{parameter['Default']}`" if str(parameter["Default"]) else ""


def _rule_table(_: str) -> str:
    rows = [
        f"| `{each.id}` | {each.sentence} | {each.severity.value}{', audit' if each.only_audits else ''} "
        f"| {_rule_parameters(each)} | {each.remedy} |"
        for each in RULES
    ]
    return "\n".join(
        ["| rule | says | as it comes | parameters | what to do |", "|---|---|---|---|---|", *rows]
    )


def _rule_parameters(rule: Rule) -> str:
    default = rule.parameters().model_dump(mode="json")
    return "<br>".join(
        f"`{name}` {_default(default[name])}: {field.description}"
        for name, field in rule.parameters.model_fields.items()
    )


def _budget_template_table(_: str) -> str:
    """Every template with what it leaves to say, and the request of its example."""
    rows = [
        f"| `{name}` | {each.description} | {_gaps_of(each)} | `{json.dumps(each.example)}` |"
        for name, each in packaged_templates().items()
    ]
    return "\n".join(
        ["| template | what it is | template_parameters | for example |", "|---|---|---|---|", *rows]
    )


def _gaps_of(template: BudgetTemplate) -> str:
    def default(parameter: TemplateParameter) -> str:
        if parameter.is_required:
            return "(required)"
        return "(optional)" if parameter.default is None else f"`{json.dumps(parameter.default)}`"

    return "<br>".join(
        f"`{name}` {default(each)} {each.type.value}: {each.description}"
        for name, each in template.parameters.items()
    )


def _budget_template_file(name: str) -> str:
    return f"```yaml\n{(FOLDER / f'{name}.yaml').read_text(encoding='utf-8').strip()}\n```"


def _rule_file(rule_id: str) -> str:
    """A rule's file without its imports."""
    text = (ROOT / "tools" / "domain" / "governance" / f"{rule_id}.py").read_text(encoding="utf-8")
    return f"```python\n{text[text.index('class ') :].strip()}\n```"


def _request(event_name: str) -> str:
    return f"```json\n{json.dumps(_event(event_name).request)}\n```"


def _reply(event_name: str) -> str:
    reply = json.dumps(_abridged(_event(event_name).reply), indent=2, ensure_ascii=False)
    return f"```json\n{reply}\n```"


def _words(event_name: str) -> str:
    """What a reply says in words, as a quotation."""
    return f"> {_event(event_name).reply['data']['in_words']['text']}"


def _event(name: str) -> Event:
    return next(each for each in events() if each.name == name)


def _abridged(value: Any) -> Any:
    """Lists to their first entry, with the number of those left out: enough to see the shape."""
    if isinstance(value, list):
        shown = [_abridged(each) for each in value[:_MOST_SHOWN]]
        rest = len(value) - _MOST_SHOWN
        return [*shown, f"… {rest} more"] if rest > 0 else shown
    if isinstance(value, Mapping):
        return {key: _abridged(each) for key, each in value.items()}
    return value


_WRITERS: Mapping[str, Callable[[str], str]] = {
    "actions": _action_table,
    "parameters": _parameter_table,
    "settings": _settings_table,
    "states": _state_table,
    "errors": _error_table,
    "statuses": _status_table,
    "items": _item_table,
    "template": _template_table,
    "rules": _rule_table,
    "rulefile": _rule_file,
    "budgettemplates": _budget_template_table,
    "budgettemplate": _budget_template_file,
    "request": _request,
    "reply": _reply,
    "words": _words,
}

if __name__ == "__main__":
    main()
