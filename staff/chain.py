"""The chain that holds the audit trail together: what is changed, left out or put in shows.

Each entry has a number, the digest of the one before it and itself (SHA-256), and a stamp that
only who has the key of the trail can make (HMAC-SHA256). The key lies apart from the store, so
whoever can write to the store alone can't mend the chain after a change. What a chain can't
show by itself is that its newest entries were cut off: for that its head, a number and a
digest, is kept elsewhere from time to time (`benchside audit verify --head`). Pure.
"""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from staff.audit import AuditEntry

Fault = Literal["changed", "unstamped", "gap", "head", "aged"]
"""`changed`: the entry is not what its digest says; `unstamped`: not stamped with our key; `gap`:
one or more are missing before it; `head`: the entry that was noted is not there as it was; `aged`:
what was noted is older than all that is kept, so it shows nothing any more."""


@dataclass(frozen=True, slots=True)
class Head:
    """Where a chain stands: the number of its newest entry, and its digest in hex."""

    number: int
    digest: str


START: Final = Head(0, "")
"""The head of a chain without entries."""


@dataclass(frozen=True, slots=True)
class Chained:
    """An entry in its chain."""

    entry: AuditEntry
    number: int
    before: str
    """The digest of the entry before it."""
    digest: str
    stamp: str = ""

    @property
    def head(self) -> Head:
        """Where the chain stands with this as its newest entry."""
        return Head(self.number, self.digest)


@dataclass(frozen=True, slots=True)
class Broken:
    """Where a chain is broken first, and how."""

    number: int
    fault: Fault


def trail_key(secret: bytes) -> bytes:
    """Return the key of the trail, made from the key of the staff's secrets."""
    return hmac.digest(secret, b"benchside audit trail", "sha256")


def chain(head: Head, entry: AuditEntry, key: bytes) -> Chained:
    """Return the entry as the next of a chain."""
    number = head.number + 1
    digest = _digest(entry, number, head.digest)
    return Chained(entry, number, head.digest, digest, _stamp(digest, key))


def verify(chained: Iterable[Chained], key: bytes, noted: Head = START) -> Head | Broken:
    """Return the head of a chain that is whole, or where it is broken first.

    The oldest entries may have been dropped by age; `noted` is a head that was kept elsewhere.
    Entries without a number stand before the chain began: they prove nothing and break nothing.
    """
    head: Head | None = None
    found = noted == START
    for each in chained:
        if head is None and not each.number:
            continue
        fault = _fault(each, head, key)
        if fault is not None:
            return Broken(each.number, fault)
        if not found and noted.number <= each.number:
            found, fault = True, _missed(noted, each)
            if fault is not None:
                return Broken(noted.number, fault)
        head = each.head
    if not found:
        return Broken(noted.number, "head")
    return head or START


def _missed(noted: Head, each: Chained) -> Fault | None:
    """Compare a noted head with the first entry that is not before it."""
    if each.number > noted.number + 1:
        return "aged"
    there = each.digest if each.number == noted.number else each.before
    return None if there == noted.digest else "head"


def _fault(each: Chained, head: Head | None, key: bytes) -> Fault | None:
    if each.digest != _digest(each.entry, each.number, each.before):
        return "changed"
    if not hmac.compare_digest(each.stamp, _stamp(each.digest, key)):
        return "unstamped"
    if head is not None and (each.number, each.before) != (head.number + 1, head.digest):
        return "gap"
    return None


def _digest(entry: AuditEntry, number: int, before: str) -> str:
    parts = (before, number, int(entry.at), entry.who, entry.act.value, entry.subject)
    told = "".join([f"{len(part)}:{part}" for part in map(str, parts)])
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()


def _stamp(digest: str, key: bytes) -> str:
    return hmac.new(key, digest.encode(), "sha256").hexdigest()
