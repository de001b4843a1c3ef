"""Frames that no client should send, byte by byte, and the code that each closes with."""

import struct

import pytest

from client.wire import encode
from config import limits
from tests.support.plain import (
    BINARY,
    CLOSE,
    CONTINUATION,
    PING,
    PONG,
    TEXT,
    frame,
    head,
    plain,
    plain_socket,
)
from tests.support.raw import asks, raw_socket
from tests.support.running import House

pytestmark = pytest.mark.asyncio(loop_scope="module")

PROTOCOL, TOO_BIG, NOT_UTF8 = 1002, 1009, 1007
MALFORMED, UNKNOWN = 4001, 4002
SIXTEEN_KIB = limits.FRAME_BYTES

FRAMES: dict[str, tuple[bytes, int | None]] = {
    # bits and opcodes (RFC 6455, section 5.2)
    **{
        f"reserved bits {bits:03b} in opcode {opcode}": (frame(opcode, reserved=bits), PROTOCOL)
        for bits, opcode in ((1, BINARY), (2, BINARY), (4, BINARY), (7, TEXT), (4, PING))
    },
    **{
        f"reserved opcode {opcode}": (frame(opcode), PROTOCOL)
        for opcode in (0x3, 0x4, 0x5, 0x6, 0x7, 0xB, 0xC, 0xD, 0xE, 0xF)
    },
    "compressed, though nobody agreed to it": (
        frame(BINARY, b"\x4a\x4c\x04\x00", reserved=4),
        PROTOCOL,
    ),
    "not masked": (frame(BINARY, encode("ping"), masked=False), PROTOCOL),
    "a ping that is not masked": (frame(PING, masked=False), PROTOCOL),
    # lengths
    "one byte too many": (frame(BINARY, bytes(SIXTEEN_KIB + 1)), TOO_BIG),
    "too many announced, none sent": (
        frame(BINARY, length=struct.pack("!BQ", 127, SIXTEEN_KIB + 1)),
        TOO_BIG,
    ),
    "as many as can be announced": (frame(BINARY, length=b"\x7f" + b"\xff" * 8), TOO_BIG),
    "too many in two pieces": (
        frame(BINARY, bytes(SIXTEEN_KIB), fin=False) + frame(CONTINUATION, b"x"),
        TOO_BIG,
    ),
    "too many in small pieces": (
        frame(BINARY, fin=False) + frame(CONTINUATION, bytes(512), fin=False) * 33,
        TOO_BIG,
    ),
    # control frames (section 5.5)
    "a ping of 126 bytes": (frame(PING, bytes(126)), PROTOCOL),
    "a pong of 126 bytes": (frame(PONG, bytes(126)), PROTOCOL),
    "a ping in pieces": (frame(PING, b"x", fin=False), PROTOCOL),
    "a close in pieces": (frame(CLOSE, b"\x03\xe8", fin=False), PROTOCOL),
    "a close of 126 bytes": (frame(CLOSE, b"\x03\xe8" + bytes(124)), PROTOCOL),
    "a close of one byte": (frame(CLOSE, b"\x03"), PROTOCOL),
    "a close without a code": (frame(CLOSE), None),
    "a close whose reason is not UTF-8": (frame(CLOSE, b"\x03\xe8\xff\xfe"), NOT_UTF8),
    "a close whose reason is half a letter": (frame(CLOSE, b"\x03\xe8\xc3"), NOT_UTF8),
    **{
        f"a close with {code}, which nobody may send": (
            frame(CLOSE, struct.pack("!H", code)),
            PROTOCOL,
        )
        for code in (0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535)
    },
    **{
        f"a close with {code}": (frame(CLOSE, struct.pack("!H", code) + b"bye"), code)
        for code in (1000, 1001, 1003, 1011, 1014, 3000, 4001, 4999)
    },
    "a close and more after it": (frame(CLOSE, b"\x03\xe8") + frame(BINARY, b"\xc1") * 9, 1000),
    # fragments (section 5.4)
    "a continuation of nothing": (frame(CONTINUATION, b"x"), PROTOCOL),
    "a message within a message": (
        frame(BINARY, b"x", fin=False) + frame(BINARY, b"y"),
        PROTOCOL,
    ),
    "text within a message": (frame(BINARY, b"x", fin=False) + frame(TEXT, b"y"), PROTOCOL),
    "a close within a message": (
        frame(BINARY, b"x", fin=False) + frame(CLOSE, b"\x03\xe8"),
        PROTOCOL,
    ),
    "a bad message in pieces, with pings between them": (
        frame(BINARY, b"\xc1", fin=False) + frame(PING) + frame(CONTINUATION, b"x"),
        MALFORMED,
    ),
    # text, which has no place here
    "text": (frame(TEXT, b"hello"), MALFORMED),
    "text that is not UTF-8": (frame(TEXT, b"\xff\xfe"), MALFORMED),
    "text in pieces": (frame(TEXT, b"\xc3", fin=False) + frame(CONTINUATION, b"\xa9"), MALFORMED),
    # bytes that are no frames
    "a request instead of a frame": (b"GET / HTTP/1.1\r\n\r\n", PROTOCOL),
    "zeros": (bytes(64), PROTOCOL),
    "the hello of TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", PROTOCOL),
}

