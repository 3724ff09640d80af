"""What is told of an alert: its announcement, the message's own part, and a sentence for people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tools.domain.alerts import Alert, AlertEvent, Resolution
from tools.domain.announcements import Announcement, AnnouncementType
from tools.domain.money import PERCENTAGE, Spend, rounded
from tools.domain.notifications import NotificationType, ThresholdType


def announcement_of(alert: Alert, event: AlertEvent, now: datetime) -> Announcement:
    """What is told of an alert; its id is the alert's with occurrence and change, which sorts in their order."""
    return Announcement(
        id=f"{alert.key.id}-{alert.occurrence:04}-{alert.version:06}-{event.value}",
        account_id=alert.key.account_id,
        at=now,
        type=AnnouncementType.BUDGET_ALERT,
        event=event.value,
        budget_name=alert.key.budget_name,
        data=alert_data(alert, event),
    )


def alert_data(alert: Alert, event: AlertEvent) -> Mapping[str, Any]:
    """The message's own part, as JSON: amounts as decimal strings with their unit."""
    threshold = alert.key.watched.threshold
    return {
        "event": event.value,
        "alert_id": alert.key.id,
        "occurrence": alert.occurrence,
        "status": alert.status.value,
        "account_id": alert.key.account_id,
        "budget_name": alert.key.budget_name,
        "budget_type": alert.budget_type.value,
        "period": {"start": _moment(alert.period.start), "end": _moment(alert.period.end)},
        "figure": alert.key.watched.figure.value,
        "threshold": {
            "amount": f"{threshold.value.normalize():f}",
            "unit": PERCENTAGE if threshold.type is ThresholdType.PERCENTAGE else alert.limit.unit,
        },
        "value": _spend(alert.value),
        "threshold_amount": _spend(alert.at),
        "limit": _spend(alert.limit),
        "severity": alert.severity.value,
        "sentence": alert_sentence(alert, event),
        "resolution": None if alert.resolution is None else alert.resolution.value,
        "note": alert.handled_note,
        "snoozed_until": None if alert.snoozed_until is None else _moment(alert.snoozed_until),
    }


def alert_sentence(alert: Alert, event: AlertEvent) -> str:
    """What happened, for people."""
    name = f"'{alert.key.budget_name}'"
    threshold = alert.key.watched.threshold
    limit = alert.limit.in_words()
    mark = (
        f"{threshold.value.normalize():f} % of its limit of {limit}"
        if threshold.type is ThresholdType.PERCENTAGE
        else f"its threshold of {alert.at.in_words()} (limit {limit})"
    )
    figure = "Actual" if alert.key.watched.figure is NotificationType.ACTUAL else "Forecasted"
    value = f"{figure} {alert.value.in_words()}"
    match event:
        case AlertEvent.OPENED:
            again = "" if alert.occurrence == 1 else f", for time {alert.occurrence} in this period"
            return f"{value} of {name} is past {mark}{again}."
        case AlertEvent.RESOLVED:
            ending = _ENDINGS[alert.resolution or Resolution.FELL_BACK]
            return ending.format(name=name, mark=mark, value=value)
        case AlertEvent.ACKNOWLEDGED:
            return f"Somebody looks after {name}, which is past {mark}."
        case AlertEvent.SNOOZED:
            until = "" if alert.snoozed_until is None else f" until {_moment(alert.snoozed_until)}"
            return f"The alert of {name}, which is past {mark}, is snoozed{until}."
        case AlertEvent.SNOOZE_ENDED:
            return f"The snooze is over, and {name} is still past {mark}: {value}."


_ENDINGS = {
    Resolution.FELL_BACK: "{value} of {name} is no longer past {mark}.",
    Resolution.OVERTAKEN: "What was forecast for {name} has happened: its actual figure is past {mark}.",
    Resolution.PERIOD_ENDED: "The period of {name} is over; it ended past {mark}.",
    Resolution.BUDGET_GONE: "The budget {name}, which was past {mark}, does not exist any more.",
}


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _spend(spend: Spend) -> dict[str, str]:
    return {"amount": f"{rounded(spend.amount, spend.unit):f}", "unit": spend.unit}
