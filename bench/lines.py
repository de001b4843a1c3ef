"""`lines`: pairs talk as fast as they can; what does a line cost, and how many are there?

A closed loop: each pair has one line on its way. A line counts once it has been screened, kept,
acknowledged and delivered to the other side.
"""

import asyncio
from dataclasses import dataclass
from time import perf_counter_ns

import msgspec

from bench.costs import Group, Mark, mark
from bench.figures import median, spread
from bench.machine import Machine, machine
from bench.people import crowd
from bench.server import serving
from bench.talks import SEEKER, Record, Talk, Talks


class CpuPerLine(msgspec.Struct, frozen=True):
    """Microseconds of CPU for one line."""

    server: float
    store: float


class Round(msgspec.Struct, frozen=True):
    """One stretch of measuring."""

    lines: int
    lines_per_s: float
    p50_ms: float
    p99_ms: float
    accepted_p50_ms: float
    accepted_p99_ms: float
    cpu_us_per_line: CpuPerLine
    load_cpu_us_per_line: float
    """CPU of the process that makes the load; it shares the cores with the server."""


class LinesResult(msgspec.Struct, frozen=True, kw_only=True):
    """What `lines` prints last. The figures are medians of the rounds."""

    lines_per_s: float
    p50_ms: float
    p99_ms: float
    accepted_p50_ms: float
    accepted_p99_ms: float
    cpu_us_per_line: CpuPerLine
    load_cpu_us_per_line: float
    pairs: int
    workers: int
    connections: int
    limits_lifted: bool
    rounds: list[Round]
    machine: Machine


@dataclass(frozen=True, slots=True)
class Plan:
    """How a run is made."""

    pairs: int = 200
    seconds: float = 4.0
    """Of each round."""
    rounds: int = 3
    warm_up: float = 2.0
    workers: int = 1
    capacity: int = 1
    """Conversations of one supporter, who has one socket for all of them."""


async def lines(plan: Plan) -> LinesResult:
    """Run a server and measure it. Raises: Lost, SocketClosed, TimeoutError, SystemExit."""
    supporters = -(-plan.pairs // plan.capacity)
    async with (
        serving(supporters=supporters, workers=plan.workers) as running,
        crowd() as everybody,
    ):
        talks = Talks(everybody, answer=says_at_once)
        await talks.meet(running.port, running.cookies, plan.pairs, plan.capacity)
        rounds = await talking(talks, running.group, plan)
        everybody.check()
        return _result(plan, rounds, len(everybody.people))


async def talking(
    talks: Talks, group: Group, plan: Plan, speakers: int | None = None
) -> list[Round]:
    """Let all (or so many of them) talk as fast as they can; return what was measured."""
    for talk in talks.all[:speakers]:
        talk.says(SEEKER, perf_counter_ns())
    await asyncio.sleep(plan.warm_up)
    rounds: list[Round] = []
    for _ in range(plan.rounds):
        talks.record = Record()
        before = mark(group)
        await asyncio.sleep(plan.seconds)
        used = mark(group).since(before)
        rounds.append(measured(talks.record, used))
    talks.answer = says_no_more
    return rounds


def measured(record: Record, used: Mark) -> Round:
    """Return one round's figures; who acknowledges nothing is taken to do so on delivery.

    Raises: ValueError, if not one line arrived.
    """
    count = len(record.delivered)
    delivered = spread(record.delivered)
    accepted = spread(record.accepted) if record.accepted else delivered
    return Round(
        count,
        round(count / used.at_ns * 1e9, 1),
        delivered.p50_ms,
        delivered.p99_ms,
        accepted.p50_ms,
        accepted.p99_ms,
        CpuPerLine(round(used.server_us / count, 1), round(used.store_us / count, 1)),
        round(used.load_us / count, 1),
    )


def _result(plan: Plan, rounds: list[Round], connections: int) -> LinesResult:
    def middle(values: list[float]) -> float:
        return round(median(values), 2)

    return LinesResult(
        lines_per_s=middle([one.lines_per_s for one in rounds]),
        p50_ms=middle([one.p50_ms for one in rounds]),
        p99_ms=middle([one.p99_ms for one in rounds]),
        accepted_p50_ms=middle([one.accepted_p50_ms for one in rounds]),
        accepted_p99_ms=middle([one.accepted_p99_ms for one in rounds]),
        cpu_us_per_line=CpuPerLine(
            middle([one.cpu_us_per_line.server for one in rounds]),
            middle([one.cpu_us_per_line.store for one in rounds]),
        ),
        load_cpu_us_per_line=middle([one.load_cpu_us_per_line for one in rounds]),
        pairs=plan.pairs,
        workers=plan.workers,
        connections=connections,
        limits_lifted=True,
        rounds=rounds,
        machine=machine(),
    )


def says_at_once(talk: Talk, side: int, now: int) -> None:
    """Answer each line with a line."""
    talk.says(side, now)


def says_no_more(talk: Talk, side: int, now: int) -> None:
    """The run is over; what is on its way still arrives."""
