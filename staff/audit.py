"""The record of who looked at what (promise 11): the port, and what an entry is.

An entry is written before the act it speaks of, or, when an account is added, in one step with
it; if it can't be written, the act is not done.
Entries are never changed. They hold ids, never text.
"""

from dataclasses import dataclass
from typing import Protocol

from config.clock import Millis
from config.ids import AccountId
from staff.roles import Act


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One act of one person."""

    at: Millis
    who: AccountId
    act: Act
    subject: str
    """The conversation or account that the act was about."""


class Audit(Protocol):
    """Where the record is kept."""

    async def write(self, who: AccountId, act: Act, subject: str, at: Millis) -> None:
        """Put an act on record. Call it, and await it, before the act.

        Raises:
            store.errors.StoreError: it is not on record; the caller must not act.
        """
        ...

    async def read(self, limit: int) -> tuple[AuditEntry, ...]:
        """Return the newest entries, the newest first."""
        ...
