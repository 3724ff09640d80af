"""An alert as replies show it."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import Field

from tools.actions._action import Model
from tools.actions._reply import Amount, Moment, Period, shown
from tools.domain.alert_messages import alert_sentence
from tools.domain.alerts import Alert, AlertChange, AlertEvent, AlertStatus
from tools.domain.money import PERCENTAGE, Spend
from tools.domain.notifications import ThresholdType


class AlertView(Model):
    """One threshold of one budget in one period that was passed."""

    alert_id: str = Field(description="What acknowledge_alert takes.")
    status: str = Field(description="WAITING, OPEN, ACKNOWLEDGED, SNOOZED or RESOLVED.")
    severity: str
    sentence: str
    budget: str
    budget_type: str
    period: Period
    figure: str = Field(description="ACTUAL or FORECASTED.")
    threshold: Amount
    threshold_amount: Amount
    value: Amount
    limit: Amount
    occurrence: int = Field(description="How often it was opened in this period.")
    opened_at: Moment | None
    updated_at: Moment
    is_stale: bool = Field(description="The figures were older than a day when it was last looked at.")
    sources: list[str] = Field(description="Who found it: MONITORING, AWS_NOTIFICATION.")
    handled_at: Moment | None = Field(description="When a person acknowledged or snoozed it.")
    note: str | None = Field(description="What that person said.")
    snoozed_until: Moment | None
    resolved_at: Moment | None
    resolution: str | None = Field(
        description="FELL_BACK, OVERTAKEN (what was forecast has happened), PERIOD_ENDED or BUDGET_GONE."
    )


class KeptAlerts(Model):
    """What a run made of the alerts."""

    opened: list[AlertView]
    resolved: list[AlertView]
    other_changes: int = Field(
        description="Alerts that wait for a second refresh, or were brought up to date."
    )
    standing_out: int | None = Field(description="Alerts that are open, acknowledged or snoozed now.")


def alert_view(alert: Alert) -> AlertView:
    """An alert as replies show it."""
    threshold = alert.key.watched.threshold
    is_percent = threshold.type is ThresholdType.PERCENTAGE
    return AlertView(
        alert_id=alert.key.id,
        status=alert.status.value,
        severity=alert.severity.value,
        sentence=alert_sentence(alert, _EVENTS[alert.status]),
        budget=alert.key.budget_name,
        budget_type=alert.budget_type.value,
        period=Period(start=alert.period.start, end=alert.period.end),
        figure=alert.key.watched.figure.value,
        threshold=shown(Spend(threshold.value, PERCENTAGE if is_percent else alert.limit.unit)),
        threshold_amount=shown(alert.at),
        value=shown(alert.value),
        limit=shown(alert.limit),
        occurrence=alert.occurrence,
        opened_at=alert.opened_at,
        updated_at=alert.updated_at,
        is_stale=alert.is_stale,
        sources=[each.value for each in alert.sources],
        handled_at=alert.handled_at,
        note=alert.handled_note,
        snoozed_until=alert.snoozed_until,
        resolved_at=alert.resolved_at,
        resolution=None if alert.resolution is None else alert.resolution.value,
    )


def kept_alerts(changes: Iterable[AlertChange], standing_out: int | None) -> KeptAlerts:
    """The steps of a run as replies show them."""
    told = [(each.after, each.announcement) for each in changes]
    opened = [alert for alert, said in told if alert and said and said.event == AlertEvent.OPENED]
    resolved = [alert for alert, said in told if alert and said and said.event == AlertEvent.RESOLVED]
    return KeptAlerts(
        opened=[alert_view(each) for each in opened],
        resolved=[alert_view(each) for each in resolved],
        other_changes=len(told) - len(opened) - len(resolved),
        standing_out=standing_out,
    )


_EVENTS = {
    AlertStatus.WAITING: AlertEvent.OPENED,
    AlertStatus.OPEN: AlertEvent.OPENED,
    AlertStatus.ACKNOWLEDGED: AlertEvent.ACKNOWLEDGED,
    AlertStatus.SNOOZED: AlertEvent.SNOOZED,
    AlertStatus.RESOLVED: AlertEvent.RESOLVED,
}
