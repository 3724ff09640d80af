"""Adjusting and undoing through the handler on the embedded AWS, also when AWS or the memory fails."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.builders import ACCOUNT
from tests.embedded import STATE_TABLE, clients, make_state_table, the_server
from tests.lambda_context import Context
from tests.pipeline import Pipeline, pipeline
from tools.aws.budgets import AwsBudgets
from tools.domain.definition_changes import standing_definition

FREE = {"dry_run": False, "largest_change_percent": 900, "days_between_changes": 0}


class Through:
    """Requests of invocations of their own."""

    def __init__(self, through: Pipeline) -> None:
        self.through = through
        self._number = 0

    def reply(self, action: str, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        context = Context(aws_request_id=f"00000000-0000-0000-0000-{self._number:012d}")
        return self.through.send({"action": action, "parameters": parameters}, context)

    def data(self, action: str, **parameters: Any) -> dict[str, Any]:
        reply = self.reply(action, **parameters)
        assert reply["status"] == "success", reply["data"]
        return dict(reply["data"])


@pytest.fixture
def through() -> Iterator[Through]:
    with pipeline(BUDGET_STATE_TABLE=STATE_TABLE, AWS_ATTEMPTS="1") as sending:
        make_state_table()
        yield Through(sending)


def everything() -> dict[str, Any]:
    """All that people decided about the account's budgets."""
    now = the_server().world.clock.now()
    budgets = AwsBudgets(clients().budgets, ACCOUNT)
    return {
        each.name: (
            standing_definition(each.definition, now),
            {
                (watched.identity, frozenset(watched.subscribers or ()))
                for watched in budgets.notifications_of(ACCOUNT, each.name)
            },
            dict(budgets.tags_of(ACCOUNT, each.name)),
        )
        for each in budgets.list_budgets(ACCOUNT)
    }


def test_everything_that_was_adjusted_is_restored_exactly_by_undoing(through: Through) -> None:
    before = everything()
    found = through.data("adjust_budgets", **FREE, include_planned=True, include_auto_adjusting=True)
    adjusted = [each for each in found["adjustments"] if each["outcome"] == "ADJUSTED"]
    assert len(adjusted) >= 4
    after = everything()
    assert {name for name in before if before[name] != after[name]} == {
        each["budget_name"] for each in adjusted
    }
    for each in adjusted:
        assert through.data("undo_change", change_id=each["change_id"])["undone"]
    assert everything() == before


def test_a_dry_run_says_the_same_as_doing_it_and_changes_nothing(through: Through) -> None:
    before = everything()
    dry = through.data("adjust_budgets", **{**FREE, "dry_run": True})
    assert everything() == before
    done = through.data("adjust_budgets", **FREE)

    def shown(found: dict[str, Any]) -> list[Any]:
        return [(each["budget_name"], each["limit"], each["thresholds"]) for each in found["adjustments"]]

    assert shown(dry) == shown(done)
    assert done["cost_explorer"]["pages"] == 0
    assert through.data("adjust_budgets", **FREE)["adjustments"] == []


def test_the_companys_cache_that_stepped_up_is_found_and_held_back_by_the_usual_rails(
    through: Through,
) -> None:
    found = through.data("adjust_budgets", thresholds=False)
    [adjustment] = found["adjustments"]
    assert (adjustment["budget_name"], adjustment["outcome"]) == ("elasticache-monthly", "HELD_BACK")
    assert "spent already" in adjustment["held_back"][0]
    assert {each["code"] for each in found["left_alone"]} == {
        "PLANNED",
        "AUTO_ADJUSTING",
        "TIME_UNIT",
        "NO_HISTORY",
    }


def test_a_budget_that_aws_refuses_to_change_stops_no_other(through: Through) -> None:
    through.through.fault("budgets", "UpdateBudget", "throttle", times=1)
    found = through.data("adjust_budgets", **FREE, include_planned=True, include_auto_adjusting=True)
    outcomes = [each["outcome"] for each in found["adjustments"]]
    assert outcomes.count("FAILED") == 1
    assert outcomes.count("ADJUSTED") >= 3
    changes = through.data("list_changes")["changes"]
    assert sorted(each["outcome"] for each in changes) == sorted(
        {"FAILED": "FAILED", "ADJUSTED": "CHANGED"}[each] for each in outcomes
    )


@pytest.mark.parametrize("operation", ["PutItem", "Query"])
def test_while_the_memory_does_not_answer_nothing_is_changed(through: Through, operation: str) -> None:
    before = everything()
    through.through.fault("dynamodb", operation, "server-error")
    reply = through.reply("adjust_budgets", **{**FREE, "days_between_changes": 7})
    if reply["status"] == "success":
        assert {each["outcome"] for each in reply["data"]["adjustments"]} == {"FAILED"}
    assert everything() == before


def test_a_deleted_budget_comes_back_on_aws_as_it_was(through: Through) -> None:
    before = everything()
    for name in before:
        through.data("delete_budget", budget_name=name, confirm=name)
    assert everything() == {}
    changes = through.data("list_changes")["changes"]
    assert all(each["can_be_undone"] for each in changes)
    for each in changes:
        through.data("undo_change", change_id=each["change_id"])
    assert everything() == before
