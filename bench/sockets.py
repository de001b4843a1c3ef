"""A WebSocket client that costs little, so that what is measured is the server.

Whole frames only, no compression, and a masking key of zeros: the server does the same work to
take the mask off, the client none to put it on. Anything else that a client should be (patient,
forgiving) is left out.
"""

import asyncio
import base64
import os
from collections.abc import Callable, Mapping
from typing import cast

BINARY, TEXT, CLOSE, PING, PONG = 0x82, 0x81, 8, 9, 10
MASK = bytes(4)


class SocketClosed(Exception):
    """The server has closed the socket; bears the code and the reason that it gave."""

    def __init__(self, code: int, reason: str) -> None:
        self.code = code
        self.reason = reason
        super().__init__(f"closed with {code} {reason}".strip())


class Socket(asyncio.Protocol):
    """One open socket. `heard` is called with the payload of each frame."""

    def __init__(self, request: bytes, heard: Callable[[bytes], None]) -> None:
        loop = asyncio.get_running_loop()
        self.opened: asyncio.Future[None] = loop.create_future()
        self.closed: asyncio.Future[SocketClosed] = loop.create_future()
        """Set when the socket has ended, whoever ended it."""
        self.heard = heard
        self._request = request
        self._rest = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the socket."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop has classes of its own
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        """Take what has come: the answer first, then frames."""
        if self._rest:
            data = self._rest + data
        if not self.opened.done():
            answer, end, data = data.partition(b"\r\n\r\n")
            if not end:
                self._rest = answer
                return
            self._answered(answer)
        self._rest = self._frames(data) if data else b""

    def connection_lost(self, exc: Exception | None) -> None:
        """Note the end."""
        self._ended(SocketClosed(1006, type(exc).__name__ if exc else ""))

    def say(self, payload: bytes, kind: int = BINARY) -> None:
        """Send one frame."""
        assert self._transport is not None
        length = len(payload)
        if length < 126:
            head = bytes((kind, 0x80 | length))
        else:
            head = bytes((kind, 0xFE)) + length.to_bytes(2, "big")
        self._transport.write(head + MASK + payload)

    def end(self) -> None:
        """Drop the connection, as a browser that goes away does."""
        if self._transport is not None:
            self._transport.abort()

    def _answered(self, answer: bytes) -> None:
        if answer.startswith(b"HTTP/1.1 101"):
            self.opened.set_result(None)
        else:
            self._ended(SocketClosed(1006, answer.partition(b"\r\n")[0].decode("latin-1")))

    def _frames(self, data: bytes) -> bytes:
        """Hand on every whole frame, and return what is left over."""
        at, end = 0, len(data)
        while end - at >= 2:
            start, length = at + 2, data[at + 1]
            if length > 125:
                start += 2 if length == 126 else 8
                if start > end:
                    break
                length = int.from_bytes(data[at + 2 : start], "big")
            stop = start + length
            if stop > end:
                break
            if data[at] in (BINARY, TEXT):
                self.heard(data[start:stop])
            else:
                self._control(data[at], data[start:stop])
            at = stop
        return data[at:]

    def _control(self, first: int, payload: bytes) -> None:
        match first:
            case 0x89:
                self.say(payload, 0x8A)
            case 0x88:
                code = int.from_bytes(payload[:2], "big") if payload else 1005
                self._ended(SocketClosed(code, payload[2:].decode("utf-8", "replace")))
            case 0x8A:
                pass
            case _:
                self._ended(SocketClosed(1002, "a fragment, which no server here sends"))

    def _ended(self, closed: SocketClosed) -> None:
        if not self.closed.done():
            self.closed.set_result(closed)
        if not self.opened.done():
            self.opened.set_exception(closed)


async def open_socket(
    port: int,
    path: str,
    heard: Callable[[bytes], None],
    *,
    subprotocol: str = "",
    headers: Mapping[str, str] | None = None,
    seconds: float = 60.0,
) -> Socket:
    """Open a socket on this machine; `heard` gets every frame, the first one too.

    Raises:
        SocketClosed: the server would not have it.
        TimeoutError: no answer in time.
    """
    fields = {
        "Host": f"127.0.0.1:{port}",
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
        **({"Sec-WebSocket-Protocol": subprotocol} if subprotocol else {}),
        **(headers or {}),
    }
    lines = [f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items())]
    request = "\r\n".join([*lines, "", ""]).encode()
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(seconds):
        _, socket = await loop.create_connection(lambda: Socket(request, heard), "127.0.0.1", port)
        await socket.opened
    return socket
