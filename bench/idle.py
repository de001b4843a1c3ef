"""`idle`: what a connection holds of memory when nobody says anything.

Three kinds: seekers who wait; supporters who attend and have nobody to talk with; and pairs who
have exchanged a few lines. A few people come first, so that what the first ones bring in (code,
caches, pools) is not counted as theirs.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from time import perf_counter_ns
from typing import Literal, get_args

import msgspec

from bench.costs import mark, memory_kib
from bench.machine import Machine, machine
from bench.people import Crowd, crowd
from bench.rolls import Roll
from bench.server import Running, serving
from bench.talks import SEEKER, Talk, Talks

Kind = Literal["waiting", "attending", "talking"]
KINDS: tuple[Kind, ...] = get_args(Kind)

FIRST = 40
"""Connections before the first measurement."""
LINES_EACH = 6
"""Lines of each pair before it falls silent."""


class PerConnection(msgspec.Struct, frozen=True):
    """What one connection holds, and costs while it is idle."""

    server_kib: float
    store_kib: float
    cpu_us_per_s: float
    """Of server and store, in microseconds a second: pings, heartbeats, and news of the place."""


class IdleResult(msgspec.Struct, frozen=True, kw_only=True):
    """What `idle` prints last."""

    connections: int
    waiting: PerConnection | None = None
    """Seekers in the waiting room, each with a conversation that has not begun."""
    attending: PerConnection | None = None
    """Supporters without a conversation."""
    talking: PerConnection | None = None
    """Seekers and supporters, in conversations of two."""
    workers: int
    machine: Machine


async def idle(
    connections: int, seconds: float, kinds: Collection[Kind] = KINDS, workers: int = 1
) -> IdleResult:
    """Measure each kind on a server of its own, `seconds` after the last of them has come.

    Raises: as `lines`.
    """
    measures = {"waiting": waiting, "attending": attending, "talking": talking}
    found = {kind: await measures[kind](connections, seconds, workers) for kind in kinds}
    return IdleResult(
        connections=connections,
        waiting=found.get("waiting"),
        attending=found.get("attending"),
        talking=found.get("talking"),
        workers=workers,
        machine=machine(),
    )


async def waiting(connections: int, seconds: float, workers: int = 1) -> PerConnection:
    """Measure seekers who wait."""
    async with _house(0, workers) as (running, everybody):
        roll = Roll(everybody)
        await roll.seekers_wait(running.port, FIRST)
        return await _grown(
            running, connections, seconds, lambda: roll.seekers_wait(running.port, connections)
        )


async def attending(connections: int, seconds: float, workers: int = 1) -> PerConnection:
    """Measure supporters who have nobody to talk with."""
    async with _house(FIRST + connections, workers) as (running, everybody):
        roll = Roll(everybody)
        await roll.supporters_attend(running.port, running.cookies[:FIRST])
        return await _grown(
            running,
            connections,
            seconds,
            lambda: roll.supporters_attend(running.port, running.cookies[FIRST:]),
        )


async def talking(connections: int, seconds: float, workers: int = 1) -> PerConnection:
    """Measure pairs who have exchanged a few lines."""
    pairs, first = connections // 2, FIRST // 2
    async with _house(first + pairs, workers) as (running, everybody):
        talks = Talks(everybody, answer=_answers)
        await talks.meet(running.port, running.cookies[:first], first, 1)

        async def meet() -> None:
            await talks.meet(running.port, running.cookies[first:], pairs, 1)
            for talk in talks.all:
                talk.says(SEEKER, perf_counter_ns())
                await asyncio.sleep(0.002)

        return await _grown(running, 2 * pairs, seconds, meet)


async def _grown(
    running: Running, connections: int, seconds: float, come: Callable[[], Awaitable[None]]
) -> PerConnection:
    """Return what each of those who come now adds."""
    group = running.group
    await asyncio.sleep(min(1.0, seconds))
    server, store = memory_kib(group.server), memory_kib(group.store)
    await come()
    await asyncio.sleep(seconds)
    grown = memory_kib(group.server) - server, memory_kib(group.store) - store
    before = mark(group)
    await asyncio.sleep(seconds)
    used = mark(group).since(before)
    cpu_us = (used.server_us + used.store_us) / (used.at_ns / 1e9)
    return PerConnection(
        round(grown[0] / connections, 1),
        round(grown[1] / connections, 1),
        round(cpu_us / (connections + FIRST), 1),
    )


@asynccontextmanager
async def _house(supporters: int, workers: int) -> AsyncGenerator[tuple[Running, Crowd]]:
    async with (
        serving(supporters=supporters, workers=workers, limits_lifted=False) as running,
        crowd() as everybody,
    ):
        yield running, everybody
        everybody.check()


def _answers(talk: Talk, side: int, now: int) -> None:
    if talk.said < LINES_EACH:
        talk.says(side, now)
