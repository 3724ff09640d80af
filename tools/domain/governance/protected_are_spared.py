"""protected_are_spared: those who have to repair are never restricted.

It cannot be turned off: a role that is locked out cannot let anybody in again. Budget actions may name roles,
users and groups without their path, so a path protects those that are named with it. The others AWS refuses: the
template forbids the budget action role to touch the protected path.
"""

from __future__ import annotations

from fnmatch import fnmatchcase

from pydantic import Field

from tools.domain.budget_actions import BudgetActionDefinition, IamPolicyTarget, ScpTarget
from tools.domain.governance._rule import Example, RuleParameters, Severity, a_budget, a_restriction, rule
from tools.domain.governance.governed import Facet, GovernedBudget
from tools.domain.names import last_name


class ProtectedParameters(RuleParameters):
    """Who is never restricted, beside the agent's own role and the role that AWS Budgets acts with."""

    roles: tuple[str, ...] = Field(default=("break-glass",), description="Names of roles, as patterns.")
    users: tuple[str, ...] = Field(default=(), description="Names of users, as patterns.")
    groups: tuple[str, ...] = Field(default=(), description="Names of groups, as patterns.")
    paths: tuple[str, ...] = Field(
        default=("/protected/",), description="IAM paths under which nobody is restricted."
    )
    accounts: tuple[str, ...] = Field(
        default=(), description="Accounts and units that no service control policy may bind, as patterns."
    )


@rule(
    severity=Severity.ERROR,
    remedy="Take them out of the targets.",
    looks_at=[Facet.TARGETS],
    may_be_lowered=False,
    good=Example((a_budget(), a_restriction(target_roles=["DeveloperRole"]))),
    bad=Example((a_budget(), a_restriction(target_roles=["DeveloperRole", "break-glass"]))),
)
def protected_are_spared(budget: GovernedBudget, parameters: ProtectedParameters) -> list[str]:
    """A budget action never restricts the agent's own roles or anybody who is protected."""
    return [
        f"The {action.type} action of '{budget.name}' restricts {who}, which is {why}."
        for action in budget.actions
        for who, why in _protected_targets(action, budget, parameters)
    ]


def _protected_targets(
    action: BudgetActionDefinition, budget: GovernedBudget, parameters: ProtectedParameters
) -> list[tuple[str, str]]:
    target = action.target
    if isinstance(target, ScpTarget):
        return [
            (each, "protected by its id") for each in target.target_ids if _matches(each, parameters.accounts)
        ]
    if not isinstance(target, IamPolicyTarget):
        return []
    # AWS compares these names without regard to case, and the role that STS tells has no path.
    own = {last_name(each).lower(): "the agent's own" for each in budget.own_roles}
    own[last_name(action.execution_role_arn).lower()] = "the role AWS Budgets acts with"
    found = []
    for kind, names, patterns in (
        ("role", target.roles, parameters.roles),
        ("user", target.users, parameters.users),
        ("group", target.groups, parameters.groups),
    ):
        for name in names:
            short = last_name(name).lower()
            path = f"/{name.lower()}"
            if kind == "role" and short in own:
                found.append((f"{kind} {name}", own[short]))
            elif _matches(short, tuple(each.lower() for each in patterns)):
                found.append((f"{kind} {name}", "protected by name"))
            elif any(path.startswith(each.lower()) for each in parameters.paths):
                found.append((f"{kind} {name}", "under a protected path"))
    return found


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(name, each) for each in patterns)
