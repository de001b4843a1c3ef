"""Watches the room on the disk where the store of this server writes.

A store that may not lose a line ends when its disk is full, and everybody's conversation with it.
So newcomers are refused while there is still room for those who talk (promise 10), and whoever
looks after the machine is told in time. A store that runs elsewhere is watched there.
"""

import asyncio
import logging
import shutil
from collections.abc import Callable
from pathlib import Path

from config import limits
from config.settings import Settings
from store.embedded import socket_path
from web.gate import Gate

log = logging.getLogger("benchside.space")

MIB = 1024 * 1024

Free = Callable[[Path], int]
"""Returns the free bytes where a folder is."""


def free_bytes(folder: Path) -> int:
    """Return the free bytes of the disk that holds a folder. Raises: OSError."""
    return shutil.disk_usage(folder).free


def store_folder(settings: Settings) -> Path | None:
    """Return the folder in which this server's own store writes; None if it runs elsewhere."""
    folder = Path(settings.store.folder).resolve()
    url = settings.store.url
    return folder if url in ("", f"unix://{socket_path(folder)}") else None


class Space:
    """Shuts the gate to newcomers while the disk is nearly full, and opens it again."""

    def __init__(self, folder: Path, gate: Gate, free: Free = free_bytes) -> None:
        self._folder = folder
        self._gate = gate
        self._free = free

    async def run(self) -> None:
        """Look now and then, for as long as the server runs."""
        while True:
            self.look()
            await asyncio.sleep(limits.SPACE_SECONDS)

    def look(self) -> None:
        """Look once; a gate that is shut opens only when there is clearly more room again."""
        try:
            free = self._free(self._folder)
        except OSError as error:
            log.warning("the free space can't be read: %s", type(error).__name__)
            return
        wanted = limits.SPACE_BYTES * (2 if self._gate.cramped else 1)
        if (free < wanted) == self._gate.cramped:
            return
        self._gate.cramped = free < wanted
        if self._gate.cramped:
            log.error(
                "only %d MiB are free for the store: newcomers are refused. Make room in %s; "
                "when nothing is left, the store ends",
                free // MIB,
                self._folder,
            )
        else:
            log.info("%d MiB are free for the store: newcomers are let in again", free // MIB)
