"""The relay over the fake log: order, gaps, late followers, and paths that never cross."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Literal

import msgpack  # type: ignore[import-untyped]  # pyright: ignore[reportMissingTypeStubs]
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chat.conversation import Log, Matched, step
from chat.entry import FlagDoubted, LogEntry, StaffLogEntry
from chat.log import SEEKER, Appended
from chat.log_memory import MemoryLog, MemoryWakes
from chat.relay import Relay
from config.ids import AccountId, ConversationId, Ref, Seq
from config.risk import Risk
from safety.verdict import Reading
from store.errors import StoreError, StoreUnreachable
from store.tasks import beside
from tests.support.talks import (
    ABOUT,
    ANNA,
    BEN,
    ONE,
    PATIENCE,
    START,
    TOKEN,
    a_line,
    a_text,
)

SECRET = "only for staff"


@dataclass(eq=False)
class Follower:
    """One connection, and each byte it was given."""

    audience: Literal["seeker", "staff"] = "seeker"
    account: AccountId | None = None
    frames: list[bytes] = field(default_factory=list[bytes])
    entries: list[int] = field(default_factory=list[int])
    hints: list[str] = field(default_factory=list[str])
    full: bool = False
    calls: list[Callable[[], None]] = field(default_factory=list[Callable[[], None]])
    on_entry: Callable[[int], None] = lambda _: None
    _came: asyncio.Event = field(default_factory=asyncio.Event)

    def hear(self, frame: bytes) -> None:
        self.frames.append(frame)
        self._came.set()

    def has_room(self, then: Callable[[], None]) -> bool:
        if self.full:
            self.calls.append(then)
        return not self.full

    def reads(self) -> None:
        """Make room again."""
        self.full = False
        for then in self.calls:
            then()

    def notice(self, conversation: ConversationId, seq: Seq, entry: LogEntry) -> None:
        self.entries.append(seq)
        self.on_entry(seq)
        self._came.set()

    def hint(self, conversation: ConversationId, hint: str) -> None:
        self.hints.append(hint)

    def lost_tail(self, conversation: ConversationId) -> None:
        self.entries.clear()

    @property
    def facts(self) -> list[dict[str, object]]:
        return [msgpack.unpackb(frame) for frame in self.frames]

    def of(self, kind: str) -> list[dict[str, object]]:
        return [fact for fact in self.facts if fact["t"] == kind]

    async def has(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not holds():
                self._came.clear()
                await self._came.wait()

    async def has_been_told(self, kind: str, times: int) -> None:
        """Wait until so many facts of one kind have come."""
        await self.has(lambda: len(self.of(kind)) >= times)

    async def has_heard(self, last: int) -> None:
        """Wait for an entry, which has to be the last of all from 1."""
        await self.has(lambda: last in self.entries)
        assert self.entries == list(range(self.entries[0], last + 1))


def staff(account: AccountId = ANNA) -> Follower:
    return Follower("staff", account)


class Wires(MemoryWakes):
    """Wake-ups that can be lost, and subscriptions that can be held back."""

    def __init__(self) -> None:
        super().__init__()
        self.deaf = False
        self.listening = Gate()
        self.forgetting = Gate()

    async def listen(self, channel: str, listener: Callable[[str, bytes], None]) -> None:
        await self.listening.passes()
        await super().listen(channel, listener)

    async def forget(self, channel: str) -> None:
        await super().forget(channel)
        await self.forgetting.passes()

    def wake(self, channel: str, payload: str) -> None:
        if not self.deaf:
            super().wake(channel, payload)


class Gate:
    """A place where a test can hold back whoever comes."""

    def __init__(self) -> None:
        self._open = asyncio.Event()
        self._open.set()
        self.reached = asyncio.Event()

    async def passes(self) -> None:
        self.reached.set()
        await self._open.wait()

    def shut(self) -> None:
        self._open.clear()
        self.reached.clear()

    def open(self) -> None:
        self._open.set()


class SlowLog(MemoryLog):
    """A log whose answers can be held back once they are known, or fail."""

    def __init__(self, *, beside: MemoryLog | None = None, origin: str = "here") -> None:
        self.wires = Wires()
        super().__init__(origin=origin, wakes=self.wires, beside=beside)
        self.failing = False
        self.damaged: set[ConversationId] = set()
        self.reading = Gate()
        self.reading_staff = Gate()
        self.reads = 0

    async def read_many(
        self, since: Sequence[tuple[ConversationId, int]]
    ) -> list[list[tuple[Seq, LogEntry]] | StoreError]:
        self.reads += len(since)
        entries = await super().read_many(since)
        for number, (id_, _) in enumerate(since):
            if id_ in self.damaged:
                entries[number] = StoreError("This one can't be read.")
        await self.reading.passes()
        if self.failing:
            raise StoreUnreachable
        return entries

    def forgets_after(self, seq: int) -> None:
        """Lose the end of the log, as a store that had not brought it to a replica."""
        kept = self._all[ONE]
        del kept.entries[seq:]
        kept.record = replace(kept.record, last=Seq(seq))
        kept.refs = {ref: at for ref, at in kept.refs.items() if at <= seq}

    async def read_staff(
        self, conversation: ConversationId, since: int, limit: int | None = None
    ) -> list[tuple[int, StaffLogEntry]]:
        entries = await super().read_staff(conversation, since, limit)
        await self.reading_staff.passes()
        return entries


@dataclass
class Process:
    """One process with its relay."""

    log: SlowLog
    relay: Relay

    async def says(self, line_ref: str, *, sender: Follower | None = None) -> Seq:
        """A line of the seeker is committed here, and handed over."""
        line = a_line(line_ref)
        appended = await self.log.append(ONE, SEEKER, line)
        assert isinstance(appended, Appended)
        self.relay.committed(ONE, appended.seq, line, sender)
        return appended.seq

    async def follows(self, *followers: Follower, since: int = 0) -> None:
        for follower in followers:
            entries = await self.log.read(ONE, since)
            await self.relay.follow(ONE, follower, entries, position=since)


@asynccontextmanager
async def running(log: SlowLog, origin: str = "here") -> AsyncGenerator[Process]:
    process = Process(log, Relay(log, log.wakes, origin))
    async with beside(relay=process.relay.run):
        yield process


@pytest.fixture
async def here() -> AsyncGenerator[Process]:
    log = SlowLog()
    assert await log.create(ONE, ABOUT, TOKEN, None)
    async with running(log) as process:
        yield process


@pytest.fixture
async def there(here: Process) -> AsyncGenerator[Process]:
    async with running(SlowLog(beside=here.log, origin="there"), "there") as process:
        yield process


async def match(process: Process) -> None:
    """Anna becomes the supporter."""
    record = await process.log.find(ONE)
    assert record is not None
    after, effects = step(record.state, Matched(ANNA, "Anna"), START)
    entries = [effect.entry for effect in effects if isinstance(effect, Log)]
    assert await process.log.commit(record.state, after, entries, "Anna") is not None
    process.relay.look(ONE)


async def note(process: Process, ref: str, text: str = SECRET) -> None:
    """Staff write something for staff."""
    await process.log.append_staff(ONE, ANNA, Ref(ref), a_text(ref, text, "whisper"))


async def quiet(process: Process, follower: Follower) -> None:
    """Wait until the relay has read all that it wanted to, by a note that comes after it."""
    told = len(follower.of("whispered"))
    await note(process, f"quiet {told}")
    await follower.has_been_told("whispered", told + 1)


# Order


async def test_all_followers_hear_all_in_one_order(here: Process, there: Process) -> None:
    seeker, anna, ben = Follower(), staff(), staff(BEN)
    await here.follows(seeker, anna)
    await there.follows(ben)
    for number in range(20):
        await (here, there)[number % 2].says(f"r{number}")
    for follower in (seeker, anna, ben):
        await follower.has_heard(20)
        assert [fact["text"] for fact in follower.of("said")] == ["hello"] * 20
        assert [fact["seq"] for fact in follower.of("said")] == list(range(1, 21))


async def test_what_was_committed_here_is_handed_over_without_reading(here: Process) -> None:
    seeker, anna = Follower(), staff()
    await here.follows(seeker, anna)
    await here.says("r1")
    await anna.has_heard(1)
    await quiet(here, anna)
    before = here.log.reads
    for number in range(2, 6):
        await here.says(f"r{number}", sender=seeker)
    assert anna.entries == [1, 2, 3, 4, 5]
    await quiet(here, anna)
    assert here.log.reads == before


async def test_a_sender_does_not_hear_the_own_line_again(here: Process) -> None:
    seeker, anna = Follower(), staff()
    await here.follows(seeker, anna)
    await here.says("r1", sender=seeker)
    await here.says("r2", sender=seeker)
    assert anna.entries == [1, 2]
    assert seeker.frames == []


async def test_commits_that_come_out_of_order_are_heard_in_order(here: Process) -> None:
    seeker, anna = Follower(), staff()
    await here.follows(seeker, anna)
    await quiet(here, anna)
    lines = [a_line(f"r{number}") for number in (1, 2, 3)]
    for line in lines:
        await here.log.append(ONE, SEEKER, line)
    for seq in (2, 3, 1):
        here.relay.committed(ONE, Seq(seq), lines[seq - 1], seeker)
    await anna.has_heard(3)
    await seeker.has_heard(3)
    assert [fact["seq"] for fact in anna.of("said")] == [1, 2, 3]


async def test_a_sender_who_missed_what_came_before_hears_both(
    here: Process, there: Process
) -> None:
    seeker = Follower()
    await here.follows(seeker)
    here.log.wires.deaf = True
    await there.says("r1")
    await here.says("r2", sender=seeker)
    await seeker.has_heard(2)
    assert [fact.get("ref") for fact in seeker.of("said")] == ["r1", "r2"]


async def test_a_transition_is_heard_by_all(here: Process, there: Process) -> None:
    seeker, anna = Follower(), staff()
    await here.follows(seeker)
    await there.follows(anna)
    await match(here)
    for follower in (seeker, anna):
        await follower.has_heard(1)
        assert follower.of("matched")[0]["supporter"] == "Anna"


# Gaps


async def test_lost_wake_ups_cost_time_and_nothing_more(here: Process, there: Process) -> None:
    seeker, anna = Follower(), staff()
    await here.follows(seeker, anna)
    here.log.wires.deaf = True
    for number in range(5):
        await there.says(f"r{number}")
    await note(there, "n1")
    here.log.wires.deaf = False
    assert (seeker.entries, anna.entries) == ([], [])
    here.log.wires.gap()
    await seeker.has_heard(5)
    await anna.has_heard(5)
    await anna.has_been_told("whispered", 1)


@pytest.mark.parametrize("others", [0, 1, 2])
async def test_who_heard_what_a_store_has_lost_hears_all_again(
    here: Process, there: Process, others: int
) -> None:
    seeker = Follower()
    await here.follows(seeker)
    for number in range(4):
        await here.says(f"r{number}")
    await seeker.has_heard(4)
    here.log.forgets_after(3)
    here.log.wires.deaf = True
    for number in range(others):  # the seq of the line that is lost is given away
        await there.says(f"other {number}")
    here.log.wires.deaf = False
    here.log.wires.gap()
    await seeker.has_been_told("said", 4 + 3 + others)
    assert seeker.entries == list(range(1, 4 + others))
    refs = [fact["ref"] for fact in seeker.of("said")[4:]]
    assert refs == ["r0", "r1", "r2", "other 0", "other 1"][: 3 + others]


async def test_after_a_gap_nothing_is_heard_twice(here: Process) -> None:
    seeker = Follower()
    await here.follows(seeker)
    for number in range(3):
        await here.says(f"r{number}")
    here.log.wires.gap()
    await here.says("r3")
    await seeker.has_heard(4)


async def test_wake_ups_that_come_twice_are_heard_once(here: Process, there: Process) -> None:
    seeker = Follower()
    await here.follows(seeker)
    for number in range(3):
        await there.says(f"r{number}")
        await there.log.tell(ONE, "lthere")
        here.relay.look_everywhere()
    await seeker.has_heard(3)
    here.relay.look_everywhere()
    await there.says("r4")
    await seeker.has_heard(4)
    assert len(seeker.of("said")) == 4


async def test_a_store_that_does_not_answer_is_asked_again(here: Process, there: Process) -> None:
    seeker = Follower()
    await here.follows(seeker)
    here.log.failing = True
    here.log.reading.shut()
    await there.says("r1")
    await here.log.reading.reached.wait()
    here.log.reading.open()
    await there.says("r2")
    here.log.failing = False
    here.log.wires.gap()
    await seeker.has_heard(2)


async def test_a_log_that_can_not_be_read_holds_up_no_other(here: Process, there: Process) -> None:
    two = ConversationId("two")
    assert await here.log.create(two, ABOUT, TOKEN, None)
    one_seeker, two_seeker = Follower(), Follower()
    await here.follows(one_seeker)
    await here.relay.follow(two, two_seeker, [], position=0)
    here.log.damaged = {two}
    await there.log.append(two, SEEKER, a_line("r1"))
    await there.says("r1")
    await one_seeker.has_heard(1)
    here.log.damaged = set()
    here.log.wires.gap()
    await two_seeker.has_heard(1)


async def test_who_missed_many_pages_hears_them_all(here: Process, there: Process) -> None:
    seeker, anna = Follower(), staff()
    await here.follows(seeker, anna)
    await quiet(here, anna)
    here.log.wires.deaf = True
    for number in range(350):
        await there.says(f"r{number}")
    for number in range(250):
        await note(there, f"n{number}")
    here.log.wires.deaf = False
    late = staff(BEN)
    await here.follows(late)
    for follower in (seeker, anna, late):
        await follower.has_heard(350)
    for follower in (anna, late):
        await follower.has_been_told("whispered", 251)
        assert [fact["n"] for fact in follower.of("whispered")] == list(range(1, 252))


async def test_a_backlog_waits_for_a_slow_reader_and_holds_up_no_other(
    here: Process, there: Process
) -> None:
    slow, quick = staff(), staff(BEN)
    await here.follows(slow, quick)
    await quiet(here, slow)
    slow.full = True
    for number in range(1, 251):
        await there.says(f"r{number}")
        await note(there, f"n{number}")
    await quick.has_heard(250)
    await quick.has_been_told("whispered", 251)
    assert (slow.entries, len(slow.of("whispered"))) == ([], 1)
    slow.reads()
    await slow.has_heard(250)
    await slow.has_been_told("whispered", 251)
    assert [fact["n"] for fact in slow.of("whispered")] == list(range(1, 252))


async def test_what_is_said_now_is_heard_though_there_is_no_room(here: Process) -> None:
    anna = staff()
    await here.follows(anna)
    await quiet(here, anna)
    anna.full = True
    await here.says("r1")
    assert anna.entries == [1]


async def test_what_is_committed_while_the_log_is_read_is_heard_once(here: Process) -> None:
    seeker, anna = Follower(), staff()
    await here.follows(seeker, anna)
    await here.says("r1")
    await anna.has_heard(1)
    here.log.reading.shut()
    here.relay.look(ONE)
    await here.log.reading.reached.wait()
    await here.says("r2")
    here.log.reading.open()
    await here.says("r3")
    await seeker.has_heard(3)
    await anna.has_heard(3)
    assert len(anna.of("said")) == 3


# Coming and going


async def test_one_who_comes_late_hears_what_came_after_their_position(here: Process) -> None:
    first, late, resumed = Follower(), staff(), Follower()
    await here.follows(first)
    for number in range(1, 5):
        await here.says(f"r{number}")
    await here.follows(late)
    await here.follows(resumed, since=2)
    await here.says("r5")
    await late.has_heard(5)
    await resumed.has_heard(5)
    assert late.entries[0] == 1
    assert resumed.entries[0] == 3


async def test_one_who_leaves_hears_no_more(here: Process) -> None:
    seeker, anna = Follower(), staff()
    await here.follows(seeker, anna)
    anna.on_entry = lambda seq: here.relay.unfollow(ONE, anna) if seq == 2 else None
    for number in range(1, 5):
        await here.says(f"r{number}")
    await seeker.has_heard(4)
    assert anna.entries == [1, 2]
    here.relay.unfollow(ONE, seeker)
    assert ONE not in here.relay
    assert here.relay.followers(ONE) == ()


async def test_one_who_leaves_takes_nobody_along_who_is_just_coming(here: Process) -> None:
    first, second = Follower(), staff()
    here.log.wires.listening.shut()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(here.follows(first), name="first comes")
        await here.log.wires.listening.reached.wait()
        await here.follows(second)
        here.relay.unfollow(ONE, second)
        here.log.wires.listening.open()
    await here.says("r1")
    await first.has_heard(1)


async def test_a_conversation_followed_again_is_not_forgotten(here: Process) -> None:
    two = ConversationId("two")
    assert await here.log.create(two, ABOUT, TOKEN, None)
    back, other = Follower(), Follower()
    for id_ in (ONE, two):
        await here.relay.follow(id_, other, [], position=0)
    here.log.wires.forgetting.shut()
    for id_ in (ONE, two):
        here.relay.unfollow(id_, other)
    await here.log.wires.forgetting.reached.wait()
    for id_ in (ONE, two):
        await here.relay.follow(id_, back, [], position=0)
    here.log.wires.forgetting.open()
    async with running(SlowLog(beside=here.log, origin="there"), "there") as there:
        for number in range(1, 4):
            await there.says(f"r{number}")
            await there.log.append(two, SEEKER, a_line(f"r{number}"))
            await back.has_been_told("said", 2 * number)


# Staff


async def test_what_is_for_staff_is_in_no_byte_that_a_seeker_gets(
    here: Process, there: Process
) -> None:
    seeker, anna = Follower(), staff()
    await here.follows(seeker, anna)
    await match(here)
    grave = a_line("r1", risk=Risk.HIGH)
    for process, ref in ((here, "n1"), (there, "n2")):
        await note(process, ref)
    await there.log.append(ONE, SEEKER, grave)
    doubt = FlagDoubted(at=START, account=ANNA, seq=2)
    await here.log.append_staff(ONE, ANNA, Ref("wrong:2"), doubt)
    await anna.has(lambda: len(anna.of("whispered")) == 2 and len(anna.of("flagged")) == 2)
    await seeker.has_heard(2)
    assert [fact["t"] for fact in seeker.facts] == ["matched", "said"]
    everything = b"".join(seeker.frames)
    for word in (SECRET, "whispered", "flagged", "guided", "suicide", "conversation", "anna"):
        assert word.encode() not in everything
    assert anna.of("guided")[0]["risk"] == 3
    assert [fact.get("wrong", False) for fact in anna.of("flagged")] == [False, True]


async def test_staff_who_come_while_notes_are_told_skip_none(here: Process) -> None:
    anna, ben = staff(), staff(BEN)
    await here.follows(anna)
    await note(here, "n1", "one")
    await anna.has_been_told("whispered", 1)
    await note(here, "n2", "two")
    await anna.has_been_told("whispered", 2)
    here.log.reading_staff.shut()
    await note(here, "n3", "three")
    await here.log.reading_staff.reached.wait()
    await here.follows(ben)
    here.log.reading_staff.open()
    for follower in (anna, ben):
        await follower.has_been_told("whispered", 3)
        assert [fact["n"] for fact in follower.of("whispered")] == [1, 2, 3]


async def test_a_doubt_about_a_line_that_is_not_there_stops_nothing(here: Process) -> None:
    anna = staff()
    await here.follows(anna)
    for seq in (0, 99):
        doubt = FlagDoubted(at=START, account=ANNA, seq=seq)
        await here.log.append_staff(ONE, ANNA, Ref(f"wrong:{seq}"), doubt)
    await note(here, "n1")
    await anna.has_been_told("whispered", 1)
    assert anna.of("flagged") == []


async def test_ones_own_line_bears_its_ref_to_oneself_alone(here: Process) -> None:
    seeker, anna, tablet, ben = Follower(), staff(), staff(), staff(BEN)
    await match(here)
    await here.follows(seeker, anna, tablet, ben)
    for follower in (seeker, anna, tablet, ben):
        await follower.has_heard(1)
    line = a_line("s1", account=ANNA)
    appended = await here.log.append(ONE, ANNA, line)
    assert isinstance(appended, Appended)
    here.relay.committed(ONE, appended.seq, line, anna)
    assert [fact.get("ref") for fact in tablet.of("said")] == ["s1"]
    for follower in (seeker, ben):
        assert [fact.get("ref") for fact in follower.of("said")] == [None]
    assert anna.of("said") == []


# Hints and context


async def test_hints_reach_every_process(here: Process, there: Process) -> None:
    seeker, anna = Follower(), staff()
    await here.follows(seeker)
    await there.follows(anna)
    await here.log.tell(ONE, "tseeker:")
    await there.log.set_gone(ONE, START)
    assert seeker.hints == anna.hints == ["tseeker:", "p0"]
    assert seeker.frames == []


async def test_what_the_filter_read_it_need_not_read_again(here: Process) -> None:
    seeker = Follower()
    await here.follows(seeker)
    line, reading = a_line("r1"), Reading({"suicide": 1}, frozenset({"goodbye"}))
    appended = await here.log.append(ONE, SEEKER, line)
    assert isinstance(appended, Appended)
    here.relay.committed(ONE, appended.seq, line, seeker, reading)
    assert [kept.reading for kept in here.relay.context(ONE)] == [reading]


async def test_the_filter_is_given_the_last_lines(here: Process, there: Process) -> None:
    seeker = Follower()
    for number in range(20):
        await here.log.append(ONE, SEEKER, a_line(f"r{number}", f"line {number}"))
    await here.relay.follow(ONE, seeker, await here.log.read(ONE, 0), position=20)
    for number in range(20, 40):
        line = a_line(f"r{number}", f"line {number}")
        await (here, there)[number % 2].log.append(ONE, SEEKER, line)
        here.relay.look(ONE)
    await seeker.has(lambda: 40 in seeker.entries)
    context = here.relay.context(ONE)
    assert [one.text for one in context] == [f"line {number}" for number in range(16, 40)]
    assert here.relay.context(ConversationId("another")) == []


# Whatever comes


@dataclass
class Tale:
    """Two processes, and all who ever followed there."""

    processes: tuple[Process, Process]
    last: int = 0
    notes: int = 0
    followers: list[tuple[Process, Follower, int]] = field(
        default_factory=list[tuple[Process, Follower, int]]
    )
    late: list[tuple[Process, Seq]] = field(default_factory=list[tuple[Process, Seq]])

    async def happens(self, what: str, where: int, pick: int) -> None:
        process = self.processes[where]
        match what:
            case "say" | "say, and be slow to tell":
                await self._says(process, late=what != "say")
            case "write":
                self.notes += 1
                await note(process, f"n{self.notes}")
            case "come":
                since = pick % (self.last + 1)
                follower = Follower("staff", AccountId(f"s{len(self.followers)}"))
                self.followers.append((process, follower, since))
                await process.follows(follower, since=since)
            case "go" if self.followers:
                process, follower, _ = self.followers.pop(pick % len(self.followers))
                process.relay.unfollow(ONE, follower)
            case "be slow" if self.followers:
                self.followers[pick % len(self.followers)][1].full = True
            case "read" if self.followers:
                self.followers[pick % len(self.followers)][1].reads()
            case "tell late" if self.late:
                self._tells_late(pick)
            case "look" if self.last:
                probe = Follower()
                await process.follows(probe)
                await probe.has_heard(self.last)
                process.relay.unfollow(ONE, probe)
            case "be deaf" | "hear":
                process.log.wires.deaf = what == "be deaf"
                process.log.wires.gap()
            case _:
                pass

    async def _says(self, process: Process, *, late: bool) -> None:
        self.last += 1
        line = a_line(f"r{self.last}")
        appended = await process.log.append(ONE, SEEKER, line)
        assert isinstance(appended, Appended)
        if late:
            self.late.append((process, appended.seq))
        else:
            process.relay.committed(ONE, appended.seq, line, None)

    def _tells_late(self, pick: int) -> None:
        process, seq = self.late.pop(pick % len(self.late))
        process.relay.committed(ONE, seq, a_line(f"r{seq}"), None)

    async def ends(self) -> None:
        """Let everything arrive, and compare."""
        while self.late:
            self._tells_late(0)
        for process in self.processes:
            process.log.wires.deaf = False
            process.log.wires.gap()
        for _, follower, since in self.followers:
            follower.reads()
            if self.last > since:
                await follower.has_heard(self.last)
            assert follower.entries == list(range(since + 1, self.last + 1))
            await follower.has_been_told("whispered", self.notes)
            told = [fact["n"] for fact in follower.of("whispered")]
            assert told == list(range(1, self.notes + 1))


THINGS = ["say", "say, and be slow to tell", "write", "come", "go", "tell late", "look"]
THINGS += ["be slow", "read"]
happenings = st.lists(
    st.tuples(
        st.sampled_from([*THINGS, "come", "say", "be deaf", "hear"]),
        st.integers(0, 1),
        st.integers(0, 9),
    ),
    max_size=40,
)


@settings(max_examples=100, deadline=None)
@given(happenings)
def test_whatever_comes_each_follower_hears_each_entry_once_in_order(
    tale: list[tuple[str, int, int]],
) -> None:
    async def tell() -> None:
        log = SlowLog()
        assert await log.create(ONE, ABOUT, TOKEN, None)
        async with (
            running(log) as one,
            running(SlowLog(beside=log, origin="there"), "there") as two,
        ):
            told = Tale((one, two))
            for what, where, pick in tale:
                await told.happens(what, where, pick)
            await told.ends()

    asyncio.run(tell())
