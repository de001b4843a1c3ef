"""The frames that are written by hand are those that the library reads."""

from hypothesis import given
from hypothesis import strategies as st
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.protocol import State
from websockets.uri import parse_uri

from web.frames import written

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
