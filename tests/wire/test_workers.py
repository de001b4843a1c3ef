"""Several workers of one server: what one process owes people holds over all of them."""

import asyncio
import os
import re
import signal
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, suppress
from pathlib import Path

import pytest
import pytest_asyncio

from client.seeker import Seeker
from client.supervisor import Supervisor
from client.supporter import Supporter
from store.client import connect
from store.embedded import embedded
from tests.support.chatting import Chat
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
            pair = await Chat.begin(server.url, supporter)
            await pair.seeker.says(f"one {number}")
            await pair.conversation.says(f"two {number}")
            await pair.seeker.leaves()
            await pair.ends()
    for _ in range(3 * WORKERS):
        assert await _lines(server) == before + Counter(seeker=PAIRS, supporter=PAIRS)


async def test_the_first_administrator_is_greeted_once(tmp_path: Path) -> None:
    server = ServerProcess(
        tmp_path / "data", BENCHSIDE_WEB_WORKERS="2", BENCHSIDE_LOG_LEVEL="warning"
    )
    await server.start()
    assert await server.stop() == 0
    greeting = await server.greeting()
    assert greeting.count("supervisors  http") == 1
    assert greeting.count("one-time passphrase") == 1
    assert server.errors.read_text() == "", "no child had anything to say"


async def test_a_killed_worker_costs_nobody_a_line_a_place_or_a_flag(server: ServerProcess) -> None:
    stop = asyncio.Event()
    async with (
        Supporter(server.url, "amina", PASSPHRASE, patience=PATIENCE) as supporter,
        Supervisor(server.url, "grace", PASSPHRASE, patience=PATIENCE) as supervisor,
        asyncio.TaskGroup() as tasks,
    ):
        await supervisor.opens_board()
        await supporter.becomes("available", capacity=PAIRS)
        pairs = [await Chat.begin(server.url, supporter) for _ in range(PAIRS)]
        for pair in pairs:
            tasks.create_task(pair.talk(stop), name="talk")
        queue = [await _waits(server) for _ in range(WAITING)]
        before = _workers(server)
        for pid in before:
            os.kill(pid, signal.SIGKILL)
            await _replaced(server, pid)
            for pair in pairs:
                await pair.goes_on()
        stop.set()
        assert len(_workers(server)) == WORKERS
        assert not set(before) & set(_workers(server))
        assert [seeker.place for seeker in queue] == list(range(WAITING))
        await queue[0].says("I want to end my life tonight", seconds=PATIENCE)
        assert (await supervisor.hears("escalated", PATIENCE)).has("escalation")
    for pair in pairs:
        pair.is_whole()
        await pair.ends()
    for seeker in queue:
        await seeker.__aexit__(None, None, None)


async def test_a_block_binds_at_all_workers_and_outlives_the_one_with_the_talk(
    server: ServerProcess,
) -> None:
    here, elsewhere = "198.51.100.7", "198.51.100.8"
    async with Supervisor(server.url, "grace", PASSPHRASE, patience=PATIENCE) as supervisor:
        async with Seeker(server.url, forwarded_for=here, patience=PATIENCE) as abuser:
            await supervisor.blocks(abuser.conversation, "abuse", "paused", hours=1)
        await _until_all_refuse(server, here)
        for pid in _workers(server):
            os.kill(pid, signal.SIGKILL)
            await _replaced(server, pid)
            await _until_all_refuse(server, here)
        assert (await asks(server.url, "/api/enter", {}, address=elsewhere)).status == 200
        await supervisor.lifts(abuser.conversation)
        await _until_none_refuses(server, here)


async def test_every_board_counts_the_supervisors_at_all_workers(server: ServerProcess) -> None:
    async with AsyncExitStack() as stack:
        boards: list[Supervisor] = []
        for _ in range(2 * WORKERS):
            for name in ("grace", "henry"):
                supervisor = Supervisor(server.url, name, PASSPHRASE, patience=PATIENCE)
                boards.append(await stack.enter_async_context(supervisor))
                await supervisor.opens_board()
        async with asyncio.timeout(PATIENCE):
            while any(one.board.lights["supervisors"] != 2 for one in boards):  # noqa: ASYNC110
                await asyncio.sleep(0.1)


async def test_the_killed_keeper_of_the_store_is_followed_by_another(
    server: ServerProcess,
) -> None:
    async with Seeker(server.url, opening="hello", patience=PATIENCE) as seeker:
        await seeker.says("before")
        (keeper,) = set(_children(server.pid)) - set(_workers(server))
        os.kill(keeper, signal.SIGKILL)
        server.kill_store()
        await seeker.says("after", seconds=PATIENCE)
        assert [line.text for line in seeker.transcript] == ["hello", "before", "after"]
        await seeker.leaves()


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
        await employ(store, "amina", supervisors=("grace", "henry"))
    passing = str(data.parent)  # a killed parent leaves its folder of metrics behind
    async with server_process(
        data,
        BENCHSIDE_WEB_WORKERS=str(WORKERS),
        BENCHSIDE_WEB_TRUSTED_PROXIES="127.0.0.1",
        TMPDIR=passing,
    ) as server:
        yield server


async def _until_all_refuse(server: ServerProcess, address: str) -> None:
    async with asyncio.timeout(PATIENCE):
        while await _answers(server, address) != {"paused"}:  # noqa: ASYNC110
            await asyncio.sleep(0.5)


async def _until_none_refuses(server: ServerProcess, address: str) -> None:
    async with asyncio.timeout(PATIENCE):
        while "paused" in await _answers(server, address):  # noqa: ASYNC110
            await asyncio.sleep(0.5)


async def _answers(server: ServerProcess, address: str) -> set[str]:
    """Ask so often to be let in that hardly a worker is not asked."""
    asked = [asks(server.url, "/api/enter", {}, address=address) for _ in range(8 * WORKERS)]
    return {str(answer.error) for answer in await asyncio.gather(*asked)}


async def _waits(server: ServerProcess) -> Seeker:
    seeker = await Seeker(server.url, patience=PATIENCE).__aenter__()
    await seeker.hears("waiting", PATIENCE)
    return seeker


async def _lines(server: ServerProcess) -> Counter[str]:
    body = (await asks(server.url, "/metrics")).body
    assert b"pid=" not in body
    return Counter({by.decode(): int(count) for by, count in LINE.findall(body)})


def _workers(server: ServerProcess) -> list[int]:
    """Return the processes that serve: the parent's children that have children of no kind."""
    workers: list[int] = []
    for pid in _children(server.pid):
        with suppress(FileNotFoundError, ProcessLookupError):  # it has just died
            if not _children(pid):
                workers.append(pid)
    return workers


def _children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


async def _replaced(server: ServerProcess, killed: int) -> None:
    async with asyncio.timeout(PATIENCE):
        while not _is_replaced(server, killed):  # noqa: ASYNC110
            await asyncio.sleep(0.05)


def _is_replaced(server: ServerProcess, killed: int) -> bool:
    workers = _workers(server)
    return killed not in workers and len(workers) == WORKERS
