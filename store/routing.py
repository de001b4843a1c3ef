"""Routing: each command goes to the server that has its key, in that server's batch.

What a server certainly did not carry out is asked again here: at once where the server said who
has the key, and else after a short pause and a look around, until another server stands in or
patience is over. A server that cannot be reached for longer than that is not waited for: whoever
asks then is told after one attempt. What may have been carried out is never asked again here.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from functools import partial

from config.clock import monotonic
from store.batch import Asked, Batch
from store.durability import Durability, verb_settles
from store.errors import StoreUnreachable
from store.replies import Argument, Reply
from store.resp import Refusal
from store.scripts import Script
from store.topology import Topology

log = logging.getLogger("benchside.store")

PAUSE = 0.1
"""Seconds before what was refused is asked again."""


class Routing:
    """All batches, and what is to be asked again; `run` must be running for anything to go out."""

    def __init__(self, topology: Topology, durability: Durability) -> None:
        self._topology = topology
        self._durability = durability
        self._batches: dict[str, Batch] = {}
        self._tasks: asyncio.TaskGroup | None = None
        self._later: list[Asked] = []
        self._wanted = asyncio.Event()
        self._moved: list[Callable[[], None]] = []
        self._closed = False

    def on_moved(self, listener: Callable[[], None]) -> None:
        """Call `listener` when other servers are for some keys."""
        self._moved.append(listener)

    def call(self, *parts: Argument) -> asyncio.Future[Reply]:
        """Send one command with the others of this turn; await the answer.

        Raises (from the future):
            StoreUnreachable: the outcome is unknown.
            StoreError: the store refused it.
        """
        verb, *rest = parts
        return self._ask(parts, str(rest[0]) if rest else "", None, verb_settles(str(verb)))

    def run_script(
        self, script: Script, keys: Sequence[str], args: Sequence[Argument]
    ) -> asyncio.Future[Reply]:
        """Run one script with the others of this turn; await the answer. Raises as `call`."""
        parts = ("EVALSHA", script.sha, len(keys), *keys, *args)
        return self._ask(parts, keys[0], script, script.settles)

    def _ask(
        self, parts: tuple[Argument, ...], key: str, script: Script | None, settles: bool
    ) -> asyncio.Future[Reply]:
        answer: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        asked = Asked(parts, key, script, settles, answer)
        if self._closed:
            asked.fail(StoreUnreachable("The store is closed."))
        else:
            self._place(asked)
        return answer

    def _place(self, asked: Asked) -> None:
        server = self._topology.server_of(asked.key)
        if server:
            self._batch(server).add(asked)
        else:
            self._again(asked, "no server")

    def _batch(self, server: str) -> Batch:
        batch = self._batches.get(server)
        if batch is None:
            batch = self._batches[server] = Batch(
                partial(self._topology.open_link, server),
                self._again,
                self._wanted.set,
                self._durability,
                self._topology.patience,
            )
            if self._tasks is not None:
                self._tasks.create_task(batch.run(), name="store batch")
        return batch

    def _again(self, asked: Asked, words: str) -> None:
        """Ask somebody else, or later, or give up."""
        kind, _, rest = words.partition(" ")
        server = rest.rpartition(" ")[2]
        first = not asked.due
        asked.due = asked.due or monotonic() + self._topology.patience
        asked.asking = kind == "ASK"
        if monotonic() > asked.due:
            asked.fail(StoreUnreachable(f"The store did not take it in time ({kind})."))
        elif asked.asking:
            self._topology.learn(server)
            self._batch(server).add(asked)
        elif kind == "MOVED" and first:
            self._topology.moved(asked.key, server)
            self._batch(server).add(asked)
        else:
            self._later.append(asked)
            self._wanted.set()

    async def run(self) -> None:
        """Send what is asked, and again what was asked in vain, while the store is open."""
        try:
            async with asyncio.TaskGroup() as tasks:
                self._tasks = tasks
                for batch in self._batches.values():
                    tasks.create_task(batch.run(), name="store batch")
                await self._look_around()
        finally:
            self._closed, self._tasks = True, None
            for one in self._later:
                one.fail(StoreUnreachable("The store is closed."))

    async def _look_around(self) -> None:
        while True:
            try:
                async with asyncio.timeout(self._topology.every):
                    await self._wanted.wait()
                await asyncio.sleep(PAUSE)
            except TimeoutError:
                pass
            self._wanted.clear()
            await self._look()
            later, self._later = self._later, []
            for one in later:
                self._place(one)

    async def _look(self) -> None:
        """Find out which server is for what, and leave those that are for nothing now."""
        before = set(self._topology.servers())
        try:
            await self._topology.look_around()
        except (Refusal, OSError, TimeoutError) as error:
            log.warning("no server says which is for what: %s", type(error).__name__)
            return
        gone = before - set(self._topology.servers())
        for server in gone:
            if server in self._batches:
                self._batches[server].leave()
        if gone:
            log.warning("another server has taken over")
            for listener in self._moved:
                listener()
