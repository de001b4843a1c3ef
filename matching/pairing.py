"""The pairing pass: read the room, ask the policy, commit what it says.

Any number of passes may run, in any number of processes: each offer is a compare-and-set, and
one that comes too late is simply not made. Run one at a time in a process, after each wake-up
of kind `pair` and each few seconds, since some rules come true by time alone.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

from config.clock import Millis
from config.ids import OfferId
from matching.limits import OFFER_MS, PAGE_TICKETS
from matching.policy import Pairing, pair
from matching.ticket import Offer, OpenOffer, Supporter
from matching.waiting_room import PairingRoom


@dataclass(frozen=True, slots=True)
class PairingPass:
    """Pairs those who wait with those who are free."""

    room: PairingRoom
    new_id: Callable[[], str]
    """Names each offer; `config.ids.new_id`, but for tests."""
    offer_ms: int = OFFER_MS
    """How long each offer stands, in milliseconds."""

    async def run(self, now: Callable[[], Millis]) -> list[OpenOffer]:
        """Make every offer that can be made now, and return those made.

        The queue is read page by page and only while somebody is free, so a long queue costs
        nothing when everybody is busy. A page is committed in one turn of the loop.
        """
        supporters = {one.account: one for one in await self.room.supporters(now())}
        if not any(one.free for one in supporters.values()):
            return []
        declined = await self.room.declined(now())
        made: list[OpenOffer] = []
        offset = 0
        while any(one.free for one in supporters.values()):
            page = await self.room.snapshot(PAGE_TICKETS, offset)
            pairs = pair(page, supporters.values(), now(), declined)
            offers = await self._commit(pairs, now())
            made += offers
            supporters |= {one.account: _asked(one) for _, one in pairs}
            offset += len(page) - len(offers)
            if len(page) < PAGE_TICKETS:
                break
        return made

    async def _commit(self, pairs: list[Pairing], now: Millis) -> list[OpenOffer]:
        offers = [
            OpenOffer(
                Offer(
                    OfferId(self.new_id()),
                    ticket.conversation,
                    supporter.account,
                    Millis(now + self.offer_ms),
                ),
                ticket,
            )
            for ticket, supporter in pairs
        ]
        made = await asyncio.gather(
            *(self.room.offer(one.offer, one.ticket.risk, now) for one in offers)
        )
        return [one for one, done in zip(offers, made, strict=True) if done]


def _asked(supporter: Supporter) -> Supporter:
    return replace(supporter, asked=True, load=supporter.load + 1)
