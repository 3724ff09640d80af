"""list_alerts: which thresholds are passed now, which were, and who looks after them."""

from __future__ import annotations

from collections import Counter

from pydantic import Field

from tools.actions._action import BudgetName, Parameters, Result, WholeNumber, action
from tools.actions._alert_view import AlertView, alert_view
from tools.actions._choices import MomentInput
from tools.domain.alert_items import past_position
from tools.domain.alerts import STANDING_OUT, Alert, AlertStatus
from tools.domain.crossings import CrossingSeverity
from tools.domain.errors import InvalidParameters, StateUnavailable
from tools.domain.paging import as_many_as_fit, key_in, page_of, token_after
from tools.gateways import Gateways
from tools.ports.state import StateStore

_SEVERITIES = {severity: rank for rank, severity in enumerate(CrossingSeverity)}


class ListAlertsParameters(Parameters):
    """Which alerts."""

    budget_name: BudgetName | None = Field(default=None, description="Only alerts of this budget.")
    statuses: list[AlertStatus] = Field(
        default=list(STANDING_OUT),
        min_length=1,
        description="Of the present periods, only alerts in these states. WAITING ones are forecasts that one "
        "refresh has seen past a threshold.",
    )
    past: bool = Field(
        default=False, description="Alerts of periods that are over instead, the last ended first."
    )
    since: MomentInput | None = Field(
        default=None, description="Of past alerts, those that ended from here on."
    )
    until: MomentInput | None = Field(default=None, description="Of past alerts, those that ended before.")
    page_size: WholeNumber = Field(default=100, ge=1, le=500, description="Alerts per reply.")
    next_token: str | None = Field(
        default=None, description="Continues where the reply before ended; send the same other parameters."
    )


class ListAlertsResult(Result):
    """Alerts: of the present periods the gravest first, of past ones the last ended first."""

    sentence: str
    alerts: list[AlertView]
    by_status: dict[str, int] | None = Field(
        description="How many the present periods have in each state; null for past alerts."
    )
    next_token: str | None


@action(mutates=False)
def list_alerts(parameters: ListAlertsParameters, gateways: Gateways) -> ListAlertsResult:
    """List the alerts: thresholds that budgets have passed, since when, and whether somebody looks after them.

    Use it to see what is open, or with past what happened in earlier periods. Alerts are kept by
    monitor_budgets with notify and by AWS's own notifications; acknowledge_alert acknowledges or snoozes one.
    Changes nothing.
    """
    if gateways.state is None:
        raise StateUnavailable(
            "Alerts are not kept, because no state table is configured; name one in BUDGET_STATE_TABLE."
        )
    bounds = {"since": parameters.since, "until": parameters.until}
    unused = [name for name, given in bounds.items() if given is not None and not parameters.past]
    if unused:
        raise InvalidParameters.because(unused[0], "bounds past alerts only", "with past: true")
    if parameters.since and parameters.until and parameters.since >= parameters.until:
        raise InvalidParameters.because("until", "is not after since", "a later moment than since")
    account_id = parameters.account_id or gateways.identity.account_id
    if parameters.past:
        return _past(parameters, account_id, gateways.state)
    return _present(parameters, account_id, gateways.state)


def _present(parameters: ListAlertsParameters, account_id: str, state: StateStore) -> ListAlertsResult:
    found = [
        each
        for each in state.alerts(account_id)
        if parameters.budget_name is None or each.key.budget_name == parameters.budget_name
    ]
    counts = Counter(each.status for each in found)
    chosen = sorted(
        (each for each in found if each.status in parameters.statuses),
        key=lambda each: (_SEVERITIES[each.severity], each.key.budget_name, each.key.position),
    )
    page = page_of(
        [alert_view(each) for each in chosen],
        key=lambda view: view.alert_id,
        size=parameters.page_size,
        bytes_of=lambda view: len(view.model_dump_json()) + 2,
        token=parameters.next_token,
        question=_question(parameters, account_id),
    )
    return ListAlertsResult(
        sentence=_sentence(counts, chosen),
        alerts=page.entries,
        by_status={each.value: counts[each] for each in AlertStatus},
        next_token=page.next_token,
    )


def _past(parameters: ListAlertsParameters, account_id: str, state: StateStore) -> ListAlertsResult:
    question = _question(parameters, account_id)
    page = state.past_alerts(
        account_id,
        most=parameters.page_size,
        since=parameters.since,
        until=parameters.until,
        budget_name=parameters.budget_name,
        before=None if parameters.next_token is None else key_in(parameters.next_token, question),
    )
    fitting = as_many_as_fit(page.alerts, lambda each: len(alert_view(each).model_dump_json()) + 2)
    has_more = page.last is not None or len(fitting) < len(page.alerts)
    count = len(fitting)
    return ListAlertsResult(
        sentence=f"{count} alert{'' if count == 1 else 's'} of periods that are over"
        f"{', and there are more' if has_more else ''}.",
        alerts=[alert_view(each) for each in fitting],
        by_status=None,
        next_token=token_after(past_position(fitting[-1]), question) if has_more else None,
    )


def _question(parameters: ListAlertsParameters, account_id: str) -> list[object]:
    return [account_id, parameters.model_dump(mode="json", exclude={"page_size", "next_token"})]


def _sentence(counts: Counter[AlertStatus], chosen: list[Alert]) -> str:
    standing = sum(counts[each] for each in STANDING_OUT)
    if not standing:
        return "No alert is open."
    parts = ", ".join(f"{counts[each]} {each.value.lower()}" for each in STANDING_OUT if counts[each])
    gravest = next((each for each in chosen if each.stands_out), None)
    named = "" if gravest is None else f" Gravest: {alert_view(gravest).sentence}"
    return f"{standing} alert{' stands' if standing == 1 else 's stand'} out: {parts}.{named}"
