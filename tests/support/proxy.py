"""A wire between client and server that a test can cut, and mend."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit


class Proxy:
    """A TCP proxy on this machine. While it is cut, nothing gets through and nobody gets in."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._writers: set[asyncio.StreamWriter] = set()
        self._cut = False
        self.url = ""

    @classmethod
    @asynccontextmanager
    async def to(cls, url: str) -> AsyncGenerator["Proxy"]:
        """Stand before the server at `url` for as long as the context lasts."""
        parts = urlsplit(url)
        proxy = cls(parts.hostname or "127.0.0.1", parts.port or 80)
        server = await asyncio.start_server(proxy._carry, "127.0.0.1", 0)
        proxy.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with server:
            yield proxy
            proxy.cut()

    def cut(self) -> None:
        """Drop every connection, and every one that is tried from now on."""
        self._cut = True
        for writer in tuple(self._writers):
            writer.transport.abort()

    def mend(self) -> None:
        """Let connections through again."""
        self._cut = False

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._cut:
            writer.transport.abort()
            return
        with suppress(OSError):
            far_reader, far_writer = await asyncio.open_connection(*self._target)
            self._writers |= {writer, far_writer}
            try:
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(_pump(reader, far_writer), name="proxy up")
                    tasks.create_task(_pump(far_reader, writer), name="proxy down")
            finally:
                self._writers -= {writer, far_writer}


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    with suppress(OSError, RuntimeError):
        writer.close()
