"""A seeker erases what was said: for everybody, at once, and whatever the moment."""

import asyncio

import pytest

from chat.erasing import Erasures
from client.conversation import Conversation
from client.supervisor import Supervisor
from client.wire import Fact
from config.ids import ConversationId
from tests.support.raw import raw_seeker, raw_socket
from tests.support.running import Guests, House, houses_of_one_store, id_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

CRISIS = "I want to end my life tonight"


async def test_it_ends_the_talk_and_takes_the_words_from_every_screen(
    house: House, guests: Guests
) -> None:
    supervisor = await guests.supervisor()
    seeker, conversation, supporter = await guests.pair()
    await seeker.says("something private")
    await conversation.sees("something private")
    await conversation.notes("a note")
    watched = await supervisor.watches(conversation.id)
    await seeker.erases()
    assert not seeker.transcript
    for screen in (conversation, watched):
        await _closes(screen, "erased")
        assert (list(screen.transcript), list(screen.staff_log)) == ([], [])
    assert await house.parts.log.find(id_of(seeker)) is None
    assert id_of(seeker) not in await _live(house)
    await supporter.becomes("available")
    other = await guests.seeker("another")
    assert (await supporter.takes()).id == other.conversation


async def test_who_still_reads_an_ended_talk_reads_it_no_more(guests: Guests) -> None:
    seeker, conversation, _ = await guests.pair()
    await seeker.says("something private")
    await conversation.sees("something private")
    await seeker.leaves()
    await conversation.ended()
    await seeker.erases()
    await _closes(conversation, "erased")
    assert not conversation.transcript


async def test_one_who_waits_erases_and_is_out_of_the_line(house: House, guests: Guests) -> None:
    seeker = await guests.seeker("something private")
    await seeker.erases()
    await seeker.erases()
    await seeker.gives_feedback(mood=3)
    assert id_of(seeker) not in await _live(house)


async def test_the_token_opens_nothing_any_more(house: House) -> None:
    async with raw_seeker(house.url, "something private") as seeker:
        token = (await seeker.hears("entered")).text("token")
        await seeker.says("erase")
        await seeker.hears("erased")
        await seeker.says("say", ref="1", text="too late")
        assert (await seeker.hears("refused")).text("reason") == "conversation_ended"
    async with raw_socket(house.url, "/ws/seeker") as again:
        await again.says("resume", token=token)
        assert (await again.closed())[0] == 4005


async def test_an_escalation_stays_on_the_desk_without_the_words(
    house: House, guests: Guests
) -> None:
    supervisor = await guests.supervisor()
    seeker, conversation, _ = await guests.pair()
    await seeker.says(CRISIS)
    await conversation.sees(CRISIS)
    raised = await _raised(supervisor, conversation.id)
    assert raised.text("excerpt")
    await seeker.erases()
    (kept,) = await house.parts.desk.of(id_of(seeker))
    assert (kept.id, kept.closed_by) == (raised.text("id"), None)
    later = await guests.supervisor("henry")
    assert not later.board.escalations[kept.id].text("excerpt")
    await supervisor.acknowledges(kept.id)
    await supervisor.resolves(kept.id, "lost_contact", "a note on nobody knows what")


async def test_it_reaches_the_screens_of_other_processes(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    async with houses_of_one_store(tmp_path_factory.mktemp("houses"), 2) as (here, there):
        guests = Guests(here)
        async with guests.stack:
            supporter = await guests.supporter(url=there.url, capacity=2)
            for ends in (False, True):
                seeker = await guests.seeker(url=here.url)
                conversation = await supporter.takes()
                await seeker.says("something private")
                await conversation.sees("something private")
                if ends:
                    await seeker.leaves()
                    await conversation.ended()
                await seeker.erases()
                await _closes(conversation, "erased")
                assert not conversation.transcript
                assert await there.parts.log.read(id_of(seeker), 0) == []


async def test_news_of_an_erasure_that_was_lost_is_found_out(house: House, guests: Guests) -> None:
    seeker, conversation, _ = await guests.pair()
    await seeker.says("something private")
    await conversation.sees("something private")
    async with house.store() as store:
        await store.delete(f"{{c:{seeker.conversation}}}:meta")
    await Erasures(house.parts, house.app.house.floor).look()
    await _closes(conversation, "erased")
    assert not conversation.transcript


async def _closes(screen: Conversation, reason: str) -> None:
    async with asyncio.timeout(10):
        while not screen.closed:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert screen.closed == reason


async def _live(house: House) -> list[ConversationId]:
    return [id_ for id_, _ in await house.parts.room.live()]


async def _raised(supervisor: Supervisor, conversation: str) -> Fact:
    while True:
        row = (await supervisor.hears("escalated")).row("escalation")
        if row.text("conversation") == conversation:
            return row
