"""Peers who mean to use the server up: what they get, and what it costs in memory."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio

from client.wire import encode
from config import limits
from tests.support.plain import (
    BINARY,
    CLOSE,
    CONTINUATION,
    PING,
    PONG,
    TEXT,
    frame,
    head,
    plain,
    plain_socket,
    resident,
)
from tests.support.raw import an_admission, raw_seeker
from tests.support.server import ServerProcess, server_process

pytestmark = pytest.mark.asyncio(loop_scope="module")

MIB = 1 << 20
measured = pytest.mark.skipif(
    not Path("/proc/self/statm").exists(), reason="memory is measured on Linux"
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[ServerProcess]:
    """A server in a process of its own, so that its memory can be measured."""
    folder = tmp_path_factory.mktemp("guarded") / "data"
    settings = {"WEB_TRUSTED_PROXIES": "127.0.0.1", "LOG_LEVEL": "debug"}
    environment = {f"BENCHSIDE_{name}": value for name, value in settings.items()}
    async with server_process(folder, **environment) as server:
        async with raw_seeker(server.url, "hello") as seeker:
            await seeker.hears("entered")
        yield server


async def _growth(server: ServerProcess, attack: Callable[[], Awaitable[None]]) -> int:
    """Return by how many bytes the server's memory grew, at most, while it was attacked."""
    before = most = resident(server.pid)
    task = asyncio.ensure_future(attack())
    while not task.done():
        await asyncio.wait({task}, timeout=0.02)
        most = max(most, resident(server.pid))
    await task
    print(f"the server grew by {(most - before) / MIB:.2f} MiB")
    return most - before


@measured
@pytest.mark.parametrize("kind", [PING, PONG])
async def test_a_flood_of_pings_that_reads_no_answer_is_cut_and_costs_nothing(
    server: ServerProcess, kind: int
) -> None:
    taken: list[int] = []

    async def attack() -> None:
        async with plain_socket(server.url, unread_bytes=2048) as peer:
            taken.append(await peer.floods(frame(kind, b"x" * 125) * 512, 1000))

    assert await _growth(server, attack) < 4 * MIB
    assert taken[0] < 16 * MIB  # of 67


@measured
async def test_tiny_frames_from_twenty_peers_cost_little(server: ServerProcess) -> None:
    tiny = frame(BINARY, b"") * 20_000

    async def attack() -> None:
        async with AsyncExitStack() as stack:
            peers = [await stack.enter_async_context(plain_socket(server.url)) for _ in range(20)]
            await asyncio.gather(*(peer.floods(tiny, 40) for peer in peers))

    assert await _growth(server, attack) < 16 * MIB


@measured
@pytest.mark.parametrize("size", [0, 1])
async def test_a_message_in_endless_fragments_is_cut(server: ServerProcess, size: int) -> None:
    pieces = frame(CONTINUATION, b"x" * size, fin=False) * 10_000
    taken: list[int] = []

    async def attack() -> None:
        async with plain_socket(server.url) as peer:
            peer.sends(frame(BINARY, b"", fin=False))
            taken.append(await peer.floods(pieces, 400))

    assert await _growth(server, attack) < 4 * MIB
    assert taken[0] < 16 * MIB  # of 24 or 28


@measured
async def test_requests_sent_ahead_without_reading_cost_little(server: ServerProcess) -> None:
    ahead = b"GET /static/vendor/vendor.js HTTP/1.1\r\nHost: h\r\n\r\n" * 5000

    async def attack() -> None:
        async with AsyncExitStack() as stack:
            opened = [plain(server.url, unread_bytes=2048) for _ in range(20)]
            peers = [await stack.enter_async_context(one) for one in opened]
            await asyncio.gather(*(peer.floods(ahead, 1) for peer in peers))
            await asyncio.gather(*(peer.ended() for peer in peers))

    assert await _growth(server, attack) < 16 * MIB


async def test_a_message_in_as_many_fragments_as_allowed_is_taken(server: ServerProcess) -> None:
    message = encode("enter", admission=await an_admission(server.url), language="en")
    async with plain_socket(server.url) as peer:
        peer.sends(frame(BINARY, message, fin=False))
        peer.sends(frame(CONTINUATION, b"", fin=False) * (limits.FRAGMENTS - 2))
        peer.sends(frame(CONTINUATION, b""))
        opcode, payload = await peer.frame()
        assert opcode == BINARY
        assert b"entered" in payload


async def test_pings_are_answered(server: ServerProcess) -> None:
    async with plain_socket(server.url) as peer:
        peer.sends(frame(PING, b"here?"))
        assert await peer.frame() == (PONG, b"here?")


async def test_no_address_path_or_frame_is_logged_even_by_debug(server: ServerProcess) -> None:
    """After all that was done to it above, and some more."""
    for sent in (b"nonsense /marked\r\n\r\n", head(server.url, "/marked", "X-Bad\x01: x")):
        async with plain(server.url) as peer:
            peer.sends(sent)
            await peer.ended()
    unknown = encode("say", ref="r", text="marked", marked="marked")
    payloads = {TEXT: b"\xff marked", PING: b"marked", BINARY: unknown, PONG: b"marked"}
    for sent in (frame(opcode, payload) for opcode, payload in payloads.items()):
        async with plain_socket(server.url, "/ws/seeker?marked") as peer:
            peer.sends(sent + frame(CLOSE, b"\x03\xe8marked"))
            await peer.ended()
    written = server.errors.read_text("utf-8")
    assert "a socket is closed" in written
    for never in ("127.0.0.1", "198.18.", "/ws/", "marked", "6d 61 72 6b"):
        assert never not in written
