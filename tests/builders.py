"""Builders: a valid thing with only what matters to the test said."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal

from tools.domain.budget import AutoAdjust, Budget, BudgetDefinition, HealthStatus
from tools.domain.budget_types import COST, BudgetType, Measure
from tools.domain.money import USD, Spend
from tools.domain.notifications import (
    ComparisonOperator,
    Notification,
    NotificationType,
    Subscriber,
    Threshold,
    ThresholdType,
    operator_for,
)
from tools.domain.performance import PeriodPerformance
from tools.domain.periods import BudgetPeriod, TimeUnit, add_months, at_midnight
from tools.domain.scope import Scope
from tools.domain.subscriber_channels import ChannelName

NOW = datetime(2026, 10, 20, 12, tzinfo=UTC)
"""The moment of most tests: past the middle of a month, 19.5 of 31 days."""

ACCOUNT = "123456789012"
MAIL = Subscriber(ChannelName.EMAIL, "finops@example.com")


def usd(amount: str | int | float) -> Spend:
    """US dollars."""
    return Spend(Decimal(str(amount)), USD)


def spend_in(budget_type: BudgetType, amount: str | int | float) -> Spend:
    """An amount in the unit a budget of this type usually has."""
    if budget_type.fixed_limit is not None:
        unit = budget_type.fixed_limit.unit
    else:
        unit = USD if budget_type.measure is Measure.COST else "GB"
    return Spend(Decimal(str(amount)), unit)


def a_budget(
    name: str = "a-budget",
    *,
    type: BudgetType = COST,
    time_unit: TimeUnit = TimeUnit.MONTHLY,
    limit: str | int | None = 100,
    actual: str | int | float | None = 50,
    forecasted: str | int | float | None = None,
    scope: Scope | None = None,
    notifications: tuple[Notification, ...] | None = None,
    planned: Mapping[datetime, Spend] | None = None,
    auto_adjust: AutoAdjust | None = None,
    starts: datetime | None = datetime(2025, 1, 1, tzinfo=UTC),
    ends: datetime | None = None,
    last_updated: datetime | None = datetime(2026, 10, 20, 8, tzinfo=UTC),
    health: HealthStatus | None = None,
) -> Budget:
    """A budget that exists; on track unless told otherwise."""
    return Budget(
        definition=BudgetDefinition(
            name=name,
            type=type,
            time_unit=time_unit,
            scope=scope or Scope(),
            limit=type.fixed_limit or (None if limit is None else spend_in(type, limit)),
            planned_limits=planned or {},
            auto_adjust=auto_adjust,
            starts=starts,
            ends=ends,
        ),
        actual_spend=None if actual is None else spend_in(type, actual),
        forecasted_spend=None if forecasted is None else spend_in(type, forecasted),
        last_updated=last_updated,
        health=health
        or (None if last_updated is None else HealthStatus(is_healthy=True, as_of=last_updated)),
        notifications=notifications,
    )


def a_notification(
    percent: str | int = 80,
    *,
    on: NotificationType = NotificationType.ACTUAL,
    type: BudgetType = COST,
    operator: ComparisonOperator | None = None,
    threshold_type: ThresholdType = ThresholdType.PERCENTAGE,
    subscribers: tuple[Subscriber, ...] | None = (MAIL,),
) -> Notification:
    """A notification that fires on the side its type fails."""
    return Notification(
        on, operator or operator_for(type), Threshold(Decimal(percent), threshold_type), subscribers
    )


def past_months(
    actuals: list[str | int | None], *, limit: str | int | None = 100, type: BudgetType = COST, last: date
) -> list[PeriodPerformance]:
    """Consecutive monthly periods, oldest first, the last one beginning at `last`."""
    firsts = [add_months(last, back - len(actuals) + 1) for back in range(len(actuals))]
    return [
        PeriodPerformance(
            period=BudgetPeriod(at_midnight(first), at_midnight(add_months(first, 1))),
            limit=None if limit is None else spend_in(type, limit),
            actual=None if actual is None else spend_in(type, actual),
        )
        for first, actual in zip(firsts, actuals, strict=True)
    ]
