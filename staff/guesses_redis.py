"""Tallies of wrong attempts in the store, so that all processes count together.

Keys bear hashes: what was typed as a name may have been a passphrase.
"""

from typing import Final

from config.clock import Millis, Seconds
from config.ids import hash_token
from staff.guesses import ADDRESS, KNOWN, NAME, Tally, counted, forgiven, waiting
from store.client import Store
from store.errors import StoreError
from store.replies import as_int, as_list, as_optional_bytes

_ATTEMPTS: Final = 20
"""Beyond it so many guess at once that the next one may well wait."""
_CROWDED: Final = Seconds(2.0)
_LIFE: Final = int(max(NAME.memory, ADDRESS.memory) * 1000)


class GuessesRedis:
    """The tallies that all processes share."""

    def __init__(self, store: Store) -> None:
        """Use an open store."""
        self._store = store
        self._write = store.script("staff", "tally")

    async def attempt(self, name: str, address_tag: str, now: Millis) -> Seconds:
        """Ask to make an attempt: 0 if it may be made, and then it is counted as wrong."""
        keys = (_tally("name", name), _tally("address", address_tag))
        for _ in range(_ATTEMPTS):
            texts = await self._read((*keys, _known(name, address_tag)))
            tally, place = _decode(texts[0]), _decode(texts[1])
            wait = Seconds(0.0) if texts[2] else waiting(tally, NAME, now)
            wait = max(wait, waiting(place, ADDRESS, now))
            if wait:
                return wait
            after = (_encode(counted(tally, NAME, now)), _encode(counted(place, ADDRESS, now)))
            arguments = (texts[0], after[0], texts[1], after[1], _LIFE)
            if as_int(await self._store.run(self._write, keys, arguments)):
                return wait
        return _CROWDED

    async def forgive(self, name: str, address_tag: str, now: Millis) -> None:
        """Say that the attempt was right."""
        keys = (_tally("name", name), _tally("address", address_tag))
        known = _known(name, address_tag)
        await self._store.call("SET", known, "1", "PX", int(KNOWN * 1000))
        for _ in range(_ATTEMPTS):
            texts = await self._read(keys)
            place = _decode(texts[1])
            after = _encode(forgiven(place)) if place else ""
            arguments = (texts[0], "", texts[1], after, _LIFE)
            if as_int(await self._store.run(self._write, keys, arguments)):
                return
        raise StoreError("Too many log in from one address at once; ask again.")

    async def _read(self, keys: tuple[str, ...]) -> list[str]:
        replies = as_list(await self._store.call("MGET", *keys))
        return [(as_optional_bytes(reply) or b"").decode() for reply in replies]


def _tally(kind: str, subject: str) -> str:
    return f"{{staff}}:guesses:{hash_token(f'{kind}:{subject}')}"


def _known(name: str, address_tag: str) -> str:
    return f"{{staff}}:known:{hash_token(f'{name}:{address_tag}')}"


def _encode(tally: Tally) -> str:
    return f"{tally.wrong} {tally.last}"


def _decode(text: str) -> Tally | None:
    if not text:
        return None
    wrong, last = text.split(" ")
    return Tally(int(wrong), Millis(int(last)))
