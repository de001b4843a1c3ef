"""The frames that are written by hand are those that the library reads, and the other way round."""

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.protocol import State
from websockets.uri import parse_uri

from tools.fuzz_wire import received
from web.frames import read, written

SIZES = st.sampled_from([0, 1, 125, 126, 127, 300, 65535, 65536, 70000])
MESSAGES = st.lists(st.binary(max_size=40) | SIZES.map(lambda size: b"x" * size), max_size=4)


def client() -> ClientProtocol:
    return ClientProtocol(parse_uri("ws://localhost/"), state=State.OPEN)


@given(MESSAGES)
def test_what_is_written_by_hand_is_read_by_the_library(messages: list[bytes]) -> None:
    reader = client()
    reader.receive_data(written(messages))
    frames = [each for each in reader.events_received() if isinstance(each, Frame)]
    assert [frame.data for frame in frames] == messages
    assert all(frame.fin and frame.opcode is Opcode.BINARY for frame in frames)


def sent(frames: list[Frame]) -> bytes:
    """Return what a client of the library sends for these frames."""
    return b"".join(frame.serialize(mask=True) for frame in frames)


@given(MESSAGES, st.integers(0, 9))
def test_what_the_library_writes_is_read_by_hand(messages: list[bytes], before: int) -> None:
    stream = bytes(before) + sent([Frame(Opcode.BINARY, message) for message in messages])
    at, found = before, list[bytes]()
    while (one := read(stream, at, 65535)) is not None:
        message, at = one
        found.append(message)
    short = [message for message in messages if len(message) <= 65535]
    assert found == messages[: len(found)]
    assert len(found) == len(short) or len(messages[len(found)]) > 65535


@given(st.binary(max_size=40), st.integers(0, 40))
def test_what_is_not_whole_or_anything_else_is_left_to_the_library(
    message: bytes, missing: int
) -> None:
    whole = sent([Frame(Opcode.BINARY, message)])
    assert read(whole[: len(whole) - 1 - missing], 0, 4096) is None
    assert read(whole, 0, len(message) - 1) is None
    for other in (
        Frame(Opcode.TEXT, message),
        Frame(Opcode.PING, message),
        Frame(Opcode.CONT, message),
        Frame(Opcode.BINARY, message, fin=False),
    ):
        assert read(sent([other]), 0, 4096) is None
    assert read(Frame(Opcode.BINARY, message).serialize(mask=False), 0, 4096) is None
    assert read(bytes([0xC2]) + whole[1:], 0, 4096) is None


PIECES = st.lists(st.binary(max_size=300), min_size=1, max_size=3)
PINGS_BETWEEN = st.integers(0, 1)


@given(st.lists(st.tuples(PIECES, PINGS_BETWEEN), max_size=8), st.lists(st.integers(1, 400)))
@settings(max_examples=100, deadline=None)
def test_however_a_stream_is_cut_each_message_arrives_once_in_order(
    messages: list[tuple[list[bytes], int]], cuts: list[int]
) -> None:
    """Some of it is read by hand and some by the library, and neither misses a byte."""
    frames: list[Frame] = []
    for pieces, pings in messages:
        for number, piece in enumerate(pieces):
            opcode = Opcode.CONT if number else Opcode.BINARY
            frames.append(Frame(opcode, piece, fin=number == len(pieces) - 1))
            frames += [Frame(Opcode.PING, b"between")] * pings
    stream = sent(frames[: 3 * 8])
    whole = sum(frame.fin and frame.opcode in (Opcode.CONT, Opcode.BINARY) for frame in frames[:24])
    reads: list[bytes] = []
    for cut in cuts:
        reads.append(stream[:cut])
        stream = stream[cut:]
    expected = [b"".join(pieces) for pieces, _ in messages][:whole]
    assert asyncio.run(received([*filter(None, reads), stream])) == expected


def test_a_frame_within_a_frame_is_no_message() -> None:
    """Wherever the read ends, also right before what looks like a frame of its own."""
    first = sent([Frame(Opcode.BINARY, b"first")])
    inner = sent([Frame(Opcode.BINARY, b"inner")])
    outer = bytes([0x82, 0x80 | len(inner), 0, 0, 0, 0]) + inner  # a mask that changes nothing
    for cut in range(len(outer)):
        reads = [first, first, outer[:cut], outer[cut:]]
        assert asyncio.run(received(filter(None, reads))) == [b"first", b"first", inner]


def test_a_message_within_a_message_is_none() -> None:
    first, half = Frame(Opcode.BINARY, b"first"), Frame(Opcode.BINARY, b"half", fin=False)
    reads = [sent([frame]) for frame in (first, first, half, first)]
    assert asyncio.run(received(reads)) == [b"first", b"first"]
