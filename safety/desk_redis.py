"""The desk in the store: one record for each escalation, written by compare-and-set.

`safety/desk.py` rules what becomes of an escalation; `lua/transition.lua` writes it if nothing
has changed since it was read, keeps the indexes and wakes the desk's readers. If someone was
first, it is read and ruled again.
"""

import asyncio
from typing import Final

import msgspec

from config.clock import Millis, Seconds
from config.ids import ConversationId, EscalationId, new_id
from config.risk import Risk
from safety.desk import (
    PATIENCE,
    RETENTION,
    CannotAcknowledge,
    CannotResolve,
    Placed,
    in_order,
    rule_acknowledgement,
    rule_cause,
    rule_resolution,
)
from safety.escalation import (
    LEGAL,
    Cause,
    Escalation,
    Louder,
    Outcome,
    Person,
    Raised,
    Resolved,
    State,
    overdue,
    patience,
    step,
)
from store.client import Store
from store.errors import StoreError
from store.replies import as_int, as_list, as_map, as_optional_bytes, as_text

_UNRESOLVED: Final = "{desk}:unresolved"
_DUE: Final = "{desk}:due"
_WAKE: Final = "{desk}:wake"
_NEW: Final = b""
_ATTEMPTS: Final = 20
"""More than the supervisors and causes that can meet at one escalation at one time."""

_encoder = msgspec.msgpack.Encoder()
_decoder: msgspec.msgpack.Decoder[Escalation] = msgspec.msgpack.Decoder(Escalation)


