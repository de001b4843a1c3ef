"""The keyring in a folder: one file for the key of each day, readable by its owner alone.

The folder must lie outside the store's, or a copy of the one would be a copy of both; several
hosts on one store need the same folder. How a key is made and destroyed: `store/key_files.py`.
"""

import asyncio
import re
from pathlib import Path

from chat.keyring import DayKey, day_of
from chat.sealing import Day
from config.clock import Millis
from store.errors import WrongKeys
from store.key_files import destroy_key, made_key, read_key, unusable

_NAME = re.compile(r"(\d{4}-\d{2}-\d{2})\.key")


class FolderKeyring:
    """Keys in a folder. Its files are read and written in a thread."""

    def __init__(self, folder: Path) -> None:
        """Use a folder that `prepared_folder` has returned."""
        self._folder = folder

    async def at(self, now: Millis) -> DayKey:
        """See `Keyring.at`."""
        day = day_of(now)
        return DayKey(day, await asyncio.to_thread(made_key, self._path(day)))

    async def of(self, day: Day) -> DayKey | None:
        """See `Keyring.of`."""
        secret = await asyncio.to_thread(read_key, self._path(day))
        return None if secret is None else DayKey(day, secret)

    async def days(self) -> tuple[Day, ...]:
        """See `Keyring.days`."""
        return await asyncio.to_thread(self._days)

    async def destroy(self, day: Day) -> None:
        """See `Keyring.destroy`."""
        await asyncio.to_thread(destroy_key, self._path(day))

    def _days(self) -> tuple[Day, ...]:
        names = (_NAME.fullmatch(path.name) for path in self._folder.iterdir())
        return tuple(sorted(Day(name[1]) for name in names if name))

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
        raise unusable(folder, problem) from None
    if mode & 0o077:
        raise WrongKeys(
            f"Others may look into the folder of keys {folder} (mode {mode:03o}). "
            f"Close it: chmod 700 {folder}"
        )
    return folder
