"""Telling those who wait where they stand: one pass for all waiting seekers of this process.

The cost grows with the seekers who wait here, not with the length of the queue times itself.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from chat import protocol as wire
from chat.floor import Floor, SeekerMember
from chat.parts import Parts
from config.clock import monotonic
from config.limits import PUSH_SECONDS
from matching.estimate import Fit, Pace, estimate, fit, languages_on_duty, pace_of
from store.errors import StoreError


class WaitingNews:
    """Pushes `waiting` facts: to all each few seconds, to somebody whose wait has begun at once."""

    def __init__(self, parts: Parts, floor: Floor) -> None:
        self._parts = parts
        self._floor = floor
        self._new: list[SeekerMember] = []
        self._wanted = asyncio.Event()

    def want(self, one: SeekerMember) -> None:
        """Push soon to this one: the wait has begun, or is another now."""
        self._new.append(one)
        self._wanted.set()

    async def run(self) -> None:
        """Push, for as long as the server runs."""
        due = monotonic() + PUSH_SECONDS
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(max(0.0, due - monotonic())):
                    await self._wanted.wait()
            self._wanted.clear()
            told, self._new = self._new, []
            if monotonic() >= due:
                due = monotonic() + PUSH_SECONDS
                told = list(self._floor.seekers.values())
            waiting = [one for one in told if one.waiting]
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
        on_duty = list(languages_on_duty(supporters))
        is_open = self._parts.settings.service.open
        fits: dict[tuple[str, ...], Fit] = {}
        """Found out once for all who speak the same, and not for each by all supporters."""
        for one in waiting:
            place, spoken = places.get(one.conversation), tuple(one.languages)
            if spoken not in fits:
                fits[spoken] = fit(spoken, supporters, is_open=is_open)
            if place is not None:
                one.told_waiting(_fact(place, pace, fits[spoken], on_duty))


def _fact(place: int, pace: Pace | None, fits: Fit, on_duty: list[str]) -> wire.Waiting:
    wait = estimate(place, pace) if fits == "ok" else None
    return wire.Waiting(
        place=place,
        low=wait.low if wait else None,
        high=wait.high if wait else None,
        fit=fits,
        languages=on_duty if fits == "no_language" else [],
    )
