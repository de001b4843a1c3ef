"""Sweeps: what any process does again and again, so that nothing is left undone by another.

Each step is safe to repeat and safe to run in several processes at once. Together they hold
promise 7 (an escalation that was not raised is raised) and promise 5 (the waiting room and the
conversations come to agree after a crash between two steps).
"""

import asyncio
import logging
from collections.abc import Awaitable, Iterator, Sequence
from dataclasses import replace

from chat.arrivals import ticket_of
from chat.changes import Contended, agree, change, forget, raise_missing
from chat.conversation import Closed, GivenBack
from chat.erasing import Erasures
from chat.floor import Floor
from chat.log import Record
from chat.parts import Parts
from config import limits
from config.clock import Millis, monotonic
from config.ids import AccountId, ConversationId
from config.risk import Risk
from matching.ticket import Seat
from staff.accounts import valid_training
from store.errors import StoreError, StoreUnreachable

log = logging.getLogger("benchside.sweeps")

SETTLED_MS = 20_000
"""How long two steps may lie apart before a sweep takes the second for lost: longer than a call
to the store may take, so that nobody's work is undone while it is being done."""
ABANDONED_MS = 15 * 60 * 1000
"""How long a conversation waits for a seeker who was cut off while talking."""
CALM_SECONDS = 2 * limits.PING_SECONDS
"""After a start or trouble with the store: how long everybody has to be heard of again before
anybody is taken for gone. While the store was away nobody could renew a lease."""
JUMP_MS = 5_000
"""A clock that goes so far astray between two sweeps has jumped: nobody could renew a lease for
the time that it left out."""
CHUNK = 200
"""Conversations that a sweep asks for at once."""
TURN_MS = int(800 * limits.SWEEP_SECONDS)
"""How long nobody else sweeps: a little less than until the next time, so that none is left out."""
LOOK_SECONDS = 15.0
"""How often this process compares its positions with the logs."""


