"""What a restriction takes and leaves, in words."""

from __future__ import annotations

from fnmatch import fnmatchcase
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import ACCOUNT
from tools.domain.action_patterns import by_service, common, covers, overlap, without_covered
from tools.domain.blast_radius import Impact, denied_by, denies_nothing, impact_on
from tools.domain.policies import statements_of
from tools.domain.targets import Policy

DEVELOPER = f"arn:aws:iam::{ACCOUNT}:role/DeveloperRole"
BREAK_GLASS = f"arn:aws:iam::{ACCOUNT}:role/break-glass"
NEW_SPENDING = ["ec2:RunInstances", "ec2:StartInstances", "rds:Create*", "sagemaker:*"]


def policy(*statements: dict[str, Any]) -> Policy:
    return Policy(id="p", document={"Version": "2012-10-17", "Statement": list(statements)})


def allow(*actions: str, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": "*", **more}


def deny(*actions: str, **more: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": list(actions), "Resource": "*", **more}


def impact(allowed: Policy, denied: Policy, arn: str = DEVELOPER) -> Impact:
    return impact_on(arn, [allowed], denied)


PATTERNS = st.text(alphabet="ab*?:", max_size=6)
TEXTS = ["".join(each) for size in range(5) for each in product("ab:", repeat=size)]


@given(PATTERNS, PATTERNS)
def test_patterns_cover_and_overlap_as_the_texts_they_match(one: str, other: str) -> None:
    of_one = {text for text in TEXTS if fnmatchcase(text, one)}
    of_other = {text for text in TEXTS if fnmatchcase(text, other)}
    if covers(one, other):
        assert of_other <= of_one
    if of_one & of_other:
        assert overlap(one, other)
        assert common(one, other) is not None
    if not overlap(one, other):
        assert common(one, other) is None


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("ec2:*", "ec2:RunInstances", "ec2:RunInstances"),
        ("ec2:Run*", "ec2:*", "ec2:Run*"),
        ("EC2:run*", "ec2:RunInstances", "ec2:RunInstances"),
        ("ec2:*", "rds:*", None),
        ("ec2:*Instances", "ec2:Run*", "ec2:*Instances as far as ec2:Run*"),
        ("ec2:Run?", "ec2:Run*", "ec2:Run?"),
    ],
)
def test_what_two_patterns_have_in_common(one: str, other: str, expected: str | None) -> None:
    assert common(one, other) == expected


def test_patterns_are_shown_by_service_the_covered_ones_left_out_and_the_rest_counted() -> None:
    patterns = without_covered(["s3:*", "s3:GetObject", "ec2:RunInstances", "EC2:RunInstances", "*:Get*"])
    assert patterns == ["*:Get*", "ec2:RunInstances", "s3:*"]
    assert by_service(patterns, 5) == ["*:Get*", "ec2: RunInstances", "s3: everything"]
    assert by_service(["a:b", "a:c", "a:d"], 2) == ["a: b, c and 1 more"]


def test_a_developer_loses_what_begins_spending_and_keeps_the_rest() -> None:
    found = impact(policy(allow("ec2:*", "s3:*", "rds:DescribeDBInstances")), policy(deny(*NEW_SPENDING)))
    assert found.may_today == ["ec2: everything", "rds: DescribeDBInstances", "s3: everything"]
    assert found.may_no_longer == ["ec2: RunInstances, StartInstances"]
    assert found.keeps == [
        "read access: ec2, rds, s3",
        "ec2: everything but RunInstances, StartInstances",
        "rds: DescribeDBInstances",
        "s3: everything",
    ]
    assert (found.only, found.spared) == ([], False)


def test_an_administrator_keeps_reading_support_and_billing() -> None:
    found = impact(policy(allow("*")), policy(deny(*NEW_SPENDING)))
    assert found.may_today == ["everything"]
    assert found.may_no_longer == [
        "ec2: RunInstances, StartInstances",
        "rds: Create*",
        "sagemaker: everything",
    ]
    assert found.keeps[:3] == ["read access", "support", "billing"]
    assert found.keeps[3].startswith("everything but ec2:RunInstances")


def test_denying_everything_leaves_nothing() -> None:
    found = impact(policy(allow("ec2:*", "support:*")), policy(deny("*")))
    assert found.may_no_longer == ["ec2: everything", "support: everything"]
    assert found.keeps == []


