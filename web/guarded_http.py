"""The HTTP protocol of uvicorn, guarded against peers who send nothing, or never come to an end.

A request has so long for its head and so long for its body, and its head is short. Connections
are counted before anybody has said anything, so that a process never runs out of files. Which
requests there are, and who may make them, is left to the routes.

This hooks into the inside of uvicorn: `web/hooks.py` checks at the start that it fits.
"""

import asyncio
import resource
from functools import cache
from http import HTTPStatus

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from config import limits
from web.guarded import log
from web.headers import ALWAYS, UNLESS_SAID
from web.unread import Unread


class GuardedHttp(HttpToolsProtocol):
    """One connection, until it is closed or becomes a WebSocket."""

    _unread: Unread

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Give the peer so long to send a head, unless there are too many connections."""
        self.logger = log
        self.access_log = False
        super().connection_made(transport)
        self._unread = Unread(self.loop, transport, transport.abort)
        self._deadline: asyncio.TimerHandle | None = None
        self._head_bytes = 0
        self._in_head = True
        if len(self.connections) > most_connections():
            transport.abort()
        else:
            self._expect(limits.HEAD_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        self._came()
        self._unread.rest()
        super().connection_lost(exc)

    def _expect(self, seconds: float) -> None:
        """Close the connection unless what is awaited comes within so many seconds."""
        self._came()
        self._deadline = self.loop.call_later(seconds, self.transport.close)

    def _came(self) -> None:
        """What was awaited is here."""
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    # What comes in

    def data_received(self, data: bytes) -> None:
        """Parse at most `READ_SLICE` bytes at once, so that a head that is too long is noticed."""
        if self._deadline is None and _answered(self.cycle):
            self._expect(limits.HEAD_SECONDS)
        for start in range(0, len(data), limits.READ_SLICE):
            if self.transport.is_closing() or self.transport.get_protocol() is not self:
                return
            self._read(data[start : start + limits.READ_SLICE])

    def _read(self, data: bytes) -> None:
        if self._in_head:
            self._head_bytes += len(data)
        super().data_received(data)
        if len(self.pipeline) > limits.PIPELINED:
            self.transport.abort()
        elif self._in_head and self._head_bytes > limits.HEAD_BYTES:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    def on_headers_complete(self) -> None:
        """The head is there; the body may take its own time."""
        self._in_head = False
        self._head_bytes = 0
        self._expect(limits.BODY_SECONDS)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The request is there; from now on it is the application that takes its time."""
        self._in_head = True
        self._came()
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP."""
        self._refuse(HTTPStatus.BAD_REQUEST)

    def _refuse(self, status: HTTPStatus) -> None:
        lines = [b"HTTP/1.1 %d %s" % (status, status.phrase.encode())]
        lines += [name + b": " + value for name, value in (*ALWAYS, *UNLESS_SAID)]
        lines += [b"content-length: 0", b"connection: close", b"", b""]
        self.transport.write(b"\r\n".join(lines))
        self.transport.close()

    # What goes out

    def pause_writing(self) -> None:
        """The peer reads too slowly: watch whether it reads at all."""
        super().pause_writing()
        self._unread.watch(limits.STALLED_SECONDS)

    def resume_writing(self) -> None:
        """The peer has read nearly all."""
        super().resume_writing()
        if not self.transport.is_closing():
            self._unread.rest()

    def timeout_keep_alive_handler(self) -> None:
        """Close a connection that asks for nothing more, though it may not read the last answer."""
        super().timeout_keep_alive_handler()
        self._unread.watch(limits.STALLED_SECONDS)

    def shutdown(self) -> None:
        """The server stops: who does not read is not waited for."""
        super().shutdown()
        if self.transport.is_closing():
            self._unread.watch(limits.CLOSING_SECONDS)


def _answered(cycle: RequestResponseCycle | None) -> bool:
    return cycle is None or cycle.response_complete


@cache
def most_connections() -> int:
    """Return how many connections this process takes: some files are kept for its own use."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return min(limits.CONNECTIONS, max(files - limits.SPARE_FILES, files // 2))
