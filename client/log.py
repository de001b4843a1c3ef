"""One member's copy of a conversation's log: in order, without holes or doubles. Pure.

Rules:
1. Entries are numbered 1, 2, 3... An entry is taken when its turn has come; one that was taken
   before is a double and is dropped.
2. An entry that comes early opens a hole. It is kept aside until what is missing has come; while
   there is a hole, the owner has to ask for the log again from `position`.
3. `reset` forgets everything: what follows starts again from 1.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from client.wire import Fact

EARLY_MOST = 512
"""Entries kept aside; later ones are dropped, since what is missing brings them again."""


class Line(NamedTuple):
    """One line of a transcript. Equal to the same tuple; its repr has no text."""

    seq: int
    by: str
    text: str

    def __repr__(self) -> str:
        """Without what was said."""
        return f"Line({self.seq}, {self.by})"


@dataclass(frozen=True, slots=True, repr=False)
class Entry:
    """One entry of the log, as its fact told it; `line` is there if something was said."""

    seq: int
    fact: Fact
    line: Line | None = None

    def __repr__(self) -> str:
        """Without what was said."""
        return f"Entry({self.seq})"


class Log:
    """The copy. `position` is the last entry up to which nothing is missing."""

    __slots__ = ("_early", "doubles", "lines", "position")

    def __init__(self) -> None:
        """Begin with nothing."""
        self.position = 0
        self.lines: list[Line] = []
        self.doubles = 0
        """Entries that came again; after a reconnect some are expected."""
        self._early: dict[int, Entry] = {}

    @property
    def holed(self) -> bool:
        """Whether an entry is missing before one that has come."""
        return bool(self._early)

    def hear(self, entry: Entry) -> Sequence[Entry]:
        """Take an entry in; return those whose turn has now come, in order."""
        if entry.seq <= self.position or entry.seq in self._early:
            self.doubles += 1
            return ()
        if entry.seq > self.position + 1:
            if len(self._early) < EARLY_MOST:
                self._early[entry.seq] = entry
            return ()
        taken = [entry]
        while follower := self._early.pop(taken[-1].seq + 1, None):
            taken.append(follower)
        self.position = taken[-1].seq
        self.lines.extend(item.line for item in taken if item.line)
        return taken

    def reset(self) -> None:
        """Forget everything that was heard."""
        self.position = 0
        self.lines.clear()
        self._early.clear()

    def __repr__(self) -> str:
        """Without what was said."""
        return f"Log(position={self.position}, lines={len(self.lines)}, holed={self.holed})"
