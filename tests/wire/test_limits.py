"""Floods from one address: its newcomers wait, and nobody else, nor anyone inside, is touched."""

from contextlib import AsyncExitStack

import pytest

from config import limits
from tests.support.raw import an_admission, asks, raw_seeker, raw_socket
from tests.support.running import Guests, House, an_address

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_one_address_does_not_hold_all_sockets(guests: Guests) -> None:
    house, here = guests.house, an_address()
    inside, _, _ = await guests.pair()
    from_here = {"X-Forwarded-For": here}
    async with AsyncExitStack() as flood:
        for _ in range(limits.SOCKETS_OF_ADDRESS):
            await flood.enter_async_context(raw_socket(house.url, "/ws/seeker", headers=from_here))
        newcomer = await asks(house.url, "/api/enter", {}, address=here)
        assert (newcomer.status, newcomer.error) == (429, "too_many")
        async with raw_socket(house.url, "/ws/seeker", headers=from_here) as late:
            await late.says("enter", admission=await an_admission(house.url), language="en")
            assert await late.closed() == (4015, "full")
        async with raw_socket(house.url, "/ws/seeker", headers=from_here) as back:
            await back.says("resume", token=inside._token, since=0)
            assert (await back.hears("resumed")).text("phase") == "talking"
        assert (await asks(house.url, "/api/enter", {})).status == 200
    assert (await asks(house.url, "/api/enter", {}, address=here)).status == 200


async def test_who_shows_admissions_that_are_none_has_to_wait(house: House) -> None:
    from_here = {"X-Forwarded-For": an_address()}
    for number in range(limits.FAILURES):
        async with raw_socket(house.url, "/ws/seeker", headers=from_here) as socket:
            await socket.says("enter", admission=f"{'x' * 30}{number}", language="en")
            assert await socket.closed() == (4004, "admission")
    async with raw_socket(house.url, "/ws/seeker", headers=from_here) as socket:
        await socket.says("enter", admission=await an_admission(house.url), language="en")
        assert await socket.closed() == (4006, "too_fast")
    async with raw_seeker(house.url) as elsewhere:
        await elsewhere.hears("entered")
