"""reconcile_budget_actions: what is released, re-armed, retried or left, why, and what is told of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.builders import ACCOUNT, MAIL, NOW, a_budget, usd
from tests.fakes import (
    FakeBudgets,
    FakeClock,
    FakeCostExplorer,
    FakeGateways,
    FakeStateStore,
    gateways_with,
)
from tools.actions._reconciling import RELEASE_TAG
from tools.actions.reconcile_budget_actions import (
    ReconcileBudgetActionsResult,
    reconcile_budget_actions,
)
from tools.domain.action_records import ActionRecord, RecordChange
from tools.domain.budget import Budget, HealthStatus
from tools.domain.budget_actions import (
    ApprovalModel,
    BudgetAction,
    BudgetActionDefinition,
    IamPolicyTarget,
)
from tools.domain.budget_steps import BudgetStep, ExecuteAction
from tools.domain.errors import (
    AccessDenied,
    AwsUnavailable,
    BudgetAgentError,
    ResourceLocked,
    StateUnavailable,
    Throttled,
)
from tools.domain.notifications import NotificationType, Threshold
from tools.domain.reconciliation import MOST_TRIES
from tools.domain.scope import scope_by
from tools.gateways import AgentIdentity


def seen_at(moment: datetime) -> HealthStatus:
    return HealthStatus(is_healthy=True, as_of=moment)


ID = "00000000-0000-0000-0000-000000000001"


def an_action(status: str, *, percent: int = 110, id: str = ID) -> BudgetAction:
    return BudgetAction(
        id=id,
        status=status,
        definition=BudgetActionDefinition(
            budget_name="x",
            notification_type=NotificationType.ACTUAL,
            threshold=Threshold(Decimal(percent)),
            target=IamPolicyTarget(policy_arn="arn:aws:iam::aws:policy/AWSDenyAll", roles=("Developer",)),
            execution_role_arn=f"arn:aws:iam::{ACCOUNT}:role/budget-actions",
            approval_model=ApprovalModel.MANUAL,
            subscribers=(MAIL,),
        ),
    )


class World:
    """One budget with its budget actions, the agent's memory, and a clock that is moved."""

    def __init__(self, *actions: BudgetAction, actual: int = 120, limit: int = 100) -> None:
        self.budgets = FakeBudgets()
        self.state = FakeStateStore()
        self.costs = FakeCostExplorer()
        self.now = NOW
        self.budgets.actions["x"] = list(actions)
        self.figures(actual=actual, limit=limit)

    def figures(self, *, actual: int, limit: int = 100) -> None:
        self.put(
            a_budget(
                "x",
                actual=actual,
                limit=limit,
                health=seen_at(self.now - timedelta(hours=1)),
                last_updated=NOW - timedelta(days=60),
            )
        )

    def put(self, budget: Budget) -> None:
        self.budgets.budgets["x"] = budget

    def becomes(self, status: str) -> None:
        self.budgets.actions["x"] = [replace(each, status=status) for each in self.budgets.actions["x"]]

    def run(self, **parameters: Any) -> ReconcileBudgetActionsResult:
        gateways = gateways_with(
            fake_budgets=self.budgets, state=self.state, cost_explorer=self.costs, now=self.now
        )
        result = reconcile_budget_actions.run({"list_uncovered": False, **parameters}, gateways)
        assert isinstance(result, ReconcileBudgetActionsResult)
        return result

    @property
    def status(self) -> str:
        return self.budgets.actions["x"][0].status

    @property
    def executed(self) -> list[str]:
        return [each.execution.verb for each in self.budgets.steps if isinstance(each, ExecuteAction)]

    @property
    def told(self) -> list[str]:
        return [each.event for each in self.state.announced]


class Refusing(FakeBudgets):
    """AWS takes every request and then fails, leaving the state that is given."""

    def __init__(self, ends_in: str) -> None:
        super().__init__()
        self.ends_in = ends_in

    def _executed(self, action: BudgetAction, step: ExecuteAction) -> BudgetAction:
        super()._executed(action, step)
        return replace(action, status=self.ends_in)


def test_a_restriction_whose_cause_lasts_stays_and_is_explained() -> None:
    world = World(an_action("EXECUTION_SUCCESS"), actual=120)
    [found] = world.run().budget_actions
    assert (found.execution, found.restricts, found.status) == (None, "yes", "EXECUTION_SUCCESS")
    assert "$120.00 is past its threshold of $110.00" in found.why


