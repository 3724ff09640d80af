"""A budget as the domain knows it: definition, current figures and what watches it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from tools.domain.budget_types import BudgetType
from tools.domain.money import Spend
from tools.domain.notifications import Notification
from tools.domain.periods import END_OF_TIME, BudgetPeriod, TimeUnit, current_period
from tools.domain.scope import Scope


class AutoAdjustType(StrEnum):
    """From what AWS derives the limit of an auto-adjusting budget."""

    HISTORICAL = "HISTORICAL"
    FORECAST = "FORECAST"


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoAdjust:
    """AWS sets the limit itself: the mean of the last `periods` for HISTORICAL, its forecast for FORECAST.

    Source: Budgets API shape `AutoAdjustData`. `last_adjusted` is output only.
    """

    type: AutoAdjustType
    periods: int | None = None
    last_adjusted: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthStatus:
    """Whether AWS can compute the budget; `reason` is AWS's word for why not, `as_of` when it last tried."""

    is_healthy: bool
    reason: str | None = None
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetDefinition:
    """Everything a person decides about a budget; what CreateBudget takes.

    Exactly one of `limit`, `planned_limits` (period start to limit) and `auto_adjust` is given when a
    COST or USAGE budget is created; AWS answers reads with `limit` filled in from the other two.
    """

    name: str
    type: BudgetType
    time_unit: TimeUnit
    scope: Scope
    limit: Spend | None = None
    planned_limits: Mapping[datetime, Spend] = field(default_factory=dict)
    auto_adjust: AutoAdjust | None = None
    starts: datetime | None = None
    ends: datetime | None = None

    def limit_at(self, moment: datetime) -> Spend | None:
        """The limit that applies at a moment: the planned one of that period, else the fixed one.

        When planned limits run out the last one stays (Budgets API, PlannedBudgetLimits).
        """
        begun = [start for start in self.planned_limits if start <= moment]
        if begun:
            return self.planned_limits[max(begun)]
        return self.limit

    def period_at(self, now: datetime) -> BudgetPeriod | None:
        """The budget period that `now` lies in; None outside the budget's life."""
        return current_period(self.time_unit, now, starts=self.starts, ends=self.ends or END_OF_TIME)

    def next_period_starts(self, now: datetime) -> datetime | None:
        """When the period after the one around `now` begins; None where there is none."""
        period = self.period_at(now)
        if period is None or self.time_unit is TimeUnit.CUSTOM or period.end >= (self.ends or END_OF_TIME):
            return None
        return period.end


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """A budget that exists in AWS, with the figures AWS last computed.

    `actual_spend` and `forecasted_spend` are None when AWS has none (the forecast needs about five weeks
    of history). `last_updated` is AWS's LastUpdatedTime. `notifications` is None when they were not read.
    """

    definition: BudgetDefinition
    actual_spend: Spend | None = None
    forecasted_spend: Spend | None = None
    last_updated: datetime | None = None
    health: HealthStatus | None = None
    notifications: tuple[Notification, ...] | None = None

    @property
    def name(self) -> str:
        """The budget's name, unique in its account."""
        return self.definition.name

    @property
    def type(self) -> BudgetType:
        """The budget's type."""
        return self.definition.type

    @property
    def refreshed(self) -> datetime | None:
        """When AWS last computed the figures; None when it does not tell.

        Told by the health status. `last_updated` alone is no proof: the service model calls it the last
        time that somebody updated the budget, and an old one says nothing of the figures.
        """
        if self.health is None or self.health.as_of is None:
            return None
        return max(self.health.as_of, self.last_updated or self.health.as_of)

    def figures_are_of(self, period: BudgetPeriod, now: datetime) -> bool:
        """Whether the figures are of this period and not left over from the last one.

        When AWS tells when it computed them, that decides. When it does not, they count from the moment at
        which AWS must have refreshed them: it does so at least daily.
        """
        if self.refreshed is not None:
            return self.refreshed >= period.start
        if self.last_updated is None:
            return False
        return self.last_updated >= period.start or now >= period.refresh_is_due()

    def figures_are_reset(self, now: datetime) -> bool:
        """Whether the actual figure is the zero that AWS shows between a change and its next refresh.

        Source: Budgets API, UpdateBudget: the calculated spend is zero until AWS has new data, which takes a day
        at most.
        """
        if self.actual_spend is None or self.actual_spend.amount or self.last_updated is None:
            return False
        if self.health is None or self.health.as_of is None:
            return now - self.last_updated < timedelta(days=1)
        return self.health.as_of < self.last_updated

    def utilization(self, limit: Spend | None) -> Decimal | None:
        """Actual spend as a ratio of the limit; None when either is unknown or the limit is zero."""
        return _ratio(self.actual_spend, limit)

    def forecasted_utilization(self, limit: Spend | None) -> Decimal | None:
        """Forecasted spend as a ratio of the limit; None when either is unknown or the limit is zero."""
        return _ratio(self.forecasted_spend, limit)


def _ratio(part: Spend | None, whole: Spend | None) -> Decimal | None:
    return None if part is None or whole is None or part.unit != whole.unit else part.ratio_to(whole)
