"""AWS's evaluation logic: an explicit deny wins, then every layer has to allow."""

from typing import Any

import pytest

from local.authorization.evaluation import Permission, Policies, decide

VIEW = Permission("budgets:ViewBudget", "arn:aws:budgets::123456789012:budget/team-a")


def statement(effect: str = "Allow", **parts: Any) -> dict[str, Any]:
    named = {"Action", "NotAction"} & parts.keys()
    return {"Effect": effect, **({} if named else {"Action": "*"}), "Resource": "*", **parts}


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def decision(*statements: dict[str, Any], **layers: Any) -> tuple[bool, str]:
    made = decide(Policies([policy(*statements)], **layers), VIEW, {"aws:requestedregion": "us-east-1"})
    return made.is_allowed, made.reason


@pytest.mark.parametrize(
    ("allow", "expected"),
    [
        ({"Action": "budgets:ViewBudget"}, True),
        ({"Action": "BUDGETS:viewbudget"}, True),
        ({"Action": ["s3:*", "budgets:View*"]}, True),
        ({"Action": "budgets:DescribeBudgets"}, False),
        ({"NotAction": "s3:*"}, True),
        ({"NotAction": "budgets:*"}, False),
        ({"Resource": "arn:aws:budgets::123456789012:budget/team-*"}, True),
        ({"Resource": "arn:aws:budgets::123456789012:budget/TEAM-*"}, False),
        ({"Resource": ["arn:aws:budgets::123456789012:budget/b", "arn:aws:budgets::*:budget/team-?"]}, True),
        ({"Condition": {"StringEquals": {"aws:RequestedRegion": "us-east-1"}}}, True),
        ({"Condition": {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}}, False),
    ],
)
def test_a_statement_applies_to_its_actions_resources_and_conditions(
    allow: dict[str, Any], expected: bool
) -> None:
    assert decision(statement(**allow))[0] is expected


def test_not_resource_is_everything_else() -> None:
    spared = {"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:budgets::*:budget/team-*"}
    assert decision(spared)[0] is False
    assert decision({**spared, "NotResource": "arn:aws:s3:::*"})[0] is True


def test_nothing_allowed_is_denied_with_the_action_named() -> None:
    assert decision() == (False, "because no identity-based policy allows the budgets:ViewBudget action")


def test_an_explicit_deny_wins_over_any_allow() -> None:
    denied = decision(statement(), statement("Deny", Action="budgets:*"))
    assert denied == (False, "with an explicit deny in an identity-based policy")


@pytest.mark.parametrize(
    ("layer", "kind"), [("boundary", "permissions boundary"), ("session", "session policy")]
)
def test_a_layer_limits_what_identity_policies_allow(layer: str, kind: str) -> None:
    assert decision(statement(), **{layer: policy(statement(Action="budgets:*"))})[0]
    limited = decision(statement(), **{layer: policy(statement(Action="s3:*"))})
    assert limited == (False, f"because no {kind} allows the budgets:ViewBudget action")
    denied = decision(statement(), **{layer: policy(statement(), statement("Deny"))})
    assert denied == (False, f"with an explicit deny in a {kind}")


def test_a_layer_grants_nothing_by_itself() -> None:
    assert not decision(boundary=policy(statement()), session=policy(statement()))[0]


def test_every_level_of_the_organization_has_to_allow() -> None:
    everything, nothing = [policy(statement())], [policy(statement(Action="s3:*"))]
    assert decision(statement(), organization=[everything, everything])[0]
    refused = decision(statement(), organization=[everything, nothing])
    assert refused == (False, "because no service control policy allows the budgets:ViewBudget action")
    denied = decision(statement(), organization=[[policy(statement(), statement("Deny"))], everything])
    assert denied == (False, "with an explicit deny in a service control policy")


def test_a_single_statement_need_not_be_a_list() -> None:
    single = {"Version": "2012-10-17", "Statement": statement()}
    assert decide(Policies([single]), VIEW, {}).is_allowed


def test_what_a_permission_carries_is_seen_by_conditions() -> None:
    passing = Permission(
        "iam:PassRole", "arn:aws:iam::1:role/r", {"iam:passedtoservice": "budgets.amazonaws.com"}
    )
    only = statement(Condition={"StringEquals": {"iam:PassedToService": "budgets.amazonaws.com"}})
    other = statement(Condition={"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}})
    assert decide(Policies([policy(only)]), passing, {}).is_allowed
    assert not decide(Policies([policy(other)]), passing, {}).is_allowed
