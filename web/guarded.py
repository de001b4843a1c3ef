"""The WebSocket protocol of uvicorn, guarded against peers who mean to use it up.

uvicorn answers every ping though nobody reads the answers, keeps every fragment of a message
and every frame that one read brought, and waits for ever to close on a peer who does not read.
Here each of these has a bound (`config/limits.py`); a peer beyond one is cut off without a word,
since it would not read that either. What a frame means is left to `web/sockets.py`.

This hooks into the inside of uvicorn: `web/hooks.py` checks at the start that it fits.
"""

import asyncio
import logging
from asyncio.transports import BaseTransport
from collections.abc import Sequence
from http import HTTPStatus
from types import GeneratorType

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame
from websockets.http11 import Request
from websockets.protocol import Protocol, State

from config import limits
from safety.throttle import full, take
from web.frames import read, written
from web.sockets import STRAIGHT
from web.unread import Unread

log = logging.getLogger("benchside.protocol")
"""uvicorn's notices hold addresses and paths, so they are written by nobody, whatever is set."""
log.setLevel(logging.ERROR)

_PINGS_RATE = limits.PINGS / limits.PINGS_SECONDS


class GuardedSocket(WebSocketsSansIOProtocol):
    """One WebSocket, as costly as its bounds and no more."""

    _unread: Unread

    def connection_made(self, transport: BaseTransport) -> None:
        """Begin with a full bucket of pings."""
        self.logger = self.conn.logger = log
        super().connection_made(transport)
        self._unread = Unread(self.loop, self.transport, self.abort)
        self._pings = full(limits.PINGS, self.loop.time())
        self._aborted = False
        self._between = False
        self.close_timeout = limits.CLOSE_ANSWER_SECONDS

    def connection_lost(self, exc: Exception | None) -> None:
        """The socket is gone; who was aborted has nothing more to say."""
        self._unread.rest()
        if self._aborted:
            self._forget()
        super().connection_lost(exc)

    def cut(self) -> None:
        """End the connection soon: whoever does not read why is cut off."""
        self.loop.call_later(limits.CUT_SECONDS, self._cut_off)

    def _cut_off(self) -> None:
        if self.transport.get_write_buffer_size() > 0:
            self.abort()

    def abort(self) -> None:
        """End the connection now, with nothing sent and nothing kept."""
        self._aborted = True
        self._forget()
        self.transport.abort()

    def _forget(self) -> None:
        self.frames = []
        while not self.queue.empty():
            self.queue.get_nowait()

    # What comes in

    def data_received(self, data: bytes) -> None:
        """Parse at most `READ_SLICE` bytes at once, so that one read makes few frames.

        The request, which comes first, is whole and was bounded before. Whole messages are taken
        without the library, as long as it stands between two messages.
        """
        if self._between and not self.close_sent and self.conn.state is State.OPEN:
            data = self._take(data)
            if not data:
                return
        if len(data) <= limits.READ_SLICE or not self.handshake_initiated:
            self._read(data)
            return
        for start in range(0, len(data), limits.READ_SLICE):
            if not self.transport.is_closing():
                self._read(data[start : start + limits.READ_SLICE])

    def _take(self, data: bytes) -> bytes:
        """Take the whole messages that come first; return the rest."""
        at = 0
        while (found := read(data, at, limits.FRAME_BYTES)) is not None:
            message, at = found
            self._put(message)
            if self.queue.qsize() > limits.QUEUED_FRAMES:
                self.abort()
                return b""
        return data[at:] if at else data

    def _put(self, message: bytes) -> None:
        """Pass a message on; read on while few wait, which spares two calls to the system."""
        self.queue.put_nowait({"type": "websocket.receive", "bytes": message})
        if not self.read_paused and self.queue.qsize() >= limits.READ_AHEAD:
            self.read_paused = True
            self.transport.pause_reading()

    def _read(self, data: bytes) -> None:
        super().data_received(data)
        self._between = between_messages(self.conn)
        if self.queue.qsize() > limits.QUEUED_FRAMES:
            self.abort()
        elif not self.handshake_initiated:  # the request was bad; uvicorn would leave it at that
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.transport.close()

    def handle_bytes(self, event: Frame) -> None:
        """Take a message, or the first fragment of one."""
        if event.fin and not self.close_sent:
            self._put(bytes(event.data))
        else:
            super().handle_bytes(event)

    def handle_text(self, event: Frame) -> None:
        """Pass on that there was text, which our protocol has no use for, and not what it said."""
        if not self.queue.qsize():
            self.queue.put_nowait({"type": "websocket.receive", "text": ""})

    def handle_cont(self, event: Frame) -> None:
        """Take one more fragment of a message."""
        if len(self.frames) >= limits.FRAGMENTS:
            self.abort()
        elif not self._aborted:
            super().handle_cont(event)

    def handle_ping(self) -> None:
        """Answer a ping, if this peer still has one and reads the answers."""
        if self._allowed():
            super().handle_ping()
            if self.transport.get_write_buffer_size() > limits.UNSENT_BYTES:
                self.abort()

    def handle_pong(self, event: Frame) -> None:
        """Pass over a pong: we never ping, so nobody asked for it."""
        self._allowed()

    def _allowed(self) -> bool:
        """Take one from the bucket of control frames."""
        if self._aborted:
            return False
        now = self.loop.time()
        self._pings, allowed = take(self._pings, _PINGS_RATE, limits.PINGS, now)
        if not allowed:
            self.abort()
        return allowed

    def handle_parser_exception(self) -> None:
        """Close by the table of RFC 6455, or cut who breaks it before the handshake is over."""
        if self.conn.close_sent is None:
            self.abort()
        else:
            super().handle_parser_exception()

    # What goes out

    def handle_connect(self, event: Request) -> None:
        """Let the application write frames without a task, beside what ASGI knows."""
        super().handle_connect(event)
        if self.response.status_code == HTTPStatus.SWITCHING_PROTOCOLS:
            extensions = self.scope.setdefault("extensions", {})
            extensions[STRAIGHT] = {"write": self.write_straight, "cut": self.cut}

    def write_straight(self, messages: Sequence[bytes]) -> bool:
        """Write binary messages at once; False, and nothing is written, if that can't be now."""
        if not self.handshake_complete or self.close_sent or not self.writable.is_set():
            return False
        if self.conn.state is not State.OPEN or self.transport.is_closing():
            return False
        self.transport.write(written(messages))
        return True

    def pause_writing(self) -> None:
        """The peer reads too slowly: watch whether it reads at all."""
        super().pause_writing()
        self._unread.watch(limits.STALLED_SECONDS)

    def resume_writing(self) -> None:
        """The peer has read nearly all."""
        super().resume_writing()
        if not self.transport.is_closing():
            self._unread.rest()

    def on_task_complete(self, task: asyncio.Task[None]) -> None:
        """The application is done: whatever is left to send has so long and no longer."""
        super().on_task_complete(task)
        if not self.disconnected:
            self._unread.watch(limits.STALLED_SECONDS)

    def shutdown(self) -> None:
        """The server stops: who does not read is not waited for."""
        super().shutdown()
        if not self.disconnected:
            self._unread.watch(limits.CLOSING_SECONDS)


def between_messages(conn: Protocol) -> bool:
    """Whether the library has read one message to its end, and nothing of the next.

    Its parser is a generator; in such a moment, and in no other, the innermost one that it waits
    in is that which waits for a byte at all. Where we can't tell, the library reads on.
    """
    waits_in: object = conn.parser
    while isinstance(waits_in, GeneratorType):
        if waits_in.gi_yieldfrom is None:
            return waits_in.__name__ == "at_eof" and conn.current_size is None
        waits_in = waits_in.gi_yieldfrom
    return False
