"""The sockets: frames in, frames out, and every way in which they end.

A bare ASGI endpoint, since a framework's layers cost as much as all the rest of a line. Each
socket has one reader (this task) and one writer; whatever ends one ends the other. What a frame
means is decided in `chat/`.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol, TypeVar

import msgspec
from starlette.types import Message, Receive, Scope, Send

from chat.closing import Closing, Closings
from chat.outbox import Outbox, Straight
from chat.protocol import SUBPROTOCOL
from config import limits
from config.clock import monotonic
from safety.throttle import full, take
from store.errors import StoreError

log = logging.getLogger("benchside.sockets")

STRAIGHT = "benchside.straight"
"""The ASGI extension by which our protocol takes frames without a task (`web/guarded.py`)."""

C = TypeVar("C", contravariant=True)


class Session(Protocol[C]):
    """What a socket talks to once it is open."""

    async def begin(self, command: C) -> Closing | None:
        """Carry out the first command; return why to close, if so."""
        ...

    async def carry_out(self, command: C) -> Closing | None:
        """Carry out a further command; return why to close, if so."""
        ...

    async def lost(self) -> None:
        """The socket is gone."""
        ...


class Lost(Exception):
    """The peer is gone."""


class Socket:
    """One WebSocket of one peer."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.headers: Mapping[bytes, bytes] = dict(scope["headers"])
        client: tuple[str, int] | None = scope.get("client")
        self.peer = client[0] if client else ""
        self._subprotocols: list[str] = list(scope.get("subprotocols", []))
        self._receive = receive
        self._send = send
        extension = scope.get("extensions", {}).get(STRAIGHT, {})
        self.outbox = Outbox(when_cut=extension.get("cut"))
        self._straight: Straight | None = extension.get("write")
        self.heard_at = monotonic()
        self.known = False
        """Whether the peer has said who it is."""
        self._frames = full(limits.FRAMES, monotonic())
        self._busy = False
        """Whether a command is being carried out."""
        self._leaving: Closing | None = None

    def leave(self, closing: Closing) -> None:
        """Close, but let the command under way be answered first."""
        self._leaving = closing
        if not self._busy:
            self.outbox.close(closing)

    async def accept(self) -> bool:
        """Complete the handshake, if the peer speaks our subprotocol."""
        await self._receive()
        if SUBPROTOCOL not in self._subprotocols:
            await self._send({"type": "websocket.close", "code": 1002})
            return False
        await self._send({"type": "websocket.accept", "subprotocol": SUBPROTOCOL})
        if self._straight is not None:
            self.outbox.open_straight(self._straight)
        return True

    async def refuse(self, closing: Closing) -> None:
        """Complete the handshake only to say why not."""
        if await self.accept():
            await self._close(closing)

    async def talk(self, session: Session[C], decode: Callable[[bytes], C]) -> None:
        """Carry frames between the peer and the session until one of them ends it."""
        async with asyncio.TaskGroup() as tasks:
            writer = tasks.create_task(self._write(), name="socket writer")
            reader = tasks.create_task(self._read(session, decode), name="socket reader")
            await asyncio.wait((writer, reader), return_when=asyncio.FIRST_COMPLETED)
            writer.cancel()
            reader.cancel()

    async def _read(self, session: Session[C], decode: Callable[[bytes], C]) -> None:
        carry_out = session.begin
        try:
            while True:
                closing = await self._one(carry_out, decode) or self._leaving
                if closing is not None:
                    self.outbox.close(closing)
                    await asyncio.Event().wait()
                carry_out = session.carry_out
                self.known = True
        except Lost:
            return

    async def _one(
        self, carry_out: Callable[[C], Awaitable[Closing | None]], decode: Callable[[bytes], C]
    ) -> Closing | None:
        """Read one frame and carry it out; return why to close, if so."""
        frame = await self._frame()
        if self.outbox.closing is not None:
            return self.outbox.closing
        if frame is None:
            return Closings.MALFORMED.value
        self._frames, allowed = take(
            self._frames, limits.FRAMES / limits.FRAMES_SECONDS, limits.FRAMES, self.heard_at
        )
        if not allowed:
            return Closings.TOO_FAST.value
        try:
            command = decode(frame)
        except msgspec.ValidationError:
            return Closings.UNKNOWN.value
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            return Closings.MALFORMED.value
        self._busy = True
        try:
            return await carry_out(command)
        except StoreError as error:
            log.warning("the store failed a command: %s", error)
            return Closings.UNAVAILABLE.value
        except Exception:  # the top of a task: the peer is told, the operator sees where
            log.exception("a command failed")
            return Closings.FAULT.value
        finally:
            self._busy = False

    async def _frame(self) -> bytes | None:
        """Return the next binary frame, or None for a text frame. Raises: Lost."""
        message: Message = await self._receive()
        if message["type"] == "websocket.disconnect":
            raise Lost
        self.heard_at = monotonic()
        frame: bytes | None = message.get("bytes")
        return frame

    async def _write(self) -> None:
        try:
            closing = await self.outbox.drain(self._send_frame)
            log.info("a socket is closed: %s", closing.reason)
            await self._close(closing)
        except (Lost, TimeoutError):
            return

    async def _send_frame(self, frame: bytes) -> None:
        # The protocol aborts the connection of a peer who does not read (web/guarded.py).
        await self._deliver({"type": "websocket.send", "bytes": frame})

    async def _close(self, closing: Closing) -> None:
        async with asyncio.timeout(limits.STALLED_SECONDS):
            await self._deliver(
                {"type": "websocket.close", "code": closing.code, "reason": closing.reason}
            )

    async def _deliver(self, message: Message) -> None:
        try:
            await self._send(message)
        except (OSError, RuntimeError) as error:
            # uvicorn says in either way that the peer is gone.
            raise Lost from error
