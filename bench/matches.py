"""`match`: how fast those who wait find those who are free.

Twice: the waiting room by itself on a real store (`bench/pairing.py`), which is what the target is
about; and through everybody's sockets, where each pairing is also an offer told, an acceptance, a
conversation opened and a seeker told who is there.
"""

from collections.abc import Sequence
from time import perf_counter_ns

import msgspec

from bench.costs import mark
from bench.figures import spread
from bench.machine import Machine, machine
from bench.pairing import measure
from bench.people import Person, crowd, supporter
from bench.rolls import COMING_SECONDS, Roll
from bench.server import serving
from bench.wire import Heard

OFFER_SECONDS = 60.0
"""Time for one offer; far beyond what is expected."""


class RoomAlone(msgspec.Struct, frozen=True):
    """The waiting room on its store, without sockets."""

    pairings_per_s: float
    """All supporters free at once: until each offer stands in the store and is accepted there."""
    cpu_us_per_pairing: float
    """Of each of these; the room and its store."""
    one_p50_ms: float
    """One supporter becomes free: until their offer stands in the store; a pass for one pairing."""
    one_p99_ms: float
    one_cpu_us: float
    """Of such a pass; in a burst one pass makes hundreds of pairings."""


class ThroughSockets(msgspec.Struct, frozen=True):
    """The whole path, with everybody on a socket."""

    matched_per_s: float
    """From when all supporters are available until each has a conversation open."""
    offered_p50_ms: float
    """From when one more supporter is available until the offer is on their wire."""
    offered_p99_ms: float
    cpu_us_per_match: float
    """Of server and store."""


class MatchResult(msgspec.Struct, frozen=True, kw_only=True):
    """What `match` prints last."""

    waiting: int
    supporters: int
    room_alone: RoomAlone
    through_sockets: ThroughSockets | None
    machine: Machine


async def match(waiting: int, supporters: int, singles: int, *, sockets: bool) -> MatchResult:
    """Measure both ways. Raises: as `lines`, and StoreError."""
    room = await measure(waiting, supporters, singles)
    through = await through_sockets(waiting, supporters, singles) if sockets else None
    return MatchResult(
        waiting=waiting,
        supporters=supporters,
        room_alone=RoomAlone(
            room.burst_per_s,
            room.burst_cpu_us,
            room.one.p50_ms,
            room.one.p99_ms,
            room.one_cpu_us,
        ),
        through_sockets=through,
        machine=machine(),
    )


async def through_sockets(waiting: int, supporters: int, singles: int) -> ThroughSockets:
    """Let everybody come, then let the supporters be available: all at once, then one by one."""
    singles = min(singles, max(1, waiting - supporters))
    async with (
        serving(supporters=supporters + singles, limits_lifted=False) as running,
        crowd() as everybody,
    ):
        queue, desk = Roll(everybody), Takers(everybody)
        await queue.seekers_wait(running.port, waiting)
        await desk.supporters_attend(running.port, running.cookies)
        before, begin = mark(running.group), perf_counter_ns()
        for person in desk.people[:supporters]:
            person.says(t="availability", state="available", capacity=1)
        await desk.until("opened", supporters, COMING_SECONDS)
        took_s = (perf_counter_ns() - begin) / 1e9
        used = mark(running.group).since(before)
        offered = [await desk.one_more(person) for person in desk.people[supporters:]]
        everybody.check()
    one = spread(offered)
    return ThroughSockets(
        round(supporters / took_s, 1),
        one.p50_ms,
        one.p99_ms,
        round((used.server_us + used.store_us) / supporters, 1),
    )


class Takers(Roll):
    """Supporters who take every offer at once."""

    async def supporters_attend(self, port: int, cookies: Sequence[str]) -> None:
        """Let these supporters in. Raises: as `Roll.supporters_attend`."""

        async def comes(number: int) -> Person:
            person = await supporter(
                port, cookies[number], lambda heard: self._takes(person, heard)
            )
            return person

        await self.come(len(cookies), "attending", comes)

    async def one_more(self, person: Person) -> int:
        """Let one more be available; return how long the offer took, in nanoseconds."""
        opened, self._offered_ns = self.heard["opened"], 0
        begin = perf_counter_ns()
        person.says(t="availability", state="available", capacity=1)
        await self.until("opened", opened + 1, OFFER_SECONDS)
        return self._offered_ns - begin

    def _takes(self, person: Person, heard: Heard) -> None:
        if heard.t == "offered":
            self._offered_ns = perf_counter_ns()
            person.says(t="accept", offer=heard.offer)
        self.hears(heard)
