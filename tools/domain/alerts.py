"""Alerts: one (account, budget, period, figure, threshold) past which a budget went, and its life.

WAITING (a forecast seen over its threshold once) → OPEN → ACKNOWLEDGED or SNOOZED by a person → RESOLVED when the
figure falls back, or the period or the budget ends. Falling back re-arms it: the next time is another occurrence.
`tools.domain.alert_life` decides each step, `tools.domain.alert_messages` says it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tools.domain.announcements import Announcement
from tools.domain.audit import position_of
from tools.domain.budget_types import BudgetTypeName
from tools.domain.crossings import CrossingSeverity, WatchedThreshold
from tools.domain.money import Spend
from tools.domain.periods import BudgetPeriod


class AlertStatus(StrEnum):
    """Where an alert is in its life."""

    WAITING = "WAITING"
    OPEN = "OPEN"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    SNOOZED = "SNOOZED"
    RESOLVED = "RESOLVED"


STANDING_OUT = (AlertStatus.OPEN, AlertStatus.ACKNOWLEDGED, AlertStatus.SNOOZED)
"""Announced and not over."""


class Resolution(StrEnum):
    """Why an alert is over."""

    FELL_BACK = "FELL_BACK"
    OVERTAKEN = "OVERTAKEN"
    PERIOD_ENDED = "PERIOD_ENDED"
    BUDGET_GONE = "BUDGET_GONE"


class AlertSource(StrEnum):
    """Who found it."""

    MONITORING = "MONITORING"
    AWS_NOTIFICATION = "AWS_NOTIFICATION"


class AlertEvent(StrEnum):
    """What is announced of an alert."""

    OPENED = "opened"
    RESOLVED = "resolved"
    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"
    SNOOZE_ENDED = "snooze_ended"


@dataclass(frozen=True, slots=True)
class AlertKey:
    """What makes it the same alert."""

    account_id: str
    budget_name: str
    period_start: datetime
    watched: WatchedThreshold

    @property
    def position(self) -> str:
        """Where it stands among the account's alerts; names have no colon (Budgets API, BudgetName)."""
        threshold = self.watched.threshold
        value = f"{threshold.value.normalize():f}"
        parts = (self.watched.figure.value, self.watched.operator.value, threshold.type.value, value)
        return f"{self.budget_name}:{position_of(self.period_start)}:{':'.join(parts)}"

    @property
    def id(self) -> str:
        """A short name for people and messages, the same in every period of time it is looked at."""
        return hashlib.sha256(f"{self.account_id}:{self.position}".encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What the present figures say of one threshold of one budget.

    `is_past` is true on the side where the budget fails. `overtaken` marks a forecast whose threshold the actual
    figure has passed: there is nothing left to foresee. `refreshed` is when AWS made the figures, None when it
    does not say.
    """

    key: AlertKey
    budget_type: BudgetTypeName
    period: BudgetPeriod
    value: Spend
    at: Spend
    limit: Spend
    severity: CrossingSeverity
    is_past: bool
    overtaken: bool
    is_stale: bool
    refreshed: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One alert as it stands. `version` counts its changes, so that nobody overwrites another's.

    `occurrence` counts how often it was opened in its period; `value`, `at` (the threshold as an amount), `limit`
    and `refreshed` are of the last sighting, `first_refreshed` and `first_seen` of the first of this occurrence.
    """

    key: AlertKey
    budget_type: BudgetTypeName
    period: BudgetPeriod
    status: AlertStatus
    value: Spend
    at: Spend
    limit: Spend
    severity: CrossingSeverity
    first_seen: datetime
    first_refreshed: datetime | None
    first_value: Spend
    updated_at: datetime
    refreshed: datetime | None
    sources: tuple[AlertSource, ...]
    is_stale: bool = False
    occurrence: int = 1
    opened_at: datetime | None = None
    handled_at: datetime | None = None
    handled_note: str | None = None
    snoozed_until: datetime | None = None
    resolved_at: datetime | None = None
    resolution: Resolution | None = None
    version: int = 0

    @property
    def stands_out(self) -> bool:
        """Whether it was announced and is not over."""
        return self.status in STANDING_OUT


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertChange:
    """One step of an alert's life, and what is announced of it.

    `before` is what was there, None for nothing; `after` is what is there now, None when it is forgotten. `leaves`
    tells that its period is over, so that it belongs to the past ones.
    """

    before: Alert | None
    after: Alert | None
    announcement: Announcement | None = None
    leaves: bool = False
