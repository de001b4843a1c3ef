"""A wire between one server and the store that knows what a request and what a reply is.

It can lose a reply after the request was carried out, hold replies back, have a request carried
out twice, and lose or double wake-ups. What is armed strikes the next frames that fit.
"""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from typing import Literal

from tests.support.frames import Splitter, resp_end

Armed = Literal["lose_reply", "double_request", "lose_wake", "double_wake"]

SCRIPT = b"$7\r\nEVALSHA\r\n"
SUBSCRIBE = b"$10\r\nSSUBSCRIBE\r\n"
GATE = b"{gate}"
"""Admissions can be taken once only; the server never asks for one again."""
WAKE = b"*3\r\n$8\r\nsmessage\r\n"


class StoreWire:
    """The wire of one server. Many connections may run over it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._lines: set[_Line] = set()
        self.url = ""
        self.armed: Counter[Armed] = Counter()
        self.struck: Counter[str] = Counter()
        """How often each fault came to pass."""
        self.flowing = asyncio.Event()
        """Replies go back only while this is set."""
        self.flowing.set()

    @classmethod
    @asynccontextmanager
    async def to(cls, port: int) -> AsyncGenerator["StoreWire"]:
        """Stand before the store on this port for as long as the context lasts."""
        wire = cls(port)
        server = await asyncio.start_server(wire._carry, "127.0.0.1", 0)
        wire.url = f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with server:
            yield wire
            wire.flowing.set()
            wire.cut()

    def cut(self) -> None:
        """Break every connection that there is now."""
        for line in tuple(self._lines):
            line.break_off()

    def strikes(self, fault: Armed) -> bool:
        """Whether this fault is armed; if so, it has struck once."""
        if not self.armed[fault]:
            return False
        self.armed[fault] -= 1
        self.struck[fault] += 1
        return True

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far = await asyncio.open_connection("127.0.0.1", self._port)
        except OSError:
            writer.transport.abort()
            return
        line = _Line(self, writer, far[1])
        self._lines.add(line)
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(line.up(reader), name="store wire up")
                tasks.create_task(line.down(far[0]), name="store wire down")
        finally:
            self._lines.discard(line)
            line.break_off()


class _Line:
    """One connection of a server to the store."""

    def __init__(
        self, wire: StoreWire, near: asyncio.StreamWriter, far: asyncio.StreamWriter
    ) -> None:
        self._wire = wire
        self._near = near
        self._far = far
        self._expected: deque[Literal["plain", "script", "swallow"]] = deque()
        self._listens = False
        """Whether this connection is for wake-ups: then what comes back answers no request."""

    def break_off(self) -> None:
        """Break both sides, with whatever is under way."""
        self._near.transport.abort()
        self._far.transport.abort()

    async def up(self, reader: asyncio.StreamReader) -> None:
        """Carry requests."""
        requests = Splitter(resp_end)
        with suppress(OSError, RuntimeError):
            while data := await reader.read(65536):
                for request in requests.take(data):
                    self._ask(request)
                await self._far.drain()
        self.break_off()

    def _ask(self, request: bytes) -> None:
        self._listens = self._listens or SUBSCRIBE in request[:32]
        script = SCRIPT in request[:32] and GATE not in request
        if script and self._wire.strikes("double_request"):
            self._far.write(request)
            self._expected.append("swallow")
        self._far.write(request)
        self._expected.append("script" if script else "plain")

    async def down(self, reader: asyncio.StreamReader) -> None:
        """Carry replies and wake-ups."""
        replies = Splitter(resp_end)
        with suppress(OSError, RuntimeError):
            while data := await reader.read(65536):
                await self._wire.flowing.wait()
                for reply in replies.take(data):
                    if not (self._wake(reply) if self._listens else self._answer(reply)):
                        return self.break_off()
                await self._near.drain()
        return self.break_off()

    def _wake(self, reply: bytes) -> bool:
        if not reply.startswith(WAKE) or not self._wire.strikes("lose_wake"):
            self._near.write(reply)
        if reply.startswith(WAKE) and self._wire.strikes("double_wake"):
            self._near.write(reply)
        return True

    def _answer(self, reply: bytes) -> bool:
        """Pass a reply on; False if the connection breaks instead."""
        match self._expected.popleft() if self._expected else "plain":
            case "swallow":
                return True
            case "script" if self._wire.strikes("lose_reply"):
                return False
            case _:
                self._near.write(reply)
                return True
