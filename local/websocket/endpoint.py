"""The end of a WebSocket that API Gateway holds: ws://127.0.0.1:PORT/ws/API-ID/STAGE."""

import contextlib
import json
import logging
import re
import socket
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol

from local.http_answer import HttpAnswer
from local.websocket.connections import Connection, Connections, GoneError
from local.websocket.frames import CloseCode, Frame, FrameReader, Opcode, ProtocolError
from local.websocket.handshake import VERSION, HandshakeError, answer_to

logger = logging.getLogger(__name__)

# Not an AWS header: a client of API Gateway is not told its id by the handshake.
ID_HEADER = "X-Local-Connection-Id"

_PATH = re.compile(r"/ws/(?P<api_id>[A-Za-z0-9]+)/(?P<stage>[A-Za-z0-9_$-]+)/?")
_FAREWELL_SECONDS = 2.0


class Routes(Protocol):
    """What an API does with its clients."""

    def connected(self, connection: Connection) -> bool:
        """A client asks to come in ($connect); whether it may."""

    def received(self, connection: Connection, message: bytes) -> bytes | None:
        """A client sent a message; what to answer, if anything."""

    def disconnected(self, connection: Connection) -> None:
        """A client is gone ($disconnect)."""


class NoRoutes:
    """An API without routes: everyone may connect, and no message has anywhere to go."""

    def connected(self, connection: Connection) -> bool:
        """Without $connect, API Gateway lets everyone in."""
        return True

    def received(self, connection: Connection, message: bytes) -> bytes | None:
        """What API Gateway answers to a message that no route selects."""
        refusal = {"message": "Forbidden", "connectionId": connection.id, "requestId": str(uuid.uuid4())}
        return json.dumps(refusal).encode()

    def disconnected(self, connection: Connection) -> None:
        """Nobody is told."""


class Endpoint:
    """Holds WebSockets open. Any API id and stage will do, and no credentials are asked for (emulator-defined).

    Not built: the two hours a connection may last and its ten idle minutes, as the world's clock leaps.
    """

    def __init__(self, connections: Connections, now: Callable[[], datetime]) -> None:
        self._connections = connections
        self._now = now
        self.routes: Routes = NoRoutes()

    def take_over(self, environ: dict[str, Any]) -> HttpAnswer:
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
        if not self.routes.connected(connection):
            return _refuse("403 Forbidden", "Forbidden")
        lines = [f"{name}: {value}" for name, value in {**headers, ID_HEADER: connection.id}.items()]
        handshake = "\r\n".join(["HTTP/1.1 101 Switching Protocols", *lines, "", ""]).encode()
        try:
            # Known before the client hears of it, so that it can be pushed to as soon as it does.
            connection.begin(handshake, self._connections.add)
            self._listen(connection, client)
        finally:
            self._connections.forget(connection)
            self.routes.disconnected(connection)
        raise ConnectionResetError("the WebSocket is closed")

    def _listen(self, connection: Connection, client: socket.socket) -> None:
        reader = FrameReader(client.recv, is_from_client=True)
        try:
            while (frame := reader.read()) is not None:
                if frame.opcode is Opcode.CLOSE:
                    self._part(connection, client, CloseCode.NORMAL)
                    return
                self._answer(connection, frame)
        except ProtocolError as error:
            self._part(connection, client, error.code, str(error))
        except (GoneError, OSError) as error:
            logger.debug("the client of connection %s vanished: %s", connection.id, error)

    def _answer(self, connection: Connection, frame: Frame) -> None:
        connection.last_active_at = self._now()
        if frame.opcode is Opcode.PING:
            connection.control(Opcode.PONG, frame.payload)
        elif frame.opcode is not Opcode.PONG:
            answer = self.routes.received(connection, frame.payload)
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
