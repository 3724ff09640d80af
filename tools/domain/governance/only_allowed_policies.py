"""only_allowed_policies: a budget action attaches nothing but what was chosen for it.

AWS Budgets attaches any policy it is told to, one that allows everything included. Of the policies that AWS
manages only AWSDenyAll takes something away, so no other is allowed as it comes; an account's own are.
"""

from __future__ import annotations

from fnmatch import fnmatchcase

from pydantic import Field

from tools.domain.budget_actions import BudgetActionTarget, IamPolicyTarget, ScpTarget
from tools.domain.governance._rule import Example, RuleParameters, Severity, a_budget, a_restriction, rule
from tools.domain.governance.governed import Facet, GovernedBudget


class PoliciesParameters(RuleParameters):
    """What may be attached."""

    policies: tuple[str, ...] = Field(
        default=("arn:aws*:iam::aws:policy/AWSDenyAll", "arn:aws*:iam::[0-9]*:policy/*", "p-*"),
        description="ARNs of managed policies and ids of service control policies, as patterns.",
    )


@rule(
    severity=Severity.ERROR,
    remedy="Name a policy that is allowed, or have this one allowed in the rules file.",
    looks_at=[Facet.TARGETS],
    good=Example((a_budget(), a_restriction())),
    bad=Example((a_budget(), a_restriction(policy_arn="arn:aws:iam::aws:policy/AdministratorAccess"))),
)
def only_allowed_policies(budget: GovernedBudget, parameters: PoliciesParameters) -> list[str]:
    """A budget action attaches only policies that are allowed."""
    return [
        f"{policy} is none of the policies that budget actions may attach."
        for each in budget.actions
        if (policy := _policy_of(each.target)) is not None
        and not any(fnmatchcase(policy, pattern) for pattern in parameters.policies)
    ]


def _policy_of(target: BudgetActionTarget) -> str | None:
    match target:
        case IamPolicyTarget():
            return target.policy_arn
        case ScpTarget():
            return target.policy_id
        case _:
            return None
