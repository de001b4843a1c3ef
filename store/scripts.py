"""The Lua scripts: found beside the room that owns them, known by the hash of their text.

What a script does stands in its own header; this module only loads it.
"""

import hashlib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from store.durability import script_settles

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Script:
    """One Lua script and the name by which the store knows it (SHA-1 of the source)."""

    name: str
    source: str = field(repr=False)
    sha: str
    settles: bool = True
    """Whether its outcome has to be on the replicas before anybody is told."""


@cache
def script(package: str, verb: str) -> Script:
    """Return `<package>/lua/<verb>.lua`.

    Raises:
        FileNotFoundError: there is no such script; a fault of the caller.
    """
    source = (ROOT / package / "lua" / f"{verb}.lua").read_text("utf-8")
    sha = hashlib.sha1(source.encode("utf-8"), usedforsecurity=False).hexdigest()
    return Script(f"{package}.{verb}", source, sha, script_settles(source))
