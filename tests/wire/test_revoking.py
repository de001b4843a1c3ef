"""Sessions that end: everywhere, within two seconds, whatever is lost on the way."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from client.errors import Lost
from client.seeker import Seeker
from client.supporter import Supporter
from config import limits
from config.clock import monotonic
from config.ids import hash_token
from store.embedded import socket_path
from tests.support.people import PASSPHRASE
from tests.support.raw import a_staff_admission, asks, raw_socket
from tests.support.running import ADMINISTRATOR, Guests, House, running_house
from tests.support.server import server_process
from tests.support.stalled import stalled, watches, writes_much
from web.guarding import COOKIE

pytestmark = pytest.mark.asyncio(loop_scope="module")

SLACK = 1.0
"""Seconds that this machine may be busy with something else."""


async def test_signing_out_everywhere_closes_the_sockets_of_every_process(tmp_path: Path) -> None:
    async with running_house(tmp_path) as house:
        keys = str(house.folder.parent / "keys")
        url = f"unix://{socket_path(house.folder)}"
        more = {"BENCHSIDE_STORE_URL": url, "BENCHSIDE_STORE_KEYS": keys}
        async with server_process(tmp_path / "other", **more) as other, AsyncExitStack() as stack:
            here, there = (Supporter(one, "amina", PASSPHRASE) for one in (house.url, other.url))
            for person in (here, there):
                await Guests(house, stack).logs_in(person, "amina")
                await stack.enter_async_context(person)
            cookie = await house.header("amina")
            began = monotonic()
            answer = await asks(house.url, "/api/staff/sessions/end", {}, cookie=cookie)
            assert answer.status == 204
            for person in (here, there):
                with pytest.raises(Lost) as lost:
                    await person.hears("never", limits.REVOKED_SECONDS + SLACK)
                assert (lost.value.code, lost.value.reason) == (4009, "revoked")
            assert monotonic() - began < limits.REVOKED_SECONDS + SLACK
            for process in (house.url, other.url):
                assert (await asks(process, "/api/staff/me", cookie=cookie)).status == 401


async def test_a_socket_closes_in_time_though_the_wake_up_is_lost(guests: Guests) -> None:
    """The session ends in the store as `revoke.lua` ends it, but nobody is woken."""
    house = guests.house
    token = await house.cookie("amina")
    cookie = f"{COOKIE}={token}"
    async with raw_socket(house.url, "/ws/staff", cookie=cookie) as socket:
        await socket.says("attend", admission=await a_staff_admission(house.url, cookie))
        await socket.hears("attending")
        began = monotonic()
        async with house.store() as store:
            await store.delete(f"{{staff}}:session:{hash_token(token)}")
            await store.incr("{staff}:revocations")
        assert await socket.closed() == (4009, "revoked")
        assert monotonic() - began < limits.REVOKED_SECONDS + SLACK


async def test_a_socket_that_does_not_read_is_cut_off_in_time(tmp_path: Path) -> None:
    async with running_house(tmp_path) as house, Seeker(house.url, opening="hello") as seeker:
        await writes_much(house, seeker)
        cookie = await house.header("grace")
        admission = await a_staff_admission(house.url, cookie)
        with stalled(house.url) as peer:
            await watches(
                peer, house.url, cookie=cookie, admission=admission, id_=seeker.conversation
            )
            while not any(one.outbox.unsent for one in house.app.endpoints.open):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
            await asks(house.url, "/api/staff/logout", {}, cookie=cookie)
            async with asyncio.timeout(limits.REVOKED_SECONDS + SLACK):
                while len(house.app.endpoints.open) > 1:  # noqa: ASYNC110  # the seeker stays
                    await asyncio.sleep(0.05)


async def test_an_administrator_signs_somebody_out(guests: Guests) -> None:
    house = guests.house
    supporter = await guests.supporter("bela", state="")
    cookie, account = await house.header(ADMINISTRATOR), await house.account("bela")
    path = f"/api/roster/{account}/sign_out"
    assert (await asks(house.url, path, {}, cookie=cookie)).status == 204
    with pytest.raises(Lost) as lost:
        await supporter.hears("never", limits.REVOKED_SECONDS + SLACK)
    assert lost.value.reason == "revoked"


async def test_one_sees_where_one_is_logged_in_and_nothing_more(house: House) -> None:
    one, other = await house.header("chipo"), await house.header("chipo")
    rows = (await asks(house.url, "/api/staff/sessions", cookie=one)).fields["sessions"]
    assert isinstance(rows, list)
    assert sorted(row["mine"] for row in rows) == [False, True]
    assert {frozenset(row) for row in rows} == {frozenset({"begun", "seen", "mine"})}
    await asks(house.url, "/api/staff/sessions/end", {}, cookie=one)
    for cookie in (one, other):
        assert (await asks(house.url, "/api/staff/me", cookie=cookie)).status == 401
