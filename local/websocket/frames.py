"""WebSocket frames and the messages they make up (RFC 6455, sections 5 to 7), for either side."""

import secrets
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum

# Quotas of API Gateway's WebSocket APIs, in bytes.
LONGEST_MESSAGE = 128 * 1024
LONGEST_FRAME = 32 * 1024
_LONGEST_CONTROL = 125


class Opcode(IntEnum):
    """What a frame carries."""

    CONTINUATION = 0
    TEXT = 1
    BINARY = 2
    CLOSE = 8
    PING = 9
    PONG = 10


class CloseCode(IntEnum):
    """Why a connection ends."""

    NORMAL = 1000
    GOING_AWAY = 1001
    PROTOCOL_ERROR = 1002
    # The next two are never sent: they say that a goodbye named no code, and that there was none.
    NO_STATUS = 1005
    ABNORMAL = 1006
    INVALID_TEXT = 1007
    TOO_BIG = 1009


class ProtocolError(Exception):
    """The other side broke the protocol; `code` is what to close with."""

    def __init__(self, code: CloseCode, reason: str) -> None:
        super().__init__(reason)
        self.code = code


@dataclass(frozen=True)
class Frame:
    """A control frame, or a whole message of type TEXT or BINARY."""

    opcode: Opcode
    payload: bytes


def encode(opcode: Opcode, payload: bytes, *, is_masked: bool = False, is_final: bool = True) -> bytes:
    """One frame; clients mask theirs, servers do not."""
    head = bytes([(0x80 if is_final else 0) | opcode])
    mask_bit, length = (0x80 if is_masked else 0), len(payload)
    if length < 126:
        head += bytes([mask_bit | length])
    elif length < 1 << 16:
        head += struct.pack("!BH", mask_bit | 126, length)
    else:
        head += struct.pack("!BQ", mask_bit | 127, length)
    if not is_masked:
        return head + payload
    mask = secrets.token_bytes(4)
    return head + mask + _masked(payload, mask)


def encode_message(payload: bytes, *, is_masked: bool = False) -> bytes:
    """A message in frames of at most 32 KB: text if it is UTF-8, otherwise binary."""
    opcode = Opcode.TEXT if is_text(payload) else Opcode.BINARY
    pieces = list(_pieces(payload))
    return b"".join(
        encode(
            opcode if number == 0 else Opcode.CONTINUATION,
            piece,
            is_masked=is_masked,
            is_final=number == len(pieces) - 1,
        )
        for number, piece in enumerate(pieces)
    )


def close_payload(code: CloseCode, reason: str = "") -> bytes:
    """What a CLOSE frame carries; the reason is cut to what fits into a control frame."""
    room = _LONGEST_CONTROL - 2
    return struct.pack("!H", code) + reason.encode()[:room].decode(errors="ignore").encode()


def close_code(payload: bytes) -> int | None:
    """The code a CLOSE frame carries; None if it carries none."""
    return int(struct.unpack("!H", payload[:2])[0]) if len(payload) >= 2 else None


def is_text(payload: bytes) -> bool:
    """Is it UTF-8?"""
    try:
        payload.decode()
    except UnicodeDecodeError:
        return False
    return True


