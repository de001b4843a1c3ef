"""Sweeps: what any process does again and again, so that nothing is left undone by another.

Each step is safe to repeat and safe to run in several processes at once. Together they hold
promise 7 (an escalation that was not raised is raised) and promise 5 (the waiting room and the
conversations come to agree after a crash between two steps).
"""

import asyncio
import logging

from chat.arrivals import ticket_of
from chat.changes import Contended, agree, change, forget, raise_missing
from chat.conversation import Closed, GivenBack
from chat.floor import Floor
from chat.log import Record
from chat.parts import Parts
from config import limits
from config.clock import Millis, monotonic
from config.ids import AccountId, ConversationId
from matching.ticket import Seat
from store.errors import StoreError

log = logging.getLogger("benchside.sweeps")

SETTLED_MS = 20_000
"""How long two steps may lie apart before a sweep takes the second for lost: longer than a call
to the store may take, so that nobody's work is undone while it is being done."""
ABANDONED_MS = 15 * 60 * 1000
"""How long a conversation waits for a seeker who was cut off while talking."""
LOOK_SECONDS = 15.0
"""How often this process compares its positions with the logs."""


class Sweeps:
    """The periodic work of one process."""

    def __init__(self, parts: Parts, floor: Floor) -> None:
        self._parts = parts
        self._floor = floor

    async def heartbeats(self) -> None:
        """Renew the leases of those who are here, for as long as the server runs."""
        while True:
            try:
                await self.beat()
            except StoreError as error:
                log.warning("heartbeat failed: %s", error)
            await asyncio.sleep(limits.PING_SECONDS)

    async def beat(self) -> None:
        """Renew leases once; state again what the waiting room has forgotten."""
        now = self._parts.now()
        unknown = await self._parts.room.heartbeat(
            self._floor.supporting(), tuple(self._floor.seekers), now
        )
        for account in unknown:
            for member in self._floor.of(account):
                if member.stated is not None:
                    member.stated = await self._parts.room.set_availability(member.stated, now)
                    break

    async def run(self) -> None:
        """Sweep, for as long as the server runs."""
        looked = monotonic()
        while True:
            await asyncio.sleep(limits.SWEEP_SECONDS)
            try:
                await self.once()
            except (StoreError, Contended) as error:
                log.warning("sweep failed: %s", type(error).__name__)
            for seeker in tuple(self._floor.seekers.values()):
                seeker.close_if_over(monotonic())
            if monotonic() - looked > LOOK_SECONDS:
                looked = monotonic()
                self._parts.relay.look_everywhere()

    async def once(self) -> None:
        """Do all of it once. Raises: StoreError."""
        await self.lapsed()
        await self.repair()
        await self._parts.desk.louder(self._parts.now())

    async def lapsed(self) -> None:
        """See to those who have not been heard of for too long."""
        parts, now = self._parts, self._parts.now()
        lapsed = await parts.room.lapsed(now)
        if lapsed.supporters:
            seats = await parts.room.matched()
            for account in lapsed.supporters:
                for id_, seat in seats.items():
                    if seat.supporter == account:
                        await self._lose_supporter(id_, account)
                await parts.room.sign_off(account, now)
        records = await parts.log.find_many(lapsed.seekers)
        for id_, record in zip(lapsed.seekers, records, strict=True):
            if record is None:
                await parts.room.give_up(id_, now)
            else:
                await self._lose_seeker(record, now)

    async def _lose_supporter(self, id_: ConversationId, account: AccountId) -> None:
        if await change(self._parts, id_, GivenBack(account, "lost")) is None:
            record = await self._parts.log.find(id_)
            if record is not None:
                await agree(self._parts, record, account)

    async def _lose_seeker(self, record: Record, now: Millis) -> None:
        id_ = record.state.id
        if record.phase == "waiting":
            await change(self._parts, id_, Closed("gave_up"))
        elif record.phase == "talking":
            if record.gone_since is None:
                await self._parts.log.set_gone(id_, now)
            elif now - record.gone_since > ABANDONED_MS:
                await change(self._parts, id_, Closed("lost"))

    async def repair(self) -> None:
        """Let the waiting room, the conversations and the desk agree.

        The conversations are read before the seats: a supporter sits before they become a
        member, so one who became a member meanwhile has a seat. The other way round the sweep
        would take them for lost.
        """
        parts, now = self._parts, self._parts.now()
        live = await parts.room.live()
        ids = [id_ for id_, _ in live]
        for id_ in {found[0] for found in await parts.log.unraised(ids)}:
            await raise_missing(parts, id_)
        records = await parts.log.find_many(ids)
        places = await parts.room.place(ids)
        seats = await parts.room.matched()
        for (id_, since), record in zip(live, records, strict=True):
            if now - since < SETTLED_MS:
                continue
            if record is None:
                await parts.room.release(id_, now)
            else:
                await self._agree(record, seats.get(id_), queued=id_ in places)

    async def _agree(self, record: Record, seat: Seat | None, *, queued: bool) -> None:
        parts, state = self._parts, record.state
        match record.phase:
            case "ended":
                await forget(parts, state)
            case "waiting" if seat is None and not queued:
                await parts.room.enqueue(ticket_of(record))
            case "talking" if seat is None and state.supporter is not None:
                await change(parts, state.id, GivenBack(state.supporter, "lost"))
            case _ if seat is not None and parts.now() - seat.since > SETTLED_MS:
                await agree(parts, record, seat.supporter)
            case _:
                pass
