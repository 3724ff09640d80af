"""The memory of Cost Explorer: what it saves, for how long, and that it is never in the way."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests.builders import ACCOUNT, NOW
from tests.fakes import FakeClock, FakeCostExplorer, FakeStateStore
from tools.actions._action import Incomplete
from tools.actions._cost_meter import CostMeter
from tools.aws.cached_cost_explorer import CachedCostExplorer
from tools.domain.cost_answers import KeptAnswer
from tools.domain.errors import AccessDenied, AwsUnavailable, BudgetAgentError, StateUnavailable, Throttled
from tools.ports.cost_explorer import CostAnswer, CostRead

SEPTEMBER = date(2026, 9, 1)
CLOSED = (SEPTEMBER, date(2026, 10, 1))
OPEN = (SEPTEMBER, date(2026, 10, 20))


class Asked:
    """A cached gateway with everything behind it within reach."""

    def __init__(self) -> None:
        self.aws = FakeCostExplorer(amounts={"": {"": {SEPTEMBER: Decimal("12.345678901234567890")}}})
        self.memory = FakeStateStore()
        self.clock = FakeClock()
        self.explorer = CachedCostExplorer(
            asked=self.aws, memory=self.memory, account_id=ACCOUNT, clock=self.clock
        )

    def ask(self, months: tuple[date, date] = CLOSED, *, fresh: bool = False) -> CostRead:
        explorer = self.explorer.fresh() if fresh else self.explorer
        return explorer.monthly_amounts(months, metric="UnblendedCost")


@pytest.fixture
def asked() -> Asked:
    return Asked()


def test_the_same_question_on_the_same_day_is_paid_for_once(asked: Asked) -> None:
    first = asked.ask()
    asked.clock.moment += timedelta(hours=11)
    second = asked.ask()
    assert len(asked.aws.reads) == 1
    assert second.amounts == first.amounts == {"": {SEPTEMBER: Decimal("12.345678901234567890")}}
    assert (first.pages, first.cached_pages, first.as_of) == (1, 0, NOW)
    assert (second.pages, second.cached_pages, second.as_of) == (0, 1, NOW)
    assert second.memory_problem is None


def test_the_next_day_asks_anew(asked: Asked) -> None:
    asked.ask()
    asked.clock.moment += timedelta(hours=12)
    assert asked.ask().pages == 1


@pytest.mark.parametrize(("hours", "pages"), [(3.9, 0), (4, 1)])
def test_an_answer_that_reaches_into_the_open_month_stands_for_four_hours(
    asked: Asked, hours: float, pages: int
) -> None:
    asked.ask(OPEN)
    asked.clock.moment += timedelta(hours=hours)
    assert asked.ask(OPEN).pages == pages


def test_a_refreshed_answer_is_remembered_from_then_on(asked: Asked) -> None:
    asked.ask()
    asked.clock.moment += timedelta(minutes=5)
    asked.aws.amounts[""][""][SEPTEMBER] = Decimal(99)
    fresh = asked.ask(fresh=True)
    assert fresh.pages == 1
    assert fresh.amounts[""][SEPTEMBER] == 99
    assert asked.ask().amounts[""][SEPTEMBER] == 99
    assert len(asked.aws.reads) == 2


def test_other_questions_have_answers_of_their_own(asked: Asked) -> None:
    asked.ask()
    explorer = asked.explorer
    explorer.monthly_amounts(CLOSED, metric="AmortizedCost")
    explorer.monthly_amounts(CLOSED, metric="UnblendedCost", group_by=("DIMENSION", "SERVICE"))
    explorer.monthly_amounts(CLOSED, metric="UnblendedCost", account_id="999999999999")
    explorer.daily_amounts(CLOSED, metric="UnblendedCost")
    explorer.daily_amounts(CLOSED, metric="UnblendedCost", expression={"Dimensions": {"Key": "SERVICE"}})
    assert len(asked.aws.reads) == 6
    assert len(asked.memory.cost_answers) == 6


@pytest.mark.parametrize("method", ["cost_answer", "keep_cost_answer"])
@pytest.mark.parametrize(
    "error",
    [StateUnavailable("gone"), Throttled("slow"), AccessDenied("no"), AwsUnavailable("down")],
    ids=lambda each: each.code,
)
def test_a_memory_that_does_not_answer_fails_no_read_and_is_said_once(
    asked: Asked, method: str, error: BudgetAgentError
) -> None:
    asked.memory.failing[method] = error
    incomplete: list[Incomplete] = []
    meter = CostMeter(NOW, incomplete)
    for months in (CLOSED, OPEN):
        read = asked.ask(months)
        assert read.amounts[""][SEPTEMBER] == Decimal("12.345678901234567890")
        meter.note(read)
    [said] = incomplete
    assert (said.part, said.code, said.retryable) == ("memory of Cost Explorer", error.code, error.retryable)
    assert meter.pages == 2


def test_an_answer_that_cannot_be_read_any_more_is_asked_for_again(asked: Asked) -> None:
    asked.ask()
    [(place, kept)] = asked.memory.cost_answers.items()
    asked.memory.cost_answers[place] = KeptAnswer(
        question=kept.question, asked_at=kept.asked_at, text='{"amounts": 7}'
    )
    read = asked.ask()
    assert read.pages == 1
    assert read.memory_problem is not None


def test_an_error_of_cost_explorer_is_raised_and_not_remembered(asked: Asked) -> None:
    asked.aws.failing["monthly_amounts"] = Throttled("slow down")
    with pytest.raises(Throttled):
        asked.ask()
    del asked.aws.failing["monthly_amounts"]
    assert asked.ask().pages == 1


def test_the_meter_tells_the_price_of_what_was_read_and_the_age_of_the_oldest_figure() -> None:
    meter = CostMeter(NOW, [])
    meter.note(CostAnswer(pages=2))
    meter.note(CostAnswer(pages=0, cached_pages=3, as_of=NOW - timedelta(hours=5)))
    view = meter.view()
    assert (view.pages, view.price.amount, view.cached_pages) == (2, Decimal("0.02"), 3)
    assert view.as_of == NOW - timedelta(hours=5)
