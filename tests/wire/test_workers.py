"""Several workers of one server: what one process owes people holds over all of them."""

import asyncio
import os
import re
import signal
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import suppress
from pathlib import Path

import pytest
import pytest_asyncio

from client.conversation import Conversation
from client.seeker import Seeker
from client.supervisor import Supervisor
from client.supporter import Supporter
from store.client import connect
from store.embedded import embedded
from tests.support.people import PASSPHRASE, employ
from tests.support.raw import asks
from tests.support.server import ServerProcess, server_process

pytestmark = pytest.mark.asyncio(loop_scope="module")

WORKERS = 3
PAIRS = 3
WAITING = 3
PATIENCE = 30.0
LINE = re.compile(rb'^benchside_lines_total\{by="(\w+)"\} (\d+)', re.M)


async def test_any_worker_tells_the_numbers_of_all(server: ServerProcess) -> None:
    before = await _lines(server)
    async with Supporter(server.url, "amina", PASSPHRASE, patience=PATIENCE) as supporter:
        await supporter.becomes("available", capacity=PAIRS)
        for number in range(PAIRS):
            seeker, conversation = await _meets(server, supporter)
            await seeker.says(f"one {number}")
            await conversation.says(f"two {number}")
            await seeker.leaves()
            await seeker.__aexit__(None, None, None)
    for _ in range(3 * WORKERS):
        assert await _lines(server) == before + Counter(seeker=PAIRS, supporter=PAIRS)


async def test_a_killed_worker_costs_nobody_a_line_a_place_or_a_flag(server: ServerProcess) -> None:
    async with asyncio.TaskGroup() as tasks:
        stop = asyncio.Event()
        async with (
            Supporter(server.url, "amina", PASSPHRASE, patience=PATIENCE) as supporter,
            Supervisor(server.url, "grace", PASSPHRASE, patience=PATIENCE) as supervisor,
        ):
            await supervisor.opens_board()
            await supporter.becomes("available", capacity=PAIRS)
            pairs = [await _meets(server, supporter) for _ in range(PAIRS)]
            talks = [tasks.create_task(_talk(*pair, stop), name="talk") for pair in pairs]
            await supporter.becomes("finishing", capacity=PAIRS)
            queue = [await _waits(server) for _ in range(WAITING)]
            before = _workers(server)
            for pid in before:
                os.kill(pid, signal.SIGKILL)
                await _replaced(server, pid)
                for seeker, _ in pairs:
                    await seeker.says(f"after {pid}", seconds=PATIENCE)
            stop.set()
            said = await asyncio.gather(*talks)
            for (seeker, conversation), number in zip(pairs, said, strict=True):
                await seeker.says("the end", seconds=PATIENCE)
                await conversation.sees("the end", seconds=PATIENCE)
                texts = [line.text for line in seeker.transcript]
                assert texts == [line.text for line in conversation.transcript]
                assert [text for text in texts if text.startswith("line")] == [
                    f"line {one}" for one in range(number)
                ]
            for place, seeker in enumerate(queue):
                assert seeker.place == place
            await pairs[0][0].says("I want to end my life tonight", seconds=PATIENCE)
            assert (await supervisor.hears("escalated", PATIENCE)).has("escalation")
            assert len(_workers(server)) == WORKERS
            assert not set(before) & set(_workers(server))
            for person in (*queue, *(pair[0] for pair in pairs)):
                await person.__aexit__(None, None, None)


async def test_workers_stop_by_themselves_when_their_parent_is_killed(
    server: ServerProcess,
) -> None:
    workers = _workers(server)
    await server.kill()
    async with asyncio.timeout(PATIENCE):
        while any(Path(f"/proc/{pid}").exists() for pid in workers):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    await server.start()
    assert (await asks(server.url, "/health/ready")).status == 200


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[ServerProcess]:
    """A server with three workers, shared by the tests of this module."""
    data = tmp_path_factory.mktemp("workers") / "data"
    async with embedded(data) as url, connect(url) as store:
        await employ(store, "amina")
    async with server_process(data, BENCHSIDE_WEB_WORKERS=str(WORKERS)) as server:
        yield server


async def _meets(server: ServerProcess, supporter: Supporter) -> tuple[Seeker, Conversation]:
    seeker = await Seeker(server.url, patience=PATIENCE).__aenter__()
    conversation = await supporter.takes(seconds=PATIENCE)
    await seeker.matched(seconds=PATIENCE)
    return seeker, conversation


async def _waits(server: ServerProcess) -> Seeker:
    seeker = await Seeker(server.url, patience=PATIENCE).__aenter__()
    await seeker.hears("waiting", PATIENCE)
    return seeker


async def _talk(seeker: Seeker, conversation: Conversation, stop: asyncio.Event) -> int:
    """Say lines in turn, slowly enough for the limits, until told to stop; return how many."""
    number = 0
    while not stop.is_set():
        side = conversation if number % 2 else seeker
        await side.says(f"line {number}", seconds=PATIENCE)
        number += 1
        with suppress(TimeoutError):
            async with asyncio.timeout(0.5):
                await stop.wait()
    return number


async def _lines(server: ServerProcess) -> Counter[str]:
    body = (await asks(server.url, "/metrics")).body
    assert b"pid=" not in body
    return Counter({by.decode(): int(count) for by, count in LINE.findall(body)})


def _workers(server: ServerProcess) -> list[int]:
    """Return the processes that serve: the parent's children that have children of no kind."""
    children = _children(server.pid)
    return [pid for pid in children if not _children(pid)]


def _children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


async def _replaced(server: ServerProcess, killed: int) -> None:
    async with asyncio.timeout(PATIENCE):
        while not _is_replaced(server, killed):  # noqa: ASYNC110
            await asyncio.sleep(0.05)


def _is_replaced(server: ServerProcess, killed: int) -> bool:
    workers = _workers(server)
    return killed not in workers and len(workers) == WORKERS
