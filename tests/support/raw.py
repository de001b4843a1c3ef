"""Sockets and requests without any manners: what a client should never send, and what it gets."""

import asyncio
import http.client
import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin, Subprotocol

from client.http import origin, socket_url
from client.wire import SUBPROTOCOL, Fact, decode, encode
from tests.support.running import House, an_address

PATIENCE = 10.0


class RawSocket:
    """One socket, and every frame that it got."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self.frames: list[bytes] = []

    async def sends(self, frame: bytes | str) -> None:
        """Send whatever this is."""
        await self._socket.send(frame)

    async def says(self, kind: str, **fields: object) -> None:
        """Send a command."""
        await self.sends(encode(kind, **fields))

    async def hears(self, kind: str) -> Fact:
        """Return the next fact of this kind; others on the way are passed over."""
        async with asyncio.timeout(PATIENCE):
            while True:
                frame = await self._socket.recv()
                assert isinstance(frame, bytes)
                self.frames.append(frame)
                fact = decode(frame)
                if fact.kind == kind:
                    return fact

    async def hears_or_closes(self, kind: str) -> Fact | None:
        """Return the next fact of this kind; None if the connection ended before it came."""
        try:
            return await self.hears(kind)
        except ConnectionClosed:
            return None

    async def closed(self) -> tuple[int, str]:
        """Wait until the server closes; return the code and the reason."""
        async with asyncio.timeout(PATIENCE):
            while True:
                try:
                    frame = await self._socket.recv()
                    assert isinstance(frame, bytes)
                    self.frames.append(frame)
                except ConnectionClosed as end:
                    assert end.rcvd is not None, "the connection broke without a word"
                    return end.rcvd.code, end.rcvd.reason

    async def goes(self) -> None:
        """Close in an orderly way."""
        await self._socket.close()

    @property
    def facts(self) -> list[Fact]:
        """All that was heard, in order."""
        return [decode(frame) for frame in self.frames]


@asynccontextmanager
async def raw_socket(
    url: str,
    path: str,
    *,
    page: str | None = "",
    cookie: str = "",
    subprotocol: str | None = SUBPROTOCOL,
    headers: Mapping[str, str] | None = None,
) -> AsyncGenerator[RawSocket]:
    """Open a socket. `page` is the origin it claims: empty for our own, None for none."""
    claimed = None if page is None else Origin(page or origin(url))
    more = {"X-Forwarded-For": an_address(), **(headers or {})}
    if cookie:
        more["Cookie"] = cookie
    async with connect(
        socket_url(url, path),
        origin=claimed,
        subprotocols=[Subprotocol(subprotocol)] if subprotocol else None,
        additional_headers=more,
        user_agent_header=None,
        compression=None,
        proxy=None,
        ping_interval=None,
        close_timeout=2,
        max_size=4 << 20,
    ) as socket:
        yield RawSocket(socket)


@asynccontextmanager
async def raw_seeker(
    url: str, opening: str = "", *, admission: str = ""
) -> AsyncGenerator[RawSocket]:
    """Open a seeker's socket and enter."""
    async with raw_socket(url, "/ws/seeker") as socket:
        await socket.says(
            "enter",
            admission=admission or await an_admission(url),
            language="en",
            topics=[],
            opening=opening,
        )
        yield socket


@asynccontextmanager
async def raw_staff(house: House, name: str) -> AsyncGenerator[RawSocket]:
    """Open a socket of staff and attend."""
    cookie = await house.header(name)
    async with raw_socket(house.url, "/ws/staff", cookie=cookie) as socket:
        await socket.says("attend", admission=await a_staff_admission(house.url, cookie))
        await socket.hears("attending")
        yield socket


@dataclass(frozen=True)
class Answer:
    """What came back over HTTP."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    fields: Mapping[str, object] = field(default_factory=dict)

    @property
    def error(self) -> object:
        """The id of what is wrong."""
        return self.fields.get("error")

    def text(self, name: str) -> str:
        """Return a text field."""
        value = self.fields[name]
        assert isinstance(value, str)
        return value


async def asks(
    url: str,
    path: str,
    body: Mapping[str, object] | bytes | None = None,
    *,
    page: str | None = "",
    cookie: str = "",
    address: str = "",
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """Send a request, a POST if there is a body, from a page of this origin (None: without)."""
    more = {"X-Forwarded-For": address or an_address(), **(headers or {})}
    if page is not None:
        more["Origin"] = page or origin(url)
    if cookie:
        more["Cookie"] = cookie
    content = json.dumps(body).encode() if isinstance(body, Mapping) else body
    return await asyncio.to_thread(_exchange, url, path, content, more)


def _exchange(url: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
    place = urlsplit(url)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=PATIENCE)
    try:
        connection.request("GET" if body is None else "POST", path, body, dict(headers))
        response = connection.getresponse()
        content = response.read()
    finally:
        connection.close()
    named = {name.lower(): value for name, value in response.getheaders()}
    is_json = named.get("content-type", "").startswith("application/json")
    return Answer(response.status, named, content, json.loads(content) if is_json else {})


async def an_admission(url: str) -> str:
    """Return an admission for a seeker."""
    return (await asks(url, "/api/enter", {})).text("admission")


async def a_staff_admission(url: str, cookie: str) -> str:
    """Return an admission for a socket of staff."""
    return (await asks(url, "/api/staff/admission", {}, cookie=cookie)).text("admission")
