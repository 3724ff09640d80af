"""list_budget_actions: what stands where, in which order, with what history and which next step."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.builders import NOW, a_budget, usd
from tests.fakes import FakeBudgets, gateways_with
from tests.unit.test_execute_budget_action import an_action
from tools.actions.list_budget_actions import ListBudgetActionsResult, list_budget_actions
from tools.domain.budget_action_levels import Level, height_of, levels_of, watched_in_words
from tools.domain.budget_actions import BudgetAction, BudgetActionEvent
from tools.domain.errors import AccessDenied, BudgetNotFound, InvalidParameters
from tools.domain.notifications import NotificationType, Threshold, ThresholdType

ACTUAL, FORECASTED = NotificationType.ACTUAL, NotificationType.FORECASTED


def holding(*actions: BudgetAction) -> FakeBudgets:
    fake = FakeBudgets()
    for each in actions:
        name = each.definition.budget_name
        fake.budgets[name] = a_budget(name)
        fake.actions[name].append(each)
        fake.events[each.id] = [
            BudgetActionEvent(at=NOW, status="STANDBY", type="CREATE_ACTION", message=f"entry {number}")
            for number in range(30)
        ]
    return fake


def listed(fake: FakeBudgets, **parameters: Any) -> ListBudgetActionsResult:
    result = list_budget_actions.run(parameters, gateways_with(fake_budgets=fake))
    assert isinstance(result, ListBudgetActionsResult)
    return result


def test_those_that_wait_for_a_person_come_first_then_failures_then_what_restricts() -> None:
    states = ["STANDBY", "EXECUTION_SUCCESS", "EXECUTION_FAILURE", "PENDING", "REVERSE_FAILURE"]
    result = listed(holding(*(an_action(number, status) for number, status in enumerate(states))))
    assert [each.status for each in result.budget_actions] == [
        "PENDING",
        "REVERSE_FAILURE",
        "EXECUTION_FAILURE",
        "EXECUTION_SUCCESS",
        "STANDBY",
    ]
    assert (result.total, result.waiting, result.budgets, result.by_status["PENDING"]) == (5, 1, 1, 1)


def test_each_says_what_its_status_means_whom_it_restricts_and_what_can_be_done() -> None:
    [view] = listed(holding(an_action(1, "EXECUTION_SUCCESS"))).budget_actions
    assert (view.restricts, view.restricted) == ("yes", ["role Developer"])
    assert view.can_do == ["REVERSE_BUDGET_ACTION"]
    assert "restriction is in force" in view.meaning
    assert "somebody to reverse it" in view.next


def test_the_account_is_one_call_and_histories_are_read_only_when_asked_for() -> None:
    fake = Counting(holding(an_action(1), an_action(2, budget_name="y")))
    result = listed(fake)
    assert fake.calls == ["all_budget_actions"]
    assert [each.history for each in result.budget_actions] == [None, None]
    fake.calls.clear()
    with_history = listed(fake, include_history=True)
    assert fake.calls == ["all_budget_actions", "budget_action_history", "budget_action_history"]
    assert all(each.history for each in with_history.budget_actions)


def test_one_budget_comes_with_its_history_the_newest_first_and_the_rest_is_counted() -> None:
    [view] = listed(holding(an_action(1)), budget_name="x").budget_actions
    assert view.history is not None
    assert ([each.message for each in view.history[:2]], view.history_left_out) == (
        ["entry 29", "entry 28"],
        10,
    )
    [whole] = listed(holding(an_action(1)), budget_name="x", history_entries=500).budget_actions
    assert (len(whole.history or ()), whole.history_left_out) == (30, 0)
    [without] = listed(holding(an_action(1)), budget_name="x", include_history=False).budget_actions
    assert (without.history, without.history_left_out) == (None, 0)


def test_a_history_that_cannot_be_read_is_said_and_the_rest_stands() -> None:
    fake = holding(an_action(1))
    fake.failing["budget_action_history"] = AccessDenied("no")
    result = listed(fake, budget_name="x")
    assert result.budget_actions[0].history is None
    assert [each.part for each in result.incomplete] == [f"history of {an_action(1).id}"]


def test_an_action_that_was_deleted_while_it_was_listed_is_said() -> None:
    fake = holding(an_action(1))
    fake.failing["budget_action_history"] = BudgetNotFound("gone")
    result = listed(fake, budget_name="x")
    assert [(each.part, each.retryable) for each in result.incomplete] == [
        (f"history of {an_action(1).id}", True)
    ]


def test_only_the_states_that_were_asked_for_are_listed_and_all_are_counted() -> None:
    result = listed(holding(an_action(1), an_action(2, "STANDBY")), statuses=["PENDING"])
    assert ([each.status for each in result.budget_actions], result.total) == (["PENDING"], 2)


def test_pages_hold_every_action_once_and_histories_only_of_what_they_show() -> None:
    fake = Counting(holding(*(an_action(number, percent=100 + number) for number in range(5))))
    seen, token = [], None
    for _ in range(3):
        fake.calls.clear()
        more: dict[str, Any] = {} if token is None else {"next_token": token}
        result = listed(fake, page_size=2, include_history=True, **more)
        assert fake.calls.count("budget_action_history") == len(result.budget_actions)
        seen += [each.action_id for each in result.budget_actions]
        token = result.next_token
    assert (sorted(seen), token) == ([an_action(number).id for number in range(5)], None)
    with pytest.raises(InvalidParameters, match="not a token"):
        listed(fake, next_token="x")


def test_an_account_without_budget_actions_and_a_budget_that_does_not_exist_are_two_things() -> None:
    assert (listed(FakeBudgets()).budget_actions, listed(FakeBudgets()).total) == ([], 0)
    with pytest.raises(BudgetNotFound):
        listed(FakeBudgets(), budget_name="x")


def test_the_level_is_the_place_among_the_thresholds_of_the_budgets_actions() -> None:
    result = listed(
        holding(
            an_action(1, percent=130),
            an_action(2, percent=110),
            an_action(3, percent=110, notification_type=FORECASTED),
            an_action(4, percent=110),
            an_action(5, percent=50, budget_name="y"),
        )
    )
    levels = {each.action_id[-1]: each.level for each in result.budget_actions}
    assert {key: (level.number, level.of) for key, level in levels.items() if level} == {
        "1": (3, 3),
        "2": (2, 3),
        "3": (1, 3),
        "4": (2, 3),
        "5": (1, 1),
    }


def test_amounts_and_percentages_are_compared_by_the_limit_and_without_it_not_at_all() -> None:
    amount = Threshold(Decimal(90), ThresholdType.ABSOLUTE_VALUE)
    fake = holding(an_action(1, percent=80), an_action(2, threshold=amount))
    [first, second] = sorted(listed(fake, budget_name="x").budget_actions, key=lambda each: each.action_id)
    assert first.level is not None
    assert second.level is not None
    assert (first.level.number, second.level.number) == (1, 2)
    assert [each.level for each in listed(fake).budget_actions] == [None, None]


def test_levels_of_amounts_alone_need_no_limit_and_a_zero_limit_compares_nothing() -> None:
    low = (ACTUAL, Threshold(Decimal(5), ThresholdType.ABSOLUTE_VALUE))
    high = (ACTUAL, Threshold(Decimal(7), ThresholdType.ABSOLUTE_VALUE))
    assert levels_of([high, low, low], None) == {low: Level(1, 2), high: Level(2, 2)}
    assert levels_of([high, (ACTUAL, Threshold(Decimal(80)))], usd(0)) is None
    assert height_of(low, usd(50)) == (Decimal(10), True)
    assert levels_of([], None) == {}


def test_a_level_in_words_has_its_unit_where_it_is_known() -> None:
    assert watched_in_words((ACTUAL, Threshold(Decimal("110.0")))) == "actual above 110 %"
    amount = (FORECASTED, Threshold(Decimal(500), ThresholdType.ABSOLUTE_VALUE))
    assert watched_in_words(amount, "USD") == "forecasted above 500 USD"
    assert watched_in_words(amount) == "forecasted above 500"


class Counting(FakeBudgets):
    """Notes which methods are called."""

    def __init__(self, held: FakeBudgets) -> None:
        super().__init__(budgets=held.budgets, actions=held.actions, events=held.events)
        self.calls: list[str] = []

    def _may(self, method: str) -> None:
        self.calls.append(method)
        super()._may(method)
