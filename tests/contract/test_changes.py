"""Carrying out transitions: on the fakes, on a single store and on a cluster of three masters."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace

import pytest

from chat.changes import Contended, change
from chat.conversation import (
    Closed,
    Conversation,
    Event,
    GivenBack,
    Joined,
    Matched,
    SeekerLeft,
    SteppedOut,
    TakenOver,
)
from chat.entry import LogEntry
from chat.log_memory import MemoryLog
from config.ids import AccountId, ConversationId, Seq
from config.risk import Risk
from tests.support.adapters import KINDS, store_for
from tests.support.talks import (
    ANNA,
    BEN,
    GRACE,
    ONE,
    Clock,
    Talk,
    a_line,
    parts_on,
)

MATCHED = Matched(ANNA, "Anna")
TWO = ConversationId("two")


@pytest.fixture(params=KINDS)
async def talk(request: pytest.FixtureRequest) -> AsyncGenerator[Talk]:
    """A seeker who waits, and three people of staff on duty."""
    clock = Clock()
    async with store_for(request) as store:
        talk = Talk(parts_on(store, clock), clock)
        await talk.begins()
        await talk.attends(ANNA, BEN, GRACE)
        yield talk


async def load(talk: Talk, account: AccountId) -> int:
    found = await talk.parts.room.supporters(talk.clock())
    return next(one.load for one in found if one.account == account)


async def matched(talk: Talk) -> None:
    await talk.is_seated(ANNA)
    assert await change(talk.parts, ONE, MATCHED) is not None


async def test_a_change_is_committed_with_what_tells_of_it(talk: Talk) -> None:
    await talk.is_seated(ANNA)
    after = await change(talk.parts, ONE, MATCHED)
    assert after == Conversation(ONE, "talking", ANNA, frozenset(), 1)
    assert await talk.state() == after
    assert await talk.kinds() == ["SupporterCame"]
    assert (await talk.record()).supporter_name == "Anna"


@pytest.mark.parametrize("event", [GivenBack(ANNA, "lost"), SteppedOut(GRACE)])
async def test_what_is_not_legal_changes_nothing(talk: Talk, event: Event) -> None:
    assert await change(talk.parts, ONE, event) is None
    assert (await talk.state()).revision == 0
    assert await talk.queue() == [ONE]


async def test_nothing_changes_where_nothing_is(talk: Talk) -> None:
    assert await change(talk.parts, TWO, MATCHED) is None


async def test_who_is_handed_over_goes_to_the_front_and_the_supporter_is_free(talk: Talk) -> None:
    await matched(talk)
    earlier = replace(talk, id=TWO)
    await earlier.begins()
    assert await talk.queue() == [TWO]
    assert await load(talk, ANNA) == 1
    assert await change(talk.parts, ONE, GivenBack(ANNA, "handed_over")) is not None
    assert await talk.queue() == [ONE, TWO]
    assert (await talk.seat(), await load(talk, ANNA)) == (None, 0)
    assert await talk.kinds() == ["SupporterCame", "MemberLeft"]


async def test_who_takes_over_has_the_seat(talk: Talk) -> None:
    await matched(talk)
    assert await change(talk.parts, ONE, TakenOver(GRACE, "Grace")) is not None
    assert await talk.seat() == GRACE
    assert (await load(talk, ANNA), await load(talk, GRACE)) == (0, 1)
    assert (await talk.record()).supporter_name == "Grace"


async def test_the_waiting_room_forgets_what_has_ended(talk: Talk) -> None:
    await matched(talk)
    assert await change(talk.parts, ONE, SeekerLeft("done")) is not None
    assert await talk.seat() is None
    assert await talk.parts.room.live() == []
    assert await load(talk, ANNA) == 0
    assert (await talk.parts.room.totals(talk.clock())).gave_up_today == 0


async def test_a_seeker_who_leaves_unheard_is_counted(talk: Talk) -> None:
    assert await change(talk.parts, ONE, SeekerLeft("not_now")) is not None
    assert await talk.parts.room.live() == []
    assert (await talk.parts.room.totals(talk.clock())).gave_up_today == 1


async def test_what_ends_is_raised_before_it_is_forgotten(talk: Talk) -> None:
    await talk.says(a_line(risk=Risk.HIGH))
    assert await change(talk.parts, ONE, SeekerLeft("quick_exit")) is not None
    (raised,) = await talk.parts.desk.unresolved()
    assert (raised.conversation, raised.seq, raised.risk) == (ONE, 1, Risk.HIGH)
    assert raised.reason == "suicide"
    assert await talk.parts.log.unraised([ONE]) == []


async def test_of_two_ends_at_once_one_is_told(talk: Talk) -> None:
    await matched(talk)
    ends: list[Event] = [SeekerLeft("done"), Closed("closed"), Closed("blocked")]
    outcomes = await asyncio.gather(*(change(talk.parts, ONE, event) for event in ends))
    assert sum(one is not None for one in outcomes) == 1
    assert (await talk.kinds()).count("ConversationEnded") == 1
    assert await talk.parts.room.live() == []


async def test_who_comes_second_decides_again_on_what_is_true(talk: Talk) -> None:
    await matched(talk)
    others = [AccountId(f"supervisor {number}") for number in range(6)]
    joins = [change(talk.parts, ONE, Joined(account, "name")) for account in others]
    away = change(talk.parts, ONE, GivenBack(ANNA, "handed_over"))
    assert None not in await asyncio.gather(*joins, away)
    state = await talk.state()
    assert (state.phase, state.supervisors) == ("waiting", frozenset(others))
    assert state.revision == 8
    assert [seq for seq, _ in await talk.parts.log.read(ONE, 0)] == list(range(1, 9))


async def test_two_who_accept_can_not_both_be_the_supporter(talk: Talk) -> None:
    events = [Matched(ANNA, "Anna"), Matched(BEN, "Ben")]
    outcomes = await asyncio.gather(*(change(talk.parts, ONE, event) for event in events))
    assert sum(one is not None for one in outcomes) == 1
    assert (await talk.kinds()) == ["SupporterCame"]


class Outrun(MemoryLog):
    """A log in which somebody else is always faster."""

    async def commit(
        self, before: Conversation, after: Conversation, entries: Sequence[LogEntry], name: str
    ) -> Seq | None:
        return None


async def test_who_never_gets_a_turn_is_told_so() -> None:
    clock = Clock()
    talk = Talk(replace(parts_on(None, clock), log=Outrun(now=clock)), clock)
    await talk.begins()
    with pytest.raises(Contended):
        await change(talk.parts, ONE, MATCHED)
