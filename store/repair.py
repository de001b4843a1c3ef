"""Mending the embedded store's append-only file, when damage keeps it from starting.

The store's own tool does the cutting; this module keeps a copy first, and says what is kept.
Only the newest file of the log can be cut: it holds what was written last.
"""

import asyncio
import re
import shutil
import time
from pathlib import Path

from store.embedded import Locked, find_binary
from store.errors import StoreDamaged

MANIFEST = "appendonly.aof.manifest"
_ANALYSED = re.compile(rb"AOF analyzed: .*?size=(\d+), ok_up_to=(\d+)")
_CUT = b"Successfully truncated AOF"


async def repair(folder: Path) -> str:
    """Cut the append-only file at the first damage; return what was kept, as a sentence.

    Raises:
        FolderInUse: a server runs on this folder.
        StoreDamaged: the tool could not mend it, or there is nothing to mend. The copy stays.
    """
    folder = folder.resolve()
    files = folder / "appendonlydir"
    if not (files / MANIFEST).is_file():
        raise StoreDamaged(f"There is no append-only file in {folder}; nothing was changed.")
    with Locked(folder):
        copy = folder / f"appendonlydir.before-repair-{time.strftime('%Y%m%d-%H%M%S')}"
        shutil.copytree(files, copy)
        words = await _check_aof(files / _newest(files / MANIFEST))
    analysed = _ANALYSED.search(words)
    if _CUT not in words or analysed is None:
        if b" is valid" in words:
            shutil.rmtree(copy)
            return "The append-only file is whole; nothing was changed."
        raise StoreDamaged(
            f"The append-only file in {files} can't be mended by cutting its end. Put back a "
            f"snapshot of the folder; what is there now was also copied to {copy}."
        )
    whole, kept = (int(size) for size in analysed.groups())
    return (
        f"Kept {kept:,} of {whole:,} bytes, up to the first damage; what came later is lost to "
        f"the store. The files as they were: {copy}."
    )


def _newest(manifest: Path) -> str:
    """Return the file of the log that is written to: the last one that is not a base."""
    files = re.findall(r"^file (\S+) seq \d+ type i$", manifest.read_text("utf-8"), re.M)
    if not files:
        raise StoreDamaged(f"{manifest} names no log; put back a snapshot of the folder.")
    return str(files[-1])


async def _check_aof(log: Path) -> bytes:
    """Run the tool, which is the server's binary under another name.

    It is given the one file: handed the manifest, Valkey 9.1 takes its own base for damaged.
    """
    process = await asyncio.create_subprocess_exec(
        "valkey-check-aof",
        "--fix",
        str(log),
        executable=str(find_binary()),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    words, _ = await process.communicate(b"y\n")
    return words
