"""On which address tags blocks lie, for as long as a tag can be met: its own day and the next.

Pure. Who comes back on the next day takes their blocks along to the tag of that day. What lies
here says nothing of whether a block still holds: that is looked up (`web/gate.py`).
"""

from collections.abc import Container, Iterator, Set
from typing import NamedTuple

from config.ids import ConversationId


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
        self._on: dict[str, dict[ConversationId, Lying]] = {}

    def lay(self, one: Lying) -> None:
        """Lay a block on a tag; once is enough."""
        self._on.setdefault(one.tag, {})[one.conversation] = one

    def on(self, tag: str) -> Set[ConversationId]:
        """Return the blocks that lie on a tag."""
        return self._on.get(tag, {}).keys()

    def carry(self, before: str, tag: str, day: int) -> None:
        """Lay on the tag of today what lies on the one of the day before."""
        for conversation in self.on(before):
            self.lay(Lying(conversation, tag, day))

    def keep(self, blocks: Container[ConversationId], today: int) -> None:
        """Forget blocks that are not among these, and tags that nobody has any more."""
        for one in list(self):
            if one.conversation not in blocks or one.day < today - 1:
                del self._on[one.tag][one.conversation]
        self._on = {tag: on for tag, on in self._on.items() if on}

    def __iter__(self) -> Iterator[Lying]:
        """Go through all of them."""
        for on in self._on.values():
            yield from on.values()
