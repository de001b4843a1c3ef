"""The waiting room: the port that the rest of the program talks to.

A conversation in the room is *registered*, and its ticket is then waiting, offered, matched or
gone, and exactly one of these (promise 5). Every operation is atomic and safe to repeat; time
is always an argument. `waiting_room_redis` keeps the room in the store, for any number of
processes; `waiting_room_memory` keeps it in this one.

The life of a ticket: `register` -> `enqueue` -> waiting -> `offer` -> offered -> `accept` ->
matched -> `release`; `decline` and `expire` lead back to the same place, `requeue` to the
front, and `release` ends it from everywhere.

The sweeps that some process has to run, any number of them at once, each second or so:
`expire`; a pairing pass; and for what `lapsed` names, `requeue` of the supporter's
conversations, then `sign_off`, and whatever the conversation decides about the seekers.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Protocol

from config.clock import Millis
from config.ids import AccountId, ConversationId, OfferId, TokenHash
from config.risk import Risk
from matching.ticket import (
    DeclineReason,
    ExpiredOffer,
    Lapsed,
    Offer,
    OpenOffer,
    Pickup,
    Released,
    Seat,
    Supporter,
    Ticket,
    Totals,
)
from matching.wake import Wake


class Arrivals(Protocol):
    """How seekers come in and go out."""

    async def register(self, conversation: ConversationId, at: Millis) -> None:
        """Note that a conversation is about to exist, so that a sweep finds what a crash leaves."""
        ...

    async def live(self) -> list[tuple[ConversationId, Millis]]:
        """Return every registered conversation with the time of its registration, oldest first."""
        ...

    async def enqueue(self, ticket: Ticket) -> bool:
        """Let a registered seeker wait. One who has a ticket keeps it as it is.

        Returns False if the conversation is not registered (any more).
        """
        ...

    async def release(self, conversation: ConversationId, now: Millis) -> Released:
        """End a ticket in whatever state, free its supporter, and forget the conversation."""
        ...

    async def give_up(self, conversation: ConversationId, now: Millis) -> Released:
        """Release, and count the seeker among today's who left unheard, if still unmatched."""
        ...


class Changes(Protocol):
    """What may change about a ticket."""

    async def raise_risk(self, conversation: ConversationId, risk: Risk) -> bool:
        """Raise a ticket's risk, and move it forward if it is waiting or offered; never lower.

        An open offer stands, though the supporter be trained for less: seconds matter, and a
        supervisor is on the way. Returns whether anything changed.
        """
        ...

    async def widen(self, conversation: ConversationId, languages: Sequence[str]) -> bool:
        """Accept these languages as well. Returns False if there is no ticket."""
        ...


class Queue(Protocol):
    """Who waits, in order."""

    async def snapshot(self, limit: int, offset: int = 0) -> list[Ticket]:
        """Return waiting tickets in queue order."""
        ...

    async def offered(self) -> list[Ticket]:
        """Return the tickets that are offered to somebody, in queue order."""
        ...

    async def place(self, conversations: Sequence[ConversationId]) -> Mapping[ConversationId, int]:
        """Return how many wait before each; who is neither waiting nor offered is left out."""
        ...

    async def declined(self, now: Millis) -> Mapping[tuple[ConversationId, AccountId], Millis]:
        """Return when who declined or missed which ticket, as far back as the policy looks."""
        ...


class Offers(Protocol):
    """How a ticket finds a supporter."""

    async def offer(self, offer: Offer, risk: Risk, now: Millis) -> bool:
        """Hold a ticket for a supporter, if it still waits at this risk and they are still free."""
        ...

    async def accept(
        self, offer: OfferId, supporter: AccountId, now: Millis
    ) -> ConversationId | None:
        """Match; None if the offer is due, gone or another's.

        A repeat gets the same answer, and counts as seated anew: whoever repeats it is about to
        begin the conversation, and no sweep may take it for forgotten meanwhile.
        """
        ...

    async def decline(
        self, offer: OfferId, supporter: AccountId, reason: DeclineReason, now: Millis
    ) -> ConversationId | None:
        """Return the ticket to its exact place; None if the offer is gone or another's."""
        ...

    async def expire(self, now: Millis) -> list[ExpiredOffer]:
        """Return the tickets of all due offers to their places; each is reported once, ever."""
        ...

    async def open_offers(self, supporters: Sequence[AccountId]) -> list[OpenOffer]:
        """Return the offers that these supporters have not answered yet."""
        ...


