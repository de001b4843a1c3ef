"""Offers on their way: pairing when something has changed, and telling supporters of it.

Each process runs its own passes; the waiting room's compare-and-set keeps them apart. Wake-ups
say where to look; each few seconds everything is looked at in any case.
"""

import asyncio

from chat import protocol_staff as staff
from chat.floor import Floor
from chat.parts import Parts
from chat.staff_session import StaffSession
from config.clock import monotonic
from config.ids import AccountId, OfferId, new_id
from matching.pairing import PairingPass
from matching.ticket import OpenOffer
from matching.wake import Wake
from store.errors import StoreError

TICK_SECONDS = 1.0
"""How often to pair and to let offers expire without having been woken."""


class OfferNews:
    """Pairs, expires, and tells the supporters of this process."""

    def __init__(self, parts: Parts, floor: Floor) -> None:
        self._parts = parts
        self._floor = floor
        offer_ms = int(parts.settings.matching.offer_seconds * 1000)
        self._pairing = PairingPass(parts.room, new_id, offer_ms)
        self._wanted = asyncio.Event()
        self._look_at: set[AccountId] = set()
        self._stopped = False

    def stop(self) -> None:
        """Pair nobody any more: the process ends. What is offered may still be answered."""
        self._stopped = True

    def woken(self, wake: Wake) -> None:
        """Take a wake-up of the waiting room."""
        match wake.kind:
            case "offered" if wake.supporter:
                self._look_at.add(wake.supporter)
            case "withdrawn" if wake.supporter and wake.offer:
                self._withdraw(wake.supporter, wake.offer)
            case "away" if wake.supporter:
                self._tell_away(wake.supporter)
            case _:
                pass
        self._wanted.set()

    async def run(self) -> None:
        """Pair and tell, for as long as the server runs."""
        while True:
            try:
                async with asyncio.timeout(TICK_SECONDS):
                    await self._wanted.wait()
            except TimeoutError:
                self._look_at |= self._floor.supporting()
            self._wanted.clear()
            try:
                await self._turn()
            except StoreError:
                continue

    async def _turn(self) -> None:
        for expired in await self._parts.room.expire(self._parts.now()):
            self._withdraw(expired.supporter, expired.id)
            if expired.away:
                self._tell_away(expired.supporter)
        if not self._stopped:
            await self._pair()
        await self._tell_loads()
        accounts, self._look_at = self._look_at & self._floor.supporting(), set()
        if accounts:
            for one in await self._parts.room.open_offers(sorted(accounts)):
                self._tell(one)

    async def _pair(self) -> None:
        began = monotonic()
        for made in await self._pairing.run(self._parts.now):
            self._parts.tallies.pairing(monotonic() - began)
            self._tell(made)

    async def _tell_loads(self) -> None:
        changed = self._floor.take_changed_loads()
        if changed:
            for one in await self._parts.room.supporters(self._parts.now()):
                if one.account in changed:
                    for member in self._floor.of(one.account):
                        if isinstance(member, StaffSession):
                            member.tell_load(one)

    def _tell(self, one: OpenOffer) -> None:
        now, raid = self._parts.now(), self._floor.raid
        fact = staff.Offered(
            offer=one.offer.id,
            topics=list(one.ticket.topics),
            language=one.ticket.languages[0],
            risk=one.ticket.risk,
            expires=one.offer.expires_at,
            waited=max(0, now - one.ticket.waiting_since) // 1000,
            raid=raid is not None and raid.since <= one.ticket.arrived_at and now < raid.until,
        )
        for member in self._floor.of(one.offer.supporter):
            if isinstance(member, StaffSession):
                member.tell_offer(one.offer.id, fact)

    def _withdraw(self, account: AccountId, offer: OfferId) -> None:
        for member in self._floor.of(account):
            if isinstance(member, StaffSession):
                member.withdraw_offer(offer)

    def _tell_away(self, account: AccountId) -> None:
        for member in self._floor.of(account):
            if isinstance(member, StaffSession) and member.stated is not None:
                member.tell_away()
