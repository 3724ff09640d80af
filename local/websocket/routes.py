"""What the WebSocket APIs of the account do with their clients: ask who they are, and invoke functions."""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs

from moto.awslambda.exceptions import LambdaClientError
from moto.awslambda.models import lambda_backends

from local.authorization.enforcement import denial, request_context
from local.authorization.evaluation import Permission, decide
from local.authorization.principals import principal_behind
from local.functions.access import service_may_invoke
from local.functions.errors import InvalidRuntime
from local.functions.outcome import Invocation
from local.functions.pool import Throttled
from local.functions.reference import refer
from local.functions.service import current, new_request_id
from local.http_answer import HttpAnswer
from local.request import Call, Environ, identify
from local.websocket.apis import Api, find_api
from local.websocket.connections import Connection
from local.websocket.events import Event, connect_event, disconnect_event, message_event
from local.websocket.models import CONNECT

logger = logging.getLogger(__name__)

API_GATEWAY = "apigateway.amazonaws.com"
INVOKE = "execute-api:Invoke"


class ApiRoutes:
    """The routes of whatever API a client names.

    An id that no API has will do too (emulator-defined): everyone may connect there, and no message goes anywhere.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now

    def connected(self, connection: Connection, environ: Environ) -> HttpAnswer | None:
        """A client asks to come in ($connect): the refusal, or None."""
        api = find_api(connection.api_id)
        if api is None:
            return None
        if not api.serves(connection.stage):
            return refusal(403, "Forbidden")
        route = api.route(CONNECT)
        if route is None:
            return None
        if route.authorization_type == "AWS_IAM":
            refused = self._unauthorized(api, connection, environ)
            if refused is not None:
                return refused
        query = parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)
        event = connect_event(api, connection, _headers(environ), query, self._now())
        answer = self._invoke(api, connection.stage, route, event)
        if answer is None:
            # Which status a failing function gives is not documented (emulator-defined).
            return refusal(502, "Internal server error")
        status = answer["statusCode"]
        return None if 200 <= status < 300 else refusal(status, str(answer.get("body") or "Forbidden"))

    def received(self, connection: Connection, message: bytes) -> bytes | None:
        """A client sent a message; what to answer, if anything."""
        api = find_api(connection.api_id)
        route = None if api is None else api.route_for(message)
        if api is None or route is None:
            return _told(connection, "Forbidden")
        event = message_event(api, connection, route.route_key, message, self._now())
        answer = self._invoke(api, connection.stage, route, event)
        if answer is None:
            return _told(connection, "Internal server error")
        body = answer.get("body")
        # Without a route response, API Gateway drops what the function answers.
        is_answered = route.route_response_selection_expression == "$default" and route.route_responses
        return str(body).encode() if is_answered and body else None

    def disconnected(self, connection: Connection, code: int, reason: str) -> None:
        """A client is gone ($disconnect)."""
        api = find_api(connection.api_id)
        route = None if api is None else api.route("$disconnect")
        if api is not None and route is not None:
            event = disconnect_event(api, connection, code, reason, self._now())
            self._invoke(api, connection.stage, route, event)

    def _unauthorized(self, api: Api, connection: Connection, environ: Environ) -> HttpAnswer | None:
        """The refusal of a client that may not connect; one that may is known by its identity from now on.

        WebSocket APIs have no resource policy, so that a caller of another account is always refused. Signatures
        are not verified, as nowhere in the embedded AWS.
        """
        call = identify(_with_signature_of_query(environ))
        if not call.access_key:
            return refusal(403, "Missing Authentication Token")
        principal = principal_behind(call.access_key)
        permission = Permission(INVOKE, api.arn(connection.stage, CONNECT))
        asked = Call("execute-api", "Invoke", api.region, call.access_key, "rest-json")
        reason = ""
        if principal.account_id == api.account_id:
            if principal.policies is None:
                decided = True
            else:
                context = request_context(asked, principal, self._now())
                decision = decide(principal.policies, permission, context)
                decided, reason = decision.is_allowed, decision.reason
            if decided:
                connection.identity = {
                    "accessKey": call.access_key,
                    "accountId": principal.account_id,
                    "userArn": principal.arn,
                }
                return None
        return refusal(403, denial(asked, principal, permission, reason).message)

    def _invoke(self, api: Api, stage: str, route: Any, event: Event) -> dict[str, Any] | None:
        """The function's answer; None if it failed, is no answer, or API Gateway may not invoke it."""
        arn = api.function_of(route)
        if arn is None:
            logger.warning("route %s of API %s leads to no function", route.route_key, api.id)
            return None
        try:
            reference = refer(arn)
            backend = lambda_backends[arn.split(":")[4]][arn.split(":")[3]]
            function = backend.get_function(reference.name, reference.qualifier)
            if not service_may_invoke(function, arn, API_GATEWAY, api.arn(stage, route.route_key)):
                logger.warning("the policy of %s does not let %s invoke it", arn, API_GATEWAY)
                return None
            invocation = Invocation(function, arn, json.dumps(event).encode(), new_request_id())
            outcome = current().invoke(invocation)
        except (Throttled, LambdaClientError, InvalidRuntime) as error:
            logger.warning("%s was not invoked: %s", arn, error)
            return None
        return None if outcome.is_error else _proxy_answer(outcome.payload)


def refusal(status: int, message: str) -> HttpAnswer:
    """The answer to a handshake that leads nowhere."""
    reason = {403: "Forbidden", 401: "Unauthorized", 502: "Bad Gateway"}.get(status, "Refused")
    body = json.dumps({"message": message}).encode()
    return HttpAnswer(f"{status} {reason}", [("Content-Type", "application/json")], body)


def _proxy_answer(payload: bytes) -> dict[str, Any] | None:
    answer = json.loads(payload)
    is_one = isinstance(answer, dict) and isinstance(answer.get("statusCode"), int)
    return answer if is_one else None


def _told(connection: Connection, message: str) -> bytes:
    return json.dumps(
        {"message": message, "connectionId": connection.id, "requestId": str(uuid.uuid4())}
    ).encode()


def _headers(environ: Environ) -> Mapping[str, str]:
    """The handshake's headers; what signs the request stays with API Gateway."""
    named = {
        key.removeprefix("HTTP_").replace("_", "-").title(): str(value)
        for key, value in environ.items()
        if key.startswith("HTTP_") and key not in ("HTTP_CONNECTION", "HTTP_UPGRADE", "HTTP_AUTHORIZATION")
    }
    return {**named, "X-Forwarded-Port": "443", "X-Forwarded-Proto": "https"}


def _with_signature_of_query(environ: Environ) -> Environ:
    """A request that is signed in its query, as browsers have to, told as one signed in its header."""
    query = parse_qs(environ.get("QUERY_STRING", ""))
    credential = query.get("X-Amz-Credential", [""])[0]
    if "HTTP_AUTHORIZATION" in environ or not credential:
        return environ
    return {**environ, "HTTP_AUTHORIZATION": f"AWS4-HMAC-SHA256 Credential={credential}"}
