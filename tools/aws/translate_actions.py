"""AWS dict ⇄ domain object for budget actions: pure, both directions side by side."""

from __future__ import annotations

from datetime import UTC
from decimal import Decimal
from typing import Any

from tools.aws.translate import Wire, subscriber_from, subscriber_to
from tools.domain.budget_actions import (
    ApprovalModel,
    BudgetAction,
    BudgetActionDefinition,
    BudgetActionEvent,
    BudgetActionTarget,
    IamPolicyTarget,
    InstancesTarget,
    ScpTarget,
    SsmActionSubType,
)
from tools.domain.notifications import NotificationType, Threshold, ThresholdType


def budget_action_from(wire: Wire) -> BudgetAction:
    """An `Action`."""
    threshold = wire["ActionThreshold"]
    return BudgetAction(
        id=wire["ActionId"],
        status=wire["Status"],
        definition=BudgetActionDefinition(
            budget_name=wire["BudgetName"],
            notification_type=NotificationType(wire["NotificationType"]),
            threshold=Threshold(
                Decimal(str(threshold["ActionThresholdValue"])),
                ThresholdType(threshold["ActionThresholdType"]),
            ),
            target=_target_from(wire["Definition"]),
            execution_role_arn=wire["ExecutionRoleArn"],
            approval_model=ApprovalModel(wire["ApprovalModel"]),
            subscribers=tuple(subscriber_from(each) for each in wire["Subscribers"]),
        ),
    )


def budget_action_event_from(wire: Wire) -> BudgetActionEvent:
    """An `ActionHistory`."""
    return BudgetActionEvent(
        at=wire["Timestamp"].astimezone(UTC),
        status=wire["Status"],
        type=wire["EventType"],
        message=wire["ActionHistoryDetails"]["Message"],
    )


def budget_action_to(definition: BudgetActionDefinition) -> dict[str, Any]:
    """The members of CreateBudgetAction, without the account."""
    return {
        "BudgetName": definition.budget_name,
        "NotificationType": definition.notification_type.value,
        "ActionType": definition.type.value,
        "ActionThreshold": {
            "ActionThresholdValue": float(definition.threshold.value),
            "ActionThresholdType": definition.threshold.type.value,
        },
        "Definition": _target_to(definition.target),
        "ExecutionRoleArn": definition.execution_role_arn,
        "ApprovalModel": definition.approval_model.value,
        "Subscribers": [subscriber_to(each) for each in definition.subscribers],
    }


def _target_from(wire: Wire) -> BudgetActionTarget:
    if iam := wire.get("IamActionDefinition"):
        return IamPolicyTarget(
            policy_arn=iam["PolicyArn"],
            roles=tuple(iam.get("Roles") or ()),
            users=tuple(iam.get("Users") or ()),
            groups=tuple(iam.get("Groups") or ()),
        )
    if scp := wire.get("ScpActionDefinition"):
        return ScpTarget(policy_id=scp["PolicyId"], target_ids=tuple(scp["TargetIds"]))
    ssm = wire["SsmActionDefinition"]
    return InstancesTarget(
        sub_type=SsmActionSubType(ssm["ActionSubType"]),
        region=ssm["Region"],
        instance_ids=tuple(ssm["InstanceIds"]),
    )


def _target_to(target: BudgetActionTarget) -> dict[str, Any]:
    match target:
        case IamPolicyTarget():
            names = {"Roles": target.roles, "Users": target.users, "Groups": target.groups}
            principals = {kind: list(each) for kind, each in names.items() if each}
            return {"IamActionDefinition": {"PolicyArn": target.policy_arn, **principals}}
        case ScpTarget():
            return {
                "ScpActionDefinition": {"PolicyId": target.policy_id, "TargetIds": list(target.target_ids)}
            }
        case InstancesTarget():
            return {
                "SsmActionDefinition": {
                    "ActionSubType": target.sub_type.value,
                    "Region": target.region,
                    "InstanceIds": list(target.instance_ids),
                }
            }
