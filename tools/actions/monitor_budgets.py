"""monitor_budgets: every budget that is past a threshold, or forecast to be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Annotated

from pydantic import Field

from tools.actions._action import (
    NOT_FOR_MODELS,
    BudgetName,
    Incomplete,
    Model,
    Parameters,
    Result,
    WholeNumber,
    action,
)
from tools.actions._alert_keeping import keep_alerts
from tools.actions._alert_view import KeptAlerts, kept_alerts
from tools.actions._announcing import Announced, deliver_announcements
from tools.actions._cost_meter import CostMeter
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
    read_or_say,
    shown,
)
from tools.actions._snapshots import keep_snapshots
from tools.domain.alerts import AlertChange
from tools.domain.budget_types import Breach, BudgetTypeName
from tools.domain.crossings import (
    DEFAULT_THRESHOLDS,
    Crossing,
    CrossingSeverity,
    WatchedThreshold,
    crossing_day,
    crossings_of,
    estimated_crossing,
    own_thresholds,
    reason_to_hold_back,
    usual_thresholds,
)
from tools.domain.errors import StateUnavailable
from tools.domain.money import PERCENTAGE, Spend
from tools.domain.notifications import ComparisonOperator, NotificationType, Threshold, ThresholdType
from tools.domain.paging import MOST_NAMES, page_of
from tools.domain.scope_expression import as_expression, metric_of
from tools.domain.standing import Standing, standing_of
from tools.gateways import Gateways

NO_ALERTS = Incomplete(
    part="alerts",
    code=StateUnavailable.code,
    reason="Alerts are not kept, because no state table is configured; name one in BUDGET_STATE_TABLE.",
    retryable=False,
)

_ACTUAL = NotificationType.ACTUAL
_ORDER = {severity: rank for rank, severity in enumerate(CrossingSeverity)}


class MonitorBudgetsParameters(Parameters):
    """What to compare the budgets with."""

    thresholds: list[Annotated[Decimal, Field(gt=0, le=1_000_000)]] = Field(
        default=list(DEFAULT_THRESHOLDS),
        min_length=1,
        max_length=20,
        description="Percent of the limit, for COST and USAGE budgets. Utilization and coverage budgets are "
        "held to their own target.",
    )
    use_notifications: bool = Field(
        default=False,
        description="Compare with each budget's own notifications instead of `thresholds`.",
    )
    budget_names: list[BudgetName] | None = Field(
        default=None,
        min_length=1,
        max_length=MOST_NAMES,
        description="Only the budgets with exactly these names, at most 500.",
    )
    budget_types: list[BudgetTypeName] | None = Field(
        default=None, min_length=1, description="Only budgets of these types."
    )
    exact_dates: bool = Field(
        default=False,
        description="Read from Cost Explorer on which day each threshold was crossed, $0.01 per page, instead "
        "of estimating it.",
    )
    notify: bool = Field(
        default=False,
        description="Keep alerts as well: open, announce and resolve them. For the schedule, and for whoever "
        "wants people to be told.",
        json_schema_extra=NOT_FOR_MODELS,
    )
    page_size: WholeNumber = Field(default=500, ge=1, le=2000, description="Crossings per reply.")
    next_token: str | None = Field(
        default=None, description="Continues where the reply before ended; send the same other parameters."
    )


class CrossingView(Model):
    """One budget past a threshold on one figure."""

    budget: str
    budget_type: str
    severity: str
    figure: str = Field(description="ACTUAL or FORECASTED.")
    direction: str = Field(description="ABOVE, or BELOW for utilization and coverage.")
    threshold: Amount = Field(description="The gravest threshold that is past.")
    thresholds_crossed: list[Amount]
    threshold_amount: Amount
    value: Amount
    past_by: Amount
    limit: Amount | None
    utilization_percent: Percent | None
    pace_percent: Percent | None
    period: Period | None
    since: date | None = Field(
        description="The day it was crossed in this period; null when nobody can tell."
    )
    since_is_estimated: bool | None
    last_updated: Moment | None
    is_stale: bool = Field(description="The figures are older than a day.")
    next_step: str


class HeldBack(Model):
    """A budget from whose figures nothing may be concluded now."""

    budget: str
    reason: str


class MonitorBudgetsResult(Result):
    """What is past a threshold, the gravest first."""

    sentence: str
    checked: int
    by_severity: dict[str, int]
    crossings: list[CrossingView]
    held_back_count: int
    held_back: list[HeldBack] = Field(description=f"At most {MOST_NAMES} of them.")
    left_out: int = Field(description="Crossings that are not in this reply.")
    next_token: str | None
    cost_explorer: ReadCost | None = Field(description="What `exact_dates` cost; null when nothing was read.")
    alerts: KeptAlerts | None = Field(
        description="What `notify` made of the alerts; null without it, or where the agent's memory is missing."
    )
    announced: Announced | None = Field(
        description="What `notify` told by the channels, of what this and earlier runs announced; null without "
        "it, or where the agent's memory is missing."
    )


@action(mutates=False)
def monitor_budgets(parameters: MonitorBudgetsParameters, gateways: Gateways) -> MonitorBudgetsResult:
    """List every budget that is past a threshold, or forecast to be, with severity and next step.

    Use it to learn what needs attention now. Compares with 80, 90 and 100 percent of the limit, with given
    thresholds, or with the budgets' own notifications; utilization and coverage budgets are compared with
    their target from below. Figures that still belong to the last period raise nothing and are listed as
    held back. With notify it keeps alerts as well: each threshold of a period is announced once, and again only
    after it was resolved. Changes nothing in AWS Budgets.
    """
    now = gateways.clock.now()
    account_id = parameters.account_id or gateways.identity.account_id
    incomplete: list[Incomplete] = []
    standings = [
        standing_of(each, now)
        for each in read_budgets(
            parameters.budget_names,
            account_id,
            gateways,
            incomplete,
            notifications_needed=parameters.use_notifications,
        )
        if parameters.budget_types is None or each.type.name in parameters.budget_types
    ]
    held_back = [
        HeldBack(budget=each.name, reason=reason)
        for each in standings
        if (reason := reason_to_hold_back(each)) is not None
    ]
    crossings = _crossings(standings, parameters)
    meter = CostMeter(now, incomplete)
    days = _exact_days(crossings, parameters, gateways, meter)
    alerts = _alerts(standings, parameters, account_id, gateways, incomplete) if parameters.notify else None
    _keep_snapshots(standings, parameters, account_id, gateways, incomplete)
    announced = deliver_announcements(gateways, account_id, incomplete) if parameters.notify else None
    page = page_of(
        [_view(each, days.get(index)) for index, each in enumerate(crossings)],
        key=lambda view: f"{view.budget}/{view.figure}",
        size=parameters.page_size,
        bytes_of=lambda view: len(view.model_dump_json()) + 2,
        token=parameters.next_token,
        question=[account_id, parameters.model_dump(mode="json", exclude={"page_size", "next_token"})],
    )
    by_severity = Counter(each.severity.value for each in crossings)
    return MonitorBudgetsResult(
        sentence=_sentence(len(standings), crossings, len(held_back)),
        checked=len(standings),
        by_severity={each.value: by_severity[each.value] for each in CrossingSeverity},
        crossings=page.entries,
        held_back_count=len(held_back),
        held_back=held_back[:MOST_NAMES],
        left_out=page.left_out,
        next_token=page.next_token,
        cost_explorer=meter.view() if meter.reads else None,
        alerts=alerts,
        announced=announced,
        incomplete=incomplete,
    )


def _crossings(standings: Sequence[Standing], parameters: MonitorBudgetsParameters) -> list[Crossing]:
    found = [
        crossing
        for standing in standings
        if reason_to_hold_back(standing) is None
        for crossing in crossings_of(standing, _watched(standing, parameters))
    ]
    return sorted(
        found, key=lambda each: (_ORDER[each.severity], each.standing.name, each.figure is not _ACTUAL)
    )


def _watched(standing: Standing, parameters: MonitorBudgetsParameters) -> list[WatchedThreshold]:
    if parameters.use_notifications:
        return own_thresholds(standing)
    return usual_thresholds(standing, parameters.thresholds)


def _alerts(
    standings: Sequence[Standing],
    parameters: MonitorBudgetsParameters,
    account_id: str,
    gateways: Gateways,
    incomplete: list[Incomplete],
) -> KeptAlerts | None:
    """Keep the alerts as far as the agent's memory answers; what was kept until then is said, and the rest too."""
    state = gateways.state
    if state is None:
        incomplete.append(NO_ALERTS)
        return None
    changes: list[AlertChange] = []

    def keep() -> int:
        for change in keep_alerts(
            state,
            gateways.clock,
            account_id,
            standings,
            partial(_watched, parameters=parameters),
            is_everything=parameters.budget_names is None and parameters.budget_types is None,
        ):
            changes.append(change)
        return sum(each.stands_out for each in state.alerts(account_id))

    standing_out = read_or_say("alerts", incomplete, keep)
    return kept_alerts(changes, standing_out)


