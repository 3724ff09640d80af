"""limit_near_recent_spend: a digit too many and a budget notices nothing, one too few and it cries all day."""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field

from tools.domain.budget_types import Measure
from tools.domain.governance._rule import Example, RuleParameters, Severity, a_budget, rule
from tools.domain.governance.governed import Facet, GovernedBudget
from tools.domain.money import plain


class LimitParameters(RuleParameters):
    """How far the limit may be from what is spent."""

    lowest_factor: Decimal = Field(
        default=Decimal("0.5"), ge=0, description="The limit by recent spend, at least."
    )
    highest_factor: Decimal = Field(
        default=Decimal(3), gt=0, description="The limit by recent spend, at most."
    )
    reads_cost_explorer: bool = Field(
        default=False,
        description="Whether new budgets are compared too. Their recent spend is in Cost Explorer only, which "
        "takes $0.01 for it; that of existing budgets comes with them.",
    )

    def unneeded(self) -> frozenset[Facet]:
        """Cost Explorer, where it is not to be paid for."""
        return frozenset() if self.reads_cost_explorer else frozenset({Facet.RECENT_COSTS})


@rule(
    severity=Severity.WARNING,
    remedy="Choose a limit nearer to what is spent; recommend_budgets proposes one.",
    looks_at=[Facet.DEFINITION, Facet.RECENT_SPEND, Facet.RECENT_COSTS],
    good=Example((a_budget(amount=1500),), parameters={"reads_cost_explorer": True}),
    bad=Example((a_budget(amount=15000),), parameters={"reads_cost_explorer": True}),
)
def limit_near_recent_spend(budget: GovernedBudget, parameters: LimitParameters) -> list[str]:
    """A limit is within a factor of what was spent of late."""
    limit, spent, definition = budget.limit, budget.recent_spend, budget.definition
    if limit is None or spent is None or definition.auto_adjust is not None:
        return []
    if definition.type.measure is Measure.PERCENT or limit.unit != spent.unit or spent.amount <= 0:
        return []
    factor = limit.amount / spent.amount
    if parameters.lowest_factor <= factor <= parameters.highest_factor:
        return []
    allowed = f"{plain(parameters.lowest_factor):f} to {plain(parameters.highest_factor):f}"
    return [
        f"The limit of {limit.in_words()} is {factor:.2f} times the recent spend of {spent.in_words()} a period; "
        f"allowed is {allowed} times."
    ]
