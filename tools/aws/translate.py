"""AWS's dictionaries and the domain's objects: both directions side by side, pure.

Source: Budgets API shapes in botocore's service model. Amounts travel as plain decimal strings (no exponent),
PERCENTAGE thresholds come back without their type, members that AWS leaves out are unknown, not zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tools.domain.budget import AutoAdjust, AutoAdjustType, Budget, BudgetDefinition, HealthStatus
from tools.domain.budget_types import BUDGET_TYPES, BudgetTypeName
from tools.domain.money import Spend
from tools.domain.notifications import (
    ComparisonOperator,
    Notification,
    NotificationType,
    Subscriber,
    Threshold,
    ThresholdType,
)
from tools.domain.periods import BudgetPeriod, TimeUnit
from tools.domain.scope import CostTypes, Scope
from tools.domain.subscriber_channels import ChannelName

if TYPE_CHECKING:
    from tools.domain.performance import PeriodPerformance

Wire = Mapping[str, Any]


def spend_from(wire: Wire | None) -> Spend | None:
    """A `Spend`; a missing one stays missing."""
    return None if wire is None else Spend(Decimal(wire["Amount"]), wire["Unit"])


def spend_to(spend: Spend) -> dict[str, str]:
    """A `Spend` with its amount as a plain decimal string."""
    return {"Amount": decimal_to(spend.amount), "Unit": spend.unit}


def decimal_to(amount: Decimal) -> str:
    """Digits with an optional fraction, never an exponent (shape `NumericValue`)."""
    return f"{amount:f}"


def budget_from(wire: Wire) -> Budget:
    """A `Budget` as DescribeBudget and DescribeBudgets give it."""
    calculated = wire.get("CalculatedSpend") or {}
    health = wire.get("HealthStatus")
    return Budget(
        definition=definition_from(wire),
        actual_spend=spend_from(calculated.get("ActualSpend")),
        forecasted_spend=spend_from(calculated.get("ForecastedSpend")),
        last_updated=_moment_from(wire.get("LastUpdatedTime")),
        health=None
        if health is None
        else HealthStatus(
            is_healthy=health.get("Status") == "HEALTHY",
            reason=health.get("StatusReason"),
            as_of=_moment_from(health.get("LastUpdatedTime")),
        ),
    )


def definition_from(wire: Wire) -> BudgetDefinition:
    """What a person decided, out of a `Budget`."""
    period = wire.get("TimePeriod") or {}
    planned = {
        datetime.fromtimestamp(int(start), UTC): limit
        for start, spend in (wire.get("PlannedBudgetLimits") or {}).items()
        if (limit := spend_from(spend)) is not None
    }
    return BudgetDefinition(
        name=wire["BudgetName"],
        type=BUDGET_TYPES[BudgetTypeName(wire["BudgetType"])],
        time_unit=TimeUnit(wire["TimeUnit"]),
        scope=scope_from(wire),
        limit=spend_from(wire.get("BudgetLimit")),
        planned_limits=dict(sorted(planned.items())),
        auto_adjust=_auto_adjust_from(wire.get("AutoAdjustData")),
        starts=_moment_from(period.get("Start")),
        ends=_moment_from(period.get("End")),
    )


def definition_to(definition: BudgetDefinition) -> dict[str, Any]:
    """A `Budget` for CreateBudget: only members that were decided, nothing read-only.

    Of limit, planned limits and auto-adjust exactly one is sent, although AWS answers with two.
    """
    wire: dict[str, Any] = {
        "BudgetName": definition.name,
        "BudgetType": definition.type.name.value,
        "TimeUnit": definition.time_unit.value,
    }
    if definition.planned_limits:
        wire["PlannedBudgetLimits"] = {
            str(int(start.timestamp())): spend_to(limit)
            for start, limit in sorted(definition.planned_limits.items())
        }
    elif definition.auto_adjust is not None:
        wire["AutoAdjustData"] = _auto_adjust_to(definition.auto_adjust)
    elif definition.limit is not None:
        wire["BudgetLimit"] = spend_to(definition.limit)
    period = {"Start": definition.starts, "End": definition.ends}
    given = {name: moment for name, moment in period.items() if moment is not None}
    if given:
        wire["TimePeriod"] = given
    return wire | scope_to(definition.scope)


def scope_from(wire: Wire) -> Scope:
    """The filters, cost types, metric and billing view of a `Budget`."""
    metrics = wire.get("Metrics") or []
    cost_types = wire.get("CostTypes")
    return Scope(
        filters={name: tuple(values) for name, values in (wire.get("CostFilters") or {}).items()},
        cost_types=None if cost_types is None else _cost_types_from(cost_types),
        expression=wire.get("FilterExpression"),
        metric=metrics[0] if metrics else None,
        billing_view_arn=wire.get("BillingViewArn"),
    )


def scope_to(scope: Scope) -> dict[str, Any]:
    """The members of a `Budget` that carry its scope; one family of filters, never both."""
    wire: dict[str, Any] = {}
    if scope.billing_view_arn is not None:
        wire["BillingViewArn"] = scope.billing_view_arn
    if scope.expression is not None:
        return wire | {"FilterExpression": scope.expression, "Metrics": [scope.metric]}
    if scope.metric is not None:
        return wire | {"Metrics": [scope.metric]}
    if scope.filters:
        wire["CostFilters"] = {name: list(values) for name, values in scope.filters.items()}
    if scope.cost_types is not None:
        wire["CostTypes"] = _cost_types_to(scope.cost_types)
    return wire


def notification_from(wire: Wire, subscribers: tuple[Subscriber, ...] | None = None) -> Notification:
    """A `Notification`; a missing ThresholdType means PERCENTAGE."""
    state = wire.get("NotificationState")
    return Notification(
        type=NotificationType(wire["NotificationType"]),
        operator=ComparisonOperator(wire["ComparisonOperator"]),
        threshold=Threshold(
            Decimal(str(wire["Threshold"])),
            ThresholdType(wire.get("ThresholdType") or ThresholdType.PERCENTAGE),
        ),
        subscribers=subscribers,
        in_alarm=None if state is None else state == "ALARM",
    )


def notification_to(notification: Notification) -> dict[str, Any]:
    """A `Notification` for CreateBudget and for reading its subscribers."""
    return {
        "NotificationType": notification.type.value,
        "ComparisonOperator": notification.operator.value,
        "Threshold": float(notification.threshold.value),
        "ThresholdType": notification.threshold.type.value,
    }


def notification_with_subscribers_to(notification: Notification) -> dict[str, Any]:
    """A `NotificationWithSubscribers`."""
    return {
        "Notification": notification_to(notification),
        "Subscribers": [subscriber_to(each) for each in notification.subscribers or ()],
    }


def subscriber_from(wire: Wire) -> Subscriber:
    """A `Subscriber`."""
    return Subscriber(ChannelName(wire["SubscriptionType"]), wire["Address"])


def subscriber_to(subscriber: Subscriber) -> dict[str, str]:
    """A `Subscriber`."""
    return {"SubscriptionType": subscriber.channel.value, "Address": subscriber.address}


def tags_to(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """A `ResourceTagList`."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def budget_arn(account_id: str, name: str, partition: str = "aws", action_id: str | None = None) -> str:
    """The ARN of a budget, or of one of its actions. It has no Region (Service Authorization Reference)."""
    arn = f"arn:{partition}:budgets::{account_id}:budget/{name}"
    return arn if action_id is None else f"{arn}/action/{action_id}"


