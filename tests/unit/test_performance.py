"""Performance: periods judged by breach side, summed up, and told honestly by get_budget_performance."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.builders import a_budget, a_notification, past_months
from tests.fakes import FakeBudgets, gateways_with
from tools.actions.get_budget_performance import GetBudgetPerformanceResult, get_budget_performance
from tools.domain.budget import Budget
from tools.domain.budget_types import BUDGET_TYPES, RI_UTILIZATION, Breach, BudgetType, BudgetTypeName
from tools.domain.errors import AccessDenied, BudgetAgentError, BudgetNotFound, DataUnavailable
from tools.domain.performance import PeriodPerformance
from tools.domain.periods import TimeUnit

SEPTEMBER = date(2026, 9, 1)
TYPES = list(BUDGET_TYPES.values())


def performed(
    *actuals: str | int | None,
    budget: Budget | None = None,
    limit: str | int | None = 100,
    history: list[PeriodPerformance] | None = None,
    failing: dict[str, BudgetAgentError] | None = None,
    **parameters: Any,
) -> GetBudgetPerformanceResult:
    budget = budget or a_budget("web")
    if history is None:
        history = past_months(list(actuals), limit=limit, type=budget.type, last=SEPTEMBER) if actuals else []
    held = FakeBudgets(history={budget.name: history}, failing=failing or {})
    found = get_budget_performance.run(
        {"budget_name": budget.name, "explain": False, **parameters},
        gateways_with([budget], fake_budgets=held),
    )
    assert isinstance(found, GetBudgetPerformanceResult)
    return found


def met(found: GetBudgetPerformanceResult) -> list[bool | None]:
    return [each.met for each in found.periods if not each.is_current]


def test_a_period_over_its_limit_is_not_met_and_says_by_how_much() -> None:
    over = performed(125).periods[0]
    assert over.variance is not None
    assert over.met is False
    assert over.variance.amount == over.variance_percent == 25
    assert over.utilization_percent == 125


def test_exactly_the_limit_is_met() -> None:
    assert met(performed(100)) == [True]


@pytest.mark.parametrize("budget_type", TYPES, ids=lambda each: each.name.value)
def test_each_type_is_judged_on_the_side_it_fails(budget_type: BudgetType) -> None:
    budget = a_budget("web", type=budget_type, notifications=(a_notification(75, type=budget_type),))
    found = performed(60, 90, 130, budget=budget)
    expected = [False, True, True] if budget_type.breach is Breach.BELOW else [True, True, False]
    assert met(found) == expected


def test_a_target_is_the_threshold_of_its_notification_and_variance_is_in_points() -> None:
    budget = a_budget("ri", type=RI_UTILIZATION, notifications=(a_notification(90, type=RI_UTILIZATION),))
    found = performed(72, budget=budget)
    assert found.target_percent == 90
    assert found.periods[0].variance is not None
    assert found.periods[0].variance.amount == -18
    assert found.periods[0].variance_percent == -20


def test_a_target_that_cannot_be_read_is_said_and_judges_nothing() -> None:
    budget = a_budget("ri", type=RI_UTILIZATION, notifications=(a_notification(90, type=RI_UTILIZATION),))
    found = performed(85, budget=budget, failing={"notifications_of": AccessDenied("no")})
    assert found.target_percent is None
    assert met(found) == [None]
    assert [each.part for each in found.incomplete] == ["notifications, one of which is the target"]


def test_the_open_period_is_shown_last_and_never_counted() -> None:
    found = performed(90, 90, budget=a_budget("web", actual=50))
    assert [each.is_current for each in found.periods] == [False, False, True]
    assert found.periods[-1].actual_spend is not None
    assert found.periods[-1].actual_spend.amount == 50
    assert found.summary.periods == 2


def test_an_open_period_is_certain_only_when_it_is_broken() -> None:
    assert performed(90, budget=a_budget("web", actual=50)).periods[-1].met is None
    assert performed(90, budget=a_budget("web", actual=101)).periods[-1].met is False
    reservation = a_budget("web", type=RI_UTILIZATION, actual=20)
    assert performed(90, budget=reservation).periods[-1].met is None


def test_an_open_period_in_the_history_is_not_shown_twice() -> None:
    history = past_months([90, 40], last=date(2026, 10, 1))
    found = performed(history=history)
    assert [each.is_current for each in found.periods] == [False, True]


def test_figures_of_the_last_period_are_not_those_of_the_open_one() -> None:
    budget = a_budget("web", actual=99, last_updated=datetime(2026, 9, 30, 16, tzinfo=UTC))
    assert performed(90, budget=budget).periods[-1].actual_spend is None


def test_the_summary_counts_breaches_streaks_and_the_worst_period() -> None:
    summary = performed(80, 120, 130, 90, 95, 70).summary
    assert (summary.periods, summary.met, summary.breaches) == (6, 4, 2)
    assert (summary.longest_met_streak, summary.longest_breach_streak) == (3, 2)
    assert (summary.current_streak, summary.current_streak_met) == (3, True)
    assert summary.worst_utilization_percent == 130
    assert summary.worst_period is not None
    assert summary.worst_period.start == datetime(2026, 6, 1, tzinfo=UTC)
    assert summary.mean_utilization_percent is not None
    assert float(summary.mean_utilization_percent) == 97.5
    assert "'web' kept to its limit in 4 of 6 whole past periods" in summary.sentence
    assert "the last 3 kept to it" in summary.sentence


def test_the_worst_period_of_a_reservation_is_the_lowest() -> None:
    summary = performed(90, 60, 95, budget=a_budget("ri", type=RI_UTILIZATION)).summary
    assert summary.worst_utilization_percent == 60
    assert "reached its target in 2 of 3" in summary.sentence


def test_a_trend_is_told_by_the_mean() -> None:
    summary = performed(100, 110, 120, limit=200).summary
    assert summary.trend_percent is not None
    assert float(summary.trend_percent) == 9.1
    assert "rising by 9.1 % of its mean per period" in summary.sentence


def test_an_unknown_actual_is_null_and_not_counted() -> None:
    found = performed(90, None, 110)
    assert found.periods[1].actual_spend is None
    assert found.periods[1].met is None
    assert found.summary.periods == 2
    assert "1 past period has no figures that can be compared, and are not counted." in found.notes


def test_an_annual_budget_has_only_the_current_period_and_nothing_failed() -> None:
    found = performed(budget=a_budget("year", time_unit=TimeUnit.ANNUALLY))
    assert [each.is_current for each in found.periods] == [True]
    assert found.notes == ["AWS keeps no history of ANNUALLY budgets, so there is only the current period."]
    assert found.incomplete == []


def test_a_custom_budget_without_history_is_told_the_same() -> None:
    budget = a_budget("sprint", time_unit=TimeUnit.CUSTOM, ends=datetime(2027, 1, 1, tzinfo=UTC))
    found = performed(budget=budget, failing={"performance_history": DataUnavailable("none")})
    assert "no history of CUSTOM budgets" in found.notes[0]
    assert found.incomplete == []


def test_more_periods_than_aws_keeps_says_how_many_there_are_and_why() -> None:
    found = performed(*[90] * 12, periods=24)
    assert found.summary.periods == 12
    assert found.notes == [
        "There are 12 whole past periods instead of 24: AWS keeps the current month and the last 12."
    ]


def test_fewer_periods_are_the_latest_ones() -> None:
    found = performed(10, 20, 30, periods=2)
    assert [each.actual_spend.amount for each in found.periods[:2] if each.actual_spend] == [20, 30]
    assert found.summary.periods == 2
    assert found.notes == []


def test_a_new_budget_says_when_it_began() -> None:
    found = performed(budget=a_budget("web", starts=datetime(2026, 10, 1, tzinfo=UTC)))
    assert found.summary.periods == 0
    assert found.notes == [
        "There are 0 whole past periods: AWS keeps the current month and the last 12,"
        " and the budget began on 2026-10-01."
    ]
    assert "no whole past period with figures" in found.summary.sentence


def test_a_history_that_cannot_be_read_is_never_an_empty_one() -> None:
    found = performed(failing={"performance_history": AccessDenied("IAM refuses budgets:ViewBudget")})
    assert [(each.part, each.code) for each in found.incomplete] == [("history", "ACCESS_DENIED")]
    assert found.summary.sentence == "The history of 'web' could not be read."
    assert found.notes == []


def test_a_budget_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(BudgetNotFound):
        get_budget_performance.run({"budget_name": "nope"}, gateways_with())


@pytest.mark.parametrize("name", list(BudgetTypeName))
def test_the_reply_names_type_time_unit_and_scope(name: BudgetTypeName) -> None:
    found = performed(90, budget=a_budget("web", type=BUDGET_TYPES[name]))
    assert (found.budget_type, found.time_unit, found.scope) == (name.value, "MONTHLY", "all costs")
    assert (found.target_percent is None) == (BUDGET_TYPES[name].breach is Breach.ABOVE)


def test_before_a_budget_begins_there_is_no_current_period() -> None:
    found = performed(budget=a_budget("web", starts=datetime(2027, 1, 1, tzinfo=UTC)))
    assert found.periods == []
