"""A budget's past periods: from AWS Budgets, and of years, which it does not keep, from Cost Explorer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from tools.actions._cost_meter import CostMeter
from tools.actions._past_years import read_past_years
from tools.actions._reply import read_or_say
from tools.domain.budget import Budget
from tools.domain.budget_types import Breach
from tools.domain.errors import DataUnavailable
from tools.domain.performance import PeriodPerformance
from tools.domain.periods import TimeUnit
from tools.gateways import Gateways
from tools.ports.cost_explorer import CostExplorerGateway

HISTORY = "history"
"""What `incomplete` calls it."""


@dataclass(frozen=True, slots=True)
class ReadHistory:
    """Past periods, and a note where AWS Budgets keeps none."""

    periods: Sequence[PeriodPerformance]
    notes: list[str] = field(default_factory=list)


def read_history(
    budget: Budget,
    account_id: str,
    now: datetime,
    gateways: Gateways,
    explorer: CostExplorerGateway,
    meter: CostMeter,
    *,
    may_cost: bool,
) -> ReadHistory:
    """Past periods from AWS Budgets, or of a year from Cost Explorer; what cannot be read goes to `incomplete`."""
    time_unit = budget.definition.time_unit
    kept_none = [f"AWS keeps no history of {time_unit.value} budgets, so there is only the current period."]
    if time_unit is TimeUnit.ANNUALLY:
        if not may_cost or budget.type.breach is Breach.BELOW:
            return ReadHistory([], notes=kept_none)
        found = read_past_years(budget, now, explorer, meter)
        return ReadHistory(found.years, found.notes)
    if time_unit is TimeUnit.CUSTOM:
        try:
            return ReadHistory(gateways.budgets.performance_history(account_id, budget.name))
        except DataUnavailable:
            return ReadHistory([], notes=kept_none)
    history = read_or_say(
        HISTORY, meter.incomplete, lambda: gateways.budgets.performance_history(account_id, budget.name)
    )
    return ReadHistory(history or [])
