"""What to tell the person at the terminal when something they can mend is wrong.

An error that is not of this kind is a fault in the program and keeps its traceback.
"""

import errno
from typing import TypeGuard

from config.settings import SettingsError


def sentence(error: Exception) -> str | None:
    """Return what is wrong, where and what to do; None if nobody but a programmer could mend it."""
    if _is_group(error):
        return next((said for said in map(sentence, error.exceptions) if said), None)
    if isinstance(error, SettingsError):
        return f"wrong setting {error}"
    if isinstance(error, OSError):
        return _system(error)
    return str(error) if _speaks_for_itself(error) else None


def _is_group(error: Exception) -> TypeGuard["ExceptionGroup[Exception]"]:
    return isinstance(error, ExceptionGroup)


def _speaks_for_itself(error: Exception) -> bool:
    """Whether the error's own text was written for an operator."""
    from safety.lexicon import LexiconError
    from safety.likeness import LikenessError
    from safety.weights import ModelError
    from store.errors import StoreError
    from web.hooks import HookGone
    from web.recording import RecordingError

    return isinstance(
        error, StoreError | LexiconError | LikenessError | ModelError | RecordingError | HookGone
    )


def _system(error: OSError) -> str | None:
    match error.errno:
        case errno.EADDRINUSE:
            return (
                "the address is in use by another program. Stop it, or choose another port: "
                "benchside serve --port 8001 (web.port, BENCHSIDE_WEB_PORT)."
            )
        case errno.EADDRNOTAVAIL:
            return "this machine does not have that address (web.host, BENCHSIDE_WEB_HOST)."
        case errno.EACCES | errno.EPERM if error.filename is None:
            return "that port needs more rights; choose one above 1023 (web.port)."
        case errno.EACCES | errno.EPERM | errno.EROFS:
            return f"{error.filename} may not be read or written by this user."
        case errno.EEXIST | errno.ENOTDIR:
            return f"{error.filename} is not a folder (store.folder, BENCHSIDE_STORE_FOLDER)."
        case errno.ENOSPC:
            return "the disk is full. Make room; nothing acknowledged is lost."
        case errno.EMFILE:
            return "too many open files; raise the limit (ulimit -n) and run benchside doctor."
        case _:
            return None
