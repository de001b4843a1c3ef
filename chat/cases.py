"""Cases: the ports to what is kept of held conversations, and to the keys that open it.

The text of a case is a copy, sealed under a key of its own: the conversation itself goes when
its time is over or its seeker erases it, and the copy goes with its own key. The keys lie in
the folder of keys, apart from the store. Adapters: `cases_redis.py` and `case_keys_files.py`,
and `cases_memory.py` for the same contracts in memory.
"""

from collections.abc import Mapping
from typing import Protocol

from chat.sealing import Which
from config.ids import ConversationId


class CaseTexts(Protocol):
    """The sealed entries of cases. Raises: StoreError, each."""

    async def put(
        self, conversation: ConversationId, which: Which, envelopes: Mapping[int, bytes]
    ) -> None:
        """Keep envelopes by the seq of their entries. Safe to repeat."""
        ...

    async def read(self, conversation: ConversationId, which: Which) -> list[tuple[int, bytes]]:
        """Return what is kept, in the order of seq."""
        ...

    async def last(self, conversation: ConversationId, which: Which) -> int:
        """Return the highest seq that is kept, 0 if none is."""
        ...

    async def destroy(self, conversation: ConversationId) -> None:
        """Destroy all of a case. Safe to repeat."""
        ...


class CaseKeys(Protocol):
    """The keys of cases, of 32 bytes each. Raises: WrongKeys, each; the text says what to do."""

    async def make(self, conversation: ConversationId) -> bytes:
        """Return the key of a case; it is made if there is none, the same for all who ask."""
        ...

    async def of(self, conversation: ConversationId) -> bytes | None:
        """Return the key of a case, if there is one (still)."""
        ...

    async def all(self) -> tuple[ConversationId, ...]:
        """Return the cases that have a key."""
        ...

    async def destroy(self, conversation: ConversationId) -> None:
        """Destroy it; what it sealed can't be opened any more. Safe to repeat."""
        ...
