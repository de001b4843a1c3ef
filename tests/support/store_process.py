"""A store of its own, as an operator runs one for several servers: killed, filled up, restarted.

`appendfsync always`, as the embedded store: what it has answered is on the disk.
"""

import asyncio
import resource
import signal
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from store.embedded import find_binary
from tests.support.server import free_port

PATIENCE = 30.0
READY = b"Ready to accept connections"


class StoreProcess:
    """One Valkey on a port, with its files in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}"
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None

    async def start(self, tasks: asyncio.TaskGroup) -> None:
        """Start it, and wait until it answers."""
        self.folder.mkdir(exist_ok=True)
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder)]
        options += ["--appendonly", "yes", "--appendfsync", "always", "--save", ""]
        self._process = await asyncio.create_subprocess_exec(
            *(str(find_binary()), *options),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            restore_signals=False,  # a write beyond the limit then fails, as on a full disk
        )
        assert self._process.stdout
        async with asyncio.timeout(PATIENCE):
            while READY not in (line := await self._process.stdout.readline()):
                assert line, "the store ended before it was ready"
        self._reading = tasks.create_task(_drain(self._process), name="the store's words")

    async def kill(self) -> None:
        """Kill it as if the power had gone."""
        assert self._process
        with suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGKILL)
        await self._process.wait()

    def fill(self, room: int) -> None:
        """Let its disk be full once it has written so many more bytes."""
        assert self._process
        written = max(file.stat().st_size for file in self.folder.rglob("*.aof"))
        limit = (written + room, resource.RLIM_INFINITY)
        resource.prlimit(self._process.pid, resource.RLIMIT_FSIZE, limit)

    async def ends(self, seconds: float) -> bool:
        """Wait for its end; return whether it came."""
        assert self._process
        try:
            async with asyncio.timeout(seconds):
                await self._process.wait()
        except TimeoutError:
            return False
        return True

    async def stop(self) -> None:
        """End it."""
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
            if not await self.ends(PATIENCE):
                await self.kill()


async def _drain(process: asyncio.subprocess.Process) -> None:
    assert process.stdout
    while await process.stdout.read(65536):
        pass


@asynccontextmanager
async def store_process(folder: Path, tasks: asyncio.TaskGroup) -> AsyncGenerator[StoreProcess]:
    """Run a store for as long as the context lasts."""
    store = StoreProcess(folder)
    await store.start(tasks)
    try:
        yield store
    finally:
        await store.stop()
