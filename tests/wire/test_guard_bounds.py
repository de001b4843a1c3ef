"""What the guards bound in time and number, with short times and little behind them."""

import asyncio
import time
from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio
from starlette.types import Receive, Scope, Send

from config import limits
from tests.support.bare import BareServer, accept, bare_server, silent
from tests.support.plain import (
    BINARY,
    CONTINUATION,
    PING,
    Plain,
    frame,
    head,
    plain,
    plain_socket,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")

SHORT = 0.3
MIB = 1 << 20


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server() -> AsyncGenerator[BareServer]:
    """A server whose application accepts and says nothing."""
    async with bare_server(silent) as server:
        yield server


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Be less patient than in earnest."""
    for name in ("HEAD_SECONDS", "BODY_SECONDS", "STALLED_SECONDS"):
        monkeypatch.setattr(limits, name, SHORT)


# Requests


HALVES = {
    "nothing": b"",
    "half a request line": b"GET /heal",
    "half a head": b"GET / HTTP/1.1\r\nHost: here\r\nX-More: ",
    "empty lines": b"\r\n\r\n",
    "a head without its body": b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nhalf",
}


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize("name", HALVES)
async def test_who_sends_half_a_request_is_closed_in_time(server: BareServer, name: str) -> None:
    async with plain(server.url) as peer:
        peer.sends(HALVES[name])
        await peer.ended()
    assert not server.server_state.connections


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize("drop", [b"\r\n", b"X-More: y\r\n"])
async def test_who_sends_a_head_drop_by_drop_is_closed_in_time(
    server: BareServer, drop: bytes
) -> None:
    began = time.monotonic()
    async with plain(server.url) as peer:
        peer.sends(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        assert await peer.status() == 204
        peer.sends(b"GET / HTTP/1.1\r\n" if drop.startswith(b"X") else b"\r\n")
        await asyncio.gather(peer.ended(), _drips(peer, drop))
    assert time.monotonic() - began < 10 * SHORT


async def _drips(peer: Plain, drop: bytes) -> None:
    for _ in range(60):
        await asyncio.sleep(SHORT / 20)
        peer.sends(drop)


@pytest.mark.usefixtures("hurried")
async def test_who_takes_their_time_between_requests_is_not_closed(server: BareServer) -> None:
    async with plain(server.url) as peer:
        for _ in range(2):
            peer.sends(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            assert await peer.status() == 204
            await asyncio.sleep(2 * SHORT)


@pytest.mark.parametrize(
    ("request_head", "status"),
    [
        (b"GET / HTTP/1.1\r\nX: " + b"x" * 60_000, 431),
        (b"GET / HTTP/1.1\r\n" + b"X: x\r\n" * 10_000, 431),
        (b"GET /" + b"x" * 60_000, 431),
        (b"nonsense\r\n\r\n", 400),
        (b"GET / HTTP/9.9\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nbad header\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
    ],
)
async def test_a_head_that_is_too_long_or_none_is_refused(
    server: BareServer, request_head: bytes, status: int
) -> None:
    async with plain(server.url) as peer:
        peer.sends(request_head)
        assert await peer.status() == status
        await peer.ended()


async def test_a_head_as_long_as_a_browser_could_send_is_taken(server: BareServer) -> None:
    async with plain(server.url) as peer:
        more = b"".join(b"X-%d: %s\r\n" % (n, b"x" * 1000) for n in range(14))
        peer.sends(b"GET / HTTP/1.1\r\nHost: h\r\n" + more + b"\r\n")
        assert await peer.status() == 204


# Handshakes


@pytest.mark.parametrize(
    ("more", "status"),
    [
        (("X-Long: " + "x" * 9000,), 431),
        (tuple(f"X-{number}: x" for number in range(150)), 431),
        (("Sec-WebSocket-Key: twice",), 400),
    ],
)
async def test_a_handshake_that_is_refused_leaves_no_connection(
    server: BareServer, more: tuple[str, ...], status: int
) -> None:
    async with plain(server.url) as peer:
        peer.sends(head(server.url, "/", *more))
        assert await peer.status() == status
        await peer.ended()
    assert not server.server_state.connections


async def test_bad_frames_before_the_handshake_is_over_end_the_connection() -> None:
    asked = asyncio.Event()

    async def undecided(scope: Scope, receive: Receive, send: Send) -> None:
        asked.set()
        while (await receive())["type"] != "websocket.disconnect":
            pass

    async with bare_server(undecided) as server, plain(server.url) as peer:
        peer.sends(head(server.url, "/"))
        await asked.wait()
        peer.sends(frame(BINARY, b"", masked=False))
        await peer.ended()


async def test_newcomers_are_cut_when_there_are_too_many_connections(
    server: BareServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.guarded_http.most_connections", lambda: 1)
    async with plain_socket(server.url) as inside:
        async with plain(server.url) as newcomer:
            await newcomer.ended()
        inside.sends(frame(PING, b"still here"))
        assert (await inside.frame())[1] == b"still here"


# Sockets


@pytest.mark.parametrize(
    "flood",
    [
        frame(PING) * (limits.PINGS + 1),
        frame(BINARY, fin=False) + frame(CONTINUATION, fin=False) * limits.FRAGMENTS,
        frame(BINARY) * (2 * limits.QUEUED_FRAMES + limits.READ_AHEAD),
    ],
)
async def test_beyond_a_bound_the_connection_ends_at_once(flood: bytes) -> None:
    async def busy(scope: Scope, receive: Receive, send: Send) -> None:
        await accept(receive, send)
        await lost.wait()

    lost = asyncio.Event()
    async with bare_server(busy) as server, plain_socket(server.url) as peer:
        peer.sends(flood)
        await peer.ended()
        assert not server.server_state.connections
        lost.set()


async def test_frames_that_wait_are_read_as_soon_as_there_is_room() -> None:
    room, taken = asyncio.Event(), []

    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        await accept(receive, send)
        await room.wait()
        while "bytes" in (message := await receive()):
            taken.append(message["bytes"])
            if len(taken) == many:
                await send({"type": "websocket.close", "code": 1000})

    many = 6 * limits.READ_AHEAD
    async with bare_server(slow) as server, plain_socket(server.url) as peer:
        for number in range(many):
            peer.sends(frame(BINARY, b"%d" % number))
        room.set()
        assert (await peer.ending()).code == 1000
    assert taken == [b"%d" % number for number in range(many)]


async def _talkative(scope: Scope, receive: Receive, send: Send) -> None:
    """Send four megabytes to whoever comes, and be done."""
    if scope["type"] == "websocket":
        await accept(receive, send)
        await send({"type": "websocket.send", "bytes": bytes(4 * MIB)})
        return
    sized = [(b"content-length", b"%d" % (4 * MIB))]
    await send({"type": "http.response.start", "status": 200, "headers": sized})
    await send({"type": "http.response.body", "body": bytes(4 * MIB)})


@pytest.mark.usefixtures("hurried")
async def test_who_does_not_read_is_cut() -> None:
    async with (
        bare_server(_talkative) as server,
        plain(server.url, unread_bytes=2048) as one,
        plain(server.url, unread_bytes=2048) as other,
    ):
        one.sends(head(server.url, "/"))
        other.sends(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        await asyncio.sleep(8 * SHORT)  # all this while, nothing is read
        assert not server.server_state.connections


@pytest.mark.usefixtures("hurried")
async def test_who_reads_slowly_is_not_cut() -> None:
    async with bare_server(_talkative) as server, plain(server.url, unread_bytes=65536) as peer:
        peer.sends(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        assert await peer.status() == 200
        for _ in range(16):
            await asyncio.sleep(SHORT / 4)
            assert len(await peer.takes(MIB // 4)) == MIB // 4


async def test_a_stopping_server_does_not_wait_for_those_who_do_not_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "CLOSING_SECONDS", SHORT)

    begun = asyncio.Event()

    async def waiting(scope: Scope, receive: Receive, send: Send) -> None:
        await _talkative(scope, receive, send)
        begun.set()
        while (await receive())["type"] != "websocket.disconnect":
            pass

    async with bare_server(waiting) as server, plain(server.url, unread_bytes=2048) as peer:
        peer.sends(head(server.url, "/"))
        await begun.wait()
        async with asyncio.timeout(10 * SHORT):
            await server.stop()
