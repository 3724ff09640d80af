"""describe_agent: what it tells of itself and its actions."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from agent.contract import parse_request
from tests.fakes import gateways_with
from tools.actions.catalogue import ACTION_NAMES, ACTIONS
from tools.actions.describe_agent import DescribeAgentResult, describe_agent
from tools.domain.errors import InvalidParameters
from tools.domain.names import AGENT_VERSION


def run(**parameters: Any) -> DescribeAgentResult:
    result = describe_agent.run(parameters, gateways_with())
    assert isinstance(result, DescribeAgentResult)
    return result


def test_it_tells_every_action_in_the_catalogues_order() -> None:
    result = run()
    assert [each.name for each in result.actions] == ACTION_NAMES
    assert (result.name, result.version) == ("BudgetManagementAgent", AGENT_VERSION)


def test_what_changes_something_is_told() -> None:
    told = {each.name: each.changes_anything for each in run().actions}
    assert told == {each.name: each.mutates for each in ACTIONS.values()}


def test_every_example_is_a_request_that_its_schema_and_its_action_take() -> None:
    for each in run().actions:
        request = parse_request(each.example, ACTION_NAMES)
        assert set(request.parameters) <= set(each.parameters["properties"])
        assert ACTIONS[request.action].parse(request.parameters)


def test_some_actions_are_told_in_the_order_asked_for_and_once() -> None:
    result = run(action_names=["list_changes", "analyze_budgets", "list_changes"])
    assert [each.name for each in result.actions] == ["list_changes", "analyze_budgets"]


def test_an_action_that_does_not_exist_is_named() -> None:
    with pytest.raises(InvalidParameters, match="there is no action 'nothing'"):
        run(action_names=["analyze_budgets", "nothing"])


def test_the_version_is_the_projects() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["version"] == AGENT_VERSION
