"""Telling those who wait where they stand: one pass for all waiting seekers of this process.

The cost grows with the seekers who wait here, not with the length of the queue times itself.
"""

import asyncio
from collections.abc import Sequence

from chat import protocol as wire
from chat.floor import Floor, SeekerMember
from chat.parts import Parts
from config.limits import PUSH_SECONDS
from matching.estimate import Pace, estimate, fit, languages_on_duty, pace_of
from matching.ticket import Supporter
from store.errors import StoreError


class WaitingNews:
    """Pushes `waiting` facts, each few seconds and when something is known to have changed."""

    def __init__(self, parts: Parts, floor: Floor) -> None:
        self._parts = parts
        self._floor = floor
        self._wanted = asyncio.Event()

    def want(self) -> None:
        """Push soon: somebody has begun to wait."""
        self._wanted.set()

    async def run(self) -> None:
        """Push, for as long as the server runs."""
        while True:
            try:
                async with asyncio.timeout(PUSH_SECONDS):
                    await self._wanted.wait()
            except TimeoutError:
                pass
            self._wanted.clear()
            waiting = [one for one in self._floor.seekers.values() if one.waiting]
            if waiting:
                try:
                    await self.push(waiting)
                except StoreError:
                    continue

    async def push(self, waiting: Sequence[SeekerMember]) -> None:
        """Tell these seekers where they stand. Raises: StoreError."""
        room, now = self._parts.room, self._parts.now()
        places = await room.place([one.conversation for one in waiting])
        pace = pace_of(await room.pickups(), now)
        supporters = await room.supporters(now)
        for one in waiting:
            place = places.get(one.conversation)
            if place is not None:
                one.told_waiting(self._fact(one, place, pace, supporters))

    def _fact(
        self, one: SeekerMember, place: int, pace: Pace | None, supporters: list[Supporter]
    ) -> wire.Waiting:
        is_open = self._parts.settings.service.open
        fits = fit(one.languages, supporters, is_open=is_open)
        wait = estimate(place, pace) if fits == "ok" else None
        return wire.Waiting(
            place=place,
            low=wait.low if wait else None,
            high=wait.high if wait else None,
            fit=fits,
            languages=list(languages_on_duty(supporters)) if fits == "no_language" else [],
        )
