"""Filters that AWS accepts and that never match."""

from __future__ import annotations

import pytest

from tools.domain.aws_services import SERVICES, service_meant_by
from tools.domain.scope import Scope, scope_by
from tools.domain.scope_lint import unmatched_filters

EC2 = "Amazon Elastic Compute Cloud - Compute"


@pytest.mark.parametrize(
    ("filter_name", "value", "meant"),
    [
        ("Service", "EC2-Instances", EC2),
        ("Service", "EC2-Instances (Elastic Compute Cloud - Compute)", EC2),
        ("Service", "Amazon EC2", EC2),
        ("Service", "Amazon Elastic Compute Cloud", EC2),
        ("Service", "EC2-Other", "EC2 - Other"),
        ("Service", "S3", "Amazon Simple Storage Service"),
        ("Service", "S3 (Simple Storage Service)", "Amazon Simple Storage Service"),
        ("Service", "Relational Database Service (RDS)", "Amazon Relational Database Service"),
        ("Service", "Amazon CloudWatch", "AmazonCloudWatch"),
        ("Service", "amazon redshift", "Amazon Redshift"),
        ("Service", "Amazon Relatonal Database Service", "Amazon Relational Database Service"),
        ("TagKeyValue", "team$data", "user:team$data"),
        ("TagKeyValue", "team:data", "user:team$data"),
        ("TagKeyValue", "user:team=data", "user:team$data"),
        ("TagKeyValue", "team", None),
        ("CostCategory", "Department=Research", "Department$Research"),
        ("Region", "US East (N. Virginia)", "us-east-1"),
        ("Region", "EU (Frankfurt)", "eu-central-1"),
        ("Region", "US-EAST-1", "us-east-1"),
        ("Region", "the moon", None),
        ("LinkedAccount", "1234-5678-9012", "123456789012"),
        ("LinkedAccount", "sandbox", None),
        ("PurchaseType", "On-Demand", "On Demand Instances"),
        ("UsageTypeGroup", "EC2:Running Hours", "EC2: Running Hours"),
        ("InstanceType", "M5.Large", "m5.large"),
    ],
)
def test_a_value_that_can_never_match_is_named_with_what_was_meant(
    filter_name: str, value: str, meant: str | None
) -> None:
    [problem] = unmatched_filters(scope_by(filter_name, value))
    assert (problem.filter, problem.value, problem.meant) == (filter_name, value, meant)
    assert value in problem.problem


@pytest.mark.parametrize(
    ("filter_name", "value"),
    [
        ("Service", EC2),
        ("Service", "EC2 - Other"),
        ("Service", "Claude 3.5 Sonnet (Amazon Bedrock Edition)"),
        ("Service", "AWS Something Invented Next Year"),
        ("TagKeyValue", "user:team$data"),
        ("TagKeyValue", "aws:createdBy$somebody"),
        ("TagKeyValue", "user:cost:center$7"),
        ("CostCategory", "Department$Research"),
        ("Region", "eu-central-1"),
        ("Region", "global"),
        ("LinkedAccount", "210000000001"),
        ("PurchaseType", "Spot Instances"),
        ("UsageTypeGroup", "EC2: Running Hours"),
        ("UsageType", "USW2-Train:ml.p3.2xlarge"),
        ("InstanceType", "db.r5.large"),
    ],
)
def test_a_value_that_may_match_is_left_alone(filter_name: str, value: str) -> None:
    assert unmatched_filters(scope_by(filter_name, value)) == []


def test_no_service_is_mistaken_for_another() -> None:
    assert {name: meant for name in SERVICES if (meant := service_meant_by(name))} == {}


def test_a_scope_of_everything_has_no_problem() -> None:
    assert unmatched_filters(Scope()) == []


def test_values_inside_an_expression_are_found() -> None:
    expression = {
        "And": [
            {"Dimensions": {"Key": "SERVICE", "Values": ["S3"]}},
            {"Not": {"Dimensions": {"Key": "REGION", "Values": ["Ireland"], "MatchOptions": ["EQUALS"]}}},
            {"Tags": {"Key": "team", "Values": ["data"]}},
            {"Tags": {"Key": "user:team", "Values": ["data"]}},
        ]
    }
    found = unmatched_filters(Scope(expression=expression, metric="UnblendedCost"))
    assert [(each.filter, each.meant) for each in found] == [
        ("Service", "Amazon Simple Storage Service"),
        ("Region", "eu-west-1"),
        ("Tags", "team"),
    ]


def test_a_comparison_other_than_equality_is_left_alone() -> None:
    expression = {"Dimensions": {"Key": "SERVICE", "Values": ["EC2"], "MatchOptions": ["CONTAINS"]}}
    assert unmatched_filters(Scope(expression=expression, metric="UnblendedCost")) == []
