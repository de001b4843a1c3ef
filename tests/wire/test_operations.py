"""What operators see, and what is still there when the store is not."""

import asyncio
import re
from pathlib import Path

import pytest

from chat.closing import Closings
from client.closing import comes_back
from client.errors import Denied
from client.seeker import Seeker
from config.settings import Service, Settings
from tests.support.people import PASSPHRASE
from tests.support.proxy import Proxy
from tests.support.raw import asks, raw_seeker, raw_socket
from tests.support.running import Guests, House, house_far_from_its_store, running_house
from tests.support.server import ServerProcess, server_process

pytestmark = pytest.mark.asyncio(loop_scope="module")

PATIENCE = 20.0
PROMISED = {
    "benchside_waiting",
    "benchside_oldest_wait_seconds",
    "benchside_open_offers",
    "benchside_conversations",
    "benchside_supporters_available",
    "benchside_escalations_unacknowledged",
    "benchside_escalations_unresolved",
    "benchside_sockets",
    "benchside_newcomers_total",
    "benchside_offers_total",
    "benchside_lines_total",
    "benchside_flags_total",
    "benchside_unscreened_total",
    "benchside_line_seconds_bucket",
    "benchside_pairing_seconds_bucket",
    "benchside_wait_seconds_bucket",
}


async def test_a_healthy_server_is_live_and_ready(house: House) -> None:
    for path in ("/health/live", "/health/ready"):
        answer = await asks(house.url, path)
        assert (answer.status, answer.fields) == (200, {"ok": True})


async def test_every_answer_is_kept_by_nobody_and_framed_by_nobody(house: House) -> None:
    for path in ("/", "/supporter", "/supervisor", "/login", "/api/info", "/health/live", "/no"):
        headers = (await asks(house.url, path)).headers
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "server" not in headers
    policy = (await asks(house.url, "/")).headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


async def test_the_metrics_have_the_promised_names_and_no_ids(guests: Guests) -> None:
    house = guests.house
    seeker, conversation, _ = await guests.pair()
    await guests.seeker("somebody else who waits")
    await seeker.says("I want to end my life tonight")
    await seeker.hears("helped")
    await conversation.says("I am here")
    text = (await asks(house.url, "/metrics")).body.decode()
    samples = {
        match["name"]: float(match["value"])
        for match in re.finditer(r"^(?P<name>\w+)(?:\{.*\})? (?P<value>\S+)$", text, re.M)
    }
    assert samples.keys() >= PROMISED
    assert samples["benchside_waiting"] == 1
    assert samples["benchside_conversations"] == 1
    assert samples["benchside_escalations_unacknowledged"] >= 1
    assert 'benchside_lines_total{by="supporter"}' in text
    assert 'benchside_flags_total{risk="imminent"}' in text
    assert 'benchside_newcomers_total{answer="admitted"}' in text
    ids = [seeker.conversation, seeker.name, await house.account("amina"), "amina", "Amina"]
    assert not [id_ for id_ in ids if id_ in text]
    labels = set(re.findall(r'(\w+)="', text))
    assert labels <= {"by", "risk", "le", "helped", "answer"}


async def test_a_closed_house_lets_nobody_in_and_says_so(tmp_path: Path) -> None:
    closed = Settings(service=Service(open=False, hours="Mondays", country="GB"))
    async with running_house(tmp_path, closed) as house:
        answer = await asks(house.url, "/api/enter", {})
        assert (answer.status, answer.error) == (503, "closed")
        info = await asks(house.url, "/api/info")
        assert (info.fields["open"], info.fields["hours"]) == (False, "Mondays")
        with pytest.raises(Denied, match="closed"):
            async with Seeker(house.url):
                pass


async def test_pages_and_helplines_are_there_when_the_store_is_not(tmp_path: Path) -> None:
    async with house_far_from_its_store(tmp_path) as (house, wire):
        wire.cut()
        for path in ("/", "/supporter", "/supervisor", "/login", "/locales/en.ftl"):
            assert (await asks(house.url, path)).status == 200
        info = (await asks(house.url, "/api/info")).fields
        helplines = info["helplines"]
        assert isinstance(helplines, dict)
        assert all(country["helplines"] for country in helplines.values())
        page = (await asks(house.url, "/")).body
        assert b"116 123" in page, "helplines are in the page itself"
        assert (await asks(house.url, "/health/live")).status == 200
        for path in ("/health/ready", "/metrics"):
            assert (await asks(house.url, path)).status == 503
        answer = await asks(house.url, "/api/enter", {})
        assert (answer.status, answer.error) == (503, "unavailable")


