"""The journal is rewritten when it is asked for; a store that does not let it be is named."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from store.client import Store, connect
from store.embedded import embedded
from store.replies import as_facts

PATIENCE = 20.0
SECRET = b"zanzibar" * 20


@pytest.fixture
async def url(tmp_path: Path) -> AsyncGenerator[str]:
    """A store with a journal, of this test alone."""
    async with embedded(tmp_path) as url:
        yield url


async def test_what_was_deleted_is_gone_from_the_disk_soon_after_it_is_wanted(
    url: str, tmp_path: Path
) -> None:
    async with connect(url) as store:
        await store.call("SET", "{x}", SECRET)
        await store.call("DEL", "{x}")
        assert SECRET in _disk(tmp_path), "the disk is being read"
        store.journal.want()
        async with asyncio.timeout(PATIENCE):
            while SECRET in _disk(tmp_path):  # noqa: ASYNC110
                await asyncio.sleep(0.02)


async def test_one_that_is_under_way_is_followed_by_another(url: str, tmp_path: Path) -> None:
    async with connect(url) as store:
        await store.call("CONFIG", "SET", "rdb-key-save-delay", 100_000)
        await store.call("SET", "{x}", SECRET)
        await store.call("BGREWRITEAOF")
        await store.call("DEL", "{x}")
        store.journal.want()
        async with asyncio.timeout(PATIENCE):
            while SECRET in _disk(tmp_path) or await _rewriting(store):  # noqa: ASYNC110
                await asyncio.sleep(0.02)


async def test_a_store_that_does_not_let_it_be_rewritten_is_named_once(
    url: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with connect(url) as store:
        rights = ("ACL", "SETUSER", "default", "-bgrewriteaof")
        await store.call(*rights)
        for _ in range(2):
            assert await store.journal.rewrite() > 1
    told = [one for one in caplog.messages if "allow BGREWRITEAOF" in one]
    assert len(told) == 1


async def _rewriting(store: Store) -> bool:
    facts = as_facts(await store.call("INFO", "persistence"))
    return facts["aof_rewrite_in_progress"] == "1"


def _disk(folder: Path) -> bytes:
    found: list[bytes] = []
    for file in (folder / "appendonlydir").iterdir():
        try:
            found.append(file.read_bytes())
        except FileNotFoundError:
            continue  # the store has just deleted an old part
    return b"".join(found)
