"""What the store adapters of the waiting room share: key names, scripts, and rows as types."""

from collections.abc import Sequence
from typing import Final

import msgspec

from config.clock import Millis
from config.ids import AccountId, ConversationId
from config.risk import Risk
from matching.patience import PATIENCE, Patience
from matching.ticket import Availability, Supporter, Ticket
from store.client import Store
from store.replies import Argument, Reply, as_bytes

_DAY_MS: Final = 86_400_000

TicketRow = tuple[str, str, int, str, int, int]
"""Conversation, about, risk, languages, boosted, declines; as `snapshot.lua` packs it."""
SupporterRow = tuple[str, str, Availability, int, int, int, str]
"""Account, about, state, capacity, load, idle since, open offer; as `on_duty.lua` packs it."""
OfferRow = tuple[str, str, int, TicketRow]
"""Offer, supporter, expires at, ticket; as `open_offers.lua` packs it."""


class Keys:
    """Every key of one pool; all share a hash tag, so one script may touch them all."""

    def __init__(self, pool: str) -> None:
        self._tag = f"{{match:{pool}}}"
        self.live = f"{self._tag}:live"
        """zset conversation -> registered at: what a sweep has to account for."""
        self.waiting = f"{self._tag}:waiting"
        """zset conversation -> score: the queue."""
        self.offered = f"{self._tag}:offered"
        """zset conversation -> score kept."""
        self.matched = f"{self._tag}:matched"
        """zset conversation -> since."""
        self.due = f"{self._tag}:due"
        """zset open offer -> expires at."""
        self.offers = f"{self._tag}:offers"
        """hash offer, open or accepted -> conversation."""
        self.tickets = f"{self._tag}:tickets"
        """hash `<field>:<conversation>`: about, risk, languages, arrived, boosted, declines,
        supporter, offer, code."""
        self.supporters = f"{self._tag}:supporters"
        """hash `<field>:<account>`: about, state, capacity, load, idle, missed, offer."""
        self.leases = f"{self._tag}:leases"
        """zset account -> lease until."""
        self.graces = f"{self._tag}:graces"
        """zset conversation with a ticket -> grace until."""
        self.declined = f"{self._tag}:declined"
        """zset `<conversation> <account>` -> when it was declined or missed."""
        self.codes = f"{self._tag}:codes"
        """hash code's hash -> `<until> <conversation>`."""
        self.pickups = f"{self._tag}:pickups"
        self.turn = f"{self._tag}:turn"
        """list of `<at> <wait ms>`, newest first."""
        self.wake = f"{self._tag}:wake"
        """sharded channel of wake-ups."""

    def tally(self, now: Millis) -> str:
        """Name the hash of what is counted on the day of `now` (UTC)."""
        return f"{self._tag}:tally:{now // _DAY_MS}"


class RoomInStore:
    """One pool of the waiting room in the store."""

    def __init__(self, store: Store, pool: str = "main", patience: Patience = PATIENCE) -> None:
        self._store = store
        self._keys = Keys(pool)
        self._patience = patience

    async def _run(self, verb: str, keys: Sequence[str], *args: Argument) -> Reply:
        return await self._store.run(self._store.script("matching", verb), keys, args)


class _AboutSeeker(msgspec.Struct, frozen=True, array_like=True):
    name: str
    topics: tuple[str, ...]
    arrived_at: int


class _AboutSupporter(msgspec.Struct, frozen=True, array_like=True):
    name: str
    languages: tuple[str, ...]
    topics: tuple[str, ...]
    trained_to: Risk | None


_seeker: Final = msgspec.json.Decoder(_AboutSeeker)
_supporter: Final = msgspec.json.Decoder(_AboutSupporter)
_ticket_rows: Final = msgspec.msgpack.Decoder(list[TicketRow], strict=False)
_supporter_rows: Final = msgspec.msgpack.Decoder(list[SupporterRow], strict=False)
_offer_rows: Final = msgspec.msgpack.Decoder(list[OfferRow], strict=False)


def about_seeker(ticket: Ticket) -> bytes:
    """Return what never changes about a ticket, as it is stored."""
    return msgspec.json.encode(_AboutSeeker(ticket.name, ticket.topics, ticket.arrived_at))


def about_supporter(supporter: Supporter) -> bytes:
    """Return what only the supporter's own process changes, as it is stored."""
    return msgspec.json.encode(
        _AboutSupporter(supporter.name, supporter.languages, supporter.topics, supporter.trained_to)
    )


def ticket_rows(reply: Reply) -> list[TicketRow]:
    """Return the rows that `snapshot.lua` packed into one string."""
    return _ticket_rows.decode(as_bytes(reply))


def supporter_rows(reply: Reply) -> list[SupporterRow]:
    """Return the rows that `on_duty.lua` packed into one string."""
    return _supporter_rows.decode(as_bytes(reply))


def offer_rows(reply: Reply) -> list[OfferRow]:
    """Return the rows that `open_offers.lua` packed into one string."""
    return _offer_rows.decode(as_bytes(reply))


def read_ticket(row: TicketRow) -> Ticket:
    """Return the ticket in a row."""
    conversation, about, risk, languages, boosted, declines = row
    seeker = _seeker.decode(about)
    return Ticket(
        conversation=ConversationId(conversation),
        name=seeker.name,
        languages=tuple(languages.split(",")),
        topics=seeker.topics,
        risk=Risk(risk),
        arrived_at=Millis(seeker.arrived_at),
        boosted=Millis(boosted),
        declines=declines,
    )


def read_supporter(row: SupporterRow) -> Supporter:
    """Return the supporter in a row."""
    account, about, state, capacity, load, idle_since, offer = row
    person = _supporter.decode(about)
    return Supporter(
        account=AccountId(account),
        name=person.name,
        state=state,
        capacity=capacity,
        load=load,
        languages=person.languages,
        topics=person.topics,
        trained_to=person.trained_to,
        idle_since=Millis(idle_since),
        asked=offer != "",
    )
