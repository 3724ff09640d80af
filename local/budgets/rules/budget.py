"""A whole budget: from what a client sends to what AWS stores."""

from collections.abc import Mapping
from copy import deepcopy
from datetime import datetime
from typing import Any

from local.budgets.errors import invalid_budget, not_found
from local.budgets.rules.filters import complete_filters
from local.budgets.rules.limits import complete_limit
from local.budgets.rules.time_periods import complete_time_period

# Members that only AWS sets.
READ_ONLY = ("CalculatedSpend", "LastUpdatedTime", "HealthStatus")


def accept_budget(
    budget: Mapping[str, Any], now: datetime, account_id: str, *, is_management_account: bool
) -> dict[str, Any]:
    """The budget as stored: defaults filled in, amounts canonical. Raises Refused where a rule is broken.

    `budget` is a wire Budget that has passed the service model's own checks.
    """
    for member in READ_ONLY:
        if budget.get(member) is not None:
            raise invalid_budget(f"{member} is calculated and cannot be set")
    time_period = complete_time_period(budget, now)
    accepted = {name: budget[name] for name in ("BudgetName", "TimeUnit", "BudgetType")}
    accepted["TimePeriod"] = time_period
    accepted.update(complete_limit(budget, time_period, now))
    accepted.update(complete_filters(budget, is_management_account=is_management_account))
    if budget.get("BillingViewArn"):
        accepted["BillingViewArn"] = _billing_view(budget["BillingViewArn"], account_id)
    return deepcopy(accepted)


def _billing_view(arn: str, account_id: str) -> str:
    """The account's primary view shows all its costs; no other view exists in the embedded AWS."""
    if arn != f"arn:aws:billing::{account_id}:billingview/primary":
        raise not_found(f"Unable to create/update budget - the billing view {arn} doesn't exist.")
    return arn
