"""The sealed entries of cases in the store: two hashes for each case, from seq to envelope."""

from collections.abc import Mapping
from typing import Final

from chat.sealing import Which
from config.ids import ConversationId
from store.client import Store
from store.replies import Argument, as_bytes, as_list, as_map

_BOTH: Final[tuple[Which, ...]] = ("log", "staff")


class RedisCaseTexts:
    """What is kept of the cases of a house."""

    def __init__(self, store: Store) -> None:
        """Use an open store."""
        self._store = store

    async def put(
        self, conversation: ConversationId, which: Which, envelopes: Mapping[int, bytes]
    ) -> None:
        """See `CaseTexts.put`."""
        if envelopes:
            pairs: list[Argument] = [part for pair in envelopes.items() for part in pair]
            await self._store.call("HSET", _key(conversation, which), *pairs)

    async def read(self, conversation: ConversationId, which: Which) -> list[tuple[int, bytes]]:
        """See `CaseTexts.read`."""
        kept = as_map(await self._store.call("HGETALL", _key(conversation, which)))
        return sorted((int(seq), envelope) for seq, envelope in kept.items())

    async def last(self, conversation: ConversationId, which: Which) -> int:
        """See `CaseTexts.last`."""
        kept = as_list(await self._store.call("HKEYS", _key(conversation, which)))
        return max([int(as_bytes(seq)) for seq in kept], default=0)

    async def destroy(self, conversation: ConversationId) -> None:
        """See `CaseTexts.destroy`; the journal is rewritten soon, as after an erasure."""
        await self._store.call("DEL", *[_key(conversation, which) for which in _BOTH])
        self._store.journal.want()


def _key(conversation: ConversationId, which: Which) -> str:
    return f"{{case:{conversation}}}:{which}"
