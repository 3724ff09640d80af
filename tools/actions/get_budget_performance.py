"""get_budget_performance: how one budget did in each period that AWS keeps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from pydantic import Field

from tools.actions._action import (
    NOT_FOR_MODELS,
    BudgetName,
    Incomplete,
    Model,
    Parameters,
    WholeNumber,
    action,
)
from tools.actions._cost_meter import CostMeter, cost_explorer_for
from tools.actions._explanation import ExplainBy, ExplanationView
from tools.actions._forecast_record import ForecastRecordView, read_forecast_record
from tools.actions._in_words import ResultInWords, gaps_of, told
from tools.actions._outlook import OutlookView
from tools.actions._performance_depth import read_depth
from tools.actions._performance_history import HISTORY, read_history
from tools.actions._reply import (
    Amount,
    Moment,
    Percent,
    Period,
    ReadCost,
    amount_of,
    percent_of,
    period_of,
    read_or_say,
)
from tools.actions._shown_parts import parts_of_performance
from tools.actions._snapshots import SnapshotView, snapshots_shown
from tools.domain.budget import Budget
from tools.domain.budget_types import Breach
from tools.domain.performance import (
    JudgedPeriod,
    PerformanceSummary,
    judged,
    summarize,
    summary_in_words,
    with_current_period,
)
from tools.domain.performance_words import performance_in_words
from tools.domain.periods import TimeUnit
from tools.domain.spend_story import percentage_told, told_by
from tools.domain.status import target_of
from tools.gateways import Gateways

MOST_PERIODS = 60

# Source: Budgets API, DescribeBudgetPerformanceHistory; nothing for ANNUALLY, and nothing is said of CUSTOM.
_KEPT_IN_WORDS = {
    TimeUnit.DAILY: "the last 60 days",
    TimeUnit.MONTHLY: "the current month and the last 12",
    TimeUnit.QUARTERLY: "the last four quarters",
}


class GetBudgetPerformanceParameters(Parameters):
    """Which budget, and how far back."""

    budget_name: BudgetName = Field(description="The budget's exact name.")
    periods: WholeNumber | None = Field(
        default=None,
        ge=1,
        le=MOST_PERIODS,
        description="How many whole past periods, the latest ones; all that AWS keeps when left out.",
    )
    snapshot_days: WholeNumber = Field(
        default=31,
        ge=0,
        le=36500,
        description="The last days of which the agent's own snapshots are shown; 0 for none.",
    )
    explain: bool | None = Field(
        default=None,
        description="Left out: read from Cost Explorer what drove a period and, where AWS has no forecast, what it"
        " will come to: two or three pages of $0.01, one more for past years of ANNUALLY budgets. True: the same,"
        " summed up in sentences for people as well (in_words), the model's where one is configured, else the"
        " agent's own. False: nothing that costs is read, and no sentences are written.",
        json_schema_extra=NOT_FOR_MODELS,
    )
    explain_period: date | None = Field(
        default=None,
        description="A day of the period to explain; the open one when left out, and for DAILY budgets yesterday.",
    )
    fresh: bool = Field(
        default=False, description="Ask Cost Explorer anew, whatever it answered earlier the same day."
    )
    compare_with: date | None = Field(
        default=None,
        description="A day of the earlier period to compare with. When left out the usual one: the middle one by"
        " amount of the three before, or if the limit is broken the last before spending stepped up.",
    )
    explain_by: list[ExplainBy] | None = Field(
        default=None,
        min_length=1,
        max_length=2,
        description="One or two keys to tell costs apart by; SERVICE and USAGE_TYPE when left out, and within one"
        " service LINKED_ACCOUNT and USAGE_TYPE.",
    )


class PeriodView(Model):
    """One period. Unknown figures are null."""

    start: Moment
    end: Moment
    is_current: bool = Field(description="Still open; shown, and never counted in the summary.")
    limit: Amount | None
    actual_spend: Amount | None
    variance: Amount | None = Field(
        description="Actual minus limit; for RI and Savings Plans actual minus target, in percentage points."
    )
    variance_percent: Percent | None = Field(description="Variance by limit, or by target.")
    utilization_percent: Percent | None
    met: bool | None = Field(
        description="Kept to its limit, or reached its target; null while that is open or unknown."
    )


class PerformanceSummaryView(Model):
    """The whole past periods that have figures."""

    periods: int
    met: int
    breaches: int
    mean_utilization_percent: Percent | None
    worst_utilization_percent: Percent | None
    worst_period: Period | None
    trend_percent: Percent | None = Field(
        description="Change of actual spend a period, by its mean; null under three periods."
    )
    volatility_percent: Percent | None = Field(description="Standard deviation of actual spend by its mean.")
    longest_met_streak: int
    longest_breach_streak: int
    current_streak: int = Field(description="Whole past periods in a row, up to the last, that ended alike.")
    current_streak_met: bool | None
    sentence: str


class GetBudgetPerformanceResult(ResultInWords):
    """How the budget did, period by period, and what that says."""

    budget_name: str
    budget_type: str
    time_unit: str
    target_percent: Percent | None = Field(
        description="What a utilization or coverage budget is held to; null for COST and USAGE."
    )
    scope: str
    summary: PerformanceSummaryView
    story: str | None = Field(
        description="What the whole past periods tell: a step, growth, a spike, an end or a beginning; of RI and"
        " Savings Plans how far the open period lies from them."
    )
    periods: list[PeriodView] = Field(description="Oldest first; the open period last.")
    explanation: ExplanationView | None = Field(
        description="What drove a period's spend, beside the usual days; null without explain, and for RI and"
        " Savings Plans."
    )
    outlook: OutlookView | None = Field(description="What the open period will come to; null where unknown.")
    forecast_record: ForecastRecordView | None = Field(
        description="How AWS's forecasts of these past periods did, by the agent's snapshots; null without any."
    )
    snapshots: list[SnapshotView] | None = Field(
        description="By day, oldest first; days without news have none. Null without a state table."
    )
    notes: list[str] = Field(
        description="What AWS does not keep, and why there are fewer periods than asked."
    )
    cost_explorer: ReadCost | None = Field(description="What reading took; null when nothing was read.")


@action(mutates=False, example={"budget_name": "EC2-Monthly-Budget"})
def get_budget_performance(
    parameters: GetBudgetPerformanceParameters, gateways: Gateways
) -> GetBudgetPerformanceResult:
    """Show how one budget did in its past periods, what drove its spend, and what this period will come to.

    Use it to see whether a limit fits, how often it was broken, why spending changed (services, accounts, usage
    types, price or volume) and where it is heading. Needs the exact name; analyze_budgets lists names. Reads two
    or three Cost Explorer pages of $0.01, none with explain false. AWS keeps 60 days, 12 months or four quarters;
    past years of ANNUALLY budgets are Cost Explorer's. Where the agent has a state table, its own daily snapshots
    go further back and have the forecast. Changes nothing.
    """
    now = gateways.clock.now()
    account_id = parameters.account_id or gateways.identity.account_id
    incomplete: list[Incomplete] = []
    budget = _with_target(
        gateways.budgets.get_budget(account_id, parameters.budget_name), account_id, gateways, incomplete
    )
    explorer = cost_explorer_for(gateways, fresh=parameters.fresh)
    meter = CostMeter(now, incomplete)
    may_cost = parameters.explain is not False
    read = read_history(budget, account_id, now, gateways, explorer, meter, may_cost=may_cost)
    breach, target = budget.type.breach, target_of(budget)
    periods = [
        judged(each, breach, target, is_current=each.period.contains(now))
        for each in with_current_period(read.periods, budget, now)
    ]
    past = [each for each in periods if not each.is_current]
    shown_past = past if parameters.periods is None else past[-parameters.periods :]
    current = [each for each in periods if each.is_current]
    summary = summarize([each.performance for each in shown_past], breach, target)
    story = told_by([each.performance for each in past], budget.definition)
    depth = read_depth(
        budget,
        past,
        now,
        explorer,
        meter,
        explain=may_cost,
        explain_period=parameters.explain_period,
        compare_with=parameters.compare_with,
        explain_by=parameters.explain_by,
        story=story,
    )
    shown_story = (
        story.sentence
        if story
        else percentage_told(
            [each.performance for each in past],
            current[-1].performance if current else None,
            budget.definition,
        )
    )
    notes = [
        *read.notes,
        *_notes(budget, parameters.periods, past, is_read=not _failed(incomplete) and not read.notes),
        *depth.notes,
    ]
    result = GetBudgetPerformanceResult(
        budget_name=budget.name,
        budget_type=budget.type.name.value,
        time_unit=budget.definition.time_unit.value,
        target_percent=target,
        scope=budget.definition.scope.in_words(),
        summary=_summary_view(budget, summary, is_read=not _failed(incomplete)),
        story=shown_story,
        periods=[_period_view(each) for each in (*shown_past, *current)],
        explanation=depth.explanation,
        outlook=depth.outlook,
        forecast_record=read_forecast_record(
            gateways, account_id, budget.name, [each.performance for each in shown_past], now, incomplete
        ),
        snapshots=snapshots_shown(
            gateways, account_id, budget.name, parameters.snapshot_days, now, incomplete
        ),
        notes=[*notes, *depth.hints],
        cost_explorer=meter.view() if meter.reads else None,
        incomplete=incomplete,
    )
    if not parameters.explain:
        return result
    sentences = performance_in_words(
        budget,
        past=result.summary.sentence,
        story=result.story,
        current=current[-1] if current else None,
        explanation=None if result.explanation is None else result.explanation.sentence,
        outlook=None if result.outlook is None else result.outlook.sentence,
        record=None if result.forecast_record is None else result.forecast_record.sentence,
        notes=notes,
        gaps=gaps_of(result),
    )
    parts = parts_of_performance({**result.model_dump(mode="json", exclude={"snapshots"}), "notes": notes})
    return told(get_budget_performance.name, result, gateways, sentences, parts)


def _with_target(budget: Budget, account_id: str, gateways: Gateways, incomplete: list[Incomplete]) -> Budget:
    """The budget with its notifications where one of them is its target."""
    if budget.type.breach is Breach.ABOVE:
        return budget
    notifications = read_or_say(
        "notifications, one of which is the target",
        incomplete,
        lambda: gateways.budgets.notifications_of(account_id, budget.name),
    )
    return replace(budget, notifications=notifications)


def _failed(incomplete: Sequence[Incomplete]) -> bool:
    return any(each.part == HISTORY for each in incomplete)


def _notes(budget: Budget, asked: int | None, past: Sequence[JudgedPeriod], *, is_read: bool) -> list[str]:
    """Why there are fewer periods than somebody could expect."""
    notes = []
    time_unit = budget.definition.time_unit
    kept, starts = _KEPT_IN_WORDS.get(time_unit), budget.definition.starts
    if is_read and kept is not None and len(past) < (asked or 1):
        begun = ""
        if starts is not None and (not past or starts >= past[0].performance.period.start):
            begun = f", and the budget began on {starts.date().isoformat()}"
        count = "1 whole past period" if len(past) == 1 else f"{len(past)} whole past periods"
        wanted = "" if asked is None else f" instead of {asked}"
        notes.append(f"There are {count}{wanted}: AWS keeps {kept}{begun}.")
    unknown = sum(each.is_met is None for each in past)
    if unknown:
        periods = "1 past period has" if unknown == 1 else f"{unknown} past periods have"
        notes.append(f"{periods} no figures that can be compared, and are not counted.")
    return notes


def _period_view(period: JudgedPeriod) -> PeriodView:
    performance = period.performance
    return PeriodView(
        start=performance.period.start,
        end=performance.period.end,
        is_current=period.is_current,
        limit=amount_of(performance.limit),
        actual_spend=amount_of(performance.actual),
        variance=amount_of(period.variance),
        variance_percent=percent_of(period.variance_ratio),
        utilization_percent=percent_of(performance.utilization),
        met=period.is_met,
    )


def _summary_view(budget: Budget, summary: PerformanceSummary, *, is_read: bool) -> PerformanceSummaryView:
    sentence = summary_in_words(budget.name, summary, budget.type.breach)
    return PerformanceSummaryView(
        periods=summary.periods,
        met=summary.met,
        breaches=summary.breaches,
        mean_utilization_percent=percent_of(summary.mean_utilization),
        worst_utilization_percent=percent_of(summary.worst_utilization),
        worst_period=period_of(summary.worst_period),
        trend_percent=percent_of(summary.trend),
        volatility_percent=percent_of(summary.volatility),
        longest_met_streak=summary.longest_met_streak,
        longest_breach_streak=summary.longest_breach_streak,
        current_streak=summary.current_streak,
        current_streak_met=summary.is_current_streak_met,
        sentence=sentence if is_read else f"The history of '{budget.name}' could not be read.",
    )
