"""Budgets changed and deleted through the handler on the embedded AWS, also when AWS fails half-way."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.builders import ACCOUNT
from tests.embedded import clients, the_server
from tests.pipeline import Pipeline, pipeline
from tools.aws.budgets import AwsBudgets
from tools.domain.budget import BudgetDefinition
from tools.domain.definition_changes import standing_definition

ONE_TRY = {"AWS_ATTEMPTS": "1", "AWS_READ_TIMEOUT": "10"}
DENY_ALL = "arn:aws:iam::aws:policy/AWSDenyAll"
NAME = "elasticache-monthly"


@pytest.fixture
def through() -> Iterator[Pipeline]:
    with pipeline(**ONE_TRY) as sending:
        yield sending


def budgets() -> AwsBudgets:
    return AwsBudgets(clients().budgets, ACCOUNT)


def names() -> list[str]:
    return [each.name for each in budgets().list_budgets(ACCOUNT)]


def standing(name: str) -> tuple[BudgetDefinition, dict[Any, set[Any]], dict[str, str]]:
    """All that a person decided about a budget."""
    now = the_server().world.clock.now()
    watched = {
        each.identity: set(each.subscribers or ()) for each in budgets().notifications_of(ACCOUNT, name)
    }
    definition = standing_definition(budgets().get_budget(ACCOUNT, name).definition, now)
    return definition, watched, dict(budgets().tags_of(ACCOUNT, name))


def succeeded(reply: dict[str, Any]) -> dict[str, Any]:
    assert reply["status"] == "success", reply
    data: dict[str, Any] = reply["data"]
    return data


def refused(reply: dict[str, Any]) -> dict[str, Any]:
    assert reply["status"] == "error", reply
    error: dict[str, Any] = reply["data"]["error"]
    return error


def an_action_on(through: Pipeline, name: str, **parameters: Any) -> str:
    asked = {
        "budget_name": name,
        "action_type": "APPLY_IAM_POLICY",
        "threshold": 90,
        "policy_arn": DENY_ALL,
        "target_roles": "DeveloperRole",
        "notification_email": "finops@example.com",
        **parameters,
    }
    identifier: str = succeeded(through.act("create_budget_actions", **asked))["action_id"]
    return identifier


def test_every_budget_of_the_company_takes_a_change_that_changes_nothing(through: Pipeline) -> None:
    for name in names():
        data = succeeded(through.act("update_budget", budget_name=name, remove=["end"]))
        assert (name, data["changed"], data["differences"]) == (name, False, [])


def test_every_budget_of_the_company_can_be_sent_back_to_aws_whole(through: Pipeline) -> None:
    for name in names():
        before, watched, tags = standing(name)
        data = succeeded(through.act("update_budget", budget_name=name, end="2030-01-01"))
        assert [each["what"] for each in data["differences"]] == ["end"]
        succeeded(through.act("update_budget", budget_name=name, remove=["end"]))
        assert standing(name) == (before, watched, tags)


def test_every_budget_of_the_company_can_be_deleted_and_made_again(through: Pipeline) -> None:
    for name in names():
        before = standing(name)
        restore = succeeded(through.act("delete_budget", budget_name=name, confirm=name))["restore"]
        assert name not in names()
        succeeded(through.send(restore["create_budget"]))
        assert standing(name) == before


def test_budget_actions_stay_attached_to_a_changed_budget_and_come_back_with_a_deleted_one(
    through: Pipeline,
) -> None:
    an_action_on(through, NAME, approval_model="MANUAL", resource_tags={"owner": "finops"})
    [attached] = budgets().budget_actions_of(ACCOUNT, NAME)
    succeeded(through.act("update_budget", budget_name=NAME, amount=5000))
    assert budgets().budget_actions_of(ACCOUNT, NAME) == [attached]
    restore = succeeded(through.act("delete_budget", budget_name=NAME, confirm=NAME))["restore"]
    succeeded(through.send(restore["create_budget"]))
    [request] = restore["create_budget_actions"]
    succeeded(through.send(request))
    [again] = budgets().budget_actions_of(ACCOUNT, NAME)
    assert again.definition == attached.definition
    assert budgets().tags_of(ACCOUNT, NAME, again.id) == {"owner": "finops"}


def test_figures_are_zero_until_the_next_refresh_and_the_reply_says_so(through: Pipeline) -> None:
    data = succeeded(through.act("update_budget", budget_name=NAME, amount=5000))
    assert "FIGURES_ARE_ZERO" in [each["code"] for each in data["warnings"]]
    changed = budgets().get_budget(ACCOUNT, NAME)
    assert changed.actual_spend is not None
    assert changed.actual_spend.amount == 0
    the_server().world.clock.advance(timedelta(hours=12))
    refreshed = budgets().get_budget(ACCOUNT, NAME)
    assert refreshed.actual_spend is not None
    assert refreshed.actual_spend.amount > 1000
    said = succeeded(
        through.act("update_budget", budget_name=NAME, notification_email="finance@example.com")
    )["warnings"]
    assert "FIGURES_ARE_ZERO" not in [each["code"] for each in said]


WANTED: dict[str, Any] = {
    "budget_name": NAME,
    "amount": 5000,
    "notifications": [
        {"threshold": 70, "emails": ["a@example.com", "b@example.com"]},
        {"threshold": 100, "emails": "a@example.com"},
        {"threshold": 110, "emails": "c@example.com"},
        {"threshold": 120, "emails": "c@example.com"},
        {"threshold": 100, "type": "FORECASTED", "emails": "a@example.com"},
    ],
    "resource_tags": {"owner": "finops"},
}


@pytest.mark.parametrize("kind", ["throttle", "access-denied", "truncated-page"])
@pytest.mark.parametrize(
    "operation", ["UpdateBudget", "CreateNotification", "UpdateSubscriber", "CreateSubscriber", "TagResource"]
)
def test_a_change_that_fails_half_way_says_how_far_it_came_and_ends_right_at_the_second_run(
    through: Pipeline, operation: str, kind: str
) -> None:
    calls = succeeded(through.act("update_budget", **WANTED, dry_run=True))["calls"]
    assert operation in [each["operation"] for each in calls]
    through.fault("budgets", operation, kind, times=1)
    reply = through.act("update_budget", **WANTED)
    if reply["status"] == "error":
        details = refused(reply)["details"]
        words = [each["does"] for each in calls]
        position = len(details["done"])
        assert [*details["done"], details["failed"], *details["not_done"]] == words
        assert calls[position]["operation"] == operation
        again = succeeded(through.act("update_budget", **WANTED))
        assert again["changed"] or kind == "truncated-page"
    assert not succeeded(through.act("update_budget", **WANTED))["changed"]
    definition, watched, tags = standing(NAME)
    assert definition.limit is not None
    assert definition.limit.amount == 5000
    assert (len(watched), tags["owner"]) == (5, "finops")


def test_a_failed_deletion_hands_out_what_makes_it_again(through: Pipeline) -> None:
    identifier = an_action_on(through, NAME, threshold=100_000)
    before = standing(NAME)
    through.fault("budgets", "DeleteBudget", "access-denied", times=1)
    error = refused(through.act("delete_budget", budget_name=NAME, confirm=NAME))
    assert (error["code"], error["details"]["permission"]) == ("ACCESS_DENIED", "budgets:ModifyBudget")
    assert error["details"]["done"] == [f"delete budget action {identifier}"]
    assert budgets().budget_actions_of(ACCOUNT, NAME) == []
    for request in error["details"]["restore"]["create_budget_actions"]:
        succeeded(through.send(request))
    assert len(budgets().budget_actions_of(ACCOUNT, NAME)) == 1
    assert standing(NAME) == before


def test_a_restriction_in_force_is_named_before_it_is_left_behind(through: Pipeline) -> None:
    an_action_on(through, NAME, approval_model="AUTOMATIC")
    the_server().world.clock.advance(timedelta(minutes=5))
    [executed] = budgets().budget_actions_of(ACCOUNT, NAME)
    assert executed.status == "EXECUTION_SUCCESS"
    error = refused(through.act("delete_budget", budget_name=NAME, confirm=NAME))
    assert "role DeveloperRole" in error["message"]
    assert NAME in names()
    data = succeeded(through.act("delete_budget", budget_name=NAME, confirm=NAME, leave_restrictions=True))
    assert [each["restricted"] for each in data["restrictions_left"]] == [["role DeveloperRole"]]
    assert NAME not in names()
