"""Offers and matches in the store: the compare-and-set steps of a ticket's life."""

from collections.abc import Mapping, Sequence

from config.clock import Millis
from config.ids import AccountId, ConversationId, OfferId
from config.risk import Risk
from matching.limits import (
    DECLINE_MEMORY_MS,
    MISSES_UNTIL_AWAY,
    PICKUPS_KEPT,
    SWEEP_OFFERS,
    TALLY_SECONDS,
)
from matching.room_redis import RoomInStore, offer_rows, read_ticket
from matching.ticket import DeclineReason, ExpiredOffer, Offer, OpenOffer, Seat, head_start
from store.replies import Reply, as_float, as_int, as_list, as_scored, as_text


class OffersInStore(RoomInStore):
    """`Offers` and `Seats` of the port."""

    async def offer(self, offer: Offer, risk: Risk, now: Millis) -> bool:
        """See `Offers`."""
        k = self._keys
        reply = await self._run(
            "offer",
            [k.waiting, k.offered, k.due, k.offers, k.tickets, k.supporters, k.leases, k.wake],
            offer.id,
            offer.conversation,
            offer.supporter,
            int(risk),
            now,
            offer.expires_at,
        )
        return as_int(reply) == 1

    async def accept(
        self, offer: OfferId, supporter: AccountId, now: Millis
    ) -> ConversationId | None:
        """See `Offers`."""
        k = self._keys
        keys = [k.offered, k.due, k.offers, k.matched, k.tickets, k.supporters, k.pickups]
        keys += [k.wake]
        reply = await self._run("accept", keys, offer, supporter, now, PICKUPS_KEPT)
        return None if reply is None else ConversationId(as_text(reply))

    async def decline(
        self, offer: OfferId, supporter: AccountId, reason: DeclineReason, now: Millis
    ) -> ConversationId | None:
        """See `Offers`."""
        reply = await self._run(
            "decline",
            self._returning(now),
            offer,
            supporter,
            now,
            DECLINE_MEMORY_MS,
            reason,
            TALLY_SECONDS,
        )
        return None if reply is None else ConversationId(as_text(reply))

    async def expire(self, now: Millis) -> list[ExpiredOffer]:
        """See `Offers`."""
        expired: list[ExpiredOffer] = []
        args = (now, SWEEP_OFFERS, MISSES_UNTIL_AWAY, DECLINE_MEMORY_MS, TALLY_SECONDS)
        while True:
            rows = as_list(await self._run("expire", self._returning(now), *args))
            expired += [_expired(row) for row in rows]
            if len(rows) < SWEEP_OFFERS:
                return expired

    def _returning(self, now: Millis) -> list[str]:
        """The keys of a ticket's way from an offer back to its place."""
        k = self._keys
        keys = [k.waiting, k.offered, k.due, k.offers, k.tickets, k.supporters, k.declined]
        return [*keys, k.tally(now), k.wake]

    async def open_offers(self, supporters: Sequence[AccountId]) -> list[OpenOffer]:
        """See `Offers`."""
        k = self._keys
        reply = await self._run(
            "open_offers", [k.supporters, k.offers, k.due, k.tickets], *supporters
        )
        offers: list[OpenOffer] = []
        for offer, supporter, expires_at, row in offer_rows(reply):
            ticket = read_ticket(row)
            held = Offer(
                OfferId(offer), ticket.conversation, AccountId(supporter), Millis(expires_at)
            )
            offers.append(OpenOffer(held, ticket))
        return offers

    async def matched(
        self, among: Sequence[ConversationId] | None = None
    ) -> Mapping[ConversationId, Seat]:
        """See `Seats`."""
        k = self._keys
        rows: list[tuple[str, float]] = []
        if among is None:
            rows = as_scored(await self._store.call("ZRANGE", k.matched, 0, -1, "WITHSCORES"))
        elif among:
            scores = as_list(await self._store.call("ZMSCORE", k.matched, *among))
            rows = [
                (id_, as_float(score))
                for id_, score in zip(among, scores, strict=True)
                if score is not None
            ]
        if not rows:
            return {}
        fields = [f"supporter:{conversation}" for conversation, _ in rows]
        found = as_list(await self._store.call("HMGET", k.tickets, *fields))
        return {
            ConversationId(conversation): Seat(AccountId(as_text(supporter)), Millis(int(since)))
            for (conversation, since), supporter in zip(rows, found, strict=True)
            if supporter is not None
        }

    async def requeue(
        self,
        conversation: ConversationId,
        supporter: AccountId,
        now: Millis,
        since: Millis | None = None,
    ) -> bool:
        """See `Seats`."""
        k = self._keys
        keys = [k.waiting, k.matched, k.offers, k.tickets, k.supporters, k.graces, k.wake]
        starts = [head_start(level, returned=True) for level in Risk]
        seated = "" if since is None else since
        grace = now + self._patience.grace_ms
        reply = await self._run(
            "requeue", keys, conversation, supporter, seated, now, grace, *starts
        )
        return as_int(reply) == 1

    async def reseat(
        self, conversation: ConversationId, supporter: AccountId, now: Millis
    ) -> AccountId | None:
        """See `Seats`."""
        k = self._keys
        keys = [k.matched, k.offers, k.tickets, k.supporters, k.wake]
        before = await self._run("reseat", keys, conversation, supporter, now)
        return None if before is None else AccountId(as_text(before))


def _expired(row: Reply) -> ExpiredOffer:
    offer, conversation, supporter, away = as_list(row)
    return ExpiredOffer(
        OfferId(as_text(offer)),
        ConversationId(as_text(conversation)),
        AccountId(as_text(supporter)),
        as_int(away) == 1,
    )
