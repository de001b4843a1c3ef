"""A server that stops: in order, soon, and without taking back a word."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path

from chat.arrivals import enter
from chat.floor import Floor
from chat.offers import OfferNews
from chat.protocol import Enter
from client.seeker import Seeker
from config import limits
from config.clock import monotonic
from store.tasks import beside
from tests.support.raw import a_staff_admission, asks, raw_seeker
from tests.support.running import (
    Guests,
    House,
    house_far_from_its_store,
    running_house,
)
from tests.support.stalled import stalled, watches, writes_much
from tests.support.talks import Counted

STALLED = 20
PATIENCE = 30.0


async def test_twenty_readers_who_do_not_read_hold_nothing_up(tmp_path: Path) -> None:
    async with AsyncExitStack() as server:
        house = await server.enter_async_context(running_house(tmp_path))
        async with Seeker(house.url, opening="hello") as seeker:
            await writes_much(house, seeker)
            async with _readers_who_do_not_read(house, seeker):
                began = monotonic()
                await server.aclose()
                seconds = monotonic() - began
    assert limits.GOODBYE_SECONDS <= seconds < limits.DRAIN_SECONDS


async def test_who_is_told_twice_to_stop_waits_for_nobody(tmp_path: Path) -> None:
    async with running_house(tmp_path) as house, Seeker(house.url, opening="hello") as seeker:
        await writes_much(house, seeker)
        async with _readers_who_do_not_read(house, seeker):
            hurried = asyncio.Event()
            hurried.set()
            began = monotonic()
            await house.app.drain(hurried)
            assert monotonic() - began < limits.GOODBYE_SECONDS / 2


async def test_what_is_under_way_is_answered_before_the_socket_closes(tmp_path: Path) -> None:
    async with house_far_from_its_store(tmp_path) as (house, wire), raw_seeker(house.url) as one:
        await one.hears("entered")
        wire.hold("down")
        await one.says("say", ref="a", text="on its way")
        async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as tasks:
            await wire.holds("down")
            tasks.create_task(house.app.drain(), name="drain")
            assert (await asks(house.url, "/health/ready")).fields["why"] == "draining"
            wire.release()
            assert (await one.hears("accepted")).text("ref") == "a"
            assert await one.closed() == (4011, "restart")


async def test_a_server_that_stops_offers_nobody_and_another_does(tmp_path: Path) -> None:
    async with running_house(tmp_path) as house:
        guests = Guests(house)
        async with guests.stack:
            await guests.supporter()
        await house.app.drain()
        await enter(house.parts, Enter(admission="", language="en"))
        tallies = Counted()
        another = replace(house.parts, tallies=tallies)
        async with beside(another=OfferNews(another, Floor()).run), asyncio.timeout(PATIENCE):
            while not (await house.parts.room.totals(house.now())).offered:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        assert len(tallies.pairings) == 1


@asynccontextmanager
async def _readers_who_do_not_read(house: House, seeker: Seeker) -> AsyncGenerator[None]:
    """Let supervisors ask for a long conversation and leave it in the wire."""
    cookie = await house.header("grace")
    with ExitStack() as stack:
        for _ in range(STALLED):
            admission = await a_staff_admission(house.url, cookie)
            peer = stack.enter_context(stalled(house.url))
            await watches(
                peer, house.url, cookie=cookie, admission=admission, id_=seeker.conversation
            )
        async with asyncio.timeout(PATIENCE):
            while not _all_wait(house):  # noqa: ASYNC110  # nothing tells that nothing happens
                await asyncio.sleep(0.05)
        yield


def _all_wait(house: House) -> bool:
    """Whether every reader but the seeker has been sent what the wire takes, and no more."""
    return sum(one.outbox.unsent > 0 for one in house.app.endpoints.open) == STALLED
