"""The opening handshake of a WebSocket (RFC 6455, section 4)."""

import base64
import hashlib
from collections.abc import Mapping
from typing import Any

VERSION = "13"
_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_KEY_BYTES = 16


class HandshakeError(Exception):
    """The request is no opening handshake that can be answered; `status` is the HTTP status line to say so."""

    def __init__(self, status: str, reason: str) -> None:
        super().__init__(reason)
        self.status = status


def wants_websocket(environ: Mapping[str, Any]) -> bool:
    """Does the HTTP request ask to become a WebSocket?"""
    return str(environ.get("HTTP_UPGRADE", "")).lower() == "websocket"


def accept_value(key: str) -> str:
    """The Sec-WebSocket-Accept that answers a Sec-WebSocket-Key."""
    return base64.b64encode(hashlib.sha1((key + _GUID).encode()).digest()).decode()  # noqa: S324  # the RFC's


def answer_to(environ: Mapping[str, Any]) -> dict[str, str]:
    """The headers that accept the handshake. Raises HandshakeError for one that is wrong."""
    tokens = [token.strip().lower() for token in str(environ.get("HTTP_CONNECTION", "")).split(",")]
    if environ["REQUEST_METHOD"] != "GET" or "upgrade" not in tokens:
        raise HandshakeError("400 Bad Request", "a WebSocket begins with GET and Connection: Upgrade")
    if environ.get("HTTP_SEC_WEBSOCKET_VERSION") != VERSION:
        raise HandshakeError("426 Upgrade Required", f"the only version of WebSocket is {VERSION}")
    key = str(environ.get("HTTP_SEC_WEBSOCKET_KEY", ""))
    if not _is_key(key):
        raise HandshakeError("400 Bad Request", "Sec-WebSocket-Key is not 16 bytes in base64")
    return {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Accept": accept_value(key)}


def _is_key(key: str) -> bool:
    try:
        return len(base64.b64decode(key, validate=True)) == _KEY_BYTES
    except ValueError:
        return False
