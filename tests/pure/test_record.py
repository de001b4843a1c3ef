"""The fields of a hash: what is written is what is read, whatever happened in between."""

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from chat.conversation import (
    Closed,
    Conversation,
    Event,
    GivenBack,
    IllegalEvent,
    Joined,
    Matched,
    SteppedOut,
    TakenOver,
    step,
)
from chat.log import About
from chat.record import fields_of_about, fields_of_change, record_of
from config.clock import Millis
from config.ids import AccountId, ConversationId, TokenHash
from config.risk import Risk

ID = ConversationId("one")
TOKEN = TokenHash("hash of a token")
CODES = st.sampled_from(["en", "fr", "zh-Hant", "sn"])

people = st.sampled_from([AccountId("anna"), AccountId("ben")])
names = st.sampled_from(["Anna", "Bén Ö"])
events = st.one_of(
    st.builds(Matched, people, names),
    st.builds(Joined, people, names),
    st.builds(SteppedOut, people),
    st.builds(TakenOver, people, names),
    st.builds(GivenBack, people, st.just("lost")),
    st.builds(Closed, st.just("closed")),
)
abouts = st.builds(
    About,
    name=st.text(min_size=1, max_size=20),
    languages=st.lists(CODES, min_size=1, max_size=3).map(tuple),
    topics=st.lists(st.sampled_from(["grief", "work"]), max_size=2).map(tuple),
    country=st.sampled_from(["GB", "ZZ"]),
    mood=st.none() | st.integers(0, 10),
    began=st.integers(0, 2**45).map(Millis),
)


class Hash:
    """A hash as the scripts keep it."""

    def __init__(self, about: About) -> None:
        self.fields: dict[str, bytes] = {
            "phase": b"waiting",
            "revision": b"0",
            "seq": b"0",
            "risk": b"0",
            "day": b"2026-11-23",
            "key": b"wrapped",
        }
        self.set(fields_of_about(about, TOKEN))

    def set(self, pairs: Sequence[str | int]) -> None:
        for name, value in zip(pairs[::2], pairs[1::2], strict=True):
            if value == "" and name != "topics":
                self.fields.pop(str(name), None)
            else:
                self.fields[str(name)] = str(value).encode()

    def commit(self, before: Conversation, after: Conversation, name: str) -> None:
        self.set(fields_of_change(before, after, name))
        self.fields["revision"] = str(after.revision).encode()


@settings(max_examples=200, deadline=None)
@given(abouts, st.lists(events, min_size=5, max_size=15))
def test_a_record_is_read_as_it_was_written(about: About, happenings: list[Event]) -> None:
    kept, state, name = Hash(about), Conversation(ID), ""
    for event in happenings:
        try:
            after, _ = step(state, event, Millis(0))
        except IllegalEvent:
            continue
        came = event.name if isinstance(event, Matched | TakenOver) else ""
        kept.commit(state, after, came)
        state = after
        name = "" if state.supporter is None else came or name
        record = record_of(ID, kept.fields)
        assert record is not None
        assert record.state == state
        assert record.about == about
        assert (record.token, record.supporter_name) == (TOKEN, name)


def test_no_fields_are_no_record() -> None:
    assert record_of(ID, {}) is None
    assert record_of(ID, {"token": b"left over"}) is None


def test_marks_are_read() -> None:
    kept = Hash(About("Heron", ("en",), (), "GB", None, Millis(5)))
    kept.set(["gone", 9, "read:seeker", 3, "read:supporter", 4, "staff_seq", 2])
    kept.set(["seq", 7, "risk", 3, "unknown", "x"])
    record = record_of(ID, kept.fields)
    assert record is not None
    assert (record.gone_since, record.connected) == (9, False)
    assert (record.read_by_seeker, record.read_by_supporter) == (3, 4)
    assert (record.last, record.staff_last, record.risk) == (7, 2, Risk.HIGH)


def test_a_change_names_only_what_changes() -> None:
    talking, _ = step(Conversation(ID), Matched(AccountId("anna"), "Anna"), Millis(0))
    joined, _ = step(talking, Joined(AccountId("grace"), "Grace"), Millis(0))
    assert fields_of_change(talking, joined, "") == ["phase", "talking", "m:grace", "supervisor"]
