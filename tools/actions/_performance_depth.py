"""What lies behind a budget's figures: what drove a period, and what the open one will come to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from tools.actions._cost_meter import CostMeter
from tools.actions._explanation import ExplainBy, ExplanationView, read_explanation
from tools.actions._outlook import OutlookView, read_outlook
from tools.domain.budget import Budget, BudgetDefinition
from tools.domain.compared_days import compared_days
from tools.domain.errors import InvalidParameters
from tools.domain.performance import JudgedPeriod
from tools.domain.periods import BudgetPeriod, TimeUnit, at_midnight, current_period
from tools.domain.spend_story import SpendStory, StoryKind
from tools.ports.cost_explorer import CostExplorerGateway


@dataclass(frozen=True, slots=True)
class PerformanceDepth:
    """What lies behind the figures, notes on what is missing, and hints at what else can be asked."""

    explanation: ExplanationView | None
    outlook: OutlookView | None
    notes: tuple[str, ...]
    hints: tuple[str, ...] = ()


def read_depth(
    budget: Budget,
    past: Sequence[JudgedPeriod],
    now: datetime,
    explorer: CostExplorerGateway,
    meter: CostMeter,
    *,
    explain: bool,
    explain_period: date | None,
    compare_with: date | None,
    explain_by: Sequence[ExplainBy] | None,
    story: SpendStory | None,
) -> PerformanceDepth:
    """What drove the asked period and what the open one will come to; the first only if `explain`.

    Raises InvalidParameters for a period that has not begun.
    """
    current = budget.definition.period_at(now)
    explanation, outlook = None, None
    notes: list[str] = []
    hints: tuple[str, ...] = ()
    period = _period_to_explain(budget, explain_period, now)
    if _spent_nothing(budget, past, now):
        note = "Nothing was spent in any period, so there is nothing to explain or to project."
        return PerformanceDepth(None, None, (note,) if explain else ())
    if explain and period is not None:
        days = compared_days(
            period,
            budget.definition.time_unit,
            now,
            _amounts(past),
            asked=_asked(compare_with, period),
            step=_step_to_blame(budget, period, past, now, story),
        )
        explained = read_explanation(budget, explorer, meter, explain_by=explain_by, days=days)
        explanation = explained.view
        notes.extend(explained.notes)
        hints = explained.hints
    if current is not None:
        ahead = read_outlook(budget, current, now, explorer, meter, may_read=explain)
        outlook = ahead.view
        notes.extend(ahead.notes)
    return PerformanceDepth(explanation, outlook, tuple(notes), hints)


def _period_to_explain(budget: Budget, asked: date | None, now: datetime) -> BudgetPeriod | None:
    """The asked period, else the open one, or of a DAILY budget yesterday: no day of it is over today."""
    definition = budget.definition
    if asked is not None:
        period = None if asked > now.date() else _period_on(definition, asked)
        if period is None:
            raise InvalidParameters.because(
                "explain_period",
                f"{asked} lies in no period of '{budget.name}' that has begun",
                "a day before today",
            )
        return period
    if definition.time_unit is TimeUnit.DAILY:
        return _period_on(definition, now.date() - timedelta(days=1))
    return definition.period_at(now)


def _period_on(definition: BudgetDefinition, day: date) -> BudgetPeriod | None:
    """The calendar period around a day, whole also where it lies before the budget: AWS keeps those as well."""
    if definition.time_unit is TimeUnit.CUSTOM:
        return definition.period_at(at_midnight(day))
    return current_period(definition.time_unit, at_midnight(day))


def _spent_nothing(budget: Budget, past: Sequence[JudgedPeriod], now: datetime) -> bool:
    """Whether all figures are known, and all of them zero: then reading more would only cost."""
    current = budget.definition.period_at(now)
    amounts = [each.performance.actual for each in past]
    if current is not None:
        amounts.append(budget.actual_spend if budget.figures_are_of(current, now) else None)
    return len(amounts) > 1 and all(each is not None and not each.amount for each in amounts)


def _asked(day: date | None, period: BudgetPeriod) -> date | None:
    """The day to compare with. Raises InvalidParameters when it does not lie before the period."""
    if day is not None and day >= period.start.date():
        raise InvalidParameters.because(
            "compare_with", f"{day} does not lie before the period that is explained", "a day before it"
        )
    return day


def _step_to_blame(
    budget: Budget,
    period: BudgetPeriod,
    past: Sequence[JudgedPeriod],
    now: datetime,
    story: SpendStory | None,
) -> date | None:
    """The day since which the spend is higher, where the period is over its limit: what came then is the cause."""
    if story is None or story.kind is not StoryKind.STEP or not story.is_up:
        return None
    performances = (each.performance for each in past)
    actual = next((each.actual for each in performances if each.period.start == period.start), None)
    limit = budget.definition.limit_at(period.start)
    if period.contains(now):
        actual, limit = budget.actual_spend, budget.definition.limit_at(now)
    if actual is None or limit is None or actual.unit != limit.unit or actual.amount <= limit.amount:
        return None
    return story.since


def _amounts(past: Sequence[JudgedPeriod]) -> Mapping[date, Decimal]:
    """What past periods came to, by their first day."""
    return {
        each.performance.period.start.date(): each.performance.actual.amount
        for each in past
        if each.performance.actual is not None
    }
