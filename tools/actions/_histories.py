"""Reading spend histories: what Cost Explorer, or the caller, knows of whole months, and what reading took."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from tools.actions._cost_meter import CostMeter
from tools.actions._net_costs import COST_METRIC, ByGroup, by_record_type, net_costs
from tools.actions._reply import read_or_say
from tools.domain.aws_services import service_meant_by
from tools.domain.budget_types import COST, USAGE, BudgetType
from tools.domain.errors import InvalidParameters
from tools.domain.grouping import (
    EVERYTHING,
    GroupBy,
    GroupScope,
    scope_of_group,
    scope_of_service,
    scope_of_usage_type,
    scope_of_usage_within,
)
from tools.domain.money import PERCENTAGE, USD, Spend
from tools.domain.periods import add_months, whole_months_before
from tools.domain.recommenders.first_days import MOST_MONTHS
from tools.domain.scope_expression import as_expression, within_account
from tools.domain.scope_histories import ScopeHistory, Skipped
from tools.domain.spend_history import DailySpend, MonthlySpend, SpendHistory, days_from, history_from
from tools.domain.supplied_costs import SuppliedCosts
from tools.ports.cost_explorer import BETWEEN_GROUPS, CostExplorerGateway, CostRead

USAGE_METRIC: Final = "UsageQuantity"
MIXED_UNITS: Final = "N/A"
_USAGE_TYPES: Final = ("DIMENSION", "USAGE_TYPE")

# Source: Cost Explorer keeps 14 months without the multi-year option, and 13 for commitments; these are
# the whole months that surely lie within.
MONTHS_WITHOUT_OPTION = 13
MONTHS_OF_COMMITMENTS = 12

# A young scope's days take a page of its own; Cost Explorer knows a day after one more.
MOST_SCOPES_BY_DAY = 5
DAYS_OF_LAG = 1


@dataclass(kw_only=True)
class HistoryReader:
    """Reads histories of the last whole months before `today`; collects skipped scopes and notes.

    Scopes that began in the last two months and came to `worth_days` dollars in one come with their days, up to
    MOST_SCOPES_BY_DAY of them.
    """

    cost_explorer: CostExplorerGateway
    today: date
    lookback_months: int
    narrowed_to: str | None
    meter: CostMeter
    worth_days: Decimal = Decimal(0)
    skipped: list[Skipped] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    _reads: dict[tuple[str, tuple[str, str] | None, tuple[str, str] | None], CostRead] = field(
        default_factory=dict, init=False
    )

    @property
    def months(self) -> list[date]:
        """The firsts of the months that are looked at, oldest first."""
        return whole_months_before(self.today, self.lookback_months)

    def costs(self, group_by: GroupBy, key: str | None, supplied: SuppliedCosts) -> list[ScopeHistory]:
        """Costs by group, from the caller where the caller brought usable ones, else from Cost Explorer."""
        if supplied.amounts:
            return self._scoped_costs(
                group_by, self._by_real_name(supplied.amounts, group_by), {}, self._months_up_to(supplied)
            )
        net, taken_off = self._net_costs(group_by.definition(key))
        return self._with_days(self._scoped_costs(group_by, net, taken_off, self.months))

    def usage(self, group_by: GroupBy, key: str | None) -> list[ScopeHistory]:
        """Quantities by usage type, within accounts, tags or cost categories where those are asked for.

        With what they cost. A type in several units is skipped: units are never mixed. Lines without the tag or
        the category, which no filter can name, are counted in a note.
        """
        within = group_by.definition(key) if group_by.divides_usage else None
        quantities = self._read(USAGE_METRIC, _USAGE_TYPES, within)
        costs = self._read(COST_METRIC, _USAGE_TYPES, within)
        found = []
        nameless = 0
        for group, by_month in quantities.amounts.items():
            usage_type, _, rest = group.partition(BETWEEN_GROUPS)
            where = (
                scope_of_usage_type(usage_type)
                if within is None
                else scope_of_usage_within(group_by, rest, usage_type)
            )
            if where is None:
                nameless += any(by_month.values())
                continue
            unit = quantities.units[group]
            if unit in ("", MIXED_UNITS):
                if any(by_month.values()):
                    self._skip(where, "its quantities come in no one unit")
                continue
            history = history_from(unit, by_month, self.months)
            if history.months:
                found.append(
                    ScopeHistory(
                        budget_type=USAGE,
                        where=where,
                        history=history,
                        costs=history_from(USD, costs.amounts.get(group, {}), self.months),
                    )
                )
        if nameless:
            self.notes.append(
                f"USAGE: {nameless} usage types have lines without a value of '{key}', which no filter can name."
            )
        return found

    def of_type(
        self, budget_type: BudgetType, group_by: GroupBy, key: str | None, supplied: SuppliedCosts
    ) -> list[ScopeHistory]:
        """What a budget of the type would have counted, by scope; commitments follow no grouping."""
        if budget_type is COST:
            return self.costs(group_by, key, supplied)
        return self.usage(group_by, key) if budget_type is USAGE else self.commitments(budget_type)

    def commitments(self, budget_type: BudgetType) -> list[ScopeHistory]:
        """Utilization or coverage by month where the account has such commitments; what has none is noted."""
        if not budget_type.needs_service:
            found = self._commitment(budget_type, EVERYTHING, None)
            return [] if found is None else [found]
        services = self._reservable_services(budget_type)
        if not services:
            self.notes.append(f"{budget_type.name}: the account spends on no service that has reservations.")
        histories = [self._commitment(budget_type, scope_of_service(each), each) for each in services]
        return [each for each in histories if each is not None]

    def _scoped_costs(
        self, group_by: GroupBy, amounts: ByGroup, taken_off: ByGroup, months: list[date]
    ) -> list[ScopeHistory]:
        found = []
        for group, by_month in amounts.items():
            off = taken_off.get(group, {})
            history = history_from(USD, by_month, months, off)
            if not history.months:
                continue
            where = scope_of_group(group_by, group)
            if where is None:
                spent = Spend(sum(history.amounts, Decimal(0)), USD).in_words()
                self.skipped.append(
                    Skipped(
                        group,
                        f"{spent} in {len(history.months)} months lie on lines without a value here, which no"
                        " budget filter can name",
                    )
                )
                continue
            found.append(
                ScopeHistory(
                    budget_type=COST,
                    where=where,
                    history=history,
                    costs=history,
                    taken_off=off,
                )
            )
        return found

    def _with_days(self, found: list[ScopeHistory]) -> list[ScopeHistory]:
        """The same, of the most expensive young scopes with their days."""
        young = [
            each
            for each in found
            if each.history.months[0].month > self.months[0]
            and len(each.history.months) <= MOST_MONTHS
            and max(each.history.amounts) >= self.worth_days
        ]
        young.sort(key=lambda each: (-max(each.history.amounts), each.where.label))
        days = {each.where.label: self._days_of(each) for each in young[:MOST_SCOPES_BY_DAY]}
        return [
            replace(each, history=history, costs=history)
            for each in found
            for history in [replace(each.history, days=days.get(each.where.label, ()))]
        ]

    def _days_of(self, young: ScopeHistory) -> tuple[DailySpend, ...]:
        """Its days so far; none where they cannot be read, which is said."""
        first, until = young.history.months[0].month, self.today - timedelta(days=DAYS_OF_LAG)
        read = read_or_say(
            f"days of {young.where.in_words()}",
            self.meter.incomplete,
            lambda: self.cost_explorer.daily_amounts(
                (first, until),
                metric=COST_METRIC,
                expression=within_account(as_expression(young.where.scope), self.narrowed_to),
            ),
        )
        if read is None:
            return ()
        self.meter.note(read)
        return days_from(read.amounts, until)

    def _net_costs(self, grouping: tuple[str, str] | None) -> tuple[ByGroup, ByGroup]:
        """Costs by group, and what credits and refunds took off them."""
        found = net_costs(self._read(COST_METRIC, *by_record_type(grouping)), is_grouped=grouping is not None)
        return found.read.amounts, found.taken_off

    def _by_real_name(self, amounts: ByGroup, group_by: GroupBy) -> ByGroup:
        """Services by Cost Explorer's name, because a filter with any other name never matches."""
        if group_by is not GroupBy.SERVICE:
            return amounts
        renamed: dict[str, dict[date, Decimal]] = {}
        for name, by_month in amounts.items():
            meant = service_meant_by(name) or name
            if meant != name:
                self.notes.append(f"cost_data: '{name}' is taken for '{meant}', as Cost Explorer calls it.")
            merged = renamed.setdefault(meant, {})
            for month, amount in by_month.items():
                merged[month] = merged.get(month, Decimal(0)) + amount
        return renamed

    def _months_up_to(self, supplied: SuppliedCosts) -> list[date]:
        """The lookback that ends with the last month the caller brought."""
        last = max(month for by_month in supplied.amounts.values() for month in by_month)
        if last < self.months[-1]:
            self.notes.append(
                f"cost_data ends with {last:%Y-%m}; the recommendations are for the months that followed it."
            )
        return whole_months_before(add_months(last, 1), self.lookback_months)

    def _reservable_services(self, budget_type: BudgetType) -> list[str]:
        spent, _ = self._net_costs(("DIMENSION", "SERVICE"))
        return [each for each in budget_type.services or () if any(spent.get(each, {}).values())]

    def _commitment(
        self, budget_type: BudgetType, where: GroupScope, service: str | None
    ) -> ScopeHistory | None:
        name = budget_type.name
        months = self.months[-MONTHS_OF_COMMITMENTS:]
        of_what = name.value if service is None else f"{name.value} of {service}"
        read = read_or_say(
            of_what,
            self.meter.incomplete,
            lambda: self.cost_explorer.commitment_percentages(
                name, (months[0], add_months(months[-1], 1)), service=service, account_id=self.narrowed_to
            ),
        )
        if read is None:
            return None
        self.meter.note(read)
        if not read.months:
            self.notes.append(f"{of_what}: the account had no such commitments in these months.")
            return None
        by_month = {each.month: each.percent for each in read.months}
        if months[-1] not in by_month:
            self._skip(where, f"{name.value}: no commitments since {max(by_month):%Y-%m}")
            return None
        return ScopeHistory(
            budget_type=budget_type, where=where, history=_unbroken(by_month, months), costs=None
        )

    def _read(
        self, metric: str, grouping: tuple[str, str] | None, within: tuple[str, str] | None = None
    ) -> CostRead:
        key = (metric, grouping, within)
        if key not in self._reads:
            self._reads[key] = self._fetch(metric, grouping, within)
            self.meter.note(self._reads[key])
        return self._reads[key]

    def _fetch(
        self, metric: str, grouping: tuple[str, str] | None, within: tuple[str, str] | None
    ) -> CostRead:
        try:
            return self.cost_explorer.monthly_amounts(
                (self.months[0], self.today.replace(day=1)),
                metric=metric,
                group_by=grouping,
                and_by=within,
                account_id=self.narrowed_to,
            )
        except InvalidParameters as error:
            if self.lookback_months <= MONTHS_WITHOUT_OPTION:
                raise
            raise InvalidParameters.because(
                "lookback_months",
                f"{self.lookback_months} months were refused: {error.details.get('aws_message')}",
                f"1 to {MONTHS_WITHOUT_OPTION} without Cost Explorer's multi-year data",
            ) from error

    def _skip(self, where: GroupScope, reason: str) -> None:
        self.skipped.append(Skipped(where.in_words(), reason))


def _unbroken(by_month: Mapping[date, Decimal], months: list[date]) -> SpendHistory:
    """The months up to the last one without a gap: before a gap the commitments were others."""
    run: list[MonthlySpend] = []
    for month in reversed(months):
        if month not in by_month:
            break
        run.append(MonthlySpend(month, by_month[month]))
    return SpendHistory(PERCENTAGE, tuple(reversed(run)))
