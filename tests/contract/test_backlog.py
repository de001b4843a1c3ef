"""Long logs: those who come back to one, those who read slowly, and entries that can't be read."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Literal

import pytest

from chat import protocol as wire
from chat.changes import change
from chat.closing import Closings
from chat.conversation import Closed
from chat.entry import UNREADABLE_REMARK, FlagDoubted, LogEntry
from chat.log import SEEKER, Log
from chat.outbox import Outbox
from config.ids import AccountId, ConversationId, Ref, Seq
from config.limits import OUTBOX_BYTES, OUTBOX_FRAMES
from config.risk import Risk
from staff.roles import Role
from store.client import Store
from tests.support.adapters import KINDS, store_for
from tests.support.meeting import Meeting, SeekerAt, StaffAt, meeting
from tests.support.talks import ANNA, START, Screenful, a_line, a_text, parts_on

MANY = 700
"""Lines: more than an outbox holds, in frames and in bytes."""
LONG = "word " * 120


@pytest.fixture(params=KINDS)
async def kept(request: pytest.FixtureRequest) -> AsyncGenerator[Store | None]:
    async with store_for(request) as store:
        yield store


@pytest.fixture
async def here(kept: Store | None) -> AsyncGenerator[Meeting]:
    async with meeting(store=kept) as one:
        yield one


class Slow(Screenful):
    """Reads nothing until it is let, and remembers how much was kept for it."""

    def __init__(self, outbox: Outbox) -> None:
        super().__init__(outbox)
        self.may = asyncio.Event()
        self.stuck = asyncio.Event()

    async def _take(self, frame: bytes) -> None:
        self.stuck.set()
        await self.may.wait()
        await super()._take(frame)


class Reader:
    """One who follows with a real outbox, and keeps no more than is told."""

    account: AccountId | None = None
    audience: Literal["seeker", "staff"] = "staff"

    def __init__(self, screen: Screenful) -> None:
        self.screen = screen
        self.has_room = screen.outbox.has_room
        self.hear = screen.outbox.put

    def notice(self, conversation: ConversationId, seq: Seq, entry: LogEntry) -> None:
        """See `Follower`."""

    def hint(self, conversation: ConversationId, hint: str) -> None:
        """See `Follower`."""

    def lost_tail(self, conversation: ConversationId) -> None:
        """See `Follower`."""

    async def has_heard(self, last: int) -> None:
        """Wait for so many lines, which are all from the first on."""
        await self.screen.sees("said", last)
        assert [fact["seq"] for fact in self.screen.of("said")] == list(range(1, last + 1))
        assert self.screen.outbox.closing is None


def reader(meeting: Meeting, screen: Screenful | None = None) -> Reader:
    screen = screen or Screenful(Outbox())
    meeting.outboxes.append(screen.outbox)
    meeting.tasks.create_task(screen.read(), name="a reader's writer")
    return Reader(screen)


def elsewhere(one: Meeting, kept: Store | None) -> Log:
    """Return the log as another process writes it, so that this one is woken."""
    return parts_on(kept, one.clock, beside=one.parts).log


async def fill(log: Log, id_: ConversationId, lines: int, first: int = 1) -> None:
    """So many lines reach the log."""
    sent = [
        log.append(id_, SEEKER, a_line(f"r{number}", f"{number} {LONG}"))
        for number in range(first, first + lines)
    ]
    await asyncio.gather(*sent)


async def a_long_talk(one: Meeting, lines: int = MANY) -> SeekerAt:
    """A seeker whose connection was lost; since then much was said."""
    seeker = await one.comes()
    await seeker.session.lost()
    await fill(one.parts.log, seeker.id, lines)
    return seeker


async def a_joined_talk(one: Meeting, lines: int = MANY) -> tuple[ConversationId, StaffAt]:
    """A supporter in a conversation in which much was said."""
    await one.hires("anna")
    anna = await one.attends("anna")
    await anna.is_available()
    seeker = await one.comes()
    id_ = await anna.accepts()
    await seeker.session.lost()
    anna.session.gone()
    await fill(one.parts.log, id_, lines)
    return id_, anna


# Seekers


async def test_who_comes_back_to_a_long_log_hears_all_of_it(here: Meeting) -> None:
    seeker = await a_long_talk(here)
    back = await here.comes(wire.Resume(token=seeker.token, since=0))
    await back.sees("said", MANY)
    await fill(here.parts.log, back.id, 1, MANY + 1)
    here.parts.relay.look(back.id)
    await back.sees("said", MANY + 1)
    assert [fact["seq"] for fact in back.screen.of("said")] == list(range(1, MANY + 2))
    assert back.screen.outbox.closing is None


async def test_a_long_log_leaves_a_slow_reader_room_for_what_is_said_now(here: Meeting) -> None:
    seeker = await a_long_talk(here)
    slow = Slow(Outbox())
    late = reader(here, slow)
    await here.parts.relay.follow(seeker.id, late, [], position=0)
    await slow.stuck.wait()
    quick = reader(here)
    await here.parts.relay.follow(seeker.id, quick, [], position=0)
    await quick.has_heard(MANY)
    for _ in range(OUTBOX_FRAMES // 2 - 1):
        late.hear(wire.encode(wire.Ponged(at=START)))
    slow.may.set()
    await late.has_heard(MANY)


async def test_a_slow_reader_holds_up_nobody(here: Meeting, kept: Store | None) -> None:
    seeker = await a_long_talk(here)
    slow = Slow(Outbox())
    late, quick = reader(here, slow), reader(here)
    for one in (late, quick):
        await here.parts.relay.follow(seeker.id, one, [], position=0)
    await quick.has_heard(MANY)
    there = elsewhere(here, kept)
    for number in range(MANY + 1, MANY + 6):
        await fill(there, seeker.id, 1, number)
        await quick.has_heard(number)
    slow.may.set()
    await late.has_heard(MANY + 5)


async def test_who_does_not_read_what_is_said_now_is_cut(here: Meeting) -> None:
    seeker = await here.comes()
    slow = Slow(Outbox())
    late = reader(here, slow)
    await here.parts.relay.follow(seeker.id, late, [], position=0)
    for number in range(1, MANY + 1):
        line = a_line(f"r{number}", f"{number} {LONG}")
        await here.parts.log.append(seeker.id, SEEKER, line)
        here.parts.relay.committed(seeker.id, Seq(number), line, None)
    assert slow.outbox.closing is Closings.TOO_SLOW.value
    slow.may.set()


# Staff


async def test_a_long_log_opens_in_parts_and_goes_on_live(here: Meeting) -> None:
    id_, _ = await a_joined_talk(here)
    anna = await here.attends("anna")
    opened = await anna.sees("opened")
    await fill(here.parts.log, id_, 1, MANY + 1)
    here.parts.relay.look(id_)
    backlog = opened["backlog"]
    assert isinstance(backlog, list)
    first = [entry["seq"] for entry in backlog]
    await anna.sees("said", MANY + 2 - len(first))
    rest = [fact["seq"] for fact in anna.screen.of("said")]
    assert first + rest == list(range(1, MANY + 3))
    assert max(map(len, anna.screen.frames)) < OUTBOX_BYTES / 2


async def test_doubts_about_flags_and_notes_are_told_of_the_whole_log(here: Meeting) -> None:
    id_, _ = await a_joined_talk(here, 600)
    grave = a_line("grave", risk=Risk.HIGH)
    await here.parts.log.append(id_, SEEKER, grave)
    doubt = FlagDoubted(at=START, account=ANNA, seq=602)
    await here.parts.log.append_staff(id_, ANNA, Ref("wrong:602"), doubt)
    await here.parts.log.append_staff(id_, ANNA, Ref("n1"), a_text())
    anna = await here.attends("anna")
    flagged = await anna.sees("flagged")
    assert (flagged["seq"], flagged["wrong"]) == (602, True)
    assert [entry["t"] for entry in rows((await anna.sees("opened"))["staff"])] == ["noted"]
    assert anna.screen.of("guided") == []


async def test_what_has_ended_is_read_again_from_end_to_end(here: Meeting) -> None:
    id_, _ = await a_joined_talk(here)
    record = await here.parts.log.find(id_)
    assert record is not None
    assert await change(here.parts, id_, Closed("closed")) is not None
    await here.hires("grace", Role.SUPERVISOR)
    grace = await here.attends("grace")
    await grace.session.open(id_, "watcher")
    await grace.sees("ended")
    backlog = rows((await grace.sees("opened"))["backlog"])
    told = [*backlog, *(fact for fact in grace.screen.facts if "seq" in fact)]
    assert [fact["seq"] for fact in told] == list(range(1, MANY + 3))
    assert id_ not in here.parts.relay


def rows(value: object) -> list[dict[str, object]]:
    assert isinstance(value, list)
    return value


# What can't be read


async def test_in_the_place_of_what_cannot_be_read_stands_that_it_cannot(
    here: Meeting, kept: Store | None, caplog: pytest.LogCaptureFixture
) -> None:
    if kept is None:
        pytest.skip("memory keeps no bytes")
    broken, whole = (await here.comes()).id, (await here.comes()).id
    first, second = reader(here), reader(here)
    await here.parts.relay.follow(broken, first, [], position=0)
    await here.parts.relay.follow(whole, second, [], position=0)
    there = elsewhere(here, kept)
    await fill(there, broken, 1)
    await kept.call("XADD", f"{{c:{broken}}}:log", "2-0", "e", b"\xc1 secret")
    await kept.call("XADD", f"{{c:{broken}}}:log", "3-0", "other", b"secret")
    await kept.call("HSET", f"{{c:{broken}}}:meta", "seq", 5)
    for id_ in (broken, whole):
        await kept.call("XADD", f"{{c:{id_}}}:staff", "1-0", "e", b"\xc1 secret")
    await fill(there, broken, 1, 6)
    for number in range(1, 4):
        for id_ in (broken, whole):
            here.parts.relay.look(id_)
        await fill(there, whole, 1, number)
        await second.has_heard(number)
    await first.screen.sees("said", 2)
    kinds = [fact["t"] for fact in first.screen.facts if "seq" in fact]
    assert kinds == ["said", *["unreadable"] * 4, "said"]
    assert broken in caplog.text
    assert caplog.text.count("entry 4 of the log") == 1, "the operator is told of each, once"
    assert "secret" not in caplog.text
    assert await here.parts.log.read_staff(broken, 0) == [(1, UNREADABLE_REMARK)]
