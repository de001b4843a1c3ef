"""The keyring in a folder: one file for the key of each day, readable by its owner alone.

The folder must lie outside the store's, or a copy of the one would be a copy of both; several
hosts on one store need the same folder. A key is written aside, brought to the disk, and given
its name by a link, which fails if the name is taken: so of several that make the key of a day
at once, all end with the key of the first. What is destroyed is overwritten first, which old
disks honour and others (flash, copying file systems) may not: the runbook says so.
"""

import asyncio
import os
import re
import secrets
from contextlib import suppress
from pathlib import Path

from chat.keyring import DayKey, WrongKeys, day_of
from chat.sealing import KEY_BYTES, Day
from config.clock import Millis

_NAME = re.compile(r"(\d{4}-\d{2}-\d{2})\.key")


class FolderKeyring:
    """Keys in a folder. Its files are read and written in a thread."""

    def __init__(self, folder: Path) -> None:
        """Use a folder that `prepared_folder` has returned."""
        self._folder = folder

    async def at(self, now: Millis) -> DayKey:
        """See `Keyring.at`."""
        return await asyncio.to_thread(self._made, day_of(now))

    async def of(self, day: Day) -> DayKey | None:
        """See `Keyring.of`."""
        return await asyncio.to_thread(self._read, day)

    async def days(self) -> tuple[Day, ...]:
        """See `Keyring.days`."""
        return await asyncio.to_thread(self._days)

    async def destroy(self, day: Day) -> None:
        """See `Keyring.destroy`."""
        await asyncio.to_thread(self._destroy, day)

    def _made(self, day: Day) -> DayKey:
        found = self._read(day)
        if found is not None:
            return found
        aside = self._folder / f".{secrets.token_hex(8)}"
        try:
            _write(aside, secrets.token_bytes(KEY_BYTES), os.O_CREAT | os.O_EXCL)
            with suppress(FileExistsError):
                self._path(day).hardlink_to(aside)
        except OSError as problem:
            raise _unusable(self._folder, problem) from None
        finally:
            aside.unlink(missing_ok=True)
        _sync(self._folder)
        made = self._read(day)
        if made is None:
            raise WrongKeys(f"The key of {day} was destroyed while it was made; start again.")
        return made

    def _read(self, day: Day) -> DayKey | None:
        try:
            secret = self._path(day).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as problem:
            raise _unusable(self._folder, problem) from None
        if len(secret) != KEY_BYTES:
            raise WrongKeys(
                f"{self._path(day)} is not a key: it has {len(secret)} bytes and not {KEY_BYTES}. "
                "Put back the file as it was, from a copy of the folder."
            )
        return DayKey(day, secret)

    def _days(self) -> tuple[Day, ...]:
        names = (_NAME.fullmatch(path.name) for path in self._folder.iterdir())
        return tuple(sorted(Day(name[1]) for name in names if name))

    def _destroy(self, day: Day) -> None:
        path = self._path(day)
        with suppress(FileNotFoundError):
            _write(path, secrets.token_bytes(KEY_BYTES), 0)
            path.unlink()
            _sync(self._folder)

    def _path(self, day: Day) -> Path:
        return self._folder / f"{day}.key"


def prepared_folder(folder: Path, store: Path) -> Path:
    """Return the folder of the keys, made if it was missing.

    Raises:
        WrongKeys: it lies in the store's folder or around it, others may read it, or it can't
            be made; the text says what to do.
    """
    folder, store = folder.resolve(), store.resolve()
    if folder == store or store in folder.parents or folder in store.parents:
        raise WrongKeys(
            f"The keys in {folder} would lie together with the store in {store}, and a copy of "
            "one would be a copy of both. Name a folder apart (store.keys, BENCHSIDE_STORE_KEYS)."
        )
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        mode = folder.stat().st_mode & 0o777
    except OSError as problem:
        raise _unusable(folder, problem) from None
    if mode & 0o077:
        raise WrongKeys(
            f"Others may look into the folder of keys {folder} (mode {mode:03o}). "
            f"Close it: chmod 700 {folder}"
        )
    return folder


def _write(path: Path, content: bytes, flags: int) -> None:
    file = os.open(path, os.O_WRONLY | os.O_CLOEXEC | flags, 0o600)
    try:
        os.write(file, content)
        os.fsync(file)
    finally:
        os.close(file)


def _sync(folder: Path) -> None:
    """Bring the names in a folder to the disk."""
    file = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def _unusable(folder: Path, problem: OSError) -> WrongKeys:
    return WrongKeys(
        f"The folder of keys {folder} can't be used ({problem.strerror}). Make it one that this "
        "user may read and write, or name another (store.keys, BENCHSIDE_STORE_KEYS)."
    )
