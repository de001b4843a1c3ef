"""The journal: having the store rewrite its append-only file, so that what is gone is gone.

A store forgets what was erased or has expired at once, but its append-only file keeps the old
writes until it is rewritten. So a rewrite is asked for after an erasure, many at once as one,
and each hour for what has expired. What the disk keeps of a file that was deleted is beyond a
program; copies of the file are the operator's.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from store.errors import StoreError
from store.replies import Argument, Reply, as_facts
from store.resp import Refusal, allowed
from store.topology import Topology

log = logging.getLogger("benchside.store")

PAUSE_SECONDS: Final = 30.0
"""The least time between two rewrites: each copies all that the store holds."""
RETRY_SECONDS: Final = 1.0
"""After which a rewrite is asked for again, if one that had begun before was still under way."""
REGULAR_SECONDS: Final = 3600
"""How often it is rewritten in any case."""
_REGULARLY: Final = "{journal}:regularly"
"""There while somebody has seen to the regular rewrite of this hour."""


class Journal:
    """Asks for rewrites, not too often. `run` must be running."""

    def __init__(self, topology: Topology, call: Callable[..., Awaitable[Reply]]) -> None:
        """`call` sends one command to the store."""
        self._topology = topology
        self._call = call
        self._wanted = asyncio.Event()
        self._told = False

    def want(self) -> None:
        """Have the journal rewritten soon: something was erased."""
        self._wanted.set()

    async def run(self) -> None:
        """See to it, for as long as the store is open."""
        while True:
            try:
                async with asyncio.timeout(REGULAR_SECONDS):
                    await self._wanted.wait()
            except TimeoutError:
                if not await self._first_of_all():
                    continue
            self._wanted.clear()
            await asyncio.sleep(await self.rewrite())

    async def _first_of_all(self) -> bool:
        """Whether nobody else sees to the regular rewrite."""
        claim: tuple[Argument, ...] = ("SET", _REGULARLY, 1, "NX", "EX", REGULAR_SECONDS - 60)
        try:
            return await self._call(*claim) is not None
        except StoreError:
            return False

    async def rewrite(self) -> float:
        """Have every server rewrite its file; return how long to wait before the next time."""
        pause = PAUSE_SECONDS
        for server in self._topology.servers():
            try:
                if await self._begun(server):
                    continue
            except Refusal as refused:
                self._tell(refused.kind)
                continue
            except (OSError, TimeoutError) as problem:
                log.debug("%s could not be asked: %s", server, type(problem).__name__)
            self._wanted.set()
            pause = RETRY_SECONDS
        return pause

    async def _begun(self, server: str) -> bool:
        """Have a server begin, if it has a journal; False if it has to be asked again.

        Raises: Refusal: it does not let us. OSError, TimeoutError: it does not answer.
        """
        link = await self._topology.open_link(server)
        try:
            (info,) = await link.ask([("INFO", "persistence")])
            if as_facts(allowed(info)).get("aof_enabled") != "1":
                return True
            (answer,) = await link.ask([("BGREWRITEAOF",)])
        finally:
            link.close()
        if isinstance(answer, Refusal) and "progress" in str(answer):
            return False
        allowed(answer)
        return True

    def _tell(self, why: str) -> None:
        """Say once what an operator has to allow."""
        if not self._told:
            self._told = True
            log.warning(
                "the store does not let its journal be rewritten (%s): what is erased stays in "
                "its append-only file until the store rewrites it; allow BGREWRITEAOF and INFO",
                why,
            )
