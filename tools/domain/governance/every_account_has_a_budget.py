"""every_account_has_a_budget: what nobody watches is where it happens."""

from __future__ import annotations

from decimal import Decimal
from fnmatch import fnmatchcase

from pydantic import Field

from tools.domain.budget import Budget
from tools.domain.budget_types import COST
from tools.domain.governance._rule import Example, RuleParameters, Severity, a_budget, a_request, rule
from tools.domain.governance.governed import Facet, GovernedAccount
from tools.domain.money import USD


class AccountsParameters(RuleParameters):
    """Which accounts need one."""

    floor: Decimal = Field(
        default=Decimal(100), ge=0, description="USD spent in the last whole month, from which on."
    )
    without: tuple[str, ...] = Field(default=(), description="Accounts that need none, as patterns.")


@rule(
    severity=Severity.WARNING,
    remedy="Create a COST budget with the account as its only linked_accounts.",
    looks_at=[Facet.ACCOUNT_SPEND],
    only_audits=True,
    good=Example(
        (a_budget(linked_accounts="210000000004"), a_request("audit_budgets")), parameters={"floor": 500}
    ),
    bad=Example(
        (a_budget(linked_accounts="210000000003"), a_request("audit_budgets")), parameters={"floor": 500}
    ),
)
def every_account_has_a_budget(account: GovernedAccount, parameters: AccountsParameters) -> list[str]:
    """Every account that spends has a budget of its own."""
    return [
        f"Account {each} spent {spent.in_words()} last month and no budget watches it alone."
        for each, spent in sorted(account.spend.items())
        if spent.unit == USD
        and spent.amount >= max(parameters.floor, Decimal("0.01"))
        and not any(fnmatchcase(each, pattern) for pattern in parameters.without)
        and not any(_watches(budget, each, account) for budget in account.budgets)
    ]


def _watches(budget: Budget, account_id: str, account: GovernedAccount) -> bool:
    """Whether a budget counts all of the account and nothing else; without a filter, where there is no other."""
    if budget.type is not COST or budget.definition.period_at(account.now) is None:
        return False
    key = budget.definition.scope.key()
    if key is None:
        return False
    is_alone = set(account.spend) == {account_id}
    return dict(key) == {"LinkedAccount": frozenset({account_id})} or (is_alone and not key)
