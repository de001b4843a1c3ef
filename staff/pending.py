"""What is half done: a log-in that waits for its second factor, a challenge that waits for its
answer. The port to where these are kept, for minutes.

A browser holds a token of each, and only its hash is kept. Whatever is taken is gone, so that
nothing is answered twice.
"""

from typing import Protocol

from config.clock import Seconds


class Pending(Protocol):
    """Where half-done things are kept."""

    async def keep(self, name: str, what: bytes, life: Seconds) -> None:
        """Keep something under a name for so long; what was there before is forgotten."""
        ...

    async def look(self, name: str) -> bytes | None:
        """Return what is kept under this name."""
        ...

    async def take(self, name: str) -> bytes | None:
        """Return what is kept under this name, to one caller only, and forget it."""
        ...
