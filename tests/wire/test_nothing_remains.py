"""What is kept is sealed, and what is erased or over is gone from the disk as well.

Whole conversations with words that stand nowhere else go through real sockets to a store with a
journal; then every file is searched, as somebody with a copy of the disk would: for the words,
and for whatever the keys of the days still open.
"""

import asyncio
import logging
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from redis.asyncio import Redis

from chat.cases_redis import RedisCaseTexts
from chat.log_streams import rows_of
from chat.sealing import Day, Unsealable, Wrapped, unwrap
from client.seeker import Seeker
from config.ids import AccountId, ConversationId
from config.settings import Service, Settings
from safety.escalation import Person
from safety.holds import Proposal
from store.client import connect
from store.embedded import socket_path
from store.replies import as_bytes
from tests.support.raw import asks
from tests.support.running import Guests, House, id_of, running_house

WORD = "zanzibar"
CRISIS = f"I want to end my life tonight {WORD}"
WRAPPED_BYTES = 60
PATIENCE = 20.0
GRACE, HENRY = Person(AccountId("grace"), "Grace"), Person(AccountId("henry"), "Henry")


@dataclass(frozen=True)
class Found:
    """What the store holds of one conversation, as bytes on a disk may be."""

    id: ConversationId
    wrapped: bytes
    pieces: tuple[bytes, ...]
    """Of each envelope the nonce and the first of its ciphertext."""


async def test_nothing_said_is_on_the_disk_in_the_clear_and_nothing_erased_at_all(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "benchside")
    async with running_house(tmp_path) as house:
        guests = Guests(house)
        async with guests.stack:
            seeker = await _a_whole_conversation(house, guests)
            kept = await _found(house, id_of(seeker))
            metrics = (await asks(house.url, "/metrics")).body
            for rewritten in (False, True):
                if rewritten:
                    await _rewritten(house)
                disk = _disk(tmp_path)
                assert b"amina" in disk, "the disk is being read"
                assert _opened(tmp_path, kept.id) == {kept.wrapped}, "the search finds keys"
                assert all(piece in disk for piece in kept.pieces), "the search finds entries"
                for place in (disk, metrics, caplog.text.encode()):
                    assert WORD.encode() not in place.lower()
            await seeker.erases()
            await _until_gone(tmp_path, kept)
    _nothing_of(kept, tmp_path)
    assert WORD not in caplog.text


async def test_nothing_is_left_once_retention_is_over(tmp_path: Path) -> None:
    async with running_house(tmp_path) as house:
        guests = Guests(house)
        async with guests.stack:
            seeker = await _a_whole_conversation(house, guests)
            kept = await _found(house, id_of(seeker))
            await seeker.leaves()
            await seeker.gives_feedback(mood=2, helped="yes")
            async with house.store() as store:
                for key in await _keys(store, kept.id):
                    assert 0 < await store.ttl(key) <= 24 * 3600
                    await store.pexpireat(key, 1)  # as if its time had come
                assert await _keys(store, kept.id) == []
            await _rewritten(house)
    _nothing_of(kept, tmp_path)


async def test_nothing_is_left_of_a_case_that_was_held_and_released(tmp_path: Path) -> None:
    async with running_house(tmp_path) as house:
        guests = Guests(house)
        async with guests.stack:
            seeker = await _a_whole_conversation(house, guests)
            kept = await _found(house, id_of(seeker))
            asked = Proposal(by=GRACE, at=house.parts.now(), reason="danger", days=1)
            await house.app.house.holding.propose(kept.id, asked)
            await house.app.house.holding.confirm(kept.id, HENRY)
            copies = await _copies(house, kept.id)
            assert len(copies) >= 7
            await seeker.erases()
            await _rewritten(house)
            disk = _disk(tmp_path)
            assert all(copy in disk for copy in copies), "the search finds copies"
            assert WORD.encode() not in disk.lower()
            key = tmp_path / "keys" / f"case-{kept.id}.key"
            assert key.exists()
            await house.app.house.holding.release(kept.id, HENRY)
            assert not key.exists()
            await _until_gone(tmp_path, kept)
            await _rewritten(house)
    _nothing_of(kept, tmp_path)
    assert not [copy for copy in copies if copy in _disk(tmp_path)]


async def test_without_retention_it_is_kept_for_a_minute_and_feedback_still_counts(
    tmp_path: Path,
) -> None:
    at_the_end = Settings(service=Service(retention_hours=0))
    async with running_house(tmp_path, at_the_end) as house:
        guests = Guests(house)
        async with guests.stack:
            seeker, conversation, _ = await guests.pair()
            await seeker.says(f"the last words {WORD}")
            await seeker.leaves()
            await conversation.ended()
            assert conversation.transcript
            async with house.store() as store:
                keys = await _keys(store, id_of(seeker))
                assert keys
                for key in keys:
                    assert 0 < await store.ttl(key) <= 60
                    await store.pexpireat(key, 1)  # as if its time had come
            assert await house.parts.log.find(id_of(seeker)) is None
            await seeker.gives_feedback(mood=4, helped="yes")
            metrics = (await asks(house.url, "/metrics")).body.decode()
            assert re.search(r'feedback.*"yes".* 1', metrics)


