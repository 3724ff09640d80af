"""The gate every call passes: it lets the administrator through and holds others to their policies."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from local.authorization.conditions import Context
from local.authorization.denial import Denial
from local.authorization.evaluation import ALLOWED, Decision, Permission, decide
from local.authorization.permissions import permissions_of
from local.authorization.principals import Principal, as_role, principal_behind
from local.authorization.resources import Parameters, Place
from local.authorization.trust import answers_to, trusts
from local.budgets.resource_tags import resource_tags
from local.request import Call

# Moto would leave them out of the session without a word, and so give it more than was asked for.
_NOT_BUILT = ("PolicyArns", "Tags", "TransitiveTagKeys")


def check(call: Call, read_parameters: Callable[[], Parameters], now: datetime) -> Denial | None:
    """The denial that AWS would answer `call` with, or None if it may go on. `now` is aware UTC.

    `read_parameters` is called only when a decision depends on them.
    """
    principal = principal_behind(call.access_key)
    if call.service == "sts" and call.operation == "AssumeRole":
        return _check_assume_role(call, read_parameters(), principal, now)
    if (
        call.service == "iam"
        and call.operation == "CreateUser"
        and read_parameters().get("PermissionsBoundary")
    ):
        # Moto would forget it, and so give the user more than was asked for.
        text = "The embedded AWS does not build PermissionsBoundary of CreateUser."
        return Denial(400, "NotImplementedException", text)
    if principal.policies is None or call.operation is None:
        return None
    parameters = read_parameters()
    context = request_context(call, principal, now)
    place = Place(principal.account_id, call.region)
    for permission in permissions_of(call.service, call.operation, parameters, place):
        known = {**context, **resource_tags(permission.resource, principal.account_id)}
        decision = decide(principal.policies, permission, known)
        if not decision.is_allowed:
            return denial(call, principal, permission, decision.reason)
    return None


def denial(call: Call, principal: Principal, permission: Permission, reason: str) -> Denial:
    """The denial in AWS's words, with the code and status of the call's protocol."""
    text = (
        f"User: {principal.arn} is not authorized to perform: {permission.action} "
        f"on resource: {permission.resource} {reason}"
    ).strip()
    if call.protocol == "ec2":
        return Denial(
            403, "UnauthorizedOperation", f"You are not authorized to perform this operation. {text}"
        )
    if call.protocol in ("query", "rest-xml"):
        return Denial(403, "AccessDenied", text)
    return Denial(403 if call.protocol == "rest-json" else 400, "AccessDeniedException", text)


def needed_first(call: Call, parameters: Parameters, principal: Principal) -> Permission:
    """The first thing the call needs, for a denial that is wanted rather than deserved."""
    place = Place(principal.account_id, call.region)
    needed = permissions_of(call.service, call.operation or "*", parameters, place)
    return needed[0] if needed else Permission(f"{call.service}:{call.operation}", "*")


def role_may(
    role_arn: str, action: str, resource: str, context: Context | None = None, *, now: datetime
) -> Decision:
    """Whether a session of the role may do `action` on `resource`, for AWS services that act through a role.

    `context` carries further condition keys, lower-case. A role that does not exist may do nothing.
    """
    principal = as_role(role_arn)
    call = Call(action.partition(":")[0], action.partition(":")[2], "us-east-1", "", "json")
    if principal.policies is None:
        return ALLOWED
    keys = request_context(call, principal, now)
    return decide(principal.policies, Permission(action, resource, context or {}), keys)


def service_may_assume(role_arn: str, service_principal: str, context: Context) -> bool:
    """Whether the role exists and trusts the service (`budgets.amazonaws.com`).

    `context` carries what the service says about itself, lower-case: `aws:sourceaccount`, `aws:sourcearn`.
    """
    return trusts(role_arn, {"Service": (service_principal,)}, context)


def request_context(call: Call, principal: Principal, now: datetime) -> Mapping[str, str | Sequence[str]]:
    """The global condition keys of a call; keys not named here are absent, `aws:ResourceTag` is added by `check`.

    Calls count as made over TLS, as AWS's endpoints take no others (emulator-defined).
    """
    return {
        "aws:currenttime": now.isoformat(),
        "aws:epochtime": str(int(now.timestamp())),
        "aws:requestedregion": call.region,
        "aws:resourceaccount": principal.account_id,
        "aws:securetransport": "true",
        "aws:sourceip": "127.0.0.1",
        **principal.context,
    }


def _check_assume_role(
    call: Call, parameters: Parameters, principal: Principal, now: datetime
) -> Denial | None:
    """A role can be assumed if it exists, trusts the caller, and the caller's own policies allow asking.

    A trust policy that names a role of the same account grants by itself (IAM user guide, "Role trust policies").
    """
    ignored = [name for name in _NOT_BUILT if parameters.get(name)]
    if ignored:
        text = f"The embedded AWS does not build {', '.join(ignored)} of AssumeRole."
        return Denial(400, "NotImplementedException", text)
    role_arn = str(parameters.get("RoleArn", "*"))
    (permission,) = permissions_of("sts", "AssumeRole", parameters, Place(principal.account_id, call.region))
    context = {**request_context(call, principal, now), **permission.context}
    if role_arn.count(":") != 5 or not trusts(role_arn, answers_to(principal), context):
        return denial(call, principal, permission, "")
    by_name: Mapping[str, tuple[str, ...]] = {"AWS": (principal.arn, principal.role_arn or principal.arn)}
    if principal.policies is None:
        return None
    decision = decide(principal.policies, permission, context)
    is_same_account = role_arn.split(":")[4] == principal.account_id
    is_explicit = decision.reason.startswith("with an explicit deny")
    if decision.is_allowed or (not is_explicit and is_same_account and trusts(role_arn, by_name, context)):
        return None
    return denial(call, principal, permission, decision.reason)
