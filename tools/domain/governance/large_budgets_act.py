"""large_budgets_act: where much is at stake, a budget does more than write."""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field

from tools.domain.governance._rule import (
    Example,
    RuleParameters,
    Severity,
    a_budget,
    a_request,
    a_restriction,
    rule,
)
from tools.domain.governance.governed import Facet, GovernedBudget
from tools.domain.money import USD
from tools.domain.periods import PER_MONTH, TimeUnit


class LargeParameters(RuleParameters):
    """What is large."""

    floor: Decimal = Field(default=Decimal(10000), gt=0, description="USD of limit a month, from which on.")


@rule(
    severity=Severity.WARNING,
    remedy="Attach a budget action with create_budget_actions; MANUAL asks before it restricts.",
    looks_at=[Facet.DEFINITION, Facet.ACTIONS],
    only_audits=True,
    good=Example((a_budget(amount=20000), a_restriction(), a_request("audit_budgets"))),
    bad=Example((a_budget(amount=20000), a_request("audit_budgets"))),
)
def large_budgets_act(budget: GovernedBudget, parameters: LargeParameters) -> list[str]:
    """A budget over a large amount has a budget action."""
    definition, limit = budget.definition, budget.limit
    # AWS attaches no action to the others.
    if not definition.type.allows_budget_actions or definition.time_unit is TimeUnit.DAILY:
        return []
    factor = PER_MONTH.get(definition.time_unit)
    if budget.actions or limit is None or limit.unit != USD or factor is None:
        return []
    monthly = limit.times(factor)
    if monthly.amount < parameters.floor:
        return []
    return [f"'{budget.name}' has a limit of {monthly.in_words()} a month and no budget action."]
