"""analyze_budgets: every budget of an account with its figures, and what they say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from pydantic import Field

from tools.actions._action import BudgetName, Incomplete, Model, Parameters, WholeNumber, action
from tools.actions._cost_meter import CostMeter, cost_explorer_for
from tools.actions._in_words import EXPLAIN, ResultInWords, gaps_of, told
from tools.actions._linting import CHECK_FILTERS, CHECK_HISTORY, LintReport, linted
from tools.actions._reading import read_budgets
from tools.actions._reply import (
    Amount,
    Moment,
    Percent,
    Period,
    ReadCost,
    amount_of,
    percent_of,
    period_of,
    shown,
)
from tools.actions._shown_parts import MOST_BUDGETS, parts_of_analysis
from tools.domain.account_words import Problem, account_in_words, worst_first
from tools.domain.budget_types import BudgetTypeName
from tools.domain.insights._insight import Insight
from tools.domain.insights.catalogue import insights_about
from tools.domain.money import Spend
from tools.domain.notifications import Notification
from tools.domain.paging import MOST_NAMES, page_of
from tools.domain.standing import Standing, standing_of
from tools.domain.status import BudgetStatus
from tools.domain.totals import BudgetTotal, totals_of
from tools.gateways import Gateways

LARGEST_PAGE = 1000
UNKNOWN = "UNKNOWN"


class AnalyzeBudgetsParameters(Parameters):
    """Which budgets to look at."""

    budget_names: list[BudgetName] | None = Field(
        default=None,
        min_length=1,
        max_length=MOST_NAMES,
        description="Only the budgets with exactly these names, at most 500.",
    )
    budget_types: list[BudgetTypeName] | None = Field(
        default=None, min_length=1, description="Only budgets of these types."
    )
    budget_statuses: list[BudgetStatus] | None = Field(
        default=None, min_length=1, description="Only budgets that stand like this now."
    )
    page_size: WholeNumber = Field(
        default=100, ge=1, le=LARGEST_PAGE, description="Budgets per reply; the summary always covers all."
    )
    check_history: bool | None = CHECK_HISTORY
    check_filters: bool = CHECK_FILTERS
    fresh: bool = Field(
        default=False, description="Ask Cost Explorer anew, whatever it answered earlier the same day."
    )
    explain: bool = EXPLAIN
    next_token: str | None = Field(
        default=None, description="Continues where the reply before ended; send the same other parameters."
    )


class NotificationView(Model):
    """One notification: what is watched and whether it is in ALARM."""

    type: str
    operator: str
    threshold: Amount
    in_alarm: bool | None


class BudgetView(Model):
    """One budget. Unknown figures are null; percentages have one decimal."""

    name: str
    type: str
    time_unit: str
    budget_status: str | None
    period: Period | None
    elapsed_percent: Percent | None
    limit: Amount | None
    actual_spend: Amount | None
    forecasted_spend: Amount | None
    remaining: Amount | None
    variance: Amount | None
    utilization_percent: Percent | None
    pace_percent: Percent | None = Field(
        description="Utilization by elapsed share of the period; 100 is on pace. Null for RI and Savings Plans."
    )
    target_percent: Percent | None = Field(
        description="What a utilization or coverage budget is held to; null for COST and USAGE."
    )
    auto_adjusting: bool
    planned: bool
    scope: str
    filters: dict[str, list[str]] | None
    filter_expression: dict[str, Any] | None
    metric: str | None
    cost_types: list[str]
    notifications: list[NotificationView] | None
    last_updated: Moment | None = Field(
        description="When AWS last computed the figures, or where it does not tell, when the budget was updated."
    )
    figures_are_current: bool
    health_status: str | None
    health_reason: str | None


class Total(Model):
    """Budgets whose amounts may be added: same type, unit and time unit."""

    type: str
    time_unit: str
    unit: str
    budgets: int
    limit: Amount
    actual_spend: Amount


class Summary(Model):
    """All budgets that match, on this page or not."""

    budgets: int
    by_type: dict[str, int]
    by_status: dict[str, int]
    totals: list[Total]
    note: str | None


class InsightView(Model):
    """One thing worth knowing."""

    code: str
    severity: str
    count: int = Field(description="How many budgets it concerns.")
    budgets: list[str] = Field(description=f"Their names, the worst first; at most {MOST_NAMES}.")
    sentence: str


class AnalyzeBudgetsResult(ResultInWords):
    """The budgets, what they add up to, and what they say."""

    summary: Summary
    insights: list[InsightView]
    lint: LintReport
    budgets: list[BudgetView]
    left_out: int = Field(description="Budgets that match but are not in this reply.")
    next_token: str | None = Field(description="Send it to read on; null when nothing is left out.")
    cost_explorer: ReadCost | None = Field(
        description="What `check_filters` cost; null when nothing was read."
    )


@action(mutates=False, example={"budget_statuses": ["BREACHED"]})
def analyze_budgets(parameters: AnalyzeBudgetsParameters, gateways: Gateways) -> AnalyzeBudgetsResult:
    """Show every budget of the account with limit, actual and forecasted spend, pace and status.

    Use it for an overview, to find a budget's exact name, or to look at some budgets by name, type or
    status. Gives a summary, ranked insights (breached, forecast to breach, off pace, nobody told, stale
    figures, limits that do not fit, filters that match nothing), lint with remedies (budgets that can never fire
    or always will, duplicates, plans that run out) and one entry per budget. Changes nothing.
    """
    now = gateways.clock.now()
    account_id = parameters.account_id or gateways.identity.account_id
    incomplete: list[Incomplete] = []
    budgets = read_budgets(parameters.budget_names, account_id, gateways, incomplete)
    standings = [standing_of(each, now) for each in budgets]
    matching = sorted((each for each in standings if _matches(each, parameters)), key=lambda each: each.name)
    meter = CostMeter(now, incomplete)
    report = linted(
        matching,
        account_id,
        gateways,
        cost_explorer_for(gateways, fresh=parameters.fresh),
        meter,
        check_history=parameters.check_history,
        check_filters=parameters.check_filters,
    )
    views = {each.name: _view(each) for each in matching}
    page = page_of(
        list(views.values()),
        key=lambda view: view.name,
        size=parameters.page_size,
        bytes_of=lambda view: len(view.model_dump_json()) + 2,
        token=parameters.next_token,
        question=[
            account_id,
            parameters.model_dump(mode="json", exclude={"page_size", "next_token", "explain"}),
        ],
    )
    insights = insights_about(matching)
    result = AnalyzeBudgetsResult(
        summary=_summary(matching),
        insights=[_insight_view(each) for each in insights],
        lint=report,
        budgets=page.entries,
        left_out=page.left_out,
        next_token=page.next_token,
        cost_explorer=meter.view() if meter.reads else None,
        incomplete=incomplete,
    )
    if not parameters.explain:
        return result
    sentences = account_in_words(
        matching,
        insights,
        problems=[Problem(each.budget, each.sentence) for each in report.findings],
        more_problems=report.left_out,
        is_part=_is_part(parameters),
        gaps=gaps_of(result),
    )
    worst = [views[each.name].model_dump(mode="json") for each in worst_first(matching)[:MOST_BUDGETS]]
    whole = result.model_dump(mode="json", exclude={"budgets"})
    return told(
        analyze_budgets.name, result, gateways, sentences, parts_of_analysis(whole, worst, len(matching))
    )


def _is_part(parameters: AnalyzeBudgetsParameters) -> bool:
    asked = (parameters.budget_names, parameters.budget_types, parameters.budget_statuses)
    return any(each is not None for each in asked)


def _matches(standing: Standing, parameters: AnalyzeBudgetsParameters) -> bool:
    types, statuses = parameters.budget_types, parameters.budget_statuses
    return (types is None or standing.budget.type.name in types) and (
        statuses is None or standing.status in statuses
    )


def _summary(standings: Sequence[Standing]) -> Summary:
    totals = [_total_view(each) for each in totals_of(standings)]
    return Summary(
        budgets=len(standings),
        by_type=dict(sorted(Counter(each.budget.type.name.value for each in standings).items())),
        by_status=dict(
            sorted(Counter(each.status.value if each.status else UNKNOWN for each in standings).items())
        ),
        totals=totals,
        note="Scopes can overlap, so a total may count the same dollar twice." if totals else None,
    )


def _total_view(total: BudgetTotal) -> Total:
    return Total(
        type=total.type.value,
        time_unit=total.time_unit.value,
        unit=total.limit.unit,
        budgets=total.budgets,
        limit=shown(total.limit),
        actual_spend=shown(total.actual),
    )


def _insight_view(insight: Insight) -> InsightView:
    return InsightView(
        code=insight.code,
        severity=insight.severity.name,
        count=len(insight.budgets),
        budgets=list(insight.budgets[:MOST_NAMES]),
        sentence=insight.sentence,
    )


def _view(standing: Standing) -> BudgetView:
    budget, definition, scope = standing.budget, standing.budget.definition, standing.budget.definition.scope
    return BudgetView(
        name=budget.name,
        type=budget.type.name.value,
        time_unit=definition.time_unit.value,
        budget_status=standing.status.value if standing.status else None,
        period=period_of(standing.period),
        elapsed_percent=percent_of(standing.elapsed),
        limit=amount_of(standing.limit),
        actual_spend=amount_of(standing.actual),
        forecasted_spend=amount_of(standing.forecasted),
        remaining=amount_of(standing.remaining),
        variance=amount_of(standing.variance),
        utilization_percent=percent_of(standing.utilization),
        pace_percent=percent_of(standing.pace),
        target_percent=standing.target,
        auto_adjusting=definition.auto_adjust is not None,
        planned=bool(definition.planned_limits),
        scope=scope.in_words(),
        filters={name: list(values) for name, values in scope.filters.items()} or None,
        filter_expression=None if scope.expression is None else dict(scope.expression),
        metric=scope.metric,
        cost_types=scope.cost_types.differences_in_words() if scope.cost_types else [],
        notifications=None
        if budget.notifications is None
        else [_notification_view(each, standing.limit) for each in budget.notifications],
        last_updated=budget.refreshed or budget.last_updated,
        figures_are_current=standing.has_current_figures,
        health_status=None
        if budget.health is None
        else ("HEALTHY" if budget.health.is_healthy else "UNHEALTHY"),
        health_reason=budget.health.reason if budget.health else None,
    )


def _notification_view(notification: Notification, limit: Spend | None) -> NotificationView:
    threshold = notification.threshold
    unit = threshold.type.value if threshold.type.value == "PERCENTAGE" or limit is None else limit.unit
    return NotificationView(
        type=notification.type.value,
        operator=notification.operator.value,
        threshold=Amount(amount=threshold.value, unit=unit),
        in_alarm=notification.in_alarm,
    )
