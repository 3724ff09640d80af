"""A small WebSocket client."""

import base64
import contextlib
import secrets
import socket
from collections.abc import Mapping
from http.client import HTTPException, HTTPResponse
from urllib.parse import urlsplit

from local.websocket.endpoint import ID_HEADER
from local.websocket.frames import (
    CloseCode,
    Frame,
    FrameReader,
    Opcode,
    ProtocolError,
    close_code,
    close_payload,
    encode,
    encode_message,
)
from local.websocket.handshake import VERSION, accept_value

# A handshake waits for the function behind $connect, which starts first.
_HANDSHAKE_SECONDS = 60.0


class WebSocketClient:
    """A connection to `url`, such as ws://127.0.0.1:4566/ws/local/local; a context manager that closes it.

    `connection_id` is the id it was given. `closed_with` is the code it ended with: None while it is open, and
    when it ended without one. `pongs` are the answers to pings.
    """

    def __init__(
        self, url: str, timeout: float | None = 10.0, headers: Mapping[str, str] | None = None
    ) -> None:
        """Connect; `timeout` is seconds of silence, None for any; `headers` go along with the handshake.

        Raises OSError if the server does not let us.
        """
        parts = urlsplit(url)
        if parts.scheme != "ws" or not parts.hostname:
            raise ValueError(f"{url!r} is no WebSocket; write it like ws://127.0.0.1:4566/ws/local/local")
        self.closed_with: int | None = None
        self.pongs: list[bytes] = []
        self._socket = socket.create_connection(
            (parts.hostname, parts.port or 80), timeout=_HANDSHAKE_SECONDS
        )
        try:
            self.connection_id = self._shake_hands(
                parts.netloc, parts._replace(scheme="", netloc="").geturl() or "/", headers or {}
            )
        except BaseException:
            self._socket.close()
            raise
        self._socket.settimeout(timeout)
        self._reader = FrameReader(self._socket.recv, is_from_client=False)

    def receive(self) -> bytes | None:
        """The next message; None once the server has closed. Raises OSError when it is silent for too long."""
        while (frame := self._reader.read()) is not None:
            if self._is_message(frame):
                return frame.payload
            if frame.opcode is Opcode.CLOSE:
                return None
        return None

    def waiting(self) -> list[bytes]:
        """The messages that the server has sent by now: all that come before it answers a ping.

        Raises OSError when it is silent for too long, and ConnectionError if it has closed.
        """
        marker = secrets.token_bytes(8)
        self._say(Opcode.PING, marker)
        messages = []
        while (frame := self._reader.read()) is not None and frame.opcode is not Opcode.CLOSE:
            if self._is_message(frame):
                messages.append(frame.payload)
            elif self.pongs and self.pongs[-1] == marker:
                self.pongs.pop()
                return messages
        raise ConnectionError("the server has closed the connection")

    def _is_message(self, frame: Frame) -> bool:
        """Whether it is one; other frames are answered as they ask for."""
        if frame.opcode is Opcode.CLOSE:
            self.closed_with = close_code(frame.payload)
            self._say(Opcode.CLOSE, frame.payload[:2])
        elif frame.opcode is Opcode.PING:
            self._say(Opcode.PONG, frame.payload)
        elif frame.opcode is Opcode.PONG:
            self.pongs.append(frame.payload)
        else:
            return True
        return False

    def send(self, message: bytes) -> None:
        """Send a message."""
        self._socket.sendall(encode_message(message, is_masked=True))

    def send_raw(self, sent: bytes) -> None:
        """Send bytes as they are, which need not be a frame."""
        self._socket.sendall(sent)

    def close(self) -> None:
        """Say goodbye, wait for the answer, hang up."""
        with contextlib.suppress(OSError, ProtocolError):
            self._say(Opcode.CLOSE, close_payload(CloseCode.NORMAL))
            while self.receive() is not None:
                continue
        self._socket.close()

    def hang_up(self) -> None:
        """Go without a goodbye."""
        self._socket.close()

    def __enter__(self) -> "WebSocketClient":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _say(self, opcode: Opcode, payload: bytes) -> None:
        with contextlib.suppress(OSError):
            self._socket.sendall(encode(opcode, payload, is_masked=True))

    def _shake_hands(self, host: str, path: str, headers: Mapping[str, str]) -> str:
        key = base64.b64encode(secrets.token_bytes(16)).decode()
        lines = [
            f"GET {path} HTTP/1.1",
            f"Host: {host}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Version: {VERSION}",
            f"Sec-WebSocket-Key: {key}",
            "User-Agent: embedded-aws",
            *(f"{name}: {value}" for name, value in headers.items()),
        ]
        self._socket.sendall("\r\n".join([*lines, "", ""]).encode())
        with HTTPResponse(self._socket) as response:
            try:
                response.begin()
            except HTTPException as error:
                raise ConnectionError(f"no WebSocket answers at {host}{path}: {error!r}") from error
            if response.status != 101:
                raise ConnectionError(f"{host}{path} says {response.status}: {response.read().decode()}")
            if response.headers["Sec-WebSocket-Accept"] != accept_value(key):
                raise ConnectionError(f"{host}{path} answers another handshake")
            return str(response.headers[ID_HEADER])
