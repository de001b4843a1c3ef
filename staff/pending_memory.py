"""What is half done, in memory: the same promises for one process. For tests."""

from config.clock import Seconds, monotonic


class PendingMemory:
    """Half-done things without a store. No method waits, so each is atomic."""

    def __init__(self) -> None:
        """Begin without any."""
        self._kept: dict[str, tuple[bytes, float]] = {}

    async def keep(self, name: str, what: bytes, life: Seconds) -> None:
        """Keep something under a name for so long; what was there before is forgotten."""
        self._kept[name] = what, monotonic() + life

    async def look(self, name: str) -> bytes | None:
        """Return what is kept under this name."""
        what, until = self._kept.get(name, (None, 0.0))
        return what if monotonic() < until else None

    async def take(self, name: str) -> bytes | None:
        """Return what is kept under this name, to one caller only, and forget it."""
        what = await self.look(name)
        self._kept.pop(name, None)
        return what
