"""The audit trail in the store: one stream, only ever appended to, cut by age alone.

Each entry is chained to the one before it (`staff/chain.py`); the script writes it only if the
chain still stands where it was when the entry was made, so the entries of all processes are one
chain.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from typing import Final

from config.clock import Millis
from config.ids import AccountId
from config.limits import AUDIT_DAYS
from staff.audit import AuditEntry
from staff.chain import START, Chained, Head, chain
from staff.roles import Act
from store.client import Store
from store.errors import StoreError
from store.replies import Reply, as_int, as_list, as_map, as_text

AUDIT: Final = ("{staff}:audit", "{staff}:audit:head")
"""The trail, and where its chain stands; `accounts_redis` puts an addition on record in the step
that adds."""
MOVED: Final = -9
"""What a script returns, with the head, if the chain has moved on meanwhile."""
_KEPT: Final = AUDIT_DAYS * 24 * 3600 * 1000
_ATTEMPTS: Final = 50
"""More than the processes that can be first, again and again."""
_PAGE: Final = 500


class AuditRedis:
    """The trail that all processes share."""

    def __init__(self, store: Store, key: bytes) -> None:
        """Use an open store, and the key of the trail (`staff.chain.trail_key`)."""
        self._store = store
        self._key = key
        self._head = START
        self.turn = asyncio.Lock()
        """Held while an entry is chained: of many acts at once only one can be the next."""
        self._record = store.script("staff", "record")

    async def write(self, who: AccountId, act: Act, subject: str, at: Millis) -> None:
        """Put an act on record. Call it, and await it, before the act."""
        entry = AuditEntry(at, who, act, subject)
        async with self.turn:
            for _ in range(_ATTEMPTS):
                chained = self.chained(entry)
                reply = await self._store.run(self._record, AUDIT, arguments(chained))
                if self.taken(chained, reply) is not None:
                    return
        raise StoreError("The audit trail is written by too many at once; ask again.")

    def chained(self, entry: AuditEntry) -> Chained:
        """Return the entry as the next of the chain, as far as this process knows."""
        return chain(self._head, entry, self._key)

    def taken(self, chained: Chained, reply: Reply) -> int | None:
        """Return what the script answered, or None if the chain has moved: then ask again."""
        code, *head = as_list(reply)
        if as_int(code) == MOVED:
            self._head = Head(as_int(head[0]), as_text(head[1]))
            return 1 if self._head == chained.head else None  # a first try did arrive
        if as_int(code) == 1:
            self._head = chained.head
        return as_int(code)

    async def read(self, limit: int) -> tuple[AuditEntry, ...]:
        """Return the newest entries, the newest first."""
        rows = as_list(await self._store.call("XREVRANGE", AUDIT[0], "+", "-", "COUNT", limit))
        return tuple(_chained(as_list(row)[1]).entry for row in rows)

    async def all(self) -> AsyncGenerator[Chained]:
        """Read the whole trail, the oldest entry first."""
        start = "-"
        while rows := as_list(
            await self._store.call("XRANGE", AUDIT[0], start, "+", "COUNT", _PAGE)
        ):
            for row in rows:
                yield _chained(as_list(row)[1])
            start = f"({as_text(as_list(rows[-1])[0])}"


def arguments(chained: Chained) -> tuple[int | str, ...]:
    """Return what `lua/record.lua` and `lua/account.lua` take of an entry."""
    entry = chained.entry
    oldest = max(0, entry.at - _KEPT)
    told = int(entry.at), entry.who, entry.act.value, entry.subject
    return *told, chained.number, chained.before, chained.digest, chained.stamp, oldest


def _chained(fields: Reply) -> Chained:
    kept = as_map(fields)
    links = [_text(kept, name) for name in ("before", "digest", "stamp")]
    number = _text(kept, "number")
    return Chained(_entry(kept), int(number) if number.isdecimal() else 0, *links)


def _entry(kept: Mapping[str, bytes]) -> AuditEntry:
    """Return an entry; one that nobody can have written so is told as unknown, and does not fit."""
    try:
        return AuditEntry(
            at=Millis(int(_text(kept, "at"))),
            who=AccountId(_text(kept, "who")),
            act=Act(_text(kept, "act")),
            subject=_text(kept, "subject"),
        )
    except ValueError:
        return AuditEntry(Millis(0), AccountId(""), Act.UNKNOWN, "")


def _text(kept: Mapping[str, bytes], name: str) -> str:
    return kept.get(name, b"").decode("utf-8", "replace")
