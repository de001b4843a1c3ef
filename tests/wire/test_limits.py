"""Floods from one address: its newcomers wait, and nobody else, nor anyone inside, is touched."""

import time
from collections.abc import Mapping
from contextlib import AsyncExitStack

import pytest

from client.work import prove
from config import limits
from tests.support.raw import Answer, an_admission, asks, raw_seeker, raw_socket
from tests.support.running import Guests, House, an_address

pytestmark = pytest.mark.asyncio(loop_scope="module")

FULL = (4015, "full")
CHALLENGE = {
    "signature": "00" * 32,
    "parameters": {
        "algorithm": "PBKDF2/SHA-256",
        "cost": 2000,
        "keyLength": 32,
        "keyPrefix": "00",
        "keySignature": "00" * 32,
        "nonce": "00" * 16,
        "salt": "00" * 16,
        "expiresAt": int(time.time()) + 60,
    },
}
"""A challenge that nobody has signed."""


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
            assert await late.closed() == FULL
        async with raw_socket(house.url, "/ws/seeker", headers=from_here) as back:
            await back.says("resume", token=inside._token, since=0)
            assert (await back.hears("resumed")).text("phase") == "talking"
        assert (await asks(house.url, "/api/enter", {})).status == 200
    assert (await asks(house.url, "/api/enter", {}, address=here)).status == 200


async def test_who_asks_the_store_without_end_has_to_wait_and_helplines_are_there(
    guests: Guests,
) -> None:
    house, here = guests.house, an_address()
    for asked in range(2 * limits.REQUESTS):  # noqa: B007
        refused = await asks(house.url, "/health/ready", address=here)
        if refused.status == 429:
            break
    assert asked >= limits.REQUESTS
    assert (refused.status, refused.error, refused.headers["retry-after"]) == (429, "too_many", "1")
    for path in ("/", "/api/info", "/static/css/page.css"):
        assert (await asks(house.url, path, address=here)).status == 200
    assert (await asks(house.url, "/health/ready", address=an_address())).status == 200


async def test_who_opens_sockets_without_end_has_to_wait_and_others_do_not(
    guests: Guests,
) -> None:
    house, from_here = guests.house, {"X-Forwarded-For": an_address()}
    for opened in range(2 * limits.OPENINGS):  # noqa: B007
        async with raw_socket(house.url, "/ws/staff", headers=from_here) as socket:
            if await socket.closed() == FULL:
                break
    assert opened >= limits.OPENINGS
    async with raw_socket(house.url, "/ws/seeker", headers=from_here) as newcomer:
        assert await newcomer.closed() == FULL
    async with raw_socket(house.url, "/ws/staff") as stranger:
        assert await stranger.closed() != FULL
    told = await asks(house.url, "/metrics")
    assert 'benchside_told_to_wait_total{what="socket"}' in told.body.decode()


async def test_who_shows_admissions_that_are_none_has_to_wait(guests: Guests) -> None:
    house = guests.house
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


async def test_a_flood_has_to_work_and_nobody_inside_notices(guests: Guests) -> None:
    house = guests.house
    inside, conversation, _ = await guests.pair()
    assert "admission" in (await asks(house.url, "/api/enter", {})).fields
    flood = [await _asks_to_enter(house) for _ in range(250)]
    assert "challenge" in flood[-1].fields
    await inside.says("I am still here")
    await conversation.sees("I am still here")
    helplines = await asks(house.url, "/api/info")
    assert helplines.fields["helplines"]

    challenge, tries = flood[-1].fields["challenge"], flood[-1].fields["tries"]
    assert isinstance(tries, int)
    proof = await prove(challenge)
    assert (await _asks_to_enter(house, proof)).text("admission")
    again = await _asks_to_enter(house, proof)
    assert (again.status, again.error) == (403, "proof")
    forged = {"challenge": challenge, "solution": {"counter": 1, "derivedKey": "00" * 32}}
    assert (await _asks_to_enter(house, forged)).status == 403
    await guests.seeker("the SDK does the work by itself")


async def _asks_to_enter(house: House, proof: Mapping[str, object] | None = None) -> Answer:
    return await asks(house.url, "/api/enter", {"proof": proof} if proof else {})


async def test_who_guesses_proofs_has_to_wait(house: House) -> None:
    here = an_address()
    nonsense = {"solution": {"counter": 1, "derivedKey": "00"}, "challenge": CHALLENGE}
    answers = [
        await asks(house.url, "/api/enter", {"proof": nonsense}, address=here)
        for _ in range(limits.FAILURES + 1)
    ]
    assert [one.status for one in answers] == [403] * limits.FAILURES + [429]
    broken = await asks(house.url, "/api/enter", {"proof": {"challenge": 1}})
    assert (broken.status, broken.error) == (400, "bad_request")
