"""A server in a process of its own, which tests may kill."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

PATIENCE = 60.0
READY = b"Benchside is ready"


class ServerProcess:
    """`benchside serve` with an embedded store in a folder, always at the same address."""

    def __init__(self, folder: Path, *, program: str = "web", **settings: str) -> None:
        self.folder = folder
        self._program = program
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.errors = folder.parent / "errors"
        """All that it wrote to standard error."""
        self._settings = settings
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start it, and wait until it says that it is ready."""
        environment = {
            **os.environ,
            "BENCHSIDE_STORE_FOLDER": str(self.folder),
            "BENCHSIDE_WEB_PORT": str(self.port),
            **self._settings,
        }
        with self.errors.open("ab") as errors:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", self._program, "serve"),
                stdout=asyncio.subprocess.PIPE,
                stderr=None if os.environ.get("SHOW") else errors,
                env=environment,
            )
        assert self._process.stdout
        async with asyncio.timeout(PATIENCE):
            async for line in self._process.stdout:
                if READY in line:
                    return
        raise AssertionError("the server ended before it was ready")

    async def greeting(self) -> str:
        """Return what it printed after it was ready, once it has stopped."""
        assert self._process
        assert self._process.stdout
        return (await self._process.stdout.read()).decode()

    @property
    def pid(self) -> int:
        """The process."""
        assert self._process
        return self._process.pid

    async def kill(self) -> None:
        """Kill the server as if the power had gone, but not its store."""
        assert self._process
        self._process.kill()
        await self._process.wait()

    def pause(self) -> None:
        """Let it do nothing at all, as a machine that is out of breath."""
        assert self._process
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let a paused server go on, if it still lives."""
        assert self._process
        with suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGCONT)

    def kill_store(self) -> None:
        """Kill the store as if its power had gone."""
        with suppress(ProcessLookupError, FileNotFoundError):
            os.kill(int((self.folder / "store.pid").read_text()), signal.SIGKILL)

    async def stop(self) -> int:
        """Stop it as an operator does; return its exit code."""
        assert self._process
        with suppress(ProcessLookupError):
            self._process.terminate()
        async with asyncio.timeout(PATIENCE):
            return await self._process.wait()


@asynccontextmanager
async def server_process(folder: Path, **settings: str) -> AsyncGenerator[ServerProcess]:
    """Run a server in its own process for as long as the context lasts."""
    server = ServerProcess(folder, **settings)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()
        server.kill_store()


def free_port() -> int:
    """Return a port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
