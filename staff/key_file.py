"""The key of the staff's secrets: one file, made once, in the folder of keys.

The folder lies apart from the store (`store.keys`); whoever calls has made sure of it. A key is
written aside, brought to the disk, and given its name by a link, which fails if the name is
taken: so of several processes that start at once, all end with the key of the first.
"""

import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Final

from staff.sealing import KEY_BYTES
from store.errors import StoreError

NAME: Final = "staff.key"


def staff_key(folder: Path) -> bytes:
    """Return the key in this folder, made if there is none.

    Raises:
        StoreError: it can't be read or made; the text says what to do.
    """
    path = folder / NAME
    try:
        if not path.exists():
            _make(path)
        key = path.read_bytes()
    except OSError as problem:
        raise StoreError(
            f"The key {path} can't be used ({problem.strerror}). Make its folder one that this "
            "user may read and write, or name another (store.keys, BENCHSIDE_STORE_KEYS)."
        ) from None
    if len(key) != KEY_BYTES:
        raise StoreError(
            f"{path} is not a key: it has {len(key)} bytes and not {KEY_BYTES}. Put back the file "
            "as it was, from a copy of the folder; or remove it, and everybody whose code "
            "generator it sealed sets theirs up again."
        )
    return key


def _make(path: Path) -> None:
    aside = path.with_name(f".{secrets.token_hex(8)}")
    file = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        os.write(file, secrets.token_bytes(KEY_BYTES))
        os.fsync(file)
        with suppress(FileExistsError):
            path.hardlink_to(aside)
    finally:
        os.close(file)
        aside.unlink()
    folder = os.open(path.parent, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
