"""Messages as nobody should write them: nearly right ones, and any MessagePack at all."""

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from client.wire import encode
from tools.fuzz import TARGETS

GOOD = [
    encode("ping"),
    encode("say", ref="r", text="hello, wörld 🙂"),
    encode("enter", admission="x" * 43, language="en", topics=["grief"], mood=3, country="GB"),
    encode("resume", token="x" * 43, since=7),
    encode("read", seq=300),
    encode("feedback", mood=5),
    encode("attend", admission="x" * 43),
    encode("availability", state="available", capacity=2, languages=["en"]),
    encode("note", conversation="c", ref="r", text="a note"),
    encode("resolve", escalation="e", outcome="referred", note="n"),
]
_SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**64 - 1),
    st.floats(),
    st.text(max_size=20),
    st.binary(max_size=20),
    st.builds(msgspec.msgpack.Ext, st.integers(-128, 127), st.binary(max_size=20)),
)
_ANYTHING = st.recursive(
    _SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
_FIELDS = st.sampled_from(
    ["ref", "text", "seq", "admission", "language", "topics", "mood", "conversation", "state"]
)
_KINDS = st.sampled_from(["say", "enter", "read", "resume", "attend", "note", "availability"])


@st.composite
def _nearly(draw: st.DrawFn) -> bytes:
    """A good message with bytes changed, left out, or put in."""
    frame = bytearray(draw(st.sampled_from(GOOD)))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(frame)))
        end = min(len(frame), at + draw(st.integers(0, 4)))
        frame[at:end] = draw(st.binary(max_size=4))
    return bytes(frame)


@given(_nearly())
@settings(max_examples=400, deadline=None)
def test_a_message_that_is_nearly_right_is_read_or_refused(frame: bytes) -> None:
    TARGETS["message"](frame)


@given(_KINDS, st.dictionaries(_FIELDS, _ANYTHING, max_size=5))
@settings(max_examples=200, deadline=None)
def test_a_command_with_any_values_is_read_or_refused(kind: str, fields: dict[str, object]) -> None:
    TARGETS["message"](msgspec.msgpack.encode({"t": kind, **fields}))


@given(_ANYTHING)
@settings(max_examples=100, deadline=None)
def test_anything_that_is_messagepack_is_read_or_refused(value: object) -> None:
    TARGETS["message"](msgspec.msgpack.encode(value))
