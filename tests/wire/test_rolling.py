"""Two processes on one store are restarted one after the other, while people talk and wait."""

import asyncio
from pathlib import Path

from client.seeker import Seeker
from client.supervisor import Supervisor
from client.supporter import Supporter
from store.client import connect
from tests.support.chatting import PATIENCE, Chat
from tests.support.people import PASSPHRASE, employ
from tests.support.proxy import Proxy
from tests.support.server import ServerProcess, server_process
from tests.support.stores import single_store

PAIRS = 3
WAITING = 3


async def test_a_rolling_restart_costs_nobody_a_line_or_a_place(tmp_path: Path) -> None:
    with single_store(tmp_path) as url:
        async with connect(url) as store:
            await employ(store, "amina")
        async with (
            server_process(tmp_path / "data", BENCHSIDE_STORE_URL=url) as one,
            server_process(tmp_path / "data", BENCHSIDE_STORE_URL=url) as other,
            Proxy.to_any([one.url, other.url]) as door,
        ):
            await _people_go_on(door.url, one, other)


async def _people_go_on(url: str, *servers: ServerProcess) -> None:
    async with (
        Supporter(url, "amina", PASSPHRASE, patience=PATIENCE) as supporter,
        Supervisor(url, "grace", PASSPHRASE, patience=PATIENCE) as supervisor,
    ):
        await supervisor.opens_board()
        await supporter.becomes("available", capacity=PAIRS)
        pairs = [await Chat.begin(url, supporter) for _ in range(PAIRS)]
        queue = [await _waits(url) for _ in range(WAITING)]
        stop = asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            for pair in pairs:
                tasks.create_task(pair.talk(stop), name="talk")
            for server in servers:
                assert await server.stop() == 0
                await asyncio.gather(*(pair.goes_on() for pair in pairs))
                await server.start()
                await asyncio.gather(*(pair.goes_on() for pair in pairs))
            stop.set()
        assert [seeker.place for seeker in queue] == list(range(WAITING))
        await pairs[0].conversation.ends("supported")
        taken = await supporter.takes(seconds=PATIENCE)
        assert taken.id == queue[0].conversation, "who has waited longest is next"
    for pair in pairs:
        pair.is_whole()
        await pair.ends()
    for seeker in queue:
        await seeker.__aexit__(None, None, None)


async def _waits(url: str) -> Seeker:
    seeker = await Seeker(url, patience=PATIENCE).__aenter__()
    await seeker.hears("waiting", PATIENCE)
    return seeker
