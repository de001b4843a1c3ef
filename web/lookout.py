"""The lookout: reads from the store, now and then, what the gate has to know of the whole house.

While the store is away the gate goes on with what it knew last.
"""

import asyncio
import contextlib

from config import limits
from matching.ticket import Availability
from safety.raid import LATELY_MS, proposes
from store.errors import StoreError
from web.house import House


class Lookout:
    """Keeps one process's gate informed, and its floor of a raid."""

    def __init__(self, house: House) -> None:
        self._house = house
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
        house = self._house
        parts, gate, floor = house.parts, house.gate, house.floor
        now = parts.now()
        blocks = await parts.blocks.present(now)
        gate.blocks = {one.conversation: one for one in blocks}
        house.visitors.blocked.keep(gate.blocks, house.addresses.turn(now))
        for one in blocks:
            house.visitors.block(one.conversation)
        if house.siblings is not None:
            house.siblings.tell(house.visitors.blocked)
        gate.raid = floor.raid = await parts.raids.present(now)
        floor.raid_proposed = proposes(
            arrivals=gate.load().arrivals,
            usual=gate.usual,
            blocks_lately=sum(now - one.at < LATELY_MS for one in blocks),
        )
        gate.waiting = (await parts.room.totals(now)).waiting
        supporters = await parts.room.supporters(now)
        gate.supporters = sum(one.state is Availability.AVAILABLE for one in supporters)
