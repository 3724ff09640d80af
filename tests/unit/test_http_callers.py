"""Who sends an HTTP request: what the service in between found out, and nothing that a client says."""

from __future__ import annotations

from typing import Any

import pytest

from agent.http_callers import caller_of
from agent.invocation import Caller
from tests.callers import sample

ARN = "arn:aws:sts::123456789012:assumed-role/analyst/anna"
ISSUER = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_abc"


def api_gateway(authorizer: Any = None, **identity: Any) -> dict[str, Any]:
    return {"requestContext": {"authorizer": authorizer, "identity": identity}}


def http_api(**authorizer: Any) -> dict[str, Any]:
    return {"requestContext": {"authorizer": authorizer, "http": {}}}


@pytest.mark.parametrize(
    ("event", "principal"),
    [
        (api_gateway({"claims": {"sub": "u-1", "iss": ISSUER}}), f"jwt:u-1@{ISSUER}"),
        (api_gateway({"claims": {"sub": "u-1"}, "principalId": "p"}), "jwt:u-1"),
        (api_gateway({"principalId": "p-1"}, userArn=ARN), "authorizer:p-1"),
        (api_gateway(cognitoIdentityId="us-east-1:1", userArn=ARN), "cognito:us-east-1:1"),
        (api_gateway(userArn=ARN, apiKeyId="k"), f"iam:{ARN}"),
        (api_gateway(apiKeyId="k-1", apiKey="secret"), "api-key:k-1"),
        (api_gateway(sourceIp="192.0.2.1", userAgent="x"), None),
        (sample("09_apiGatewayProxyEvent"), None),
    ],
)
def test_api_gateway_names_users_before_roles_and_keys(event: Any, principal: str | None) -> None:
    assert caller_of(event, "api_gateway") == Caller("api_gateway", principal)


@pytest.mark.parametrize("source", ["http_api", "function_url"])
@pytest.mark.parametrize(
    ("event", "principal"),
    [
        (http_api(jwt={"claims": {"sub": "u-1", "iss": ISSUER}}), f"jwt:u-1@{ISSUER}"),
        (http_api(**{"lambda": {"principalId": "p-1"}}), "authorizer:p-1"),
        (http_api(iam={"userArn": ARN, "cognitoIdentity": {"identityId": "c-1"}}), "cognito:c-1"),
        (http_api(iam={"userArn": ARN, "cognitoIdentity": None}), f"iam:{ARN}"),
        (http_api(), None),
        (sample("10_apiGatewayProxyV2Event"), None),
        (sample("11_lambdaFunctionUrlEvent"), None),
    ],
)
def test_http_apis_and_function_urls_name_them_too(source: str, event: Any, principal: str | None) -> None:
    assert caller_of(event, source) == Caller(source, principal)


def test_vpc_lattice_names_whose_signature_it_checked() -> None:
    event = sample("21_vpcLatticeV2Event")
    principal = "iam:arn:aws:sts::123456789012:assumed-role/example-role/057d00f8b51257ba3c853a0f248943cf"
    assert caller_of(event, "vpc_lattice") == Caller("vpc_lattice", principal)
    event["requestContext"]["identity"]["type"] = "NONE"
    assert caller_of(event, "vpc_lattice").principal is None


def test_a_load_balancers_header_is_not_believed_because_a_client_can_send_it() -> None:
    event = {
        **sample("12_albEvent"),
        "headers": {"x-amzn-oidc-identity": "the-boss", "x-amzn-oidc-data": "e30.e30."},
    }
    assert caller_of(event, "alb") == Caller("alb", None)


@pytest.mark.parametrize(
    "context", [None, [], "x", {"authorizer": 5, "identity": []}, {"authorizer": {"claims": 1}}]
)
@pytest.mark.parametrize("source", ["api_gateway", "http_api", "function_url", "alb", "vpc_lattice"])
def test_a_hostile_context_names_nobody(source: str, context: Any) -> None:
    assert caller_of({"requestContext": context}, source) == Caller(source, None)


@pytest.mark.parametrize("name", [5, "", "x" * 2_000, None, ["x"]])
def test_what_is_no_name_is_none(name: Any) -> None:
    assert caller_of(api_gateway({"claims": {"sub": name}}), "api_gateway").principal is None


def test_two_people_never_share_a_name_by_the_kind_of_it() -> None:
    events = [
        api_gateway({"claims": {"sub": "a"}}),
        api_gateway({"principalId": "a"}),
        api_gateway(apiKeyId="a"),
    ]
    names = {caller_of(event, "api_gateway").principal for event in events}
    assert len(names) == len(events)


def test_a_name_with_half_a_character_can_be_kept() -> None:
    principal = caller_of(api_gateway({"principalId": "a\ud800"}), "api_gateway").principal
    assert principal == "authorizer:a?"
