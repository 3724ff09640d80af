"""The budgets of an account in a few sentences: which figures they name, and what they say of missing ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.builders import NOW, a_budget, a_notification
from tools.domain.account_words import MOST_SENTENCES, Problem, account_in_words, worst_first
from tools.domain.budget import Budget, HealthStatus
from tools.domain.budget_types import (
    BUDGET_TYPES,
    RI_UTILIZATION,
    SAVINGS_PLANS_COVERAGE,
    USAGE,
    Breach,
    BudgetType,
)
from tools.domain.conversation import Gap
from tools.domain.insights.catalogue import insights_about
from tools.domain.money import Spend
from tools.domain.periods import TimeUnit
from tools.domain.scope import scope_by
from tools.domain.standing import standing_of

WATCHED = (a_notification(80),)
ABOVE = [each for each in BUDGET_TYPES.values() if each.breach is Breach.ABOVE]
BELOW = [each for each in BUDGET_TYPES.values() if each.breach is Breach.BELOW]


def named(each: Any) -> str:
    return str(each.name)


def sentences(*budgets: Budget, **others: Any) -> tuple[str, ...]:
    standings = [standing_of(each, NOW) for each in budgets]
    options: dict[str, Any] = {"problems": (), "more_problems": 0, "is_part": False, "gaps": ()}
    return account_in_words(standings, insights_about(standings), **{**options, **others})


def quiet(name: str, **others: Any) -> Budget:
    """A budget with nothing to say of it."""
    return a_budget(name, **{"notifications": WATCHED, "actual": 55, "forecasted": 85, **others})


def test_an_account_without_budgets_is_told_what_watches_it_and_what_would_help() -> None:
    assert sentences() == (
        "The account has no budgets, so nothing watches its spend.",
        "recommend_budgets says which it should have, from what it spent in past months.",
    )


def test_a_question_that_nothing_matches_does_not_say_that_the_account_is_empty() -> None:
    assert sentences(is_part=True) == ("No budget matches what was asked for.",)


def test_one_budget_is_told_with_all_its_figures() -> None:
    assert sentences(quiet("web")) == (
        "There is 1 budget, and it is on track: 'web', $55.00 spent of $100.00 (55.0 %) after 62.9 % of its"
        " period, $85.00 forecast.",
    )


def test_one_breached_budget_is_told_once_with_how_far_it_is_over() -> None:
    first, *rest = sentences(quiet("web", actual=130, forecasted=140))
    assert first == (
        "There is 1 budget, and it is breached: 'web', $130.00 spent of $100.00 (130.0 %, $30.00 over) after"
        " 62.9 % of its period, $140.00 forecast."
    )
    assert "breached" not in " ".join(rest)


@pytest.mark.parametrize("type", ABOVE, ids=named)
def test_what_is_spent_or_used_is_told_in_the_types_own_unit(type: BudgetType) -> None:
    [said] = sentences(quiet("web", type=type))
    unit = {"COST": "$55.00 spent of $100.00", "USAGE": "55 GB used of 100 GB"}[type.name]
    assert f"'web', {unit} (55.0 %)" in said


@pytest.mark.parametrize("type", BELOW, ids=named)
def test_utilization_and_coverage_are_told_against_their_target_and_not_against_100_percent(
    type: BudgetType,
) -> None:
    [said] = sentences(
        a_budget("ri", type=type, actual="91.25", notifications=(a_notification(85, type=type),))
    )
    assert said == "There is 1 budget, and it is on track: 'ri', 91.2 % reached of at least 85.0 %."


@pytest.mark.parametrize("type", BUDGET_TYPES.values(), ids=named)
def test_a_missing_figure_is_unknown_and_never_zero(type: BudgetType) -> None:
    text = " ".join(sentences(a_budget("web", type=type, actual=None, notifications=WATCHED)))
    assert "and it cannot be judged: 'web', " in text
    assert "unknown" in text
    assert "$0.00" not in text
    assert " 0" not in text


def test_a_missing_limit_and_a_missing_forecast_are_unknown() -> None:
    first, *_ = sentences(quiet("web", limit=None, forecasted=None))
    assert "'web', $55.00 spent, limit unknown after 62.9 % of its period, forecast unknown." in first


def test_a_target_that_was_not_read_is_unknown() -> None:
    first, *_ = sentences(a_budget("ri", type=RI_UTILIZATION, actual=71, notifications=None))
    assert first.endswith("and it cannot be judged: 'ri', 71.0 % reached, target unknown.")


def test_figures_of_the_last_period_are_not_told_as_those_of_this_one() -> None:
    old = quiet("web", actual=77, forecasted=88, last_updated=datetime(2026, 9, 30, 20, tzinfo=UTC))
    text = " ".join(sentences(old))
    assert "spend so far unknown, limit $100.00, forecast unknown" in text
    assert "77" not in text
    assert "88" not in text


def test_of_a_day_nothing_is_said_of_how_much_has_passed() -> None:
    [said] = sentences(quiet("daily", time_unit=TimeUnit.DAILY))
    assert "after" not in said


def test_several_are_counted_by_status_the_gravest_first() -> None:
    first, *_ = sentences(
        quiet("fine"),
        quiet("near", actual=85),
        quiet("ahead", forecasted=120),
        quiet("over", actual=150, forecasted=160),
        quiet("unknown", actual=None, forecasted=None),
    )
    assert first == (
        "There are 5 budgets: 1 breached, 1 forecast to breach, 1 at risk, 1 that cannot be judged and 1 on track."
    )


def test_when_all_stand_alike_that_is_said_at_once() -> None:
    assert sentences(quiet("a"), quiet("b"))[0] == "There are 2 budgets, all on track."
    unknown = [quiet(name, actual=None, forecasted=None) for name in ("a", "b")]
    assert sentences(*unknown)[0] == "There are 2 budgets, none of which can be judged."


def test_a_part_of_the_account_is_not_told_as_the_whole() -> None:
    assert sentences(quiet("a"), quiet("b"), is_part=True)[0] == (
        "2 budgets match what was asked for, all on track."
    )


def test_breached_budgets_are_told_with_limit_actual_and_forecast() -> None:
    text = " ".join(
        sentences(
            quiet("over", actual=150, forecasted=230),
            quiet("blind", actual=110, forecasted=None),
            quiet("ahead", actual=70, forecasted=120),
        )
    )
    assert "'over' $150.00 of $100.00 (150.0 %), $50.00 over; 'blind' $110.00 of $100.00" in text
    assert "'ahead' $120.00 of $100.00 (120.0 %), $20.00 over" in text
    assert (
        "AWS forecasts $230.00 for 'over' at the end of the period; the forecast of 'blind' is unknown; so far"
        " 'ahead' stands at $70.00."
    ) in text


def test_a_reservation_has_no_forecast_to_be_unknown() -> None:
    text = " ".join(sentences(a_budget("ri", type=RI_UTILIZATION, actual=60, notifications=()), quiet("web")))
    assert "'ri' 60.0 % of at least 80.0 %, 20.0 points short" in text
    assert "forecast of 'ri'" not in text


def test_budgets_that_may_be_added_are_and_others_are_not() -> None:
    text = " ".join(
        sentences(
            quiet("a"),
            quiet("b", actual="60.50"),
            quiet("hours", type=USAGE),
            a_budget("sp", type=SAVINGS_PLANS_COVERAGE, actual=90, notifications=()),
            quiet("unknown", actual=None, forecasted=None),
        )
    )
    assert "The 2 MONTHLY COST budgets with figures have come to $115.50 of $200.00 together" in text
    assert "scopes can overlap" in text


def test_where_all_keep_to_their_limits_the_nearest_to_one_is_named() -> None:
    assert sentences(quiet("a"), quiet("b", actual=70, forecasted=95))[-1] == (
        "Nearest to its limit is 'b': $70.00 spent of $100.00 (70.0 %) after 62.9 % of its period, $95.00"
        " forecast."
    )


def test_what_lint_found_is_counted_and_the_gravest_told() -> None:
    problems = [Problem("a", "'a' can never fire."), Problem("b", "'b' is a duplicate.")]
    assert sentences(quiet("a"), quiet("b"), problems=problems, more_problems=3)[-1] == (
        "There are 5 things to mend in the budgets themselves, such as: 'a' can never fire."
    )
    assert sentences(quiet("a"), problems=problems[:1])[-1] == (
        "There is 1 thing to mend in the budgets themselves: 'a' can never fire."
    )


def test_what_an_insight_tells_already_is_not_told_again_as_something_to_mend() -> None:
    dead = quiet("dead", actual=0, forecasted=None, scope=scope_by("Service", "EC2-Instances"))
    dead_again = Problem("dead", "'dead': it can never fire.")
    told = sentences(dead, quiet("web"), problems=[dead_again])
    assert sum("never fire" in each for each in told) == 1
    more = sentences(dead, quiet("web"), problems=[dead_again, Problem("web", "'web' is a duplicate.")])
    assert more[-1].endswith("2 things to mend in the budgets themselves, such as: 'web' is a duplicate.")


def test_what_could_not_be_read_is_told_last_with_the_error() -> None:
    gaps = [Gap(part=f"part {each}", code="THROTTLED", reason="slow", retryable=True) for each in range(1, 6)]
    assert sentences(quiet("a"), gaps=gaps[:1])[-1] == (
        "Not everything could be read: part 1 (THROTTLED); what depends on it is unknown here."
    )
    assert "part 3 (THROTTLED) and 2 more parts;" in sentences(gaps=gaps)[-1]


def test_an_account_full_of_trouble_is_told_in_eight_sentences_that_count_the_rest() -> None:
    sick = HealthStatus(is_healthy=False, reason="FILTER", as_of=NOW)
    budgets = [
        quiet("over", actual=300, forecasted=400),
        quiet("ahead", forecasted=120),
        quiet("stale", health=replace(sick, is_healthy=True, as_of=datetime(2026, 10, 18, tzinfo=UTC))),
        quiet("sick", health=sick),
        quiet("dead", actual=0, forecasted=None, scope=scope_by("Service", "EC2-Instances")),
        quiet("unheard", notifications=()),
        quiet("fast", actual=78, forecasted=99),
        quiet("idle", actual=5, forecasted=8),
    ]
    gap = Gap(part="notifications", code="THROTTLED", reason="slow", retryable=True)
    told = sentences(*budgets, problems=[Problem("over", "'over' always fires.")], gaps=[gap])
    assert len(told) == MOST_SENTENCES
    insights = insights_about([standing_of(each, NOW) for each in budgets])
    untold = [each for each in insights if each.sentence not in told]
    assert f"{len(untold)} more insights are not told here." in told
    assert {each.code for each in untold}.isdisjoint({"BREACHED", "FORECAST_TO_BREACH"})


def test_the_worst_come_first_whatever_side_they_fail_on() -> None:
    budgets = [
        quiet("fine"),
        quiet("unknown", actual=None, forecasted=None),
        quiet("near", actual=85),
        quiet("ahead", actual=60, forecasted=120),
        quiet("far ahead", actual=10, forecasted=500),
        quiet("over", actual=120, forecasted=130),
        a_budget("idle", type=RI_UTILIZATION, actual=10, notifications=()),
        quiet("far over", actual=400, forecasted=410),
    ]
    ordered = [each.name for each in worst_first([standing_of(each, NOW) for each in budgets])]
    assert ordered == ["far over", "idle", "over", "far ahead", "ahead", "near", "unknown", "fine"]


def test_amounts_of_other_units_are_told_as_they_are_without_a_share() -> None:
    odd = replace(quiet("web"), actual_spend=Spend(Decimal(5), "EUR"))
    assert "'web', 5 EUR spent of $100.00 after" in sentences(odd)[0]
