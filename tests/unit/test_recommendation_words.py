"""Recommended budgets in a few sentences: which figures they name, and what they say of the rest."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.builders import NOW, a_budget, usd
from tools.domain.budget import Budget
from tools.domain.budget_types import BUDGET_TYPES, COST, RI_UTILIZATION, BudgetType
from tools.domain.conversation import Gap
from tools.domain.existing_budgets import compared_with_existing
from tools.domain.grouping import GroupScope, scope_of_service
from tools.domain.periods import add_months
from tools.domain.recommendation import BudgetRecommendation, recommend_limit, recommend_target
from tools.domain.recommendation_words import Compared, WithoutRecommendation, recommendations_in_words
from tools.domain.savings import Saving
from tools.domain.scope_histories import Skipped
from tools.domain.spend_history import MonthlySpend, SpendHistory

REDSHIFT, SAGEMAKER, GLUE, RDS = (
    scope_of_service(f"Amazon {name}") for name in ("Redshift", "SageMaker", "Glue", "RDS")
)
YEAR = (date(2025, 10, 1), date(2026, 9, 1))
NOTHING_LEFT = WithoutRecommendation(minimum=usd(10), small=0, small_spend=usd(0), skipped=(), not_shown=0)


def history(*amounts: int, unit: str = "USD") -> SpendHistory:
    first = add_months(date(2026, 10, 1), -len(amounts))
    return SpendHistory(
        unit, tuple(MonthlySpend(add_months(first, at), Decimal(each)) for at, each in enumerate(amounts))
    )


def a_recommendation(
    where: GroupScope = REDSHIFT, *amounts: int, type: BudgetType = COST, savings: tuple[Saving, ...] = ()
) -> BudgetRecommendation:
    amounts = amounts or (1000,) * 12
    if type.default_target is None:
        unit = "USD" if type is COST else "GB"
        found = recommend_limit(type, where, history(*amounts, unit=unit), Decimal("0.1"), savings)
    else:
        found = recommend_target(type, where, history(*amounts, unit="PERCENTAGE"), Decimal("0.1"))
    assert found is not None
    return found


def beside(recommendation: BudgetRecommendation, *budgets: Budget) -> Compared:
    return Compared(recommendation, compared_with_existing(recommendation, budgets, NOW))


def sentences(*compared: Compared, **others: Any) -> tuple[str, ...]:
    options: dict[str, Any] = {"rest": NOTHING_LEFT, "unused": 0, "notes": (), "gaps": ()}
    return recommendations_in_words(
        compared, months=YEAR, breach_probability=Decimal("0.1"), **{**options, **others}
    )


def test_one_recommendation_is_told_with_limit_expected_spend_and_probability() -> None:
    found = a_recommendation(REDSHIFT, *[900, 1000, 1100] * 4)
    told = sentences(beside(found))
    assert told == (
        "1 budget is recommended from the months 2025-10 to 2026-09: 1 where there is none yet.",
        found.rationale,
        "No budget watches this scope yet.",
    )
    for figure in (found.limit.in_words(), found.expected.in_words(), "at most about 10.0 %"):
        assert figure in told[1]


@pytest.mark.parametrize("type", BUDGET_TYPES.values(), ids=lambda each: str(each.name))
def test_every_type_is_told_with_what_it_is_held_to(type: BudgetType) -> None:
    levels = {"COST": [1000] * 12, "USAGE": [500] * 12}.get(type.name, [91, 92, 93] * 4)
    found = a_recommendation(SAGEMAKER, *levels, type=type)
    told = sentences(beside(a_recommendation()), beside(found))
    next_one = told[3]
    held_to = found.limit.in_words() if found.target is None else f"{found.target}.0 %"
    assert f"{held_to}, {found.expected.in_words()} a month expected, no budget yet." in next_one
    assert ("target" in next_one) == (type.default_target is not None)


def test_the_next_ones_are_told_with_what_exists_and_the_rest_is_counted() -> None:
    told = sentences(
        beside(a_recommendation()),
        beside(a_recommendation(SAGEMAKER, *[800] * 12), a_budget("ml", limit=500, scope=SAGEMAKER.scope)),
        beside(a_recommendation(GLUE, *[600] * 12), a_budget("etl", limit=620, scope=GLUE.scope)),
        beside(a_recommendation(RDS, *[400] * 12), a_budget("db", limit=4000, scope=RDS.scope)),
        beside(a_recommendation(RDS, *[90] * 12)),
        beside(a_recommendation(RDS, *[80] * 12)),
    )
    assert told[0] == (
        "6 budgets are recommended from the months 2025-10 to 2026-09: 3 where there is none yet, 1 where the one"
        " that exists is too low, 1 where the one that exists is too high and 1 where the one that exists fits."
    )
    assert told[3].startswith(
        "Next, each broken by chance alone in at most about 10.0 % of months, come Service Amazon SageMaker, limit"
    )
    assert "$800.00 a month expected, 'ml' is too low; Service Amazon Glue, limit" in told[3]
    assert "'etl' fits; Service Amazon RDS, limit" in told[3]
    assert told[3].endswith("'db' is too high; and 2 more.")


def test_a_limit_to_start_with_is_not_given_a_probability_that_nobody_knows() -> None:
    young = a_recommendation(SAGEMAKER, 50)
    told = sentences(beside(a_recommendation()), beside(young))
    assert told[3] == (
        f"Next comes Service Amazon SageMaker, limit {young.limit.in_words()} (to start with),"
        f" {young.expected.in_words()} a month expected, no budget yet."
    )
    mixed = sentences(beside(a_recommendation()), beside(young), beside(a_recommendation(GLUE)))
    assert "in at most about 10.0 % of months unless it is one to start with, come" in mixed[3]


def test_existing_budgets_that_were_not_read_are_unknown_and_not_missing() -> None:
    told = sentences(Compared(a_recommendation(), None), Compared(a_recommendation(GLUE), None))
    assert told[0].endswith(": which budgets exist already is unknown.")
    assert told[2].endswith("existing budgets unknown.")
    assert "no budget" not in " ".join(told).lower()


def test_an_existing_target_that_cannot_be_compared_is_said() -> None:
    found = a_recommendation(REDSHIFT, *[91] * 12, type=RI_UTILIZATION)
    unread = a_budget("ri", type=RI_UTILIZATION, actual=90, scope=REDSHIFT.scope, notifications=None)
    told = sentences(beside(found, unread))
    assert "1 where the one that exists cannot be compared" in told[0]
    assert "its target, a notification, could not be read" in told[2]


def test_claims_are_told_with_the_limit_before_and_after_and_what_was_not_used() -> None:
    saving = Saving(service="Amazon Redshift", monthly=Decimal(100), claimed_by="rightsizing-agent")
    moved = a_recommendation(savings=(saving,))
    assert moved.adjustment is not None
    told = sentences(beside(moved), beside(a_recommendation(GLUE)), unused=2)
    assert told[-1] == (
        f"Claims of others were counted on in 1 limit: Service Amazon Redshift from"
        f" {moved.adjustment.before.in_words()} to {moved.adjustment.after.in_words()}; 2 parts of what was sent"
        " changed no number."
    )
    assert sentences(beside(a_recommendation()), unused=1)[-1] == "1 part of what was sent changed no number."


def test_many_claims_are_counted_beyond_the_third() -> None:
    saving = Saving(service="Amazon Redshift", monthly=Decimal(1))
    told = sentences(*[beside(a_recommendation(REDSHIFT, savings=(saving,)))] * 5)
    assert told[-1].startswith("Claims of others were counted on in 5 limits: ")
    assert told[-1].endswith(" and 2 more.")


def test_what_is_not_recommended_is_told_with_the_reason() -> None:
    rest = WithoutRecommendation(
        minimum=usd(10),
        small=14,
        small_spend=usd("37.12"),
        skipped=[
            Skipped("Service Amazon Glue", "it ended: $5.00 a month until 2026-05"),
            Skipped("a", "b"),
            Skipped("c", "d"),
        ],
        not_shown=3,
    )
    told = sentences(beside(a_recommendation()), rest=rest)
    assert told[-2:] == (
        "Not recommended: 14 scopes under $10.00 a month ($37.12 together); Service Amazon Glue, because it ended:"
        " $5.00 a month until 2026-05 (and 2 more).",
        "3 smaller recommendations did not fit into the reply.",
    )


def test_where_nothing_is_recommended_the_notes_say_why() -> None:
    gap = Gap(part="costs of COST", code="THROTTLED", reason="slow", retryable=True)
    told = sentences(notes=["Nothing was spent or used in these months."], unused=1, gaps=[gap])
    assert told == (
        "No budget is recommended from the months 2025-10 to 2026-09.",
        "Nothing was spent or used in these months.",
        "1 part of what was sent changed no number.",
        "Not everything could be read: costs of COST (THROTTLED); what depends on it is unknown here.",
    )
