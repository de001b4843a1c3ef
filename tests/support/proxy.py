"""A wire between client and server that a test can cut, hold, slow down, and mend."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

Direction = Literal["up", "down"]
"""Up: from clients to the server. Down: from the server to clients."""

Connect = Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]


class Proxy:
    """A proxy on this machine. While it is cut, nothing gets through and nobody gets in."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self._writers: set[asyncio.StreamWriter] = set()
        self._cut = False
        self._open: dict[Direction, asyncio.Event] = {"up": _set(), "down": _set()}
        self._held: dict[Direction, asyncio.Event] = {
            "up": asyncio.Event(),
            "down": asyncio.Event(),
        }
        self.url = ""
        self.delay = 0.0
        """Seconds that each piece of the stream takes, in each direction."""
        self.heard = bytearray()
        """Every byte that the server has sent to clients here."""
        self._news = asyncio.Event()

    @classmethod
    @asynccontextmanager
    async def to(cls, url: str) -> AsyncGenerator["Proxy"]:
        """Stand before the server at `url` for as long as the context lasts."""
        async with cls.to_any([url]) as proxy:
            yield proxy

    @classmethod
    @asynccontextmanager
    async def to_any(cls, urls: Sequence[str]) -> AsyncGenerator["Proxy"]:
        """Stand before several servers, each in its turn; one that is away is passed over."""
        turns = cycle([urlsplit(url) for url in urls])

        async def connect() -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
            for _ in urls[1:]:
                place = next(turns)
                with suppress(ConnectionError):
                    return await asyncio.open_connection(place.hostname, place.port)
            place = next(turns)
            return await asyncio.open_connection(place.hostname, place.port)

        proxy = cls(connect)
        server = await asyncio.start_server(proxy._carry, "127.0.0.1", 0)
        proxy.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with server:
            yield proxy
            proxy.cut()

    @classmethod
    @asynccontextmanager
    async def to_store(cls, url: str, path: Path) -> AsyncGenerator["Proxy"]:
        """Stand before the store at `url`, a unix socket, as another one at `path`."""
        proxy = cls(partial(asyncio.open_unix_connection, urlsplit(url).path))
        server = await asyncio.start_unix_server(proxy._carry, path)
        proxy.url = f"unix://{path}"
        async with server:
            yield proxy
            proxy.cut()

    def cut(self) -> None:
        """Drop every connection, with what is held, and every one that is tried from now on."""
        self._cut = True
        for writer in tuple(self._writers):
            writer.transport.abort()
        self.release()

    def mend(self) -> None:
        """Let connections through again."""
        self._cut = False

    def hold(self, direction: Direction) -> None:
        """Let nothing through in this direction, as a network that has stalled."""
        self._held[direction].clear()
        self._open[direction].clear()

    async def holds(self, direction: Direction) -> None:
        """Wait until something is being held."""
        await self._held[direction].wait()

    async def passes(self, words: bytes) -> None:
        """Wait until the server has sent these bytes."""
        while words not in self.heard:
            self._news.clear()
            await self._news.wait()

    def release(self) -> None:
        """Let through what was held, and what follows."""
        for gate in self._open.values():
            gate.set()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._cut:
            writer.transport.abort()
            return
        try:
            far_reader, far_writer = await self._connect()
        except OSError:
            writer.transport.abort()
            return
        with suppress(OSError):
            self._writers |= {writer, far_writer}
            try:
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(self._pump("up", reader, far_writer), name="proxy up")
                    tasks.create_task(self._pump("down", far_reader, writer), name="proxy down")
            finally:
                self._writers -= {writer, far_writer}

    async def _pump(
        self, direction: Direction, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                if direction == "down":
                    self.heard += data
                    self._news.set()
                if not self._open[direction].is_set():
                    self._held[direction].set()
                    await self._open[direction].wait()
                if self.delay:
                    await asyncio.sleep(self.delay)
                if writer.transport.is_closing():
                    break
                writer.write(data)
                await writer.drain()
        with suppress(OSError, RuntimeError):
            writer.close()


def _set() -> asyncio.Event:
    event = asyncio.Event()
    event.set()
    return event