def test_a_raised_limit_releases_and_puts_back_on_watch() -> None:
    world = World(an_action("EXECUTION_SUCCESS"))
    world.run()
    world.figures(actual=120, limit=115)
    released = world.run()
    assert (world.status, world.executed) == ("REVERSE_SUCCESS", ["reverse"])
    assert "the limit was raised to $115.00" in released.budget_actions[0].why
    world.run()
    assert (world.status, world.executed) == ("STANDBY", ["reverse", "reset"])
    assert world.told == ["restricted", "released", "rearmed"]


def test_a_budget_action_that_stands_by_at_first_sight_is_remembered_and_not_told() -> None:
    world = World(an_action("STANDBY"))
    result = world.run()
    assert (result.standing_by, result.repairs.begun, world.told) == (1, 1, [])


def test_spend_has_to_fall_well_under_the_threshold() -> None:
    world = World(an_action("EXECUTION_SUCCESS"))
    world.run()
    world.figures(actual=105)
    [kept] = world.run().budget_actions
    assert "not yet under $99.00" in kept.why
    world.figures(actual=99)
    world.run()
    assert world.executed == ["reverse"]


def test_a_restriction_first_seen_after_the_limit_was_raised_waits_for_spend_to_fall() -> None:
    world = World(an_action("EXECUTION_SUCCESS"), actual=120, limit=115)
    world.run()
    assert world.executed == []
    world.figures(actual=113, limit=115)
    world.run()
    assert world.executed == ["reverse"]


@pytest.mark.parametrize(
    "unproven",
    [
        a_budget(
            "x", actual=10, last_updated=NOW - timedelta(days=60), health=seen_at(NOW - timedelta(days=3))
        ),
        a_budget("x", actual=0, last_updated=NOW, health=seen_at(NOW - timedelta(hours=8))),
        a_budget("x", actual=None),
    ],
    ids=["stale", "zeroed by an edit", "unknown"],
)
def test_figures_that_prove_nothing_release_nothing(unproven: Budget) -> None:
    world = World(an_action("EXECUTION_SUCCESS"))
    world.put(unproven)
    [kept] = world.run().budget_actions
    assert (world.executed, kept.restricts) == ([], "yes")
    assert kept.why.startswith("The restriction stays for now: ")


def test_a_budget_that_cannot_be_read_releases_nothing_and_is_said() -> None:
    world = World(an_action("EXECUTION_SUCCESS"), actual=10)
    world.budgets.failing["list_budgets"] = AccessDenied("no", {"permission": "budgets:ViewBudget"})
    result = world.run()
    assert (world.executed, [each.part for each in result.incomplete]) == ([], ["budgets"])
    assert "could not be read" in result.budget_actions[0].why


@pytest.mark.parametrize(
    ("release", "tag", "expected"),
    [
        ("AUTOMATIC", None, ["reverse"]),
        ("MANUAL", None, []),
        ("AUTOMATIC", "manual", []),
        ("MANUAL", "Automatic", ["reverse"]),
        ("AUTOMATIC", "perhaps", []),
    ],
)
def test_who_releases_is_a_setting_and_the_budgets_tag_decides_over_it(
    release: str, tag: str | None, expected: list[str]
) -> None:
    world = World(an_action("EXECUTION_SUCCESS"), actual=10)
    if tag is not None:
        world.budgets.tags["x", None][RELEASE_TAG] = tag
    [found] = world.run(release=release).budget_actions
    assert world.executed == expected
    assert found.needs_person is (len(expected) == 0)


def test_tags_that_cannot_be_read_keep_the_restriction_for_now() -> None:
    world = World(an_action("EXECUTION_SUCCESS"), actual=10)
    world.budgets.failing["tags_of"] = Throttled("slow down")
    result = world.run()
    assert (world.executed, [each.code for each in result.incomplete]) == ([], ["THROTTLED"])


def test_what_was_released_by_hand_while_spend_is_over_is_not_put_back_on_watch() -> None:
    world = World(an_action("REVERSE_SUCCESS"), actual=120)
    [found] = world.run().budget_actions
    assert (world.executed, world.told) == ([], ["released"])
    assert "on watch again it would restrict at once" in found.why
    world.figures(actual=100)
    world.run()
    assert world.executed == ["reset"]


def test_the_approver_who_never_comes_is_reminded_once_a_day() -> None:
    world = World(an_action("PENDING"))
    world.run()
    assert world.told == ["waits_for_approval"]
    for _ in range(2):
        world.now += timedelta(hours=25)
        world.figures(actual=120)
        world.run()
        world.run()
    assert world.told == ["waits_for_approval", "needs_a_person", "needs_a_person"]
    world.becomes("STANDBY")
    world.run()
    assert world.told[-1] == "approval_lapsed"
    assert world.executed == []