async def test_staff_are_told_when_the_store_is_not_there(tmp_path: Path) -> None:
    async with house_far_from_its_store(tmp_path) as (house, wire):
        cookie = await house.header("amina")
        wire.cut()
        right = {"name": "amina", "password": PASSPHRASE}
        answers = [
            await asks(house.url, "/api/staff/login", right),
            await asks(house.url, "/api/staff/me", cookie=cookie),
            await asks(house.url, "/api/staff/admission", {}, cookie=cookie),
        ]
        assert {(one.status, one.error) for one in answers} == {(503, "unavailable")}
        async with raw_socket(house.url, "/ws/staff", cookie=cookie) as socket:
            assert await socket.closed() == (4012, "unavailable")


async def test_a_talk_goes_on_when_the_store_comes_back(tmp_path: Path) -> None:
    async with house_far_from_its_store(tmp_path) as (house, wire):
        guests = Guests(house)
        async with guests.stack:
            seeker, conversation, _ = await guests.pair()
            async with asyncio.TaskGroup() as tasks:
                wire.cut()
                tasks.create_task(seeker.says("said into the gap", seconds=PATIENCE))
                assert (await asks(house.url, "/health/ready")).status == 503
                wire.mend()
                await conversation.sees("said into the gap", seconds=PATIENCE)
            assert [line.text for line in seeker.transcript] == ["said into the gap"]
            assert (await asks(house.url, "/health/ready")).status == 200


async def test_staff_come_back_by_themselves_after_the_store(tmp_path: Path) -> None:
    async with (
        house_far_from_its_store(tmp_path) as (house, wire),
        Proxy.to(house.url) as door,
    ):
        guests = Guests(house)
        async with guests.stack:
            supporter = await guests.supporter(url=door.url)
            supervisor = await guests.supervisor(url=door.url)
            wire.cut()
            for one in (supporter, supervisor):
                one.drop()
            async with asyncio.timeout(PATIENCE):
                await door.passes(b"unavailable")
            wire.mend()
            seeker = await guests.seeker("hello")
            taken = await supporter.takes(seconds=PATIENCE)
            assert taken.id == seeker.conversation
            assert (await supervisor.opens_board()).lights["conversations"] == 1


async def test_a_killed_store_is_started_again_and_has_everything(tmp_path: Path) -> None:
    async with (
        server_process(tmp_path / "data") as server,
        Seeker(server.url, opening="hello", patience=PATIENCE) as seeker,
    ):
        await seeker.says("before the crash")
        server.kill_store()
        await seeker.says("after it")
        assert (await asks(server.url, "/health/ready")).status == 200
        async with Seeker(server.url, opening="somebody else") as another:
            assert (await another.hears("waiting")).number("place") == 1
        code = await seeker.asks_code()
        async with Seeker(server.url, code=code) as again:
            await again.hears("waiting")
            told = ["hello", "before the crash", "after it"]
            assert [line.text for line in again.transcript] == told


async def test_a_stopping_server_tells_everybody_to_come_back(tmp_path: Path) -> None:
    async with (
        running_house(tmp_path) as house,
        raw_seeker(house.url, "hello") as seeker,
        raw_seeker(house.url) as other,
    ):
        for one in (seeker, other):
            await one.hears("entered")
        await house.app.drain()
        for one in (seeker, other):
            assert await one.closed() == (4011, "restart")
        ready = await asks(house.url, "/health/ready")
        assert (ready.status, ready.fields["why"]) == (503, "draining")
        answer = await asks(house.url, "/api/enter", {})
        assert (answer.status, answer.error) == (503, "full")
    assert comes_back(Closings.RESTART.value.code)


async def test_clients_of_a_server_that_restarts_come_back_and_go_on(tmp_path: Path) -> None:
    server = ServerProcess(tmp_path / "data")
    await server.start()
    try:
        async with Seeker(server.url, opening="hello", patience=PATIENCE) as seeker:
            assert await server.stop() == 0
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(seeker.says("said while nobody was there"))
                await server.start()
            texts = [line.text for line in seeker.transcript]
            assert texts == ["hello", "said while nobody was there"]
            assert seeker.visits == 2
    finally:
        await server.stop()
