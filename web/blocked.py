"""On which address tags blocks lie, for as long as a tag can be met: its own day and the next.

Pure. Who comes back on the next day takes their blocks along to the tag of that day. What lies
here says nothing of whether a block still holds: that is looked up (`web/gate.py`).
"""

from collections.abc import Container, Iterator, Set
from typing import Final, NamedTuple

from config.ids import ConversationId

NONE: Final[frozenset[ConversationId]] = frozenset()


class Lying(NamedTuple):
    """One block, on one tag."""

    conversation: ConversationId
    """On which the block was laid."""
    tag: str
    day: int
    """Of which day the tag is; days since the epoch."""


class BlockedTags:
    """The blocks of each tag."""

    def __init__(self) -> None:
        self._on: dict[str, set[ConversationId]] = {}
        self._days: dict[str, int] = {}

    def lay(self, one: Lying) -> None:
        """Lay a block on a tag; once is enough."""
        self._on.setdefault(one.tag, set()).add(one.conversation)
        self._days[one.tag] = one.day

    def on(self, tag: str) -> Set[ConversationId]:
        """Return the blocks that lie on a tag."""
        return self._on.get(tag, NONE)

    def carry(self, before: str, tag: str, day: int) -> None:
        """Lay on the tag of today what lies on the one of the day before."""
        for conversation in self._on.get(before, NONE):
            self.lay(Lying(conversation, tag, day))

    def keep(self, blocks: Container[ConversationId], today: int) -> None:
        """Forget blocks that are not among these, and tags that nobody has any more."""
        for tag, on in list(self._on.items()):
            on.intersection_update([one for one in on if one in blocks])
            if not on or self._days[tag] < today - 1:
                del self._on[tag], self._days[tag]

    def __iter__(self) -> Iterator[Lying]:
        """Go through all of them."""
        for tag, on in self._on.items():
            for conversation in on:
                yield Lying(conversation, tag, self._days[tag])
