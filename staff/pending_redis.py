"""What is half done, in the store: under the hash of its name, which holds a token."""

from config.clock import Seconds
from config.ids import hash_token
from store.client import Store
from store.replies import as_optional_bytes


class PendingRedis:
    """The half-done things that all processes share."""

    def __init__(self, store: Store) -> None:
        """Use an open store."""
        self._store = store

    async def keep(self, name: str, what: bytes, life: Seconds) -> None:
        """Keep something under a name for so long; what was there before is forgotten."""
        await self._store.call("SET", _key(name), what, "PX", int(life * 1000))

    async def look(self, name: str) -> bytes | None:
        """Return what is kept under this name."""
        return as_optional_bytes(await self._store.call("GET", _key(name)))

    async def take(self, name: str) -> bytes | None:
        """Return what is kept under this name, to one caller only, and forget it."""
        return as_optional_bytes(await self._store.call("GETDEL", _key(name)))


def _key(name: str) -> str:
    return f"{{staff}}:pending:{hash_token(name)}"
