"""Wake-ups over connections that are lost, on one server and on a cluster."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from redis import Redis, RedisCluster

from store.address import read_url
from store.client import Store, connect
from store.tasks import beside
from store.topology import OneServer
from store.wakeups import Wakeups
from tests.support.proxy import Proxy

PATIENCE = 10.0
CHANNELS = [f"{{{n}}}:w" for n in range(6)]
"""Channels on all masters."""


class Heard:
    """What was heard, by channel."""

    def __init__(self) -> None:
        self.payloads: dict[str, list[bytes]] = {}
        self.gaps = 0
        self._came = asyncio.Event()

    def __call__(self, channel: str, payload: bytes) -> None:
        self.payloads.setdefault(channel, []).append(payload)
        self._came.set()

    def gap(self) -> None:
        self.gaps += 1
        self._came.set()

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not holds():
                self._came.clear()
                await self._came.wait()

    async def has(self, payload: bytes, *channels: str) -> None:
        await self.until(lambda: all(payload in self.payloads.get(one, ()) for one in channels))

    async def gap_is_told(self, times: int) -> None:
        await self.until(lambda: self.gaps >= times)

    async def confirmed(self, *channels: str) -> None:
        """Wait until all these have taken hold since the last time."""
        await self.has(b"", *channels)
        for one in channels:
            self.payloads[one].remove(b"")


@pytest.fixture
def kill(store: Store, request: pytest.FixtureRequest) -> Callable[[], None]:
    """Close every subscriber's connection, at the server."""

    def on_one() -> None:
        with Redis.from_url(request.getfixturevalue("single_url")) as redis:
            redis.client_kill_filter(_type="pubsub")

    def on_all() -> None:
        url: str = request.getfixturevalue("cluster_url")
        with RedisCluster.from_url(url.replace("redis+cluster", "redis")) as cluster:
            for node in cluster.get_primaries():
                with Redis(host=node.host, port=node.port) as redis:
                    redis.client_kill_filter(_type="pubsub")

    return on_all if store.is_cluster else on_one


async def test_after_lost_connections_all_are_woken_and_the_gap_is_told(
    store: Store, kill: Callable[[], None]
) -> None:
    heard = Heard()
    store.wakeups.on_gap(heard.gap)
    for channel in CHANNELS:
        await store.wakeups.listen(channel, heard)
    await heard.confirmed(*CHANNELS)
    assert heard.gaps == 0
    for times in range(1, 4):
        kill()
        await heard.confirmed(*CHANNELS)
        await heard.gap_is_told(times)
        for channel in CHANNELS:
            await store.call("SPUBLISH", channel, f"look {times}")
        await heard.has(f"look {times}".encode(), *CHANNELS)


async def test_who_comes_and_goes_while_connections_are_lost_meets_no_error(
    store: Store, kill: Callable[[], None]
) -> None:
    async def come_and_go(name: str) -> None:
        for turn in range(20):
            heard, channel = Heard(), f"{{{name}{turn % 3}}}:w"
            await store.wakeups.listen(channel, heard)
            await heard.confirmed(channel)
            await store.wakeups.forget(channel)

    async def break_off() -> None:
        while True:
            kill()
            await store.call("PING")

    async with asyncio.timeout(3 * PATIENCE), asyncio.TaskGroup() as tasks:
        breaking = tasks.create_task(break_off(), name="breaking")
        people = [tasks.create_task(come_and_go(name), name=name) for name in "abcd"]
        await asyncio.wait(people)
        breaking.cancel()
    heard = Heard()
    await store.wakeups.listen("{a}:w", heard)
    await heard.confirmed("{a}:w")
    await store.call("SPUBLISH", "{a}:w", "look")
    await heard.has(b"look", "{a}:w")


async def test_one_who_forgets_and_listens_again_is_woken_by_it(store: Store) -> None:
    first, second = Heard(), Heard()
    await store.wakeups.listen("{a}:w", first)
    await first.confirmed("{a}:w")
    await store.wakeups.forget("{a}:w")
    await store.wakeups.listen("{a}:w", second)
    await second.confirmed("{a}:w")
    await store.call("SPUBLISH", "{a}:w", "look")
    await second.has(b"look", "{a}:w")
    assert first.payloads["{a}:w"] == []


