"""Two servers on one store, and every wire between them and to the people in our hands."""

import asyncio
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from redis.asyncio import Redis

from chat.entry import Line
from chat.keyring_files import FolderKeyring
from chat.log_redis import RedisLog
from config.ids import ConversationId
from config.risk import ESCALATES_FROM
from matching.room_redis import Keys
from safety.desk_redis import DeskRedis
from store.client import connect
from tests.support.checker import Kept, Logged, Room
from tests.support.entrance import Entrance
from tests.support.jumping import FILE, set_ahead
from tests.support.people import employ
from tests.support.server import ServerProcess
from tests.support.store_process import StoreProcess, store_process
from tests.support.store_wire import StoreWire

KEYS = "keys"
STARTS = 8
FULL_SECONDS = 5.0
"""How long a full disk waits for somebody to write."""


class Town:
    """Two processes, A (0) and B (1), and what stands around them."""

    def __init__(
        self,
        store: StoreProcess,
        wires: Sequence[StoreWire],
        servers: Sequence[ServerProcess],
        entrance: Entrance,
        tasks: asyncio.TaskGroup,
    ) -> None:
        self.store = store
        self.wires = wires
        self.servers = servers
        self.entrance = entrance
        self.kills = 0
        """Processes that were killed, stores included."""
        self._tasks = tasks

    @property
    def clocks(self) -> list[Path]:
        """Return the files that set the servers' clocks."""
        return [server.folder / "clock" for server in self.servers]

    async def restart(self, side: int) -> None:
        """Kill one server and start it again."""
        server = self.servers[side]
        self.entrance.away.add(server.port)
        self.kills += 1
        await server.kill()
        await _start(server)
        self.entrance.away.discard(server.port)

    async def restart_store(self) -> None:
        """Kill the store and start it again."""
        self.kills += 1
        await self.store.kill()
        await self.store.start(self._tasks)

    async def kill_all(self) -> None:
        """Kill everything at once, as a power cut, and start it again."""
        self.kills += 3
        await asyncio.gather(self.store.kill(), *(server.kill() for server in self.servers))
        await self.store.start(self._tasks)
        await asyncio.gather(*(_start(server) for server in self.servers))

    async def fill_disk(self, room: int) -> None:
        """Let the store's disk run full; make room once the store has ended over it."""
        self.store.fill(room)
        if not await self.store.ends(FULL_SECONDS):
            await self.store.kill()
        await self.store.start(self._tasks)

    def pause(self, side: int) -> None:
        """Stop a server in the middle of what it does; a load balancer would notice."""
        self.entrance.away.add(self.servers[side].port)
        self.servers[side].pause()

    def go_on(self, side: int) -> None:
        """Let it go on as if nothing had happened."""
        self.servers[side].go_on()
        self.entrance.away.discard(self.servers[side].port)

    async def room(self) -> Room:
        """Look at the waiting room, at one moment, past the servers."""
        keys = Keys("main")
        async with Redis(port=self.store.port) as store, store.pipeline() as moment:
            moment.zrange(keys.waiting, 0, -1)
            moment.zrange(keys.offered, 0, -1)
            moment.zrange(keys.matched, 0, -1)
            moment.hgetall(keys.tickets)
            moment.hgetall(keys.supporters)
            waiting, offered, matched, tickets, supporters = await moment.execute()
        plain = {key.decode(): value.decode("utf-8", "replace") for key, value in tickets.items()}
        seats = {id_.decode(): plain.get(f"supporter:{id_.decode()}", "") for id_ in matched}
        return Room(
            frozenset(id_.decode() for id_ in waiting),
            frozenset(id_.decode() for id_ in offered),
            seats,
            {
                key.decode().removeprefix("capacity:"): int(value)
                for key, value in supporters.items()
                if key.startswith(b"capacity:")
            },
        )

    async def kept(self, ids: Sequence[str]) -> dict[str, Kept]:
        """Read what the store holds of these conversations, past the servers."""
        async with connect(self.store.url) as store:
            keyring = FolderKeyring(self.store.folder.parent / KEYS)
            log = RedisLog(store, keyring, origin="the checker", retention=3600)
            desk = DeskRedis(store)
            return {id_: await _kept(log, desk, ConversationId(id_)) for id_ in ids}


async def _start(server: ServerProcess) -> None:
    """Start a server as what looks after services does: again, if it ended at once.

    A server whose store breaks off while it starts says so and ends.
    """
    for _ in range(STARTS):
        try:
            return await server.start()
        except AssertionError:
            continue
    raise AssertionError("the server would not start")


async def _kept(log: RedisLog, desk: DeskRedis, id_: ConversationId) -> Kept:
    entries = await log.read(id_, 0)
    lines = [
        Logged(seq, entry.account or entry.by, entry.ref, entry.text, entry.risk >= ESCALATES_FROM)
        for seq, entry in entries
        if isinstance(entry, Line)
    ]
    record = await log.find(id_)
    return Kept(
        lines,
        record.last if record else 0,
        [seq for seq, _ in entries],
        causes=sum(one.causes for one in await desk.of(id_)),
        unraised=len(await log.unraised([id_])),
    )


@asynccontextmanager
async def a_town(folder: Path, supporters: Sequence[str]) -> AsyncGenerator[Town]:
    """Run a town for as long as the context lasts."""
    async with asyncio.TaskGroup() as tasks, AsyncExitStack() as stack:
        store = await stack.enter_async_context(store_process(folder / "store", tasks))
        async with connect(store.url) as opened:
            await employ(opened, *supporters)
        wires = [await stack.enter_async_context(StoreWire.to(store.port)) for _ in range(2)]
        servers = [_server(folder / name, wire) for name, wire in zip("ab", wires, strict=True)]
        await asyncio.gather(*(server.start() for server in servers))
        for server in servers:
            stack.push_async_callback(server.stop)
        ports = [server.port for server in servers]
        entrance = await stack.enter_async_context(Entrance.to(ports))
        yield Town(store, wires, servers, entrance, tasks)


def _server(folder: Path, wire: StoreWire) -> ServerProcess:
    data = folder / "data"
    data.mkdir(parents=True)
    set_ahead(data / "clock", 0)
    return ServerProcess(
        data,
        program="tests.support.jumping",
        BENCHSIDE_STORE_URL=wire.url,
        BENCHSIDE_STORE_KEYS=str(folder.parent / KEYS),
        BENCHSIDE_WEB_TRUSTED_PROXIES="127.0.0.1",
        PYTHONPATH=str(Path(sys.modules["web"].__path__[0]).parent),
        **{FILE: str(data / "clock")},
    )
