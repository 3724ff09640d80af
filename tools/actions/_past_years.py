"""Past years of an ANNUALLY budget, of which AWS Budgets keeps no history: from Cost Explorer's months."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import partial

from tools.actions._cost_meter import CostMeter
from tools.actions._reply import read_or_say
from tools.domain.budget import Budget
from tools.domain.errors import InvalidParameters
from tools.domain.money import Spend
from tools.domain.performance import PeriodPerformance
from tools.domain.periods import BudgetPeriod, add_months, at_midnight
from tools.domain.scope_expression import as_expression, metric_of
from tools.ports.cost_explorer import CostExplorerGateway, CostRead

# Source: Cost Explorer, multi-year data: 38 months, where it is switched on; 14 without.
_MOST_MONTHS = 38
_SOURCE = "AWS Budgets keeps no history of ANNUALLY budgets"


@dataclass(frozen=True, slots=True)
class PastYears:
    """The years, oldest first, and notes on where they come from."""

    years: list[PeriodPerformance] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_past_years(
    budget: Budget, now: datetime, explorer: CostExplorerGateway, meter: CostMeter
) -> PastYears:
    """Whole calendar years as far back as Cost Explorer has their months, beside the limit of today."""
    oldest = add_months(now.date().replace(day=1), 1 - _MOST_MONTHS)
    reachable = range(oldest.year if oldest.month == 1 else oldest.year + 1, now.year)
    refused = ""
    for first in reachable:
        try:
            read = read_or_say(
                "past years", meter.incomplete, partial(_read, budget, first, now.year, explorer)
            )
        except InvalidParameters as error:
            refused = f" It refuses {first}: {error.details.get('aws_message') or error.message}"
            continue
        if read is None:
            return PastYears()
        meter.note(read)
        years, cut = _years(budget, read.amounts.get("", {}), read.units.get("", ""), now)
        said = (
            "past years are Cost Explorer's, beside today's limit"
            if years
            else "Cost Explorer has no whole one"
        )
        begins = f" Its amounts begin with {cut:%Y-%m}, so {cut.year} is no whole year." if cut else ""
        return PastYears(years, [f"{_SOURCE}; {said}.{begins}{refused}"])
    return PastYears(notes=[f"{_SOURCE}, and Cost Explorer has no whole past year.{refused}"])


def _read(budget: Budget, first_year: int, year_after: int, explorer: CostExplorerGateway) -> CostRead:
    return explorer.monthly_amounts(
        (date(first_year, 1, 1), date(year_after, 1, 1)),
        metric=metric_of(budget.type, budget.definition.scope),
        expression=as_expression(budget.definition.scope),
    )


def _years(
    budget: Budget, by_month: Mapping[date, Decimal], unit: str, now: datetime
) -> tuple[list[PeriodPerformance], date | None]:
    """The years from the first whole one, and the month in which a partial first year begins."""
    begun = min((month for month, amount in by_month.items() if amount), default=None)
    if begun is None:
        return [], None
    cut = begun if begun.month > 1 else None
    years = []
    for year in range(begun.year + (cut is not None), now.year):
        months = [amount for month, amount in by_month.items() if month.year == year]
        years.append(
            PeriodPerformance(
                period=BudgetPeriod(at_midnight(date(year, 1, 1)), at_midnight(date(year + 1, 1, 1))),
                limit=budget.definition.limit_at(now),
                actual=Spend(sum(months, Decimal(0)), unit),
            )
        )
    return years, cut
