"""Whatever spend, people, AWS and faults do: restrictions end with their cause or are explained, and told once.

AWS is played by the table of states of `tools.domain.budget_action_states`; who may restrict whom is not at stake.
"""

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from random import Random

import pytest

from tests.builders import ACCOUNT, MAIL, a_budget, usd
from tests.fakes import FakeBudgets, FakeClock, FakeCostExplorer, FakeGateways, FakeStateStore
from tools.actions._reconciling import RELEASE_TAG
from tools.actions.reconcile_budget_actions import (
    ReconcileBudgetActionsResult,
    reconcile_budget_actions,
)
from tools.domain.action_records import RecordChange
from tools.domain.budget import HealthStatus
from tools.domain.budget_action_states import (
    TRANSITIONS,
    AwsEvent,
    ExecutionType,
    allowed_executions,
    is_in_progress,
    leads_to,
)
from tools.domain.budget_actions import (
    ApprovalModel,
    BudgetAction,
    BudgetActionDefinition,
    IamPolicyTarget,
)
from tools.domain.budget_steps import BudgetStep, ExecuteAction
from tools.domain.crossings import is_stale_at, reason_to_hold_back
from tools.domain.errors import AccessDenied, AwsUnavailable, BudgetAgentError, ResourceLocked
from tools.domain.notifications import NotificationType, Threshold
from tools.domain.standing import standing_of
from tools.gateways import AgentIdentity

BEGIN = datetime(2026, 10, 27, 6, tzinfo=UTC)
NAMES = ("a", "b")


@dataclass
class FaultyStore(FakeStateStore):
    """A state table that fails before or after it has written, as often as it is told."""

    fails_before: int = 0
    fails_after: int = 0

    def save_action_record(self, change: RecordChange) -> bool:
        if self.fails_before:
            self.fails_before -= 1
            raise AwsUnavailable("nothing was written")
        saved = super().save_action_record(change)
        if self.fails_after:
            self.fails_after -= 1
            raise AwsUnavailable("it was written, and nobody knows")
        return saved


@dataclass
class Aws(FakeBudgets):
    """AWS Budgets, whose execution role may lack what reversing takes, and whose replies get lost."""

    lacks_detach: bool = False
    is_slow: bool = False
    loses_replies: int = 0
    asked: list[ExecutionType] = field(default_factory=list)

    def apply(self, account_id: str, name: str, step: BudgetStep) -> None:
        super().apply(account_id, name, step)
        if self.loses_replies:
            self.loses_replies -= 1
            raise AwsUnavailable("the reply was lost")

    def _executed(self, action: BudgetAction, step: ExecuteAction) -> BudgetAction:
        if step.execution not in allowed_executions(action.status):
            raise ResourceLocked(f"This method is not allowed during [ActionStatus: {action.status}]")
        self.asked.append(step.execution)
        reached = leads_to(action.status, step.execution)
        begun = next(each for each in reached if is_in_progress(each))
        return replace(action, status=begun if self.is_slow else self.end_of(begun))

    def end_of(self, status: str) -> str:
        fails = self.lacks_detach and status == "REVERSE_IN_PROGRESS"
        cause = AwsEvent.FAILED if fails else AwsEvent.DONE
        return next(each.end for each in TRANSITIONS if each.start == status and each.cause is cause)

    def change(self, change: dict[str, str]) -> None:
        for name, actions in self.actions.items():
            self.actions[name] = [replace(each, status=change.get(each.id, each.status)) for each in actions]


