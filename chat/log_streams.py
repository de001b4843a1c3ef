"""The rows of a log's stream, opened: what the store answers becomes entries."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec

from chat.entry import LogEntry, StaffLogEntry, unpack, unpack_staff
from chat.sealing import Seal, Unsealable, Which
from config.ids import Seq
from store.errors import StoreDamaged, StoreError
from store.replies import Reply, as_list, as_map, as_text

E = TypeVar("E")


def answered(
    seal: Seal | StoreError | None, reply: Reply | StoreError
) -> Sequence[tuple[Seq, LogEntry]] | StoreError:
    """Return the entries up to the first that can't be read; why, if it is the first of all."""
    if seal is None:
        return []
    if isinstance(seal, StoreError):
        return seal
    if isinstance(reply, StoreError):
        return reply
    entries: list[tuple[Seq, LogEntry]] = []
    try:
        for seq, sealed in rows_of(reply):
            entries.append((Seq(seq), _opened(seal, "log", unpack, sealed)))
    except StoreError as error:
        return entries or error
    return entries


def opened_log(seal: Seal, rows: Sequence[tuple[int, bytes]]) -> list[tuple[Seq, LogEntry]]:
    """Return the entries of a log."""
    return [(Seq(seq), _opened(seal, "log", unpack, sealed)) for seq, sealed in rows]


def opened_staff(seal: Seal, rows: Sequence[tuple[int, bytes]]) -> list[tuple[int, StaffLogEntry]]:
    """Return the entries of a staff's log."""
    return [(n, _opened(seal, "staff", unpack_staff, sealed)) for n, sealed in rows]


def _opened(seal: Seal, which: Which, unpacker: Callable[[bytes], E], sealed: bytes) -> E:
    try:
        return unpacker(seal.open(which, sealed))
    except (Unsealable, msgspec.DecodeError, UnicodeError):
        raise StoreDamaged("An entry of a log can't be read.") from None


def rows_of(reply: Reply) -> list[tuple[int, bytes]]:
    """Return (entry number, packed entry) for each entry of a stream."""
    rows: list[tuple[int, bytes]] = []
    for row in as_list(reply):
        id_, fields = as_list(row)
        rows.append((int(as_text(id_).partition("-")[0]), as_map(fields)["e"]))
    return rows
