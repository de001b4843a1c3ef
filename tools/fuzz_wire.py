"""What `tools/fuzz.py` throws at the wire: bytes as a message, and bytes as a stream of frames.

Each target fails on what must never happen, whatever the bytes: an error that the sockets do not
know, a message that is not what it says when it is written and read again, a connection that
keeps more than its bounds.
"""

import asyncio
from collections.abc import Iterable
from typing import Final

import msgspec
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.config import Config
from uvicorn.server import ServerState

from chat.protocol import decode_seeker
from chat.protocol_commands import decode_staff
from config import limits
from web.guarded import GuardedSocket

_HEAD: Final = (
    b"GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)
_WRITTEN: Final = 32 * 1024  # the handshake, a pong for each ping, a close


def message(data: bytes) -> None:
    """A command that reads the same again, or an error that the sockets know."""
    for decode in (decode_seeker, decode_staff):
        try:
            command = decode(data)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            continue
        if decode(msgspec.msgpack.encode(command)) != command:
            raise AssertionError("a command reads otherwise the second time")


def stream(data: bytes) -> None:
    """A connection within its bounds, whatever comes in, and however it is cut."""
    asyncio.run(_stream(data))


async def _stream(data: bytes) -> None:
    size = 1 + (data[0] if data else 0) ** 2
    await received([data[start : start + size] for start in range(1, len(data), size)])


async def received(reads: Iterable[bytes]) -> list[bytes]:
    """Return the messages that the application gets when these bytes come in, read by read.

    Raises: AssertionError: the connection went beyond a bound.
    """
    taken: list[bytes] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        while (message := await receive())["type"] != "websocket.disconnect":
            if "bytes" in message:
                taken.append(message["bytes"])

    socket, pipe = _connected(app)
    await asyncio.sleep(0)
    for read in reads:
        if not pipe.is_closing():
            socket.data_received(read)
    _expect(socket.queue.qsize() <= limits.QUEUED_FRAMES + 2, "too many frames kept")
    _expect(len(socket.frames) <= limits.FRAGMENTS, "too many fragments kept")
    _expect(pipe.written <= _WRITTEN, "too much written")
    socket.connection_lost(None)
    await asyncio.gather(*socket.tasks)
    return taken


def _connected(app: ASGIApp) -> tuple[GuardedSocket, "Pipe"]:
    config = Config(app, ws_max_size=limits.FRAME_BYTES, ws_per_message_deflate=False)
    config.log_config = None
    config.load()
    socket = GuardedSocket(config, ServerState(), {}, asyncio.get_running_loop())
    pipe = Pipe()
    socket.connection_made(pipe)
    socket.data_received(_HEAD)
    return socket, pipe


class Pipe(asyncio.Transport):
    """A transport that leads nowhere, and counts what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.written = 0
        self._closing = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Take bytes."""
        self.written += len(data)

    def get_write_buffer_size(self) -> int:
        """Nothing waits here."""
        return 0

    def is_closing(self) -> bool:
        """Whether it was closed or aborted."""
        return self._closing

    def close(self) -> None:
        """Close."""
        self._closing = True

    def abort(self) -> None:
        """Close."""
        self._closing = True

    def pause_reading(self) -> None:
        """Nobody reads here."""

    def resume_reading(self) -> None:
        """Nobody reads here."""


def _expect(holds: bool, what: str) -> None:
    if not holds:
        raise AssertionError(what)
