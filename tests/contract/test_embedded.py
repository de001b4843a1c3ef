"""The embedded store: locked, clean in its end, and mended after a crash."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from store.client import connect
from store.embedded import embedded, socket_path
from store.errors import FolderInUse

CRASH = """
import asyncio, os, pathlib, signal, sys
from store.client import connect
from store.embedded import embedded

async def main(folder):
    async with embedded(folder) as url, connect(url) as store:
        await store.call("SET", "kept", "1")
        if len(sys.argv) > 2:
            (folder / "store.pid").unlink()
        os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main(pathlib.Path(sys.argv[1])))
"""


async def crash(*arguments: str) -> None:
    """Run a server's store in a process that is killed, so that the store is left behind."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", CRASH, *arguments)
    assert await process.wait() == -signal.SIGKILL


async def test_what_was_written_is_there_after_a_clean_stop(tmp_path: Path) -> None:
    async with embedded(tmp_path) as url, connect(url) as store:
        await store.call("SET", "kept", "1")
    assert not (tmp_path / "store.pid").exists()
    async with embedded(tmp_path) as url, connect(url) as store:
        assert await store.call("GET", "kept") == b"1"


async def test_a_folder_in_use_is_refused_by_name(tmp_path: Path) -> None:
    async with embedded(tmp_path):
        with pytest.raises(FolderInUse, match=str(tmp_path)):
            async with embedded(tmp_path):
                pass


@pytest.mark.parametrize("unwritten", [(), ("unwritten",)])
async def test_an_orphan_is_stopped_before_another_store_starts(
    tmp_path: Path, unwritten: tuple[str, ...]
) -> None:
    await crash(str(tmp_path), *unwritten)
    async with embedded(tmp_path) as url, connect(url) as store:
        assert await store.call("GET", "kept") == b"1"
        info = await store.info()
        assert int((tmp_path / "store.pid").read_text()) == int(info["process_id"])


async def test_a_store_that_dies_is_started_again_and_knows_everything(tmp_path: Path) -> None:
    async with embedded(tmp_path) as url:
        async with connect(url) as store:
            await store.call("SET", "kept", "1")
        first = (tmp_path / "store.pid").read_text()
        os.kill(int(first), signal.SIGKILL)
        async with asyncio.timeout(20):
            while (tmp_path / "store.pid").read_text() == first or not _answers(url):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        async with connect(url) as store:
            assert await store.call("GET", "kept") == b"1"


async def test_a_long_folder_name_still_gets_a_socket(tmp_path: Path) -> None:
    folder = tmp_path / ("a" * 120)
    assert len(os.fsencode(socket_path(folder))) < 108
    async with embedded(folder) as url, connect(url) as store:
        assert await store.call("PING") in (True, b"PONG")


def _answers(url: str) -> bool:
    return Path(url.removeprefix("unix://")).exists()
