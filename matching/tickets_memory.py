"""Tickets in memory: the fake's state, arrivals, changes, and the queue in order."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from typing import Final

from config.clock import Millis
from config.ids import AccountId, ConversationId, OfferId, TokenHash
from config.risk import Risk
from matching.limits import DECLINE_MEMORY_MS, GRACE_MS
from matching.ticket import NEVER, Offer, Pickup, Released, Supporter, Ticket
from matching.wake import Kind, Wake

_DAY_MS: Final = 86_400_000


class State(Enum):
    """Where a ticket is, while it is anywhere."""

    WAITING = auto()
    OFFERED = auto()
    MATCHED = auto()


@dataclass(slots=True)
class Seeker:
    """A seeker with a ticket."""

    ticket: Ticket
    state: State = State.WAITING
    grace: int = 0
    supporter: AccountId | None = None
    offer: Offer | None = None
    """The offer that is open, or that led to the match."""
    since: Millis = NEVER

    @property
    def rank(self) -> tuple[float, ConversationId]:
        """The place among the others; equal scores are told apart as the store does."""
        return self.ticket.score, self.ticket.conversation


@dataclass(slots=True)
class Person:
    """A supporter with a lease."""

    record: Supporter
    lease: int
    missed: int = 0


@dataclass(slots=True)
class Code:
    """A return code, known by its hash."""

    conversation: ConversationId
    until: Millis


@dataclass(slots=True)
class TicketsInMemory:
    """`Arrivals`, `Changes` and `Queue` of the port, and what all operations stand on."""

    _live: dict[ConversationId, Millis] = field(default_factory=dict[ConversationId, Millis])
    _seekers: dict[ConversationId, Seeker] = field(default_factory=dict[ConversationId, Seeker])
    _people: dict[AccountId, Person] = field(default_factory=dict[AccountId, Person])
    _declined: dict[tuple[ConversationId, AccountId], Millis] = field(
        default_factory=dict[tuple[ConversationId, AccountId], Millis]
    )
    _codes: dict[TokenHash, Code] = field(default_factory=dict[TokenHash, Code])
    _pickups: list[Pickup] = field(default_factory=list[Pickup])
    _turn_ends: Millis = Millis(0)  # noqa: RUF009 - a NewType, no call at run time
    _tally: Counter[tuple[int, str]] = field(default_factory=Counter[tuple[int, str]])
    _listeners: list[Callable[[Wake], None]] = field(default_factory=list[Callable[[Wake], None]])

    # Arrivals

    async def register(self, conversation: ConversationId, at: Millis) -> None:
        """See `Arrivals`."""
        self._live.setdefault(conversation, at)

    async def live(self) -> list[tuple[ConversationId, Millis]]:
        """See `Arrivals`."""
        return sorted(self._live.items(), key=lambda item: (item[1], item[0]))

    async def enqueue(self, ticket: Ticket) -> bool:
        """See `Arrivals`."""
        if ticket.conversation not in self._live:
            return False
        if ticket.conversation not in self._seekers:
            grace = ticket.waiting_since + GRACE_MS
            self._seekers[ticket.conversation] = Seeker(replace(ticket, declines=0), grace=grace)
            self._wake("pair")
        return True

    async def release(self, conversation: ConversationId, now: Millis) -> Released:
        """See `Arrivals`."""
        self._live.pop(conversation, None)
        self._forget_code(conversation)
        seeker = self._seekers.pop(conversation, None)
        if seeker is None or seeker.supporter is None:
            return Released()
        self._free(seeker.supporter, now if seeker.state is State.MATCHED else None)
        withdrawn = seeker.offer if seeker.state is State.OFFERED else None
        if withdrawn:
            self._wake("withdrawn", seeker.supporter, withdrawn.id)
        self._wake("pair")
        return Released(seeker.supporter, withdrawn.id if withdrawn else None)

    async def give_up(self, conversation: ConversationId, now: Millis) -> Released:
        """See `Arrivals`."""
        seeker = self._seekers.get(conversation)
        if seeker and seeker.state is not State.MATCHED:
            self._count(now, "gave_up")
        return await self.release(conversation, now)

    # Changes

    async def raise_risk(self, conversation: ConversationId, risk: Risk) -> bool:
        """See `Changes`."""
        seeker = self._seekers.get(conversation)
        if seeker is None or seeker.ticket.risk >= risk:
            return False
        seeker.ticket = replace(seeker.ticket, risk=risk)
        return True

    async def widen(self, conversation: ConversationId, languages: Sequence[str]) -> bool:
        """See `Changes`."""
        seeker = self._seekers.get(conversation)
        if seeker is None:
            return False
        spoken = tuple(dict.fromkeys((*seeker.ticket.languages, *languages)))
        seeker.ticket = replace(seeker.ticket, languages=spoken)
        self._wake("pair")
        return True

    # Queue

    async def snapshot(self, limit: int, offset: int = 0) -> list[Ticket]:
        """See `Queue`."""
        return self._in_order(State.WAITING)[offset : offset + limit]

    async def offered(self) -> list[Ticket]:
        """See `Queue`."""
        return self._in_order(State.OFFERED)

    async def place(self, conversations: Sequence[ConversationId]) -> Mapping[ConversationId, int]:
        """See `Queue`."""
        asked = [self._seekers[one] for one in conversations if one in self._seekers]
        return {
            one.ticket.conversation: self._before(one)
            for one in asked
            if one.state is not State.MATCHED
        }

    async def declined(self, now: Millis) -> Mapping[tuple[ConversationId, AccountId], Millis]:
        """See `Queue`."""
        return {who: at for who, at in self._declined.items() if now - at < DECLINE_MEMORY_MS}

    # What the operations share

    def _in_order(self, state: State) -> list[Ticket]:
        seekers = [seeker for seeker in self._seekers.values() if seeker.state is state]
        return [seeker.ticket for seeker in sorted(seekers, key=lambda one: one.rank)]

    def _before(self, seeker: Seeker) -> int:
        waiting = [one for one in self._seekers.values() if one.state is State.WAITING]
        if seeker.state is State.OFFERED:
            return sum(one.ticket.score < seeker.ticket.score for one in waiting)
        return sum(one.rank < seeker.rank for one in waiting)

    def _free(self, account: AccountId, idle_since: Millis | None) -> None:
        """Take one seat from somebody's load; an open offer has no time since which one is idle."""
        person = self._people.get(account)
        if person is None:
            return
        load = person.record.load - 1
        if idle_since is None:
            person.record = replace(person.record, load=load, asked=False)
        else:
            person.record = replace(person.record, load=load, idle_since=idle_since)

    def _forget_code(self, conversation: ConversationId) -> None:
        self._codes = {
            code: kept for code, kept in self._codes.items() if kept.conversation != conversation
        }

    def _wake(
        self, kind: Kind, supporter: AccountId | None = None, offer: OfferId | None = None
    ) -> None:
        for listener in self._listeners:
            listener(Wake(kind, supporter, offer))

    def _count(self, now: Millis, what: str) -> None:
        self._tally[now // _DAY_MS, what] += 1

    def _today(self, now: Millis) -> dict[str, int]:
        return {what: n for (day, what), n in self._tally.items() if day == now // _DAY_MS}
