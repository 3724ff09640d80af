"""Audit entries around changes: begun before, completed after, refused where they cannot be kept."""

from __future__ import annotations

from typing import Any

import pytest

from agent.budget_agent import BudgetAgent
from agent.contract import ActionRequest, ErrorDetail
from agent.invocation import Invocation, asked_by
from tests.builders import ACCOUNT, NOW, a_budget
from tests.fakes import FakeBudgets, FakeStateStore, gateways_with
from tools.actions.catalogue import ACTIONS
from tools.domain.audit import AuditEntry, Outcome
from tools.domain.errors import AccessDenied, AwsUnavailable, Throttled

BUDGET = {"budget_name": "new", "amount": 100, "notification_email": "finops@example.com"}


def perform(
    action: str, parameters: dict[str, Any], state: FakeStateStore | None, budgets: FakeBudgets | None = None
) -> dict[str, Any] | ErrorDetail:
    agent = BudgetAgent(ACTIONS, gateways_with(fake_budgets=budgets or FakeBudgets(), state=state))
    with asked_by(Invocation(id="i-1").requester("r-1")):
        return agent.perform(ActionRequest(action=action, parameters=parameters, request_id="r-1"))


def the_entry(state: FakeStateStore) -> AuditEntry:
    [entry] = state.entries.values()
    return entry


def test_a_change_is_recorded_for_whoever_asked() -> None:
    state = FakeStateStore()
    perform("create_budget", {**BUDGET, "reason": "why not"}, state)
    entry = the_entry(state)
    assert (entry.account_id, entry.action, entry.budget_name) == (ACCOUNT, "create_budget", "new")
    assert (entry.outcome, entry.reason, entry.at, entry.finished_at) == (
        Outcome.CHANGED,
        "why not",
        NOW,
        NOW,
    )
    assert (entry.requester.invocation_id, entry.requester.request_id) == ("i-1", "r-1")


def test_a_change_that_cannot_be_recorded_is_not_made() -> None:
    budgets, state = FakeBudgets(), FakeStateStore(failing={"begin_change": Throttled("slow down")})
    outcome = perform("create_budget", BUDGET, state, budgets)
    assert isinstance(outcome, ErrorDetail)
    assert (outcome.code, outcome.retryable, outcome.details["part"]) == ("THROTTLED", True, "state")
    assert outcome.message.startswith("Nothing was changed")
    assert budgets.created == []


def test_a_change_whose_record_stays_open_says_so() -> None:
    state = FakeStateStore(failing={"finish_change": AwsUnavailable("gone")})
    outcome = perform("create_budget", BUDGET, state)
    assert isinstance(outcome, dict)
    assert outcome["created"] is True
    assert [(each["part"], each["code"]) for each in outcome["incomplete"]] == [("audit", "AWS_UNAVAILABLE")]
    assert the_entry(state).outcome is Outcome.STARTED


def test_what_fails_is_recorded_with_its_error() -> None:
    state = FakeStateStore()
    budgets = FakeBudgets(
        failing={"create_budget": AccessDenied("no", {"permission": "budgets:ModifyBudget"})}
    )
    perform("create_budget", BUDGET, state, budgets)
    entry = the_entry(state)
    assert (entry.outcome, entry.before, entry.after) == (Outcome.FAILED, None, None)
    assert entry.error is not None
    assert (entry.error["code"], entry.error["details"]["permission"]) == (
        "ACCESS_DENIED",
        "budgets:ModifyBudget",
    )


def test_a_defect_is_recorded_without_its_internals() -> None:
    class Broken(FakeBudgets):
        def create_budget(self, *_: Any) -> None:
            raise KeyError("secret internals")

    state = FakeStateStore()
    outcome = perform("create_budget", BUDGET, state, Broken())
    assert isinstance(outcome, ErrorDetail)
    entry = the_entry(state)
    assert entry.outcome is Outcome.FAILED
    assert entry.error is not None
    assert entry.error["code"] == "INTERNAL_ERROR"
    assert "secret" not in str(entry)


@pytest.mark.parametrize(
    ("action", "parameters"),
    [
        ("analyze_budgets", {}),
        ("create_budget", {**BUDGET, "dry_run": True}),
        ("delete_budget", {"budget_name": "old", "dry_run": True}),
        ("update_budget", {"budget_name": "old", "amount": 1, "dry_run": True}),
    ],
)
def test_what_changes_nothing_is_not_recorded_and_needs_no_table(
    action: str, parameters: dict[str, Any]
) -> None:
    state = FakeStateStore(failing={"begin_change": Throttled("slow down")})
    outcome = perform(action, parameters, state, FakeBudgets(budgets={"old": a_budget("old")}))
    assert isinstance(outcome, dict)
    assert state.entries == {}


def test_two_changes_of_one_moment_are_two_entries_in_their_order() -> None:
    state = FakeStateStore()
    for name in ("one", "two"):
        perform("create_budget", {**BUDGET, "budget_name": name}, state)
    newest = state.changes(ACCOUNT, most=10).entries
    assert [each.budget_name for each in newest] == ["two", "one"]
