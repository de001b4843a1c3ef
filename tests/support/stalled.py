"""Peers who open a socket, ask for much, and never read: a phone in a tunnel, or worse."""

import asyncio
import socket
from collections.abc import Generator
from contextlib import contextmanager
from urllib.parse import urlsplit

from websockets.client import ClientProtocol
from websockets.typing import Origin, Subprotocol
from websockets.uri import parse_uri

from chat.entry import line
from chat.log import SEEKER
from client.http import origin, socket_url
from client.seeker import Seeker
from client.wire import SUBPROTOCOL, encode
from config.ids import Ref
from safety.verdict import NOTHING
from tests.support.running import House, id_of

PATIENCE = 10.0
LONG_LOG = 1300
"""Lines of 4,000 letters."""
ROOM = 4096
"""Bytes that the kernel may keep for one of these; beyond, the server keeps what is unsent."""


class Stalled:
    """One connection. It reads the answer to its handshake and nothing more."""

    def __init__(self, raw: socket.socket) -> None:
        self.raw = raw
        self._wire: ClientProtocol | None = None

    def shakes_hands(self, url: str, path: str, *, cookie: str = "") -> None:
        """Complete the handshake. Blocks."""
        wire = ClientProtocol(
            parse_uri(socket_url(url, path)),
            origin=Origin(origin(url)),
            subprotocols=[Subprotocol(SUBPROTOCOL)],
        )
        request = wire.connect()
        if cookie:
            request.headers["Cookie"] = cookie
        wire.send_request(request)
        self._send(wire)
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += self.raw.recv(1)
        wire.receive_data(answer)
        assert wire.handshake_exc is None, wire.handshake_exc
        self._wire = wire

    def says(self, kind: str, **fields: object) -> None:
        """Send a command. Blocks."""
        assert self._wire
        self._wire.send_binary(encode(kind, **fields))
        self._send(self._wire)

    def _send(self, wire: ClientProtocol) -> None:
        for data in wire.data_to_send():
            self.raw.sendall(data)


@contextmanager
def stalled(url: str) -> Generator[Stalled]:
    """Connect, with as little room for what is not read as the kernel allows."""
    place = urlsplit(url)
    with socket.socket() as raw:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, ROOM)
        raw.settimeout(PATIENCE)
        raw.connect((place.hostname, place.port))
        yield Stalled(raw)


async def watches(peer: Stalled, url: str, *, cookie: str, admission: str, id_: str) -> None:
    """Come as a supervisor and read along in a conversation, but don't read."""
    await asyncio.to_thread(peer.shakes_hands, url, "/ws/staff", cookie=cookie)
    peer.says("attend", admission=admission)
    peer.says("watch", conversation=id_)


async def writes_much(house: House, seeker: Seeker) -> None:
    """Write more than outbox, transport and kernel hold for one reader."""
    async with asyncio.TaskGroup() as tasks:
        for number in range(LONG_LOG):
            entry = line(
                by="seeker",
                text="a" * 4000,
                ref=Ref(f"much-{number}"),
                at=house.now(),
                verdict=NOTHING,
            )
            tasks.create_task(house.parts.log.append(id_of(seeker), SEEKER, entry), name="line")
