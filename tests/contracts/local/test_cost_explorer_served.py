"""Cost Explorer through boto3: routes, errors and the meter of pages."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.clock import Clock
from local.cost_explorer.models import (
    pages_read,
    pages_read_by_operation,
    price_of_pages_read,
    reset_pages_read,
)
from local.scenarios.scenario import Scenario
from local.server import EmbeddedAws
from local.world import World
from tests.contracts.local.cost_explorer_desk import company, period
from tests.contracts.local.worlds import a_client, as_role

OCTOBER = period("2026-10-01", "2026-11-01")


@pytest.fixture
def cost_explorer(served: EmbeddedAws, clients: Callable[[str], Any]) -> Any:
    whole = company()
    scenario = Scenario(ledger=whole.ledger, accounts=whole.accounts)
    clock = Clock(datetime(2026, 10, 20, 12, tzinfo=UTC))
    served.reset(World(clock, scenario.ledger, scenario=scenario))
    return clients("ce")


def test_each_answered_page_costs_a_cent_and_a_refusal_nothing(cost_explorer: Any) -> None:
    request = {"TimePeriod": OCTOBER, "Granularity": "MONTHLY", "Metrics": ["UnblendedCost"]}
    assert cost_explorer.get_cost_and_usage(**request)["ResultsByTime"][0]["Estimated"] is True
    cost_explorer.get_tags(TimePeriod=OCTOBER)
    with pytest.raises(ClientError) as refused:
        cost_explorer.get_cost_and_usage(**{**request, "Granularity": "YEARLY"})
    assert refused.value.response["Error"]["Code"] == "ValidationException"
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert pages_read_by_operation() == {"GetCostAndUsage": 1, "GetTags": 1}
    assert (pages_read(), price_of_pages_read()) == (2, Decimal("0.02"))


def test_errors_that_the_model_knows_are_typed(cost_explorer: Any) -> None:
    with pytest.raises(cost_explorer.exceptions.UnresolvableUsageUnitException):
        cost_explorer.get_usage_forecast(
            TimePeriod=period("2026-10-20", "2026-11-01"), Granularity="MONTHLY", Metric="USAGE_QUANTITY"
        )


def test_every_operation_that_is_built_answers(cost_explorer: Any) -> None:
    past = period("2026-09-01", "2026-10-01")
    ahead = {"TimePeriod": period("2026-10-20", "2026-11-01"), "Granularity": "MONTHLY"}
    cost_explorer.get_cost_forecast(Metric="UNBLENDED_COST", PredictionIntervalLevel=80, **ahead)
    cost_explorer.get_dimension_values(TimePeriod=past, Dimension="SERVICE")
    cost_explorer.get_cost_categories(TimePeriod=past)
    cost_explorer.list_cost_allocation_tags()
    cost_explorer.get_reservation_utilization(TimePeriod=past)
    cost_explorer.get_reservation_coverage(TimePeriod=past)
    cost_explorer.get_savings_plans_utilization(TimePeriod=past)
    cost_explorer.get_savings_plans_utilization_details(TimePeriod=past)
    cost_explorer.get_savings_plans_coverage(TimePeriod=past)
    assert pages_read() == 9


def test_what_is_not_built_is_refused(cost_explorer: Any) -> None:
    with pytest.raises(ClientError) as refused:
        cost_explorer.get_anomaly_monitors()
    assert refused.value.response["Error"]["Code"] == "NotImplementedException"


def test_the_meter_can_be_reset_and_begins_anew_with_another_world(
    served: EmbeddedAws, cost_explorer: Any
) -> None:
    cost_explorer.get_tags(TimePeriod=OCTOBER)
    reset_pages_read()
    assert pages_read() == 0
    cost_explorer.get_tags(TimePeriod=OCTOBER)
    served.reset()
    assert pages_read() == 0


def test_a_session_of_a_member_account_sees_only_its_account(served: EmbeddedAws, cost_explorer: Any) -> None:
    by_account = cost_explorer.get_cost_and_usage(
        TimePeriod=OCTOBER,
        Granularity="MONTHLY",
        Metrics=["UnblendedCost"],
        GroupBy=[{"Type": "DIMENSION", "Key": "LINKED_ACCOUNT"}],
    )["ResultsByTime"][0]["Groups"]
    costs = {group["Keys"][0]: group["Metrics"]["UnblendedCost"]["Amount"] for group in by_account}
    session = as_role(served, "arn:aws:iam::210000000002:role/OrganizationAccountAccessRole")
    member = a_client("ce", served, **session)
    own = member.get_cost_and_usage(TimePeriod=OCTOBER, Granularity="MONTHLY", Metrics=["UnblendedCost"])
    member.close()
    assert own["ResultsByTime"][0]["Total"]["UnblendedCost"]["Amount"] == costs["210000000002"]
