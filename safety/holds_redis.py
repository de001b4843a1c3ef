"""Holds in the store: one hash, without a word of what was said."""

from typing import Final

import msgspec

from config.ids import ConversationId
from safety.holds import Hold
from store.client import Store
from store.replies import as_int, as_map, as_optional_bytes

_HOLDS: Final = "{holds}:holds"
_WAKE: Final = "{holds}:wake"
_TURN: Final = "{holds}:turn"
_NONE: Final = b""

_encoder = msgspec.msgpack.Encoder()
_decoder: msgspec.msgpack.Decoder[Hold] = msgspec.msgpack.Decoder(Hold)


class HoldsRedis:
    """The holds that all processes share."""

    def __init__(self, store: Store) -> None:
        """Use an open store."""
        self._store = store
        self._write = store.script("safety", "replace")

    async def get(self, conversation: ConversationId) -> Hold | None:
        """See `Holds.get`."""
        record = as_optional_bytes(await self._store.call("HGET", _HOLDS, conversation))
        return _decoder.decode(record) if record else None

    async def all(self) -> tuple[Hold, ...]:
        """See `Holds.all`."""
        records = as_map(await self._store.call("HGETALL", _HOLDS))
        return tuple(_decoder.decode(record) for record in records.values())

    async def replace(
        self, conversation: ConversationId, before: Hold | None, after: Hold | None
    ) -> bool:
        """See `Holds.replace`."""
        given = (conversation, _record(before), _record(after))
        return as_int(await self._store.run(self._write, (_HOLDS, _WAKE), given)) == 1

    async def takes_turn(self, seconds: int) -> bool:
        """See `Holds.takes_turn`."""
        return await self._store.call("SET", _TURN, 1, "NX", "EX", seconds) is not None


def _record(hold: Hold | None) -> bytes:
    return _encoder.encode(hold) if hold else _NONE