class FrameReader:
    """Reads frames and puts fragments together.

    `receive(n)` gives up to n bytes and none at the end. `is_from_client` says which side sends, and so whether
    frames have to be masked. A frame beyond `longest_frame` or a message beyond `longest_message` is refused.
    """

    def __init__(
        self,
        receive: Callable[[int], bytes],
        *,
        is_from_client: bool,
        longest_frame: int = LONGEST_FRAME,
        longest_message: int = LONGEST_MESSAGE,
    ) -> None:
        self._receive = receive
        self._is_from_client = is_from_client
        self._longest_frame = longest_frame
        self._longest_message = longest_message
        self._begun: Opcode | None = None
        self._parts: list[bytes] = []

    def read(self) -> Frame | None:
        """The next control frame or whole message; None when the other side is gone. Raises ProtocolError."""
        while True:
            head = self._exactly(2)
            if head is None:
                return None
            opcode, is_final = self._opcode(head[0])
            payload = self._payload(opcode, head[1])
            if payload is None:
                return None
            if opcode >= Opcode.CLOSE:
                _check_control(opcode, payload, is_final=is_final)
                return Frame(opcode, payload)
            message = self._gather(opcode, payload, is_final=is_final)
            if message is not None:
                return message

    def _opcode(self, first: int) -> tuple[Opcode, bool]:
        if first & 0x70:
            raise ProtocolError(CloseCode.PROTOCOL_ERROR, "a reserved bit is set")
        try:
            return Opcode(first & 0x0F), bool(first & 0x80)
        except ValueError as error:
            raise ProtocolError(CloseCode.PROTOCOL_ERROR, f"there is no opcode {first & 0x0F}") from error

    def _payload(self, opcode: Opcode, second: int) -> bytes | None:
        is_masked, length = bool(second & 0x80), second & 0x7F
        if is_masked != self._is_from_client:
            raise ProtocolError(CloseCode.PROTOCOL_ERROR, "clients mask their frames, and nobody else does")
        if length >= 126:
            size, form = (2, "!H") if length == 126 else (8, "!Q")
            extended = self._exactly(size)
            if extended is None:
                return None
            (length,) = struct.unpack(form, extended)
        if opcode >= Opcode.CLOSE and length > _LONGEST_CONTROL:
            raise ProtocolError(CloseCode.PROTOCOL_ERROR, "a control frame is longer than 125 bytes")
        if length > self._longest_frame:
            raise ProtocolError(CloseCode.TOO_BIG, f"a frame is longer than {self._longest_frame} bytes")
        mask = self._exactly(4) if is_masked else b""
        payload = self._exactly(length)
        if mask is None or payload is None:
            return None
        return _masked(payload, mask) if mask else payload

    def _gather(self, opcode: Opcode, payload: bytes, *, is_final: bool) -> Frame | None:
        """The message that this fragment completes, if it does."""
        if (opcode is Opcode.CONTINUATION) == (self._begun is None):
            raise ProtocolError(CloseCode.PROTOCOL_ERROR, "a fragment is out of its order")
        kind = self._begun or opcode
        self._begun = kind
        self._parts.append(payload)
        if sum(len(part) for part in self._parts) > self._longest_message:
            raise ProtocolError(CloseCode.TOO_BIG, f"a message is longer than {self._longest_message} bytes")
        if not is_final:
            return None
        whole = b"".join(self._parts)
        self._begun, self._parts = None, []
        if kind is Opcode.TEXT and not is_text(whole):
            raise ProtocolError(CloseCode.INVALID_TEXT, "a text is not UTF-8")
        return Frame(kind, whole)

    def _exactly(self, count: int) -> bytes | None:
        received = bytearray()
        while len(received) < count:
            some = self._receive(count - len(received))
            if not some:
                return None
            received += some
        return bytes(received)


def _check_control(opcode: Opcode, payload: bytes, *, is_final: bool) -> None:
    if not is_final:
        raise ProtocolError(CloseCode.PROTOCOL_ERROR, "a control frame is in fragments")
    if opcode is Opcode.CLOSE and len(payload) == 1:
        raise ProtocolError(CloseCode.PROTOCOL_ERROR, "a close code has two bytes")


def _pieces(payload: bytes) -> Iterator[bytes]:
    yield payload[:LONGEST_FRAME]
    for at in range(LONGEST_FRAME, len(payload), LONGEST_FRAME):
        yield payload[at : at + LONGEST_FRAME]


def _masked(payload: bytes, mask: bytes) -> bytes:
    length = len(payload)
    repeated = (mask * (length // 4 + 1))[:length]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(repeated, "big")).to_bytes(length, "big")
