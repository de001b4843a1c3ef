"""Promises 2 and 3 on a wire that breaks: one order, no hole, nothing lost, nothing shown twice."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from client.conversation import Conversation
from client.errors import Refused
from client.seeker import Seeker
from client.supporter import Supporter
from tests.support.proxy import Proxy
from tests.support.raw import raw_seeker
from tests.support.running import Guests

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_line_whose_answer_was_lost_appears_once(guests: Guests, wire: Proxy) -> None:
    seeker, conversation, _ = await guests.pair(url=wire.url)
    wire.hold("down")
    async with asyncio.TaskGroup() as tasks:
        saying = tasks.create_task(seeker.says("did you get this?"))
        await conversation.sees("did you get this?")  # the server has it; the seeker can't know
        await wire.holds("down")
        wire.cut()
        wire.mend()
    await seeker.says("and this?")
    await conversation.sees("and this?")
    _everybody_has(["did you get this?", "and this?"], seeker, conversation)
    assert saying.result() == 2


async def test_a_line_that_was_lost_on_its_way_is_said_again(guests: Guests, wire: Proxy) -> None:
    seeker, conversation, _ = await guests.pair(url=wire.url)
    wire.hold("up")
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(seeker.says("did you get this?"))
        await wire.holds("up")
        wire.cut()
        wire.mend()
    await conversation.sees("did you get this?")
    _everybody_has(["did you get this?"], seeker, conversation)


async def test_what_was_said_while_the_wire_was_cut_arrives_in_order(
    guests: Guests, wire: Proxy
) -> None:
    seeker, conversation, _ = await guests.pair(url=wire.url)
    wire.cut()
    async with asyncio.TaskGroup() as tasks:
        for number in range(4):
            tasks.create_task(seeker.says(f"seeker {number}"))
        for number in range(4):
            await conversation.says(f"supporter {number}")
        wire.mend()
    theirs = [f"supporter {number}" for number in range(4)]
    _everybody_has([*theirs, *(f"seeker {number}" for number in range(4))], seeker, conversation)


async def test_both_sides_break_again_and_again_and_nothing_is_lost_or_doubled(
    guests: Guests, wire: Proxy
) -> None:
    async with _two_wires(guests, wire) as (seeker, conversation, other):
        wire.delay = 0.002
        async with asyncio.TaskGroup() as tasks:
            for number in range(4):
                tasks.create_task(seeker.says(f"seeker {number}"))
                tasks.create_task(conversation.says(f"supporter {number}"))
                broken = wire if number % 2 else other
                broken.hold("down")
                await broken.holds("down")
                broken.cut()
                broken.mend()
        await _settled(seeker, conversation)
        assert sorted(line.text for line in seeker.transcript[:-2]) == sorted(
            f"{who} {number}" for who in ("seeker", "supporter") for number in range(4)
        )


async def test_a_supporter_who_was_away_learns_that_the_talk_has_ended(
    guests: Guests, wire: Proxy
) -> None:
    async with _two_wires(guests, wire) as (seeker, conversation, other):
        await conversation.says("here")
        other.cut()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_is_refused(conversation, "conversation_ended"))
            await seeker.leaves()
            other.mend()
        await conversation.ended()


async def test_a_supporter_who_was_away_learns_that_the_talk_is_somebody_elses(
    guests: Guests, wire: Proxy
) -> None:
    async with _two_wires(guests, wire) as (_, conversation, other):
        supervisor = await guests.supervisor()
        watched = await supervisor.watches(conversation.id)
        other.cut()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_is_refused(conversation, "not_a_member"))
            await supervisor.takes_over(watched.id)
            other.mend()
        assert conversation.closed == "not_a_member"


async def test_a_supervisor_who_was_away_watches_on(guests: Guests, wire: Proxy) -> None:
    seeker, conversation, _ = await guests.pair()
    supervisor = await guests.supervisor(url=wire.url)
    watched = await supervisor.watches(conversation.id)
    wire.cut()
    await seeker.says("while you were away")
    wire.mend()
    await watched.sees("while you were away")
    await seeker.says("and now")
    await watched.sees("and now")


async def _is_refused(conversation: Conversation, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        await conversation.says("are you there?")
    assert refused.value.reason == reason


async def test_a_resend_is_answered_as_the_first_time(guests: Guests) -> None:
    seeker, conversation, _ = await guests.pair()
    first = await seeker.says("hello", ref="once")
    assert await seeker.says("hello", ref="once") == first
    assert await seeker.says("another text under the same ref", ref="once") == first
    _everybody_has(["hello"], seeker, conversation)


async def test_a_resend_after_the_end_is_still_accepted(guests: Guests) -> None:
    seeker, conversation, _ = await guests.pair()
    first = await seeker.says("goodbye", ref="last")
    theirs = await conversation.says("take care", ref="last")  # their refs are their own
    await conversation.ends("supported")
    await seeker.ended()
    assert await seeker.says("goodbye", ref="last") == first
    assert theirs == first + 1
    assert [line.text for line in seeker.transcript] == ["goodbye", "take care"]


async def test_a_resend_of_a_masked_line_is_answered_with_the_masked_text(guests: Guests) -> None:
    async with raw_seeker(guests.house.url) as socket:
        for _ in range(2):
            await socket.says("say", ref="r", text="write to me at ann@example.org")
            accepted = await socket.hears("accepted")
            assert "example.org" not in accepted.text("text")
            assert accepted.text("text").startswith("write to me")
        await socket.says("ping")
        await socket.hears("ponged")
        assert not [fact for fact in socket.facts if fact.kind == "said"]


async def test_a_note_whose_answer_was_lost_is_kept_once(guests: Guests, wire: Proxy) -> None:
    supporter = await guests.supporter(url=wire.url)
    await guests.seeker("hello")
    conversation = await supporter.takes()
    wire.hold("down")
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(conversation.notes("call the desk early"))
        await wire.holds("down")
        wire.cut()
        wire.mend()
    watched = await (await guests.supervisor()).watches(conversation.id)
    assert [fact.text("text") for fact in watched.staff_log] == ["call the desk early"]


async def test_all_members_hear_two_who_write_at_once_in_one_order(guests: Guests) -> None:
    seeker, conversation, _ = await guests.pair()
    supervisor = await guests.supervisor()
    watched = await supervisor.joins(conversation.id)
    async with asyncio.TaskGroup() as tasks:
        for number in range(10):
            tasks.create_task(seeker.says(f"a {number}"))
            tasks.create_task(conversation.says(f"b {number}"))
            tasks.create_task(watched.says(f"c {number}"))
    await _settled(seeker, conversation, watched)
    assert len(seeker.transcript) == 30 + 3


@asynccontextmanager
async def _two_wires(
    guests: Guests, wire: Proxy
) -> AsyncGenerator[tuple[Seeker, Conversation, Proxy]]:
    async with Proxy.to(guests.house.url) as other:
        supporter: Supporter = await guests.supporter(url=other.url)
        seeker = await guests.seeker(url=wire.url)
        conversation = await supporter.takes()
        await seeker.matched()
        yield seeker, conversation, other
        await supporter.__aexit__(None, None, None)


def _everybody_has(texts: list[str], *members: Seeker | Conversation) -> None:
    for member in members:
        assert [line.text for line in member.transcript] == texts


async def _settled(*members: Seeker | Conversation) -> None:
    """Let each say a last word; who has heard them all has heard everything before."""
    for number, member in enumerate(members):
        await member.says(f"last words {number}")
    for member in members:
        for number, other in enumerate(members):
            if other is not member:
                await member.sees(f"last words {number}")
    first, *rest = [[*member.transcript] for member in members]
    assert all(other == first for other in rest)
    assert [line.seq for line in first] == sorted({line.seq for line in first})