_SAY = b"\xa1t\xa3say\xa3ref\xa1r\xa4text"
_READ = b"\x82\xa1t\xa4read\xa3seq"
_ENTER = b"\x84\xa1t\xa5enter\xa9admission\xb4" + b"x" * 20 + b"\xa8language\xa2en\xa6topics"

MESSAGES: dict[str, tuple[bytes, int]] = {
    # not a map
    "nothing": (b"", MALFORMED),
    "nil": (b"\xc0", UNKNOWN),
    "the byte that is never used": (b"\xc1", MALFORMED),
    "a number": (b"\x07", UNKNOWN),
    "a string": (b"\xa4ping", UNKNOWN),
    "an array": (b"\x92\xa1t\xa4ping", UNKNOWN),
    "an extension": (b"\xd4\x05x", UNKNOWN),
    "an empty map": (b"\x80", UNKNOWN),
    # lengths that lie
    "a string of 4 GiB": (b"\x81\xa1t\xdb\xff\xff\xff\xff", MALFORMED),
    "bytes of 4 GiB": (b"\x83" + _SAY + b"\xc6\xff\xff\xff\xff", MALFORMED),
    "an extension of 4 GiB": (b"\x83" + _SAY + b"\xc9\xff\xff\xff\xff\x01", MALFORMED),
    "an array of four thousand million": (_ENTER + b"\xdd\xff\xff\xff\xff", UNKNOWN),
    "a map of four thousand million": (b"\xdf\xff\xff\xff\xff", MALFORMED),
    "a map with a field less": (b"\x82\xa1t\xa4ping", MALFORMED),
    "a map with a field more": (b"\x80\xa1t\xa4ping", UNKNOWN),
    # without end
    "arrays in arrays": (b"\x91" * 16_000, UNKNOWN),
    "maps in maps": (b"\x81\xa1a" * 5_000, MALFORMED),
    "maps as kinds": (b"\x81\xa1t" * 5_000, UNKNOWN),
    "arrays in a field nobody knows": (b"\x82\xa1t\xa4ping\xa1z" + b"\x91" * 16_000, UNKNOWN),
    "arrays as topics": (_ENTER + b"\x91" * 16_000, UNKNOWN),
    # kinds and fields
    "no kind": (b"\x81\xa3ref\xa1r", UNKNOWN),
    "an empty kind": (b"\x81\xa1t\xa0", UNKNOWN),
    "a kind that is a number": (b"\x81\xa1t\x01", UNKNOWN),
    "two kinds": (b"\x84\xa1t\xa4ping" + _SAY + b"\xa1x", UNKNOWN),
    "a field whose name is a number": (b"\x82\xa1t\xa4ping\x01\x02", UNKNOWN),
    "a field whose name is nil": (b"\x82\xa1t\xa4ping\xc0\x02", UNKNOWN),
    # values
    "bytes for text": (b"\x83" + _SAY + b"\xc4\x05hello", UNKNOWN),
    "an extension for text": (b"\x83" + _SAY + b"\xd4\x01h", UNKNOWN),
    "a time for text": (b"\x83" + _SAY + b"\xd6\xff\x00\x00\x00\x01", UNKNOWN),
    "nil for text": (b"\x83" + _SAY + b"\xc0", UNKNOWN),
    "half a letter": (b"\x83" + _SAY + b"\xa1\xc3", MALFORMED),
    "a lone surrogate": (b"\x83" + _SAY + b"\xa3\xed\xa0\x80", MALFORMED),
    "a letter in more bytes than it needs": (b"\x83" + _SAY + b"\xa2\xc0\x80", MALFORMED),
    "no number for a number": (_READ + b"\xcb\x7f\xf8" + bytes(6), UNKNOWN),
    "infinity": (_READ + b"\xcb\x7f\xf0" + bytes(6), UNKNOWN),
    "one, but as a float": (_READ + b"\xcb\x3f\xf0" + bytes(6), UNKNOWN),
    "the greatest number": (_READ + b"\xcf" + b"\xff" * 8, UNKNOWN),
    "the least number": (_READ + b"\xd3\x80" + bytes(7), UNKNOWN),
    "a position beyond what a page can count": (_READ + b"\xcf\x00\x20" + bytes(5) + b"\x01", 4002),
    "true for a number": (_READ + b"\xc3", UNKNOWN),
}


