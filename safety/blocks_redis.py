"""Blocks and raid mode in the store: one hash, one key, and one channel that wakes all processes.

Nothing here knows an address: what the disk holds are ids of conversations and of staff.
"""

from typing import Final

import msgspec

from config.clock import Millis
from config.ids import ConversationId
from safety.blocks import Block, extended, standing
from safety.escalation import Person
from safety.raid import Raid
from store.client import Store
from store.errors import StoreError
from store.replies import as_int, as_map, as_optional_bytes

_BLOCKS: Final = "{door}:blocks"
_RAID: Final = "{door}:raid"
_WAKE: Final = "{door}:wake"
_NONE: Final = b""
_ATTEMPTS: Final = 20
"""More than the supervisors who can decide about one block at one time."""

_encoder = msgspec.msgpack.Encoder()
_block_decoder: msgspec.msgpack.Decoder[Block] = msgspec.msgpack.Decoder(Block)
_raid_decoder: msgspec.msgpack.Decoder[Raid] = msgspec.msgpack.Decoder(Raid)


class BlocksRedis:
    """The blocks that all processes share."""

    wake = _WAKE

    def __init__(self, store: Store) -> None:
        """Use an open store."""
        self._store = store
        self._write = store.script("safety", "replace")

    async def lay(self, block: Block) -> None:
        """Keep a block; one that was laid on the same conversation gives way to it."""
        for _ in range(_ATTEMPTS):
            before = await self._read(block.conversation)
            if await self._replace(block.conversation, before, _encoder.encode(block)):
                return
        raise _contended()

    async def extend(
        self, conversation: ConversationId, hours: int, by: Person, now: Millis
    ) -> Block | None:
        """Let it hold longer; none if there is no such block any more."""
        for _ in range(_ATTEMPTS):
            before = await self._read(conversation)
            block = _block_decoder.decode(before) if before else None
            if block is None or standing(block, now) == "over":
                return None
            after = extended(block, hours, by, now)
            if await self._replace(conversation, before, _encoder.encode(after)):
                return after
        raise _contended()

    async def lift(self, conversation: ConversationId) -> bool:
        """Take it away; False if there is no such block any more."""
        for _ in range(_ATTEMPTS):
            before = await self._read(conversation)
            if not before:
                return False
            if await self._replace(conversation, before, _NONE):
                return True
        raise _contended()

    async def present(self, now: Millis) -> tuple[Block, ...]:
        """Return those that hold, the newest first; what is over is forgotten on the way."""
        records = as_map(await self._store.call("HGETALL", _BLOCKS))
        holding: list[Block] = []
        for conversation, record in records.items():
            block = _block_decoder.decode(record)
            if standing(block, now) == "over":
                await self._replace(ConversationId(conversation), record, _NONE)
            else:
                holding.append(block)
        return tuple(sorted(holding, key=lambda one: one.at, reverse=True))

    async def _read(self, conversation: ConversationId) -> bytes:
        reply = await self._store.call("HGET", _BLOCKS, conversation)
        return as_optional_bytes(reply) or _NONE

    async def _replace(self, conversation: ConversationId, before: bytes, after: bytes) -> bool:
        arguments = (conversation, before, after)
        return as_int(await self._store.run(self._write, (_BLOCKS, _WAKE), arguments)) == 1


class RaidsRedis:
    """The raid mode that all processes share."""

    def __init__(self, store: Store) -> None:
        """Use an open store."""
        self._store = store

    async def begin(self, raid: Raid, now: Millis) -> None:
        """Switch it on, or prolong it."""
        life = max(1, raid.until - now)
        await self._store.call("SET", _RAID, _encoder.encode(raid), "PX", life)
        await self._store.call("SPUBLISH", _WAKE, "raid")

    async def end(self) -> None:
        """Switch it off."""
        await self._store.call("DEL", _RAID)
        await self._store.call("SPUBLISH", _WAKE, "raid")

    async def present(self, now: Millis) -> Raid | None:
        """Return it while it is on."""
        record = as_optional_bytes(await self._store.call("GET", _RAID))
        raid = _raid_decoder.decode(record) if record else None
        return raid if raid and now < raid.until else None


def _contended() -> StoreError:
    return StoreError("A block is written to by too many at once; ask again.")
