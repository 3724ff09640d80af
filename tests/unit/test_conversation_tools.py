"""Actions as a model's tools: what it is told of them, and what it may not do with them."""

from __future__ import annotations

import pytest

from agent.assistant import NO_TOOLS
from agent.conversation_tools import conversation_spec
from benchmarks.asking import MOST_TOKENS, characters_of_tools
from tools.actions._action import Action
from tools.actions.catalogue import ACTIONS

TOOLS = [action for name, action in ACTIONS.items() if name not in NO_TOOLS]


def test_what_every_turn_says_of_the_tools_is_within_its_tokens() -> None:
    assert characters_of_tools() / 3.5 < MOST_TOKENS


@pytest.mark.parametrize("action", TOOLS, ids=lambda each: each.name)
def test_a_tool_says_what_it_is_for_and_which_parameters_it_must_have(action: Action) -> None:
    spec = conversation_spec(action)
    assert spec["name"] == action.name
    assert spec["description"].startswith(action.summary)
    assert "Use it" in spec["description"]
    schema = spec["inputSchema"]["json"]
    required = set(action.schema().get("required", ()))
    assert set(schema.get("required", ())) == required <= set(schema["properties"])


@pytest.mark.parametrize("action", TOOLS, ids=lambda each: each.name)
def test_a_tool_does_not_offer_what_models_may_not_set(action: Action) -> None:
    offered = set(conversation_spec(action)["inputSchema"]["json"]["properties"])
    assert offered.isdisjoint({"dry_run", "explain", "notify"})


def test_what_models_may_not_set_is_marked() -> None:
    marked = {name: action.not_for_models for name, action in ACTIONS.items() if action.not_for_models}
    assert marked == {
        "analyze_budgets": ["explain"],
        "monitor_budgets": ["notify"],
        "recommend_budgets": ["explain"],
        "get_budget_performance": ["explain"],
    }
