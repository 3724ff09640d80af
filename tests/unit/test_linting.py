"""Lint in the replies of analyze_budgets and audit_budgets: what is read for it, and what that costs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.builders import a_budget, past_months
from tests.fakes import FakeBudgets, FakeCostExplorer, gateways_with
from tools.actions._linting import HISTORIES_BY_ITSELF
from tools.actions.analyze_budgets import analyze_budgets
from tools.actions.audit_budgets import audit_budgets
from tools.domain.budget import Budget
from tools.domain.budget_types import USAGE
from tools.domain.errors import AccessDenied
from tools.domain.periods import TimeUnit
from tools.domain.scope import Scope, scope_by

EC2 = "Amazon Elastic Compute Cloud - Compute"
MONTH = {date(2026, 9, 1): Decimal(40)}
ACTIONS = [analyze_budgets, audit_budgets]


def lint_of(
    *budgets: Budget,
    action: Any = analyze_budgets,
    held: FakeBudgets | None = None,
    explorer: FakeCostExplorer | None = None,
    **parameters: Any,
) -> dict[str, Any]:
    gateways = gateways_with(budgets, fake_budgets=held, cost_explorer=explorer or FakeCostExplorer())
    reply = action.run(parameters, gateways).model_dump(mode="json")
    return {**reply["lint"], "cost": reply["cost_explorer"], "incomplete": reply["incomplete"]}


def a_filtered(name: str = "web", **filters: str) -> Budget:
    return a_budget(name, scope=Scope(filters={key: (value,) for key, value in filters.items()}))


@pytest.mark.parametrize("action", ACTIONS, ids=lambda each: each.name)
def test_both_actions_find_a_limit_that_every_month_breaks(action: Any) -> None:
    held = FakeBudgets(history={"web": past_months([150, 120, 170], last=date(2026, 9, 1))})
    lint = lint_of(a_budget("web", limit=100), action=action, held=held, explorer=FakeCostExplorer())
    assert [each["code"] for each in lint["findings"]] == ["ALWAYS_FIRES"]
    assert lint["histories_read"] == 1


@pytest.mark.parametrize("action", ACTIONS, ids=lambda each: each.name)
def test_both_actions_look_up_values_when_asked(action: Any) -> None:
    explorer = FakeCostExplorer(amounts={"SERVICE": {EC2: MONTH}, "LINKED_ACCOUNT": {"123456789012": MONTH}})
    lint = lint_of(a_filtered(Service="Amazon Elastic"), action=action, explorer=explorer, check_filters=True)
    [finding] = lint["findings"]
    assert finding["code"] == "UNKNOWN_FILTER_VALUE"
    assert lint["filters_checked"] == ["Service"]
    assert lint["cost"]["pages"] >= 1


def test_each_kind_of_filter_is_read_once_and_its_price_is_said() -> None:
    amounts = {
        "SERVICE": {EC2: MONTH},
        "team": {"team$web": MONTH, "team$": MONTH},
        "CostCenter": {"CostCenter$Research": MONTH},
    }
    explorer = FakeCostExplorer(amounts=amounts)
    lint = lint_of(
        a_filtered("a", Service=EC2),
        a_filtered("b", Service=EC2, TagKeyValue="user:team$web"),
        a_filtered("c", TagKeyValue="user:team$wbe"),
        a_filtered("d", CostCategory="CostCenter$Research"),
        explorer=explorer,
        check_filters=True,
        check_history=False,
    )
    assert lint["filters_checked"] == ["CostCategory CostCenter", "Service", "TagKeyValue team"]
    assert (lint["cost"]["pages"], lint["cost"]["price"]["amount"]) == (3, "0.03")
    [unknown] = [each for each in lint["findings"] if each["code"] == "UNKNOWN_FILTER_VALUE"]
    assert unknown["budget"] == "c"
    assert "'user:team$web'" in unknown["sentence"]


def test_without_asking_nothing_that_costs_is_read_and_the_price_is_told() -> None:
    explorer = FakeCostExplorer()
    lint = lint_of(a_filtered(Service=EC2, Region="us-east-1"), explorer=explorer)
    assert explorer.reads == []
    assert lint["cost"] is None
    assert lint["notes"] == ["check_filters looks up which filter values exist, for $0.02 or a little more."]


def test_values_that_cannot_be_read_are_not_unknown_and_that_is_said() -> None:
    explorer = FakeCostExplorer(failing={"monthly_amounts": AccessDenied("IAM refuses ce:GetCostAndUsage")})
    lint = lint_of(a_filtered(Service="Amazon Unheard Of"), explorer=explorer, check_filters=True)
    assert lint["findings"] == []
    assert lint["notes"] == ["Values of Service could not be looked up."]
    assert [each["part"] for each in lint["incomplete"]] == ["values of Service"]


def test_a_kind_that_cost_explorer_cannot_group_by_is_said() -> None:
    lint = lint_of(a_filtered(UsageTypeGroup="EC2: Running Hours"), check_filters=True)
    assert lint["notes"] == ["Values of UsageTypeGroup could not be looked up."]


def test_one_unread_tag_keeps_the_others_from_being_called_unknown() -> None:
    budget = a_budget("web", scope=scope_by("TagKeyValue", "user:team$web", "user:stage$prod"))
    explorer = OnlyTeam(amounts={"team": {"team$web": MONTH}})
    assert lint_of(budget, explorer=explorer, check_filters=True)["findings"] == []


class OnlyTeam(FakeCostExplorer):
    """Refuses every grouping but that by the tag team."""

    def monthly_amounts(self, *args: Any, **named: Any) -> Any:
        if named["group_by"] != ("TAG", "team"):
            raise AccessDenied("no")
        return super().monthly_amounts(*args, **named)


@pytest.mark.parametrize(
    ("count", "asked", "read"),
    [
        (HISTORIES_BY_ITSELF, None, HISTORIES_BY_ITSELF),
        (HISTORIES_BY_ITSELF + 1, None, 0),
        (HISTORIES_BY_ITSELF + 1, True, HISTORIES_BY_ITSELF + 1),
        (1, False, 0),
    ],
)
def test_many_histories_are_read_only_when_asked_for(count: int, asked: bool | None, read: int) -> None:
    budgets = [a_filtered(f"b{each:02d}", LinkedAccount=f"{each:012d}") for each in range(count)]
    lint = lint_of(*budgets, check_history=asked)
    assert lint["histories_read"] == read
    is_said = any("check_history true reads them" in note for note in lint["notes"])
    assert is_said == (read == 0)


def test_a_history_that_cannot_be_read_is_said_and_judges_nothing() -> None:
    held = FakeBudgets(failing={"performance_history": AccessDenied("no")})
    lint = lint_of(a_budget("web"), a_budget("other", type=USAGE), held=held)
    assert (lint["histories_read"], [each["code"] for each in lint["findings"]]) == (0, [])
    assert len(lint["incomplete"]) == 1
    assert lint["incomplete"][0]["part"] in ("history of 'other'", "history of 'web'")
    assert lint["notes"][0] == "Past periods of 2 budgets were not read, because AWS did not answer."


def test_annual_budgets_have_no_history_to_read() -> None:
    reading: Callable[..., dict[str, Any]] = lint_of
    assert reading(a_budget("year", time_unit=TimeUnit.ANNUALLY))["histories_read"] == 0


def test_an_audit_by_certain_rules_does_not_lint() -> None:
    gateways = gateways_with([a_budget("web")])
    rule = audit_budgets.run({}, gateways).model_dump(mode="json")["rules"][0]["rule"]
    assert audit_budgets.run({"rules": [rule]}, gateways).model_dump(mode="json")["lint"] is None
