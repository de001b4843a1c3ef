"""The store as every room sees it: commands, scripts, and wake-ups.

`connect` opens what `store.url` names and checks the feature floor; `Store` is the handle that
adapters get. Everything goes through the one-turn batches.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

from config.sections import without_password
from store.address import read_url
from store.cluster import ClusterTopology
from store.durability import Durability
from store.errors import StoreError, StoreTooOld, StoreUnreachable
from store.journal import Journal
from store.replies import Argument, Reply, as_facts, as_map
from store.resp import Refusal, allowed
from store.routing import Routing
from store.scripts import Script, script
from store.sentinel import SentinelTopology
from store.tasks import beside
from store.topology import OneServer, Topology
from store.wakeups import Wakeups

FLOOR = (7, 0)
"""Redis 7.0 brought sharded pub/sub; Valkey began at 7.2.4."""


class Store:
    """The open store. Made by `connect`; valid while its context is."""

    def __init__(
        self, topology: Topology, routing: Routing, wakeups: Wakeups, durability: Durability
    ) -> None:
        self._topology = topology
        self._routing = routing
        self._durability = durability
        self.wakeups = wakeups
        """Subscriptions; lossy by nature, so they only wake."""
        self.journal = Journal(topology, self.call)
        """The append-only file, which is rewritten so that what is erased is gone."""

    @property
    def is_cluster(self) -> bool:
        """Whether keys live on several masters."""
        return self._topology.is_cluster

    def script(self, package: str, verb: str) -> Script:
        """Return the script `<package>/lua/<verb>.lua`."""
        return script(package, verb)

    async def run(
        self, script: Script, keys: Sequence[str], args: Sequence[Argument] = ()
    ) -> Reply:
        """Run one script with whatever else is asked in this turn.

        Raises:
            StoreUnreachable: the outcome is unknown; ask again (scripts are safe to run twice).
            StoreError: the store refused it.
        """
        return await self._routing.run_script(script, keys, args)

    async def call(self, *parts: Argument) -> Reply:
        """Send one command with whatever else is asked in this turn. Raises as `run`."""
        return await self._routing.call(*parts)

    async def calls(self, commands: Sequence[tuple[Argument, ...]]) -> list[Reply]:
        """Send several commands together; the first error is raised. Raises as `run`."""
        return [_value(reply) for reply in await self.answers(commands)]

    async def answers(self, commands: Sequence[tuple[Argument, ...]]) -> list[Reply | StoreError]:
        """Send several commands together; errors come as values in their places."""
        futures = [self._routing.call(*parts) for parts in commands]
        replies = await asyncio.gather(*futures, return_exceptions=True)
        return [_answer(reply) for reply in replies]

    async def info(self) -> dict[str, str]:
        """Return `server_name`, `version`, and what a doctor asks of one node."""
        servers = self._topology.servers()
        if not servers:
            raise StoreUnreachable("No server of the store is known.")
        (reply,) = await self._ask_server(servers[0], [("INFO",)])
        return as_facts(allowed(reply))

    async def shortcomings(self) -> list[str]:
        """Return what is to be set at the servers so that they keep what was acknowledged.

        Raises: StoreUnreachable: one of them does not answer.
        """
        said: list[str] = []
        for server in self._topology.servers():
            try:
                said += self._durability.shortcomings(server, await self._durability_of(server))
            except Refusal as refusal:
                raise StoreUnreachable(f"{server} does not let us in ({refusal.kind}).") from None
        return said

    async def _durability_of(self, server: str) -> dict[str, str]:
        info, settings = await self._ask_server(
            server, [("INFO", "replication"), ("CONFIG", "GET", "min-replicas-*")]
        )
        facts = as_facts(allowed(info))
        if not isinstance(settings, Refusal):  # who lets others run their store may not ask
            facts |= {key: value.decode() for key, value in as_map(settings).items()}
        return facts

    async def _ask_server(
        self, server: str, commands: Sequence[tuple[Argument, ...]]
    ) -> list[Reply | Refusal]:
        """Ask one server, on a link of its own."""
        try:
            link = await self._topology.open_link(server)
            try:
                return await link.ask(commands)
            finally:
                link.close()
        except (OSError, TimeoutError) as error:
            raise StoreUnreachable(f"{server} does not answer ({type(error).__name__}).") from None


def _answer(reply: Reply | BaseException) -> Reply | StoreError:
    if isinstance(reply, BaseException) and not isinstance(reply, StoreError):
        raise reply
    return reply


def _value(reply: Reply | StoreError) -> Reply:
    if isinstance(reply, StoreError):
        raise reply
    return reply


@asynccontextmanager
async def connect(url: str, *, replicas: int = 0, patience: float = 3.0) -> AsyncGenerator[Store]:
    """Open the store at `url` for as long as the context lasts.

    Arguments:
        url: `redis://`, `rediss://`, `unix://`, `redis+sentinel://` or `redis+cluster://`.
        replicas: how many of them must have a write before it is acknowledged.
        patience: seconds to wait for a connection.

    Raises:
        StoreUnreachable: nobody answers there.
        StoreTooOld: the server is older than the feature floor.
        ValueError: the scheme is unknown.
    """
    topology = _topology(url)
    durability = Durability(replicas)
    routing, wakeups = Routing(topology, durability), Wakeups(topology)
    routing.on_moved(wakeups.moved)
    store = Store(topology, routing, wakeups, durability)
    try:
        async with asyncio.timeout(patience):
            await topology.look_around()
            info = await store.info()
    except Refusal as refusal:
        raise StoreUnreachable(
            f"The store at {without_password(url)} does not let us in ({refusal.kind}). "
            "Correct the login in store.url (BENCHSIDE_STORE_URL)."
        ) from None
    except (StoreUnreachable, OSError, TimeoutError) as error:
        raise StoreUnreachable(
            f"No store answers at {without_password(url)} ({type(error).__name__}). "
            "Start it, or correct store.url (BENCHSIDE_STORE_URL)."
        ) from None
    _check_floor(info, url)
    async with beside(
        store_batches=routing.run, store_wakeups=wakeups.run, store_journal=store.journal.run
    ):
        yield store


def _topology(url: str) -> Topology:
    place = read_url(url)
    match place.scheme:
        case "redis+sentinel":
            return SentinelTopology(place)
        case "redis+cluster":
            return ClusterTopology(place)
        case _:
            return OneServer(place.servers[0])


def _check_floor(info: dict[str, str], url: str) -> None:
    version = tuple(int(part) for part in info["version"].split(".")[:2])
    if version < FLOOR:
        raise StoreTooOld(
            f"The store at {without_password(url)} is {info['server_name']} {info['version']}; "
            f"Benchside needs Redis {FLOOR[0]}.{FLOOR[1]} or Valkey 8 or newer."
        )
