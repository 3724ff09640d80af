"""Everything a person decided about a budget, exactly, as JSON: what an undone change is restored from.

Replies show rounded amounts and words; nothing can be made again from those.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from tools.domain.budget import AutoAdjust, AutoAdjustType, BudgetDefinition
from tools.domain.budget_actions import (
    ApprovalModel,
    BudgetActionDefinition,
    BudgetActionTarget,
    BudgetActionType,
    IamPolicyTarget,
    InstancesTarget,
    ScpTarget,
    SsmActionSubType,
)
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
from tools.domain.periods import TimeUnit
from tools.domain.scope import CostTypes, Scope
from tools.domain.subscriber_channels import ChannelName

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedAction:
    """A budget action with the tags on it."""

    definition: BudgetActionDefinition
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetRecord:
    """A budget at one moment. A part that is None was left alone by the change that is recorded."""

    definition: BudgetDefinition
    notifications: tuple[Notification, ...] | None = None
    tags: Mapping[str, str] | None = None
    actions: tuple[RecordedAction, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoRecord:
    """A budget before and after a change; None where there was, or is, no such budget."""

    before: BudgetRecord | None
    after: BudgetRecord | None

    def as_json(self) -> dict[str, Any]:
        """As audit entries keep it."""
        sides = {"before": self.before, "after": self.after}
        return {name: None if side is None else _record_to(side) for name, side in sides.items()}


def undo_record_from(kept: Json) -> UndoRecord:
    """What an audit entry kept."""
    before, after = kept["before"], kept["after"]
    return UndoRecord(
        before=None if before is None else _record_from(before),
        after=None if after is None else _record_from(after),
    )


def _record_to(record: BudgetRecord) -> dict[str, Any]:
    parts: dict[str, Any] = {"definition": _definition_to(record.definition)}
    if record.notifications is not None:
        parts["notifications"] = [_notification_to(each) for each in record.notifications]
    if record.tags is not None:
        parts["tags"] = dict(record.tags)
    if record.actions is not None:
        parts["actions"] = [
            {**_action_to(each.definition), "tags": dict(each.tags)} for each in record.actions
        ]
    return parts


def _record_from(kept: Json) -> BudgetRecord:
    definition = _definition_from(kept["definition"])
    notifications, actions = kept.get("notifications"), kept.get("actions")
    return BudgetRecord(
        definition=definition,
        notifications=None
        if notifications is None
        else tuple(_notification_from(each) for each in notifications),
        tags=kept.get("tags"),
        actions=None
        if actions is None
        else tuple(
            RecordedAction(definition=_action_from(each, definition.name), tags=each["tags"])
            for each in actions
        ),
    )


def _definition_to(definition: BudgetDefinition) -> dict[str, Any]:
    adjust, scope = definition.auto_adjust, definition.scope
    return {
        "name": definition.name,
        "type": definition.type.name.value,
        "time_unit": definition.time_unit.value,
        "scope": {
            "filters": {name: list(values) for name, values in scope.filters.items()},
            "cost_types": None if scope.cost_types is None else asdict(scope.cost_types),
            "expression": scope.expression,
            "metric": scope.metric,
            "billing_view_arn": scope.billing_view_arn,
        },
        "limit": _spend_to(definition.limit),
        "planned_limits": {
            start.isoformat(): _spend_to(each) for start, each in definition.planned_limits.items()
        },
        "auto_adjust": None if adjust is None else {"type": adjust.type.value, "periods": adjust.periods},
        "starts": _moment_to(definition.starts),
        "ends": _moment_to(definition.ends),
    }


def _definition_from(kept: Json) -> BudgetDefinition:
    adjust, scope = kept["auto_adjust"], kept["scope"]
    cost_types = scope["cost_types"]
    return BudgetDefinition(
        name=kept["name"],
        type=BUDGET_TYPES[BudgetTypeName(kept["type"])],
        time_unit=TimeUnit(kept["time_unit"]),
        scope=Scope(
            filters={name: tuple(values) for name, values in scope["filters"].items()},
            cost_types=None if cost_types is None else CostTypes(**cost_types),
            expression=scope["expression"],
            metric=scope["metric"],
            billing_view_arn=scope["billing_view_arn"],
        ),
        limit=_spend_from(kept["limit"]),
        planned_limits={
            datetime.fromisoformat(start): Spend(Decimal(each["amount"]), each["unit"])
            for start, each in kept["planned_limits"].items()
        },
        auto_adjust=None
        if adjust is None
        else AutoAdjust(type=AutoAdjustType(adjust["type"]), periods=adjust["periods"]),
        starts=_moment_from(kept["starts"]),
        ends=_moment_from(kept["ends"]),
    )


def _notification_to(notification: Notification) -> dict[str, Any]:
    return {
        "type": notification.type.value,
        "operator": notification.operator.value,
        "threshold": _threshold_to(notification.threshold),
        "subscribers": _subscribers_to(notification.subscribers or ()),
    }


def _notification_from(kept: Json) -> Notification:
    return Notification(
        NotificationType(kept["type"]),
        ComparisonOperator(kept["operator"]),
        _threshold_from(kept["threshold"]),
        _subscribers_from(kept["subscribers"]),
    )


def _action_to(action: BudgetActionDefinition) -> dict[str, Any]:
    return {
        "type": action.type.value,
        "notification_type": action.notification_type.value,
        "threshold": _threshold_to(action.threshold),
        "target": asdict(action.target),
        "execution_role_arn": action.execution_role_arn,
        "approval_model": action.approval_model.value,
        "subscribers": _subscribers_to(action.subscribers),
    }


def _action_from(kept: Json, budget_name: str) -> BudgetActionDefinition:
    return BudgetActionDefinition(
        budget_name=budget_name,
        notification_type=NotificationType(kept["notification_type"]),
        threshold=_threshold_from(kept["threshold"]),
        target=_target_from(BudgetActionType(kept["type"]), kept["target"]),
        execution_role_arn=kept["execution_role_arn"],
        approval_model=ApprovalModel(kept["approval_model"]),
        subscribers=_subscribers_from(kept["subscribers"]),
    )


def _target_from(kind: BudgetActionType, kept: Json) -> BudgetActionTarget:
    match kind:
        case BudgetActionType.APPLY_IAM_POLICY:
            named = {name: tuple(kept[name]) for name in ("roles", "users", "groups")}
            return IamPolicyTarget(policy_arn=kept["policy_arn"], **named)
        case BudgetActionType.APPLY_SCP_POLICY:
            return ScpTarget(policy_id=kept["policy_id"], target_ids=tuple(kept["target_ids"]))
        case BudgetActionType.RUN_SSM_DOCUMENTS:
            return InstancesTarget(
                sub_type=SsmActionSubType(kept["sub_type"]),
                region=kept["region"],
                instance_ids=tuple(kept["instance_ids"]),
            )


def _threshold_to(threshold: Threshold) -> dict[str, str]:
    return {"value": str(threshold.value), "type": threshold.type.value}


def _threshold_from(kept: Json) -> Threshold:
    return Threshold(Decimal(kept["value"]), ThresholdType(kept["type"]))


def _subscribers_to(subscribers: Sequence[Subscriber]) -> list[dict[str, str]]:
    return [{"channel": each.channel.value, "address": each.address} for each in subscribers]


def _subscribers_from(kept: Sequence[Json]) -> tuple[Subscriber, ...]:
    return tuple(Subscriber(ChannelName(each["channel"]), each["address"]) for each in kept)


def _spend_to(spend: Spend | None) -> dict[str, str] | None:
    return None if spend is None else {"amount": str(spend.amount), "unit": spend.unit}


def _spend_from(kept: Json | None) -> Spend | None:
    return None if kept is None else Spend(Decimal(kept["amount"]), kept["unit"])


def _moment_to(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _moment_from(kept: str | None) -> datetime | None:
    return None if kept is None else datetime.fromisoformat(kept)
