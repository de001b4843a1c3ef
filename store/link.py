"""A link: one connection to one server, greeted, and never mended.

What fails is closed and another is opened by whoever owns it. Nothing is asked twice here: a blind
repetition once turned one XADD into two entries.
"""

import asyncio
import ssl
from collections import deque
from collections.abc import Sequence
from typing import cast

from store.address import Address, Tls
from store.replies import Argument, Reply
from store.resp import Refusal, Replies, allowed, pack

TIMEOUT = 5.0
"""Seconds for one pipeline; an fsync on a loaded disk takes well under one."""
CONNECT_TIMEOUT = 2.0
"""Seconds for a TCP connection and its greeting."""


class Link(asyncio.Protocol):
    """An open connection. Made by `open_link`."""

    def __init__(self) -> None:
        self._replies = Replies()
        self._heard: deque[Reply | Refusal] = deque()
        self._awaited = 0
        self._waiter: asyncio.Future[None] | None = None
        self._transport: asyncio.Transport | None = None
        self.lost = False
        """Whether nothing can be asked here any more."""

    async def ask(
        self, commands: Sequence[tuple[Argument, ...]], seconds: float = TIMEOUT
    ) -> list[Reply | Refusal]:
        """Send commands as one pipeline, and return what each of them brought.

        One caller at a time. A link that failed to answer is lost.

        Raises: OSError, TimeoutError: nobody knows what was carried out.
        """
        self.send(commands)
        try:
            async with asyncio.timeout(seconds):
                await self._hear(len(commands))
        except BaseException:
            self.close()
            raise
        heard = self._heard
        return [heard.popleft() for _ in commands]

    def send(self, commands: Sequence[tuple[Argument, ...]]) -> None:
        """Send commands, and don't wait for what they bring. Raises: OSError."""
        if self.lost or self._transport is None:
            raise ConnectionResetError("The connection to the store is lost.")
        self._transport.write(pack(commands))

    async def read(self, seconds: float) -> Reply:
        """Return what the server says next; None if it says nothing for so many seconds.

        Raises: OSError: the connection is lost. Refusal: the server refuses something.
        """
        if not self._heard:
            try:
                async with asyncio.timeout(seconds):
                    await self._hear(1)
            except TimeoutError:
                return None
        return allowed(self._heard.popleft())

    def close(self) -> None:
        """Close the socket, without a farewell; who waits for an answer is told."""
        if self._transport is not None:
            self._transport.abort()
        self._is_lost()

    async def _hear(self, count: int) -> None:
        if len(self._heard) >= count:
            return
        if self.lost:
            raise ConnectionResetError("The connection to the store is lost.")
        self._awaited = count
        self._waiter = asyncio.get_running_loop().create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    # What asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See `asyncio.Protocol`."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """See `asyncio.Protocol`."""
        try:
            self._heard.extend(self._replies.feed(data))
        except ValueError:
            self.close()
            return
        if self._waiter and not self._waiter.done() and len(self._heard) >= self._awaited:
            self._waiter.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        """See `asyncio.Protocol`."""
        self._is_lost()

    def _is_lost(self) -> None:
        self.lost = True
        if self._waiter and not self._waiter.done():
            self._waiter.set_exception(ConnectionResetError("The connection to the store is lost."))


async def open_link(address: Address) -> Link:
    """Connect and greet. Raises: OSError, TimeoutError: nobody is there; Refusal: not for us."""
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(CONNECT_TIMEOUT):
        if address.path:
            _, link = await loop.create_unix_connection(Link, address.path)
        else:
            context = _context(address.tls) if address.tls else None
            _, link = await loop.create_connection(Link, address.host, address.port, ssl=context)
        try:
            await _greet(link, address)
        except BaseException:
            link.close()
            raise
    return link


async def _greet(link: Link, address: Address) -> None:
    greeting: list[tuple[Argument, ...]] = []
    if address.password:
        login = (address.username,) if address.username else ()
        greeting.append(("AUTH", *login, address.password))
    if address.database:
        greeting.append(("SELECT", address.database))
    for reply in await link.ask(greeting) if greeting else ():
        allowed(reply)


def _context(tls: Tls) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=tls.authorities or None)
    if tls.certificate:
        context.load_cert_chain(tls.certificate, tls.key or None)
    return context