def test_denying_all_but_some_keeps_those() -> None:
    everything_else = {"Effect": "Deny", "NotAction": ["support:*", "ec2:Describe*"], "Resource": "*"}
    found = impact(policy(allow("ec2:*", "support:*", "s3:*")), policy(everything_else))
    assert found.may_no_longer == ["ec2: * but ec2:Describe*", "s3: everything"]
    assert "support" in found.keeps
    assert "support: everything" in found.keeps
    assert found.keeps[0] == "read access: ec2, support"
    assert denied_by(policy(everything_else)) == ["everything but support:*, ec2:Describe*"]


def test_an_exception_for_the_principal_is_understood_and_every_other_condition_is_told() -> None:
    spares = {"ArnNotLike": {"aws:PrincipalArn": [BREAK_GLASS, f"arn:aws:iam::{ACCOUNT}:role/protected/*"]}}
    restriction = policy(deny("ec2:*", Condition=spares))
    assert impact(policy(allow("ec2:*")), restriction).may_no_longer == ["ec2: everything"]
    spared = impact(policy(allow("ec2:*")), restriction, BREAK_GLASS)
    assert (spared.may_no_longer, spared.only, spared.spared) == ([], [], True)
    assert spared.keeps == ["read access: ec2", "ec2: everything"]
    region = {"StringNotEquals": {"aws:RequestedRegion": "eu-central-1"}}
    limited = impact(policy(allow("ec2:*")), policy(deny("ec2:RunInstances", Condition=region)))
    assert limited.may_no_longer == []
    assert limited.only == ["ec2: RunInstances (if StringNotEquals aws:RequestedRegion eu-central-1)"]
    on_some = impact(policy(allow("s3:*")), policy(deny("s3:*", Resource="arn:aws:s3:::big/*")))
    assert on_some.only == ["s3: everything (on arn:aws:s3:::big/*)"]
    assert on_some.keeps == ["read access: s3", "s3: everything"]


@pytest.mark.parametrize(
    ("operator", "value", "spares"),
    [
        ("StringEquals", DEVELOPER, False),
        ("StringEquals", BREAK_GLASS, True),
        ("StringNotEquals", DEVELOPER, True),
        ("StringNotLike", "*Developer*", True),
        ("ArnLikeIfExists", "*Developer*", False),
        ("NumericEquals", "1", False),
    ],
)
def test_conditions_on_the_principal_are_evaluated_by_their_operator(
    operator: str, value: str, spares: bool
) -> None:
    [statement] = statements_of(policy(deny("*", Condition={operator: {"aws:PrincipalArn": value}})).document)
    assert statement.spares(DEVELOPER) is spares


def test_what_is_denied_today_already_is_not_lost_again() -> None:
    found = impact(policy(allow("ec2:*", "s3:*"), deny("ec2:*")), policy(deny("*")))
    assert (found.may_today, found.may_no_longer) == (["s3: everything"], ["s3: everything"])
    in_part = impact(
        policy(allow("s3:*"), deny("s3:DeleteBucket")), policy(deny("s3:Put*", "s3:DeleteBucket"))
    )
    assert in_part.may_today == ["s3: everything but DeleteBucket"]
    assert in_part.may_no_longer == ["s3: Put*"]
    assert in_part.keeps == ["read access: s3", "s3: everything but DeleteBucket, Put*"]


def test_the_longest_lists_are_counted_and_not_shown_whole() -> None:
    many = policy(allow(*(f"service{number}:Get{other}" for number in range(99) for other in range(25))))
    found = impact(many, policy(deny("*")))
    assert len(found.may_today) == 61
    assert found.may_today[-1] == "and 39 more services"
    assert found.may_today[0].endswith("and 5 more")


def test_all_but_some_that_is_allowed_loses_only_what_it_had() -> None:
    power_user = {"Effect": "Allow", "NotAction": ["iam:*"], "Resource": "*"}
    found = impact(policy(power_user), policy(deny("iam:CreateUser", "ec2:RunInstances")))
    assert found.may_no_longer == ["ec2: RunInstances"]
    assert found.keeps[-1] == "everything but ec2:RunInstances, iam:*"


def test_a_policy_of_single_values_reads_as_one_of_lists() -> None:
    single = {"Statement": {"Effect": "Deny", "Action": "ec2:*", "Resource": "*"}}
    assert denied_by(Policy(id="p", document=single)) == ["ec2: everything"]


def test_a_policy_that_only_allows_takes_nothing() -> None:
    widening = policy(allow("ec2:*"))
    assert denies_nothing(widening)
    assert not denies_nothing(policy(deny("ec2:*")))
    assert (denied_by(widening), impact(policy(), widening).spared) == ([], False)
