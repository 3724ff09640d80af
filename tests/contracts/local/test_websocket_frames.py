"""WebSocket frames: what is written can be read, and what breaks the protocol is refused with its code."""

import struct
from collections.abc import Callable, Iterator

import pytest

from local.websocket.frames import (
    LONGEST_FRAME,
    LONGEST_MESSAGE,
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
from local.websocket.handshake import HandshakeError, accept_value, answer_to

KEY = "dGhlIHNhbXBsZSBub25jZQ=="


def feed(sent: bytes, at_most: int = 7) -> Callable[[int], bytes]:
    """Bytes as a network brings them: a few at a time."""
    left = bytearray(sent)

    def receive(count: int) -> bytes:
        some = bytes(left[: min(count, at_most)])
        del left[: len(some)]
        return some

    return receive


def reader(sent: bytes, **options: int) -> FrameReader:
    return FrameReader(feed(sent), is_from_client=True, **options)


def from_client(opcode: Opcode, payload: bytes, *, is_final: bool = True) -> bytes:
    return encode(opcode, payload, is_masked=True, is_final=is_final)


@pytest.mark.parametrize("length", [0, 1, 125, 126, 32768])
@pytest.mark.parametrize("is_masked", [True, False])
def test_a_frame_of_any_length_is_read_as_it_was_written(length: int, is_masked: bool) -> None:
    payload = bytes(range(256)) * (length // 256) + bytes(range(length % 256))
    read = FrameReader(
        feed(encode(Opcode.BINARY, payload, is_masked=is_masked), 4096), is_from_client=is_masked
    )
    assert read.read() == Frame(Opcode.BINARY, payload)
    assert read.read() is None


def test_the_example_of_the_standard_is_read() -> None:
    masked = bytes([0x81, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58])
    assert reader(masked).read() == Frame(Opcode.TEXT, b"Hello")
    assert encode(Opcode.TEXT, b"Hello") == bytes([0x81, 0x05]) + b"Hello"


def test_fragments_make_a_message_around_a_ping() -> None:
    sent = (
        from_client(Opcode.TEXT, "Grüß".encode()[:3], is_final=False)
        + from_client(Opcode.PING, b"?")
        + from_client(Opcode.CONTINUATION, "Grüß".encode()[3:])
        + from_client(Opcode.TEXT, b"next")
    )
    read = reader(sent)
    assert [read.read() for _ in range(3)] == [
        Frame(Opcode.PING, b"?"),
        Frame(Opcode.TEXT, "Grüß".encode()),
        Frame(Opcode.TEXT, b"next"),
    ]


@pytest.mark.parametrize(
    ("message", "opcode", "frames"),
    [
        (b"", Opcode.TEXT, 1),
        (b"a" * LONGEST_FRAME, Opcode.TEXT, 1),
        (b"a" * (LONGEST_FRAME + 1), Opcode.TEXT, 2),
        (b"\xff" * LONGEST_MESSAGE, Opcode.BINARY, 4),
    ],
)
def test_a_message_is_sent_in_frames_of_32_kilobytes(message: bytes, opcode: Opcode, frames: int) -> None:
    sent = encode_message(message)
    heads = [sent[at] for at in _heads(sent)]
    assert len(heads) == frames
    assert [head & 0x0F for head in heads] == [opcode, *[Opcode.CONTINUATION] * (frames - 1)]
    assert [bool(head & 0x80) for head in heads] == [False] * (frames - 1) + [True]
    read = FrameReader(feed(sent, 1 << 20), is_from_client=False)
    assert read.read() == Frame(opcode, message)


def _heads(sent: bytes) -> Iterator[int]:
    """Where each unmasked frame begins."""
    at = 0
    while at < len(sent):
        yield at
        length = sent[at + 1]
        at += 2 + length if length < 126 else 4 + struct.unpack("!H", sent[at + 2 : at + 4])[0]


def test_the_other_side_may_vanish_at_any_byte() -> None:
    whole = from_client(Opcode.TEXT, b"a" * 200)
    assert all(reader(whole[:end]).read() is None for end in range(len(whole)))


BROKEN = [
    (encode(Opcode.TEXT, b"a"), CloseCode.PROTOCOL_ERROR, "mask"),
    (b"\xc1\x80abcd", CloseCode.PROTOCOL_ERROR, "reserved"),
    (b"\x83\x80abcd", CloseCode.PROTOCOL_ERROR, "no opcode 3"),
    (from_client(Opcode.PING, b"a" * 126), CloseCode.PROTOCOL_ERROR, "longer than 125"),
    (from_client(Opcode.PING, b"a", is_final=False), CloseCode.PROTOCOL_ERROR, "in fragments"),
    (from_client(Opcode.CLOSE, b"a"), CloseCode.PROTOCOL_ERROR, "two bytes"),
    (from_client(Opcode.CONTINUATION, b"a"), CloseCode.PROTOCOL_ERROR, "out of its order"),
    (
        from_client(Opcode.TEXT, b"a", is_final=False) + from_client(Opcode.TEXT, b"b"),
        CloseCode.PROTOCOL_ERROR,
        "out of its order",
    ),
    (from_client(Opcode.TEXT, b"\xff"), CloseCode.INVALID_TEXT, "not UTF-8"),
    (b"\x82\xff" + struct.pack("!Q", 1 << 40), CloseCode.TOO_BIG, "a frame is longer than 32768"),
    (
        from_client(Opcode.BINARY, b"abc", is_final=False) + from_client(Opcode.CONTINUATION, b"de"),
        CloseCode.TOO_BIG,
        "a message is longer than 4",
    ),
]


# Masks are random, so the bytes cannot name the cases.
@pytest.mark.parametrize(("sent", "code", "says"), BROKEN, ids=[says for *_, says in BROKEN])
def test_what_breaks_the_protocol_is_refused_with_its_code(sent: bytes, code: CloseCode, says: str) -> None:
    read = reader(sent, longest_message=4) if "message" in says else reader(sent)
    with pytest.raises(ProtocolError, match=says) as broken:
        list(iter(read.read, None))
    assert broken.value.code is code


def test_a_close_says_why_and_fits_into_its_frame() -> None:
    payload = close_payload(CloseCode.TOO_BIG, "ü" * 100)
    assert close_code(payload) == 1009
    assert len(payload) <= 125
    assert payload[2:].decode() == "ü" * 61
    assert close_code(b"") is None


def a_handshake(**members: str) -> dict[str, str]:
    return {
        "REQUEST_METHOD": "GET",
        "HTTP_UPGRADE": "websocket",
        "HTTP_CONNECTION": "keep-alive, Upgrade",
        "HTTP_SEC_WEBSOCKET_VERSION": "13",
        "HTTP_SEC_WEBSOCKET_KEY": KEY,
        **members,
    }


def test_the_handshake_of_the_standard_is_answered() -> None:
    assert accept_value(KEY) == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
    assert answer_to(a_handshake())["Sec-WebSocket-Accept"] == accept_value(KEY)


@pytest.mark.parametrize(
    ("members", "status"),
    [
        ({"REQUEST_METHOD": "POST"}, "400 Bad Request"),
        ({"HTTP_CONNECTION": "keep-alive"}, "400 Bad Request"),
        ({"HTTP_SEC_WEBSOCKET_VERSION": "8"}, "426 Upgrade Required"),
        ({"HTTP_SEC_WEBSOCKET_KEY": "short"}, "400 Bad Request"),
        ({"HTTP_SEC_WEBSOCKET_KEY": "%%%"}, "400 Bad Request"),
    ],
)
def test_a_wrong_handshake_is_refused(members: dict[str, str], status: str) -> None:
    with pytest.raises(HandshakeError) as refused:
        answer_to(a_handshake(**members))
    assert refused.value.status == status
