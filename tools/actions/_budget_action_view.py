"""A budget action as replies show it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from pydantic import Field

from tools.actions._action import Model
from tools.actions._reply import SubscriberView, subscribers_of
from tools.domain.budget_actions import (
    BudgetActionDefinition,
    BudgetActionTarget,
    IamPolicyTarget,
    InstancesTarget,
    ScpTarget,
)


class BudgetActionThreshold(Model):
    """Where it acts: percent of the limit, or an amount in the limit's unit."""

    value: Decimal
    type: str


class BudgetActionView(Model):
    """A budget action: when it acts, what it does to whom, and who is told."""

    budget_name: str
    action_type: str
    notification_type: str
    threshold: BudgetActionThreshold
    approval_model: str
    policy_arn: str | None = None
    target_roles: list[str] = Field(default_factory=list)
    target_users: list[str] = Field(default_factory=list)
    target_groups: list[str] = Field(default_factory=list)
    policy_id: str | None = None
    target_ids: list[str] = Field(default_factory=list)
    sub_type: str | None = None
    region: str | None = None
    instance_ids: list[str] = Field(default_factory=list)
    execution_role_arn: str
    subscribers: list[SubscriberView]


def budget_action_view(definition: BudgetActionDefinition) -> BudgetActionView:
    """A budget action as replies show it."""
    threshold = definition.threshold
    return BudgetActionView(
        budget_name=definition.budget_name,
        action_type=definition.type.value,
        notification_type=definition.notification_type.value,
        threshold=BudgetActionThreshold(value=threshold.value, type=threshold.type.value),
        approval_model=definition.approval_model.value,
        execution_role_arn=definition.execution_role_arn,
        subscribers=subscribers_of(definition.subscribers) or [],
        **_target_in_view(definition.target),
    )


def _target_in_view(target: BudgetActionTarget) -> dict[str, Any]:
    match target:
        case IamPolicyTarget():
            return {
                "policy_arn": target.policy_arn,
                "target_roles": list(target.roles),
                "target_users": list(target.users),
                "target_groups": list(target.groups),
            }
        case ScpTarget():
            return {"policy_id": target.policy_id, "target_ids": list(target.target_ids)}
        case InstancesTarget():
            return {
                "sub_type": target.sub_type.value,
                "region": target.region,
                "instance_ids": list(target.instance_ids),
            }
