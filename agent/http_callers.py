"""Who sends an HTTP request, as the service in between has found out; never as the request itself says.

A name begins with the kind of proof, so that two kinds never give two people one name. Whoever may invoke the
function directly can write any event, and so any of these names: that permission is for the services in between.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from agent.invocation import Caller

_LONGEST = 1_000


def caller_of(event: Mapping[str, Any], source: str) -> Caller:
    """The caller: the first name that the service gives; without one its callers are not told apart."""
    context = event.get("requestContext")
    found = _NAMES[source](context if isinstance(context, Mapping) else {})
    return Caller(source, next((name for name in found if name is not None), None))


def _of_api_gateway(context: Mapping[str, Any]) -> Iterator[str | None]:
    """Payload format 1.0. A user of an identity pool is a person, the role behind it is everybody's.

    Source: API Gateway developer guide, "Input format of a Lambda function for proxy integration".
    """
    authorizer, identity = _object(context, "authorizer"), _object(context, "identity")
    yield _of_token(_object(authorizer, "claims"))
    yield _named("authorizer", authorizer.get("principalId"))
    yield _named("cognito", identity.get("cognitoIdentityId"))
    yield _named("iam", identity.get("userArn"))
    yield _named("api-key", identity.get("apiKeyId"))


def _of_http_api(context: Mapping[str, Any]) -> Iterator[str | None]:
    """Payload format 2.0, of an HTTP API and of a Function URL.

    Source: API Gateway developer guide, "AWS Lambda proxy integrations for HTTP APIs"; Lambda developer guide,
    "Request payload format" of function URLs.
    """
    authorizer = _object(context, "authorizer")
    iam = _object(authorizer, "iam")
    yield _of_token(_object(_object(authorizer, "jwt"), "claims"))
    yield _named("authorizer", _object(authorizer, "lambda").get("principalId"))
    yield _named("cognito", _object(iam, "cognitoIdentity").get("identityId"))
    yield _named("iam", iam.get("userArn"))


def _of_lattice(context: Mapping[str, Any]) -> Iterator[str | None]:
    """Whose signature VPC Lattice has checked. Source: VPC Lattice user guide, "Lambda functions as targets"."""
    identity = _object(context, "identity")
    if identity.get("type") == "AWS_IAM":
        yield _named("iam", identity.get("principal"))


def _of_alb(context: Mapping[str, Any]) -> Iterator[str | None]:
    """Nobody.

    A load balancer names its user in the header x-amzn-oidc-identity. Where a rule does not authenticate, a client
    can send that header itself, and nothing in the event tells the two apart. The signature in x-amzn-oidc-data
    would; to check it takes a public key from the internet, and cryptography that is not in the package. Source:
    Elastic Load Balancing user guide, "Authenticate users", which says to check it before any decision.
    """
    del context
    yield None


_NAMES = {
    "api_gateway": _of_api_gateway,
    "http_api": _of_http_api,
    "function_url": _of_http_api,
    "vpc_lattice": _of_lattice,
    "alb": _of_alb,
}


def _of_token(claims: Mapping[str, Any]) -> str | None:
    """A subject is unique with its issuer only. Source: OpenID Connect Core, "ID Token"."""
    subject, issuer = claims.get("sub"), claims.get("iss")
    if isinstance(subject, str) and subject and isinstance(issuer, str):
        return _named("jwt", f"{subject}@{issuer}")
    return _named("jwt", subject)


def _named(kind: str, name: Any) -> str | None:
    """A name with its kind; None where there is none. What is longer than a name can be is none."""
    if not isinstance(name, str) or not 1 <= len(name) <= _LONGEST:
        return None
    return f"{kind}:{name.encode(errors='replace').decode()}"


def _object(holder: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = holder.get(name)
    return found if isinstance(found, Mapping) else {}
