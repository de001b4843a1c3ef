"""The entrance before several servers: it spreads people over them, and harms their frames.

It knows where a WebSocket frame ends, so it can lose one, double it, cut a socket in the middle
of one, and let a reader stop reading. Which server a socket reaches is chosen anew each time.
"""

import asyncio
import socket
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Literal

from tests.support.frames import Splitter, is_a_line, websocket_end

Harm = Literal[
    "lose_up", "lose_down", "double_up", "double_down", "half_up", "half_down", "late_down"
]

SETTLED = 4
"""Frames after which a socket may be harmed: whoever has not come in yet has nothing to lose."""
RECEIVED = 8 * 1024
"""Bytes that the network holds for a reader who does not read."""
LATE_SECONDS = 0.3


class Entrance:
    """One address for all servers."""

    def __init__(self, ports: Sequence[int]) -> None:
        self._ports = list(ports)
        self._turn = 0
        self._ways: set[_Way] = set()
        self.url = ""
        self.away: set[int] = set()
        """Ports that a load balancer would have found to be out of order."""
        self.armed: Counter[Harm] = Counter()
        self.struck: Counter[str] = Counter()

    @classmethod
    @asynccontextmanager
    async def to(cls, ports: Sequence[int]) -> AsyncGenerator["Entrance"]:
        """Stand before these servers for as long as the context lasts."""
        entrance = cls(ports)
        server = await asyncio.start_server(entrance._carry, "127.0.0.1", 0)
        entrance.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with server:
            yield entrance
            entrance.cut(1)

    def cut(self, every: int) -> None:
        """Break every so manieth socket off."""
        for way in sorted(self._ways, key=id)[::every]:
            way.break_off()

    def stall(self, every: int) -> list["_Way"]:
        """Let every so manieth reader stop reading; give them to `resume`."""
        stalled = sorted(self._ways, key=id)[::every]
        for way in stalled:
            way.reads.clear()
        return stalled

    def resume(self, stalled: Sequence["_Way"]) -> None:
        """Let those readers read on."""
        for way in stalled:
            way.reads.set()

    def strikes(self, harm: Harm) -> bool:
        """Whether this harm is armed; if so, it has struck once."""
        if not self.armed[harm]:
            return False
        self.armed[harm] -= 1
        self.struck[harm] += 1
        return True

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far = await self._open()
        if far is None:
            writer.transport.abort()
            return
        way = _Way(self, writer, far[1])
        self._ways.add(way)
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(way.up(reader), name="entrance up")
                tasks.create_task(way.down(far[0]), name="entrance down")
        finally:
            self._ways.discard(way)
            way.break_off()

    async def _open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        self._turn += 1
        for port in self._ports[self._turn % len(self._ports) :] + self._ports:
            if port in self.away:
                continue
            near = socket.socket()
            near.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVED)
            near.setblocking(False)
            try:
                await asyncio.get_running_loop().sock_connect(near, ("127.0.0.1", port))
            except OSError:
                near.close()
                continue
            return await asyncio.open_connection(sock=near, limit=RECEIVED)
        return None


class _Way:
    """One connection through the entrance: plain HTTP, or a socket once it is upgraded."""

    def __init__(
        self, entrance: Entrance, near: asyncio.StreamWriter, far: asyncio.StreamWriter
    ) -> None:
        self._entrance = entrance
        self._near = near
        self._far = far
        self._upgraded = False
        self._answered = False
        self.reads = asyncio.Event()
        self.reads.set()

    def break_off(self) -> None:
        """Break both sides, with whatever is under way."""
        self.reads.set()
        self._near.transport.abort()
        self._far.transport.abort()

    async def up(self, reader: asyncio.StreamReader) -> None:
        """Carry what people send."""
        frames, seen = Splitter(websocket_end), 0
        with suppress(OSError, RuntimeError):
            while data := await reader.read(65536):
                if not self._upgraded:
                    self._far.write(data)
                else:
                    for frame in frames.take(data):
                        seen += 1
                        if not self._up_frame(frame, settled=seen > SETTLED):
                            return self.break_off()
                await self._far.drain()
        return self.break_off()

    def _up_frame(self, frame: bytes, *, settled: bool) -> bool:
        """Pass a frame on; False if the socket breaks instead."""
        if settled and is_a_line(frame):
            if self._entrance.strikes("lose_up"):
                return True
            if self._entrance.strikes("half_up"):
                self._far.write(frame[: len(frame) // 2])
                return False
            if self._entrance.strikes("double_up"):
                self._far.write(frame)
        self._far.write(frame)
        return True

    async def down(self, reader: asyncio.StreamReader) -> None:
        """Carry what servers send."""
        frames, seen, head = Splitter(websocket_end), 0, b""
        with suppress(OSError, RuntimeError):
            while data := await reader.read(65536):
                await self.reads.wait()
                if not self._upgraded:
                    head, data = self._answer(head + data)
                for frame in frames.take(data):
                    seen += 1
                    if not await self._down_frame(frame, settled=seen > SETTLED):
                        return self.break_off()
                await self._near.drain()
        return self.break_off()

    def _answer(self, head: bytes) -> tuple[bytes, bytes]:
        """Pass an answer to a request on; return what is kept of its head, and frames after it."""
        if self._answered:
            self._near.write(head)  # the body goes on as it comes
            return b"", b""
        answer, end, rest = head.partition(b"\r\n\r\n")
        if not end:
            return head, b""
        self._near.write(answer + end)
        self._upgraded = answer.startswith(b"HTTP/1.1 101")
        if self._upgraded:
            return b"", rest
        self._near.write(rest)
        self._answered = True
        return b"", b""

    async def _down_frame(self, frame: bytes, *, settled: bool) -> bool:
        """Pass a frame on; False if the socket breaks instead."""
        if settled and is_a_line(frame):
            if self._entrance.strikes("late_down"):
                await asyncio.sleep(LATE_SECONDS)
            if self._entrance.strikes("lose_down"):
                return True
            if self._entrance.strikes("half_down"):
                self._near.write(frame[: len(frame) // 2])
                await self._near.drain()
                return False
            if self._entrance.strikes("double_down"):
                self._near.write(frame)
        self._near.write(frame)
        return True
