"""Plain connections: bytes as a hostile client writes them, below any WebSocket library."""

import asyncio
import os
import socket
import struct
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from client.http import origin
from client.wire import SUBPROTOCOL
from tests.support.running import an_address

PATIENCE = 10.0

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA


def frame(
    opcode: int,
    payload: bytes = b"",
    *,
    fin: bool = True,
    reserved: int = 0,
    masked: bool = True,
    length: bytes | None = None,
) -> bytes:
    """Return one frame as bytes. `length` is what stands for the length, if not the true one."""
    first = bytes([fin << 7 | reserved << 4 | opcode])
    sized = _length(len(payload)) if length is None else length
    if not masked:
        return first + sized + payload
    mask = b"\x25\x9a\x01\xf0"
    body = bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload))
    return first + bytes([sized[0] | 0x80]) + sized[1:] + mask + body


def _length(size: int) -> bytes:
    if size < 126:
        return bytes([size])
    return struct.pack("!BH", 126, size) if size < 65536 else struct.pack("!BQ", 127, size)


def head(url: str, path: str, *more: str, subprotocol: str = SUBPROTOCOL) -> bytes:
    """Return the request that opens a WebSocket, with more header lines if given."""
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: {urlsplit(url).netloc}",
        f"Origin: {origin(url)}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
        f"Sec-WebSocket-Protocol: {subprotocol}",
        f"X-Forwarded-For: {an_address()}",
        *more,
    ]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


@dataclass(frozen=True)
class Ending:
    """How a server ended a connection."""

    closed: bool
    """Whether it sent a close frame, and did not only end."""
    code: int | None = None
    reason: str = ""


class Plain:
    """One TCP connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    def sends(self, data: bytes) -> None:
        """Send bytes."""
        self._writer.write(data)

    def ends(self) -> None:
        """Send no more."""
        self._writer.write_eof()

    async def floods(self, data: bytes, times: int) -> int:
        """Send this again and again until cut; return the bytes that were taken."""
        sent = 0
        try:
            for _ in range(times):
                self._writer.write(data)
                async with asyncio.timeout(PATIENCE):
                    await self._writer.drain()
                sent += len(data)
        except (ConnectionError, TimeoutError):
            pass
        return sent

    async def answer(self) -> str:
        """Read the head of an answer, in lower case."""
        async with asyncio.timeout(PATIENCE):
            return (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()

    async def status(self) -> int:
        """Read the head of an answer; return its status."""
        return int((await self.answer()).split(" ", 2)[1])

    async def ending(self) -> Ending:
        """Read until a close frame or the end of the connection."""
        try:
            async with asyncio.timeout(PATIENCE):
                while True:
                    opcode, payload = await self.frame()
                    if opcode == CLOSE:
                        code = int.from_bytes(payload[:2]) if payload else None
                        return Ending(True, code, payload[2:].decode())
        except (ConnectionError, asyncio.IncompleteReadError):
            return Ending(False)

    async def frame(self) -> tuple[int, bytes]:
        """Read one frame of the server."""
        first, second = await self._reader.readexactly(2)
        size = second & 0x7F
        if size >= 126:
            size = int.from_bytes(await self._reader.readexactly(2 if size == 126 else 8))
        return first & 0x0F, await self._reader.readexactly(size)

    async def takes(self, size: int) -> bytes:
        """Read so many bytes."""
        async with asyncio.timeout(PATIENCE):
            return await self._reader.readexactly(size)

    async def ended(self, patience: float = PATIENCE) -> None:
        """Wait until the connection is gone, whatever still comes."""
        try:
            async with asyncio.timeout(patience):
                while await self._reader.read(65536):
                    pass
        except ConnectionError:
            return


@asynccontextmanager
async def plain(url: str, *, unread_bytes: int = 0) -> AsyncGenerator[Plain]:
    """Connect. With `unread_bytes`, hardly more than these can wait on our side."""
    place = urlsplit(url)
    connection = socket.socket()
    connection.setblocking(False)
    if unread_bytes:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, unread_bytes)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(connection, (place.hostname, place.port))
    limit = unread_bytes or 1 << 16
    reader, writer = await asyncio.open_connection(sock=connection, limit=limit)
    try:
        yield Plain(reader, writer)
    finally:
        writer.transport.abort()


@asynccontextmanager
async def plain_socket(
    url: str, path: str = "/ws/seeker", *, unread_bytes: int = 0
) -> AsyncGenerator[Plain]:
    """Connect and complete the handshake of a WebSocket."""
    async with plain(url, unread_bytes=unread_bytes) as connection:
        connection.sends(head(url, path))
        assert await connection.status() == 101
        yield connection


def resident(pid: int) -> int:
    """Return the bytes of memory that a process holds."""
    with Path(f"/proc/{pid}/statm").open() as figures:
        return int(figures.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
