"""What a crash leaves undone a sweep does: on the fakes, on a store, and on three masters."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import pytest

from chat.changes import change
from chat.closing import Closing
from chat.conversation import Event, GivenBack, Matched, SeekerLeft, TakenOver, step
from chat.conversation import Log as LogEffect
from chat.floor import Floor
from chat.log import Record
from chat.log_memory import MemoryLog
from chat.protocol_board import Board
from chat.protocol_staff import StaffFact
from chat.sweeps import ABANDONED_MS, SETTLED_MS, Sweeps
from config.ids import AccountId, ConversationId
from config.risk import Risk
from matching.limits import GRACE_MS, LEASE_MS
from matching.ticket import Supporter
from safety.escalation import Escalation, Person
from staff.roles import Role
from staff.sessions import SessionId
from tests.support.adapters import KINDS, store_for
from tests.support.talks import (
    ABOUT,
    ANNA,
    BEN,
    GRACE,
    ONE,
    TOKEN,
    Clock,
    Talk,
    a_line,
    a_supporter,
    parts_on,
)

TWO = ConversationId("two")
MATCHED = Matched(ANNA, "Anna")
SETTLED = SETTLED_MS / 1000 + 1


@pytest.fixture(params=KINDS)
async def talk(request: pytest.FixtureRequest) -> AsyncGenerator[Talk]:
    """A conversation that has yet to begin."""
    clock = Clock()
    async with store_for(request) as store:
        yield Talk(parts_on(store, clock), clock)


@pytest.fixture
async def waiting(talk: Talk) -> Talk:
    """A seeker who waits, and Anna and Ben on duty."""
    await talk.begins()
    await talk.attends(ANNA, BEN)
    return talk


@pytest.fixture
async def talking(waiting: Talk) -> Talk:
    """Anna and the seeker talk."""
    await waiting.is_seated(ANNA)
    assert await change(waiting.parts, ONE, MATCHED) is not None
    return waiting


async def sweep(talk: Talk, floor: Floor | None = None) -> None:
    """Sweep once, as a process does that has been calm for long."""
    sweeps = Sweeps(talk.parts, floor or Floor())
    await sweeps.once()


async def commits_alone(talk: Talk, event: Event) -> None:
    """Commit a transition, and die before the waiting room hears of it."""
    before = await talk.state()
    after, effects = step(before, event, talk.clock())
    entries = [effect.entry for effect in effects if isinstance(effect, LogEffect)]
    name = event.name if isinstance(event, Matched | TakenOver) else ""
    assert await talk.parts.log.commit(before, after, entries, name) is not None


async def all_are_heard_of(talk: Talk, *accounts: AccountId) -> None:
    live = [id_ for id_, _ in await talk.parts.room.live()]
    await talk.parts.room.heartbeat(accounts, live, talk.clock())


# Promise 7: a flag is never lost


async def test_a_line_at_high_is_raised_though_its_process_died_before(waiting: Talk) -> None:
    await waiting.says(a_line("r1"))
    await waiting.says(a_line("r2", risk=Risk.HIGH))
    assert await waiting.parts.desk.unresolved() == ()
    await sweep(waiting)
    (raised,) = await waiting.parts.desk.unresolved()
    assert (raised.conversation, raised.cause, raised.seq) == (ONE, "line", 2)
    assert (raised.risk, raised.reason, raised.name) == (Risk.HIGH, "suicide", "Blue Heron")


async def test_what_is_raised_is_raised_once_however_often_is_swept(waiting: Talk) -> None:
    await waiting.says(a_line(risk=Risk.IMMINENT))
    await asyncio.gather(sweep(waiting), sweep(waiting))
    await sweep(waiting)
    (raised,) = await waiting.parts.desk.of(ONE)
    assert raised.loudness == 0
    assert await waiting.parts.log.unraised([ONE]) == []


async def test_opening_words_at_high_are_raised_though_nobody_ever_got_to_wait(talk: Talk) -> None:
    await talk.parts.room.register(ONE, talk.clock())
    opening = a_line("opening", risk=Risk.HIGH)
    assert await talk.parts.log.create(ONE, ABOUT, TOKEN, opening)
    await sweep(talk)
    (raised,) = await talk.parts.desk.unresolved()
    assert raised.seq == 1


async def test_what_was_resolved_is_not_raised_again(waiting: Talk) -> None:
    await waiting.says(a_line(risk=Risk.HIGH))
    await sweep(waiting)
    (raised,) = await waiting.parts.desk.unresolved()
    grace = Person(GRACE, "Grace")
    await waiting.parts.desk.acknowledge(raised.id, grace, waiting.clock())
    done = await waiting.parts.desk.resolve(raised.id, grace, "safe_for_now", waiting.clock())
    assert isinstance(done, Escalation)
    await sweep(waiting)
    assert await waiting.parts.desk.unresolved() == ()


async def test_what_ended_without_being_forgotten_is_raised_and_then_forgotten(
    talking: Talk,
) -> None:
    await talking.says(a_line(risk=Risk.HIGH))
    await commits_alone(talking, SeekerLeft("done"))
    talking.clock.go(SETTLED)
    await all_are_heard_of(talking, ANNA, BEN)
    await sweep(talking)
    assert len(await talking.parts.desk.unresolved()) == 1
    assert await talking.parts.room.live() == []
    assert await talking.seat() is None
    (anna, _) = await talking.parts.room.supporters(talking.clock())
    assert anna.load == 0


# Promise 5: the waiting room and the conversation agree


async def test_who_was_created_but_never_queued_is_queued(talk: Talk) -> None:
    await talk.parts.room.register(ONE, talk.clock())
    assert await talk.parts.log.create(ONE, ABOUT, TOKEN, None)
    await sweep(talk)
    assert await talk.queue() == []
    talk.clock.go(SETTLED)
    await sweep(talk)
    await sweep(talk)
    assert await talk.queue() == [ONE]


async def test_who_was_registered_but_never_created_is_forgotten(talk: Talk) -> None:
    await talk.parts.room.register(ONE, talk.clock())
    await sweep(talk)
    assert [id_ for id_, _ in await talk.parts.room.live()] == [ONE]
    talk.clock.go(SETTLED)
    await sweep(talk)
    assert await talk.parts.room.live() == []


async def test_who_was_accepted_by_a_process_that_died_waits_again_at_the_front(
    waiting: Talk,
) -> None:
    other = replace(waiting, id=TWO)
    await waiting.is_seated(ANNA)
    await other.begins()
    waiting.clock.go(SETTLED)
    await all_are_heard_of(waiting, ANNA, BEN)
    await sweep(waiting)
    assert (await waiting.state()).phase == "waiting"
    assert await waiting.seat() is None
    assert await waiting.queue() == [ONE, TWO]


async def test_who_has_just_been_accepted_is_left_in_peace(waiting: Talk) -> None:
    waiting.clock.go(SETTLED)
    await all_are_heard_of(waiting, ANNA, BEN)
    await waiting.is_seated(ANNA)
    await sweep(waiting)
    assert await waiting.seat() == ANNA
    assert await change(waiting.parts, ONE, MATCHED) is not None
    await sweep(waiting)
    assert (await waiting.state()).supporter == ANNA


async def test_who_talks_without_a_seat_waits_again(talking: Talk) -> None:
    await talking.parts.room.release(ONE, talking.clock())
    await talking.parts.room.register(ONE, talking.clock())
    talking.clock.go(SETTLED)
    await all_are_heard_of(talking, ANNA, BEN)
    await sweep(talking)
    await sweep(talking)
    assert (await talking.state()).phase == "waiting"
    assert await talking.queue() == [ONE]


async def test_who_took_over_in_a_process_that_died_gets_the_seat(talking: Talk) -> None:
    await commits_alone(talking, TakenOver(GRACE, "Grace"))
    assert await talking.seat() == ANNA
    talking.clock.go(SETTLED)
    await all_are_heard_of(talking, ANNA, BEN)
    await sweep(talking)
    assert await talking.seat() == GRACE
    assert (await talking.state()).supporter == GRACE


async def test_a_handover_by_a_process_that_died_is_finished(talking: Talk) -> None:
    await commits_alone(talking, GivenBack(ANNA, "handed_over"))
    talking.clock.go(SETTLED)
    await all_are_heard_of(talking, ANNA, BEN)
    await sweep(talking)
    assert await talking.queue() == [ONE]
    assert await talking.seat() is None


async def test_what_goes_well_is_left_as_it_is(talking: Talk) -> None:
    other = replace(talking, id=TWO)
    await other.begins()
    for _ in range(5):
        talking.clock.go(SETTLED)
        await all_are_heard_of(talking, ANNA, BEN)
        await sweep(talking)
    assert await talking.state() == replace(await talking.state(), supporter=ANNA, revision=1)
    assert (await talking.seat(), await talking.queue()) == (ANNA, [TWO])


class Meanwhile(MemoryLog):
    """A log that lets something happen right before or after a sweep reads its conversations."""

    before: Callable[[], Awaitable[object]] | None = None
    after: Callable[[], Awaitable[object]] | None = None

    async def find_many(self, conversations: Sequence[ConversationId]) -> list[Record | None]:
        happens, self.before = self.before, None
        if happens:
            await happens()
        found = await super().find_many(conversations)
        happens, self.after = self.after, None
        if happens:
            await happens()
        return found


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_supporter_who_comes_while_a_sweep_looks_stays(when: str) -> None:
    clock = Clock()
    log = Meanwhile(now=clock)
    talk = Talk(replace(parts_on(None, clock), log=log), clock)
    await talk.begins()
    await talk.attends(ANNA)
    clock.go(SETTLED)
    await all_are_heard_of(talk, ANNA)

    async def accepts() -> None:
        await talk.is_seated(ANNA)
        assert await change(talk.parts, ONE, MATCHED) is not None

    log.before, log.after = (accepts, None) if when == "before" else (None, accepts)
    await sweep(talk)
    assert (await talk.state()).supporter == ANNA
    assert await talk.seat() == ANNA
    assert await talk.kinds() == ["SupporterCame"]


async def test_a_sweep_that_is_held_up_takes_no_seat_that_was_taken_again() -> None:
    clock = Clock()
    log = Meanwhile(now=clock)
    talk = Talk(replace(parts_on(None, clock), log=log), clock)
    await talk.begins()
    await talk.attends(ANNA)
    offer = await talk.is_offered(ANNA)
    assert await talk.parts.room.accept(offer, ANNA, clock()) == ONE
    clock.go(SETTLED)
    await all_are_heard_of(talk, ANNA)

    async def accepts_again() -> None:
        seat = (await talk.parts.room.matched())[ONE]
        assert await talk.parts.room.accept(offer, ANNA, clock()) == ONE
        assert (await talk.parts.room.matched())[ONE].since > seat.since

    log.before = accepts_again
    await sweep(talk)
    assert await talk.seat() == ANNA
    assert await change(talk.parts, ONE, MATCHED) is not None
    await sweep(talk)
    assert ((await talk.state()).supporter, await talk.seat()) == (ANNA, ANNA)


# Those who are lost


async def test_a_seeker_whose_supporter_is_lost_goes_to_the_front(talking: Talk) -> None:
    other = replace(talking, id=TWO)
    await other.begins()
    talking.clock.go(LEASE_MS / 1000 + 1)
    await all_are_heard_of(talking, BEN)
    await sweep(talking)
    assert (await talking.state()).phase == "waiting"
    assert await talking.kinds() == ["SupporterCame", "MemberLeft"]
    assert await talking.queue() == [ONE, TWO]
    assert [one.account for one in await talking.parts.room.supporters(talking.clock())] == [BEN]


async def test_all_seekers_of_a_lost_supporter_wait_again(waiting: Talk) -> None:
    other = replace(waiting, id=TWO)
    await other.begins()
    await waiting.parts.room.set_availability(a_supporter(ANNA, 2), waiting.clock())
    for one in (waiting, other):
        await one.is_seated(ANNA)
        assert await change(one.parts, one.id, MATCHED) is not None
    waiting.clock.go(LEASE_MS / 1000 + 1)
    await all_are_heard_of(waiting, BEN)
    await asyncio.gather(sweep(waiting), sweep(waiting))
    assert sorted(await waiting.queue()) == [ONE, TWO]
    assert await other.kinds() == ["SupporterCame", "MemberLeft"]


async def test_a_supporter_who_is_lost_takes_nobody_from_who_took_over(talking: Talk) -> None:
    await commits_alone(talking, TakenOver(GRACE, "Grace"))
    talking.clock.go(LEASE_MS / 1000 + 1)
    await all_are_heard_of(talking, BEN)
    await sweep(talking)
    assert (await talking.state()).supporter == GRACE
    assert (await talking.seat(), await talking.queue()) == (GRACE, [])


async def test_a_seeker_who_waits_and_is_lost_has_given_up(waiting: Talk) -> None:
    await waiting.says(a_line(risk=Risk.HIGH))
    waiting.clock.go(GRACE_MS / 1000 + 1)
    await sweep(waiting)
    assert await waiting.kinds() == ["Line", "ConversationEnded"]
    assert await waiting.parts.room.live() == []
    assert (await waiting.parts.room.totals(waiting.clock())).gave_up_today == 1
    assert len(await waiting.parts.desk.unresolved()) == 1


async def test_a_seeker_who_talks_and_is_lost_is_waited_for_and_then_let_go(talking: Talk) -> None:
    talking.clock.go(GRACE_MS / 1000 + 1)
    await talking.parts.room.heartbeat((ANNA,), (), talking.clock())
    await talking.attends(ANNA)
    await sweep(talking)
    gone_since = (await talking.record()).gone_since
    assert gone_since == talking.clock()
    talking.clock.go(ABANDONED_MS / 1000 + 1)
    await talking.attends(ANNA)
    await sweep(talking)
    assert await talking.kinds() == ["SupporterCame", "ConversationEnded"]
    assert await talking.parts.room.live() == []


async def test_a_seeker_who_is_back_is_not_let_go(talking: Talk) -> None:
    await talking.parts.log.set_gone(ONE, talking.clock())
    talking.clock.go(ABANDONED_MS / 1000 + 1)
    await talking.parts.log.set_gone(ONE, None)
    await talking.attends(ANNA)
    await all_are_heard_of(talking, ANNA)
    await sweep(talking)
    assert (await talking.state()).phase == "talking"


# Those who are here


@dataclass
class Member:
    """One socket of a supporter."""

    account: AccountId = ANNA
    session: SessionId = SessionId("session")  # noqa: RUF009 - a plain string
    role: Role = Role.SUPPORTER
    board: Board | None = None
    stated: Supporter | None = None

    def shows(self) -> frozenset[ConversationId]:
        """Show the text of no conversation."""
        return frozenset()

    def take_away(self, conversation: ConversationId, reason: Literal["erased", "expired"]) -> None:
        """Have nothing to forget."""

    def tell(self, fact: StaffFact) -> None:
        """Take a fact."""

    def hear(self, frame: bytes) -> None:
        """Take a frame."""

    def cut(self, closing: Closing) -> None:
        """Close the socket."""


async def test_a_beat_renews_leases_and_says_again_what_was_forgotten(waiting: Talk) -> None:
    floor, member = Floor(), Member(stated=a_supporter(ANNA))
    floor.come(member)
    floor.state(member)
    sweeps = Sweeps(waiting.parts, floor)
    for _ in range(4):
        waiting.clock.go(LEASE_MS / 1000 - 1)
        await sweeps.beat()
    await sweep(waiting, floor)
    assert [one.account for one in await waiting.parts.room.supporters(waiting.clock())] == [ANNA]
    waiting.clock.go(LEASE_MS / 1000 + 1)
    assert await waiting.parts.room.sign_off(ANNA, waiting.clock())
    await sweeps.beat()
    assert [one.account for one in await waiting.parts.room.supporters(waiting.clock())] == [ANNA]


async def test_who_is_here_is_not_lost_though_the_lease_has_lapsed(talking: Talk) -> None:
    floor, member = Floor(), Member(stated=a_supporter(ANNA))
    floor.come(member)
    floor.state(member)
    talking.clock.go(LEASE_MS / 1000 + 1)
    await sweep(talking, floor)
    assert (await talking.state()).supporter == ANNA
