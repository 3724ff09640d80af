"""The account in which the examples of governance rules are played, and what came of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from agent.budget_agent import BudgetAgent
from agent.contract import ActionRequest, ErrorDetail
from tests.builders import ACCOUNT
from tests.fakes import FakeBudgets, FakeCostExplorer, gateways_with
from tools.actions.catalogue import ACTIONS
from tools.domain.governance._rule import Example
from tools.domain.governance.rule_set import RuleSet
from tools.domain.governance.rules_file import read_rules
from tools.gateways import AgentIdentity, Gateways
from tools.ports.governance import RulesProblem

EXECUTION_ROLE = f"arn:aws:iam::{ACCOUNT}:role/budget-management-action-role"
AGENT_ROLE = f"arn:aws:iam::{ACCOUNT}:role/budget-management-execution-role"
SANDBOX = "210000000004"


class Rules:
    """Rules as a file's text sets them."""

    def __init__(self, text: str = "") -> None:
        self.rules = read_rules(text or "{}", "test")

    def in_force(self) -> tuple[RuleSet, RulesProblem | None]:
        return self.rules, None


def rules_with(**rules: Mapping[str, Any]) -> Rules:
    """The packaged rules with something said otherwise of these."""
    return Rules(json.dumps({"rules": rules}, default=str))


def an_account(rules: Rules | None = None, budgets: FakeBudgets | None = None) -> Gateways:
    """An account that spends $1,000 a month, and another one in its organization that spends $500."""
    months = [date(2026, 7, 1), date(2026, 8, 1), date(2026, 9, 1)]
    return gateways_with(
        fake_budgets=budgets,
        identity=AgentIdentity(
            account_id=ACCOUNT, role_arn=lambda: AGENT_ROLE, action_execution_role_arn=EXECUTION_ROLE
        ),
        cost_explorer=FakeCostExplorer(
            daily={month: Decimal(1000) for month in months},
            amounts={"LINKED_ACCOUNT": {SANDBOX: {month: Decimal(500) for month in months}}},
        ),
        rules=rules,
    )


def gateways_for(example: Example, rule_id: str) -> Gateways:
    """The account with the rule as the example has it."""
    return an_account(rules_with(**{rule_id: {"severity": "ERROR", "parameters": example.parameters}}))


def replies(requests: Iterable[Mapping[str, Any]], gateways: Gateways) -> list[dict[str, Any]]:
    """What named actions answer, one after another; of a refusal its error."""
    agent = BudgetAgent(ACTIONS, gateways)
    outcomes = [agent.perform(ActionRequest(**each)) for each in requests]
    return [
        {"error": each.model_dump(mode="json")} if isinstance(each, ErrorDetail) else each
        for each in outcomes
    ]


def broken_rules(outcomes: Sequence[Mapping[str, Any]]) -> list[str]:
    """The ids of the rules that the last of these requests was refused for, or that an audit found broken."""
    last = outcomes[-1]
    if "error" in last:
        assert last["error"]["code"] == "GOVERNANCE_VIOLATION", last
        return [each["rule"] for each in last["error"]["details"]["violations"]]
    return [each["rule"] for each in last.get("findings", ())]
