"""The role with which AWS Budgets carries out an action: may it be assumed, and may it do the thing?"""

from collections.abc import Mapping

from local.authorization.conditions import Context
from local.authorization.evaluation import Permission, decide
from local.authorization.principals import as_role, find_role
from local.authorization.trust import trusts
from local.budgets.errors import access_denied, invalid_parameter
from local.budgets.resource_policies import SERVICE


def check_execution_role(role_arn: str, account_id: str, budget_name: str) -> None:
    """Raise Refused unless AWS Budgets can assume the role for a budget of this account.

    AWS assumes it while the action is created: a role that is not there, or does not trust
    budgets.amazonaws.com, is AccessDeniedException. Role and action must be in the same account.
    """
    if role_arn.split(":")[4] != account_id:
        raise invalid_parameter(
            f"Unable to create/update budget action - the role {role_arn} is not in account {account_id}"
        )
    if not _can_assume(role_arn, account_id, budget_name):
        raise access_denied(f"Budgets permission required to assume [ExecutionRole: {role_arn}]")


def refusal_of(role_arn: str, action: str, resource: str, context: Context) -> str | None:
    """AWS's denial if the role may not do `action` on `resource`, else None.

    `context` holds further condition keys of the call, lower-case.
    """
    role = find_role(role_arn)
    if role is None or not trusts(role_arn, {"Service": (SERVICE,)}, _source(role_arn)):
        return f"Budgets permission required to assume [ExecutionRole: {role_arn}]"
    principal = as_role(role_arn)
    if principal.policies is None:
        return None
    decision = decide(principal.policies, Permission(action, resource, context), principal.context)
    if decision.is_allowed:
        return None
    denied = f"User: {principal.arn} is not authorized to perform: {action} on resource: {resource}"
    return f"{denied} {decision.reason}"


def _can_assume(role_arn: str, account_id: str, budget_name: str) -> bool:
    return trusts(role_arn, {"Service": (SERVICE,)}, _source(role_arn, f"budget/{budget_name}", account_id))


def _source(role_arn: str, resource: str = "budget/*", account_id: str | None = None) -> Mapping[str, str]:
    """The condition keys by which a trust policy can narrow AWS Budgets to its own account."""
    account_id = account_id or role_arn.split(":")[4]
    return {
        "aws:sourceaccount": account_id,
        "aws:sourcearn": f"arn:aws:budgets::{account_id}:{resource}",
    }
