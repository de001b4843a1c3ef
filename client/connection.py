"""One socket that comes back: connect, present, listen, ping, and again after a loss.

One task a client runs `Connection.run`: it reads, pings and reconnects. What the frames mean is
the owner's affair: it gives the first frame and is handed each fact.
"""

import asyncio
import math
import random
from collections.abc import Sequence
from typing import Protocol

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.typing import Origin, Subprotocol

from client.closing import comes_back, contests, pause
from client.errors import ClientError, Denied, Lost, Unreachable
from client.http import origin, socket_url
from client.wire import SUBPROTOCOL, Fact, decode, encode

PING_SECONDS = 15.0
SILENT_SECONDS = 40.0
"""Silence of the server after which the socket counts as lost."""
HOLE_SECONDS = 1.0
"""How long a hole in a log may stay open before the log is asked for again: `accepted` and
`said` come on different ways and may cross."""
STEADY_SECONDS = 1.0
"""A socket that broke sooner counts as a failed attempt, so that a fault is not met in a rush."""
CLOSE_SECONDS = 2.0
FRAME_BYTES = 4 << 20
"""The longest frame taken from the server: a whole backlog comes in one."""

_PING = encode("ping")


class Owner(Protocol):
    """Whose socket it is."""

    async def knock(self) -> tuple[bytes, str]:
        """Return the first frame to send, and the cookie for the handshake ("" for none).

        Raises:
            ClientError: Unreachable is tried again, anything else is final.
        """
        ...

    def hear(self, fact: Fact) -> Sequence[bytes]:
        """Take a fact; return frames to send in answer."""
        ...

    def fail(self, failure: ClientError) -> None:
        """Learn that the socket will not come back."""
        ...


class Holed(Protocol):
    """Something in which entries may be missing."""

    @property
    def holed(self) -> bool:
        """Whether an entry is missing before one that has come."""
        ...


class Connection:
    """The socket of one client at `url` + `path`."""

    def __init__(self, url: str, path: str, owner: Owner) -> None:
        """Nothing is opened before `run`."""
        self._url = url
        self._path = path
        self._owner = owner
        self._socket: ClientConnection | None = None
        self._mending = False
        self._heard_at = 0.0
        self.headers: dict[str, str] = {}
        """Sent with each handshake, beside the cookie."""
        self._began = 0.0
        self._contested = -math.inf
        self.visits = 0
        """How often a socket was opened."""
        self.problem = ""
        """Why the last visit ended, as the name of an exception or a close code."""

    async def run(self) -> None:
        """Stay connected until cancelled, or until coming back would not help."""
        attempt = 0
        try:
            while True:
                attempt = 0 if await self._visit() else attempt + 1
                await asyncio.sleep(pause(attempt, random.random()))
        except ClientError as failure:
            self._owner.fail(failure)

    async def send(self, frame: bytes) -> None:
        """Send if there is a socket; what is lost is sent again by its owner after a reconnect."""
        if self._socket is not None:
            try:
                await self._socket.send(frame)
            except ConnectionClosed:
                return

    def drop(self) -> None:
        """Break the socket off without a word, so that it comes back and resumes."""
        if self._socket is not None:
            self._socket.transport.abort()

    def mend(self, log: Holed) -> None:
        """Drop the socket if the log still has a hole in a moment; coming back fills it."""
        if not self._mending:
            self._mending = True
            asyncio.get_running_loop().call_later(HOLE_SECONDS, self._mend, log, self.visits)

    def _mend(self, log: Holed, visit: int) -> None:
        self._mending = False
        if log.holed and visit == self.visits:
            self.drop()

    async def _visit(self) -> bool:
        """Come, present, listen until the socket breaks; return whether it held for a while."""
        began = self._began = self._heard_at = _now()
        try:
            frame, cookie = await self._owner.knock()
            async with self._open(cookie) as socket:
                await socket.send(frame)
                self._heard_at = _now()
                self._socket = socket
                self.visits += 1
                await self._listen(socket)
        except ConnectionClosed as closed:
            self._closed(closed)
        except InvalidStatus as answered:
            self.problem = "InvalidStatus"
            if answered.response.status_code < 500:
                raise Denied(answered.response.status_code, "handshake") from None
        except (OSError, TimeoutError, InvalidHandshake, Unreachable) as problem:
            self.problem = type(problem).__name__
        finally:
            self._socket = None
        return self._heard_at - began > STEADY_SECONDS

    def _open(self, cookie: str) -> connect:
        return connect(
            socket_url(self._url, self._path),
            origin=Origin(origin(self._url)),
            subprotocols=[Subprotocol(SUBPROTOCOL)],
            additional_headers={**self.headers, "Cookie": cookie} if cookie else self.headers,
            user_agent_header=None,
            compression=None,
            proxy=None,
            ping_interval=None,
            close_timeout=CLOSE_SECONDS,
            max_size=FRAME_BYTES,
        )

    async def _listen(self, socket: ClientConnection) -> None:
        """Hand on what comes and send the answers; ping in time; raise when it has broken."""
        while True:
            try:
                async with asyncio.timeout_at(self._next_look()):
                    while not (replies := self._take(await socket.recv())):
                        pass
            except TimeoutError:
                if _now() >= self._heard_at + SILENT_SECONDS:
                    self.drop()
                    raise
                replies = (_PING,)
            for reply in replies:
                await socket.send(reply)

    def _next_look(self) -> float:
        return min(_now() + PING_SECONDS, self._heard_at + SILENT_SECONDS)

    def _take(self, frame: bytes | str) -> Sequence[bytes]:
        self._heard_at = _now()
        return self._owner.hear(decode(frame))

    def _closed(self, closed: ConnectionClosed) -> None:
        """Note why the socket closed.

        Raises:
            Lost: coming back would not help.
        """
        code = closed.rcvd.code if closed.rcvd else None
        self.problem = str(code or "broken")
        if contests(code, self.visits, _now() - self._began, _now() - self._contested):
            self._contested = _now()
        elif closed.rcvd and not comes_back(code):
            raise Lost(closed.rcvd.code, closed.rcvd.reason) from None


def _now() -> float:
    return asyncio.get_running_loop().time()
