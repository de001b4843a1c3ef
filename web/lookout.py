"""The lookout: reads from the store, now and then, what the gate has to know of the whole house.

While the store is away the gate goes on with what it knew last.
"""

import asyncio
import contextlib

from chat.parts import Parts
from config import limits
from matching.ticket import Availability
from store.errors import StoreError
from web.gate import Gate


class Lookout:
    """Keeps one process's gate informed."""

    def __init__(self, parts: Parts, gate: Gate) -> None:
        self._parts = parts
        self._gate = gate
        self._wanted = asyncio.Event()

    def woken(self, channel: str, payload: bytes) -> None:
        """Look soon: another process, or this one, has changed something."""
        self._wanted.set()

    async def run(self) -> None:
        """Look, for as long as the server runs."""
        while True:
            with contextlib.suppress(StoreError):
                await self.look()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(limits.SWEEP_SECONDS):
                    await self._wanted.wait()
            self._wanted.clear()

    async def look(self) -> None:
        """Tell the gate how things stand. Raises: StoreError."""
        now = self._parts.now()
        totals = await self._parts.room.totals(now)
        supporters = await self._parts.room.supporters(now)
        self._gate.waiting = totals.waiting
        self._gate.supporters = sum(one.state is Availability.AVAILABLE for one in supporters)
