"""Which AWS call an HTTP request is, and what an AWS error looks like to its client."""

import io
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs
from xml.sax.saxutils import escape


@dataclass(frozen=True)
class Call:
    """One AWS call as seen from outside: SigV4 signing name, operation, Region, access key.

    `operation` is None where the wire does not name it (REST protocols name it by path).
    """

    service: str
    operation: str | None
    region: str
    access_key: str
    is_json: bool


def identify(environ: dict[str, Any]) -> Call:
    """Read service and Region from the SigV4 credential scope, the operation from target header or Action.

    An unsigned request has the service "" and the Region us-east-1.
    """
    access_key, service, region = _credential_scope(environ.get("HTTP_AUTHORIZATION", ""))
    target = environ.get("HTTP_X_AMZ_TARGET")
    content_type = environ.get("CONTENT_TYPE", "")
    if target:
        return Call(service, target.rpartition(".")[2], region, access_key, is_json=True)
    action = _action(environ, content_type)
    return Call(service, action, region, access_key, is_json=action is None and "xml" not in content_type)


def error_body(call: Call, code: str, message: str) -> tuple[str, bytes]:
    """Content type and body of an error in the protocol that `call` speaks."""
    if call.is_json:
        return "application/x-amz-json-1.1", json.dumps({"__type": code, "Message": message}).encode()
    body = (
        f"<ErrorResponse><Error><Type>Sender</Type><Code>{escape(code)}</Code>"
        f"<Message>{escape(message)}</Message></Error></ErrorResponse>"
    )
    return "text/xml", body.encode()


def _credential_scope(authorization: str) -> tuple[str, str, str]:
    _, found, rest = authorization.partition("Credential=")
    parts = rest.split(",")[0].split("/")
    if not found or len(parts) != 5:
        return "", "", "us-east-1"
    access_key, _, region, service, _ = parts
    return access_key, service.lower(), region


def _action(environ: dict[str, Any], content_type: str) -> str | None:
    fields = parse_qs(environ.get("QUERY_STRING", ""))
    if content_type.startswith("application/x-www-form-urlencoded"):
        body = environ["wsgi.input"].read()
        environ["wsgi.input"] = io.BytesIO(body)
        fields = parse_qs(body.decode("utf-8", "replace")) or fields
    actions = fields.get("Action")
    return actions[0] if actions else None
