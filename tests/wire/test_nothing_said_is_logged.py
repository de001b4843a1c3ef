"""Promise 9: nothing said is logged, and no address, token, passphrase or user agent is kept.

A server in its own process lives through a whole conversation, bad input and a dying store, with
words that stand nowhere else. Then its log, its metrics and its data folder are searched.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from client.wire import encode
from config.ids import ConversationId
from store.client import connect
from store.embedded import embedded
from tests.support.people import PASSPHRASE, employ
from tests.support.raw import Answer, RawSocket, an_admission, asks, raw_seeker, raw_socket
from tests.support.running import House, running_house
from tests.support.server import ServerProcess, server_process
from web.guarding import COOKIE
from web.logs import JsonFormatter, TextFormatter

SAID = "zanzibar"
"""In everything that anybody says or writes."""
NEVER = "quetzalcoatl"
"""In what must not be kept at all: contacts, agents, wrong passphrases, bad frames."""
ADDRESS = "203.0.113.77"
AGENT = f"Mozilla/5.0 ({NEVER} 7)"
CRISIS = f"I want to end my life tonight {SAID}"


@dataclass
class Secrets:
    """What was said, and what was given to people, in the course of the test."""

    tokens: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    metrics: str = ""


async def test_a_whole_conversation_leaves_no_word_where_it_should_not(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    async with embedded(folder) as url, connect(url) as store:
        await employ(store, "amina")
    secrets = Secrets()
    more = {"BENCHSIDE_LOG_LEVEL": "debug", "BENCHSIDE_WEB_TRUSTED_PROXIES": "127.0.0.1"}
    async with server_process(folder, **more) as server:
        await _live(server, secrets)
        await _misbehave(server, secrets)
        secrets.metrics = (await asks(server.url, "/metrics")).body.decode()
        await _lose_the_store(server)
    log = server.errors.read_text("utf-8")
    assert "a socket is closed" in log, "the log is being read"
    given = [*secrets.tokens, PASSPHRASE, ADDRESS, "127.0.0.1", AGENT, NEVER]
    for place in (log, secrets.metrics):
        for secret in (SAID, *given, *secrets.ids):
            assert secret not in place
    disk = b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())
    assert b"amina" in disk, "the disk is being read"
    for secret in given:
        assert secret.encode() not in disk


async def _live(server: ServerProcess, secrets: Secrets) -> None:
    """A whole conversation, with contacts in it, a note, a call for help and a return code."""
    async with _staff(server, secrets, "amina") as amina, _staff(server, secrets, "grace") as grace:
        await grace.says("board")
        await amina.says("availability", state="available")
        async with _entered(server, secrets) as seeker:
            conversation = await _meets(amina, secrets)
            await seeker.says("say", ref=f"r-{SAID}", text=CRISIS)
            await seeker.hears("helped")
            await seeker.says("say", ref="2", text=f"{SAID} write to {NEVER}@example.org")
            await seeker.hears("accepted")
            raised = (await grace.hears("escalated")).row("escalation").text("id")
            await _write(amina, conversation)
            await grace.says("acknowledge", escalation=raised)
            await grace.says("join", conversation=conversation)
            await grace.hears("opened")
            await grace.says("say", conversation=conversation, ref="g", text=f"hello {SAID}")
            await grace.hears("accepted")
            await grace.says("resolve", escalation=raised, outcome="referred", note=SAID)
            await grace.hears("resolved")
            await seeker.says("request_code")
            secrets.tokens.append((await seeker.hears("code_given")).text("code"))
            await seeker.says("leave", reason="done")
            await seeker.hears("ended")
            await seeker.says("feedback", mood=3, helped="no")
            await seeker.hears("thanked")


async def _write(amina: RawSocket, conversation: str) -> None:
    await amina.says("say", conversation=conversation, ref="a", text=f"I hear you {SAID}")
    await amina.hears("accepted")
    await amina.says("note", conversation=conversation, ref="n", text=f"a note {SAID}")
    await amina.hears("accepted")
    await amina.says("ask_help", conversation=conversation, reason="crisis")
    await amina.hears("help_asked")


async def _misbehave(server: ServerProcess, secrets: Secrets) -> None:
    """Everything that is refused, with words in it."""
    too_long = encode("say", ref="r", text=NEVER * 400)
    bad: list[bytes | str] = [encode(f"say_{NEVER}"), b"\xc1" + NEVER.encode(), NEVER, too_long]
    bad += [encode("say", ref="r", text=SAID, extra=NEVER), encode("say", ref=[NEVER], text=SAID)]
    bad += [encode("say", ref="r", text=NEVER * 2000), encode("enter", language=NEVER)]
    for frame in bad:
        async with _entered(server, secrets) as seeker:
            await seeker.sends(frame)
            await seeker.closed()
    async with _socket(server, "/ws/seeker") as socket:
        await socket.says("resume", token=f"{NEVER}.{NEVER}{NEVER}")
        await socket.closed()
    bodies = ({"name": NEVER, "password": SAID}, {"name": SAID, "password": NEVER}, b"{" + b"x")
    for body in bodies:
        assert (await _asks(server, "/api/staff/login", body)).status in (400, 401)
    for path in (f"/{NEVER}", f"/?{NEVER}", f"/static/{NEVER}", f"/api/roster/{NEVER}/reset"):
        await _asks(server, path)


async def _lose_the_store(server: ServerProcess) -> None:
    """Say something while the store dies; the socket closes, and the log tells of it."""
    async with raw_seeker(server.url, f"opening {SAID}") as seeker:
        await seeker.hears("entered")
        server.kill_store()
        for number in range(3):
            await seeker.says("say", ref=str(number), text=f"{SAID} {number}")
        await asyncio.wait({asyncio.ensure_future(_ends(seeker))}, timeout=20)


async def _ends(seeker: RawSocket) -> None:
    """Return when it was closed, or when all was accepted by a store that has come back."""
    for _ in range(3):
        if (await seeker.hears_or_closes("accepted")) is None:
            return


async def _meets(amina: RawSocket, secrets: Secrets) -> str:
    offer = (await amina.hears("offered")).text("offer")
    await amina.says("accept", offer=offer)
    conversation = (await amina.hears("opened")).text("conversation")
    secrets.ids += [offer, conversation]
    return conversation


@asynccontextmanager
async def _socket(server: ServerProcess, path: str, cookie: str = "") -> AsyncGenerator[RawSocket]:
    headers = {"User-Agent": AGENT, "X-Forwarded-For": ADDRESS}
    async with raw_socket(server.url, path, cookie=cookie, headers=headers) as socket:
        yield socket


@asynccontextmanager
async def _entered(server: ServerProcess, secrets: Secrets) -> AsyncGenerator[RawSocket]:
    async with _socket(server, "/ws/seeker") as socket:
        admission = await an_admission(server.url)
        opening = f"opening {SAID}, call me: {NEVER}@example.org"
        await socket.says("enter", admission=admission, language="en", opening=opening)
        secrets.tokens += [admission, (await socket.hears("entered")).text("token")]
        yield socket


@asynccontextmanager
async def _staff(server: ServerProcess, secrets: Secrets, name: str) -> AsyncGenerator[RawSocket]:
    begun = await _asks(server, "/api/staff/login", {"name": name, "password": PASSPHRASE})
    token = begun.headers["set-cookie"].partition("=")[2].partition(";")[0]
    cookie = f"{COOKIE}={token}"
    admission = (await _asks(server, "/api/staff/admission", {}, cookie)).text("admission")
    secrets.tokens += [token, admission]
    secrets.ids.append(begun.text("account"))
    async with _socket(server, "/ws/staff", cookie) as socket:
        await socket.says("attend", admission=admission)
        await socket.hears("attending")
        yield socket


async def _asks(
    server: ServerProcess,
    path: str,
    body: dict[str, str] | bytes | None = None,
    cookie: str = "",
) -> Answer:
    agent = {"User-Agent": AGENT}
    return await asks(server.url, path, body, cookie=cookie, address=ADDRESS, headers=agent)


async def test_a_fault_is_logged_with_its_place_and_without_what_was_read(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with running_house(tmp_path) as house, raw_seeker(house.url, SAID) as seeker:
        id_ = (await seeker.hears("entered")).text("conversation")
        await _spoil(house, ConversationId(id_))
        await seeker.says("leave", reason="done")
        assert await seeker.closed() == (4013, "fault")
    faults = [record for record in caplog.records if record.exc_info]
    assert len(faults) == 1
    for formatter in (JsonFormatter(), TextFormatter()):
        written = formatter.format(faults[0])
        assert "ValueError in" in written
        assert SAID not in written
    assert all(record.levelno >= logging.WARNING for record in faults)


async def _spoil(house: House, id_: ConversationId) -> None:
    """Write words where a number should be, so that reading them fails with them in the error."""
    async with house.store() as store:
        await store.hset(f"{{c:{id_}}}:meta", "revision", SAID)
