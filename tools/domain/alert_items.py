"""Alerts as items of the state table, and back. Keys and shapes: `tools.domain.state_items`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from tools.domain.alerts import Alert, AlertKey, AlertSource, AlertStatus, Resolution
from tools.domain.audit import position_of
from tools.domain.budget_types import BudgetTypeName
from tools.domain.crossings import CrossingSeverity, WatchedThreshold
from tools.domain.money import Spend
from tools.domain.notifications import ComparisonOperator, NotificationType, Threshold, ThresholdType
from tools.domain.periods import BudgetPeriod
from tools.domain.state_items import BUDGET, EXPIRY, PARTITION, SORT, Item

VERSION = "version"
PAST_ALERTS_KEPT = timedelta(days=400)

_MOMENTS = (
    "first_seen",
    "first_refreshed",
    "updated_at",
    "refreshed",
    "opened_at",
    "handled_at",
    "snoozed_until",
    "resolved_at",
)
_SPENDS = ("value", "at", "limit", "first_value")


def alerts_of(account_id: str) -> str:
    """The partition of an account's alerts of the present periods."""
    return f"{account_id}#alerts"


def past_alerts_of(account_id: str) -> str:
    """The partition of an account's alerts of periods that are over."""
    return f"{account_id}#past-alerts"


def alert_item(alert: Alert) -> Item:
    """An alert of the present period as an item."""
    return {
        PARTITION: alerts_of(alert.key.account_id),
        SORT: alert.key.position,
        "status": alert.status.value,
        VERSION: alert.version,
        "alert": json.dumps(_document(alert), ensure_ascii=False),
    }


def past_position(alert: Alert) -> str:
    """Where an alert stands among the past ones: in the order of their ends."""
    return f"{position_of(alert.resolved_at or alert.updated_at)}#{alert.key.id}-{alert.occurrence}"


def past_alert_item(alert: Alert) -> Item:
    """An alert whose period is over as an item."""
    forgotten = (alert.resolved_at or alert.updated_at) + PAST_ALERTS_KEPT
    return {
        **alert_item(alert),
        PARTITION: past_alerts_of(alert.key.account_id),
        SORT: past_position(alert),
        BUDGET: alert.key.budget_name,
        EXPIRY: int(forgotten.timestamp()),
    }


def alert_from(item: Mapping[str, Any]) -> Alert:
    """An item as the alert it holds."""
    document = json.loads(item["alert"])
    watched = document["watched"]
    period = BudgetPeriod(*(datetime.fromisoformat(each) for each in document["period"]))
    resolution = document["resolution"]
    return Alert(
        key=AlertKey(
            document["account_id"],
            document["budget_name"],
            datetime.fromisoformat(document["period_start"]),
            WatchedThreshold(
                NotificationType(watched["figure"]),
                ComparisonOperator(watched["operator"]),
                Threshold(Decimal(watched["value"]), ThresholdType(watched["type"])),
            ),
        ),
        period=period,
        budget_type=BudgetTypeName(document["budget_type"]),
        status=AlertStatus(item["status"]),
        severity=CrossingSeverity(document["severity"]),
        sources=tuple(AlertSource(each) for each in document["sources"]),
        is_stale=document["is_stale"],
        occurrence=document["occurrence"],
        handled_note=document["handled_note"],
        resolution=None if resolution is None else Resolution(resolution),
        version=int(item[VERSION]),
        **_figures_from(document),
    )


def _figures_from(document: Mapping[str, Any]) -> dict[str, Any]:
    spends = {name: Spend(Decimal(document[name][0]), document[name][1]) for name in _SPENDS}
    return {**{name: _moment_from(document[name]) for name in _MOMENTS}, **spends}


def _document(alert: Alert) -> dict[str, Any]:
    watched = alert.key.watched
    return {
        "account_id": alert.key.account_id,
        "budget_name": alert.key.budget_name,
        "budget_type": alert.budget_type.value,
        "period_start": position_of(alert.key.period_start),
        "period": [position_of(alert.period.start), position_of(alert.period.end)],
        "watched": {
            "figure": watched.figure.value,
            "operator": watched.operator.value,
            "value": f"{watched.threshold.value:f}",
            "type": watched.threshold.type.value,
        },
        "severity": alert.severity.value,
        "sources": [each.value for each in alert.sources],
        "is_stale": alert.is_stale,
        "occurrence": alert.occurrence,
        "handled_note": alert.handled_note,
        "resolution": None if alert.resolution is None else alert.resolution.value,
        **{name: _moment(getattr(alert, name)) for name in _MOMENTS},
        **{name: _spend(getattr(alert, name)) for name in _SPENDS},
    }


def _spend(spend: Spend) -> list[str]:
    return [f"{spend.amount:f}", spend.unit]


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else position_of(moment)


def _moment_from(text: str | None) -> Any:
    return None if text is None else datetime.fromisoformat(text)
