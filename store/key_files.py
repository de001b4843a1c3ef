"""Files of keys: one file for each key, made once, and destroyed when nothing may need it.

A key is written aside, brought to the disk, and given its name by a link, which fails if the
name is taken: so of several that make the same key at once, all end with that of the first.
What is destroyed is overwritten first, which old disks honour and others (flash, copying file
systems) may not: the runbook says so. All of this blocks; call it in a thread.
"""

import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Final

from store.errors import WrongKeys

KEY_BYTES: Final = 32


def made_key(path: Path) -> bytes:
    """Return the key in this file; it is made if there is none. Raises: WrongKeys."""
    found = read_key(path)
    if found is not None:
        return found
    aside = path.with_name(f".{secrets.token_hex(8)}")
    try:
        _write(aside, secrets.token_bytes(KEY_BYTES), os.O_CREAT | os.O_EXCL)
        with suppress(FileExistsError):
            path.hardlink_to(aside)
    except OSError as problem:
        raise unusable(path.parent, problem) from None
    finally:
        aside.unlink(missing_ok=True)
    _sync(path.parent)
    made = read_key(path)
    if made is None:
        raise WrongKeys(f"The key {path.name} was destroyed while it was made; start again.")
    return made


def read_key(path: Path) -> bytes | None:
    """Return the key in this file, if there is one. Raises: WrongKeys."""
    try:
        secret = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as problem:
        raise unusable(path.parent, problem) from None
    if len(secret) != KEY_BYTES:
        raise WrongKeys(
            f"{path} is not a key: it has {len(secret)} bytes and not {KEY_BYTES}. "
            "Put back the file as it was, from a copy of the folder."
        )
    return secret


def destroy_key(path: Path) -> None:
    """Destroy the key in this file, if there is one. Raises: WrongKeys."""
    try:
        _write(path, secrets.token_bytes(KEY_BYTES), 0)
        path.unlink()
        _sync(path.parent)
    except FileNotFoundError:
        return
    except OSError as problem:
        raise unusable(path.parent, problem) from None


def unusable(folder: Path, problem: OSError) -> WrongKeys:
    """Return what says that a folder of keys can't be used, and what to do."""
    return WrongKeys(
        f"The folder of keys {folder} can't be used ({problem.strerror}). Make it one that this "
        "user may read and write, or name another (store.keys, BENCHSIDE_STORE_KEYS)."
    )


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
