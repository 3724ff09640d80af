"""Templates: what a file may say, what fills its gaps, and budgets with their responses out of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.builders import a_budget
from tests.fakes import FakeBudgets
from tests.rule_examples import Rules, an_account, replies
from tools.actions._asked_budget import CreateBudgetParameters
from tools.actions._restriction_choice import LevelChoice
from tools.domain.budget_steps import CreateAction, DeleteBudget
from tools.domain.budget_templates.library import FOLDER, NAMES, packaged_templates
from tools.domain.errors import AccessDenied, GovernanceFileInvalid, Throttled
from tools.domain.governance.rules_file import read_rules
from tools.gateways import Gateways
from tools.ports.governance import RulesProblem

SANDBOX: Mapping[str, Any] = {
    "account": "210000000004",
    "email": "sandbox@example.com",
    "role": "SandboxRole",
    "policy": "arn:aws:iam::123456789012:policy/deny-new-spending",
}


def create(gateways: Gateways, template: str, values: Mapping[str, Any], **others: Any) -> dict[str, Any]:
    request = {"budget_name": "mine", "template": template, "template_parameters": values, **others}
    [reply] = replies([{"action": "create_budget", "parameters": request}], gateways)
    return reply


def own(**templates: Any) -> Rules:
    return Rules(json.dumps({"templates": templates}))


TEAM = {
    "description": "A budget of a team.",
    "parameters": {"team": {"type": "text", "description": "Whose."}},
    "budget": {
        "amount": 100,
        "notification_email": "{team}@example.com",
        "resource_tags": {"team": "{team}"},
    },
}


def test_every_file_is_listed() -> None:
    assert {path.stem for path in Path(FOLDER).glob("*.yaml")} == set(NAMES)
    assert len(NAMES) >= 8


@pytest.mark.parametrize("name", NAMES)
def test_a_packaged_template_says_only_what_create_budget_and_its_levels_take(name: str) -> None:
    template = packaged_templates()[name]
    assert set(template.budget) <= set(CreateBudgetParameters.model_fields)
    assert all(set(level) <= set(LevelChoice.model_fields) for level in template.levels)
    assert template.description.endswith(".")
    assert template.example


def test_a_budget_and_its_response_are_made_together() -> None:
    fake = FakeBudgets()
    reply = create(an_account(budgets=fake), "sandbox_account", SANDBOX)
    [(definition, notifications, _)] = fake.created
    assert (definition.name, definition.scope.filters) == ("mine", {"LinkedAccount": ("210000000004",)})
    assert [str(each.threshold.value) for each in notifications] == ["50", "80", "100"]
    [step] = fake.steps
    assert isinstance(step, CreateAction)
    assert step.definition.subscribers == notifications[0].subscribers
    assert (reply["template"], reply["created"]) == ("sandbox_account", True)
    [level] = reply["levels"]
    assert level["does"].endswith("deny-new-spending on role SandboxRole")
    assert level["action_id"] is not None
    assert reply["governance"]["refused"] == []


def test_a_dry_run_shows_both_and_makes_nothing() -> None:
    fake = FakeBudgets()
    reply = create(an_account(budgets=fake), "sandbox_account", SANDBOX, dry_run=True)
    assert (reply["created"], fake.created, fake.steps) == (False, [], [])
    assert reply["request"]["Budget"]["BudgetName"] == "mine"
    assert [each["kind"] for each in reply["levels"]] == ["BUDGET_ACTION"]


def test_what_the_rules_forbid_of_the_response_keeps_the_budget_from_being_made() -> None:
    fake = FakeBudgets()
    reply = create(an_account(budgets=fake), "sandbox_account", {**SANDBOX, "role": "break-glass"})
    assert [each["rule"] for each in reply["error"]["details"]["violations"]] == ["protected_are_spared"]
    assert fake.created == []
    early = create(an_account(budgets=fake), "sandbox_account", {**SANDBOX, "restrict_at": 50})
    assert [each["rule"] for each in early["error"]["details"]["violations"]] == [
        "warning_before_restriction"
    ]
    assert fake.created == []


def test_a_response_that_fails_takes_its_budget_with_it() -> None:
    fake = FakeBudgets()
    fake.failing["CreateAction"] = AccessDenied("No.", {"permission": "budgets:CreateBudgetAction"})
    error = create(an_account(budgets=fake), "sandbox_account", SANDBOX)["error"]
    assert error["code"] == "ACCESS_DENIED"
    assert error["message"].endswith("The budget 'mine' was deleted again.")
    assert (fake.budgets, fake.steps) == ({}, [DeleteBudget()])
    assert "create the budget mine" in error["details"]["undone"]


def test_a_budget_that_cannot_be_deleted_again_is_named() -> None:
    fake = FakeBudgets()
    fake.failing = {"CreateAction": AccessDenied("No."), "DeleteBudget": Throttled("Slow down.")}
    error = create(an_account(budgets=fake), "sandbox_account", SANDBOX)["error"]
    assert error["details"]["not_undone"] == [{"what": "create the budget mine", "why": "Slow down."}]
    assert "mine" in fake.budgets


def test_what_the_caller_names_takes_the_place_of_what_the_template_says() -> None:
    fake = FakeBudgets()
    values = {"account": "210000000004", "amount": 10, "email": "a@example.com"}
    create(an_account(budgets=fake), "monthly_account_guard", values, amount=20, resource_tags={"a": "b"})
    [(definition, _, tags)] = fake.created
    assert definition.limit is not None
    assert (str(definition.limit.amount), tags) == ("20", {"a": "b"})


def test_a_gap_that_nobody_fills_is_left_out_and_defaults_fill_others() -> None:
    fake = FakeBudgets()
    create(an_account(budgets=fake), "forecast_guard", {"amount": "12.50", "email": ["a@example.com"]})
    [(definition, notifications, _)] = fake.created
    assert definition.scope.filters == {}
    assert [str(each.threshold.value) for each in notifications] == ["100", "100"]


@pytest.mark.parametrize(
    ("values", "where", "says"),
    [
        ({}, "account", "is required"),
        (
            {"account": "21", "amount": 1, "email": "a@b.co"},
            "account",
            "'21' is not an account id of 12 digits",
        ),
        (
            {"account": "210000000004", "amount": "much", "email": "a@b.co"},
            "amount",
            "is not a number over 0",
        ),
        ({"account": "210000000004", "amount": 0, "email": "a@b.co"}, "amount", "is not a number over 0"),
        (
            {"account": "210000000004", "amount": 1, "email": ""},
            "email",
            "'' is not a text or a list of texts",
        ),
        (
            {"account": "210000000004", "amount": 1, "email": "a@b.co", "mail": "x"},
            "mail",
            "is not a parameter of the template",
        ),
    ],
)
def test_values_that_do_not_fit_are_told_with_what_is_allowed(
    values: dict[str, Any], where: str, says: str
) -> None:
    error = create(an_account(), "monthly_account_guard", values)["error"]
    assert error["code"] == "INVALID_PARAMETERS"
    first = error["details"]["problems"][0]
    assert first["parameter"] == f"template_parameters.{where}"
    assert says in first["problem"]


def test_a_template_that_is_not_there_is_answered_with_the_nearest() -> None:
    error = create(an_account(), "sandbox", {})["error"]
    assert "there is no template 'sandbox'" in error["message"]
    assert "service_guard" in error["details"]["problems"][0]["allowed"]
    [reply] = replies(
        [{"action": "create_budget", "parameters": {"budget_name": "a", "template_parameters": {"a": 1}}}],
        an_account(),
    )
    assert "belong to a template" in reply["error"]["message"]


def test_a_rules_file_has_templates_of_its_own() -> None:
    fake = FakeBudgets()
    gateways = an_account(own(team=TEAM), fake)
    reply = create(gateways, "team", {"team": "data"})
    assert reply["budget"]["notifications"][0]["subscribers"][0]["address"] == "data@example.com"
    [(_, _, tags)] = fake.created
    assert tags == {"team": "data"}
    [listed] = replies([{"action": "list_budget_templates", "parameters": {}}], gateways)
    sources = {each["name"]: each["source"] for each in listed["templates"]}
    assert (sources["team"], sources["service_guard"], len(sources)) == ("test", "package", len(NAMES) + 1)


def test_an_own_template_that_asks_for_what_create_budget_does_not_know_is_refused_by_it() -> None:
    broken = {**TEAM, "budget": {**TEAM["budget"], "limit": 5}}  # type: ignore[dict-item]
    error = create(an_account(own(team=broken)), "team", {"team": "data"})["error"]
    assert "limit: is not a parameter" in error["message"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"budget": {"amount": "{amount}"}}, "there is no parameter for {amount}"),
        ({"budget": {"amount": 1}}, "the parameter team is not used"),
        ({"example": {"team": 1}}, "the example is wrong: template_parameters.team 1 is not a text"),
        ({"budget": {**TEAM["budget"], "budget_name": "x"}}, "does not name its budget"),  # type: ignore[dict-item]
        ({"parameters": {"team": {"type": "number", "description": "x"}}}, "input should be 'text'"),
        (
            {"parameters": {"team": {"type": "percent", "default": "all", "description": "x"}}},
            "the default of team, 'all', is not a number over 0",
        ),
    ],
)
def test_a_template_that_does_not_fit_together_makes_its_file_invalid(
    change: dict[str, Any], says: str
) -> None:
    with pytest.raises(GovernanceFileInvalid, match=r"templates\.team") as caught:
        read_rules(json.dumps({"templates": {"team": {**TEAM, **change}}}), "s")
    assert says in caught.value.message


def test_templates_are_listed_by_name_and_what_is_wrong_with_their_file_is_said() -> None:
    class Broken(Rules):
        def in_force(self) -> Any:
            return self.rules, RulesProblem("GOVERNANCE_FILE_INVALID", "line 3 is no YAML")

    def listed(**parameters: Any) -> dict[str, Any]:
        [reply] = replies(
            [{"action": "list_budget_templates", "parameters": parameters}], an_account(Broken())
        )
        return reply

    reply = listed(names=["sandbox_account"])
    assert [each["name"] for each in reply["templates"]] == ["sandbox_account"]
    assert [each["code"] for each in reply["incomplete"]] == ["GOVERNANCE_FILE_INVALID"]
    assert reply["templates"][0]["parameters"]["amount"] == {
        "type": "amount",
        "description": "USD a month.",
        "default": 500,
        "required": False,
    }
    assert "there is no template 'x'" in listed(names=["x"])["error"]["message"]


def test_an_existing_budget_is_left_alone_with_its_response() -> None:
    fake = FakeBudgets(budgets={"mine": a_budget("mine")})
    reply = create(an_account(budgets=fake), "sandbox_account", SANDBOX, if_exists="skip")
    assert (reply["already_existed"], reply["levels"], fake.steps) == (True, [], [])
