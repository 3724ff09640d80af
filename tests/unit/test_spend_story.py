"""Spend stories: each is told with its figures, and nothing is told where there is nothing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from random import Random

import pytest

from tests.builders import a_budget, past_months
from tools.domain.budget_types import COST, RI_COVERAGE, RI_UTILIZATION, BudgetType
from tools.domain.periods import TimeUnit, add_months
from tools.domain.spend_story import PeriodAmount, SpendStory, StoryKind, percentage_told, story_of, told_by


def told(*amounts: float, unit: TimeUnit = TimeUnit.MONTHLY) -> SpendStory | None:
    firsts = [add_months(date(2026, 9, 1), index - len(amounts) + 1) for index in range(len(amounts))]
    periods = [
        PeriodAmount(first, Decimal(str(amount))) for first, amount in zip(firsts, amounts, strict=True)
    ]
    return story_of(periods, "USD", unit)


@pytest.mark.parametrize(
    ("amounts", "kind", "since", "sentence"),
    [
        (
            [100, 102, 98, 101, 99, 250, 255, 248],
            StoryKind.STEP,
            date(2026, 7, 1),
            "It stepped up in 2026-07: $100.00 a month before, $250.00 since, $150.00 more.",
        ),
        (
            [250, 255, 248, 100, 102, 98, 101],
            StoryKind.STEP,
            date(2026, 6, 1),
            "It stepped down in 2026-06: $250.00 a month before, $100.50 since, $149.50 less.",
        ),
        (
            [100 * 1.04**month for month in range(12)],
            StoryKind.GROWTH,
            date(2025, 10, 1),
            "It grows by 4.0 % a month: from $100.00 in 2025-10 to $153.95 in 2026-09.",
        ),
        (
            [100, 102, 99, 340, 101, 100],
            StoryKind.SPIKE,
            date(2026, 7, 1),
            "It spiked once: $340.00 in 2026-07, $240.00 over the usual $100.00.",
        ),
        (
            [90, 95, 93, 94, 0, 0, 0],
            StoryKind.ENDED,
            date(2026, 7, 1),
            "It ended: $93.50 a month until 2026-06, and nothing in the 3 months since.",
        ),
        (
            [0, 0, 0, 0, 40, 60],
            StoryKind.BEGAN,
            date(2026, 8, 1),
            "It began in 2026-08: $40.00, $60.00 a month so far.",
        ),
    ],
    ids=["step up", "step down", "growth", "spike", "end", "beginning"],
)
def test_a_story_is_told_with_its_figures(
    amounts: list[float], kind: StoryKind, since: date, sentence: str
) -> None:
    found = told(*amounts)
    assert found is not None
    assert (found.kind, found.since, found.sentence) == (kind, since, sentence)


@pytest.mark.parametrize(
    "amounts",
    [
        [100] * 12,
        [100, 93, 104, 98, 101, 95, 103, 99, 97, 102, 100, 96],
        [0, 0, 0],
        [50],
        [100, 20, 300, 5, 180, 60, 240, 10],
    ],
    ids=["flat", "months of 28 to 31 days", "nothing", "one month", "chaos"],
)
def test_where_nothing_happened_nothing_is_told(amounts: list[float]) -> None:
    assert told(*amounts) is None


def test_luck_alone_is_seldom_a_story() -> None:
    chance = Random(1)
    stories = sum(
        told(*(100 * (1 + chance.uniform(-0.1, 0.1)) for _ in range(12))) is not None for _ in range(300)
    )
    assert stories < 15


def test_a_quarter_is_called_a_quarter() -> None:
    periods = [
        PeriodAmount(date(2026, month, 1), Decimal(amount)) for month, amount in ((1, 90), (4, 0), (7, 0))
    ]
    found = story_of(periods, "USD", TimeUnit.QUARTERLY)
    assert found is not None
    assert found.sentence == "It ended: $90.00 a quarter until 2026 Q1, and nothing in the 2 quarters since."


def test_percentages_neither_grow_nor_end() -> None:
    budget = a_budget(type=RI_UTILIZATION)
    utilization: list[str | int | None] = [93] * 6
    assert told_by(past_months([*utilization, 71, 71], last=date(2026, 9, 1)), budget.definition) is None


@pytest.mark.parametrize(
    ("budget_type", "now", "said"),
    [
        (
            RI_UTILIZATION,
            71,
            "It fell to 71.0 % in 2026-10 from 93.0 % in the 3 months before: 22.0 points less."
            " 29.0 % of the commitment is paid for and unused.",
        ),
        (
            RI_COVERAGE,
            60,
            "It fell to 60.0 % in 2026-10 from 93.0 % in the 3 months before: 33.0 points less."
            " 40.0 % of the usage is paid on demand.",
        ),
        (
            RI_UTILIZATION,
            99,
            "It rose to 99.0 % in 2026-10 from 93.0 % in the 3 months before: 6.0 points more.",
        ),
        (RI_UTILIZATION, 90, None),
        (RI_UTILIZATION, None, None),
        (COST, 71, None),
    ],
    ids=["idle", "uncovered", "better", "near", "unknown", "costs"],
)
def test_a_percentage_is_told_by_how_far_it_lies_from_the_periods_before(
    budget_type: BudgetType, now: int | None, said: str | None
) -> None:
    past = past_months([92, 93, 94], type=budget_type, last=date(2026, 9, 1))
    [current] = past_months([now], type=budget_type, last=date(2026, 10, 1))
    assert percentage_told(past, current, a_budget(type=budget_type).definition) == said
