"""Cases in memory: the same contracts for one process. For tests."""

import secrets
from collections import defaultdict
from collections.abc import Mapping

from chat.sealing import KEY_BYTES, Which
from config.ids import ConversationId


class MemoryCaseTexts:
    """Sealed entries that are gone with the process."""

    def __init__(self) -> None:
        """Begin without cases."""
        self._kept: defaultdict[tuple[ConversationId, Which], dict[int, bytes]] = defaultdict(dict)

    async def put(
        self, conversation: ConversationId, which: Which, envelopes: Mapping[int, bytes]
    ) -> None:
        """See `CaseTexts.put`."""
        self._kept[conversation, which].update(envelopes)

    async def read(self, conversation: ConversationId, which: Which) -> list[tuple[int, bytes]]:
        """See `CaseTexts.read`."""
        return sorted(self._kept[conversation, which].items())

    async def last(self, conversation: ConversationId, which: Which) -> int:
        """See `CaseTexts.last`."""
        return max(self._kept[conversation, which], default=0)

    async def destroy(self, conversation: ConversationId) -> None:
        """See `CaseTexts.destroy`."""
        self._kept.pop((conversation, "log"), None)
        self._kept.pop((conversation, "staff"), None)


class MemoryCaseKeys:
    """Keys that are gone with the process."""

    def __init__(self) -> None:
        """Begin without keys."""
        self._keys: dict[ConversationId, bytes] = {}

    async def make(self, conversation: ConversationId) -> bytes:
        """See `CaseKeys.make`."""
        return self._keys.setdefault(conversation, secrets.token_bytes(KEY_BYTES))

    async def of(self, conversation: ConversationId) -> bytes | None:
        """See `CaseKeys.of`."""
        return self._keys.get(conversation)

    async def all(self) -> tuple[ConversationId, ...]:
        """See `CaseKeys.all`."""
        return tuple(self._keys)

    async def destroy(self, conversation: ConversationId) -> None:
        """See `CaseKeys.destroy`."""
        self._keys.pop(conversation, None)
