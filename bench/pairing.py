"""The waiting room on a real store, without sockets: what pairing itself takes.

The same modules as in the server (`matching/`), on an embedded store that fsyncs each write. One
process plays the server here, so its CPU is the server's and the load's together.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import perf_counter_ns
from typing import TypeVar

from bench.costs import Group, mark
from bench.figures import Spread, spread
from config.clock import Millis, now
from config.ids import AccountId, ConversationId, new_id
from config.risk import Risk
from matching.pairing import PairingPass
from matching.patience import PATIENCE
from matching.ticket import NEVER, Availability, OpenOffer, Supporter, Ticket
from matching.waiting_room_redis import RedisWaitingRoom
from store.client import connect
from store.embedded import embedded

T = TypeVar("T")

LANGUAGES = ("en", "es", "fr", "ar", "ur", "sn")
TOPICS = ("loneliness", "relationships", "family", "parenting", "grief", "work", "study", "health")
RISKS = (Risk.NONE,) * 6 + (Risk.CONCERN,) * 2 + (Risk.ELEVATED, Risk.HIGH)
AT_ONCE = 200
"""Calls to the store under way at once while the room is filled."""


@dataclass(frozen=True, slots=True)
class Paired:
    """What pairing took."""

    burst_per_s: float
    """Pairings a second, from when all supporters are free until each has accepted."""
    burst_cpu_us: float
    """CPU of each of these, store included."""
    one: Spread
    """From when one more supporter is free until their offer stands in the store: one pass."""
    one_cpu_us: float
    """CPU of one such pass, store included; a pass for a thousand costs not much more."""
    place: Spread
    """Reading the places of all who wait, as one round of news does."""
    place_cpu_us: float
    """CPU of that for one seeker, store included."""


async def measure(waiting: int, supporters: int, singles: int) -> Paired:
    """Fill a room, and measure. Raises: StoreError."""
    async with _room() as (room, group):
        tickets = [_ticket(number) for number in range(waiting)]
        await _some_at_once(lambda ticket: _arrives(room, ticket), tickets)
        place, place_cpu_us = await _places(room, group, tickets)
        staff = [_supporter(number) for number in range(supporters)]
        await _some_at_once(lambda one: room.set_availability(one, now()), staff)
        passes = PairingPass(room, new_id)
        before = mark(group)
        made = await passes.run(now)
        await asyncio.gather(*(_accept(room, one) for one in made))
        used = mark(group).since(before)
        one, one_cpu_us = await _singles(room, group, passes, made, singles)
        return Paired(
            round(len(made) / used.at_ns * 1e9, 1),
            round((used.load_us + used.store_us) / len(made), 1),
            one,
            one_cpu_us,
            place,
            place_cpu_us,
        )


async def _singles(
    room: RedisWaitingRoom,
    group: Group,
    passes: PairingPass,
    seated: list[OpenOffer],
    times: int,
) -> tuple[Spread, float]:
    """Free one supporter after another, and time the pass that gives them the next seeker."""
    took: list[int] = []
    used_us = 0.0
    for turn in range(times):
        leaving = seated[turn % len(seated)]
        await room.release(leaving.offer.conversation, now())
        before = mark(group)
        (made,) = await passes.run(now)
        used = mark(group).since(before)
        took.append(used.at_ns)
        used_us += used.load_us + used.store_us
        await _accept(room, made)
        seated[turn % len(seated)] = made
    return spread(took), round(used_us / times, 1)


async def _places(
    room: RedisWaitingRoom, group: Group, tickets: list[Ticket]
) -> tuple[Spread, float]:
    names = [one.conversation for one in tickets]
    took: list[int] = []
    before = mark(group)
    for _ in range(20):
        begin = perf_counter_ns()
        places = await room.place(names)
        took.append(perf_counter_ns() - begin)
        assert len(places) == len(names)
    used = mark(group).since(before)
    return spread(took), round((used.load_us + used.store_us) / len(took) / len(names), 2)


async def _accept(room: RedisWaitingRoom, one: OpenOffer) -> None:
    assert await room.accept(one.offer.id, one.offer.supporter, now()) is not None


async def _arrives(room: RedisWaitingRoom, ticket: Ticket) -> None:
    await room.register(ticket.conversation, now())
    assert await room.enqueue(ticket)


async def _some_at_once(act: Callable[[T], Awaitable[object]], on: Sequence[T]) -> None:
    """Do this for each, a part of them at a time."""
    for start in range(0, len(on), AT_ONCE):
        await asyncio.gather(*(act(one) for one in on[start : start + AT_ONCE]))


@contextlib.asynccontextmanager
async def _room() -> AsyncGenerator[tuple[RedisWaitingRoom, Group]]:
    with TemporaryDirectory(prefix="benchside-bench-") as name:
        folder = Path(name) / "data"
        async with embedded(folder) as url, connect(url) as store:
            pid = int((folder / "store.pid").read_text())
            yield RedisWaitingRoom(store, "bench", PATIENCE), Group((), (pid,))


_chance = Random(7)
_arrivals = count(now() - 3600_000, 100)


def _ticket(number: int) -> Ticket:
    return Ticket(
        conversation=ConversationId(new_id()),
        name=f"Seeker {number}",
        languages=(_chance.choice(LANGUAGES),),
        topics=tuple(_chance.sample(TOPICS, _chance.randint(0, 2))),
        risk=_chance.choice(RISKS),
        arrived_at=Millis(next(_arrivals)),
    )


def _supporter(number: int) -> Supporter:
    return Supporter(
        account=AccountId(new_id()),
        name=f"Supporter {number}",
        state=Availability.AVAILABLE,
        capacity=1,
        load=0,
        languages=("en", *_chance.sample(LANGUAGES[1:], 2)),
        topics=tuple(_chance.sample(TOPICS, 3)),
        trained_to=_chance.choice((Risk.ELEVATED, Risk.HIGH, Risk.IMMINENT)),
        idle_since=NEVER,
    )
