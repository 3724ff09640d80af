"""The management API of WebSocket APIs: push to a connection, ask about it, end it."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from local.http_answer import HttpAnswer
from local.request import Call, Environ, body_of
from local.websocket.apis import find_api
from local.websocket.connections import Connection, Connections, GoneError
from local.websocket.frames import LONGEST_MESSAGE, CloseCode

_MOUNTED = re.compile(r"(?P<mount>/(?P<api_id>[^/@]+)/(?P<stage>[^/@]+))(?P<rest>/@connections/.+)")
_ID = re.compile(r"[A-Za-z0-9_-]{15}=")

_STATUSES: Mapping[str, str] = {
    "BadRequestException": "400 Bad Request",
    "ForbiddenException": "403 Forbidden",
    "GoneException": "410 Gone",
    "PayloadTooLargeException": "413 Payload Too Large",
}


def mounted(environ: Environ) -> Environ:
    """The request as the service of one API's stage sees it: /API-ID/STAGE moves from the path to SCRIPT_NAME."""
    path = _MOUNTED.fullmatch(environ.get("PATH_INFO", ""))
    if path is None or "/execute-api/" not in environ.get("HTTP_AUTHORIZATION", ""):
        return environ
    moved = {"SCRIPT_NAME": path["mount"], "PATH_INFO": path["rest"]}
    for name in ("RAW_URI", "REQUEST_URI"):
        if name in environ:
            moved[name] = str(environ[name]).removeprefix(path["mount"])
    return {**environ, **moved}


class Management:
    """Answers PostToConnection, GetConnection and DeleteConnection of every API of one account.

    Not modelled and so texts of our own: the messages of its errors. AWS's 429 comes by a fault on demand.
    """

    def __init__(self, connections: Connections, now: Callable[[], datetime]) -> None:
        self._connections = connections
        self._now = now

    def answer(self, call: Call, environ: Environ, caller: str, owner: str) -> HttpAnswer:
        """Answer a call that may be made.

        `caller` is the calling account, `owner` the one that ids belong to which no API has.
        """
        _, _, stage_path = environ.get("SCRIPT_NAME", "").partition("/")
        api_id, _, stage = stage_path.partition("/")
        connection_id = environ["PATH_INFO"].rpartition("/")[2]
        api = find_api(api_id)
        owner = owner if api is None else api.account_id
        is_served = bool(stage) and (api is None or api.serves(stage))
        if call.operation is None or not is_served or caller != owner:
            return _refuse("ForbiddenException", "Forbidden")
        if not _ID.fullmatch(connection_id):
            return _refuse("BadRequestException", f"Invalid connectionId: {connection_id}")
        message = body_of(environ)
        if len(message) > LONGEST_MESSAGE:
            text = f"The message has {len(message)} bytes; {LONGEST_MESSAGE} may be sent."
            return _refuse("PayloadTooLargeException", text)
        try:
            connection = self._connections.find(api_id, stage, connection_id)
            if call.operation == "PostToConnection":
                connection.push(message, self._now())
                return HttpAnswer("200 OK", [], b"")
        except GoneError:
            return _refuse("GoneException", f"The connection {connection_id} is gone.")
        if call.operation == "GetConnection":
            return _json_answer("200 OK", _told(connection))
        self._connections.forget(connection)
        connection.close(CloseCode.NORMAL, "Connection closed by the API")
        return HttpAnswer("204 No Content", [], b"")


def _told(connection: Connection) -> dict[str, Any]:
    return {
        "connectedAt": _spell(connection.connected_at),
        "identity": {"sourceIp": connection.source_ip, "userAgent": connection.user_agent},
        "lastActiveAt": _spell(connection.last_active_at),
    }


def _spell(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _refuse(code: str, message: str) -> HttpAnswer:
    answer = _json_answer(_STATUSES[code], {"message": message})
    return HttpAnswer(answer.status, [*answer.headers, ("x-amzn-ErrorType", code)], answer.body)


def _json_answer(status: str, document: Any) -> HttpAnswer:
    return HttpAnswer(status, [("Content-Type", "application/json")], json.dumps(document).encode())
