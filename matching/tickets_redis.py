"""Tickets in the store: arrivals, changes, and the queue in order."""

from collections.abc import Mapping, Sequence
from typing import Final

from config.clock import Millis
from config.ids import AccountId, ConversationId, OfferId
from config.risk import Risk
from matching.limits import DECLINE_MEMORY_MS, HEAD_START_MS, TALLY_SECONDS
from matching.room_redis import RoomInStore, about_seeker, read_ticket, ticket_rows
from matching.ticket import Released, Ticket
from store.replies import Reply, as_int, as_list, as_optional_bytes, as_scored

_PLACES_AT_ONCE: Final = 500
"""Seekers whose place one run of a script counts: about a millisecond of the store's time."""


class TicketsInStore(RoomInStore):
    """`Arrivals`, `Changes` and `Queue` of the port."""

    async def register(self, conversation: ConversationId, at: Millis) -> None:
        """See `Arrivals`."""
        await self._store.call("ZADD", self._keys.live, "NX", at, conversation)

    async def live(self) -> list[tuple[ConversationId, Millis]]:
        """See `Arrivals`."""
        rows = await self._store.call("ZRANGE", self._keys.live, 0, -1, "WITHSCORES")
        return [(ConversationId(member), Millis(int(at))) for member, at in as_scored(rows)]

    async def enqueue(self, ticket: Ticket) -> bool:
        """See `Arrivals`."""
        k = self._keys
        reply = await self._run(
            "enqueue",
            [k.live, k.waiting, k.offered, k.matched, k.tickets, k.graces, k.wake],
            ticket.conversation,
            ticket.score,
            about_seeker(ticket),
            int(ticket.risk),
            ",".join(ticket.languages),
            ticket.arrived_at,
            ticket.boosted,
            ticket.waiting_since + self._patience.grace_ms,
        )
        return as_int(reply) == 1

    async def release(self, conversation: ConversationId, now: Millis) -> Released:
        """See `Arrivals`."""
        return await self._release(conversation, now, "")

    async def give_up(self, conversation: ConversationId, now: Millis) -> Released:
        """See `Arrivals`."""
        return await self._release(conversation, now, "gave_up")

    async def _release(self, conversation: ConversationId, now: Millis, unheard: str) -> Released:
        k = self._keys
        keys = [k.live, k.waiting, k.offered, k.matched, k.due, k.offers, k.tickets]
        keys += [k.supporters, k.graces, k.codes, k.tally(now), k.wake]
        reply = await self._run("release", keys, conversation, now, unheard, TALLY_SECONDS)
        supporter, offer = (_text(part) for part in as_list(reply))
        return Released(
            AccountId(supporter) if supporter else None, OfferId(offer) if offer else None
        )

    async def raise_risk(self, conversation: ConversationId, risk: Risk) -> bool:
        """See `Changes`."""
        k = self._keys
        head_starts = [HEAD_START_MS[level] for level in Risk]
        keys = [k.waiting, k.offered, k.tickets]
        reply = await self._run("raise_risk", keys, conversation, int(risk), *head_starts)
        return as_int(reply) == 1

    async def widen(self, conversation: ConversationId, languages: Sequence[str]) -> bool:
        """See `Changes`."""
        keys = [self._keys.tickets, self._keys.wake]
        return as_int(await self._run("widen", keys, conversation, *languages)) == 1

    async def snapshot(self, limit: int, offset: int = 0) -> list[Ticket]:
        """See `Queue`."""
        keys = [self._keys.waiting, self._keys.tickets]
        reply = await self._run("snapshot", keys, offset, offset + limit - 1)
        return [read_ticket(row) for row in ticket_rows(reply)]

    async def offered(self) -> list[Ticket]:
        """See `Queue`."""
        keys = [self._keys.offered, self._keys.tickets]
        return [read_ticket(row) for row in ticket_rows(await self._run("snapshot", keys, 0, -1))]

    async def place(self, conversations: Sequence[ConversationId]) -> Mapping[ConversationId, int]:
        """See `Queue`."""
        keys = [self._keys.waiting, self._keys.offered]
        places: dict[ConversationId, int] = {}
        for start in range(0, len(conversations), _PLACES_AT_ONCE):
            asked = conversations[start : start + _PLACES_AT_ONCE]
            counts = [as_int(count) for count in as_list(await self._run("place", keys, *asked))]
            places |= {one: n for one, n in zip(asked, counts, strict=True) if n >= 0}
        return places

    async def declined(self, now: Millis) -> Mapping[tuple[ConversationId, AccountId], Millis]:
        """See `Queue`."""
        since = f"({now - DECLINE_MEMORY_MS}"
        rows = await self._store.call(
            "ZRANGEBYSCORE", self._keys.declined, since, "+inf", "WITHSCORES"
        )
        declined: dict[tuple[ConversationId, AccountId], Millis] = {}
        for member, at in as_scored(rows):
            conversation, supporter = member.split(" ", 1)
            declined[ConversationId(conversation), AccountId(supporter)] = Millis(int(at))
        return declined


def _text(reply: Reply) -> str | None:
    found = as_optional_bytes(reply)
    return None if found is None else found.decode()
