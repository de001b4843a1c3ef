"""Holds in memory: the same promises for one process. For tests."""

from config.ids import ConversationId
from safety.holds import Hold


class HoldsMemory:
    """Holds without a store."""

    def __init__(self) -> None:
        """Begin without holds."""
        self._holds: dict[ConversationId, Hold] = {}

    async def get(self, conversation: ConversationId) -> Hold | None:
        """See `Holds.get`."""
        return self._holds.get(conversation)

    async def all(self) -> tuple[Hold, ...]:
        """See `Holds.all`."""
        return tuple(self._holds.values())

    async def replace(
        self, conversation: ConversationId, before: Hold | None, after: Hold | None
    ) -> bool:
        """See `Holds.replace`."""
        present = self._holds.get(conversation)
        if present not in (before, after):
            return False
        if after is None:
            self._holds.pop(conversation, None)
        else:
            self._holds[conversation] = after
        return True

    async def takes_turn(self, seconds: int) -> bool:
        """See `Holds.takes_turn`: there is nobody else."""
        return True
