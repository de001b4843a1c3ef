"""Blocks and raid mode in memory: the same promises for one process. For tests."""

from config.clock import Millis
from config.ids import ConversationId
from safety.blocks import Block, extended, standing
from safety.escalation import Person
from safety.raid import Raid


class BlocksMemory:
    """Blocks without a store."""

    wake = "wake"

    def __init__(self) -> None:
        """Begin without blocks."""
        self._blocks: dict[ConversationId, Block] = {}

    async def lay(self, block: Block) -> None:
        """See `Blocks`."""
        self._blocks[block.conversation] = block

    async def extend(
        self, conversation: ConversationId, hours: int, by: Person, now: Millis
    ) -> Block | None:
        """See `Blocks`."""
        before = self._blocks.get(conversation)
        if before is None or standing(before, now) == "over":
            return None
        self._blocks[conversation] = extended(before, hours, by, now)
        return self._blocks[conversation]

    async def lift(self, conversation: ConversationId) -> bool:
        """See `Blocks`."""
        return self._blocks.pop(conversation, None) is not None

    async def present(self, now: Millis) -> tuple[Block, ...]:
        """See `Blocks`."""
        holding = [one for one in self._blocks.values() if standing(one, now) != "over"]
        return tuple(sorted(holding, key=lambda one: one.at, reverse=True))


class RaidsMemory:
    """Raid mode without a store."""

    def __init__(self) -> None:
        """Begin in peace."""
        self._raid: Raid | None = None

    async def begin(self, raid: Raid, now: Millis) -> None:
        """See `Raids`."""
        self._raid = raid

    async def end(self) -> None:
        """See `Raids`."""
        self._raid = None

    async def present(self, now: Millis) -> Raid | None:
        """See `Raids`."""
        return self._raid if self._raid and now < self._raid.until else None