def test_an_approval_without_a_cause_any_more_says_so() -> None:
    [found] = World(an_action("PENDING"), actual=100).run().budget_actions
    assert "approving it would restrict without a cause" in found.why


def test_a_failed_release_is_tried_again_within_bounds_and_then_a_person_is_told() -> None:
    world = World()
    world.budgets = Refusing("REVERSE_FAILURE")
    world.budgets.actions["x"] = [an_action("EXECUTION_SUCCESS")]
    world.figures(actual=10)
    for _ in range(MOST_TRIES + 3):
        last = world.run()
    assert world.executed == ["reverse", *["retry"] * MOST_TRIES]
    assert world.told == ["restricted", "release_failed", "needs_a_person"]
    assert last.budget_actions[0].needs_person
    assert "3 more times" in last.budget_actions[0].why


def test_a_failed_restriction_is_tried_again_only_while_it_has_a_cause() -> None:
    world = World(an_action("EXECUTION_FAILURE"), actual=120)
    world.run()
    assert (world.executed, world.status) == (["retry"], "EXECUTION_SUCCESS")
    calm = World(an_action("EXECUTION_FAILURE"), actual=100)
    [found] = calm.run().budget_actions
    assert (calm.executed, found.needs_person) == ([], True)


def test_what_aws_works_on_is_left_and_reported_when_it_takes_longer_than_an_hour() -> None:
    world = World(an_action("EXECUTION_IN_PROGRESS"))
    assert not world.run().budget_actions[0].needs_person
    world.now += timedelta(hours=2)
    assert world.run().budget_actions[0].needs_person
    assert (world.executed, world.told) == ([], ["needs_a_person"])


def test_a_dry_run_shows_and_changes_and_remembers_nothing() -> None:
    world = World(an_action("EXECUTION_SUCCESS"), actual=10)
    result = world.run(dry_run=True)
    assert [(each.execution, each.executed) for each in result.budget_actions] == [
        ("REVERSE_BUDGET_ACTION", False)
    ]
    assert (world.executed, world.state.records, world.told) == ([], {}, [])
    assert not result.recorded_change().is_change


def test_the_memory_is_brought_up_to_awss_truth() -> None:
    world = World(an_action("EXECUTION_SUCCESS"))
    assert world.run().repairs.begun == 1
    world.becomes("STANDBY")
    assert world.run().repairs.brought_up == 1
    world.budgets.actions["x"] = []
    assert world.run().repairs.forgotten == 1
    assert world.state.records == {}


def test_one_budget_alone_forgets_nothing_of_the_others() -> None:
    world = World(an_action("EXECUTION_SUCCESS"))
    world.run()
    world.budgets.budgets["y"] = a_budget("y")
    assert world.run(budget_name="y").repairs.forgotten == 0
    assert len(world.state.records) == 1


def test_one_budget_action_that_aws_refuses_does_not_stop_the_others() -> None:
    class Picky(FakeBudgets):
        def apply(self, account_id: str, name: str, step: BudgetStep) -> None:
            if isinstance(step, ExecuteAction) and step.action_id == ID:
                raise ResourceLocked("AWS is changing it")
            super().apply(account_id, name, step)

    other = ID.replace("1", "2")
    world = World()
    world.budgets = Picky()
    world.budgets.actions["x"] = [an_action("EXECUTION_SUCCESS"), an_action("EXECUTION_SUCCESS", id=other)]
    world.figures(actual=10)
    result = world.run()
    assert [each.executed for each in result.budget_actions] == [False, True]
    assert [each.code for each in result.incomplete] == ["RESOURCE_LOCKED"]
    assert "1 could not be" in result.sentence


def test_overlapping_runs_ask_aws_once() -> None:
    world = World(an_action("EXECUTION_SUCCESS"), actual=10)
    world.run(release="MANUAL")

    class Racing(FakeStateStore):
        meanwhile: Callable[[], object] | None = None

        def save_action_record(self, change: RecordChange) -> bool:
            work, self.meanwhile = self.meanwhile, None
            if work is not None:
                work()
            return super().save_action_record(change)

    shared = world.state
    racing = Racing(records=shared.records, outbox=shared.outbox, told=shared.told)

    def other_run() -> None:
        world.state = shared
        world.run()

    racing.meanwhile = other_run
    world.state = racing
    world.run()
    assert world.executed == ["reverse"]
    assert sorted(world.told) == ["needs_a_person", "released", "restricted"]


