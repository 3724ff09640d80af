"""Condition blocks of IAM policies, operator by operator."""

from typing import Any

import pytest

from local.authorization.conditions import UnknownOperatorError, holds

CONTEXT = {
    "aws:requestedregion": "us-east-1",
    "aws:principalarn": "arn:aws:iam::123456789012:role/team/developer",
    "aws:currenttime": "2026-10-20T12:00:00+00:00",
    "aws:epochtime": "1792497600",
    "aws:securetransport": "true",
    "aws:sourceip": "10.0.0.7",
    "aws:tagkeys": ["team", "cost"],
    "aws:principaltag/team": "data",
    "s3:max-keys": "10",
    "odd": "a*b",
}


@pytest.mark.parametrize(
    ("operator", "key", "wanted", "expected"),
    [
        ("StringEquals", "aws:RequestedRegion", "us-east-1", True),
        ("StringEquals", "aws:RequestedRegion", ["eu-west-1", "us-east-1"], True),
        ("StringEquals", "aws:RequestedRegion", "US-EAST-1", False),
        ("StringEquals", "aws:RequestedRegion", "us-*", False),
        ("StringNotEquals", "aws:RequestedRegion", ["eu-west-1", "us-east-1"], False),
        ("StringNotEquals", "aws:RequestedRegion", "eu-west-1", True),
        ("StringEqualsIgnoreCase", "aws:RequestedRegion", "US-EAST-1", True),
        ("StringNotEqualsIgnoreCase", "aws:RequestedRegion", "US-EAST-1", False),
        ("StringLike", "aws:RequestedRegion", "us-*", True),
        ("StringLike", "aws:RequestedRegion", "us-east-?", True),
        ("StringNotLike", "aws:RequestedRegion", "us-*", False),
        ("StringEquals", "aws:PrincipalTag/Team", "data", True),
        ("StringEquals", "aws:PrincipalTag/team", "${aws:PrincipalTag/team}", True),
        ("StringEquals", "odd", "a${*}b", True),
        ("StringLike", "odd", "a${*}b", True),
        ("StringLike", "aws:RequestedRegion", "us${*}", False),
        ("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/*", True),
        ("ArnEquals", "aws:PrincipalArn", "arn:aws:iam::123456789012:role/team/*", True),
        ("ArnLike", "aws:PrincipalArn", "arn:*:role/team/developer", False),
        ("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::*:role/*", False),
        ("Bool", "aws:SecureTransport", "true", True),
        ("Bool", "aws:SecureTransport", False, False),
        ("NumericLessThanEquals", "s3:max-keys", 10, True),
        ("NumericLessThan", "s3:max-keys", "10", False),
        ("NumericEquals", "s3:max-keys", "10.0", True),
        ("NumericNotEquals", "s3:max-keys", "11", True),
        ("NumericGreaterThan", "aws:RequestedRegion", "1", False),
        ("DateLessThan", "aws:CurrentTime", "2026-11-01T00:00:00Z", True),
        ("DateGreaterThanEquals", "aws:CurrentTime", "2026-11-01", False),
        ("DateGreaterThan", "aws:EpochTime", "1792497599", True),
        ("IpAddress", "aws:SourceIp", "10.0.0.0/8", True),
        ("NotIpAddress", "aws:SourceIp", ["10.0.0.0/8", "192.168.0.0/16"], False),
        ("Null", "aws:TokenIssueTime", "true", True),
        ("Null", "aws:RequestedRegion", "true", False),
        ("Null", "aws:RequestedRegion", False, True),
        ("StringNotEquals", "aws:TagKeys", "team", False),
        ("ForAnyValue:StringNotEquals", "aws:TagKeys", "team", True),
        ("ForAnyValue:StringEquals", "aws:TagKeys", ["team"], True),
        ("ForAnyValue:StringEquals", "aws:TagKeys", ["owner"], False),
        ("ForAllValues:StringEquals", "aws:TagKeys", ["team", "cost", "owner"], True),
        ("ForAllValues:StringLike", "aws:TagKeys", ["t*"], False),
    ],
)
def test_an_operator_compares_as_iam_does(operator: str, key: str, wanted: Any, expected: bool) -> None:
    assert holds({operator: {key: wanted}}, CONTEXT) is expected


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        ("StringEquals", False),
        ("StringLike", False),
        ("Bool", False),
        ("NumericEquals", False),
        ("StringNotEquals", True),
        ("ArnNotLike", True),
        ("StringEqualsIfExists", True),
        ("BoolIfExists", True),
        ("ForAllValues:StringEquals", True),
        ("ForAnyValue:StringEquals", False),
        ("ForAnyValue:StringNotEquals", False),
    ],
)
def test_a_key_the_request_does_not_carry(operator: str, expected: bool) -> None:
    assert holds({operator: {"aws:PrincipalTag/absent": "x"}}, CONTEXT) is expected


def test_if_exists_still_compares_what_exists() -> None:
    assert not holds({"StringEqualsIfExists": {"aws:RequestedRegion": "eu-west-1"}}, CONTEXT)


def test_all_operators_and_keys_have_to_hold() -> None:
    right = {"StringEquals": {"aws:RequestedRegion": "us-east-1"}, "Bool": {"aws:SecureTransport": "true"}}
    assert holds(right, CONTEXT)
    assert not holds({**right, "Null": {"aws:RequestedRegion": "true"}}, CONTEXT)
    assert holds(None, CONTEXT)


def test_a_variable_without_a_value_matches_nothing_unless_it_has_a_default() -> None:
    assert not holds({"StringLike": {"aws:RequestedRegion": "${aws:username}"}}, CONTEXT)
    assert holds({"StringEquals": {"aws:RequestedRegion": "${aws:username, 'us-east-1'}"}}, CONTEXT)


def test_an_operator_iam_does_not_have_is_an_error() -> None:
    with pytest.raises(UnknownOperatorError, match="StringMatches"):
        holds({"StringMatches": {"aws:RequestedRegion": "x"}}, CONTEXT)