class Seats(Protocol):
    """Who sits with whom."""

    async def matched(
        self, among: Sequence[ConversationId] | None = None
    ) -> Mapping[ConversationId, Seat]:
        """Return all matches, or those of these conversations."""
        ...

    async def requeue(
        self,
        conversation: ConversationId,
        supporter: AccountId,
        now: Millis,
        since: Millis | None = None,
    ) -> bool:
        """Return a seeker to the front, if still matched with that supporter, who is freed.

        The supporter is a guard: of two who sweep the same loss, one moves the seeker, and the
        other can't take them from the next supporter. `since` is a stricter one, for who acts on
        what they saw a while ago: the seat must be the one that was taken then.
        """
        ...

    async def reseat(
        self, conversation: ConversationId, supporter: AccountId, now: Millis
    ) -> AccountId | None:
        """Give a match to another person, whatever their load; return who sat there before."""
        ...


class Presence(Protocol):
    """Who is there. Presence is a lease per account, however many sockets it has."""

    async def set_availability(self, supporter: Supporter, now: Millis) -> Supporter:
        """Write down a supporter, renew the lease, and return what the room now believes.

        `load`, `idle_since` and `asked` are the room's own and are not taken from the argument.
        Who stops being available declines the open offer by it.
        """
        ...

    async def heartbeat(
        self,
        supporters: Collection[AccountId],
        seekers: Collection[ConversationId],
        now: Millis,
    ) -> frozenset[AccountId]:
        """Renew leases and graces; return the supporters that the room does not know (any more)."""
        ...

    async def lapsed(self, now: Millis) -> Lapsed:
        """Return whose lease or grace has run out, matched seekers among them.

        Only reads: they are named again until they are back or seen to.
        """
        ...

    async def sign_off(self, supporter: AccountId, now: Millis) -> bool:
        """Forget a supporter whose lease has run out and with whom nobody sits any more."""
        ...

    async def supporters(self, now: Millis) -> list[Supporter]:
        """Return all supporters whose lease holds, in whatever state."""
        ...


class Codes(Protocol):
    """Return codes, by which a seeker comes back from another browser."""

    async def keep_code(self, conversation: ConversationId, code: TokenHash, now: Millis) -> bool:
        """Keep a code for `CODE_MS`, in place of an earlier one, and the place as long.

        Returns False if the conversation is not registered (any more).
        """
        ...

    async def take_code(self, code: TokenHash, now: Millis) -> ConversationId | None:
        """Use a code up; None if it is unknown, used or too old."""
        ...


class Overview(Protocol):
    """The room in numbers."""

    async def pickups(self) -> list[Pickup]:
        """Return the last pickups out of the queue, newest first (`accept` records them)."""
        ...

    async def take_turn(self, now: Millis, for_ms: int) -> bool:
        """Take the turn to sweep, for so long; False if another process has it."""
        ...

    async def totals(self, now: Millis) -> Totals:
        """Return how many are where, and what was counted today (UTC)."""
        ...


class Wakes(Protocol):
    """How processes tell each other where to look now."""

    async def listen(self, listener: Callable[[Wake], None]) -> None:
        """Call `listener` for each wake-up of any process; it must not block.

        One listener for each process. Wake-ups may be lost or repeated.
        """
        ...


class PairingRoom(Queue, Offers, Presence, Protocol):
    """What a pairing pass needs."""


class WaitingRoom(
    Arrivals, Changes, Queue, Offers, Seats, Presence, Codes, Overview, Wakes, Protocol
):
    """The whole room."""
