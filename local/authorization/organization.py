"""What AWS Organizations refuses whatever policies say: members' calls, and attachments it does not allow."""

from collections.abc import Callable, Mapping
from typing import Any

from moto.organizations.models import organizations_backends

from local.authorization.denial import Denial
from local.request import Call

Parameters = Mapping[str, Any]

SCP = "SERVICE_CONTROL_POLICY"
# Service control policies that may be attached to a root, unit or account (Organizations user guide, quotas).
MOST_ATTACHED = 5

# What any account of an organization may call (Organizations API reference, notes of each operation). Delegated
# administrators are not built: their calls are refused like those of any member.
_FOR_MEMBERS = (
    "AcceptHandshake",
    "DeclineHandshake",
    "DescribeEffectivePolicy",
    "DescribeHandshake",
    "DescribeOrganization",
    "LeaveOrganization",
    "ListHandshakesForAccount",
)


# What can be asked by an account without an organization.
_OUTSIDE = (
    "AcceptHandshake",
    "CreateOrganization",
    "DeclineHandshake",
    "DescribeHandshake",
    "ListHandshakesForAccount",
)


def check_organization(
    call: Call, read_parameters: Callable[[], Parameters], account_id: str
) -> Denial | None:
    """The refusal that AWS Organizations would answer a call of the account with; None if there is none."""
    if call.service != "organizations":
        return None
    if account_id in organizations_backends.master_accounts and call.operation not in _FOR_MEMBERS:
        return Denial(400, "AccessDeniedException", "You don't have permissions to access this resource.")
    is_inside = account_id in organizations_backends.master_accounts
    if (
        not is_inside
        and organizations_backends[account_id]["aws"].org is None
        and call.operation not in _OUTSIDE
    ):
        text = "Your account is not a member of an organization."
        return Denial(400, "AWSOrganizationsNotInUseException", text)
    if call.operation in ("AttachPolicy", "DetachPolicy"):
        return _check_attachment(call.operation, read_parameters(), organizations_backends[account_id]["aws"])
    return None


def are_policies_enabled(backend: Any) -> bool:
    """Do service control policies count in the organization? They do once enabled on its root."""
    return any(
        kind["Type"] == SCP for unit in backend.ou if unit.type == "ROOT" for kind in unit.policy_types
    )


def _check_attachment(operation: str, parameters: Parameters, backend: Any) -> Denial | None:
    targets = {one.id: one for one in (*backend.accounts, *backend.ou)}
    target = targets.get(parameters.get("TargetId"))
    policy = next((one for one in backend.policies if one.id == parameters.get("PolicyId")), None)
    if target is None or policy is None or policy.type != SCP:
        return None
    if not are_policies_enabled(backend):
        text = "This operation can be performed only for enabled policy types."
        return Denial(400, "PolicyTypeNotEnabledException", text)
    attached = [one for one in target.attached_policies if one.type == SCP]
    if operation == "DetachPolicy" and attached == [policy]:
        text = (
            "You cannot remove the last policy attached to the specified target. You must have at least one "
            "attached at all times."
        )
        return Denial(400, "ConstraintViolationException", text)
    if operation == "AttachPolicy" and policy not in attached and len(attached) >= MOST_ATTACHED:
        text = "You have attained the maximum number of attachments of this policy type to the target."
        return Denial(400, "ConstraintViolationException", text)
    return None
