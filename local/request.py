"""Which AWS call an HTTP request is, and what an AWS error looks like to its client."""

import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

from botocore.exceptions import UnknownServiceError
from moto.core.model import OperationModel, ServiceModel
from moto.core.parse import PROTOCOL_PARSERS, RequestParserError
from moto.core.request import Request
from moto.core.routing import get_service_router
from moto.core.utils import get_service_model
from werkzeug.exceptions import NotFound

Environ = dict[str, Any]

# SigV4 signing name to the boto3 services that share it, most likely first; others are called alike.
_SIGNED_AS: Mapping[str, tuple[str, ...]] = {
    "apigateway": ("apigatewayv2", "apigateway"),
    "bedrock": ("bedrock-runtime", "bedrock", "bedrock-agent"),
    "email": ("ses",),
    "execute-api": ("apigatewaymanagementapi",),
    "monitoring": ("cloudwatch",),
    "ses": ("ses", "sesv2"),
    "states": ("stepfunctions",),
}
_RPC_PATH = re.compile(r"/service/[^/]+/operation/(?P<operation>\w+)$")


@dataclass(frozen=True)
class Call:
    """One AWS call as its HTTP request tells: boto3 service name, operation, Region, access key, protocol.

    `operation` is None where the request does not tell, `service` is "" for an unsigned request. `protocol`
    is botocore's name: `json`, `query`, `ec2`, `rest-json`, `rest-xml` or `smithy-rpc-v2-cbor`.
    """

    service: str
    operation: str | None
    region: str
    access_key: str
    protocol: str


def identify(environ: Environ) -> Call:
    """Read service and Region from the SigV4 credential scope, the operation from header, body or path."""
    access_key, signing_name, region = _credential_scope(environ.get("HTTP_AUTHORIZATION", ""))
    candidates = _SIGNED_AS.get(signing_name, (signing_name,))
    target = environ.get("HTTP_X_AMZ_TARGET")
    if target:
        return Call(candidates[0], target.rpartition(".")[2], region, access_key, "json")
    rpc = _RPC_PATH.match(environ.get("PATH_INFO", ""))
    if rpc:
        return Call(candidates[0], rpc["operation"], region, access_key, "smithy-rpc-v2-cbor")
    action = _action(environ)
    if action:
        protocol = "ec2" if signing_name == "ec2" else "query"
        return Call(candidates[0], action, region, access_key, protocol)
    for service in candidates if signing_name else ():
        operation = _by_path(service, environ)
        if operation is not None:
            return Call(service, operation.name, region, access_key, str(operation.service_model.protocol))
    return Call(candidates[0], None, region, access_key, "rest-xml" if signing_name == "s3" else "rest-json")


def parameters_of(call: Call, environ: Environ) -> dict[str, Any]:
    """The operation's parameters as boto3 would name them; empty where the request cannot be read.

    What cannot be read is refused by the service itself.
    """
    model = _model(call.service)
    if model is None or call.operation not in model.operation_names or call.protocol not in PROTOCOL_PARSERS:
        return {}
    request = Request(dict(environ, **{"wsgi.input": io.BytesIO(body_of(environ))}))
    path_parameters = _match(call.service, request)[1] if call.protocol.startswith("rest") else {}
    operation = model.operation_model(call.operation)
    parser = PROTOCOL_PARSERS[call.protocol](operation)
    try:
        return _mount(call, environ) | dict(
            parser.parse(
                {
                    "method": request.method,
                    "values": request.values,
                    "headers": request.headers,
                    "body": request.data,
                    "url_path": request.path,
                    "url_params": path_parameters,
                }
            )
        )
    except (ValueError, TypeError, AttributeError, KeyError, RequestParserError):
        return {}


def _mount(call: Call, environ: Environ) -> dict[str, Any]:
    """The API and stage that a management call is for; AWS has them in the host name and the path."""
    if call.service != "apigatewaymanagementapi" or not environ.get("SCRIPT_NAME"):
        return {}
    _, api_id, stage = environ["SCRIPT_NAME"].split("/")
    return {"ApiId": api_id, "Stage": stage}


def body_of(environ: Environ) -> bytes:
    """The request's body, which stays readable."""
    body: bytes = environ["wsgi.input"].read()
    environ["wsgi.input"] = io.BytesIO(body)
    return body


def error_body(call: Call, code: str, message: str) -> tuple[str, bytes]:
    """Content type and body of an error in the protocol that `call` speaks."""
    if call.protocol in ("query", "rest-xml", "ec2"):
        text = f"<Code>{escape(code)}</Code><Message>{escape(message)}</Message>"
        error = f"<Error><Type>Sender</Type>{text}</Error>"
        body = {
            "query": f"<ErrorResponse>{error}<RequestId>embedded-aws</RequestId></ErrorResponse>",
            "ec2": f"<Response><Errors>{error}</Errors><RequestID>embedded-aws</RequestID></Response>",
            "rest-xml": error,
        }[call.protocol]
        return "text/xml", body.encode()
    content_type = "application/json" if call.protocol == "rest-json" else "application/x-amz-json-1.1"
    return content_type, json.dumps({"__type": code, "Message": message, "message": message}).encode()


def _credential_scope(authorization: str) -> tuple[str, str, str]:
    _, found, rest = authorization.partition("Credential=")
    parts = rest.split(",")[0].split("/")
    if not found or len(parts) != 5:
        return "", "", "us-east-1"
    access_key, _, region, service, _ = parts
    return access_key, service.lower(), region


def _action(environ: Environ) -> str | None:
    fields = parse_qs(environ.get("QUERY_STRING", ""))
    if environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
        fields = parse_qs(body_of(environ).decode("utf-8", "replace")) or fields
    actions = fields.get("Action")
    return actions[0] if actions else None


def _by_path(service: str, environ: Environ) -> OperationModel | None:
    model = _model(service)
    if model is None or not str(model.protocol).startswith("rest"):
        return None
    return _match(service, Request(dict(environ)))[0]


def _match(service: str, request: Request) -> tuple[OperationModel | None, dict[str, Any]]:
    try:
        operation, parameters = get_service_router(service).match(request)
    except (NotFound, NotImplementedError):
        return None, {}
    return operation, dict(parameters)


def _model(service: str) -> ServiceModel | None:
    try:
        return get_service_model(service)
    except UnknownServiceError:
        return None
