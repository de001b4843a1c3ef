"""A conversation whose members are at different processes, and what all processes sweep."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace

import pytest
import pytest_asyncio

from chat.floor import Floor
from chat.sweeps import Sweeps
from client.conversation import Conversation
from client.seeker import Seeker
from client.supporter import Supporter
from config import limits
from config.clock import monotonic
from tests.support.raw import asks, raw_staff
from tests.support.running import ADMINISTRATOR, Guests, House, houses_of_one_store, id_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

CRISIS = "I want to end my life tonight"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def houses(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[list[House]]:
    """Three processes of one service."""
    async with houses_of_one_store(tmp_path_factory.mktemp("houses"), 3) as houses:
        yield houses


@pytest_asyncio.fixture(loop_scope="module")
async def guests(houses: list[House]) -> AsyncGenerator[Guests]:
    """Those who come in one test; nobody is left after it."""
    guests = Guests(houses[0])
    try:
        yield guests
    finally:
        await guests.stack.aclose()
        await houses[0].tidy()


async def _apart(guests: Guests, houses: list[House]) -> tuple[Seeker, Conversation, Supporter]:
    """Let a supporter in at the first process and a seeker at the second, and let them meet."""
    supporter = await guests.supporter(url=houses[0].url)
    seeker = await guests.seeker(url=houses[1].url)
    conversation = await supporter.takes()
    await seeker.matched()
    return seeker, conversation, supporter


async def test_all_that_is_said_and_hinted_crosses_in_one_order(
    guests: Guests, houses: list[House]
) -> None:
    seeker, conversation, supporter = await _apart(guests, houses)
    await asyncio.gather(
        *(seeker.says(f"from the seeker {number}") for number in range(5)),
        *(conversation.says(f"from the supporter {number}") for number in range(5)),
    )
    await seeker.says("and now")
    await conversation.sees("and now")
    assert [line.text for line in seeker.transcript] == [
        line.text for line in conversation.transcript
    ]
    await seeker.types()
    await supporter.hears("typing")
    await conversation.types()
    await seeker.hears("typing")
    await conversation.reads()
    await seeker.hears("read")


async def test_flags_escalations_and_staff_cross(guests: Guests, houses: list[House]) -> None:
    seeker, conversation, supporter = await _apart(guests, houses)
    supervisor = await guests.supervisor(url=houses[2].url)
    await seeker.says(CRISIS)
    await conversation.hears("flagged")
    assert (await supervisor.hears("escalated")).has("escalation")
    taken = await supervisor.takes_over(seeker.conversation)
    await taken.says("I am Grace")
    await seeker.sees("I am Grace")
    await supporter.hears("closed")
    assert conversation.closed
    await seeker.says("hello Grace")
    await taken.sees("hello Grace")


async def test_a_revoked_session_is_closed_at_every_process(
    guests: Guests, houses: list[House]
) -> None:
    disable = f"/api/roster/{await houses[0].account('bela')}/disable"
    cookie = await houses[2].header(ADMINISTRATOR)
    async with raw_staff(houses[0], "bela") as one, raw_staff(houses[1], "bela") as other:
        began = monotonic()
        assert (await asks(houses[2].url, disable, {}, cookie=cookie)).status == 204
        for socket in (one, other):
            assert await socket.closed() == (4009, "revoked")
        assert monotonic() - began < limits.REVOKED_SECONDS


async def test_a_supporter_who_is_lost_is_swept_once_whoever_sweeps(
    guests: Guests, houses: list[House]
) -> None:
    seeker, _, supporter = await _apart(guests, houses)
    await supporter.__aexit__(None, None, None)
    later = houses[0].now(after=60.0)
    await asyncio.gather(
        *(Sweeps(replace(house.parts, now=lambda: later), Floor()).lapsed() for house in houses)
    )
    await seeker.hears("waiting")
    entries = await houses[2].parts.log.read(id_of(seeker), 0)
    assert [type(entry).__name__ for _, entry in entries].count("MemberLeft") == 1
    assert (await houses[0].parts.room.totals(later)).waiting == 1
