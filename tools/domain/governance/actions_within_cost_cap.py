"""actions_within_cost_cap: AWS takes money for every budget that acts.

Source: AWS Budgets pricing: two budgets with actions are free, every further one costs $0.10 a day, whatever the
number of its actions and whether they are ever carried out.
"""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field

from tools.domain.governance._rule import Example, RuleParameters, Severity, a_budget, a_restriction, rule
from tools.domain.governance.governed import Facet, GovernedAccount
from tools.domain.money import USD, Spend

FREE_BUDGETS = 2
PRICE_PER_DAY = Decimal("0.10")
DAYS_OF_A_MONTH = Decimal("30.4375")


class CostCapParameters(RuleParameters):
    """What budget actions may cost."""

    most_per_month: Decimal = Field(
        default=Decimal(30), ge=0, description="USD a month for all budgets of an account."
    )


@rule(
    severity=Severity.WARNING,
    remedy="Attach it to a budget that has an action already, or take the actions off another one.",
    looks_at=[Facet.ACCOUNT_ACTIONS],
    good=Example((a_budget(), a_restriction()), parameters={"most_per_month": 0}),
    bad=Example(
        tuple(
            request
            for name in ("one", "two", "three")
            for request in (a_budget(budget_name=name), a_restriction(budget_name=name))
        ),
        parameters={"most_per_month": 3},
    ),
)
def actions_within_cost_cap(account: GovernedAccount, parameters: CostCapParameters) -> list[str]:
    """Budgets with actions cost no more than their cap."""
    number = len(account.acting_budgets)
    monthly = Spend(max(number - FREE_BUDGETS, 0) * PRICE_PER_DAY * DAYS_OF_A_MONTH, USD)
    if monthly.amount <= parameters.most_per_month:
        return []
    cap = Spend(parameters.most_per_month, USD)
    return [f"{number} budgets with actions cost {monthly.in_words()} a month; the cap is {cap.in_words()}."]
