"""The WebSocket connections that are open, by their ids."""

from __future__ import annotations

import base64
import contextlib
import secrets
import socket
import struct
from collections.abc import Callable, Mapping
from datetime import datetime
from threading import Lock

from local.websocket.frames import CloseCode, Opcode, close_payload, encode, encode_message

# How long a client may leave what is sent to it unread, in seconds, before it counts as gone.
_PATIENCE_SECONDS = 5
# API Gateway's ids are eleven bytes in base64, as in L0SM9cOFvHcCIhw=.
_ID_BYTES = 11


class GoneError(Exception):
    """The connection is closed, or never was."""


class Connection:
    """One client of one stage of an API. Moments are aware UTC, by the world's clock."""

    def __init__(
        self,
        api_id: str,
        stage: str,
        connected: socket.socket,
        at: datetime,
        *,
        source_ip: str = "127.0.0.1",
        user_agent: str = "",
    ) -> None:
        self.id = base64.urlsafe_b64encode(secrets.token_bytes(_ID_BYTES)).decode()
        self.api_id = api_id
        self.stage = stage
        self.connected_at = at
        self.last_active_at = at
        self.source_ip = source_ip
        self.user_agent = user_agent
        # Who connected, as API Gateway tells it: empty where nobody was asked.
        self.identity: Mapping[str, str] = {}
        # Ended together with the world it belonged to, in which nobody is to be told of it.
        self.is_over = False
        self._socket = connected
        self._sending = Lock()
        self._is_closed = False
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", _PATIENCE_SECONDS, 0))

    def begin(self, handshake: bytes, announce: Callable[[Connection], None]) -> None:
        """Announce the connection, and answer its handshake before anything that is pushed to it meanwhile."""
        with self._sending:
            announce(self)
            self._socket.sendall(handshake)

    def push(self, message: bytes, at: datetime) -> None:
        """Send a message. Raises GoneError if the client does not take it."""
        self._send(encode_message(message))
        self.last_active_at = at

    def control(self, opcode: Opcode, payload: bytes) -> None:
        """Send a control frame. Raises GoneError if the client does not take it."""
        self._send(encode(opcode, payload))

    def close(self, code: CloseCode, reason: str = "") -> None:
        """Say goodbye and send nothing more; closing again does nothing."""
        with self._sending:
            if self._is_closed:
                return
            self._is_closed = True
            # A client that is gone already needs no goodbye.
            with contextlib.suppress(OSError):
                self._socket.sendall(encode(Opcode.CLOSE, close_payload(code, reason)))
                self._socket.shutdown(socket.SHUT_WR)

    def _send(self, frames: bytes) -> None:
        with self._sending:
            if self._is_closed:
                raise GoneError(self.id)
            try:
                self._socket.sendall(frames)
            except OSError as error:
                self._is_closed = True
                raise GoneError(self.id) from error


class Connections:
    """Every open connection."""

    def __init__(self) -> None:
        self._open: dict[str, Connection] = {}
        self._lock = Lock()

    def add(self, connection: Connection) -> None:
        """Know the connection from now on."""
        with self._lock:
            self._open[connection.id] = connection

    def find(self, api_id: str, stage: str, connection_id: str) -> Connection:
        """The open connection of that stage. Raises GoneError if there is none."""
        connection = self._open.get(connection_id)
        if connection is None or (connection.api_id, connection.stage) != (api_id, stage):
            raise GoneError(connection_id)
        return connection

    def forget(self, connection: Connection) -> bool:
        """Know the connection no more; whether it was known."""
        with self._lock:
            return self._open.pop(connection.id, None) is not None

    def listed(self) -> list[Connection]:
        """All of them, the oldest first."""
        with self._lock:
            return list(self._open.values())

    def close_all(self) -> None:
        """Say goodbye to everyone."""
        for connection in self.listed():
            self.forget(connection)
            connection.is_over = True
            connection.close(CloseCode.GOING_AWAY, "Going away")
