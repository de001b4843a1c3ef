"""The last seconds of a process: nobody is let in, everybody inside is told to come back.

What a command has begun is finished and answered first, leases and graces are renewed once
more, so that nobody is taken for gone meanwhile, and those who don't read are cut off. Where
they come back is for their clients and a proxy to find; how the server itself ends is
`web/serve.py`'s business.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from typing import Protocol, TypeVar

from chat.closing import Closing, Closings
from config import limits
from store.errors import StoreError
from web.gate import Gate

log = logging.getLogger("benchside")

BEAT_SECONDS = 1.0
"""How long the last sign of life may take, in case the store is what has gone."""
SLICE_SECONDS = 0.02
"""How often some more are told to come back: all at once would come back all at once."""

T = TypeVar("T")


class Leaving(Protocol):
    """A socket that can be told to go."""

    def leave(self, closing: Closing) -> None:
        """Close, once the command under way has been answered."""
        ...


class Inside(Protocol):
    """The sockets of this process."""

    @property
    def open(self) -> Collection[Leaving]:
        """Those that are open."""
        ...

    async def emptied(self) -> None:
        """Wait until none is open."""
        ...


class Draining:
    """Empties one process."""

    def __init__(
        self,
        gate: Gate,
        inside: Inside,
        *,
        stop_offers: Callable[[], None],
        beat: Callable[[], Awaitable[None]],
    ) -> None:
        """`beat` is the last sign of life of those who are here."""
        self._gate = gate
        self._inside = inside
        self._stop_offers = stop_offers
        self._beat = beat

    async def run(self, hurried: asyncio.Event) -> None:
        """Let nobody in and see everybody out; return when all are, or time is up.

        Those who are then still there don't read, and are for the server to cut off. Once
        `hurried` is set, nobody is waited for.
        """
        self._gate.draining = True
        self._stop_offers()
        with suppress(TimeoutError):
            async with asyncio.timeout(limits.GOODBYE_SECONDS), asyncio.TaskGroup() as tasks:
                leave = tasks.create_task(self._see_out(), name="seeing out")
                hurry = tasks.create_task(hurried.wait(), name="hurry")
                await asyncio.wait((leave, hurry), return_when=asyncio.FIRST_COMPLETED)
                leave.cancel()
                hurry.cancel()
        if self._inside.open:
            self._tell(tuple(self._inside.open))
            log.warning("%d sockets did not leave in time and are cut off", len(self._inside.open))

    async def _see_out(self) -> None:
        with suppress(StoreError, TimeoutError):
            async with asyncio.timeout(BEAT_SECONDS):
                await self._beat()
        most = int(limits.GOODBYES_PER_SECOND * SLICE_SECONDS)
        for some in _slices(tuple(self._inside.open), most):
            self._tell(some)
            await asyncio.sleep(SLICE_SECONDS)
        await self._inside.emptied()

    def _tell(self, some: Sequence[Leaving]) -> None:
        for socket in some:
            socket.leave(Closings.RESTART.value)


def _slices(all_: Sequence[T], most: int) -> Iterator[Sequence[T]]:
    rest = iter(all_)
    while some := tuple(islice(rest, most)):
        yield some
