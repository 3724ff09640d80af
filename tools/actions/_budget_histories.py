"""The past of budgets as their own scopes count it: one grouped read for all that it serves, else one each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from tools.actions._cost_meter import CostMeter
from tools.actions._net_costs import COST_METRIC, by_record_type, net_costs
from tools.domain.budget import Budget
from tools.domain.budget_questions import by_month, by_time_unit, grouped_question
from tools.domain.budget_types import Measure
from tools.domain.daily_profile import DailyProfile, daily_profile
from tools.domain.errors import BudgetAgentError
from tools.domain.money import USD
from tools.domain.periods import add_months, whole_months_before
from tools.domain.scope_expression import as_expression, metric_of, within_account
from tools.domain.spend_history import MonthlySpend, SpendHistory, history_from
from tools.gateways import Gateways
from tools.ports.cost_explorer import CostExplorerGateway, CostRead

COST_EXPLORER: Final = "Cost Explorer"
AWS_BUDGETS: Final = "AWS Budgets"
MONTHS_OF_PROFILE = 6

# Source: Cost Explorer keeps 14 months of days; these surely lie within.
_MONTHS_OF_DAYS = 13


@dataclass(frozen=True, slots=True)
class BudgetHistory:
    """Whole past periods of a budget, and who told of them."""

    history: SpendHistory
    source: str


@dataclass(kw_only=True)
class BudgetHistoryReader:
    """Reads the whole periods before `today` of budgets whose periods consist of months."""

    gateways: Gateways
    cost_explorer: CostExplorerGateway
    account_id: str
    narrowed_to: str | None
    today: date
    lookback_months: int
    meter: CostMeter
    _reads: dict[tuple[str, tuple[str, str] | None], CostRead] = field(default_factory=dict, init=False)
    _failures: dict[tuple[str, tuple[str, str] | None], BudgetAgentError] = field(
        default_factory=dict, init=False
    )
    _days: dict[str, Mapping[date, Decimal]] = field(default_factory=dict, init=False)

    def of(self, budget: Budget) -> BudgetHistory:
        """The budget's past. Raises what reading raises."""
        question = grouped_question(budget.definition)
        if question is not None:
            read = self._grouped(question.metric, question.grouping)
            unit = self._unit(budget, read, question.groups)
            if unit is not None:
                amounts: dict[date, Decimal] = {}
                for group in question.groups:
                    for month, amount in read.amounts.get(group, {}).items():
                        amounts[month] = amounts.get(month, Decimal(0)) + amount
                return self._from_months(budget, unit, amounts, self._months(self.lookback_months))
        elif budget.type.measure is Measure.COST and budget.definition.scope.billing_view_arn is None:
            count = min(self.lookback_months, _MONTHS_OF_DAYS)
            days = self._filtered(budget, count)
            return self._from_months(budget, USD, by_month(days), self._months(count))
        return self._from_aws(budget)

    def profile_of(self, budget: Budget) -> DailyProfile | None:
        """How its spending usually grows over a month; None where no month tells. Raises what reading raises."""
        months = self._months(MONTHS_OF_PROFILE)
        return daily_profile(self._filtered(budget, MONTHS_OF_PROFILE), months)

    def _from_months(
        self, budget: Budget, unit: str, amounts: Mapping[date, Decimal], months: list[date]
    ) -> BudgetHistory:
        history = history_from(unit, amounts, months)
        return BudgetHistory(by_time_unit(history, budget.definition.time_unit), COST_EXPLORER)

    def _from_aws(self, budget: Budget) -> BudgetHistory:
        """What AWS Budgets itself keeps: for usage, whose unit only it knows, and billing views."""
        limit = budget.definition.limit
        unit = USD if limit is None else limit.unit
        kept = [
            MonthlySpend(each.period.start.date(), each.actual.amount)
            for each in self.gateways.budgets.performance_history(self.account_id, budget.name)
            if each.period.end.date() <= self.today and each.actual is not None and each.actual.unit == unit
        ]
        return BudgetHistory(SpendHistory(unit, tuple(kept)), AWS_BUDGETS)

    def _unit(self, budget: Budget, read: CostRead, groups: tuple[str, ...]) -> str | None:
        """The one unit of all groups, which has to be the budget's; None where units would be mixed."""
        units = {read.units[group] for group in groups if group in read.units}
        limit = budget.definition.limit
        wanted = USD if limit is None else limit.unit
        return wanted if units <= {wanted} else None

    def _months(self, count: int) -> list[date]:
        return whole_months_before(self.today, count)

    def _grouped(self, metric: str, grouping: tuple[str, str] | None) -> CostRead:
        """Read once, or failed once: what serves all budgets is not asked for again for each."""
        key = (metric, grouping)
        if key in self._failures:
            raise self._failures[key]
        if key not in self._reads:
            months = self._months(self.lookback_months)
            is_cost = metric == COST_METRIC
            group_by, and_by = by_record_type(grouping) if is_cost else (grouping, None)
            try:
                read = self.cost_explorer.monthly_amounts(
                    (months[0], add_months(months[-1], 1)),
                    metric=metric,
                    group_by=group_by,
                    and_by=and_by,
                    account_id=self.narrowed_to,
                )
            except BudgetAgentError as error:
                self._failures[key] = error
                raise
            self.meter.note(read)
            self._reads[key] = net_costs(read, is_grouped=grouping is not None).read if is_cost else read
        return self._reads[key]

    def _filtered(self, budget: Budget, count: int) -> Mapping[date, Decimal]:
        """Daily costs through the budget's own filter, which tell of months too."""
        if budget.name not in self._days:
            months = self._months(count)
            definition = budget.definition
            read = self.cost_explorer.daily_amounts(
                (months[0], add_months(months[-1], 1)),
                metric=metric_of(definition.type, definition.scope),
                expression=within_account(as_expression(definition.scope), self.narrowed_to),
            )
            self.meter.note(read)
            self._days[budget.name] = read.amounts
        return self._days[budget.name]