@pytest.mark.parametrize("error", [AwsUnavailable("down"), StateUnavailable("no table")])
def test_without_memory_nothing_is_asked_of_aws(error: BudgetAgentError) -> None:
    world = World(an_action("EXECUTION_SUCCESS"), actual=10)
    world.state.failing["save_action_record"] = error
    with pytest.raises(type(error)):
        world.run()
    assert world.executed == []


def test_without_a_table_it_is_refused() -> None:
    with pytest.raises(StateUnavailable, match="BUDGET_STATE_TABLE"):
        reconcile_budget_actions.run({}, gateways_with())


def test_services_and_accounts_without_a_budget_are_listed_the_dearest_first() -> None:
    world = World()
    month = date(2026, 9, 1)
    world.costs.amounts = {
        "SERVICE": {
            "Amazon Redshift": {month: Decimal(500)},
            "AWS Lambda": {month: Decimal(5)},
            "Amazon RDS": {month: Decimal(90)},
        },
        "LINKED_ACCOUNT": {"210000000001": {month: Decimal(900)}},
    }
    world.put(a_budget("x", scope=scope_by("Service", "Amazon RDS")))
    result = world.run(list_uncovered=True)
    assert result.uncovered is not None
    assert [(each.kind, each.value, str(each.last_month.amount)) for each in result.uncovered] == [
        ("LinkedAccount", "210000000001", "900.00"),
        ("Service", "Amazon Redshift", "500.00"),
    ]
    assert result.cost_explorer is not None
    assert result.cost_explorer.pages == 2


def test_spend_that_cannot_be_read_is_said_and_never_an_empty_list() -> None:
    world = World()
    world.costs.failing["monthly_amounts"] = Throttled("slow down")
    result = world.run(list_uncovered=True)
    assert (result.uncovered, [each.code for each in result.incomplete]) == (None, ["THROTTLED"])


def test_the_limit_at_which_somebody_was_restricted_is_remembered() -> None:
    world = World(an_action("EXECUTION_SUCCESS"))
    world.run()
    [record] = world.state.records.values()
    assert isinstance(record, ActionRecord)
    assert record.limit == usd(100)


class _Killed(BaseException):
    """The function was ended in the middle."""


class _Dying:
    """Stands before a gateway or store and ends the function after so many calls of any of them."""

    def __init__(self, subject: Any, calls: list[int]) -> None:
        self._subject, self._calls = subject, calls

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._subject, name)
        if not callable(found):
            return found

        def call(*arguments: Any, **named: Any) -> Any:
            answer = found(*arguments, **named)
            self._calls[0] -= 1
            if self._calls[0] == 0:
                raise _Killed
            return answer

        return call


def _settled(dies_after: int | None) -> tuple[list[str], list[str], bool]:
    """How it ends when the first run dies after so many calls: states, what was told, whether it died at all."""
    others = [ID.replace("1", each) for each in "234"]
    world = World(
        an_action("EXECUTION_SUCCESS"),
        an_action("REVERSE_SUCCESS", id=others[0]),
        an_action("REVERSE_FAILURE", id=others[1]),
        an_action("PENDING", id=others[2]),
        actual=10,
    )
    has_died = False
    if dies_after is not None:
        calls = [dies_after]
        gateways = FakeGateways(
            budgets=_Dying(world.budgets, calls),
            cost_explorer=world.costs,
            clock=FakeClock(world.now),
            identity=AgentIdentity(account_id=ACCOUNT),
            state=_Dying(world.state, calls),
        )
        try:
            reconcile_budget_actions.run({"list_uncovered": False}, gateways)
        except _Killed:
            has_died = True
    for _ in range(3):
        world.run()
    return [each.status for each in world.budgets.actions["x"]], sorted(world.told), has_died


def test_a_run_that_dies_after_any_of_its_calls_is_ended_right_by_the_next() -> None:
    undisturbed = _settled(None)
    assert undisturbed[0] == ["STANDBY", "STANDBY", "STANDBY", "PENDING"]
    calls = 0
    while True:
        calls += 1
        statuses, told, has_died = _settled(calls)
        assert statuses == undisturbed[0], calls
        assert set(told) == set(undisturbed[1]), calls
        assert all(told.count(each) <= undisturbed[1].count(each) for each in told), calls
        if not has_died:
            break
    assert calls > 15
