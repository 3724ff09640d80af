"""The events that API Gateway sends to the functions behind a WebSocket API.

Source: API Gateway developer guide, "Set up a WebSocket API integration request"; the shapes as Powertools for AWS
Lambda models them.
"""

import base64
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from local.websocket.apis import Api
from local.websocket.connections import Connection
from local.websocket.frames import is_text

Event = dict[str, Any]


def connect_event(
    api: Api,
    connection: Connection,
    headers: Mapping[str, str],
    query: Mapping[str, list[str]],
    now: datetime,
) -> Event:
    """A client asks to come in."""
    event: Event = {
        "headers": dict(headers),
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "requestContext": _context(api, connection, "$connect", "CONNECT", now),
        "isBase64Encoded": False,
    }
    if query:
        event["queryStringParameters"] = {name: values[-1] for name, values in query.items()}
        event["multiValueQueryStringParameters"] = dict(query)
    return event


def message_event(api: Api, connection: Connection, route_key: str, message: bytes, now: datetime) -> Event:
    """A client has sent something; what is no text comes in base64."""
    is_readable = is_text(message)
    return {
        "requestContext": {
            **_context(api, connection, route_key, "MESSAGE", now),
            "messageId": _short_id(),
        },
        "body": message.decode() if is_readable else base64.b64encode(message).decode(),
        "isBase64Encoded": not is_readable,
    }


def disconnect_event(api: Api, connection: Connection, code: int, reason: str, now: datetime) -> Event:
    """A client is gone."""
    headers = {"Host": _domain(api), "x-api-key": "", "X-Forwarded-For": "", "x-restapi": ""}
    return {
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "requestContext": {
            **_context(api, connection, "$disconnect", "DISCONNECT", now),
            "disconnectStatusCode": code,
            "disconnectReason": reason,
        },
        "isBase64Encoded": False,
    }


def _context(api: Api, connection: Connection, route_key: str, kind: str, now: datetime) -> dict[str, Any]:
    return {
        "routeKey": route_key,
        "eventType": kind,
        "extendedRequestId": _short_id(),
        "requestTime": now.strftime("%d/%b/%Y:%H:%M:%S +0000"),
        "messageDirection": "IN",
        "stage": connection.stage,
        "connectedAt": _milliseconds(connection.connected_at),
        "requestTimeEpoch": _milliseconds(now),
        "identity": {
            **connection.identity,
            "userAgent": connection.user_agent,
            "sourceIp": connection.source_ip,
        },
        "requestId": _short_id(),
        "domainName": _domain(api),
        "connectionId": connection.id,
        "apiId": api.id,
    }


def _domain(api: Api) -> str:
    return f"{api.id}.execute-api.{api.region}.amazonaws.com"


def _short_id() -> str:
    return base64.b64encode(uuid.uuid4().bytes[:11]).decode()


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
