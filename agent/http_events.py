"""Requests that come over HTTP: from API Gateway, a Function URL, a load balancer or VPC Lattice.

The body is a request, or the short form of a question; the answer's body is the standard reply. Source of the
shapes: API Gateway developer guide, "Lambda proxy integrations" (payload formats 1.0 and 2.0); Lambda developer
guide, "Invoking Lambda function URLs"; Elastic Load Balancing user guide, "Lambda functions as targets"; VPC
Lattice user guide, "Lambda functions as targets".
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from agent.answers import Answers, Arrival
from agent.contract import AgentResponse, is_asynchronous
from agent.cross_origin import allowing_headers, is_foreign_page, preflight_headers
from agent.fitted_reply import fitted
from agent.http_body import content_of, header_of
from agent.http_callers import caller_of
from agent.http_status import retry_after, status_of
from agent.invocation import Caller
from agent.short_form import answered, is_question, words_of
from tools.domain.errors import InvalidRequest

# Bytes of the whole answer as JSON. Source: Elastic Load Balancing user guide, "Lambda functions as targets", and
# Lambda developer guide, "Lambda quotas".
_LARGEST_OF_ALB = 1_000_000
_LARGEST = 6_000_000
_METHODS = "POST, OPTIONS"
_EVERY_ANSWER = {
    "Content-Type": "application/json",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Vary": "Origin",
}


def respond(arrival: Arrival, answers: Answers, source: str) -> dict[str, Any]:
    """Answer one HTTP request with a status, headers and a body."""
    event = arrival.event
    origin, allowed = header_of(event, "origin"), answers.allowed_origins()
    headers = {**_EVERY_ANSWER, **allowing_headers(origin, allowed)}
    method = _method_of(event)
    if method == "OPTIONS":
        headers |= {"Allow": _METHODS, **preflight_headers(origin, allowed)}
        del headers["Content-Type"]
        return _answer(event, source, HTTPStatus.NO_CONTENT, headers, "")
    caller = caller_of(event, source)
    if method != "POST":
        error = InvalidRequest("Requests are sent with POST, as JSON in the body.", {"allowed": _METHODS})
        response = answers.refusal(error, caller)
        return _told(event, source, response, HTTPStatus.METHOD_NOT_ALLOWED, {**headers, "Allow": _METHODS})
    if is_foreign_page(origin, header_of(event, "host"), allowed):
        error = InvalidRequest(
            "Scripts of this page's origin may not call the agent; CORS_ALLOWED_ORIGINS names those that may."
        )
        return _told(event, source, answers.refusal(error, caller), HTTPStatus.FORBIDDEN, headers)
    return _respond_to_body(event, answers, source, caller, headers)


def _respond_to_body(
    event: Mapping[str, Any], answers: Answers, source: str, caller: Caller, headers: dict[str, str]
) -> dict[str, Any]:
    try:
        content = content_of(event)
        if is_asynchronous(content):
            raise InvalidRequest(
                "'asynchronous' is for invocations whose reply nobody reads; over HTTP there is always a reader.",
                {"allowed": "leave it out"},
            )
    except InvalidRequest as error:
        return _told(event, source, answers.refusal(error, caller), HTTPStatus.BAD_REQUEST, headers)
    if is_question(content):
        response = answered(content, answers, caller)
        return _told(event, source, response, status_of(response), headers, words_of(response))
    response = answers.request(content, caller)
    return _told(event, source, response, status_of(response), headers)


def _told(
    event: Mapping[str, Any],
    source: str,
    response: AgentResponse,
    status: HTTPStatus,
    headers: Mapping[str, str],
    words: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """A reply as the answer, shortened where the source takes no more."""
    seconds = retry_after(response)
    retry = {} if seconds is None else {"Retry-After": str(seconds)}

    def answer(reply: Mapping[str, Any]) -> dict[str, Any]:
        body = json.dumps({**reply, **(words or {})}, ensure_ascii=False)
        return _answer(event, source, status, {**headers, **retry}, body)

    most = _LARGEST_OF_ALB if source == "alb" else _LARGEST
    return answer(fitted(response, most, answer))


def _answer(
    event: Mapping[str, Any], source: str, status: HTTPStatus, headers: Mapping[str, str], body: str
) -> dict[str, Any]:
    answer: dict[str, Any] = {"statusCode": status.value, "isBase64Encoded": False, "body": body}
    if source == "alb":
        answer["statusDescription"] = f"{status.value} {status.phrase}"
    if source == "alb" and "multiValueHeaders" in event:
        # A target group with multi-value headers ignores the others.
        return {**answer, "multiValueHeaders": {name: [value] for name, value in headers.items()}}
    return {**answer, "headers": dict(headers)}


def _method_of(event: Mapping[str, Any]) -> str | None:
    """The method, in capitals; None where there is none that is a text."""
    context = event.get("requestContext")
    http = context.get("http") if isinstance(context, Mapping) else None
    nested = http.get("method") if isinstance(http, Mapping) else None
    found = event.get("httpMethod", event.get("method", nested))
    return found.upper() if isinstance(found, str) else None
