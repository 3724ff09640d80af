"""undo_change: what it restores, when it leaves a budget alone, and that it does nothing twice."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.budget_agent import BudgetAgent
from agent.contract import ActionRequest, ErrorDetail
from tests.builders import ACCOUNT, MAIL, NOW, a_budget, a_notification, usd
from tests.fakes import FakeBudgets, FakeClock, FakeGateways, FakeStateStore, gateways_with
from tools.actions.catalogue import ACTIONS
from tools.domain.audit import LARGEST_PART_BYTES, Outcome
from tools.domain.budget import AutoAdjust, AutoAdjustType, Budget, BudgetDefinition
from tools.domain.budget_actions import (
    ApprovalModel,
    BudgetAction,
    BudgetActionDefinition,
    BudgetActionTarget,
    IamPolicyTarget,
    InstancesTarget,
    ScpTarget,
    SsmActionSubType,
)
from tools.domain.budget_records import BudgetRecord, RecordedAction, UndoRecord, undo_record_from
from tools.domain.budget_types import RI_COVERAGE, USAGE
from tools.domain.definition_changes import standing_definition
from tools.domain.errors import Throttled
from tools.domain.money import Spend
from tools.domain.notifications import Notification, NotificationType, Subscriber
from tools.domain.periods import TimeUnit, periods_from
from tools.domain.scope import CostTypes, Scope
from tools.domain.subscriber_channels import ChannelName

OCTOBER = datetime(2026, 10, 1, tzinfo=UTC)
EC2 = "Amazon Elastic Compute Cloud - Compute"
ODD = Decimal("1234.5678901")


class Account:
    """An account with its agent, which remembers."""

    def __init__(self, *budgets: Budget) -> None:
        self.budgets = FakeBudgets(budgets={each.name: each for each in budgets})
        self.state = FakeStateStore()
        gateways = gateways_with(fake_budgets=self.budgets, state=self.state)
        assert isinstance(gateways, FakeGateways)
        self.clock: FakeClock = gateways.clock
        self._agent = BudgetAgent(ACTIONS, gateways)

    def send(self, action: str, **parameters: Any) -> dict[str, Any] | ErrorDetail:
        self.clock.moment += timedelta(minutes=1)
        return self._agent.perform(ActionRequest(action=action, parameters=parameters))

    def did(self, action: str, **parameters: Any) -> dict[str, Any]:
        found = self.send(action, **parameters)
        assert isinstance(found, dict), found
        return found

    def refused(self, action: str, **parameters: Any) -> ErrorDetail:
        found = self.send(action, **parameters)
        assert isinstance(found, ErrorDetail), found
        return found

    def last_change(self) -> str:
        changes = self.did("list_changes")["changes"]
        identifier: str = changes[0]["change_id"]
        return identifier

    def definition(self, name: str = "a-budget") -> BudgetDefinition:
        return standing_definition(self.budgets.budgets[name].definition, self.clock.moment)

    def notifications(self, name: str = "a-budget") -> set[Notification]:
        return set(self.budgets.budgets[name].notifications or ())


def test_an_update_is_taken_back_exactly() -> None:
    account = Account(a_budget(notifications=(a_notification(80),)))
    account.budgets.tags["a-budget", None] = {"team": "data"}
    before = account.definition(), account.notifications(), dict(account.budgets.tags["a-budget", None])
    account.did(
        "update_budget",
        budget_name="a-budget",
        amount="250.125",
        service_filter=EC2,
        notification_email="other@example.com",
        resource_tags={"team": "web", "new": "yes"},
    )
    assert account.definition() != before[0]
    result = account.did("undo_change", change_id=account.last_change(), reason="too high")
    assert result["undone"]
    assert result["changed_since"] == []
    tags = dict(account.budgets.tags["a-budget", None])
    assert (account.definition(), account.notifications(), tags) == before


def test_the_undoing_is_recorded_by_its_budget_and_can_be_undone() -> None:
    account = Account(a_budget(limit=100))
    account.did("update_budget", budget_name="a-budget", amount=250)
    undone = account.did("undo_change", change_id=account.last_change(), reason="too high")
    recorded = account.did("list_changes", budget_name="a-budget")["changes"][0]
    assert (recorded["action"], recorded["outcome"], recorded["reason"]) == (
        "undo_change",
        "CHANGED",
        "too high",
    )
    assert recorded["change_id"] == undone["change_id"]
    assert (recorded["before"]["limit"]["amount"], recorded["after"]["limit"]["amount"]) == (
        "250.00",
        "100.00",
    )
    account.did("undo_change", change_id=undone["change_id"])
    assert account.definition().limit == usd(250)


def test_the_same_undo_sent_twice_finds_nothing_left_to_do() -> None:
    account = Account(a_budget(limit=100))
    account.did("update_budget", budget_name="a-budget", amount=250)
    change = account.last_change()
    account.did("undo_change", change_id=change)
    steps, entries = list(account.budgets.steps), len(account.state.entries)
    again = account.did("undo_change", change_id=change)
    assert (again["undone"], again["done"], again["change_id"]) == (False, [], None)
    assert (account.budgets.steps, len(account.state.entries)) == (steps, entries)


def test_a_budget_that_was_changed_since_is_left_alone_and_the_difference_is_said() -> None:
    account = Account(a_budget(limit=100))
    account.did("update_budget", budget_name="a-budget", amount=250)
    change = account.last_change()
    account.did("update_budget", budget_name="a-budget", amount=300)
    refused = account.refused("undo_change", change_id=change)
    assert (refused.code, refused.details["changed_since"]) == (
        "INVALID_PARAMETERS",
        [{"what": "limit", "left": "$250.00", "stands": "$300.00"}],
    )
    assert account.definition().limit == usd(300)
    rehearsed = account.did("undo_change", change_id=change, dry_run=True)
    assert [each["what"] for each in rehearsed["changed_since"]] == ["limit"]
    account.did("undo_change", change_id=change, force=True)
    assert account.definition().limit == usd(100)


def test_a_notification_that_somebody_added_since_keeps_the_undoing_from_losing_it() -> None:
    account = Account(a_budget(notifications=(a_notification(80),)))
    account.did("update_budget", budget_name="a-budget", notification_email="other@example.com")
    change = account.last_change()
    budget = account.budgets.budgets["a-budget"]
    account.budgets.budgets["a-budget"] = replace(
        budget, notifications=(*(budget.notifications or ()), a_notification(95))
    )
    refused = account.refused("undo_change", change_id=change)
    [difference] = refused.details["changed_since"]
    assert difference["what"] == "notifications"
    assert "95 %" in difference["stands"]


def test_notifications_that_a_change_left_alone_stay_as_they_are() -> None:
    account = Account(a_budget(notifications=(a_notification(80),)))
    account.did("update_budget", budget_name="a-budget", amount=250)
    change = account.last_change()
    account.did("update_budget", budget_name="a-budget", notification_email="other@example.com")
    account.did("undo_change", change_id=change)
    assert account.definition().limit == usd(100)
    [watched] = account.notifications()
    assert [each.address for each in watched.subscribers or ()] == ["other@example.com"]


def test_a_created_budget_is_deleted_again_and_a_second_time_is_nothing() -> None:
    account = Account()
    account.did("create_budget", budget_name="new", amount=100, notification_email="finops@example.com")
    change = account.last_change()
    result = account.did("undo_change", change_id=change)
    assert (result["done"], result["after"]) == (["delete the budget"], None)
    assert account.budgets.budgets == {}
    assert not account.did("undo_change", change_id=change)["undone"]
    account.did("undo_change", change_id=result["change_id"])
    assert account.definition("new").limit == usd(100)
    assert len(account.notifications("new")) == 3


def test_a_created_budget_that_has_budget_actions_by_now_is_not_deleted_even_by_force() -> None:
    account = Account()
    account.did("create_budget", budget_name="new", amount=100)
    change = account.last_change()
    account.budgets.actions["new"] = [an_action("new")]
    for force in (False, True):
        refused = account.refused("undo_change", change_id=change, force=force)
        assert "budget actions" in refused.message
    assert "new" in account.budgets.budgets


def test_a_deleted_budget_comes_back_with_notifications_tags_and_budget_actions() -> None:
    scope = Scope(filters={"Service": (EC2,)}, cost_types=CostTypes(include_tax=False))
    account = Account(a_budget(scope=scope, notifications=(a_notification(80),)))
    account.budgets.tags["a-budget", None] = {"team": "data"}
    account.budgets.actions["a-budget"] = [an_action()]
    before = account.definition(), account.notifications()
    account.did("delete_budget", budget_name="a-budget", confirm="a-budget")
    result = account.did("undo_change", change_id=account.last_change())
    assert len(result["done"]) == 2
    assert (account.definition(), account.notifications()) == before
    assert account.budgets.tags["a-budget", None] == {"team": "data"}
    assert [each.definition for each in account.budgets.actions["a-budget"]] == [an_action().definition]


def test_a_dry_run_shows_the_calls_and_changes_nothing() -> None:
    account = Account(a_budget(limit=100))
    account.did("update_budget", budget_name="a-budget", amount=250)
    entries = len(account.state.entries)
    result = account.did("undo_change", change_id=account.last_change(), dry_run=True)
    assert [each["operation"] for each in result["calls"]] == ["UpdateBudget"]
    assert (result["undone"], result["after"]["limit"]["amount"]) == (False, "100.00")
    assert account.definition().limit == usd(250)
    assert len(account.state.entries) == entries


def test_a_deleted_budgets_dry_run_shows_that_it_would_be_made_again() -> None:
    account = Account(a_budget())
    account.budgets.actions["a-budget"] = [an_action()]
    account.did("delete_budget", budget_name="a-budget", confirm="a-budget")
    result = account.did("undo_change", change_id=account.last_change(), dry_run=True)
    assert [each["operation"] for each in result["calls"]] == ["CreateBudget", "CreateBudgetAction"]
    assert account.budgets.budgets == {}


def test_what_changed_nothing_failed_or_is_of_another_kind_cannot_be_undone_and_says_why() -> None:
    account = Account(a_budget(limit=100))
    account.did("update_budget", budget_name="a-budget", amount=100)
    assert "changed nothing" in account.refused("undo_change", change_id=account.last_change()).message
    account.budgets.failing["ReplaceDefinition"] = Throttled("slow down")
    account.refused("update_budget", budget_name="a-budget", amount=7)
    assert "it failed" in account.refused("undo_change", change_id=account.last_change()).message
    assert not any(each["can_be_undone"] for each in account.did("list_changes")["changes"])
    assert "no change" in account.refused("undo_change", change_id="2026#nothing").message


def test_a_budget_that_was_too_large_to_be_kept_is_said() -> None:
    account = Account(a_budget(limit=100))
    values = [f"{number:0100d}" for number in range(LARGEST_PART_BYTES // 100)]
    account.did("update_budget", budget_name="a-budget", service_filter=values)
    assert "too large" in account.refused("undo_change", change_id=account.last_change()).message


def test_an_undoing_that_fails_is_recorded_as_failed() -> None:
    account = Account(a_budget(limit=100))
    account.did("update_budget", budget_name="a-budget", amount=250)
    change = account.last_change()
    account.budgets.failing["ReplaceDefinition"] = Throttled("slow down")
    assert account.refused("undo_change", change_id=change).code == "THROTTLED"
    entry = max(account.state.entries.values(), key=lambda each: each.position)
    assert (entry.action, entry.outcome, entry.budget_name) == ("undo_change", Outcome.FAILED, "a-budget")


def test_an_undoing_that_cannot_be_recorded_is_not_done() -> None:
    account = Account(a_budget(limit=100))
    account.did("update_budget", budget_name="a-budget", amount=250)
    change = account.last_change()
    account.state.failing["begin_change"] = Throttled("slow down")
    refused = account.refused("undo_change", change_id=change)
    assert refused.message.startswith("Nothing was changed")
    assert account.definition().limit == usd(250)


def test_an_undoing_whose_record_stays_open_says_so() -> None:
    account = Account(a_budget(limit=100))
    account.did("update_budget", budget_name="a-budget", amount=250)
    change = account.last_change()
    account.state.failing["finish_change"] = Throttled("slow down")
    result = account.did("undo_change", change_id=change)
    assert [each["part"] for each in result["incomplete"]] == ["audit of 'a-budget'"]
    assert account.definition().limit == usd(100)


def test_a_plan_is_restored_from_the_current_period_on() -> None:
    plan = {
        start: usd(100 + month) for month, start in enumerate(periods_from(TimeUnit.MONTHLY, OCTOBER, 12))
    }
    account = Account(a_budget(limit=100, planned=plan))
    account.did("update_budget", budget_name="a-budget", amount=7)
    change = account.last_change()
    account.clock.moment = datetime(2026, 12, 5, tzinfo=UTC)
    account.did("undo_change", change_id=change)
    restored = account.definition().planned_limits
    assert min(restored) == datetime(2026, 12, 1, tzinfo=UTC)
    assert [each.amount for each in restored.values()][:2] == [102, 103]


def test_without_a_table_there_is_nothing_to_undo_from() -> None:
    agent = BudgetAgent(ACTIONS, gateways_with())
    outcome = agent.perform(ActionRequest(action="undo_change", parameters={"change_id": "x"}))
    assert isinstance(outcome, ErrorDetail)
    assert outcome.code == "STATE_UNAVAILABLE"


def an_action(name: str = "a-budget", target: BudgetActionTarget | None = None) -> BudgetAction:
    return BudgetAction(
        id="00000000-0000-0000-0000-000000000009",
        definition=BudgetActionDefinition(
            budget_name=name,
            notification_type=NotificationType.ACTUAL,
            threshold=a_notification(90).threshold,
            target=target
            or IamPolicyTarget(policy_arn="arn:aws:iam::aws:policy/AWSDenyAll", roles=("a", "b")),
            execution_role_arn=f"arn:aws:iam::{ACCOUNT}:role/r",
            approval_model=ApprovalModel.MANUAL,
            subscribers=(MAIL,),
        ),
        status="STANDBY",
    )


TARGETS: list[BudgetActionTarget] = [
    IamPolicyTarget(policy_arn="arn:aws:iam::aws:policy/AWSDenyAll", users=("u",), groups=("g",)),
    ScpTarget(policy_id="p-1", target_ids=("ou-1", ACCOUNT)),
    InstancesTarget(sub_type=SsmActionSubType.STOP_RDS_INSTANCES, region="eu-west-1", instance_ids=("db",)),
]

DEFINITIONS = [
    a_budget(limit=None, scope=Scope(cost_types=CostTypes(use_amortized=True))),
    a_budget(type=USAGE, scope=Scope(filters={"UsageType": ("a", "b")}), time_unit=TimeUnit.QUARTERLY),
    a_budget(type=RI_COVERAGE, scope=Scope(filters={"Service": (EC2,)})),
    a_budget(auto_adjust=AutoAdjust(type=AutoAdjustType.HISTORICAL, periods=3), limit=None),
    a_budget(auto_adjust=AutoAdjust(type=AutoAdjustType.FORECAST), limit=None),
    a_budget(planned={OCTOBER: Spend(ODD, "USD")}, starts=None, ends=datetime(2027, 1, 1, tzinfo=UTC)),
    a_budget(
        scope=Scope(
            expression={"Dimensions": {"Key": "SERVICE", "Values": ["ü"]}},
            metric="NetUnblendedCost",
            billing_view_arn="arn:aws:billing::x:billingview/y",
        )
    ),
]


@pytest.mark.parametrize("budget", DEFINITIONS, ids=lambda each: each.definition.type.name)
@pytest.mark.parametrize("target", TARGETS, ids=lambda each: type(each).__name__)
def test_records_survive_the_way_through_json_exactly(budget: Budget, target: BudgetActionTarget) -> None:
    told = (MAIL, Subscriber(ChannelName.SNS, "arn:aws:sns:us-east-1:1:t"))
    record = UndoRecord(
        before=BudgetRecord(
            definition=replace(budget.definition, limit=budget.definition.limit and Spend(ODD, "GB")),
            notifications=(a_notification("12.5", subscribers=told),),
            tags={"ü": "ß"},
            actions=(RecordedAction(definition=an_action(target=target).definition, tags={"a": "b"}),),
        ),
        after=None,
    )
    assert undo_record_from(json.loads(json.dumps(record.as_json()))) == record


amounts = st.decimals("0.01", "1000000", places=2)
percents = st.lists(st.integers(1, 200), min_size=1, max_size=5, unique=True)


@settings(deadline=None, max_examples=40)
@given(
    old=amounts,
    new=amounts,
    watched=percents,
    wanted=percents,
    filters=st.lists(st.sampled_from([EC2, "Amazon Redshift", "Amazon S3"]), unique=True, max_size=3),
    time_unit=st.sampled_from([TimeUnit.MONTHLY, TimeUnit.QUARTERLY, TimeUnit.ANNUALLY]),
)
def test_any_update_that_is_undone_leaves_the_budget_as_it_was(
    old: Decimal, new: Decimal, watched: list[int], wanted: list[int], filters: list[str], time_unit: TimeUnit
) -> None:
    notifications = tuple(a_notification(percent) for percent in watched)
    account = Account(a_budget(limit=str(old), notifications=notifications))
    before = account.definition(), account.notifications()
    account.did(
        "update_budget",
        budget_name="a-budget",
        amount=str(new),
        time_unit=time_unit.value,
        notifications=[{"type": "ACTUAL", "threshold": percent} for percent in wanted],
        **({"service_filter": filters} if filters else {}),
    )
    recorded = account.did("list_changes")["changes"][0]
    if recorded["outcome"] == "CHANGED":
        account.did("undo_change", change_id=recorded["change_id"])
    assert (account.definition(), account.notifications()) == before
    assert account.clock.moment > NOW
