"""The outbox of one connection: bounded, so that a reader who does not read costs little.

Everyone who has something to tell a connection puts it here and goes on; one writer task sends.
A reader who falls too far behind is cut: the log has everything, so coming back loses nothing.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from chat.closing import Closing, Closings
from config.limits import OUTBOX_BYTES, OUTBOX_FRAMES


class Outbox:
    """Frames on their way to one reader, and the reason why they end."""

    def __init__(self, *, most_bytes: int = OUTBOX_BYTES, most_frames: int = OUTBOX_FRAMES) -> None:
        self._frames: deque[bytes] = deque()
        self._bytes = 0
        self._most_bytes = most_bytes
        self._most_frames = most_frames
        self._filled = asyncio.Event()
        self.closing: Closing | None = None
        """Why the connection is to be closed, once what is queued has been sent."""

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
        self._filled.set()

    def close(self, closing: Closing) -> None:
        """Close the connection after what is queued; the first reason holds."""
        if self.closing is None:
            self.closing = closing
            self._filled.set()

    async def drain(self, send: Callable[[bytes], Awaitable[None]]) -> Closing:
        """Send what comes until there is a reason to close; return it."""
        while True:
            while self._frames:
                frame = self._frames.popleft()
                self._bytes -= len(frame)
                await send(frame)
            if self.closing is not None:
                return self.closing
            self._filled.clear()
            await self._filled.wait()