@pytest.mark.parametrize("name", FRAMES)
async def test_a_frame_against_the_rules_closes_by_them(house: House, name: str) -> None:
    sent, code = FRAMES[name]
    async with plain_socket(house.url) as peer:
        peer.sends(sent)
        ending = await peer.ending()
        assert ending.closed
        assert ending.code == code
        peer.sends(frame(CLOSE))
        await peer.ended()
    await _serves(house)


@pytest.mark.parametrize("name", MESSAGES)
async def test_a_message_that_is_none_closes_by_the_table(house: House, name: str) -> None:
    sent, code = MESSAGES[name]
    async with plain_socket(house.url) as peer:
        peer.sends(frame(BINARY, sent))
        assert (await peer.ending()).code == code
    await _serves(house)


async def test_a_message_that_is_none_closes_a_socket_of_staff_the_same_way(house: House) -> None:
    cookie = f"Cookie: {await house.header('amina')}"
    for name, (sent, code) in MESSAGES.items():
        async with plain(house.url) as peer:
            peer.sends(head(house.url, "/ws/staff", cookie))
            assert await peer.status() == 101
            peer.sends(frame(BINARY, sent))
            # what is known to seekers alone is unknown here
            assert (await peer.ending()).code in (code, UNKNOWN), name


@pytest.mark.parametrize("cut", [1, 2, 5, 7])
async def test_half_a_frame_is_no_frame(house: House, cut: int) -> None:
    whole = frame(BINARY, encode("ping"))
    async with plain_socket(house.url) as peer:
        peer.sends(whole[:cut])
        peer.ends()
        await peer.ended()
    async with plain_socket(house.url) as peer:
        for byte in whole:
            peer.sends(bytes([byte]))
        assert (await peer.ending()).code == 4003  # whole again, but out of phase
    await _serves(house)


async def test_a_length_in_more_bytes_than_it_needs_is_read_as_what_it_is(house: House) -> None:
    message = encode("ping")
    async with plain_socket(house.url) as peer:
        peer.sends(frame(BINARY, message, length=struct.pack("!BQ", 127, len(message))))
        assert (await peer.ending()).code == 4003


async def test_compression_is_offered_in_vain(house: House) -> None:
    more = {"Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits"}
    async with raw_socket(house.url, "/ws/seeker", headers=more) as socket:
        await socket.says("ping")
        assert (await socket.closed())[0] == 4003


@pytest.mark.parametrize(
    ("line", "instead", "status"),
    [
        ("Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 8", 400),
        ("Sec-WebSocket-Version: 13", "X: x", 400),
        ("Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", "X: x", 400),
        ("Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", "Sec-WebSocket-Key: short", 400),
        ("Upgrade: websocket", "Upgrade: h2c", 404),
        ("Connection: Upgrade", "Connection: close", 404),
        ("GET ", "POST ", 405),
    ],
)
async def test_a_handshake_against_the_rules_opens_nothing(
    house: House, line: str, instead: str, status: int
) -> None:
    async with plain(house.url) as peer:
        asked = head(house.url, "/ws/seeker")
        assert line.encode() in asked
        peer.sends(asked.replace(line.encode(), instead.encode(), 1))
        assert await peer.status() == status
    await _serves(house)


async def _serves(house: House) -> None:
    """Somebody else can open a socket and is heard."""
    async with plain_socket(house.url) as other:
        other.sends(frame(PING, b"and you?"))
        assert await other.frame() == (PONG, b"and you?")
    assert (await asks(house.url, "/health/live")).status == 200
