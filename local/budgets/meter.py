"""A budget's figures, read from the ledger as its account sees it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from local.budgets.periods import Period
from local.ledger import figures
from local.ledger.ledger import Ledger


@dataclass(frozen=True)
class Meter:
    """Measures budgets of one account; `budget` is always the wire shape."""

    ledger: Ledger
    account_id: str

    def actual(self, budget: Mapping[str, Any], period: Period, today: date) -> Decimal | None:
        """What the period has brought up to today, in the budget's unit; None where nothing can be said.

        Zero before the period begins, and for a filter expression without metrics, which AWS cannot answer.
        """
        end = min(period.end, today + timedelta(days=1))
        if period.start >= end or not has_valid_filter(budget):
            return Decimal(0)
        return figures.actual(self.ledger, budget, period.start, end, account_id=self.account_id)

    def forecasted(self, budget: Mapping[str, Any], period: Period, today: date) -> Decimal | None:
        """What the whole period will probably bring; None without enough history, or before it begins."""
        if period.start > today or not has_valid_filter(budget):
            return None
        return figures.forecasted(
            self.ledger, budget, period.start, period.end, today=today, account_id=self.account_id
        )

    def unit(self, budget: Mapping[str, Any]) -> str:
        """The unit of what the budget's filters let through."""
        return figures.unit_of(self.ledger, budget)

    def has_data_in(self, period: Period) -> bool:
        """Whether the ledger reaches back into the period."""
        return self.ledger.first_day is not None and self.ledger.first_day < period.end


def has_valid_filter(budget: Mapping[str, Any]) -> bool:
    """Whether AWS can answer the budget's filter: an expression needs metrics."""
    return not (budget.get("FilterExpression") and not budget.get("Metrics"))
