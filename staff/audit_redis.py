"""The audit trail in the store: one stream, only ever appended to, cut by age alone."""

from typing import Final

from config.clock import Millis
from config.ids import AccountId
from config.limits import AUDIT_DAYS
from staff.audit import AuditEntry
from staff.roles import Act
from store.client import Store
from store.replies import Reply, as_int, as_list, as_map, as_text

_AUDIT: Final = "{staff}:audit"
_KEPT: Final = AUDIT_DAYS * 24 * 3600 * 1000


class AuditRedis:
    """The trail that all processes share."""

    def __init__(self, store: Store) -> None:
        """Use an open store."""
        self._store = store
        self._record = store.script("staff", "record")

    async def write(self, who: AccountId, act: Act, subject: str, at: Millis) -> None:
        """Put an act on record. Call it, and await it, before the act."""
        oldest = max(0, at - _KEPT)
        await self._store.run(self._record, (_AUDIT,), (int(at), who, act.value, subject, oldest))

    async def read(self, limit: int) -> tuple[AuditEntry, ...]:
        """Return the newest entries, the newest first."""
        rows = as_list(await self._store.call("XREVRANGE", _AUDIT, "+", "-", "COUNT", limit))
        return tuple(_entry(as_list(row)[1]) for row in rows)


def _entry(fields: Reply) -> AuditEntry:
    kept = as_map(fields)
    return AuditEntry(
        at=Millis(as_int(kept["at"])),
        who=AccountId(as_text(kept["who"])),
        act=Act(as_text(kept["act"])),
        subject=as_text(kept["subject"]),
    )
