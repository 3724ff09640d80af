"""What every CostExplorerGateway promises: the fake of the unit tests and the adapter on the embedded AWS alike.

The fake holds what the embedded AWS's company spent, so that both answer the same questions.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar

import pytest

from local.ledger import figures
from local.scenarios.company_people import ACCOUNTS
from local.world import World
from tests.builders import ACCOUNT
from tests.embedded import STATE_TABLE, begin, clients, make_state_table
from tests.fakes import FakeClock, FakeCostExplorer, FakeStateStore
from tools.aws.cached_cost_explorer import CachedCostExplorer
from tools.aws.cost_explorer import AwsCostExplorer
from tools.aws.state_store import DynamoDbStateStore
from tools.aws.state_table import StateTable
from tools.domain.budget_types import BUDGET_TYPES, Breach, BudgetTypeName
from tools.domain.commitments import CommitmentMonth
from tools.domain.money import Spend
from tools.domain.periods import add_months
from tools.ports.cost_explorer import (
    BETWEEN_GROUPS,
    CommitmentRead,
    CostExplorerGateway,
    CostRead,
    DailyRead,
    GroupedRead,
)
from tools.ports.state import StateStore

Read = TypeVar("Read", CostRead, DailyRead, CommitmentRead, GroupedRead)

MONTHS = (date(2026, 7, 1), date(2026, 10, 1))
COMMITMENTS = [each.name for each in BUDGET_TYPES.values() if each.breach is Breach.BELOW]
SEPTEMBER_DAYS = (date(2026, 9, 1), date(2026, 9, 20))
EC2 = "Amazon Elastic Compute Cloud - Compute"
RDS = "Amazon Relational Database Service"
ONLY_RDS = {"Dimensions": {"Key": "SERVICE", "Values": [RDS]}}


def service_of(budget_type: BudgetTypeName) -> str | None:
    return {"RI_UTILIZATION": EC2, "RI_COVERAGE": RDS}.get(budget_type.value)


def cost(world: World, start: date, end: date, **filters: list[str]) -> Decimal:
    amount = figures.actual(
        world.ledger, {"BudgetType": "COST", "CostFilters": filters}, start, end, account_id=ACCOUNT
    )
    assert amount is not None
    return amount


@cache
def the_fake() -> FakeCostExplorer:
    """A fake that holds the company's figures, straight from the ledger."""
    world = begin("company").world
    firsts = [date(2026, 7, 1), date(2026, 8, 1), date(2026, 9, 1)]
    by_service = {
        service: {first: cost(world, first, add_months(first, 1), Service=[service]) for first in firsts}
        for service in (EC2, RDS)
    }
    by_account = {
        f"{service}{BETWEEN_GROUPS}{account.id}": {
            first: cost(world, first, add_months(first, 1), Service=[service], LinkedAccount=[account.id])
            for first in firsts
        }
        for service in (EC2, RDS)
        for account in ACCOUNTS
    }
    everything = {first: cost(world, first, add_months(first, 1)) for first in firsts}
    days = [date(2026, 9, day) for day in range(1, 31)]
    commitments = {
        (name, service_of(name)): [
            CommitmentMonth(first, percent)
            for first in firsts
            if (percent := _percent(world, name, first)) is not None
        ]
        for name in COMMITMENTS
    }
    return FakeCostExplorer(
        through={json.dumps(ONLY_RDS, sort_keys=True): by_service[RDS]},
        grouped={SEPTEMBER_DAYS[0]: grouped_rds(world)},
        amounts={
            "SERVICE": by_service,
            f"SERVICE{BETWEEN_GROUPS}LINKED_ACCOUNT": by_account,
            "": {"": everything},
        },
        daily={day: cost(world, day, date.fromordinal(day.toordinal() + 1)) for day in days},
        commitments=commitments,
    )


