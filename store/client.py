"""The store as every room sees it: commands, scripts, and wake-ups.

`connect` opens what `store.url` names and checks the feature floor; `Store` is the handle that
adapters get. Everything goes through the one-turn batch.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

from redis.exceptions import RedisError

from config.sections import without_password
from store.batch import Batch
from store.connection import Connection, open_connection
from store.errors import StoreError, StoreTooOld, StoreUnreachable
from store.replies import Argument, Reply
from store.scripts import Script, script
from store.tasks import beside
from store.wakeups import Wakeups

FLOOR = (7, 0)
"""Redis 7.0 brought sharded pub/sub; Valkey began at 7.2.4."""


class Store:
    """The open store. Made by `connect`; valid while its context is."""

    def __init__(self, connection: Connection, batch: Batch, wakeups: Wakeups) -> None:
        self._connection = connection
        self._batch = batch
        self.wakeups = wakeups
        """Subscriptions; lossy by nature, so they only wake."""

    @property
    def is_cluster(self) -> bool:
        """Whether keys live on several masters."""
        return self._connection.is_cluster

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
        return await self._batch.run_script(script, keys, args)

    async def call(self, *parts: Argument) -> Reply:
        """Send one command with whatever else is asked in this turn. Raises as `run`."""
        return await self._batch.call(*parts)

    async def calls(self, commands: Sequence[tuple[Argument, ...]]) -> list[Reply]:
        """Send several commands together; the first error is raised. Raises as `run`."""
        return [_value(reply) for reply in await self.answers(commands)]

    async def answers(self, commands: Sequence[tuple[Argument, ...]]) -> list[Reply | StoreError]:
        """Send several commands together; errors come as values in their places."""
        futures = [self._batch.call(*parts) for parts in commands]
        replies = await asyncio.gather(*futures, return_exceptions=True)
        return [_answer(reply) for reply in replies]

    async def info(self) -> dict[str, str]:
        """Return `server_name`, `version`, and what a doctor asks of one node."""
        return await self._connection.info()


def _answer(reply: Reply | BaseException) -> Reply | StoreError:
    if isinstance(reply, BaseException) and not isinstance(reply, StoreError):
        raise reply
    return reply


def _value(reply: Reply | StoreError) -> Reply:
    if isinstance(reply, StoreError):
        raise reply
    return reply


@asynccontextmanager
async def connect(url: str, *, patience: float = 3.0) -> AsyncGenerator[Store]:
    """Open the store at `url` for as long as the context lasts.

    Arguments:
        url: `redis://`, `rediss://`, `unix://`, `redis+sentinel://` or `redis+cluster://`.
        patience: seconds to wait for a connection.

    Raises:
        StoreUnreachable: nobody answers there.
        StoreTooOld: the server is older than the feature floor.
    """
    try:
        async with asyncio.timeout(patience):
            connection = await open_connection(url)
    except (RedisError, OSError, TimeoutError) as error:
        raise StoreUnreachable(
            f"No store answers at {without_password(url)} ({type(error).__name__}). "
            "Start it, or correct store.url (BENCHSIDE_STORE_URL)."
        ) from None
    try:
        _check_floor(await connection.info(), url)
        batch = Batch(connection.send, connection.load)
        wakeups = Wakeups(connection)
        async with beside(store_batch=batch.run, store_wakeups=wakeups.run):
            yield Store(connection, batch, wakeups)
    finally:
        await connection.close()


def _check_floor(info: dict[str, str], url: str) -> None:
    version = tuple(int(part) for part in info["version"].split(".")[:2])
    if version < FLOOR:
        raise StoreTooOld(
            f"The store at {without_password(url)} is {info['server_name']} {info['version']}; "
            f"Benchside needs Redis {FLOOR[0]}.{FLOOR[1]} or Valkey 8 or newer."
        )