class World:
    """Two budgets with two budget actions each over turning months; STEPS are the methods that happen."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.aws = Aws()
        self.state = FaultyStore()
        self.clock = FakeClock(BEGIN)
        self.gateways = FakeGateways(
            budgets=self.aws,
            cost_explorer=FakeCostExplorer(),
            clock=self.clock,
            identity=AgentIdentity(account_id=ACCOUNT),
            state=self.state,
        )
        for number, name in enumerate(NAMES):
            self.aws.budgets[name] = a_budget(
                name, limit=100, actual=10, last_updated=BEGIN - timedelta(days=90)
            )
            self.aws.actions[name] = [
                self.an_action(name, 2 * number, ApprovalModel.AUTOMATIC),
                self.an_action(name, 2 * number + 1, ApprovalModel.MANUAL),
            ]
        self.period = self.month()

    def an_action(self, name: str, number: int, approval: ApprovalModel) -> BudgetAction:
        return BudgetAction(
            id=f"00000000-0000-0000-0000-{number:012d}",
            status="STANDBY",
            definition=BudgetActionDefinition(
                budget_name=name,
                notification_type=NotificationType.ACTUAL,
                threshold=Threshold(Decimal(100 + 10 * (number % 2))),
                target=IamPolicyTarget(
                    policy_arn="arn:aws:iam::aws:policy/AWSDenyAll", roles=(f"r{number}",)
                ),
                execution_role_arn=f"arn:aws:iam::{ACCOUNT}:role/budget-actions",
                approval_model=approval,
                subscribers=(MAIL,),
            ),
        )

    def month(self) -> int:
        return self.clock.moment.month

    def every_action(self) -> list[BudgetAction]:
        return [each for actions in self.aws.actions.values() for each in actions]

    def aws_refreshes(self) -> None:
        name = self.random.choice(NAMES)
        actual = self.random.choice([5, 50, 95, 101, 105, 112, 250])
        budget = replace(
            self.aws.budgets[name],
            actual_spend=usd(actual),
            health=HealthStatus(is_healthy=True, as_of=self.clock.moment),
        )
        self.aws.budgets[name] = budget
        limit = budget.definition.limit
        assert limit is not None
        for action in self.aws.actions[name]:
            if action.status == "STANDBY" and actual > action.definition.threshold.amount_of(limit).amount:
                is_automatic = action.definition.approval_model is ApprovalModel.AUTOMATIC
                done = "EXECUTION_SUCCESS" if self.random.random() < 0.8 else "EXECUTION_FAILURE"
                self.aws.change({action.id: done if is_automatic else "PENDING"})

    def aws_finishes(self) -> None:
        self.aws.change(
            {
                each.id: self.aws.end_of(each.status)
                for each in self.every_action()
                if is_in_progress(each.status)
            }
        )

    def somebody_raises_or_lowers_the_limit(self) -> None:
        name, limit = self.random.choice(NAMES), self.random.choice([100, 100, 120, 300])
        budget = self.aws.budgets[name]
        self.aws.budgets[name] = replace(
            budget,
            definition=replace(budget.definition, limit=usd(limit)),
            actual_spend=usd(0),
            last_updated=self.clock.moment,
        )

    def somebody_does_something_by_hand(self) -> None:
        action = self.random.choice(self.every_action())
        allowed = allowed_executions(action.status)
        if allowed:
            step = ExecuteAction(action.id, self.random.choice(allowed))
            with suppress(AwsUnavailable):
                self.aws.apply(ACCOUNT, action.definition.budget_name, step)

    def somebody_tags_a_budget(self) -> None:
        self.aws.tags[self.random.choice(NAMES), None][RELEASE_TAG] = self.random.choice(
            ["automatic", "manual"]
        )

    def something_will_fail(self) -> None:
        self.state.fails_before = self.random.randint(0, 2)
        self.state.fails_after = self.random.randint(0, 2)
        self.aws.loses_replies = self.random.randint(0, 1)

    def the_execution_role_changes(self) -> None:
        self.aws.lacks_detach = self.random.random() < 0.5
        self.aws.is_slow = self.random.random() < 0.5

    def aws_denies(self) -> None:
        self.aws.failing = {self.random.choice(["list_budgets", "tags_of"]): AccessDenied("no", {})}

    def time_passes(self) -> None:
        self.clock.moment += timedelta(hours=self.random.choice([1, 1, 4, 8, 30, 24 * 6]))
        if self.month() != self.period:
            self.period = self.month()
            self.aws.change(
                {each.id: "STANDBY" for each in self.every_action() if not is_in_progress(each.status)}
            )

    def a_run_may_fail(self) -> None:
        with suppress(BudgetAgentError):
            self.reconcile()

    def a_run_goes_well(self) -> None:
        self.state.fails_before = self.state.fails_after = self.aws.loses_replies = 0
        self.aws.failing = {}
        before = {each.id: each.status for each in self.every_action()}
        result = self.reconcile()
        assert result.incomplete == []
        self.check_that_memory_is_awss_truth()
        self.check_that_restrictions_have_a_cause_or_are_explained(result, before)

    def reconcile(self) -> ReconcileBudgetActionsResult:
        result = reconcile_budget_actions.run({"list_uncovered": False}, self.gateways)
        assert isinstance(result, ReconcileBudgetActionsResult)
        return result

    def check_that_memory_is_awss_truth(self) -> None:
        remembered = {each.action_id: each.status for each in self.state.action_records(ACCOUNT)}
        assert remembered == {each.id: each.status for each in self.every_action()}

    def check_that_restrictions_have_a_cause_or_are_explained(
        self, result: ReconcileBudgetActionsResult, before: dict[str, str]
    ) -> None:
        explained = {each.action_id: each for each in result.budget_actions}
        for action in self.every_action():
            if before[action.id] != "STANDBY":
                assert explained[action.id].why
            if before[action.id] == "EXECUTION_SUCCESS" and self.has_clearly_no_cause(action):
                is_manual = self.aws.tags[action.definition.budget_name, None].get(RELEASE_TAG) == "manual"
                assert (action.status == "EXECUTION_SUCCESS") is is_manual
                assert explained[action.id].needs_person is is_manual
            if before[action.id] == "EXECUTION_SUCCESS" and not self.has_clearly_no_cause(action):
                raised = "the limit was raised" in explained[action.id].why
                assert (action.status == "EXECUTION_SUCCESS") is not raised or explained[
                    action.id
                ].needs_person
            if before[action.id] == "REVERSE_SUCCESS" and self.is_past(action) is not False:
                assert action.status == "REVERSE_SUCCESS"

    def is_past(self, action: BudgetAction) -> bool | None:
        """None where the figures prove nothing."""
        standing = standing_of(self.aws.budgets[action.definition.budget_name], self.clock.moment)
        if reason_to_hold_back(standing) or is_stale_at(standing.budget.refreshed, standing.at):
            return None
        assert standing.actual is not None
        assert standing.limit is not None
        return standing.actual.amount > action.definition.threshold.amount_of(standing.limit).amount

    def has_clearly_no_cause(self, action: BudgetAction) -> bool:
        standing = standing_of(self.aws.budgets[action.definition.budget_name], self.clock.moment)
        if self.is_past(action) is not False or standing.actual is None or standing.limit is None:
            return False
        at = action.definition.threshold.amount_of(standing.limit).amount
        return standing.actual.amount <= at * 9 / 10

    def check_that_every_step_is_told_once(self) -> None:
        told: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for each in self.state.outbox.values():
            version = int(each.id.removeprefix(each.data["action_id"]).split("-")[1])
            told[each.data["action_id"]].append((version, each.event))
        for steps in told.values():
            assert len({version for version, _ in steps}) == len(steps)
            events = [event for _, event in sorted(steps) if event != "needs_a_person"]
            assert all(one != next_one for one, next_one in pairwise(events))

    def check_that_tries_are_bounded(self) -> None:
        assert all(each.tries <= 4 for each in self.state.action_records(ACCOUNT))


STEPS = (
    *[World.aws_refreshes] * 6,
    *[World.a_run_goes_well] * 5,
    *[World.time_passes] * 4,
    *[World.a_run_may_fail] * 3,
    *[World.aws_finishes] * 2,
    *[World.somebody_does_something_by_hand] * 2,
    World.somebody_raises_or_lowers_the_limit,
    World.somebody_tags_a_budget,
    World.something_will_fail,
    World.the_execution_role_changes,
    World.aws_denies,
)


@pytest.mark.parametrize("seed", range(8))
def test_restrictions_end_with_their_cause_and_each_step_is_told_once(seed: int) -> None:
    world = World(seed)
    for _ in range(500):
        world.random.choice(STEPS)(world)
        world.check_that_every_step_is_told_once()
        world.check_that_tries_are_bounded()
    assert ExecutionType.REVERSE_BUDGET_ACTION in world.aws.asked
    assert ExecutionType.RESET_BUDGET_ACTION in world.aws.asked
