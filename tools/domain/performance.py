"""Performance: how a budget did in each of its past periods, and what that says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

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
    consecutive periods, the current one being the one that ended last.
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
    judged = [(each, met) for each in performances if (met := is_met(each, breach, target)) is not None]
    outcomes = [met for _, met in judged]
    utilizations = [(value, each.period) for each, _ in judged if (value := each.utilization) is not None]
    worst = (max if breach is Breach.ABOVE else min)(
        utilizations, key=lambda entry: entry[0], default=(None, None)
    )
    amounts = [each.actual.amount for each, _ in judged if each.actual is not None]
    return PerformanceSummary(
        periods=len(judged),
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
    )


def summary_in_words(name: str, summary: PerformanceSummary, breach: Breach) -> str:
    """One sentence with the figures that matter."""
    if not summary.periods:
        return f"AWS keeps no whole period with figures for '{name}' yet."
    kept = "kept to its limit" if breach is Breach.ABOVE else "reached its target"
    sentence = f"'{name}' {kept} in {summary.met} of {summary.periods} whole periods"
    if summary.mean_utilization is not None:
        sentence += f", at {as_percent(summary.mean_utilization)} % on average"
    if summary.worst_utilization is not None and summary.worst_period is not None:
        sentence += (
            f" and {as_percent(summary.worst_utilization)} % at worst"
            f" (from {summary.worst_period.start.date().isoformat()})"
        )
    if summary.trend is not None:
        direction = "rising" if summary.trend > 0 else "falling"
        steady = abs(summary.trend) < Decimal("0.01")
        percent = as_percent(abs(summary.trend))
        sentence += "; steady" if steady else f"; {direction} by {percent} % of its mean per period"
    return f"{sentence}."


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
