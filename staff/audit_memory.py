"""The audit trail in memory. For tests."""

from config.clock import Millis
from config.ids import AccountId
from staff.audit import AuditEntry
from staff.roles import Act


class AuditMemory:
    """A trail without a store."""

    def __init__(self) -> None:
        """Begin with an empty trail."""
        self._entries: list[AuditEntry] = []

    async def write(self, who: AccountId, act: Act, subject: str, at: Millis) -> None:
        """Put an act on record."""
        self._entries.append(AuditEntry(at, who, act, subject))

    async def read(self, limit: int) -> tuple[AuditEntry, ...]:
        """Return the newest entries, the newest first."""
        return tuple(self._entries[::-1][:limit])
