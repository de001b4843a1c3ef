"""The client's copy of a log, against a server whose frames are dropped, doubled and delayed."""

from collections.abc import Sequence

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from client.inbox import Inbox
from client.log import Entry, Line, Log
from client.outbox import Answer, Outbox
from client.talk import Talk
from client.wire import Fact

Said = tuple[str, str, str]
"""Who, what, ref."""


async def _unsent(frame: bytes) -> None:
    raise AssertionError(frame)


def _said(seq: int, by: str, text: str, ref: str = "") -> Fact:
    fields: dict[str, object] = {"seq": seq, "by": by, "text": text, "at": 1}
    return Fact("said", fields | ({"ref": ref} if ref else {}))


class BadNetwork(RuleBasedStateMachine):
    """A server's log and a client's, with a network between them that keeps no promise."""

    def __init__(self) -> None:
        super().__init__()
        self.server: list[Said] = []
        self.up: list[tuple[str, str]] = []
        self.down: list[Fact] = []
        self.said = 0
        self.talk = Talk("seeker", Inbox(), _unsent, lambda: "", {})

    @rule()
    def the_other_says(self) -> None:
        self.server.append(("supporter", f"their {len(self.server)}", ""))
        self.down.append(_said(len(self.server), "supporter", self.server[-1][1]))

    @rule()
    def the_client_says(self) -> None:
        self.said += 1
        ref, text = f"r{self.said}", f"mine {self.said}"
        self.talk.outbox.keep(ref, ref.encode(), text)
        self.up.append((ref, text))

    @precondition(lambda self: self.up)
    @rule(chance=st.integers(0, 1000), doubled=st.booleans())
    def a_frame_goes_up(self, chance: int, doubled: bool) -> None:
        index = chance % len(self.up)
        self._serve(*(self.up[index] if doubled else self.up.pop(index)))

    @precondition(lambda self: self.down)
    @rule(chance=st.integers(0, 1000), doubled=st.booleans())
    def a_fact_comes_down(self, chance: int, doubled: bool) -> None:
        index = chance % len(self.down)
        self.talk.hear(self.down[index] if doubled else self.down.pop(index))

    @precondition(lambda self: self.down)
    @rule(chance=st.integers(0, 1000))
    def a_fact_is_lost(self, chance: int) -> None:
        self.down.pop(chance % len(self.down))

    @rule(trimmed=st.booleans())
    def the_client_comes_back(self, trimmed: bool) -> None:
        if trimmed:
            self.talk.hear(Fact("reset", {}))
        since = self.talk.log.position
        self.down = [_said(seq, *entry) for seq, entry in enumerate(self.server, 1) if seq > since]
        self.up = [
            (frame.decode(), f"mine {frame.decode()[1:]}") for frame in self.talk.outbox.unanswered
        ]

    @invariant()
    def what_is_shown_is_the_beginning_of_the_log(self) -> None:
        shown = self.talk.transcript
        assert list(shown) == self._lines()[: len(shown)]
        assert len(shown) == self.talk.log.position

    def teardown(self) -> None:
        self.the_client_comes_back(trimmed=False)
        while self.up or self.down:
            while self.up:
                self._serve(*self.up.pop(0))
            while self.down:
                self.talk.hear(self.down.pop(0))
        assert list(self.talk.transcript) == self._lines()
        assert not self.talk.log.holed
        assert len(self.talk.outbox) == 0
        assert len({ref for _, _, ref in self.server if ref}) == self.said

    def _lines(self) -> Sequence[Line]:
        return [Line(seq, by, text) for seq, (by, text, _) in enumerate(self.server, 1)]

    def _serve(self, ref: str, text: str) -> None:
        refs = [entry[2] for entry in self.server]
        if ref not in refs:
            self.server.append(("seeker", text, ref))
            refs.append(ref)
        seq = refs.index(ref) + 1
        self.down.append(Fact("accepted", {"ref": ref, "seq": seq, "at": 1}))


TestBadNetwork = BadNetwork.TestCase
TestBadNetwork.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


def _entry(seq: int) -> Entry:
    return Entry(seq, Fact("said", {}), Line(seq, "supporter", "hi"))


def test_a_hole_holds_back_what_follows() -> None:
    log = Log()
    log.hear(_entry(1))
    assert log.hear(_entry(3)) == ()
    assert log.holed
    assert [entry.seq for entry in log.hear(_entry(2))] == [2, 3]
    assert not log.holed


def test_a_double_is_dropped_and_counted() -> None:
    log = Log()
    log.hear(_entry(1))
    assert log.hear(_entry(1)) == ()
    assert (len(log.lines), log.doubles) == (1, 1)


def test_entries_without_text_count_but_are_no_lines() -> None:
    talk = Talk("seeker", Inbox(), _unsent, lambda: "", {})
    talk.hear(Fact("matched", {"seq": 1, "supporter": "Robin", "at": 1}))
    talk.hear(_said(2, "supporter", "hello"))
    assert list(talk.transcript) == [(2, "supporter", "hello")]


def test_a_masked_line_is_kept_as_the_server_keeps_it() -> None:
    talk = Talk("seeker", Inbox(), _unsent, lambda: "", {})
    talk.outbox.keep("r1", b"", "my number is 0")
    talk.hear(Fact("accepted", {"ref": "r1", "seq": 1, "at": 1, "text": "my number is [*]"}))
    assert list(talk.transcript) == [(1, "seeker", "my number is [*]")]


def test_an_outbox_keeps_the_order_and_forgets_what_was_answered() -> None:
    outbox = Outbox()
    for ref in ("a", "b", "c"):
        outbox.keep(ref, ref.encode(), ref)
    assert outbox.settle("b", Answer(seq=4)) == "b"
    assert outbox.unanswered == [b"a", b"c"]
    assert outbox.answer("b") == Answer(seq=4)
    assert outbox.answer("b") is None
    assert outbox.settle("b", Answer(seq=4)) is None


def test_nothing_that_was_said_is_in_a_repr() -> None:
    talk = Talk("seeker", Inbox(), _unsent, lambda: "", {})
    talk.outbox.keep("r1", b"secret", "secret")
    talk.hear(_said(1, "supporter", "secret"))
    talk.hear(_said(3, "supporter", "secret"))
    things = [talk, talk.log, talk.outbox, talk.transcript, _said(1, "seeker", "secret")]
    assert "secret" not in repr(things)