def performance_from(wire: Wire) -> PeriodPerformance:
    """A `BudgetedAndActualAmounts`; any member may be missing."""
    from tools.domain.performance import PeriodPerformance

    period = wire["TimePeriod"]
    return PeriodPerformance(
        period=BudgetPeriod(period["Start"].astimezone(UTC), period["End"].astimezone(UTC)),
        limit=spend_from(wire.get("BudgetedAmount")),
        actual=spend_from(wire.get("ActualAmount")),
    )


def _auto_adjust_from(wire: Wire | None) -> AutoAdjust | None:
    if wire is None:
        return None
    return AutoAdjust(
        type=AutoAdjustType(wire["AutoAdjustType"]),
        periods=(wire.get("HistoricalOptions") or {}).get("BudgetAdjustmentPeriod"),
        last_adjusted=_moment_from(wire.get("LastAutoAdjustTime")),
    )


def _auto_adjust_to(auto_adjust: AutoAdjust) -> dict[str, Any]:
    wire: dict[str, Any] = {"AutoAdjustType": auto_adjust.type.value}
    if auto_adjust.periods is not None:
        wire["HistoricalOptions"] = {"BudgetAdjustmentPeriod": auto_adjust.periods}
    return wire


def _cost_types_from(wire: Wire) -> CostTypes:
    given = {each.name: wire[_camel(each.name)] for each in fields(CostTypes) if _camel(each.name) in wire}
    return CostTypes(**given)


def _cost_types_to(cost_types: CostTypes) -> dict[str, bool]:
    return {_camel(each.name): getattr(cost_types, each.name) for each in fields(CostTypes)}


def _camel(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))


def _moment_from(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.astimezone(UTC)
