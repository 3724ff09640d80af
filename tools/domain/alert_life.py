"""The life of an alert: what figures, a person and the end of its period make of it.

Decided from the alert as it stands, what was seen and the time; nothing is read or written.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from tools.domain.alert_messages import announcement_of
from tools.domain.alerts import (
    Alert,
    AlertChange,
    AlertEvent,
    AlertSource,
    AlertStatus,
    Resolution,
    Sighting,
)
from tools.domain.notifications import NotificationType

# AWS refreshes figures every 8 to 12 hours: where it does not say when, so much later they are others.
LONGEST_REFRESH = timedelta(hours=12)


def seen(
    alert: Alert | None, sighting: Sighting, now: datetime, source: AlertSource = AlertSource.MONITORING
) -> AlertChange | None:
    """What a sighting makes of an alert; None when it changes nothing.

    Stale figures open and resolve nothing. Figures older than those seen before came out of order and change
    nothing.
    """
    if alert is not None and _is_older(sighting, alert):
        return None
    if alert is None or alert.status is AlertStatus.RESOLVED:
        return _first_seen(alert, sighting, now, source)
    if alert.status is AlertStatus.WAITING:
        return _seen_waiting(alert, sighting, now, source)
    return _seen_standing_out(alert, sighting, now, source)


def ended(alert: Alert, now: datetime, resolution: Resolution) -> AlertChange | None:
    """What the end of an alert's period, or of its budget, makes of it; None when that is known already."""
    leaves = resolution is Resolution.PERIOD_ENDED
    if alert.status is AlertStatus.WAITING:
        return AlertChange(before=alert, after=None)
    if alert.status is AlertStatus.RESOLVED:
        return AlertChange(before=alert, after=alert, leaves=True) if leaves else None
    return _resolved(alert, now, resolution, leaves=leaves)


def handled(alert: Alert, now: datetime, *, note: str | None, until: datetime | None) -> AlertChange:
    """A person has seen it, or does not want to hear of it until a moment."""
    status = AlertStatus.ACKNOWLEDGED if until is None else AlertStatus.SNOOZED
    after = replace(
        alert, status=status, handled_at=now, handled_note=note, snoozed_until=until, updated_at=now
    )
    event = AlertEvent.ACKNOWLEDGED if until is None else AlertEvent.SNOOZED
    return _change(alert, after, event, now)


def _first_seen(
    alert: Alert | None, sighting: Sighting, now: datetime, source: AlertSource
) -> AlertChange | None:
    if not sighting.is_past or sighting.is_stale:
        return None
    occurrence = 1 if alert is None else alert.occurrence + 1
    begun = Alert(
        key=sighting.key,
        budget_type=sighting.budget_type,
        period=sighting.period,
        status=AlertStatus.WAITING,
        value=sighting.value,
        at=sighting.at,
        limit=sighting.limit,
        severity=sighting.severity,
        first_seen=now,
        first_refreshed=sighting.refreshed,
        first_value=sighting.value,
        updated_at=now,
        refreshed=sighting.refreshed,
        sources=(source,),
        occurrence=occurrence,
        version=0 if alert is None else alert.version,
    )
    if sighting.key.watched.figure is NotificationType.FORECASTED:
        # One forecast is noise (users' commonest complaint): it counts when the next refresh says it again.
        return AlertChange(before=alert, after=_next(begun))
    return _opened(alert, begun, now)


def _seen_waiting(alert: Alert, sighting: Sighting, now: datetime, source: AlertSource) -> AlertChange | None:
    if sighting.is_stale:
        return None
    if not sighting.is_past:
        return AlertChange(before=alert, after=None)
    current = _brought_up(alert, sighting, now, source)
    if _is_another_refresh(alert, sighting, now):
        return _opened(alert, current, now)
    return _kept(alert, current)


def _seen_standing_out(
    alert: Alert, sighting: Sighting, now: datetime, source: AlertSource
) -> AlertChange | None:
    if sighting.is_stale:
        return _kept(alert, replace(alert, is_stale=True))
    current = _brought_up(alert, sighting, now, source)
    if not sighting.is_past:
        return _resolved(
            current, now, Resolution.OVERTAKEN if sighting.overtaken else Resolution.FELL_BACK, alert
        )
    if alert.status is AlertStatus.SNOOZED and alert.snoozed_until is not None and alert.snoozed_until <= now:
        return _change(
            alert,
            replace(current, status=AlertStatus.OPEN, snoozed_until=None, updated_at=now),
            AlertEvent.SNOOZE_ENDED,
            now,
        )
    return _kept(alert, current)


def _opened(before: Alert | None, begun: Alert, now: datetime) -> AlertChange:
    return _change(
        before, replace(begun, status=AlertStatus.OPEN, opened_at=now, updated_at=now), AlertEvent.OPENED, now
    )


def _resolved(
    current: Alert,
    now: datetime,
    resolution: Resolution,
    before: Alert | None = None,
    *,
    leaves: bool = False,
) -> AlertChange:
    after = replace(
        current,
        status=AlertStatus.RESOLVED,
        resolved_at=now,
        resolution=resolution,
        snoozed_until=None,
        updated_at=now,
    )
    return _change(before or current, after, AlertEvent.RESOLVED, now, leaves=leaves)


def _kept(alert: Alert, current: Alert) -> AlertChange | None:
    """The alert brought up to date, or None when only the time of looking differs."""
    if replace(current, updated_at=alert.updated_at) == alert:
        return None
    return AlertChange(before=alert, after=_next(current))


def _change(
    before: Alert | None, after: Alert, event: AlertEvent, now: datetime, *, leaves: bool = False
) -> AlertChange:
    after = _next(after)
    return AlertChange(
        before=before, after=after, announcement=announcement_of(after, event, now), leaves=leaves
    )


def _next(alert: Alert) -> Alert:
    return replace(alert, version=alert.version + 1)


def _brought_up(alert: Alert, sighting: Sighting, now: datetime, source: AlertSource) -> Alert:
    sources = alert.sources if source in alert.sources else (*alert.sources, source)
    return replace(
        alert,
        value=sighting.value,
        at=sighting.at,
        limit=sighting.limit,
        severity=sighting.severity,
        refreshed=sighting.refreshed or alert.refreshed,
        sources=sources,
        is_stale=False,
        updated_at=now,
    )


def _is_older(sighting: Sighting, alert: Alert) -> bool:
    return (
        sighting.refreshed is not None
        and alert.refreshed is not None
        and sighting.refreshed < alert.refreshed
    )


def _is_another_refresh(alert: Alert, sighting: Sighting, now: datetime) -> bool:
    """Whether the figures were made anew since the alert was first seen.

    AWS says when it made them; where it does not, others are another refresh, and so are figures so much later
    that AWS must have looked again.
    """
    if sighting.refreshed is not None and alert.first_refreshed is not None:
        return sighting.refreshed > alert.first_refreshed
    return sighting.value != alert.first_value or now - alert.first_seen >= LONGEST_REFRESH
