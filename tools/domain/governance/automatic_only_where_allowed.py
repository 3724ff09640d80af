"""automatic_only_where_allowed: a restriction without a person in between needs a permission.

AWS carries an AUTOMATIC action out within minutes of the threshold, workloads included. Where that is wanted is
for the owner of an account to say, so nothing is allowed until a file allows it. As it comes it warns and does not
refuse: a budget that acts in time is what people ask for most, and a refusal would leave them with none on their
first day. Who wants no automatic restriction at all makes it an ERROR.
"""

from __future__ import annotations

from fnmatch import fnmatchcase

from pydantic import Field

from tools.domain.budget_actions import ApprovalModel, BudgetActionDefinition, ScpTarget
from tools.domain.governance._rule import Example, RuleParameters, Severity, a_budget, a_restriction, rule
from tools.domain.governance.governed import Facet, GovernedBudget


class AutomaticParameters(RuleParameters):
    """Where AUTOMATIC is allowed."""

    accounts: tuple[str, ...] = Field(
        default=(),
        description="Accounts in which it is, as patterns. Of a service control policy those it binds count.",
    )
    budget_tags: dict[str, str] = Field(
        default={},
        description="Tags on a budget that allow it, with patterns for their values; one is enough.",
    )

    def unneeded(self) -> frozenset[Facet]:
        """The tags, where none allows it."""
        return frozenset() if self.budget_tags else frozenset({Facet.TAGS})


@rule(
    severity=Severity.WARNING,
    remedy="Use approval_model MANUAL, or allow AUTOMATIC for the account or for a tag of the budget.",
    looks_at=[Facet.ACTIONS, Facet.TAGS],
    good=Example(
        (a_budget(), a_restriction(approval_model="AUTOMATIC")), parameters={"accounts": ["123456789012"]}
    ),
    bad=Example(
        (a_budget(), a_restriction(approval_model="AUTOMATIC")), parameters={"accounts": ["210000000004"]}
    ),
)
def automatic_only_where_allowed(budget: GovernedBudget, parameters: AutomaticParameters) -> list[str]:
    """A budget action restricts without approval only where that is allowed."""
    automatic = [each for each in budget.actions if each.approval_model is ApprovalModel.AUTOMATIC]
    if not automatic or _is_tagged(budget, parameters):
        return []
    return [
        f"The {each.type} action of '{budget.name}' is AUTOMATIC, which is not allowed in "
        f"account {', '.join(refused)}."
        for each in automatic
        if (refused := [place for place in _places(each, budget) if not _is_allowed(place, parameters)])
    ]


def _is_tagged(budget: GovernedBudget, parameters: AutomaticParameters) -> bool:
    return any(
        key in budget.tags and fnmatchcase(budget.tags[key], pattern)
        for key, pattern in parameters.budget_tags.items()
    )


def _places(action: BudgetActionDefinition, budget: GovernedBudget) -> tuple[str, ...]:
    """Where it restricts: a service control policy in accounts and units, everything else where the budget is."""
    return action.target.target_ids if isinstance(action.target, ScpTarget) else (budget.account_id,)


def _is_allowed(place: str, parameters: AutomaticParameters) -> bool:
    return any(fnmatchcase(place, pattern) for pattern in parameters.accounts)
