"""`growth`: how the cost of a line, of a pairing and of news of the place grows with how many.

Three tables. In each row one thing is larger than in the row before; the exponent under a table is
of the power law that fits best: 0 does not grow, 1 grows as the size does.
"""

from dataclasses import replace

import msgspec

from bench.costs import mark
from bench.figures import growth
from bench.lines import Plan, lines, says_at_once, talking
from bench.machine import Machine, machine
from bench.pairing import measure
from bench.people import crowd
from bench.rolls import Roll
from bench.server import serving
from bench.talks import Talks

TALKING = 50
"""Pairs that talk in the first table, whatever the number of those who are silent."""
ROUND = Plan(seconds=3.0, rounds=1, warm_up=1.0)
ROUNDS_OF_NEWS = 5
NEWS_SECONDS = 30.0
"""Time for one round of news; it is at most five seconds away."""


class OfConnections(msgspec.Struct, frozen=True):
    """A line between 50 pairs, while so many connections are open."""

    connections: int
    cpu_us_per_line: float
    p50_ms: float
    p99_ms: float


class OfConversations(msgspec.Struct, frozen=True):
    """A line while so many pairs talk as fast as they can."""

    conversations: int
    cpu_us_per_line: float
    lines_per_s: float
    p50_ms: float


class OfWaiting(msgspec.Struct, frozen=True):
    """What those who wait cost, by their number."""

    waiting: int
    pairing_p50_ms: float
    """One pass for one supporter who has become free; a tenth as many supporters are on duty."""
    pairing_cpu_us: float
    news_cpu_us: float
    """News of the place for one seeker: read, encoded, sent; CPU of server and store."""


class GrowthResult(msgspec.Struct, frozen=True, kw_only=True):
    """What `growth` prints last."""

    connections: list[OfConnections]
    line_by_connections: float
    """Exponent of the CPU of a line."""
    conversations: list[OfConversations]
    line_by_conversations: float
    waiting: list[OfWaiting]
    pairing_by_waiting: float
    """Exponent of the CPU of one pairing."""
    news_by_waiting: float
    """Exponent of the CPU of one seeker's news."""
    machine: Machine


async def grow(sizes: list[int]) -> GrowthResult:
    """Measure at each size. Raises: as `lines`, and StoreError."""
    by_connections = [await _of_connections(size) for size in sizes]
    by_conversations = [await _of_conversations(size // 2) for size in sizes]
    by_waiting = [await _of_waiting(size) for size in sizes]
    numbers = [float(size) for size in sizes]
    return GrowthResult(
        connections=by_connections,
        line_by_connections=growth(numbers, [one.cpu_us_per_line for one in by_connections]),
        conversations=by_conversations,
        line_by_conversations=growth(numbers, [one.cpu_us_per_line for one in by_conversations]),
        waiting=by_waiting,
        pairing_by_waiting=growth(numbers, [one.pairing_cpu_us for one in by_waiting]),
        news_by_waiting=growth(numbers, [one.news_cpu_us for one in by_waiting]),
        machine=machine(),
    )


async def _of_connections(connections: int) -> OfConnections:
    """Let most be silent in conversations of their own, and 50 pairs talk."""
    pairs = connections // 2
    async with serving(supporters=pairs) as running, crowd() as everybody:
        talks = Talks(everybody, answer=says_at_once)
        await talks.meet(running.port, running.cookies, pairs, 1)
        found = (await talking(talks, running.group, ROUND, speakers=TALKING))[0]
        everybody.check()
    cpu = found.cpu_us_per_line
    return OfConnections(2 * pairs, round(cpu.server + cpu.store, 1), found.p50_ms, found.p99_ms)


async def _of_conversations(pairs: int) -> OfConversations:
    found = await lines(replace(ROUND, pairs=pairs))
    cpu = found.cpu_us_per_line
    return OfConversations(pairs, round(cpu.server + cpu.store, 1), found.lines_per_s, found.p50_ms)


async def _of_waiting(waiting: int) -> OfWaiting:
    room = await measure(waiting, max(1, waiting // 10), singles=50)
    news_us = await _news(waiting)
    return OfWaiting(waiting, room.one.p50_ms, room.one_cpu_us, news_us)


async def _news(waiting: int) -> float:
    """Let the first of the queue leave, so that all others move up, and count until all are told.

    What the server does anyway in these seconds (pings, heartbeats, sweeps) is counted in.
    """
    async with serving(limits_lifted=False) as running, crowd() as everybody:
        first, roll = Roll(everybody), Roll(everybody)
        await first.seekers_wait(running.port, ROUNDS_OF_NEWS)
        await roll.seekers_wait(running.port, waiting)
        await roll.until("waiting", waiting, NEWS_SECONDS)
        before, heard = mark(running.group), roll.heard["waiting"]
        for turn, person in enumerate(first.people):
            told = roll.heard["waiting"]
            person.says(t="leave", reason="not_now")
            await first.until("ended", turn + 1, NEWS_SECONDS)
            await roll.until("waiting", told + waiting, NEWS_SECONDS)
        used = mark(running.group).since(before)
        everybody.check()
        return round((used.server_us + used.store_us) / (roll.heard["waiting"] - heard), 2)