def grouped_rds(world: World) -> dict[tuple[str, ...], dict[str, Spend]]:
    """What RDS cost and used on the first days of September, by account and usage type."""
    accounts_and_types = {
        (line.account, line.usage_type)
        for line in world.ledger.costs
        if line.service == RDS and line.usage_type is not None
    }
    found: dict[tuple[str, ...], dict[str, Spend]] = {}
    first, end = SEPTEMBER_DAYS
    for account, usage_type in accounts_and_types:
        filters = {"Service": [RDS], "LinkedAccount": [account], "UsageType": [usage_type]}
        quantities = {"BudgetType": "USAGE", "CostFilters": filters}
        quantity = figures.actual(world.ledger, quantities, *SEPTEMBER_DAYS, account_id=ACCOUNT)
        assert quantity is not None
        found[account, usage_type] = {
            "UnblendedCost": Spend(cost(world, first, end, **filters), "USD"),
            "UsageQuantity": Spend(quantity, figures.unit_of(world.ledger, quantities)),
        }
    return found


def _percent(world: World, name: BudgetTypeName, first: date) -> Decimal | None:
    service = service_of(name)
    budget = {"BudgetType": name.value, "CostFilters": {"Service": [service]} if service else {}}
    return figures.actual(world.ledger, budget, first, add_months(first, 1), account_id=ACCOUNT)


def remembering(asked: CostExplorerGateway, memory: StateStore) -> CachedCostExplorer:
    return CachedCostExplorer(asked=asked, memory=memory, account_id=ACCOUNT, clock=FakeClock())


@pytest.fixture(params=["fake", "embedded AWS", "remembering fake", "remembering embedded AWS", "remembered"])
def cost_explorer(request: pytest.FixtureRequest) -> CostExplorerGateway:
    """The plain gateways, those that remember, and one that has been asked everything before."""
    fake = the_fake()
    begin("company")
    if request.param in ("fake", "remembering fake"):
        return fake if request.param == "fake" else remembering(fake, FakeStateStore())
    explorer = AwsCostExplorer(clients().cost_explorer)
    if request.param == "embedded AWS":
        return explorer
    make_state_table()
    state = DynamoDbStateStore(StateTable(clients().dynamodb, STATE_TABLE))
    if request.param == "remembered":
        return AskedTwice(remembering(explorer, state))
    return remembering(explorer, state)


@dataclass
class AskedTwice:
    """Asks every question twice, and gives the second answer, which has to come from memory."""

    asked: CachedCostExplorer

    def fresh(self) -> CostExplorerGateway:
        return self

    def monthly_amounts(self, *args: Any, **named: Any) -> CostRead:
        return self._second(lambda: self.asked.monthly_amounts(*args, **named))

    def grouped_amounts(self, *args: Any, **named: Any) -> GroupedRead:
        return self._second(lambda: self.asked.grouped_amounts(*args, **named))

    def daily_amounts(self, *args: Any, **named: Any) -> DailyRead:
        return self._second(lambda: self.asked.daily_amounts(*args, **named))

    def commitment_percentages(self, *args: Any, **named: Any) -> CommitmentRead:
        return self._second(lambda: self.asked.commitment_percentages(*args, **named))

    def _second(self, ask: Callable[[], Read]) -> Read:
        first, second = ask(), ask()
        assert (second.pages, second.cached_pages) == (0, first.pages + first.cached_pages)
        return replace(second, pages=second.cached_pages)


def test_amounts_by_service_agree_with_the_ledger(cost_explorer: CostExplorerGateway) -> None:
    read = cost_explorer.monthly_amounts(MONTHS, metric="UnblendedCost", group_by=("DIMENSION", "SERVICE"))
    expected = the_fake().amounts["SERVICE"][EC2]
    assert {month: round(amount, 2) for month, amount in read.amounts[EC2].items()} == {
        month: round(amount, 2) for month, amount in expected.items()
    }
    assert read.units[EC2] == "USD"
    assert read.pages >= 1


def test_without_a_grouping_everything_is_one_group(cost_explorer: CostExplorerGateway) -> None:
    read = cost_explorer.monthly_amounts(MONTHS, metric="UnblendedCost")
    assert list(read.amounts) == [""]
    assert sorted(read.amounts[""]) == [date(2026, 7, 1), date(2026, 8, 1), date(2026, 9, 1)]


