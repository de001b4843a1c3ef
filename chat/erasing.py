"""Erasing: a seeker takes back what was said, at once and for good.

What has to outlive the words is seen to first: lines at risk are brought to the desk, where
their escalation stays without text (promise 7), and the waiting room lets go. Then key and logs
are destroyed in one step. All processes are told; who is not told finds out by looking.
"""

from typing import Literal

from chat.changes import change, raise_missing
from chat.conversation import SeekerLeft
from chat.floor import Floor
from chat.parts import Parts
from config.ids import ConversationId

CHUNK = 200
"""Conversations that are looked for at once."""


async def erase(parts: Parts, id_: ConversationId) -> None:
    """End a conversation, if it goes on, and destroy all that was said in it. Safe to repeat.

    Raises: as `change`; then it has to be called again.
    """
    await change(parts, id_, SeekerLeft("done"))
    await raise_missing(parts, id_)
    await parts.log.erase(id_)


class Erasures:
    """Takes what is gone from the screens of this process."""

    def __init__(self, parts: Parts, floor: Floor) -> None:
        self._parts = parts
        self._floor = floor

    def woken(self, channel: str, payload: bytes) -> None:
        """Take the news of an erasure."""
        if payload:
            self._take_away(ConversationId(payload.decode("ascii", "replace")), "erased")

    async def look(self) -> None:
        """Find out what is gone though nobody told, and forget keys. Raises: StoreError."""
        parts = self._parts
        followed = frozenset(parts.relay.conversations())
        parts.log.let_go(followed)
        shown = followed.union(*(member.shows() for member in self._floor.all_staff()))
        asked = tuple(shown)
        for start in range(0, len(asked), CHUNK):
            for id_ in await parts.log.gone(asked[start : start + CHUNK]):
                self._take_away(id_, "erased" if id_ in followed else "expired")

    def _take_away(self, id_: ConversationId, reason: Literal["erased", "expired"]) -> None:
        self._parts.log.let_go(frozenset(self._parts.relay.conversations()) - {id_})
        self._parts.relay.forget_words(id_)
        for member in self._floor.all_staff():
            if id_ in member.shows():
                member.take_away(id_, reason)
