"""Which lines a filter lets through."""

import pytest

from local.ledger.filters import match_cost_filters, match_expression
from local.ledger.record import CostLine, pairs

EC2 = "Amazon Elastic Compute Cloud - Compute"


def a_line(**changes: object) -> CostLine:
    given: dict[str, object] = {
        "account": "210000000002",
        "service": EC2,
        "region": "eu-west-1",
        "usage_type": "EU-BoxUsage:m5.large",
        "instance_type": "m5.large",
        "tags": pairs({"team": "web", "aws:createdBy": "someone"}),
        "cost_categories": pairs({"CostCenter": "Product"}),
        **changes,
    }
    return CostLine(**given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("filters", "is_let_through"),
    [
        ({}, True),
        ({"Service": [EC2]}, True),
        ({"Service": ["EC2-Instances"]}, False),
        ({"Service": ["Amazon Redshift", EC2]}, True),
        ({"Service": [EC2], "Region": ["us-east-1"]}, False),
        ({"TagKeyValue": ["user:team$web"]}, True),
        ({"TagKeyValue": ["team$web"]}, False),
        ({"TagKeyValue": ["user:team$"]}, False),
        ({"TagKeyValue": ["user:owner$"]}, True),
        ({"TagKeyValue": ["aws:createdBy$someone"]}, True),
        ({"CostCategory": ["CostCenter$Product"]}, True),
        ({"CostCategory": ["CostCenter$Analytics"]}, False),
        ({"LinkedAccount": ["210000000002"]}, True),
        ({"InstanceType": ["m5.large"]}, True),
        ({"InstanceFamily": ["m5"]}, True),
        ({"AZ": ["eu-west-1"]}, False),
    ],
)
def test_cost_filters_are_anded_by_key_and_ored_by_value(
    filters: dict[str, list[str]], is_let_through: bool
) -> None:
    assert match_cost_filters(filters)(a_line()) is is_let_through


def test_a_cost_filter_key_that_does_not_exist_is_refused_with_the_ones_that_do() -> None:
    with pytest.raises(ValueError, match=r"'service'.*Service"):
        match_cost_filters({"service": [EC2]})


def dimension(key: str, *values: str, options: list[str] | None = None) -> dict[str, object]:
    return {
        "Dimensions": {"Key": key, "Values": list(values), **({"MatchOptions": options} if options else {})}
    }


@pytest.mark.parametrize(
    ("expression", "is_let_through"),
    [
        (None, True),
        (dimension("SERVICE", EC2), True),
        (dimension("SERVICE", EC2.lower()), False),
        (dimension("SERVICE", EC2.lower(), options=["EQUALS", "CASE_INSENSITIVE"]), True),
        (dimension("SERVICE", "Amazon Elastic", options=["STARTS_WITH"]), True),
        (dimension("SERVICE", "Compute", options=["ENDS_WITH"]), True),
        (dimension("SERVICE", "Cloud", options=["CONTAINS"]), True),
        (dimension("SERVICE", "cloud", options=["CONTAINS"]), False),
        (dimension("SERVICE", "cloud", options=["CONTAINS", "CASE_INSENSITIVE"]), True),
        (dimension("AZ", options=["ABSENT"]), True),
        (dimension("SERVICE", options=["ABSENT"]), False),
        (dimension("RESOURCE_ID", "i-0"), False),
        ({"Tags": {"Key": "team", "Values": ["web", "data"]}}, True),
        ({"Tags": {"Key": "user:team", "Values": ["web"]}}, False),
        ({"Tags": {"Key": "owner", "MatchOptions": ["ABSENT"]}}, True),
        ({"Tags": {"Key": "team", "MatchOptions": ["ABSENT"]}}, False),
        ({"Tags": {"Key": "owner", "Values": [""]}}, True),
        ({"CostCategories": {"Key": "CostCenter", "Values": ["Product"]}}, True),
        ({"Not": dimension("REGION", "eu-west-1")}, False),
        ({"And": [dimension("SERVICE", EC2), dimension("REGION", "us-east-1")]}, False),
        ({"Or": [dimension("SERVICE", "x"), {"Not": dimension("REGION", "us-east-1")}]}, True),
    ],
)
def test_expressions_match_as_cost_explorer_has_it(
    expression: dict[str, object], is_let_through: bool
) -> None:
    assert match_expression(expression)(a_line()) is is_let_through


def test_an_expression_has_one_root() -> None:
    with pytest.raises(ValueError, match="Expression has more than one roots"):
        match_expression({**dimension("SERVICE", EC2), "Not": dimension("REGION", "x")})


def test_a_line_without_a_region_is_found_under_no_region() -> None:
    assert match_expression(dimension("REGION", "NoRegion"))(a_line(region=None))