def _keep_snapshots(
    standings: Sequence[Standing],
    parameters: MonitorBudgetsParameters,
    account_id: str,
    gateways: Gateways,
    incomplete: list[Incomplete],
) -> None:
    state = gateways.state
    if parameters.notify and state is not None:
        read_or_say("snapshots", incomplete, lambda: keep_snapshots(state, account_id, standings))


def _exact_days(
    crossings: Sequence[Crossing],
    parameters: MonitorBudgetsParameters,
    gateways: Gateways,
    meter: CostMeter,
) -> dict[int, date]:
    """By position, the day on which a threshold was crossed, from daily costs."""
    days: dict[int, date] = {}
    for position, crossing in enumerate(crossings if parameters.exact_dates else ()):
        standing = crossing.standing
        if crossing.figure is not _ACTUAL or standing.budget.type.breach is Breach.BELOW:
            continue
        period, definition = standing.period, standing.budget.definition
        if period is None:
            continue
        read = read_or_say(
            f"crossing date of '{standing.name}'",
            meter.incomplete,
            partial(
                gateways.cost_explorer.daily_amounts,
                (period.start.date(), standing.at.date() + timedelta(days=1)),
                metric=metric_of(definition.type, definition.scope),
                expression=as_expression(definition.scope),
            ),
        )
        if read is None:
            continue
        meter.note(read)
        day = crossing_day(read.amounts, crossing.at)
        if day is not None:
            days[position] = day
    return days


