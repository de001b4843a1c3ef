"""The audit trail in the store: one stream, only ever appended to, cut by age alone."""

from typing import Final

from config.clock import Millis
from config.ids import AccountId
from config.limits import AUDIT_DAYS
from staff.audit import AuditEntry
from staff.roles import Act
from store.client import Store
from store.replies import Reply, as_int, as_list, as_map, as_text

AUDIT: Final = "{staff}:audit"
"""The trail; `accounts_redis` puts an addition on record in the step that adds."""
_KEPT: Final = AUDIT_DAYS * 24 * 3600 * 1000


class AuditRedis:
    """The trail that all processes share."""

    def __init__(self, store: Store) -> None:
        """Use an open store."""
        self._store = store
        self._record = store.script("staff", "record")

    async def write(self, who: AccountId, act: Act, subject: str, at: Millis) -> None:
        """Put an act on record. Call it, and await it, before the act."""
        await self._store.run(self._record, (AUDIT,), arguments(AuditEntry(at, who, act, subject)))

    async def read(self, limit: int) -> tuple[AuditEntry, ...]:
        """Return the newest entries, the newest first."""
        rows = as_list(await self._store.call("XREVRANGE", AUDIT, "+", "-", "COUNT", limit))
        return tuple(_entry(as_list(row)[1]) for row in rows)


def arguments(entry: AuditEntry) -> tuple[int | str, ...]:
    """Return what `lua/record.lua` and `lua/account.lua` take of an entry."""
    oldest = max(0, entry.at - _KEPT)
    return int(entry.at), entry.who, entry.act.value, entry.subject, oldest


def _entry(fields: Reply) -> AuditEntry:
    kept = as_map(fields)
    return AuditEntry(
        at=Millis(as_int(kept["at"])),
        who=AccountId(as_text(kept["who"])),
        act=Act(as_text(kept["act"])),
        subject=as_text(kept["subject"]),
    )
