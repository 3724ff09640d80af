"""A budget's definition as replies show it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from tools.actions._action import Model
from tools.actions._reply import (
    Amount,
    Moment,
    Period,
    SubscriberView,
    amount_of,
    period_of,
    shown,
    subscribers_of,
)
from tools.domain.budget import BudgetDefinition
from tools.domain.budget_types import default_unit
from tools.domain.differences import limit_in_words, scope_in_words
from tools.domain.money import PERCENTAGE
from tools.domain.notifications import Notification, ThresholdType


class WatchView(Model):
    """One notification and who is told."""

    type: str
    operator: str
    threshold: Amount
    subscribers: list[SubscriberView] | None = Field(description="Null when they could not be read.")


class DefinedBudget(Model):
    """The budget as AWS will read it."""

    name: str
    type: str
    time_unit: str
    limit: Amount | None = Field(description="Of the current period; null when AWS has yet to derive it.")
    limit_in_words: str
    planned_limits: dict[str, Amount] = Field(description="By the day on which each period begins.")
    scope: str
    filters: dict[str, list[str]]
    filter_expression: dict[str, Any] | None
    metric: str | None
    period: Period | None = Field(description="The current one; null before the start.")
    start: Moment | None = Field(description="Null: AWS takes the start of the current period.")
    end: Moment | None = Field(description="Null: it does not end.")
    notifications: list[WatchView] | None = Field(description="Null when they could not be read.")


def defined_budget(
    definition: BudgetDefinition, notifications: tuple[Notification, ...] | None, now: datetime
) -> DefinedBudget:
    """The definition as replies show it; notifications that were not read are None."""
    limit = definition.limit_at(now)
    scope = definition.scope
    return DefinedBudget(
        name=definition.name,
        type=definition.type.name.value,
        time_unit=definition.time_unit.value,
        limit=amount_of(limit),
        limit_in_words=limit_in_words(definition),
        planned_limits={
            f"{start:%Y-%m-%d}": shown(planned) for start, planned in definition.planned_limits.items()
        },
        scope=scope_in_words(scope),
        filters={name: list(values) for name, values in scope.filters.items()},
        filter_expression=None if scope.expression is None else dict(scope.expression),
        metric=scope.metric,
        period=period_of(definition.period_at(now)),
        start=definition.starts,
        end=definition.ends,
        notifications=None if notifications is None else [_watch(each, definition) for each in notifications],
    )


def _watch(notification: Notification, definition: BudgetDefinition) -> WatchView:
    threshold = notification.threshold
    if threshold.type is ThresholdType.PERCENTAGE:
        unit = PERCENTAGE
    else:
        unit = definition.limit.unit if definition.limit else default_unit(definition.type) or ""
    return WatchView(
        type=notification.type.value,
        operator=notification.operator.value,
        threshold=Amount(amount=threshold.value, unit=unit),
        subscribers=subscribers_of(notification.subscribers),
    )
