"""Performance: how a budget did in each of its past periods, and what that says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from tools.domain.budget import Budget
from tools.domain.budget_types import Breach
from tools.domain.money import Spend, as_percent
from tools.domain.periods import BudgetPeriod
from tools.domain.trend import slope_per_period, volatility_of


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodPerformance:
    """Limit and actual of one period; either is None when AWS did not keep it."""

    period: BudgetPeriod
    limit: Spend | None
    actual: Spend | None

    @property
    def variance(self) -> Spend | None:
        """Actual minus limit; positive is over."""
        if self.limit is None or self.actual is None or self.limit.unit != self.actual.unit:
            return None
        return self.actual - self.limit

    @property
    def utilization(self) -> Decimal | None:
        """Actual as a ratio of the limit."""
        if self.limit is None or self.actual is None or self.limit.unit != self.actual.unit:
            return None
        return self.actual.ratio_to(self.limit)


@dataclass(frozen=True, slots=True, kw_only=True)
class PerformanceSummary:
    """What a row of whole periods says.

    Ratios are ratios; `trend` is the change of actual per period as a ratio of its mean; streaks count
    consecutive periods; the current streak ends with the period that ended last, and is None when there is none.
    """

    periods: int
    met: int
    breaches: int
    mean_utilization: Decimal | None
    worst_utilization: Decimal | None
    worst_period: BudgetPeriod | None
    trend: Decimal | None
    volatility: Decimal | None
    longest_met_streak: int
    longest_breach_streak: int
    current_streak: int
    is_current_streak_met: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedPeriod:
    """A period against its limit, or against `target` percent where a budget fails by falling.

    `variance` is actual minus limit, or minus target; positive is unfavourable for a limit and favourable
    for a target. `variance_ratio` is the variance by limit or target. Unknown figures are None.
    """

    performance: PeriodPerformance
    is_current: bool
    variance: Spend | None
    variance_ratio: Decimal | None
    is_met: bool | None


def judged(
    performance: PeriodPerformance, breach: Breach, target: Decimal | None, *, is_current: bool
) -> JudgedPeriod:
    """How a period did; `is_current` says that it is still open, and then only a broken limit is certain."""
    met = is_met(performance, breach, target)
    if is_current and breach is Breach.BELOW:
        met = None
    actual = performance.actual
    held_to = performance.limit
    if breach is Breach.BELOW:
        held_to = None if target is None or actual is None else Spend(target, actual.unit)
    comparable = held_to is not None and actual is not None and held_to.unit == actual.unit
    variance = actual - held_to if comparable and held_to is not None and actual is not None else None
    return JudgedPeriod(
        performance=performance,
        is_current=is_current,
        variance=variance,
        variance_ratio=None if variance is None or held_to is None else variance.ratio_to(held_to),
        is_met=None if met and is_current else met,
    )


def with_current_period(
    history: Sequence[PeriodPerformance], budget: Budget, now: datetime
) -> list[PeriodPerformance]:
    """The history up to and with the open period, oldest first, whether or not AWS put that one in.

    The budget's own figures stand for the open period, as they are the freshest; they are left out when
    they still belong to the last period.
    """
    period = budget.definition.period_at(now)
    past = [each for each in history if each.period.end <= now]
    if period is None:
        return past
    reported = next((each for each in history if each.period.contains(now)), None)
    current = PeriodPerformance(
        period=period,
        limit=budget.definition.limit_at(now),
        actual=budget.actual_spend if budget.figures_are_of(period, now) else None,
    )
    if current.actual is None and reported is not None:
        current = replace(current, actual=reported.actual)
    return [*past, current]


def is_met(performance: PeriodPerformance, breach: Breach, target: Decimal | None) -> bool | None:
    """Whether the period kept to its limit, or reached its target percentage; None when unknown."""
    if breach is Breach.BELOW:
        if performance.actual is None or target is None:
            return None
        return performance.actual.amount >= target
    variance = performance.variance
    return None if variance is None else variance.amount <= 0


def summarize(
    performances: Sequence[PeriodPerformance], breach: Breach, target: Decimal | None
) -> PerformanceSummary:
    """Sum up whole periods, oldest first; periods without figures are left out of every number."""
    known = [(each, met) for each in performances if (met := is_met(each, breach, target)) is not None]
    outcomes = [met for _, met in known]
    utilizations = [(value, each.period) for each, _ in known if (value := each.utilization) is not None]
    worst = (max if breach is Breach.ABOVE else min)(
        utilizations, key=lambda entry: entry[0], default=(None, None)
    )
    amounts = [each.actual.amount for each, _ in known if each.actual is not None]
    return PerformanceSummary(
        periods=len(known),
        met=sum(outcomes),
        breaches=len(outcomes) - sum(outcomes),
        mean_utilization=(
            sum((value for value, _ in utilizations), Decimal(0)) / len(utilizations)
            if utilizations
            else None
        ),
        worst_utilization=worst[0],
        worst_period=worst[1],
        trend=slope_per_period(amounts),
        volatility=volatility_of(amounts),
        longest_met_streak=_longest(outcomes, wanted=True),
        longest_breach_streak=_longest(outcomes, wanted=False),
        current_streak=_last_run(outcomes),
        is_current_streak_met=outcomes[-1] if outcomes else None,
    )


def summary_in_words(name: str, summary: PerformanceSummary, breach: Breach) -> str:
    """One sentence with the figures that matter."""
    if not summary.periods:
        return f"'{name}' has no whole past period with figures to judge."
    kept = "kept to its limit" if breach is Breach.ABOVE else "reached its target"
    periods = "the 1 whole past period" if summary.periods == 1 else f"{summary.periods} whole past periods"
    sentence = f"'{name}' {kept} in {summary.met} of {periods}"
    if summary.mean_utilization is not None:
        sentence += f", at {as_percent(summary.mean_utilization)} % on average"
    if summary.worst_utilization is not None and summary.worst_period is not None:
        sentence += (
            f" and {as_percent(summary.worst_utilization)} % at worst"
            f" (the period from {summary.worst_period.start.date().isoformat()})"
        )
    return f"{sentence}{_streak_in_words(summary, breach)}{_trend_in_words(summary)}."


def _streak_in_words(summary: PerformanceSummary, breach: Breach) -> str:
    if summary.current_streak < 2:
        return ""
    met, missed = ("kept to it", "broke it") if breach is Breach.ABOVE else ("reached it", "missed it")
    return f"; the last {summary.current_streak} {met if summary.is_current_streak_met else missed}"


def _trend_in_words(summary: PerformanceSummary) -> str:
    if summary.trend is None:
        return ""
    if abs(summary.trend) < Decimal("0.01"):
        return "; steady"
    direction = "rising" if summary.trend > 0 else "falling"
    return f"; {direction} by {as_percent(abs(summary.trend))} % of its mean per period"


def _longest(outcomes: Sequence[bool], *, wanted: bool) -> int:
    longest = run = 0
    for outcome in outcomes:
        run = run + 1 if outcome is wanted else 0
        longest = max(longest, run)
    return longest


def _last_run(outcomes: Sequence[bool]) -> int:
    run = 0
    for outcome in reversed(outcomes):
        if outcome is not outcomes[-1]:
            break
        run += 1
    return run
