"""What every CostExplorerGateway promises: the fake of the unit tests and the adapter on the embedded AWS alike.

The fake holds what the embedded AWS's company spent, so that both answer the same questions.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import cache

import pytest

from local.ledger import figures
from local.world import World
from tests.builders import ACCOUNT
from tests.embedded import begin, clients
from tests.fakes import FakeCostExplorer
from tools.aws.cost_explorer import AwsCostExplorer
from tools.domain.budget_types import BUDGET_TYPES, Breach, BudgetTypeName
from tools.domain.commitments import CommitmentMonth
from tools.domain.periods import add_months
from tools.gateways import CostExplorerGateway

MONTHS = (date(2026, 7, 1), date(2026, 10, 1))
COMMITMENTS = [each.name for each in BUDGET_TYPES.values() if each.breach is Breach.BELOW]
EC2 = "Amazon Elastic Compute Cloud - Compute"
RDS = "Amazon Relational Database Service"


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
        amounts={"SERVICE": by_service, "": {"": everything}},
        daily={day: cost(world, day, date.fromordinal(day.toordinal() + 1)) for day in days},
        commitments=commitments,
    )


def _percent(world: World, name: BudgetTypeName, first: date) -> Decimal | None:
    service = service_of(name)
    budget = {"BudgetType": name.value, "CostFilters": {"Service": [service]} if service else {}}
    return figures.actual(world.ledger, budget, first, add_months(first, 1), account_id=ACCOUNT)


@pytest.fixture(params=["fake", "embedded AWS"])
def cost_explorer(request: pytest.FixtureRequest) -> CostExplorerGateway:
    fake = the_fake()
    begin("company")
    return fake if request.param == "fake" else AwsCostExplorer(clients().cost_explorer)


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
    months, pages = cost_explorer.commitment_percentages(budget_type, MONTHS, service=service_of(budget_type))
    expected = the_fake().commitments[(budget_type, service_of(budget_type))]
    assert [(each.month, round(each.percent, 1)) for each in months] == [
        (each.month, round(each.percent, 1)) for each in expected
    ]
    assert all(0 < each.percent <= 100 for each in months)
    assert pages >= 1


def test_an_account_without_such_reservations_has_no_months(cost_explorer: CostExplorerGateway) -> None:
    months, _ = cost_explorer.commitment_percentages(
        BudgetTypeName.RI_UTILIZATION, MONTHS, service="Amazon Redshift"
    )
    assert months == []
