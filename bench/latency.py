"""`latency`: how long a line takes while the server has room to breathe.

An open loop: lines are due at moments drawn beforehand (as independent people write: exponential
gaps), whatever becomes of the lines before. A line counts from the moment at which it was due, so
a server, or a load, that falls behind can't hide it (coordinated omission).
"""

import asyncio
from random import Random
from time import perf_counter_ns

import msgspec

from bench.costs import mark
from bench.lines import CpuPerLine, measured
from bench.machine import Machine, machine
from bench.people import crowd
from bench.server import serving
from bench.talks import Record, Talk, Talks


class LatencyResult(msgspec.Struct, frozen=True, kw_only=True):
    """What `latency` prints last."""

    p50_ms: float
    """From the moment a line was due until the other side had it."""
    p99_ms: float
    accepted_p50_ms: float
    """Until its sender knew that it is on the disk."""
    accepted_p99_ms: float
    lines: int
    lines_per_s: float
    asked_per_s: float
    cpu_us_per_line: CpuPerLine
    """All that the server did meanwhile, pings and heartbeats of the silent ones included."""
    connections: int
    pairs: int
    workers: int
    limits_lifted: bool
    machine: Machine


async def latency(
    rate: float, connections: int, seconds: float, warm_up: float = 2.0, workers: int = 1
) -> LatencyResult:
    """Run a server and measure it. Raises: as `lines`."""
    pairs = connections // 2
    async with (
        serving(supporters=pairs, workers=workers, limits_lifted=False) as running,
        crowd() as everybody,
    ):
        talks = Talks(everybody, answer=_says_nothing)
        await talks.meet(running.port, running.cookies, pairs, 1)
        await asyncio.sleep(warm_up)
        await speak(talks, rate, warm_up)
        talks.record = Record()
        before = mark(running.group)
        await speak(talks, rate, seconds)
        await _all_arrived(talks)
        used = mark(running.group).since(before)
        everybody.check()
        found = measured(talks.record, used)
    return LatencyResult(
        p50_ms=found.p50_ms,
        p99_ms=found.p99_ms,
        accepted_p50_ms=found.accepted_p50_ms,
        accepted_p99_ms=found.accepted_p99_ms,
        lines=found.lines,
        lines_per_s=found.lines_per_s,
        asked_per_s=rate,
        cpu_us_per_line=found.cpu_us_per_line,
        connections=2 * pairs,
        pairs=pairs,
        workers=workers,
        limits_lifted=False,
        machine=machine(),
    )


async def speak(talks: Talks, rate: float, seconds: float) -> None:
    """Say lines at this rate for so long, each pair and side in its turn."""
    chance, turn = Random(23), 0
    begin = perf_counter_ns()
    due, end = begin, begin + int(seconds * 1e9)
    while due < end:
        pause = (due - perf_counter_ns()) / 1e9
        if pause > 0:
            await asyncio.sleep(pause)
        side = turn // len(talks.all) % 2
        begun = min(due, perf_counter_ns())  # a timer may ring up to a millisecond early
        talks.all[turn % len(talks.all)].says(side, begun)
        turn += 1
        due += int(chance.expovariate(rate) * 1e9)


async def _all_arrived(talks: Talks) -> None:
    """Wait until no line is on its way. Raises: TimeoutError, if one never comes."""
    async with asyncio.timeout(30):
        await talks.silence()


def _says_nothing(talk: Talk, side: int, now: int) -> None:
    """Lines are due by the clock, not in answer."""
