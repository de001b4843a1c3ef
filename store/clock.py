"""The time of the house: the store's, so that all processes agree whatever their machines say.

Leases, offers and graces are written by one process and judged by another. If each asked its own
machine, one whose clock is hours ahead would take everybody for gone. So the store is asked now
and then, and in between a clock counts that only goes forward; a jump of the machine's clock
changes nothing. If the store's own clock jumps, the house follows, says so, and
`chat/sweeps.py` gives everybody time to be heard of again.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from config import clock
from config.clock import Millis, Seconds
from config.limits import SWEEP_SECONDS
from store.errors import StoreError
from store.replies import Argument, Reply, as_int, as_list

log = logging.getLogger("benchside.clock")

JUMP_MS: Final = 2_000
"""More than this is no drift of a clock, but a jump that somebody should know of."""


class StoreClock:
    """Tells the store's time without asking it each time."""

    def __init__(
        self,
        call: Callable[[Argument], Awaitable[Reply]],
        monotonic: Callable[[], Seconds] = clock.monotonic,
    ) -> None:
        """
        Arguments:
            call: sends a command to the store, always to the same server of it.
        """
        self._call = call
        self._monotonic = monotonic
        self._ahead: float | None = None
        """Milliseconds from the clock that only goes forward to the store's."""

    def now(self) -> Millis:
        """Return the time; the machine's own, as long as the store has never been asked."""
        if self._ahead is None:
            return clock.now()
        return Millis(int(self._monotonic() * 1000 + self._ahead))

    async def learn(self) -> None:
        """Ask the store. What an answer was too slow to tell is not taken from it.

        Raises: StoreError.
        """
        asked = self._monotonic() * 1000
        seconds, micros = as_list(await self._call("TIME"))
        told = self._monotonic() * 1000
        ahead = as_int(seconds) * 1000 + as_int(micros) / 1000 - (asked + told) / 2
        difference = 0.0 if self._ahead is None else abs(ahead - self._ahead)
        if difference > JUMP_MS + (told - asked):
            log.warning("the store's clock has jumped by %.0f s", difference / 1000)
        if self._ahead is None or difference > (told - asked) / 2:
            self._ahead = ahead

    async def run(self) -> None:
        """Ask now and then, for as long as the store is open."""
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            try:
                await self.learn()
            except StoreError as error:
                log.warning("the store does not tell the time: %s", error)
