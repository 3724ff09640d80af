"""The end of a WebSocket that API Gateway holds: ws://127.0.0.1:PORT/ws/API-ID/STAGE."""

from __future__ import annotations

import contextlib
import json
import logging
import re
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from local.http_answer import HttpAnswer
from local.request import Environ
from local.websocket.connections import Connection, Connections, GoneError
from local.websocket.frames import CloseCode, Frame, FrameReader, Opcode, ProtocolError, close_code
from local.websocket.handshake import VERSION, HandshakeError, answer_to

logger = logging.getLogger(__name__)

# Not an AWS header: a client of API Gateway is not told its id by the handshake.
ID_HEADER = "X-Local-Connection-Id"

_PATH = re.compile(r"/ws/(?P<api_id>[A-Za-z0-9]+)/(?P<stage>[A-Za-z0-9_$-]+)/?")
_FAREWELL_SECONDS = 2.0


class Routes(Protocol):
    """What an API does with its clients."""

    def connected(self, connection: Connection, environ: Environ) -> HttpAnswer | None:
        """A client asks to come in ($connect): the refusal, or None."""

    def received(self, connection: Connection, message: bytes) -> bytes | None:
        """A client sent a message; what to answer, if anything."""

    def disconnected(self, connection: Connection, code: int, reason: str) -> None:
        """A client is gone ($disconnect), with the code and the reason of its goodbye."""


@dataclass(frozen=True)
class _Goodbye:
    """The code and the reason with which a WebSocket ended."""

    code: int
    reason: str


_VANISHED = _Goodbye(CloseCode.ABNORMAL, "Connection closed abnormally")


class Endpoint:
    """Holds WebSockets open.

    Not built: the two hours a connection may last and its ten idle minutes, as the world's clock leaps.
    """

    def __init__(self, connections: Connections, routes: Routes, now: Callable[[], datetime]) -> None:
        self._connections = connections
        self._routes = routes
        self._now = now

    def take_over(self, environ: Environ) -> HttpAnswer:
        """Answer the handshake and stay with the client until it is gone, then raise ConnectionResetError.

        The answer is for a handshake that failed.
        """
        path = _PATH.fullmatch(environ["PATH_INFO"])
        if path is None:
            return _refuse("404 Not Found", "a WebSocket is at /ws/API-ID/STAGE")
        try:
            headers = answer_to(environ)
        except HandshakeError as error:
            return _refuse(error.status, str(error))
        client: socket.socket = environ["werkzeug.socket"]
        connection = Connection(
            path["api_id"],
            path["stage"],
            client,
            self._now(),
            user_agent=environ.get("HTTP_USER_AGENT", ""),
        )
        refused = self._routes.connected(connection, environ)
        if refused is not None:
            return refused
        lines = [f"{name}: {value}" for name, value in {**headers, ID_HEADER: connection.id}.items()]
        handshake = "\r\n".join(["HTTP/1.1 101 Switching Protocols", *lines, "", ""]).encode()
        goodbye = _VANISHED
        try:
            # Known before the client hears of it, so that it can be pushed to as soon as it does.
            connection.begin(handshake, self._connections.add)
            goodbye = self._listen(connection, client)
        finally:
            self._connections.forget(connection)
            if not connection.is_over:
                self._routes.disconnected(connection, goodbye.code, goodbye.reason)
        raise ConnectionResetError("the WebSocket is closed")

    def _listen(self, connection: Connection, client: socket.socket) -> _Goodbye:
        """Stay until the client is gone; how it went."""
        reader = FrameReader(client.recv, is_from_client=True)
        try:
            while (frame := reader.read()) is not None:
                if frame.opcode is Opcode.CLOSE:
                    self._part(connection, client, CloseCode.NORMAL)
                    reason = frame.payload[2:].decode(errors="replace")
                    return _Goodbye(close_code(frame.payload) or CloseCode.NO_STATUS, reason)
                if connection.is_over:
                    break
                self._answer(connection, frame)
        except ProtocolError as error:
            self._part(connection, client, error.code, str(error))
            return _Goodbye(error.code, str(error))
        except (GoneError, OSError) as error:
            logger.debug("the client of connection %s vanished: %s", connection.id, error)
        return _VANISHED

    def _answer(self, connection: Connection, frame: Frame) -> None:
        connection.last_active_at = self._now()
        if frame.opcode is Opcode.PING:
            connection.control(Opcode.PONG, frame.payload)
        elif frame.opcode is not Opcode.PONG:
            answer = self._routes.received(connection, frame.payload)
            if answer is not None:
                connection.push(answer, self._now())

    def _part(self, connection: Connection, client: socket.socket, code: CloseCode, reason: str = "") -> None:
        """Close, and let the client read why: bytes left unread would reset the connection under it."""
        self._connections.forget(connection)
        connection.close(code, reason)
        client.settimeout(_FAREWELL_SECONDS)
        with contextlib.suppress(OSError):
            while client.recv(1 << 16):
                continue


def _refuse(status: str, message: str) -> HttpAnswer:
    body = json.dumps({"message": message}).encode()
    headers = [("Content-Type", "application/json")]
    if status.startswith("426"):
        headers.append(("Sec-WebSocket-Version", VERSION))
    return HttpAnswer(status, headers, body)
