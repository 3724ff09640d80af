"""The catalogue of actions: complete, and each entry fit for people and for a model."""

from pathlib import Path
from typing import Any

import pytest

from tools.actions._action import Action, MutatingParameters
from tools.actions.catalogue import ACTION_NAMES, ACTIONS

FOLDER = Path(__file__).parents[2] / "tools" / "actions"

CORE = [
    "analyze_budgets",
    "create_budget",
    "monitor_budgets",
    "recommend_budgets",
    "create_budget_actions",
    "get_budget_performance",
]


def fields(schema: dict[str, Any], name: str = "") -> list[tuple[str, dict[str, Any]]]:
    """Every parameter of a schema with its path, nested models included."""
    found = []
    for definition, content in [(name, schema), *schema.get("$defs", {}).items()]:
        for field, details in content.get("properties", {}).items():
            found.append((f"{definition}.{field}".lstrip("."), details))
    return found


READING = ("analyze_", "ask", "audit_", "describe_", "get_", "list_", "monitor_", "receive_", "recommend_")
"""First words of actions that change nothing in AWS; every other one changes something."""


def test_every_file_is_listed() -> None:
    files = {path.stem for path in FOLDER.glob("*.py") if not path.stem.startswith("_")} - {"catalogue"}
    assert files == set(ACTION_NAMES)


def test_the_core_actions_come_first_and_names_are_unique() -> None:
    assert ACTION_NAMES[: len(CORE)] == CORE
    assert len(set(ACTION_NAMES)) == len(ACTION_NAMES)


@pytest.mark.parametrize("action", ACTIONS.values(), ids=lambda each: each.name)
def test_a_model_is_told_what_the_action_does_and_when_to_use_it(action: Action) -> None:
    assert action.summary.endswith(".")
    assert "\n\n" in action.description


@pytest.mark.parametrize("action", ACTIONS.values(), ids=lambda each: each.name)
def test_every_parameter_is_described(action: Action) -> None:
    silent = [name for name, details in fields(action.schema()) if not details.get("description")]
    assert silent == []


@pytest.mark.parametrize("action", ACTIONS.values(), ids=lambda each: each.name)
def test_what_changes_something_says_so(action: Action) -> None:
    assert action.mutates != action.name.startswith(READING)
    if not action.mutates:
        assert "Changes nothing" in " ".join(action.description.split())


@pytest.mark.parametrize("action", ACTIONS.values(), ids=lambda each: each.name)
def test_what_changes_something_takes_a_reason_and_a_dry_run(action: Action) -> None:
    assert action.mutates == issubclass(action.parameters, MutatingParameters)


@pytest.mark.parametrize("action", ACTIONS.values(), ids=lambda each: each.name)
def test_every_action_takes_an_account(action: Action) -> None:
    assert "account_id" in action.schema()["properties"]


@pytest.mark.parametrize("action", ACTIONS.values(), ids=lambda each: each.name)
def test_every_example_is_a_request_that_the_action_takes(action: Action) -> None:
    assert action.is_change(action.parse(action.example)) == action.mutates or action.name == "adjust_budgets"


@pytest.mark.parametrize("action", ACTIONS.values(), ids=lambda each: each.name)
def test_an_example_says_what_has_to_be_said(action: Action) -> None:
    assert set(action.schema().get("required", ())) <= set(action.example)