async def test_a_forgotten_channel_is_not_subscribed_any_more(store: Store) -> None:
    heard = Heard()
    for channel in ("{a}:w", "{a}:other"):
        await store.wakeups.listen(channel, heard)
    await heard.confirmed("{a}:w", "{a}:other")
    await store.wakeups.forget("{a}:w")
    await store.wakeups.listen("{a}:other", heard)
    await heard.confirmed("{a}:other")  # the server takes wishes in order
    assert await store.call("SPUBLISH", "{a}:w", "look") == 0
    assert await store.call("SPUBLISH", "{a}:other", "look") == 1


async def test_to_listen_while_the_store_is_away_takes_hold_when_it_is_back(
    single_url: str, tmp_path: Path
) -> None:
    heard = Heard()
    async with Proxy.to_store(single_url, tmp_path / "s") as wire, connect(wire.url) as store:
        await store.wakeups.listen("{a}:w", heard)
        await heard.confirmed("{a}:w")
        wire.cut()
        async with asyncio.timeout(PATIENCE):
            await store.wakeups.listen("{b}:w", heard)
            await store.wakeups.forget("{c}:w")
        wire.mend()
        await heard.confirmed("{a}:w", "{b}:w")


# Connections that die without a word


def one_server(url: str) -> OneServer:
    return OneServer(read_url(url).servers[0])


class Deaf:
    """Stands before a store; from a moment on, connections that are open carry nothing more."""

    def __init__(self, url: str) -> None:
        self._path = urlsplit(url).path
        self._deaf: set[asyncio.StreamWriter] = set()
        self._open: set[asyncio.StreamWriter] = set()

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_unix_connection(self._path)
        self._open.add(writer)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._pump(writer, reader, far_writer), name="up")
            tasks.create_task(self._pump(writer, far_reader, writer), name="down")

    def goes_deaf(self) -> None:
        self._deaf |= self._open

    async def _pump(
        self, key: asyncio.StreamWriter, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        while piece := await reader.read(65536):
            if key not in self._deaf:
                writer.write(piece)
        writer.close()


@pytest.fixture
async def deaf(single_url: str, tmp_path: Path) -> AsyncGenerator[Deaf]:
    deaf = Deaf(single_url)
    async with await asyncio.start_unix_server(deaf.carry, tmp_path / "s"):
        yield deaf


async def test_a_connection_that_died_without_a_word_is_found_out(
    deaf: Deaf, tmp_path: Path
) -> None:
    heard = Heard()
    wakeups = Wakeups(one_server(f"unix://{tmp_path / 's'}"), quiet=0.05)
    wakeups.on_gap(heard.gap)
    async with beside(wakeups=wakeups.run):
        await wakeups.listen("{a}:w", heard)
        await heard.confirmed("{a}:w")
        deaf.goes_deaf()
        await heard.confirmed("{a}:w")
        await heard.gap_is_told(1)


async def test_a_quiet_server_that_answers_is_not_taken_for_dead(single_url: str) -> None:
    async def pings() -> int:
        await store.call("ECHO", "")
        with Redis.from_url(single_url) as redis:
            counts = redis.info("commandstats")
        assert isinstance(counts, dict)
        return int(counts["cmdstat_ping"]["calls"]) if "cmdstat_ping" in counts else 0

    heard = Heard()
    async with connect(single_url) as store:
        wakeups = Wakeups(one_server(single_url), quiet=0.05)
        wakeups.on_gap(heard.gap)
        async with asyncio.timeout(PATIENCE), beside(wakeups=wakeups.run):
            await wakeups.listen("{a}:w", heard)
            await heard.confirmed("{a}:w")
            before = await pings()
            while await pings() < before + 4:
                pass
            await store.call("SPUBLISH", "{a}:w", "look")
            await heard.has(b"look", "{a}:w")
    assert heard.gaps == 0
    assert heard.payloads["{a}:w"] == [b"look"]