class Sweeps:
    """The periodic work of one process."""

    def __init__(self, parts: Parts, floor: Floor) -> None:
        self._parts = parts
        self._floor = floor
        self._erasures = Erasures(parts, floor)
        self._calm_since = monotonic()
        self._ahead = self._now_ahead()

    def _now_ahead(self) -> float:
        """Return by how many milliseconds the house's clock is ahead of one that can't jump."""
        return self._parts.now() - monotonic() * 1000

    def has_jumped(self) -> bool:
        """Whether the house's clock has jumped since this was last asked."""
        before, self._ahead = self._ahead, self._now_ahead()
        return abs(self._ahead - before) > JUMP_MS

    async def heartbeats(self) -> None:
        """Renew the leases of those who are here, for as long as the server runs."""
        while True:
            try:
                await self.beat()
            except StoreError as error:
                self._calm_since = monotonic()
                log.warning("heartbeat failed: %s", error)
            await asyncio.sleep(limits.PING_SECONDS)

    async def beat(self) -> None:
        """Renew leases once; state again what the waiting room has forgotten, or what changed."""
        now = self._parts.now()
        unknown = await self._parts.room.heartbeat(
            self._floor.supporting(), tuple(self._floor.seekers), now
        )
        for account in self._floor.supporting():
            person = await self._parts.accounts.get(account)
            trained_to = valid_training(person, now) if person else None
            await self._state(account, trained_to, again=account in unknown)

    async def _state(self, account: AccountId, trained_to: Risk | None, *, again: bool) -> None:
        """State what has changed: training that began or ran out, or all of it, if forgotten."""
        for member in self._floor.of(account):
            stated = member.stated
            if stated is not None and (again or stated.trained_to != trained_to):
                member.stated = await self._parts.room.set_availability(
                    replace(stated, trained_to=trained_to), self._parts.now()
                )
                return

    async def run(self) -> None:
        """Sweep, for as long as the server runs."""
        looked = swept = monotonic()
        while True:
            await asyncio.sleep(limits.SWEEP_SECONDS)
            if monotonic() - swept > 2 * limits.SWEEP_SECONDS or self.has_jumped():
                self._calm_since = monotonic()  # the machine slept, or its clock was set
            swept = monotonic()
            try:
                await self._sweep()
            except StoreError as error:
                self._calm_since = monotonic()
                log.warning("sweep failed: %s", error)
            for seeker in tuple(self._floor.seekers.values()):
                seeker.close_if_over(monotonic())
            if monotonic() - looked > LOOK_SECONDS:
                looked = monotonic()
                self._parts.relay.look_everywhere()
                await self._take_away()

    async def _sweep(self) -> None:
        """Sweep, if it is this process's turn: one of all that share the room does it at a time.

        Sweeping costs as much as there are conversations, so not each process can. Whoever
        doubts its own view of who is here only calls for help, and leaves the turn to others.
        """
        if monotonic() - self._calm_since <= CALM_SECONDS:
            await self.call_for_help()
        elif await self._parts.room.take_turn(self._parts.now(), TURN_MS):
            await self.once()

    async def _take_away(self) -> None:
        try:
            await self._erasures.look()
        except StoreError as error:
            log.warning("what is erased could not be looked for: %s", error)

    async def once(self) -> None:
        """Do all of it once. What people's safety rests on comes first. Raises: StoreError."""
        await self.call_for_help()
        await self.lapsed()
        await self.repair()

    async def call_for_help(self) -> None:
        """Raise what was not raised, and louder what nobody answered. Raises: StoreError."""
        await self.raise_missing([id_ for id_, _ in await self._parts.room.live()])
        await self._parts.desk.louder(self._parts.now())

    async def raise_missing(self, ids: Sequence[ConversationId]) -> None:
        """Raise every escalation that a crash has left out. Raises: StoreError."""
        for some in _chunks(ids):
            for id_ in {found[0] for found in await self._parts.log.unraised(some)}:
                await _safely(raise_missing(self._parts, id_), id_)

    async def lapsed(self) -> None:
        """See to those who have not been heard of for too long, in any process."""
        parts, now = self._parts, self._parts.now()
        lapsed = await parts.room.lapsed(now)
        lost = set(lapsed.supporters) - self._floor.supporting()
        if lost:
            for id_, seat in (await parts.room.matched()).items():
                if seat.supporter in lost:
                    await _safely(self._lose_supporter(id_, seat), id_)
            for account in lost:
                await parts.room.sign_off(account, now)
        gone = [id_ for id_ in lapsed.seekers if id_ not in self._floor.seekers]
        for some in _chunks(gone):
            records = await parts.log.find_many(some)
            for id_, record in zip(some, records, strict=True):
                await _safely(self._lose_seeker(id_, record, now), id_)

    async def _lose_supporter(self, id_: ConversationId, seat: Seat) -> None:
        if await change(self._parts, id_, GivenBack(seat.supporter, "lost")) is None:
            record = await self._parts.log.find(id_)
            if record is not None:
                await agree(self._parts, record, seat)

    async def _lose_seeker(self, id_: ConversationId, record: Record | None, now: Millis) -> None:
        if record is None:
            await self._parts.room.give_up(id_, now)
        elif record.phase == "waiting":
            await change(self._parts, id_, Closed("gave_up"))
        elif record.phase == "talking":
            if record.gone_since is None:
                await self._parts.log.set_gone(id_, now)
            elif now - record.gone_since > ABANDONED_MS:
                await change(self._parts, id_, Closed("lost"))

    async def repair(self) -> None:
        """Let the waiting room and the conversations agree. Raises: StoreError.

        The conversations are read before the seats: a supporter sits before they become a
        member, so one who became a member meanwhile has a seat. The other way round the sweep
        would take them for lost.
        """
        parts, now = self._parts, self._parts.now()
        settled = [id_ for id_, since in await parts.room.live() if now - since >= SETTLED_MS]
        for some in _chunks(settled):
            records = await parts.log.find_many(some)
            places = await parts.room.place(some)
            seats = await parts.room.matched(some)
            for id_, record in zip(some, records, strict=True):
                if record is None:
                    await parts.room.release(id_, now)
                else:
                    await _safely(self._agree(record, seats.get(id_), queued=id_ in places), id_)

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
                await agree(parts, record, seat)
            case _:
                pass


def _chunks(ids: Sequence[ConversationId]) -> Iterator[Sequence[ConversationId]]:
    """Yield some at a time, so that a sweep never stands long before people's lines."""
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]


async def _safely(work: Awaitable[None], id_: ConversationId) -> None:
    """Do one piece of work; if it fails by itself, go on with the others.

    Raises: StoreUnreachable: none of the others would fare better.
    """
    try:
        await work
    except StoreUnreachable:
        raise
    except (StoreError, Contended, ValueError) as error:
        log.warning("a sweep left conversation %s for later: %s", id_, type(error).__name__)
