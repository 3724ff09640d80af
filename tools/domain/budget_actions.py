"""Budget actions: what AWS does by itself, or after approval, when a budget crosses a threshold.

Source: Budgets API shapes `Action`, `Definition`, `ActionThreshold` and the user guide, "Configuring budget
actions". A budget action has no comparison operator: it always watches for exceeding.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tools.domain.notifications import NotificationType, Subscriber, Threshold


class BudgetActionType(StrEnum):
    """What kind of restriction a budget action applies."""

    APPLY_IAM_POLICY = "APPLY_IAM_POLICY"
    APPLY_SCP_POLICY = "APPLY_SCP_POLICY"
    RUN_SSM_DOCUMENTS = "RUN_SSM_DOCUMENTS"


class ApprovalModel(StrEnum):
    """Whether AWS acts at once or waits for a person."""

    AUTOMATIC = "AUTOMATIC"
    MANUAL = "MANUAL"


class SsmActionSubType(StrEnum):
    """Which instances RUN_SSM_DOCUMENTS stops."""

    STOP_EC2_INSTANCES = "STOP_EC2_INSTANCES"
    STOP_RDS_INSTANCES = "STOP_RDS_INSTANCES"


@dataclass(frozen=True, slots=True, kw_only=True)
class IamPolicyTarget:
    """A managed policy and the names (not ARNs) of the roles, users and groups it is attached to."""

    policy_arn: str
    roles: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ScpTarget:
    """A service control policy and the accounts and organizational units it is attached to."""

    policy_id: str
    target_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InstancesTarget:
    """EC2 or RDS instances of one region that are stopped."""

    sub_type: SsmActionSubType
    region: str
    instance_ids: tuple[str, ...]


BudgetActionTarget = IamPolicyTarget | ScpTarget | InstancesTarget

ACTION_TYPE_OF: dict[type, BudgetActionType] = {
    IamPolicyTarget: BudgetActionType.APPLY_IAM_POLICY,
    ScpTarget: BudgetActionType.APPLY_SCP_POLICY,
    InstancesTarget: BudgetActionType.RUN_SSM_DOCUMENTS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetActionDefinition:
    """Everything a person decides about a budget action; what CreateBudgetAction takes."""

    budget_name: str
    notification_type: NotificationType
    threshold: Threshold
    target: BudgetActionTarget
    execution_role_arn: str
    approval_model: ApprovalModel
    subscribers: tuple[Subscriber, ...]

    @property
    def type(self) -> BudgetActionType:
        """The action type that goes with the target."""
        return ACTION_TYPE_OF[type(self.target)]

    def does_the_same_as(self, other: BudgetActionDefinition) -> bool:
        """Whether both restrict the same principals in the same way at the same threshold."""
        return (
            self.budget_name == other.budget_name
            and self.notification_type == other.notification_type
            and self.threshold == other.threshold
            and _restriction(self.target) == _restriction(other.target)
        )


def _restriction(target: BudgetActionTarget) -> tuple[object, ...]:
    """What is done to whom, whatever the order in which they are named."""
    match target:
        case IamPolicyTarget():
            principals = (frozenset(target.roles), frozenset(target.users), frozenset(target.groups))
            return (target.policy_arn, *principals)
        case ScpTarget():
            return (target.policy_id, frozenset(target.target_ids))
        case InstancesTarget():
            return (target.sub_type, target.region, frozenset(target.instance_ids))


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetAction:
    """A budget action that exists; `status` is AWS's word (STANDBY, PENDING, EXECUTION_SUCCESS, ...)."""

    id: str
    definition: BudgetActionDefinition
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetActionEvent:
    """One entry of a budget action's history; `status` is what it became, `type` and `message` are AWS's words.

    Types: SYSTEM, CREATE_ACTION, UPDATE_ACTION, DELETE_ACTION, EXECUTE_ACTION.
    """

    at: datetime
    status: str
    type: str
    message: str


def restricted_by(target: BudgetActionTarget) -> list[str]:
    """Who or what is restricted, one by one: `role DeveloperRole`, `account 210000000004`, `instance i-...`."""
    match target:
        case IamPolicyTarget():
            kinds = (("role", target.roles), ("user", target.users), ("group", target.groups))
            return [f"{kind} {name}" for kind, names in kinds for name in names]
        case ScpTarget():
            return [f"{'account' if each.isdigit() else 'unit'} {each}" for each in target.target_ids]
        case InstancesTarget():
            return [f"instance {each}" for each in target.instance_ids]


def restriction_in_words(target: BudgetActionTarget) -> str:
    """`arn:aws:iam::aws:policy/AWSDenyAll on role DeveloperRole`."""
    restricted = ", ".join(restricted_by(target))
    match target:
        case IamPolicyTarget():
            return f"{target.policy_arn} on {restricted}"
        case ScpTarget():
            return f"{target.policy_id} on {restricted}"
        case InstancesTarget():
            return f"{target.sub_type} in {target.region} of {restricted}"
