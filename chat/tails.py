"""Whether a log still ends as people were told: a store that others took over from may not.

A store without replicas that have it all (`store.replicas` 0 beside replicas, a disk that was
brought back from yesterday) can lose the end of a log, and then gives the same seqs to other
entries. Who heard the old ones has to hear all again. The relay asks here after each gap.
"""

from dataclasses import dataclass

from chat.entry import Line, LogEntry
from chat.log import Lines
from config.ids import ConversationId, Seq
from store.errors import StoreError


@dataclass(frozen=True, slots=True)
class Tail:
    """The last entry of a log that anybody here was told."""

    seq: Seq
    entry: LogEntry

    def then(self, seq: Seq, entry: LogEntry) -> "Tail":
        """Return the later of the two."""
        return Tail(seq, entry) if seq > self.seq else self

    def is_kept_as(self, entry: LogEntry) -> bool:
        """Whether this is the entry that was told: a line by its ref, all else by its kind."""
        told = self.entry
        if isinstance(told, Line) and isinstance(entry, Line):
            return (told.by, told.ref, told.at) == (entry.by, entry.ref, entry.at)
        return type(told) is type(entry) and told.at == entry.at


async def lost(log: Lines, tails: dict[ConversationId, Tail]) -> list[ConversationId]:
    """Return the conversations whose tail is gone, or is another entry now.

    Raises: StoreError: it can't be said yet, of one of them at least.
    """
    asked = list(tails.items())
    pages = await log.read_many([(id_, tail.seq - 1) for id_, tail in asked])
    gone: list[ConversationId] = []
    for (id_, tail), page in zip(asked, pages, strict=True):
        if isinstance(page, StoreError):
            raise page
        if not page or page[0][0] != tail.seq or not tail.is_kept_as(page[0][1]):
            gone.append(id_)
    return gone
