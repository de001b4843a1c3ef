"""The log: one suite for the fake, a single store and a cluster of three masters."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass

import pytest

from chat.conversation import (
    Closed,
    Conversation,
    Event,
    GivenBack,
    Joined,
    Matched,
    SeekerLeft,
    step,
)
from chat.conversation import (
    Log as LogEffect,
)
from chat.entry import FlagDoubted, LogEntry, MemberLeft
from chat.log import PAGE, SEEKER, Appended, Log, NotAppended
from chat.log_memory import MemoryLog
from chat.log_redis import RedisLog
from config.ids import AccountId, ConversationId, Ref, Seq, TokenHash
from config.risk import Risk
from store.client import Store
from store.errors import StoreError
from store.replies import as_int
from tests.support.adapters import KINDS, store_for
from tests.support.talks import (
    ABOUT,
    ANNA,
    BEN,
    GRACE,
    KEYRING,
    ONE,
    PATIENCE,
    RETENTION,
    START,
    TOKEN,
    Clock,
    a_line,
    a_text,
    fresh,
)

TWO = ConversationId("two")
MATCHED = Matched(ANNA, "Anna")


@dataclass
class Kept:
    """A log, and what only its store can do."""

    log: Log
    store: Store | None
    clock: Clock

    async def retention_passes(self) -> None:
        """Let go of what the store would let go of once the retention has passed."""
        if self.store is None:
            self.clock.go(RETENTION)
            return
        keys = [self.log.channel(ONE).removesuffix("wake") + name for name in KEYS]
        for key in keys:
            left = as_int(await self.store.call("TTL", key))
            assert left <= RETENTION
            if left >= 0:
                await self.store.call("DEL", key)

    async def listen(self) -> "asyncio.Queue[bytes]":
        """Return where the wake-ups of the conversation come, once they do."""
        heard: asyncio.Queue[bytes] = asyncio.Queue()
        wakes = self.store.wakeups if self.store else memory(self.log).wakes
        await wakes.listen(self.log.channel(ONE), lambda _, payload: heard.put_nowait(payload))
        assert await soon(heard.get()) == b""
        return heard


KEYS = ("meta", "log", "refs", "unraised", "staff")


def memory(log: Log) -> MemoryLog:
    assert isinstance(log, MemoryLog)
    return log


async def soon(waiting: Awaitable[bytes]) -> bytes:
    async with asyncio.timeout(PATIENCE):
        return await waiting


@pytest.fixture(params=KINDS)
async def kept(request: pytest.FixtureRequest) -> AsyncGenerator[Kept]:
    clock = Clock()
    async with store_for(request) as store:
        log: Log
        if store:
            log = RedisLog(store, KEYRING, origin="here", retention=RETENTION)
        else:
            log = MemoryLog(origin="here", retention=RETENTION, now=clock)
        yield Kept(log, store, clock)


@pytest.fixture
async def log(kept: Kept) -> Log:
    """A log with one conversation, in which nothing was said."""
    assert await kept.log.create(ONE, ABOUT, TOKEN, None)
    return kept.log


async def state(log: Log) -> Conversation:
    found = await log.find(ONE)
    assert found is not None
    return found.state


async def change(log: Log, event: Event, name: str = "") -> int:
    before = await state(log)
    after, effects = step(before, event, START)
    entries = [effect.entry for effect in effects if isinstance(effect, LogEffect)]
    seq = await log.commit(before, after, entries, name)
    assert seq is not None
    return seq


def seqs(page: Sequence[tuple[Seq, LogEntry]] | StoreError) -> list[int]:
    assert not isinstance(page, StoreError)
    return [seq for seq, _ in page]


async def end(log: Log) -> None:
    await change(log, SeekerLeft("done"))


async def everything(log: Log) -> list[tuple[int, LogEntry]]:
    return [(int(seq), entry) for seq, entry in await log.read(ONE, 0)]


# Creating


async def test_a_new_conversation_waits_with_all_that_is_known_of_it(log: Log) -> None:
    record = await log.find(ONE)
    assert record is not None
    assert record.state == Conversation(ONE, "waiting", None, frozenset(), 0)
    assert (record.about, record.token, record.last, record.staff_last) == (ABOUT, TOKEN, 0, 0)
    assert (record.risk, record.gone_since, record.supporter_name) == (Risk.NONE, None, "")
    assert (record.read_by_seeker, record.read_by_supporter) == (0, 0)


async def test_a_conversation_is_created_once(log: Log) -> None:
    await log.append(ONE, SEEKER, a_line())
    assert not await log.create(ONE, ABOUT, TokenHash("another"), a_line("opening"))
    record = await log.find(ONE)
    assert record is not None
    assert (record.token, record.last) == (TOKEN, 1)


async def test_the_opening_words_are_line_one_and_known_by_their_ref(kept: Kept) -> None:
    opening = a_line("opening", "I feel alone")
    assert await kept.log.create(ONE, ABOUT, TOKEN, opening)
    assert await everything(kept.log) == [(1, opening)]
    again = await kept.log.append(ONE, SEEKER, a_line("opening", "I feel alone"))
    assert again == Appended(Seq(1), fresh=False)


async def test_opening_words_at_risk_are_to_be_raised(kept: Kept) -> None:
    await kept.log.create(ONE, ABOUT, TOKEN, a_line("opening", risk=Risk.HIGH))
    record = await kept.log.find(ONE)
    assert record is not None
    assert record.risk is Risk.HIGH
    assert await kept.log.unraised([ONE]) == [(ONE, 1, Risk.HIGH)]


async def test_who_was_never_created_is_not_found(log: Log) -> None:
    assert await log.find(TWO) is None
    assert [found is not None for found in await log.find_many([TWO, ONE, TWO])] == [0, 1, 0]
    assert await log.find_many([]) == []


# Appending


async def test_lines_stand_in_the_log_as_they_were_said(log: Log) -> None:
    lines = [a_line(f"r{n}", "né 🌊 \n" * n) for n in range(1, 4)]
    assert [fresh(await log.append(ONE, SEEKER, line)) for line in lines] == [1, 2, 3]
    assert await everything(log) == list(enumerate(lines, 1))
    record = await log.find(ONE)
    assert record is not None
    assert record.last == 3


async def test_a_resent_line_appears_once(log: Log) -> None:
    first = fresh(await log.append(ONE, SEEKER, a_line()))
    await log.append(ONE, SEEKER, a_line("r2"))
    again = await log.append(ONE, SEEKER, a_line())
    assert again == Appended(first, fresh=False)
    assert len(await everything(log)) == 2


async def test_a_ref_is_the_senders_own(log: Log) -> None:
    await change(log, MATCHED, "Anna")
    await log.append(ONE, SEEKER, a_line("r1"))
    assert fresh(await log.append(ONE, ANNA, a_line("r1", account=ANNA))) == 3


async def test_a_resend_after_the_end_is_answered_as_the_first_time(log: Log) -> None:
    first = fresh(await log.append(ONE, SEEKER, a_line()))
    await end(log)
    assert await log.append(ONE, SEEKER, a_line()) == Appended(first, fresh=False)


async def test_a_resend_of_one_who_is_no_longer_a_member_is_answered(log: Log) -> None:
    await change(log, MATCHED, "Anna")
    first = fresh(await log.append(ONE, ANNA, a_line(account=ANNA)))
    await change(log, GivenBack(ANNA, "handed_over"))
    assert await log.append(ONE, ANNA, a_line(account=ANNA)) == Appended(first, fresh=False)
    refused = await log.append(ONE, ANNA, a_line("r2", account=ANNA))
    assert refused == NotAppended("not_a_member")


async def test_nothing_is_said_after_the_end(log: Log) -> None:
    await end(log)
    before = await everything(log)
    assert await log.append(ONE, SEEKER, a_line("late")) == NotAppended("ended")
    assert await everything(log) == before


async def test_nothing_is_said_in_a_conversation_that_is_not_there(log: Log) -> None:
    assert await log.append(TWO, SEEKER, a_line()) == NotAppended("unknown")
    assert await log.read(TWO, 0) == []
    assert await log.find(TWO) is None


async def test_only_members_of_staff_may_speak(log: Log) -> None:
    assert await log.append(ONE, ANNA, a_line(account=ANNA)) == NotAppended("not_a_member")
    await change(log, MATCHED, "Anna")
    await change(log, Joined(GRACE, "Grace"))
    assert fresh(await log.append(ONE, ANNA, a_line(account=ANNA))) == 3
    assert fresh(await log.append(ONE, GRACE, a_line(account=GRACE, by="supervisor"))) == 4
    assert await log.append(ONE, BEN, a_line(account=BEN)) == NotAppended("not_a_member")


async def test_the_gravest_line_gives_the_conversation_its_risk(log: Log) -> None:
    for n, risk in enumerate((Risk.CONCERN, Risk.ELEVATED, Risk.NONE)):
        await log.append(ONE, SEEKER, a_line(f"r{n}", risk=risk))
    record = await log.find(ONE)
    assert record is not None
    assert record.risk is Risk.ELEVATED


async def test_a_line_that_takes_a_danger_back_lowers_it_by_one_level(log: Log) -> None:
    await log.append(ONE, SEEKER, a_line("r1", risk=Risk.HIGH, standing=Risk.HIGH))
    await log.append(ONE, SEEKER, a_line("r2", standing=Risk.ELEVATED, lowers=True))
    record = await log.find(ONE)
    assert record is not None
    assert record.risk is Risk.ELEVATED


async def test_a_line_that_has_not_heard_of_a_danger_does_not_lower_it(log: Log) -> None:
    await log.append(ONE, SEEKER, a_line("r1", risk=Risk.IMMINENT, standing=Risk.IMMINENT))
    await log.append(ONE, SEEKER, a_line("r2", standing=Risk.ELEVATED, lowers=True))
    await log.append(ONE, SEEKER, a_line("r3", standing=Risk.HIGH))
    record = await log.find(ONE)
    assert record is not None
    assert record.risk is Risk.IMMINENT


# Reading


async def test_reading_begins_after_a_position_and_ends_where_asked(log: Log) -> None:
    for n in range(1, 6):
        await log.append(ONE, SEEKER, a_line(f"r{n}"))
    assert [seq for seq, _ in await log.read(ONE, 2)] == [3, 4, 5]
    assert [seq for seq, _ in await log.read(ONE, 1, 2)] == [2, 3]
    assert await log.read(ONE, 5) == []
    assert await log.read(ONE, 99) == []


async def test_no_position_is_before_the_beginning(log: Log) -> None:
    await log.append(ONE, SEEKER, a_line())
    with pytest.raises(StoreError):
        await log.read(ONE, -1)


async def test_a_log_of_many_pages_is_read_whole(log: Log) -> None:
    sent = [log.append(ONE, SEEKER, a_line(f"r{n}")) for n in range(2100)]
    await asyncio.gather(*sent)
    assert [seq for seq, _ in await log.read(ONE, 0)] == list(range(1, 2101))


async def test_several_logs_are_read_at_once(log: Log) -> None:
    await log.create(TWO, ABOUT, TOKEN, a_line("opening"))
    await log.append(ONE, SEEKER, a_line("r1"))
    await log.append(ONE, SEEKER, a_line("r2"))
    found = await log.read_many([(ONE, 1), (TWO, 0), (ConversationId("none"), 0), (TWO, 1)])
    assert [seqs(page) for page in found] == [[2], [1], [], []]
    assert list(await log.read_many([])) == []


async def test_what_fails_for_one_log_does_not_fail_for_the_others(log: Log) -> None:
    await log.append(ONE, SEEKER, a_line())
    first, failed, last = await log.read_many([(ONE, 0), (ONE, -1), (ONE, 1)])
    assert (seqs(first), seqs(last)) == ([1], [])
    assert isinstance(failed, StoreError)


async def test_several_logs_are_read_page_by_page(log: Log) -> None:
    sent = [log.append(ONE, SEEKER, a_line(f"r{n}")) for n in range(PAGE + 3)]
    await asyncio.gather(*sent)
    (page,) = await log.read_many([(ONE, 0)])
    (rest,) = await log.read_many([(ONE, PAGE)])
    assert seqs(page) == list(range(1, PAGE + 1))
    assert seqs(rest) == [PAGE + 1, PAGE + 2, PAGE + 3]


# Transitions


async def test_a_transition_and_what_tells_of_it_are_one(log: Log) -> None:
    assert await change(log, MATCHED, "Anna") == 1
    record = await log.find(ONE)
    assert record is not None
    assert record.state == Conversation(ONE, "talking", ANNA, frozenset(), 1)
    assert (record.supporter_name, record.last) == ("Anna", 1)
    ((seq, entry),) = await everything(log)
    assert (seq, type(entry).__name__) == (1, "SupporterCame")


async def test_a_transition_decided_on_an_older_revision_changes_nothing(log: Log) -> None:
    old = await state(log)
    await change(log, MATCHED, "Anna")
    after, _ = step(old, Matched(BEN, "Ben"), START)
    left = MemberLeft(at=START, by="seeker", reason="done")
    assert await log.commit(old, after, [left], "Ben") is None
    assert (await state(log)).supporter == ANNA
    assert len(await everything(log)) == 1


async def test_a_transition_of_what_is_not_there_changes_nothing(log: Log) -> None:
    nobody = Conversation(TWO)
    after, _ = step(nobody, MATCHED, START)
    assert await log.commit(nobody, after, [], "Anna") is None
    assert await log.find(TWO) is None


async def test_a_supporters_name_goes_with_the_supporter(log: Log) -> None:
    await change(log, MATCHED, "Anna")
    await change(log, Joined(GRACE, "Grace"))
    record = await log.find(ONE)
    assert record is not None
    assert record.supporter_name == "Anna"
    await change(log, GivenBack(ANNA, "lost"))
    record = await log.find(ONE)
    assert record is not None
    assert record.supporter_name == ""
    assert record.state.supervisors == {GRACE}


async def test_who_ended_a_conversation_stays_known(log: Log) -> None:
    await change(log, MATCHED, "Anna")
    await change(log, Closed("closed"))
    ended = await state(log)
    assert (ended.phase, ended.supporter) == ("ended", ANNA)


async def test_of_two_transitions_at_once_one_is_committed(log: Log) -> None:
    before = await state(log)
    events: list[Event] = [Matched(ANNA, "Anna"), Matched(BEN, "Ben"), Closed("gave_up")]
    decided = [step(before, event, START) for event in events]
    commits = [
        log.commit(before, after, [one.entry for one in effects if isinstance(one, LogEffect)], "")
        for after, effects in decided
    ]
    seqs = await asyncio.gather(*commits)
    assert sum(seq is not None for seq in seqs) == 1
    assert len(await everything(log)) == 1
    assert (await state(log)).revision == 1


async def test_all_that_comes_at_once_has_one_order_without_holes(log: Log) -> None:
    before = await state(log)
    after, effects = step(before, MATCHED, START)
    came = [effect.entry for effect in effects if isinstance(effect, LogEffect)]
    sends = [log.append(ONE, SEEKER, a_line(f"r{n % 20}")) for n in range(40)]
    committed, *appended = await asyncio.gather(log.commit(before, after, came, "Anna"), *sends)
    assert committed is not None
    entries = await everything(log)
    assert [seq for seq, _ in entries] == list(range(1, 22))
    again = {one.seq for one in appended if isinstance(one, Appended) and not one.fresh}
    first = {one.seq for one in appended if isinstance(one, Appended) and one.fresh}
    assert again == first == set(range(1, 22)) - {committed}


# The staff's log


async def test_what_staff_write_is_in_no_log_of_the_seeker(log: Log) -> None:
    kept = await log.append_staff(ONE, ANNA, Ref("n1"), a_text())
    assert fresh(kept) == 1
    doubt = FlagDoubted(at=START, account=ANNA, seq=1)
    assert fresh(await log.append_staff(ONE, ANNA, Ref("wrong:1"), doubt)) == 2
    assert await log.read(ONE, 0) == []
    assert list(await log.read_many([(ONE, 0)])) == [[]]
    assert await log.read_staff(ONE, 0) == [(1, a_text()), (2, doubt)]
    assert await log.read_staff(ONE, 0, 1) == [(1, a_text())]
    assert await log.read_staff(ONE, 1) == [(2, doubt)]
    record = await log.find(ONE)
    assert record is not None
    assert (record.last, record.staff_last) == (0, 2)


async def test_a_resent_note_appears_once(log: Log) -> None:
    await log.append_staff(ONE, ANNA, Ref("n1"), a_text())
    again = await log.append_staff(ONE, ANNA, Ref("n1"), a_text())
    assert again == Appended(Seq(1), fresh=False)
    assert fresh(await log.append_staff(ONE, BEN, Ref("n1"), a_text())) == 2
    assert len(await log.read_staff(ONE, 0)) == 2


async def test_a_note_and_a_line_of_one_ref_are_two(log: Log) -> None:
    await change(log, MATCHED, "Anna")
    await log.append_staff(ONE, ANNA, Ref("r1"), a_text())
    assert fresh(await log.append(ONE, ANNA, a_line("r1", account=ANNA))) == 2


async def test_notes_are_kept_after_the_end_but_not_where_nothing_was(log: Log) -> None:
    await end(log)
    assert fresh(await log.append_staff(ONE, ANNA, Ref("n1"), a_text())) == 1
    assert await log.append_staff(TWO, ANNA, Ref("n1"), a_text()) == NotAppended("unknown")
    assert await log.find(TWO) is None


# Risk


async def test_lines_at_high_are_to_be_raised_until_they_are(log: Log) -> None:
    for n, risk in enumerate(Risk, 1):
        await log.append(ONE, SEEKER, a_line(f"r{n}", risk=risk))
    assert sorted(await log.unraised([TWO, ONE])) == [(ONE, 4, Risk.HIGH), (ONE, 5, Risk.IMMINENT)]
    await log.append(ONE, SEEKER, a_line("r4", risk=Risk.HIGH))
    await log.raised(ONE, 4)
    await log.raised(ONE, 4)
    assert await log.unraised([ONE]) == [(ONE, 5, Risk.IMMINENT)]
    await log.raised(ONE, 5)
    await log.raised(TWO, 1)
    assert await log.unraised([ONE, TWO]) == []


async def test_a_line_that_was_refused_is_not_to_be_raised(log: Log) -> None:
    await end(log)
    await log.append(ONE, SEEKER, a_line(risk=Risk.IMMINENT))
    assert await log.unraised([ONE]) == []


# Marks


async def test_marks_are_kept(log: Log) -> None:
    await log.set_gone(ONE, START)
    await log.set_read(ONE, "seeker", 4)
    await log.set_read(ONE, "supporter", 7)
    await log.replace_token(ONE, TokenHash("another"))
    record = await log.find(ONE)
    assert record is not None
    assert (record.gone_since, record.connected) == (START, False)
    assert (record.read_by_seeker, record.read_by_supporter) == (4, 7)
    assert record.token == "another"
    await log.set_gone(ONE, None)
    record = await log.find(ONE)
    assert record is not None
    assert record.connected


MARKS: list[Callable[[Log, ConversationId], Awaitable[object]]] = [
    lambda log, id_: log.set_gone(id_, START),
    lambda log, id_: log.set_gone(id_, None),
    lambda log, id_: log.set_read(id_, "seeker", 1),
    lambda log, id_: log.set_feedback(id_, 5, "yes"),
    lambda log, id_: log.set_feedback(id_, None, None),
    lambda log, id_: log.set_outcome(id_, "supported"),
    lambda log, id_: log.replace_token(id_, TokenHash("another")),
    lambda log, id_: log.tell(id_, "tseeker:"),
    lambda log, id_: log.next_connection(id_),
    lambda log, id_: log.raised(id_, 1),
    lambda log, id_: log.append(id_, SEEKER, a_line("late")),
    lambda log, id_: log.append_staff(id_, ANNA, Ref("late"), a_text()),
]
"""All that may come late."""


async def test_what_is_over_is_forgotten_as_a_whole(kept: Kept, log: Log) -> None:
    await log.append(ONE, SEEKER, a_line(risk=Risk.HIGH))
    await log.append_staff(ONE, ANNA, Ref("before"), a_text())
    await end(log)
    for mark in MARKS:
        await mark(log, ONE)
    await kept.retention_passes()
    assert await log.find(ONE) is None
    assert (await log.read(ONE, 0), await log.read_staff(ONE, 0)) == ([], [])
    assert await log.append(ONE, SEEKER, a_line()) == NotAppended("unknown")
    assert await log.append_staff(ONE, ANNA, Ref("before"), a_text()) == NotAppended("unknown")


async def test_what_staff_wrote_before_the_end_expires_with_the_rest(kept: Kept, log: Log) -> None:
    await log.append(ONE, SEEKER, a_line(risk=Risk.HIGH))
    await log.append_staff(ONE, ANNA, Ref("before"), a_text())
    await end(log)
    await kept.retention_passes()
    assert (await log.read(ONE, 0), await log.read_staff(ONE, 0)) == ([], [])
    assert await log.unraised([ONE]) == []


async def test_what_goes_on_does_not_expire(kept: Kept, log: Log) -> None:
    await log.append(ONE, SEEKER, a_line())
    await change(log, MATCHED, "Anna")
    await kept.retention_passes()
    assert len(await everything(log)) == 2


async def test_a_first_note_after_the_end_expires_with_the_rest(kept: Kept, log: Log) -> None:
    await end(log)
    await log.append_staff(ONE, ANNA, Ref("after"), a_text())
    await kept.retention_passes()
    assert await log.read_staff(ONE, 0) == []


@pytest.mark.parametrize("mark", MARKS)
async def test_nothing_brings_an_expired_conversation_back(
    kept: Kept, log: Log, mark: Callable[[Log, ConversationId], Awaitable[object]]
) -> None:
    await end(log)
    await kept.retention_passes()
    await mark(log, ONE)
    assert await log.find(ONE) is None
    assert await log.create(ONE, ABOUT, TOKEN, None)
    record = await log.find(ONE)
    assert record is not None
    assert (record.last, record.staff_last, record.token) == (0, 0, TOKEN)


async def test_connections_are_numbered_without_a_repeat(log: Log) -> None:
    numbers = await asyncio.gather(*(log.next_connection(ONE) for _ in range(5)))
    assert sorted(numbers) == [1, 2, 3, 4, 5]
    assert await log.next_connection(TWO) == 0


# Waking


async def test_who_listens_is_woken_by_all_that_happens(kept: Kept, log: Log) -> None:
    heard = await kept.listen()
    account = AccountId("anna")
    happenings: list[tuple[Callable[[], Awaitable[object]], bytes]] = [
        (lambda: log.append(ONE, SEEKER, a_line()), b"lhere"),
        (lambda: change(log, MATCHED, "Anna"), b"l"),
        (lambda: log.append_staff(ONE, account, Ref("n1"), a_text()), b"s"),
        (lambda: log.next_connection(ONE), b"k1"),
        (lambda: log.set_gone(ONE, START), b"p0"),
        (lambda: log.set_gone(ONE, None), b"p1"),
        (lambda: log.set_read(ONE, "seeker", 3), b"rseeker:3"),
        (lambda: log.tell(ONE, "tsupporter:anna"), b"tsupporter:anna"),
    ]
    for happens, payload in happenings:
        await happens()
        assert await soon(heard.get()) == payload


async def test_a_resend_wakes_nobody(kept: Kept, log: Log) -> None:
    await log.append(ONE, SEEKER, a_line())
    await log.append_staff(ONE, ANNA, Ref("n1"), a_text())
    heard = await kept.listen()
    await log.append(ONE, SEEKER, a_line())
    await log.append_staff(ONE, ANNA, Ref("n1"), a_text())
    await log.tell(ONE, "f")
    assert await soon(heard.get()) == b"f"


async def test_nothing_said_is_in_a_representation(kept: Kept, log: Log) -> None:
    secret = "nobody must read this in a log file"
    await log.append(ONE, SEEKER, a_line(text=secret))
    await log.append_staff(ONE, ANNA, Ref("n1"), a_text(text=secret))
    found = await log.find(ONE)
    kept_words = f"{await log.read(ONE, 0)} {await log.read_staff(ONE, 0)} {found} {log!r}"
    assert secret not in kept_words
    assert TOKEN not in kept_words
