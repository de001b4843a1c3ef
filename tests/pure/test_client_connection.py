"""The client's transport, against a stand-in server that drops it and forgets nothing."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import chain, repeat

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.typing import Subprotocol

from client import connection
from client.errors import Denied, Lost, Refused, TimedOut, Unreachable
from client.http import ask
from client.seeker import Seeker
from client.wire import SUBPROTOCOL, Fact, decode, encode

CODE = "calm-river-stone-seven"


class StandIn:
    """A server of one conversation: keeps a log, and does what it is told to spoil."""

    def __init__(self) -> None:
        self.log: list[tuple[str, str, str]] = []
        self.firsts: list[Fact] = []
        self.mishap: Callable[[Fact], bool] = lambda command: False
        self.close_with = 0
        self.skip: set[int] = set()
        self.sockets: set[ServerConnection] = set()
        self.url = ""

    async def serve(self, socket: ServerConnection) -> None:
        self.sockets.add(socket)
        first = decode(await socket.recv())
        self.firsts.append(first)
        await socket.send(self._resumed())
        for seq in range(first.number("since") + 1, len(self.log) + 1):
            await socket.send(self._said(seq))
        async for frame in socket:
            await self._answer(socket, decode(frame))

    async def says(self, text: str) -> None:
        self.log.append(("supporter", text, ""))
        if len(self.log) not in self.skip:
            for socket in self.sockets:
                await socket.send(self._said(len(self.log)))

    async def _answer(self, socket: ServerConnection, command: Fact) -> None:
        if command.kind == "leave":
            await socket.send(encode("refused", reason="not_now"))
        if command.kind != "say":
            return
        if command.text("text") == "abuse":
            await socket.send(encode("refused", reason="abusive", ref=command.text("ref")))
            return
        refs = [ref for _, _, ref in self.log]
        if command.text("ref") not in refs:
            self.log.append(("seeker", command.text("text"), command.text("ref")))
            refs.append(command.text("ref"))
        if self.mishap(command):
            self.sockets.discard(socket)
            await socket.close(self.close_with)
            return
        seq = refs.index(command.text("ref")) + 1
        await socket.send(encode("accepted", ref=command.text("ref"), seq=seq, at=1))

    def _resumed(self) -> bytes:
        return encode(
            "resumed",
            conversation="c1",
            phase="talking",
            name="Quiet River",
            last=len(self.log),
            token="t" * 40,
        )

    def _said(self, seq: int) -> bytes:
        by, text, ref = self.log[seq - 1]
        return encode("said", seq=seq, by=by, text=text, at=1, ref=ref or None)


@asynccontextmanager
async def stand_in() -> AsyncIterator[StandIn]:
    it = StandIn()
    async with serve(it.serve, "127.0.0.1", 0, subprotocols=[Subprotocol(SUBPROTOCOL)]) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        it.url = f"http://127.0.0.1:{port}"
        yield it


async def test_a_line_is_said_and_seen() -> None:
    async with stand_in() as server, Seeker(server.url, code=CODE) as seeker:
        assert await seeker.says("hello") == 1
        await server.says("hi")
        assert await seeker.sees("hi") == (2, "supporter", "hi")
        assert list(seeker.transcript) == [(1, "seeker", "hello"), (2, "supporter", "hi")]
        assert server.firsts[0].kind == "come_back"


async def test_a_line_whose_answer_was_lost_is_said_once() -> None:
    async with stand_in() as server, Seeker(server.url, code=CODE) as seeker:
        mishaps = iter([True, False])
        server.mishap = lambda command: next(mishaps)
        server.close_with = 4011
        assert await seeker.says("hello") == 1
        assert [text for _, text, _ in server.log] == ["hello"]
        assert list(seeker.transcript) == [(1, "seeker", "hello")]
        assert (server.firsts[1].kind, seeker.visits) == ("resume", 2)


async def test_what_was_missed_is_caught_up_after_a_broken_socket() -> None:
    async with stand_in() as server, Seeker(server.url, code=CODE) as seeker:
        await server.says("one")
        await seeker.sees("one")
        server.sockets.clear()
        seeker.drop()
        await server.says("two")
        await seeker.sees("two")
        assert server.firsts[1].number("since") == 1
        assert [line.text for line in seeker.transcript] == ["one", "two"]


async def test_a_hole_is_mended_by_coming_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "HOLE_SECONDS", 0.05)
    async with stand_in() as server, Seeker(server.url, code=CODE) as seeker:
        server.skip = {1}
        await server.says("one")
        await server.says("two")
        await seeker.sees("two")
        assert [line.text for line in seeker.transcript] == ["one", "two"]
        assert seeker.visits == 2


async def test_a_silent_server_is_left_and_found_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "PING_SECONDS", 0.05)
    monkeypatch.setattr(connection, "SILENT_SECONDS", 0.12)
    async with stand_in() as server, Seeker(server.url, code=CODE) as seeker:
        async for fact in seeker.events():
            if fact.kind == "resumed":
                break
        assert seeker.visits == 2


async def test_a_replaced_client_does_not_come_back() -> None:
    async with stand_in() as server, Seeker(server.url, code=CODE) as seeker:
        server.mishap, server.close_with = lambda command: True, 4008
        with pytest.raises(Lost) as lost:
            await seeker.says("hello")
        assert lost.value.code == 4008
        assert seeker.failure is lost.value


async def test_a_refusal_says_why() -> None:
    async with stand_in() as server, Seeker(server.url, code=CODE) as seeker:
        with pytest.raises(Refused) as refused:
            await seeker.says("abuse")
        assert refused.value.reason == "abusive"
        with pytest.raises(Refused) as refused:
            await seeker.leaves()
        assert refused.value.reason == "not_now"


async def test_what_does_not_come_times_out() -> None:
    async with stand_in() as server, Seeker(server.url, code=CODE) as seeker:
        with pytest.raises(TimedOut) as late:
            await seeker.sees("never", seconds=0.02)
        assert late.value.what == "said"
        assert "never" not in str(late.value)


async def test_a_server_that_is_not_there_is_unreachable() -> None:
    with pytest.raises(Unreachable):
        async with Seeker("http://127.0.0.1:9", code=CODE, patience=0.2):
            pass


@asynccontextmanager
async def http(answer: bytes) -> AsyncIterator[str]:
    async def reply(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(reply, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_an_answer_over_http_is_read_with_its_cookie() -> None:
    body = b'5\r\n{"a":\r\n5\r\n "b"}\r\n0\r\n\r\n'
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nSet-Cookie: k=v; Secure\r\n\r\n"
    async with http(head + body) as url:
        reply = await ask(url, "/api/enter", {})
    assert (reply.status, reply.text("a"), reply.cookie("k")) == (200, "b", "v")
    assert repr(reply) == "Reply(200)"


async def test_a_refusal_over_http_bears_the_servers_word() -> None:
    head = b"HTTP/1.1 429 Too Many Requests\r\nContent-Length: 20\r\n\r\n"
    async with http(head + b'{"error":"too_many"}') as url:
        with pytest.raises(Denied) as denied:
            await ask(url, "/api/enter", {})
    assert (denied.value.status, denied.value.reason) == (429, "too_many")


async def test_an_error_page_of_a_proxy_is_a_denial_too() -> None:
    async with http(b"HTTP/1.1 502 Bad Gateway\r\n\r\n<html>") as url:
        with pytest.raises(Denied) as denied:
            await ask(url, "/api/enter", {})
    assert denied.value.reason == "unknown"


async def test_a_client_replaced_by_its_own_late_attempt_comes_back_once() -> None:
    async with stand_in() as server, Seeker(server.url, code=CODE) as seeker:
        closes = chain([4011], repeat(4008))

        def close(_: Fact) -> bool:
            server.close_with = next(closes)
            return True

        server.mishap = close
        await seeker.says("back after a restart")
        await seeker.says("back after being replaced")
        with pytest.raises(Lost) as lost:
            await seeker.says("replaced again so soon")
        assert lost.value.code == 4008
        assert seeker.visits == 3
        assert [first.kind for first in server.firsts] == ["come_back", "resume", "resume"]
