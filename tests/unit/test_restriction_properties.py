"""Whatever is asked of the agent, and whatever fails: nobody is restricted unwarned, and no protected one at all.

The world of the reconciliation properties, in which people attach, change and approve through the agent, and its
governance rules stand between.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from agent.budget_agent import BudgetAgent
from agent.contract import ActionRequest, ErrorDetail
from tests.builders import ACCOUNT, MAIL, a_notification
from tests.rule_examples import AGENT_ROLE, EXECUTION_ROLE
from tests.unit.test_reconciliation_properties import NAMES, STEPS, World
from tools.actions.catalogue import ACTIONS
from tools.domain.budget_actions import IamPolicyTarget
from tools.domain.names import last_name
from tools.gateways import AgentIdentity

PROTECTED = {
    "break-glass",
    "protected/auditor",
    last_name(AGENT_ROLE),
    last_name(EXECUTION_ROLE),
}
ROLES = ("developer", "builder", *sorted(PROTECTED))
MOST_ACTIONS = 4


class GovernedWorld(World):
    """Two budgets without any budget action, one of them with a warning; what people ask for is counted."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.aws.actions.clear()
        self.aws.budgets["a"] = replace(self.aws.budgets["a"], notifications=(a_notification(80),))
        identity = AgentIdentity(
            account_id=ACCOUNT, role_arn=lambda: AGENT_ROLE, action_execution_role_arn=EXECUTION_ROLE
        )
        self.gateways = replace(self.gateways, identity=identity)
        self.agent = BudgetAgent(ACTIONS, self.gateways)
        self.outcomes: Counter[str] = Counter()

    def ask(self, action: str, **parameters: Any) -> None:
        outcome = self.agent.perform(ActionRequest(action=action, parameters=parameters))
        self.outcomes[f"{action} {outcome.code if isinstance(outcome, ErrorDetail) else 'done'}"] += 1

    def somebody_asks_for_a_restriction(self) -> None:
        name = self.random.choice(NAMES)
        if len(self.aws.actions[name]) >= MOST_ACTIONS:
            return
        self.ask(
            "create_budget_actions",
            budget_name=name,
            **self.a_restriction(self.random.choice([90, 100, 110])),
            notification_email=MAIL.address,
        )

    def somebody_asks_for_levels(self) -> None:
        name = self.random.choice(NAMES)
        if len(self.aws.actions[name]) >= MOST_ACTIONS:
            return
        warnings = [
            {"threshold": each} for each in self.random.sample([70, 85, 95], self.random.randint(0, 2))
        ]
        self.ask(
            "create_budget_actions",
            budget_name=name,
            levels=[*warnings, self.a_restriction(self.random.choice([100, 120]))],
            notification_email=MAIL.address,
        )

    def a_restriction(self, threshold: int) -> dict[str, Any]:
        return {
            "threshold": threshold,
            "action_type": "APPLY_IAM_POLICY",
            "approval_model": self.random.choice(["MANUAL", "AUTOMATIC"]),
            "policy_arn": "arn:aws:iam::aws:policy/AWSDenyAll",
            "target_roles": self.random.sample(ROLES, self.random.randint(1, 2)),
        }

    def somebody_changes_who_is_told(self) -> None:
        thresholds = self.random.sample([60, 80, 99, 130], self.random.randint(1, 2))
        self.ask(
            "update_budget",
            budget_name=self.random.choice(NAMES),
            notifications=[{"threshold": each} for each in thresholds],
            notification_email=MAIL.address,
        )

    def somebody_approves(self) -> None:
        self.ask(
            "execute_budget_action",
            budget_name=self.random.choice(NAMES),
            execution_type="APPROVE_BUDGET_ACTION",
            reason="It is agreed",
        )

    def somebody_does_something_by_hand(self) -> None:
        if self.every_action():
            super().somebody_does_something_by_hand()

    def check_that_whoever_is_restricted_was_warned(self) -> None:
        for action in self.every_action():
            asked = action.definition
            watched = self.aws.budgets[asked.budget_name].notifications or ()
            lower = [
                each.threshold.value
                for each in watched
                if each.type is asked.notification_type and each.threshold.value < asked.threshold.value
            ]
            assert lower, f"nothing warns below {asked.threshold.value} of {asked.budget_name}"

    def check_that_nobody_protected_is_restricted(self) -> None:
        for action in self.every_action():
            target = action.definition.target
            assert isinstance(target, IamPolicyTarget)
            assert not PROTECTED.intersection(target.roles)


ASKED = (
    *[GovernedWorld.somebody_asks_for_a_restriction] * 3,
    *[GovernedWorld.somebody_asks_for_levels] * 3,
    *[GovernedWorld.somebody_changes_who_is_told] * 2,
    *[GovernedWorld.somebody_approves] * 2,
)


@pytest.mark.parametrize("seed", range(6))
def test_nobody_is_restricted_unwarned_and_no_protected_one_at_all(seed: int) -> None:
    world = GovernedWorld(seed)
    for _ in range(400):
        step = world.random.choice((*STEPS, *ASKED))
        getattr(world, step.__name__)()
        world.check_that_whoever_is_restricted_was_warned()
        world.check_that_nobody_protected_is_restricted()
        world.check_that_every_step_is_told_once()
        world.check_that_tries_are_bounded()
    assert world.outcomes["create_budget_actions done"]
    assert world.outcomes["create_budget_actions GOVERNANCE_VIOLATION"]
    assert world.outcomes["update_budget GOVERNANCE_VIOLATION"]
    assert world.outcomes["execute_budget_action done"]
