"""Admissions: the right to open one socket once, within half a minute.

A page asks for one over HTTP, where limits and log-in are checked, and says it in its first
frame. So a socket costs nothing before it is known to be welcome, and a link that is followed
from elsewhere opens nothing.
"""

from config import limits
from config.ids import Token, hash_token, new_token
from store.client import Store
from store.replies import as_optional_bytes

SEEKER = "seeker"


class Admissions:
    """Gives and takes admissions; kept in the store, so any process may take them."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def give(self, subject: str) -> Token:
        """Return a new admission for a seeker, or for one session of staff. Raises: StoreError."""
        token = new_token()
        life = int(limits.ADMISSION_SECONDS * 1000)
        await self._store.call("SET", _key(token), subject, "PX", life)
        return token

    async def take(self, token: str, subject: str) -> bool:
        """Use an admission up; False if it was used, is too old, or is another's.

        Raises: StoreError.
        """
        return as_optional_bytes(await self._store.call("GETDEL", _key(token))) == subject.encode()


def _key(token: str) -> str:
    return f"{{gate}}:{hash_token(token)}"
