"""The waiting room in memory: one process, nothing survives it.

The fake that other rooms are tested with, and the model that the store's adapter is compared
with: written for plainness, it sorts where the store keeps an index.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from config.clock import Millis
from config.ids import AccountId, ConversationId, OfferId, TokenHash
from config.risk import Risk
from matching.limits import (
    CODE_MS,
    GRACE_MS,
    LAPSED_AT_ONCE,
    LEASE_MS,
    MISSES_UNTIL_AWAY,
    PICKUPS_KEPT,
)
from matching.ticket import (
    Availability,
    DeclineReason,
    ExpiredOffer,
    Lapsed,
    Offer,
    OpenOffer,
    Pickup,
    Seat,
    Supporter,
    Totals,
)
from matching.tickets_memory import Code, Person, Seeker, State, TicketsInMemory
from matching.wake import Wake


@dataclass(slots=True)
class MemoryWaitingRoom(TicketsInMemory):
    """The whole room: `Offers`, `Seats`, `Presence`, `Codes`, `Overview` and `Wakes` are here."""

    # Offers

    async def offer(self, offer: Offer, risk: Risk, now: Millis) -> bool:
        """See `Offers`."""
        seeker, person = self._seekers.get(offer.conversation), self._people.get(offer.supporter)
        if seeker and seeker.offer and seeker.offer.id == offer.id:
            return True
        if seeker is None or seeker.state is not State.WAITING or seeker.ticket.risk != risk:
            return False
        if person is None or person.lease <= now or not _welcomes(person.record):
            return False
        seeker.state, seeker.offer, seeker.supporter = State.OFFERED, offer, offer.supporter
        person.record = replace(person.record, asked=True, load=person.record.load + 1)
        self._wake("offered", offer.supporter, offer.id)
        return True

    async def accept(
        self, offer: OfferId, supporter: AccountId, now: Millis
    ) -> ConversationId | None:
        """See `Offers`."""
        seeker = self._holder(offer, supporter)
        if seeker is None or seeker.offer is None:
            return None
        ticket = seeker.ticket
        if seeker.state is State.MATCHED:
            seeker.since = max(seeker.since, now)
            return ticket.conversation
        if seeker.offer.expires_at <= now:
            return None
        seeker.state, seeker.since = State.MATCHED, now
        person = self._people[supporter]
        person.record, person.missed = replace(person.record, asked=False), 0
        if not ticket.boosted:
            self._pickups.insert(0, Pickup(now, now - ticket.arrived_at))
            del self._pickups[PICKUPS_KEPT:]
        self._wake("pair")
        return ticket.conversation

    async def decline(
        self, offer: OfferId, supporter: AccountId, reason: DeclineReason, now: Millis
    ) -> ConversationId | None:
        """See `Offers`."""
        seeker = self._holder(offer, supporter)
        if seeker is None or seeker.state is not State.OFFERED:
            return None
        self._return(seeker, now)
        self._people[supporter].missed = 0
        self._count(now, f"declined:{reason}")
        self._wake("pair")
        return seeker.ticket.conversation

    async def expire(self, now: Millis) -> list[ExpiredOffer]:
        """See `Offers`."""
        open_now = [
            (seeker, seeker.offer)
            for seeker in self._seekers.values()
            if seeker.state is State.OFFERED and seeker.offer
        ]
        due = [(seeker, offer) for seeker, offer in open_now if offer.expires_at <= now]
        due.sort(key=lambda one: (one[1].expires_at, one[1].id))
        expired: list[ExpiredOffer] = []
        for seeker, offer in due:
            self._return(seeker, now)
            self._count(now, "missed")
            away = self._miss(self._people[offer.supporter])
            expired.append(ExpiredOffer(offer.id, offer.conversation, offer.supporter, away))
        if expired:
            self._wake("pair")
        return expired

    async def open_offers(self, supporters: Sequence[AccountId]) -> list[OpenOffer]:
        """See `Offers`."""
        held = {
            seeker.supporter: OpenOffer(seeker.offer, seeker.ticket)
            for seeker in self._seekers.values()
            if seeker.state is State.OFFERED and seeker.offer
        }
        return [held[one] for one in supporters if one in held]

    # Seats

    async def matched(
        self, among: Sequence[ConversationId] | None = None
    ) -> Mapping[ConversationId, Seat]:
        """See `Seats`."""
        return {
            conversation: Seat(seeker.supporter, seeker.since)
            for conversation, seeker in self._seekers.items()
            if seeker.state is State.MATCHED and seeker.supporter
            if among is None or conversation in among
        }

    async def requeue(
        self,
        conversation: ConversationId,
        supporter: AccountId,
        now: Millis,
        since: Millis | None = None,
    ) -> bool:
        """See `Seats`."""
        seeker = self._seekers.get(conversation)
        if seeker is None or seeker.state is not State.MATCHED or seeker.supporter != supporter:
            return False
        if since not in (None, seeker.since):
            return False
        seeker.ticket = replace(seeker.ticket, boosted=now)
        seeker.state, seeker.supporter, seeker.offer = State.WAITING, None, None
        seeker.grace = max(seeker.grace, now + GRACE_MS)
        self._free(supporter, now)
        self._wake("pair")
        return True

    async def reseat(
        self, conversation: ConversationId, supporter: AccountId, now: Millis
    ) -> AccountId | None:
        """See `Seats`."""
        seeker = self._seekers.get(conversation)
        if seeker is None or seeker.state is not State.MATCHED or seeker.supporter is None:
            return None
        before = seeker.supporter
        if before != supporter:
            self._free(before, now)
            if person := self._people.get(supporter):
                person.record = replace(person.record, load=person.record.load + 1)
            seeker.supporter, seeker.offer, seeker.since = supporter, None, now
            self._wake("pair")
        return before

    # Presence

    async def set_availability(self, supporter: Supporter, now: Millis) -> Supporter:
        """See `Presence`."""
        person = self._people.get(supporter.account)
        load = self._seats(supporter.account)
        idle_since, asked, lease = now, False, now + LEASE_MS
        if person:
            asked, lease = person.record.asked, max(lease, person.lease)
            if not (_comes_free(person.record, supporter)):
                idle_since = person.record.idle_since
        record = replace(supporter, load=load, idle_since=idle_since, asked=asked)
        self._people[supporter.account] = Person(record, lease)
        if record.state is Availability.AVAILABLE:
            self._wake("pair")
        elif asked:
            for one in await self.open_offers([supporter.account]):
                await self.decline(one.offer.id, supporter.account, "not_now", now)
        return self._people[supporter.account].record

    async def heartbeat(
        self,
        supporters: Collection[AccountId],
        seekers: Collection[ConversationId],
        now: Millis,
    ) -> frozenset[AccountId]:
        """See `Presence`."""
        for conversation in self._seekers.keys() & set(seekers):
            seeker = self._seekers[conversation]
            seeker.grace = max(seeker.grace, now + GRACE_MS)
        for account in self._people.keys() & set(supporters):
            person = self._people[account]
            person.lease = max(person.lease, now + LEASE_MS)
        return frozenset(supporters) - self._people.keys()

    async def lapsed(self, now: Millis) -> Lapsed:
        """See `Presence`."""
        silent = sorted((p.lease, account) for account, p in self._people.items())
        gone = sorted(
            (seeker.grace, conversation) for conversation, seeker in self._seekers.items()
        )
        return Lapsed(
            tuple(account for lease, account in silent if lease <= now)[:LAPSED_AT_ONCE],
            tuple(one for grace, one in gone if grace <= now)[:LAPSED_AT_ONCE],
        )

    async def sign_off(self, supporter: AccountId, now: Millis) -> bool:
        """See `Presence`."""
        person = self._people.get(supporter)
        if (person and person.lease > now) or self._seats(supporter):
            return False
        self._people.pop(supporter, None)
        return True

    async def supporters(self, now: Millis) -> list[Supporter]:
        """See `Presence`."""
        there = [(p.lease, account) for account, p in self._people.items() if p.lease > now]
        return [self._people[account].record for _, account in sorted(there)]

    # Codes

    async def keep_code(self, conversation: ConversationId, code: TokenHash, now: Millis) -> bool:
        """See `Codes`."""
        if conversation not in self._live:
            return False
        self._forget_code(conversation)
        until = Millis(now + CODE_MS)
        self._codes[code] = Code(conversation, until)
        if seeker := self._seekers.get(conversation):
            seeker.grace = max(seeker.grace, until)
        return True

    async def take_code(self, code: TokenHash, now: Millis) -> ConversationId | None:
        """See `Codes`."""
        kept = self._codes.pop(code, None)
        if kept is None or kept.until <= now:
            return None
        if seeker := self._seekers.get(kept.conversation):
            seeker.grace = now + GRACE_MS
        return kept.conversation

    # Overview and wake-ups

    async def take_turn(self, now: Millis, for_ms: int) -> bool:
        """See `Overview`."""
        if now < self._turn_ends:
            return False
        self._turn_ends = Millis(now + for_ms)
        return True

    async def pickups(self) -> list[Pickup]:
        """See `Overview`."""
        return list(self._pickups)

    async def totals(self, now: Millis) -> Totals:
        """See `Overview`."""
        states = Counter(seeker.state for seeker in self._seekers.values())
        today = self._today(now)
        return Totals(
            waiting=states[State.WAITING],
            offered=states[State.OFFERED],
            matched=states[State.MATCHED],
            gave_up_today=today.get("gave_up", 0),
            missed_today=today.get("missed", 0),
            declined_today=sum(n for what, n in today.items() if what.startswith("declined:")),
        )

    async def listen(self, listener: Callable[[Wake], None]) -> None:
        """See `Wakes`; here everybody who listens is called."""
        self._listeners.append(listener)

    # What the operations share

    def _holder(self, offer: OfferId, supporter: AccountId) -> Seeker | None:
        for seeker in self._seekers.values():
            if seeker.offer and seeker.offer.id == offer and seeker.supporter == supporter:
                return seeker
        return None

    def _return(self, seeker: Seeker, now: Millis) -> None:
        """Put an offered ticket back in its place."""
        if seeker.offer is None:
            return
        offer = seeker.offer
        seeker.state, seeker.offer, seeker.supporter = State.WAITING, None, None
        seeker.ticket = replace(seeker.ticket, declines=seeker.ticket.declines + 1)
        self._declined[offer.conversation, offer.supporter] = now
        self._free(offer.supporter, None)
        self._wake("withdrawn", offer.supporter, offer.id)

    def _miss(self, person: Person) -> bool:
        person.missed += 1
        if person.missed < MISSES_UNTIL_AWAY or person.record.state is Availability.AWAY:
            return False
        person.record = replace(person.record, state=Availability.AWAY)
        self._wake("away", person.record.account)
        return True

    def _seats(self, account: AccountId) -> int:
        return sum(one.supporter == account for one in self._seekers.values())


def _welcomes(record: Supporter) -> bool:
    """Whether the room would let an offer be made; training is the policy's to judge."""
    return (
        record.state is Availability.AVAILABLE
        and not record.asked
        and record.load < record.capacity
    )


def _comes_free(before: Supporter, after: Supporter) -> bool:
    available = Availability.AVAILABLE
    return after.state is available and before.state is not available