def _sentence(checked: int, crossings: Sequence[Crossing], held_back: int) -> str:
    waiting = f" {held_back} held back: their figures prove nothing yet." if held_back else ""
    if not crossings:
        return f"None of {checked} budgets is past a threshold.{waiting}"
    gravest = crossings[0]
    budgets = len({each.standing.name for each in crossings})
    figure = "actual" if gravest.figure is _ACTUAL else "forecasted"
    side = "under" if gravest.crossed[0].operator is ComparisonOperator.LESS_THAN else "over"
    return (
        f"{budgets} of {checked} budgets {'is' if budgets == 1 else 'are'} past a threshold; gravest: "
        f"'{gravest.standing.name}', {figure} {gravest.value.in_words()}, {gravest.past_by.in_words()} {side} "
        f"{gravest.at.in_words()}.{waiting}"
    )


def _view(crossing: Crossing, exact: date | None) -> CrossingView:
    standing = crossing.standing
    since = exact or estimated_crossing(crossing)
    return CrossingView(
        budget=standing.name,
        budget_type=standing.budget.type.name.value,
        severity=crossing.severity.value,
        figure=crossing.figure.value,
        direction=standing.budget.type.breach.value,
        threshold=_threshold(crossing.crossed[0].threshold, standing),
        thresholds_crossed=[_threshold(each.threshold, standing) for each in crossing.crossed],
        threshold_amount=shown(crossing.at),
        value=shown(crossing.value),
        past_by=shown(crossing.past_by),
        limit=amount_of(standing.limit),
        utilization_percent=percent_of(standing.utilization),
        pace_percent=percent_of(standing.pace),
        period=period_of(standing.period),
        since=since,
        since_is_estimated=None if since is None else exact is None,
        last_updated=standing.budget.refreshed or standing.budget.last_updated,
        is_stale=crossing.is_stale,
        next_step=crossing.next_step,
    )


def _threshold(threshold: Threshold, standing: Standing) -> Amount:
    """As it was asked for: a percentage, or an amount in the limit's unit."""
    if threshold.type is ThresholdType.PERCENTAGE or standing.limit is None:
        return shown(Spend(threshold.value, PERCENTAGE))
    return shown(threshold.amount_of(standing.limit))
