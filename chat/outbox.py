"""The outbox of one connection: bounded, so that a reader who does not read costs little.

Everyone who has something to tell a connection puts it here and goes on. What one turn of the
event loop brings is written at its end, together and without a task; only when the peer reads
too slowly for that, or where there is no straight way out, one writer task sends.
A reader who falls too far behind is cut: the log has everything, so coming back loses nothing.

What was said before somebody came can wait for them to read: whoever has such a backlog to tell
asks for room, which is half of what the outbox holds; the other half is for what is said now.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence

from chat.closing import Closing, Closings
from config.limits import OUTBOX_BYTES, OUTBOX_FRAMES

Straight = Callable[[Sequence[bytes]], bool]
"""Writes frames at once, in order; False if that can't be done now, and nothing was written."""


class Outbox:
    """Frames on their way to one reader, and the reason why they end."""

    def __init__(
        self,
        *,
        most_bytes: int = OUTBOX_BYTES,
        most_frames: int = OUTBOX_FRAMES,
        when_cut: Callable[[], None] | None = None,
    ) -> None:
        """`when_cut` is called when the connection is to end though it does not read."""
        self._when_cut = when_cut
        self._frames: deque[bytes] = deque()
        self._bytes = 0
        self._most_bytes = most_bytes
        self._most_frames = most_frames
        self._filled = asyncio.Event()
        self._waiting: set[Callable[[], None]] = set()
        self._straight: Straight | None = None
        self._due = False
        self._sending = False
        self.closing: Closing | None = None
        """Why the connection is to be closed, once what is queued has been sent."""

    @property
    def unsent(self) -> int:
        """Bytes that are queued and that the wire has not taken yet."""
        return self._bytes

    def open_straight(self, straight: Straight) -> None:
        """From now on, write what comes at the end of the turn, where that can be done."""
        self._straight = straight

    def put(self, frame: bytes) -> None:
        """Queue one frame; after the closing, nothing more is taken."""
        if self.closing is not None:
            return
        if self._frames and (
            self._bytes + len(frame) > self._most_bytes or len(self._frames) >= self._most_frames
        ):
            self._frames.clear()
            self.close(Closings.TOO_SLOW.value)
            return
        self._frames.append(frame)
        self._bytes += len(frame)
        if self._straight is None:
            self._filled.set()
        elif not self._due:
            self._due = True
            asyncio.get_running_loop().call_soon(self._flush, self._straight)

    def _flush(self, straight: Straight) -> None:
        """Write all that the turn has brought, or leave it to the writer."""
        self._due = False
        if self._sending:  # what comes first goes first
            return
        if self._frames and not straight(self._frames):
            self._filled.set()
            return
        self._frames.clear()
        self._bytes = 0
        if self._waiting:
            self._make_room()

    def has_room(self, then: Callable[[], None]) -> bool:
        """Whether there is room for a backlog; if not, `then` is called once all is read.

        Once there is a reason to close there is no room any more; who waited is called too.
        """
        if self.closing is not None:
            return False
        if 2 * self._bytes < self._most_bytes and 2 * len(self._frames) < self._most_frames:
            return True
        self._waiting.add(then)
        return False

    async def room(self) -> None:
        """Wait until there is room for a backlog, or a reason to close."""
        read = asyncio.Event()
        while self.closing is None and not self.has_room(read.set):
            await read.wait()
            read.clear()

    def close(self, closing: Closing) -> None:
        """Close the connection after what is queued; the first reason holds."""
        if self.closing is None:
            self.closing = closing
            self._filled.set()
            self._make_room()

    def cut(self, closing: Closing) -> None:
        """Close the connection now: of what is queued, nothing is sent any more."""
        self._frames.clear()
        self._bytes = 0
        self.close(closing)
        if self._when_cut is not None:
            self._when_cut()

    async def drain(self, send: Callable[[bytes], Awaitable[None]]) -> Closing:
        """Send what comes until there is a reason to close; return it.

        When sending fails, nothing more is taken either.
        """
        try:
            while True:
                self._sending = True
                while self._frames:
                    frame = self._frames.popleft()
                    self._bytes -= len(frame)
                    await send(frame)
                self._sending = False
                if self._waiting:
                    self._make_room()
                if self.closing is not None:
                    return self.closing
                self._filled.clear()
                await self._filled.wait()
        finally:
            self.close(Closings.TOO_SLOW.value)

    def _make_room(self) -> None:
        waiting, self._waiting = self._waiting, set()
        for then in waiting:
            then()
