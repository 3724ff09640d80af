"""How one budget did in a few sentences: the open period beside its limit or target, and what is unknown."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.builders import NOW, a_budget, a_notification
from tools.domain.budget import Budget
from tools.domain.budget_types import BUDGET_TYPES, RI_UTILIZATION, Breach, BudgetType
from tools.domain.conversation import Gap
from tools.domain.performance import JudgedPeriod, judged, with_current_period
from tools.domain.performance_words import performance_in_words
from tools.domain.periods import TimeUnit
from tools.domain.status import target_of

BELOW = [each for each in BUDGET_TYPES.values() if each.breach is Breach.BELOW]
UNKNOWN_END = "What the open period will come to is unknown."


def named(each: Any) -> str:
    return str(each.name)


def current_of(budget: Budget, now: datetime = NOW) -> JudgedPeriod | None:
    found = with_current_period((), budget, now)
    return judged(found[-1], budget.type.breach, target_of(budget), is_current=True) if found else None


def sentences(budget: Budget, now: datetime = NOW, **others: Any) -> tuple[str, ...]:
    nothing = dict.fromkeys(("story", "explanation", "outlook", "record"))
    options: dict[str, Any] = {**nothing, "past": "The past.", "notes": (), "gaps": ()}
    return performance_in_words(budget, current=current_of(budget, now), **{**options, **others})


def test_sentences_that_exist_are_told_in_the_order_of_the_question_and_not_written_again() -> None:
    gap = Gap(part="snapshots", code="ACCESS_DENIED", reason="no", retryable=False)
    assert sentences(
        a_budget(),
        story="It grows.",
        explanation="More than usual.",
        outlook="AWS forecasts $80.00.",
        record="The forecasts were off.",
        notes=["AWS keeps 12 months."],
        gaps=[gap],
    ) == (
        "The past.",
        "It grows.",
        "The open period, 2026-10-01 to 2026-10-31, has come to $50.00 of $100.00 (50.0 %) so far.",
        "More than usual.",
        "AWS forecasts $80.00.",
        "The forecasts were off.",
        "AWS keeps 12 months.",
        "Not everything could be read: snapshots (ACCESS_DENIED); what depends on it is unknown here.",
    )


@pytest.mark.parametrize("type", BELOW, ids=named)
def test_utilization_and_coverage_stand_beside_their_target_and_have_no_end_to_be_unknown(
    type: BudgetType,
) -> None:
    told = sentences(a_budget(type=type, actual=71, notifications=(a_notification(85, type=type),)))
    assert told == (
        "The past.",
        "The open period, 2026-10-01 to 2026-10-31, has come to 71.0 % of at least 85.0 % so far.",
    )


@pytest.mark.parametrize("type", BUDGET_TYPES.values(), ids=named)
def test_what_came_so_far_is_unknown_and_not_zero_where_aws_does_not_say(type: BudgetType) -> None:
    old = datetime(2026, 9, 30, 20, tzinfo=UTC)
    for budget in (
        a_budget(type=type, actual=None, notifications=()),
        a_budget(type=type, actual=500, notifications=(), last_updated=old),
    ):
        said = sentences(budget)[1]
        assert said.startswith(
            "What the open period, 2026-10-01 to 2026-10-31, has come to so far is unknown; its"
        )
        assert "500" not in said
        held_to = {"COST": "$100.00", "USAGE": "100 GB"}.get(type.name, f"{type.default_target}.0 %")
        assert said.endswith(f" is {held_to}.")


def test_a_missing_limit_or_target_is_unknown() -> None:
    assert sentences(a_budget(limit=None))[1].endswith("has come to $50.00 so far; its limit is unknown.")
    unread = a_budget(type=RI_UTILIZATION, actual=71, notifications=None)
    assert sentences(unread)[1].endswith("has come to 71.0 % so far; its target is unknown.")
    assert sentences(a_budget(limit=None, actual=None))[1].endswith("is unknown; its limit is unknown too.")


def test_without_an_outlook_the_end_of_the_open_period_is_unknown() -> None:
    assert sentences(a_budget())[-1] == UNKNOWN_END
    assert UNKNOWN_END not in sentences(a_budget(), outlook="AWS forecasts $80.00.")


def test_a_budget_that_has_ended_has_no_open_period_to_speak_of() -> None:
    ended = a_budget(ends=datetime(2026, 9, 1, tzinfo=UTC))
    assert sentences(ended) == ("The past.", "It has no open period now.")


def test_a_day_is_called_by_its_date() -> None:
    assert "The open period, 2026-10-20, has come to" in sentences(a_budget(time_unit=TimeUnit.DAILY))[1]
