"""What the embedded Cost Explorer says there is to filter and group by."""

from typing import Any

import pytest

from local.cost_explorer.cost_and_usage import get_cost_and_usage
from local.cost_explorer.values import (
    get_cost_categories,
    get_dimension_values,
    get_tags,
    list_cost_allocation_tags,
)
from local.refusal import Refused
from tests.contracts.local.cost_explorer_desk import Desk, period

OCTOBER = period("2026-10-01", "2026-11-01")
PRODUCTION = "210000000002"
MOST_EXPENSIVE_FIRST = [{"Key": "UnblendedCost", "SortOrder": "DESCENDING"}]


DESK = Desk()


def dimension(name: str, **params: Any) -> dict[str, Any]:
    return DESK.ask(get_dimension_values, **{"TimePeriod": OCTOBER, "Dimension": name, **params})


def values(answer: dict[str, Any]) -> list[str]:
    return [one["Value"] for one in answer["DimensionValues"]]


def refusal(name: str, **params: Any) -> str:
    with pytest.raises(Refused) as refused:
        dimension(name, **params)
    return str(refused.value.code)


def test_services_are_those_that_cost_something_in_the_period() -> None:
    now, before = dimension("SERVICE"), dimension("SERVICE", TimePeriod=period("2026-05-01", "2026-06-01"))
    assert "Amazon Bedrock" in values(now)
    assert "Amazon Bedrock" not in values(before)
    assert "Amazon Redshift" in values(before)
    assert now["ReturnSize"] == now["TotalSize"] == len(values(now))


def test_every_service_that_is_listed_is_a_group_and_the_other_way_around() -> None:
    grouped = DESK.ask(
        get_cost_and_usage,
        TimePeriod=OCTOBER,
        Granularity="MONTHLY",
        Metrics=["UnblendedCost"],
        GroupBy=[{"Type": "DIMENSION", "Key": "SERVICE"}],
    )
    assert values(dimension("SERVICE")) == [g["Keys"][0] for g in grouped["ResultsByTime"][0]["Groups"]]


def test_a_search_finds_a_part_of_the_value() -> None:
    assert values(dimension("SERVICE", SearchString="bedrock")) == ["Amazon Bedrock"]


def test_accounts_come_with_their_names() -> None:
    answer = dimension("LINKED_ACCOUNT")
    assert {"Value": PRODUCTION, "Attributes": {"description": "production"}} in answer["DimensionValues"]


def test_sorting_by_a_metric_and_cutting_off() -> None:
    answer = dimension("SERVICE", SortBy=MOST_EXPENSIVE_FIRST, MaxResults=2)
    assert len(values(answer)) == answer["ReturnSize"] == 2
    assert values(answer)[0] == "Savings Plans for AWS Compute usage"
    assert answer["TotalSize"] > 10


def test_what_the_reservations_context_knows() -> None:
    assert values(dimension("SERVICE", Context="RESERVATIONS")) == [
        "Amazon Elastic Compute Cloud - Compute",
        "Amazon Relational Database Service",
    ]
    assert values(dimension("SAVINGS_PLANS_TYPE", Context="SAVINGS_PLANS")) == ["Compute Savings Plans"]


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("RESOURCE_ID", {}),
        ("SERVICES", {}),
        ("SERVICE", {"Context": "ALL"}),
        ("SERVICE", {"SortBy": MOST_EXPENSIVE_FIRST, "SearchString": "x"}),
        ("SERVICE", {"SortBy": MOST_EXPENSIVE_FIRST, "MaxResults": 1001}),
        ("SERVICE", {"SortBy": [{"Key": "Cost"}]}),
        ("SERVICE", {"TimePeriod": period("2020-01-01", "2026-01-01")}),
    ],
)
def test_a_malformed_request_is_a_validation_exception(name: str, params: dict[str, Any]) -> None:
    assert refusal(name, **params) == "ValidationException"


def test_tags_are_keys_or_the_values_of_one_with_an_empty_one_for_untagged() -> None:
    assert DESK.ask(get_tags, TimePeriod=OCTOBER)["Tags"] == ["environment", "project", "team"]
    assert DESK.ask(get_tags, TimePeriod=OCTOBER, TagKey="team")["Tags"] == ["", "data", "platform", "web"]
    assert DESK.ask(get_tags, TimePeriod=OCTOBER, TagKey="user:team")["Tags"] == []


def test_a_member_account_finds_only_its_own_tags() -> None:
    assert DESK.ask(get_tags, PRODUCTION, TimePeriod=OCTOBER, TagKey="team")["Tags"] == ["web"]


def test_cost_categories_are_names_or_the_values_of_one() -> None:
    assert DESK.ask(get_cost_categories, TimePeriod=OCTOBER)["CostCategoryNames"] == ["CostCenter"]
    named = DESK.ask(get_cost_categories, TimePeriod=OCTOBER, CostCategoryName="CostCenter")
    assert named["CostCategoryValues"] == ["Analytics", "Corporate", "Engineering", "Product", "Research"]


def test_cost_allocation_tags_are_listed_to_the_payer_only() -> None:
    answer = DESK.ask(list_cost_allocation_tags)
    assert [tag["TagKey"] for tag in answer["CostAllocationTags"]] == ["environment", "project", "team"]
    first = DESK.ask(list_cost_allocation_tags, MaxResults=2)
    rest = DESK.ask(list_cost_allocation_tags, MaxResults=2, NextToken=first["NextToken"])
    assert [tag["TagKey"] for tag in rest["CostAllocationTags"]] == ["team"]
    with pytest.raises(Refused) as refused:
        DESK.ask(list_cost_allocation_tags, PRODUCTION)
    assert refused.value.code == "AccessDeniedException"
