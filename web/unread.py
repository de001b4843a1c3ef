"""A peer that does not read: noticed while its transport holds back bytes, and cut off.

Closing alone would wait for such a peer for ever, since a transport that is closed first sends
what it holds. Who reads slowly but reads is left alone.
"""

import asyncio
from collections.abc import Callable

from config import limits


class Unread:
    """Looks at one transport from time to time, between `watch` and `rest`."""

    __slots__ = ("_abort", "_left", "_loop", "_timer", "_transport")

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        transport: asyncio.WriteTransport,
        abort: Callable[[], None],
    ) -> None:
        self._loop = loop
        self._transport = transport
        self._abort = abort
        self._left = 0
        self._timer: asyncio.TimerHandle | None = None

    def watch(self, seconds: float) -> None:
        """Abort unless the peer reads on within these seconds, and again within `STALLED_SECONDS`.

        Where nothing is left to read, the transport should have closed: it is aborted too. Who is
        watched already gets no longer time by it.
        """
        if self._timer is not None:
            if self._timer.when() <= self._loop.time() + seconds:
                return
            self._timer.cancel()
        self._left = self._transport.get_write_buffer_size()
        self._timer = self._loop.call_later(seconds, self._look)

    def rest(self) -> None:
        """Look no more: all has been read, or the transport is gone."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        self._timer = None
        if self._transport.get_write_buffer_size() > self._left - limits.STALLED_BYTES:
            self._abort()
        else:
            self.watch(limits.STALLED_SECONDS)
