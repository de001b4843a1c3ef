"""A server of its own for a run: a real `benchside serve` process with its embedded store."""

import asyncio
import contextlib
import os
import shutil
import socket
import sys
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from bench.costs import Group, descendants
from bench.serving import AS_THEY_ARE, FLAG
from bench.staffing import employ

READY = b"Benchside is ready"
BUILD = Path(__file__).resolve().parents[1] / "build"
PATIENCE = 60.0
"""Seconds for a start or a stop."""


@dataclass(frozen=True, slots=True)
class Running:
    """A server that is ready."""

    port: int
    group: Group
    cookies: list[str]
    """The sessions of its supporters."""
    started_in: float
    """Seconds from the start of the process until it said that it was ready."""


@contextlib.asynccontextmanager
async def serving(
    *, supporters: int = 0, workers: int = 1, limits_lifted: bool = True
) -> AsyncGenerator[Running]:
    """Run a server, with its data in a folder that is gone afterwards."""
    with TemporaryDirectory(prefix="benchside-bench-") as name:
        folder = Path(name) / "data"
        cookies = await employ(folder, supporters)
        flag = {} if limits_lifted else {FLAG: AS_THEY_ARE}
        async with started(folder, workers=workers, environment=flag) as running:
            running.cookies.extend(cookies)
            yield running


@contextlib.asynccontextmanager
async def started(
    folder: Path,
    *,
    command: Sequence[str] = ("-m", "bench.serving", "serve"),
    workers: int = 1,
    environment: Mapping[str, str] | None = None,
) -> AsyncGenerator[Running]:
    """Run a server on the data in `folder`; what it writes to standard error is kept beside it.

    Raises:
        SystemExit: it did not start, or did not end when it was told to.
    """
    port = free_port()
    errors = folder.parent / "errors"
    began = perf_counter()
    with errors.open("wb") as written:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, *command, *_workers(workers)),
            stdout=asyncio.subprocess.PIPE,
            stderr=written,
            env={
                **os.environ,
                "BENCHSIDE_STORE_FOLDER": str(folder),
                "BENCHSIDE_WEB_PORT": str(port),
                "BENCHSIDE_WEB_TRUSTED_PROXIES": "127.0.0.1",
                "BENCHSIDE_SERVICE_PROOF_OF_WORK": "false",
                **(environment or {}),
            },
        )
    try:
        await _until_ready(process, errors)
        yield Running(port, _group(process.pid, folder), [], perf_counter() - began)
    except BaseException:
        BUILD.mkdir(exist_ok=True)
        shutil.copy(errors, BUILD / "bench-server.log")  # the folder goes, the reason stays
        raise
    finally:
        await _stop(process)


async def _until_ready(process: asyncio.subprocess.Process, errors: Path) -> None:
    assert process.stdout is not None
    async with asyncio.timeout(PATIENCE):
        async for line in process.stdout:
            if READY in line:
                return
    raise SystemExit(f"The server did not start:\n{errors.read_text('utf-8')[-2000:]}")


async def _stop(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(PATIENCE):
            await process.wait()
    except TimeoutError:
        process.kill()
        raise SystemExit(f"The server did not stop within {PATIENCE:.0f} s.") from None


def _group(pid: int, folder: Path) -> Group:
    store = int((folder / "store.pid").read_text())
    return Group(tuple(one for one in descendants(pid) if one != store), (store,))


def _workers(count: int) -> tuple[str, ...]:
    return ("--workers", str(count)) if count > 1 else ()


def free_port() -> int:
    """Return a port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
