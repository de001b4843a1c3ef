"""The rows of a log's stream, opened: what the store answers becomes entries.

An entry that can't be opened, or is not there though later ones are, is not left out and does
not stop those after it: in its place stands `UNREADABLE`, which readers are shown as such. The
operator is told of each, once.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, TypeVar

import msgspec

from chat.entry import UNREADABLE, UNREADABLE_REMARK, LogEntry, StaffLogEntry, unpack, unpack_staff
from chat.sealing import Seal, Unsealable, Which
from config.ids import ConversationId, Seq
from store.errors import StoreDamaged, StoreError
from store.replies import Reply, as_list, as_map, as_text

log = logging.getLogger("benchside.log")

E = TypeVar("E")
L = TypeVar("L")

HOLE_MOST: Final = 10_000
"""Entries that may be missing at one place before a log is taken for another's."""
TOLD_MOST: Final = 1_000


class Opening:
    """Opens rows. Remembers what it has told the operator."""

    def __init__(self) -> None:
        self._told: dict[tuple[ConversationId, Which, int], None] = {}

    def answered(
        self, seal: Seal | StoreError | None, reply: Reply | StoreError, since: int
    ) -> Sequence[tuple[Seq, LogEntry]] | StoreError:
        """Return the entries of a page after `since`, or what is wrong with seal or store."""
        if seal is None:
            return []
        if isinstance(seal, StoreError):
            return seal
        if isinstance(reply, StoreError):
            return reply
        try:
            return self.log(seal, rows_of(reply), since)
        except StoreError as error:
            return error

    def log(
        self, seal: Seal, rows: Iterable[tuple[int, bytes]], since: int
    ) -> list[tuple[Seq, LogEntry]]:
        """Return the entries of a log after `since`. Raises: StoreDamaged."""
        opened = self._opened(seal, "log", unpack, UNREADABLE, rows, since)
        return [(Seq(n), one) for n, one in opened]

    def staff(
        self, seal: Seal, rows: Iterable[tuple[int, bytes]], since: int
    ) -> list[tuple[int, StaffLogEntry]]:
        """Return the entries of a staff's log after `since`. Raises: StoreDamaged."""
        return list(self._opened(seal, "staff", unpack_staff, UNREADABLE_REMARK, rows, since))

    def _opened(
        self,
        seal: Seal,
        which: Which,
        unpacker: Callable[[bytes], E],
        lost: L,
        rows: Iterable[tuple[int, bytes]],
        since: int,
    ) -> Iterator[tuple[int, E | L]]:
        """Yield each entry, with `lost` in the place of those that can't be had."""
        for n, sealed in rows:
            if n - since > HOLE_MOST:
                raise StoreDamaged(f"A log of {seal.conversation} lacks {n - since} entries.")
            for missing in range(since + 1, n):
                self._tell(seal, which, missing, "missing")
                yield missing, lost
            since = n
            try:
                yield n, unpacker(seal.open(which, sealed))
            except (Unsealable, msgspec.DecodeError, UnicodeError):
                self._tell(seal, which, n, "damaged")
                yield n, lost

    def _tell(self, seal: Seal, which: Which, n: int, what: str) -> None:
        place = seal.conversation, which, n
        if place not in self._told:
            self._told[place] = None
            log.error("entry %d of the %s of %s is %s", n, which, seal.conversation, what)
        if len(self._told) > TOLD_MOST:
            del self._told[next(iter(self._told))]


def rows_of(reply: Reply) -> list[tuple[int, bytes]]:
    """Return (entry number, envelope) for each entry of a stream."""
    rows: list[tuple[int, bytes]] = []
    for row in as_list(reply):
        id_, fields = as_list(row)
        rows.append((int(as_text(id_).partition("-")[0]), as_map(fields).get("e", b"")))
    return rows