def test_amounts_by_two_keys_add_up_to_those_by_one(cost_explorer: CostExplorerGateway) -> None:
    service = ("DIMENSION", "SERVICE")
    one = cost_explorer.monthly_amounts(MONTHS, metric="UnblendedCost", group_by=service)
    two = cost_explorer.monthly_amounts(
        MONTHS, metric="UnblendedCost", group_by=service, and_by=("DIMENSION", "LINKED_ACCOUNT")
    )
    found: dict[str, Decimal] = {}
    for group, by_month in two.amounts.items():
        name, _, account = group.partition(BETWEEN_GROUPS)
        assert len(account) == 12
        found[name] = found.get(name, Decimal(0)) + by_month.get(MONTHS[0], Decimal(0))
    for name in (EC2, RDS):
        assert round(found[name], 2) == round(one.amounts[name][MONTHS[0]], 2) > 0


def test_the_same_question_asked_afresh_has_the_same_answer(cost_explorer: CostExplorerGateway) -> None:
    def amounts(explorer: CostExplorerGateway) -> object:
        return explorer.monthly_amounts(MONTHS, metric="UnblendedCost").amounts

    assert amounts(cost_explorer) == amounts(cost_explorer.fresh())


def test_daily_amounts_add_up_to_the_month(cost_explorer: CostExplorerGateway) -> None:
    daily = cost_explorer.daily_amounts((date(2026, 9, 1), date(2026, 10, 1)), metric="UnblendedCost")
    monthly = cost_explorer.monthly_amounts(MONTHS, metric="UnblendedCost")
    assert len(daily.amounts) == 30
    assert round(sum(daily.amounts.values(), Decimal(0)), 2) == round(
        monthly.amounts[""][date(2026, 9, 1)], 2
    )


@pytest.mark.parametrize("budget_type", COMMITMENTS, ids=str)
def test_commitments_come_as_percent_by_month(
    cost_explorer: CostExplorerGateway, budget_type: BudgetTypeName
) -> None:
    read = cost_explorer.commitment_percentages(budget_type, MONTHS, service=service_of(budget_type))
    expected = the_fake().commitments[(budget_type, service_of(budget_type))]
    assert [(each.month, round(each.percent, 1)) for each in read.months] == [
        (each.month, round(each.percent, 1)) for each in expected
    ]
    assert all(0 < each.percent <= 100 for each in read.months)
    assert read.pages >= 1


def test_an_account_without_such_reservations_has_no_months(cost_explorer: CostExplorerGateway) -> None:
    read = cost_explorer.commitment_percentages(
        BudgetTypeName.RI_UTILIZATION, MONTHS, service="Amazon Redshift"
    )
    assert read.months == ()


def test_costs_and_quantities_come_by_two_keys_and_through_a_filter(
    cost_explorer: CostExplorerGateway,
) -> None:
    read = cost_explorer.grouped_amounts(
        SEPTEMBER_DAYS,
        metrics=("UnblendedCost", "UsageQuantity"),
        group_by=(("DIMENSION", "LINKED_ACCOUNT"), ("DIMENSION", "USAGE_TYPE")),
        expression=ONLY_RDS,
        most_pages=1,
    )
    expected = the_fake().grouped[SEPTEMBER_DAYS[0]]
    assert {group: rounded_all(each) for group, each in read.amounts.items()} == {
        group: rounded_all(each) for group, each in expected.items()
    }
    assert (read.pages, read.is_complete) == (1, True)


def rounded_all(amounts: Mapping[str, Spend]) -> dict[str, Spend]:
    return {metric: Spend(round(each.amount, 2), each.unit) for metric, each in amounts.items()}


def test_months_come_through_a_filter_as_well(cost_explorer: CostExplorerGateway) -> None:
    read = cost_explorer.monthly_amounts(MONTHS, metric="UnblendedCost", expression=ONLY_RDS)
    expected = the_fake().amounts["SERVICE"][RDS]
    assert {month: round(amount, 2) for month, amount in read.amounts[""].items()} == {
        month: round(amount, 2) for month, amount in expected.items()
    }