async def _a_whole_conversation(house: House, guests: Guests) -> Seeker:
    """Opening words, lines, a note, a whisper, a report, a call for help and its resolution."""
    supervisor, supporter = await guests.supervisor(), await guests.supporter()
    seeker = await guests.seeker(f"opening {WORD}")
    conversation = await supporter.takes()
    await seeker.says(CRISIS, ref=f"ref-{WORD}")
    raised = (await supervisor.hears("escalated")).row("escalation").text("id")
    await conversation.says(f"I hear you {WORD}")
    await conversation.notes(f"a note {WORD}")
    await (await supervisor.watches(conversation.id)).whispers(f"a whisper {WORD}")
    await seeker.reports("unkind")
    await supervisor.acknowledges(raised)
    await supervisor.resolves(raised, "referred", f"how it ended {WORD}")
    return seeker


async def _found(house: House, id_: ConversationId) -> Found:
    """Look past the server at what the store holds."""
    async with connect(f"unix://{socket_path(house.folder)}") as opened:
        wrapped = as_bytes(await opened.call("HGET", f"{{c:{id_}}}:meta", "key"))
        rows = [
            row
            for name in ("log", "staff")
            for row in rows_of(await opened.call("XRANGE", f"{{c:{id_}}}:{name}", "-", "+"))
        ]
    assert len(wrapped) == WRAPPED_BYTES
    assert len(rows) >= 7, "lines, who came, notes"
    pieces = [piece for _, one in rows for piece in (one[1:13], one[29:45])]
    return Found(id_, wrapped, tuple(pieces))


async def _copies(house: House, id_: ConversationId) -> list[bytes]:
    """Return the first bytes of the ciphertexts of a held case."""
    texts = RedisCaseTexts(house.app.store)
    return [
        envelope[1:45] for which in ("log", "staff") for _, envelope in await texts.read(id_, which)
    ]


async def _keys(store: Redis, id_: ConversationId) -> list[bytes]:
    return [key async for key in store.scan_iter(match=f"*{id_}*") if key.startswith(b"{c:")]


async def _rewritten(house: House) -> None:
    """Have the journal rewritten, as each hour, and wait until it is."""
    async with house.store() as store:
        await _until_idle(store)  # the server may have asked for one itself
        await store.bgrewriteaof()
        await _until_idle(store)


def _disk(folder: Path) -> bytes:
    """Return all that stands in the files of the store and the server, one after another."""
    return b"\0".join(_files(folder / "data"))


def _files(folder: Path) -> list[bytes]:
    found: list[bytes] = []
    for file in folder.rglob("*"):
        try:
            if file.is_file():
                found.append(file.read_bytes())
        except FileNotFoundError:
            continue  # the store has just deleted an old part of its journal
    return found


def _opened(folder: Path, id_: ConversationId) -> set[bytes]:
    """Try every stretch of bytes on the disk with every key; return what opens as a key."""
    secrets = {Day(file.stem): file.read_bytes() for file in (folder / "keys").glob("2*.key")}
    assert secrets, "the keys are at hand"
    disk, opened = _disk(folder), set[bytes]()
    for start in range(len(disk) - WRAPPED_BYTES + 1):
        stretch = disk[start : start + WRAPPED_BYTES]
        for day, secret in secrets.items():
            try:
                unwrap(secret, Wrapped(day, stretch), id_)
            except Unsealable:
                continue
            opened.add(stretch)
    return opened


def _nothing_of(kept: Found, folder: Path) -> None:
    disk = _disk(folder)
    assert b"amina" in disk, "the disk is being read"
    assert WORD.encode() not in disk.lower()
    assert _opened(folder, kept.id) == set()
    assert not [piece for piece in (kept.wrapped, *kept.pieces) if piece in disk]


async def _until_gone(folder: Path, kept: Found) -> None:
    """Wait until the store has rewritten its journal, which the server has asked it to do."""
    async with asyncio.timeout(PATIENCE):
        while kept.wrapped in _disk(folder):  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def _until_idle(store: Redis) -> None:
    async with asyncio.timeout(PATIENCE):
        while True:
            said = await store.info("persistence")
            if not (said["aof_rewrite_in_progress"] or said["aof_rewrite_scheduled"]):
                return
            await asyncio.sleep(0.02)
