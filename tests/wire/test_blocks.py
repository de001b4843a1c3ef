"""Blocks and raid mode at the door: who is kept out, who is not, and that each ends."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from client.seeker import Seeker
from client.supervisor import Supervisor
from client.wire import Fact
from client.work import prove
from config import limits
from config.clock import now
from config.settings import Settings, Store, Web
from safety.blocks import HOUR_MS
from store.embedded import socket_path
from tests.support.raw import Answer, an_admission, asks, raw_socket
from tests.support.running import Guests, House, an_address
from web.gate import Gate
from web.serve import running_app

pytestmark = pytest.mark.asyncio(loop_scope="module")
SOON = 5.0


async def enters(guests: Guests, here: str, *, url: str = "") -> Seeker:
    """Let a seeker in from this address."""
    seeker = Seeker(url or guests.house.url, forwarded_for=here)
    return await guests.stack.enter_async_context(seeker)


async def asks_to_enter(url: str, here: str) -> Answer:
    """Ask to be let in from this address."""
    return await asks(url, "/api/enter", {}, address=here)


async def knows(gate: Gate, blocks: int, *, raided: bool = False) -> None:
    """Wait until the gate has heard of so many blocks, and of the raid."""
    async with asyncio.timeout(SOON):
        while True:
            if len(gate.blocks) == blocks and gate.raided == raided:
                return
            await asyncio.sleep(0.01)


async def is_shown(supervisor: Supervisor, *, blocks: int) -> list[Fact]:
    """Wait until the board shows so many blocks; return them."""
    async with asyncio.timeout(SOON):
        while True:
            if len(supervisor.board.blocks) == blocks:
                return list(supervisor.board.blocks.values())
            await asyncio.sleep(0.01)


@asynccontextmanager
async def another_process(house: House) -> AsyncGenerator[tuple[str, Gate]]:
    """Run a second server on the same store."""
    settings = Settings(
        web=Web(port=0, trusted_proxies=("127.0.0.1",)),
        store=Store(url=f"unix://{socket_path(house.folder)}", folder=str(house.folder)),
    )
    async with running_app(settings) as (url, app):
        yield url, app.house.gate


async def test_who_is_paused_is_told_so_and_keeps_the_talks_that_they_are_in(
    guests: Guests,
) -> None:
    house, here = guests.house, an_address()
    supervisor = await guests.supervisor()
    friend = await enters(guests, here)
    abuser = await enters(guests, here)
    early = (await asks_to_enter(house.url, here)).text("admission")
    laid = await supervisor.blocks(abuser.conversation, "abuse", "paused", hours=2)
    assert abs((laid.number("until") or 0) - now() - 2 * HOUR_MS) < 60_000
    await abuser.ended()
    await knows(house.app.house.gate, 1)

    refused = await asks_to_enter(house.url, here)
    assert (refused.status, refused.error) == (403, "paused")
    assert refused.fields["until"] == laid.number("until")
    assert (await asks(house.url, "/api/info", address=here)).fields["helplines"]
    async with raw_socket(house.url, "/ws/seeker", headers={"X-Forwarded-For": here}) as socket:
        await socket.says("enter", admission=early, language="en")
        assert await socket.closed() == (4016, "paused")
    assert (await asks_to_enter(house.url, an_address())).status == 200
    await friend.says("I have done nothing, and I am still here")
    code = await friend.asks_code()
    back = Seeker(house.url, code=code, forwarded_for=here)
    await guests.stack.enter_async_context(back)

    (row,) = await is_shown(supervisor, blocks=1)
    assert (row.text("by"), row.text("grade"), row.text("reason")) == ("Grace", "paused", "abuse")
    await supervisor.lifts(abuser.conversation)
    await knows(house.app.house.gate, 0)
    assert await is_shown(supervisor, blocks=0) == []
    assert (await asks_to_enter(house.url, here)).status == 200


async def test_who_has_left_is_blocked_all_the_same(guests: Guests) -> None:
    house, here = guests.house, an_address()
    supervisor = await guests.supervisor()
    abuser = await enters(guests, here)
    await abuser.leaves()
    await supervisor.blocks(abuser.conversation, "threat", "closed", hours=48)
    await knows(house.app.house.gate, 1)
    refused = await asks_to_enter(house.url, here)
    assert (refused.status, refused.error, "until" in refused.fields) == (403, "blocked", False)
    await supervisor.lifts(abuser.conversation)
    await knows(house.app.house.gate, 0)


async def test_who_is_slowed_has_to_work_and_gets_in_seldom(guests: Guests) -> None:
    house, here = guests.house, an_address()
    supervisor = await guests.supervisor()
    abuser = await enters(guests, here)
    await supervisor.blocks(abuser.conversation, "spam", "slowed", hours=1)
    await knows(house.app.house.gate, 1)
    for _ in range(limits.SLOWED_ADMISSIONS):
        challenge = (await asks_to_enter(house.url, here)).fields["challenge"]
        proof = {"proof": await prove(challenge)}
        assert (await asks(house.url, "/api/enter", proof, address=here)).text("admission")
    assert (await asks_to_enter(house.url, here)).status == 429
    assert (await asks_to_enter(house.url, an_address())).text("admission")
    await supervisor.lifts(abuser.conversation)
    await knows(house.app.house.gate, 0)


async def test_a_block_reaches_the_process_where_the_seeker_is(guests: Guests) -> None:
    house, here = guests.house, an_address()
    supervisor = await guests.supervisor()
    async with another_process(house) as (url, gate):
        abuser = await enters(guests, here, url=url)
        await supervisor.blocks(abuser.conversation, "abuse")
        await abuser.ended()
        await knows(gate, 1)
        await knows(house.app.house.gate, 1)
        assert (await asks_to_enter(url, here)).error == "paused"
        # This process has never seen the seeker, and tags differ by process.
        assert (await asks_to_enter(house.url, here)).status == 200
        await supervisor.sets_raid(minutes=5)
        await knows(gate, 1, raided=True)
        await supervisor.sets_raid(minutes=0)
        await supervisor.lifts(abuser.conversation)
        await knows(gate, 0)


async def test_in_a_raid_newcomers_work_and_come_one_by_one_and_nobody_inside_is_touched(
    guests: Guests,
) -> None:
    house, here, there = guests.house, an_address(), an_address()
    supervisor = await guests.supervisor()
    inside, conversation, _ = await guests.pair()
    early = await an_admission(house.url)
    await supervisor.sets_raid(minutes=5)
    await knows(house.app.house.gate, 0, raided=True)
    assert "challenge" in (await asks_to_enter(house.url, here)).fields
    one = await enters(guests, here)
    assert (await asks_to_enter(house.url, here)).error == "too_many"
    async with raw_socket(house.url, "/ws/seeker", headers={"X-Forwarded-For": here}) as socket:
        await socket.says("enter", admission=early, language="en")
        assert await socket.closed() == (4015, "full")
    await enters(guests, there)
    await inside.says("I do not notice")
    await conversation.sees("I do not notice")
    one._connection.drop()
    await one.hears("resumed")
    gate = house.app.house.gate
    while gate.takes_turn():
        pass
    late = await asks_to_enter(house.url, an_address())
    assert (late.status, late.error) == (503, "slowly")
    await inside.says("nor do I notice now")
    await conversation.sees("nor do I notice now")
    await supervisor.sets_raid(minutes=0)
    await knows(house.app.house.gate, 0)
    assert "admission" in (await asks_to_enter(house.url, here)).fields