class DeskRedis:
    """The desk that all processes share."""

    def __init__(
        self, store: Store, usual: Seconds = PATIENCE, retention: Seconds = RETENTION
    ) -> None:
        """Use an open store; `usual` is the time until an escalation becomes louder."""
        self._store = store
        self._patience = int(usual * 1000)
        self._retention = int(retention * 1000)
        self._transition = store.script("safety", "transition")

    @property
    def wake(self) -> str:
        """The sharded channel on which the id of each changed escalation is published."""
        return _WAKE

    async def raise_(self, cause: Cause, at: Millis) -> Placed:
        """Bring a cause to the desk; bringing it again changes nothing."""
        raised = Raised(EscalationId(new_id()), cause, at, self._later(at, cause.risk))
        for _ in range(_ATTEMPTS):
            placed = await self._place(raised)
            if placed is not None:
                return placed
        raise _contended()

    async def acknowledge(
        self, escalation: EscalationId, by: Person, at: Millis
    ) -> Escalation | CannotAcknowledge:
        """Say that this supervisor looks after it."""
        for _ in range(_ATTEMPTS):
            record = await self._read(escalation)
            before = _decode(record)
            ruling = rule_acknowledgement(before, by, at)
            if not isinstance(ruling, Escalation) or ruling == before:
                return ruling
            if await self._write(record, ruling):
                return ruling
        raise _contended()

    async def resolve(
        self, escalation: EscalationId, by: Person, outcome: Outcome, at: Millis
    ) -> Escalation | CannotResolve:
        """Close it."""
        for _ in range(_ATTEMPTS):
            record = await self._read(escalation)
            before = _decode(record)
            ruling = rule_resolution(before, Resolved(by, outcome, at))
            if not isinstance(ruling, Escalation) or ruling == before:
                return ruling
            if await self._write(record, ruling):
                return ruling
        raise _contended()

    async def louder(self, now: Millis) -> tuple[Escalation, ...]:
        """Raise again those whose patience ran out, and return those that this call raised."""
        reply = await self._store.call("ZRANGEBYSCORE", _DUE, "-inf", int(now))
        ids = [EscalationId(as_text(one)) for one in as_list(reply)]
        raised = await asyncio.gather(*(self._raise_again(one, now) for one in ids))
        return in_order([one for one in raised if one is not None])

    async def unresolved(self) -> tuple[Escalation, ...]:
        """Return all that are open or acknowledged: the gravest first, then the oldest."""
        reply = await self._store.call("ZRANGE", _UNRESOLVED, 0, -1)
        found = await self._read_all([EscalationId(as_text(one)) for one in as_list(reply)])
        return in_order([one for one in found if one.state is not State.RESOLVED])

    async def get(self, escalation: EscalationId) -> Escalation | None:
        """Return one escalation."""
        return _decode(await self._read(escalation))

    async def of(self, conversation: ConversationId) -> tuple[Escalation, ...]:
        """Return all escalations of a conversation that are still kept, the oldest first."""
        reply = await self._store.call("HVALS", _conversation(conversation))
        found = await self._read_all([EscalationId(as_text(one)) for one in as_list(reply)])
        return tuple(sorted(found, key=lambda one: (one.raised, one.id)))

    async def _place(self, raised: Raised) -> Placed | None:
        """Make one attempt; none if someone was first."""
        cause = raised.cause
        fields = as_map(await self._store.call("HGETALL", _conversation(cause.conversation)))
        key = f"{cause.kind}:{cause.seq}"
        current, holder = fields.get("current"), fields.get(key)
        while holder is not None and holder != current:
            if cause.kind == "line":
                return await self._held(EscalationId(holder.decode()))
            key = f"{key}:{holder.decode()}"  # called again, after the first call was closed
            holder = fields.get(key)
        record = await self._read(EscalationId(current.decode())) if current else None
        before = _decode(record)
        if current and before is None:
            return None
        after = rule_cause(before, raised, held=holder is not None)
        if after == before:
            return Placed(after, new=False)
        joining = "" if holder is not None else key
        if not await self._write(record, after, current=current or _NEW, joining=joining):
            return None
        return Placed(after, new=before is None)

    async def _held(self, holder: EscalationId) -> Placed | None:
        escalation = await self.get(holder)
        return Placed(escalation, new=False) if escalation else None

    async def _raise_again(self, escalation: EscalationId, now: Millis) -> Escalation | None:
        record = await self._read(escalation)
        before = _decode(record)
        if before is None or Louder not in LEGAL[before.state] or not overdue(before, now):
            return None
        after = step(before, Louder(self._later(now, before.risk)))
        return after if await self._write(record, after) else None

    async def _write(
        self,
        before: bytes | None,
        after: Escalation,
        current: bytes | None = None,
        joining: str = "",
    ) -> bool:
        """Write if nothing has changed; `current` is the escalation's own id where not given."""
        resolved = after.state is State.RESOLVED
        keys = (_escalation(after.id), _conversation(after.conversation), _UNRESOLVED, _DUE, _WAKE)
        arguments = (
            after.id,
            before or _NEW,
            _encoder.encode(after),
            after.id if current is None else current,
            joining,
            "" if resolved else after.raised,
            "" if after.louder_at is None else after.louder_at,
            self._retention,
        )
        return as_int(await self._store.run(self._transition, keys, arguments)) == 1

    async def _read(self, escalation: EscalationId) -> bytes | None:
        return as_optional_bytes(await self._store.call("GET", _escalation(escalation)))

    async def _read_all(self, escalations: list[EscalationId]) -> list[Escalation]:
        keys = [_escalation(one) for one in dict.fromkeys(escalations)]
        replies = as_list(await self._store.call("MGET", *keys)) if keys else ()
        decoded = [_decode(as_optional_bytes(reply)) for reply in replies]
        return [one for one in decoded if one is not None]

    def _later(self, at: Millis, risk: Risk) -> Millis:
        return Millis(at + patience(self._patience, risk))


def _escalation(escalation: EscalationId) -> str:
    return f"{{desk}}:escalation:{escalation}"


def _conversation(conversation: ConversationId) -> str:
    return f"{{desk}}:conversation:{conversation}"


def _decode(record: bytes | None) -> Escalation | None:
    return None if record is None else _decoder.decode(record)


def _contended() -> StoreError:
    return StoreError("The desk is written to by too many at once; ask again.")
