"""What the conversation's rooms stand on in tests: parts over any store, and people on sockets."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from typing import Literal

import msgpack  # type: ignore[import-untyped]

from chat.conversation import Conversation
from chat.entry import Line, StaffText
from chat.gauges_memory import GaugesMemory
from chat.gauges_redis import GaugesRedis
from chat.keyring_memory import MemoryKeyring
from chat.log import SEEKER, About, Appended, Log, NotAppended, Record
from chat.log_memory import MemoryLog
from chat.log_redis import RedisLog
from chat.outbox import Outbox
from chat.parts import Parts
from chat.protocol import Author
from chat.relay import Relay
from chat.screener import Screener
from config.clock import Millis
from config.ids import AccountId, ConversationId, OfferId, Ref, Seq, TokenHash, new_id
from config.risk import Risk
from config.settings import Settings
from matching.limits import OFFER_MS
from matching.ticket import Availability, Offer, Supporter, Ticket
from matching.waiting_room_memory import MemoryWaitingRoom
from matching.waiting_room_redis import RedisWaitingRoom
from safety.blocks_memory import BlocksMemory, RaidsMemory
from safety.blocks_redis import BlocksRedis, RaidsRedis
from safety.desk_memory import DeskMemory
from safety.desk_redis import DeskRedis
from safety.hindsight_memory import HindsightMemory
from safety.hindsight_redis import HindsightRedis
from safety.holds_memory import HoldsMemory
from safety.holds_redis import HoldsRedis
from safety.screening import Screen, load_screen
from staff.accounts_memory import AccountsMemory
from staff.audit_memory import AuditMemory
from store.client import Store

START = Millis(1_750_000_000_000)
ONE = ConversationId("one")
ANNA, BEN, GRACE = AccountId("anna"), AccountId("ben"), AccountId("grace")
TOKEN = TokenHash("hash of a token")
ABOUT = About("Blue Heron", ("en",), ("grief",), "GB", 3, START)
HIGH_WORDS = "I want to end my life tonight"
"""Words that the filter takes for high risk or more."""
RETENTION = 3600
PATIENCE = 10.0
"""Seconds after which something that a test waits for counts as not coming."""


@dataclass
class Clock:
    """A clock that goes when it is told to."""

    at: Millis = START

    def __call__(self) -> Millis:
        """Return the time."""
        return self.at

    def go(self, seconds: float) -> None:
        """Let time go by."""
        self.at = Millis(self.at + int(seconds * 1000))


@dataclass
class Counted:
    """Tallies that a test can look at."""

    pairings: list[float] = field(default_factory=list[float])
    pickups: list[float] = field(default_factory=list[float])
    counts: Counter[str] = field(default_factory=Counter[str])

    def line(self, by: str, seconds: float) -> None:
        """See `Tallies`."""
        self.counts[f"line:{by}"] += 1

    def flag(self, risk: Risk, tier: str) -> None:
        """See `Tallies`."""
        self.counts[f"flag:{int(risk)}:{tier}"] += 1

    def pairing(self, seconds: float) -> None:
        """See `Tallies`."""
        self.pairings.append(seconds)

    def pickup(self, seconds: float) -> None:
        """See `Tallies`."""
        self.pickups.append(seconds)

    def feedback(self, helped: str, mood_before: int | None, mood_after: int | None) -> None:
        """See `Tallies`."""
        self.counts[f"feedback:{helped}:{mood_before}:{mood_after}"] += 1

    def wrong_flag(self) -> None:
        """See `Tallies`."""
        self.counts["wrong_flag"] += 1


KEYRING = MemoryKeyring()
"""The keys that all processes of a test share."""


@cache
def screen() -> Screen:
    """Return the real filter, loaded once."""
    return load_screen()


def parts_on(store: Store | None, clock: Clock, *, beside: Parts | None = None) -> Parts:
    """Put the parts together over a store, or over fakes without one.

    With `beside`, they are another process's parts on the same truth.
    """
    origin = new_id()
    log: Log
    if store is None:
        first = beside.log if beside else None
        assert first is None or isinstance(first, MemoryLog)
        memory = MemoryLog(origin=origin, retention=RETENTION, now=clock, beside=first)
        log, relay = memory, Relay(memory, memory.wakes, origin)
    else:
        log = RedisLog(store, KEYRING, origin=origin, retention=RETENTION)
        relay = Relay(log, store.wakeups, origin)
    codes = count(1)
    return Parts(
        settings=Settings(),
        log=log,
        relay=relay,
        room=beside.room if beside else _room(store),
        desk=beside.desk if beside else (DeskRedis(store) if store else DeskMemory()),
        blocks=beside.blocks if beside else (BlocksRedis(store) if store else BlocksMemory()),
        raids=beside.raids if beside else (RaidsRedis(store) if store else RaidsMemory()),
        holds=beside.holds if beside else (HoldsRedis(store) if store else HoldsMemory()),
        hindsight=HindsightRedis(store) if store else HindsightMemory(),
        gauges=beside.gauges if beside else (GaugesRedis(store) if store else GaugesMemory()),
        screener=Screener(screen()),
        reread=lambda *_: None,
        accounts=AccountsMemory(),
        audit=AuditMemory(),
        tallies=Counted(),
        now=clock,
        new_name=lambda: "Blue Heron",
        new_code=lambda: f"calm river stone {'abcdefgh'[next(codes)]}",
        helplines=lambda _: [],
        origin=origin,
    )


def _room(store: Store | None) -> MemoryWaitingRoom | RedisWaitingRoom:
    return RedisWaitingRoom(store, pool=new_id()) if store else MemoryWaitingRoom()


# Values


def a_line(
    ref: str = "r1",
    text: str = "hello",
    *,
    account: AccountId | None = None,
    risk: Risk = Risk.NONE,
    by: Author | None = None,
    standing: Risk = Risk.NONE,
    lowers: bool = False,
) -> Line:
    """Return a line of a seeker, or of staff if there is an account."""
    return Line(
        at=START,
        by=by or ("supporter" if account else "seeker"),
        text=text,
        ref=Ref(ref),
        account=account,
        name="Anna" if account else "",
        risk=risk,
        categories=("suicide",) if risk else (),
        standing=standing,
        lowers=lowers,
    )


def a_text(
    ref: str = "n1", text: str = "a note", kind: Literal["note", "whisper"] = "note"
) -> StaffText:
    """Return something that only staff see."""
    return StaffText(at=START, kind=kind, account=ANNA, name="Anna", text=text, ref=Ref(ref))


def fresh(outcome: Appended | NotAppended) -> Seq:
    """Return the seq of a line that was appended for the first time."""
    assert isinstance(outcome, Appended)
    assert outcome.fresh
    return outcome.seq


# What people do


@dataclass(frozen=True)
class Talk:
    """One conversation, step by step, as the use cases take it."""

    parts: Parts
    clock: Clock
    id: ConversationId = ONE

    async def begins(self, opening: Line | None = None) -> None:
        """The seeker comes, and waits."""
        await self.parts.room.register(self.id, self.clock())
        assert await self.parts.log.create(self.id, ABOUT, TOKEN, opening)
        await self.waits()

    async def waits(self) -> None:
        """The seeker has a ticket."""
        ticket = Ticket(self.id, "Blue Heron", ("en",), ("grief",), Risk.NONE, ABOUT.began)
        assert await self.parts.room.enqueue(ticket)

    async def attends(self, *accounts: AccountId) -> None:
        """These supporters are on duty."""
        for account in accounts:
            await self.parts.room.set_availability(a_supporter(account), self.clock())

    async def is_offered(self, account: AccountId) -> OfferId:
        """The waiting room holds the ticket for a supporter."""
        offer = OfferId(new_id())
        record = await self.parts.log.find(self.id)
        expires = Millis(self.clock() + OFFER_MS)
        held = Offer(offer, self.id, account, expires)
        for risk in (Risk.NONE, record.risk if record else Risk.NONE):
            if await self.parts.room.offer(held, risk, self.clock()):
                return offer
        raise AssertionError("the ticket was not free, or the supporter")

    async def is_seated(self, account: AccountId) -> None:
        """The waiting room matches; the conversation does not know of it yet."""
        offer = await self.is_offered(account)
        assert await self.parts.room.accept(offer, account, self.clock()) == self.id

    async def record(self) -> Record:
        """Return what is kept."""
        found = await self.parts.log.find(self.id)
        assert found is not None
        return found

    async def state(self) -> Conversation:
        """Return who is in it, and where it stands."""
        return (await self.record()).state

    async def seat(self) -> AccountId | None:
        """Return whom the waiting room takes for the supporter."""
        seat = (await self.parts.room.matched()).get(self.id)
        return seat.supporter if seat else None

    async def queue(self) -> list[ConversationId]:
        """Return who waits, in order."""
        return [ticket.conversation for ticket in await self.parts.room.snapshot(10)]

    async def says(self, line: Line) -> Appended | NotAppended:
        """Somebody's line reaches the log, and nothing else happens."""
        return await self.parts.log.append(self.id, line.account or SEEKER, line)

    async def kinds(self) -> list[str]:
        """Return what stands in the log."""
        return [type(entry).__name__ for _, entry in await self.parts.log.read(self.id, 0)]


def a_supporter(account: AccountId, capacity: int = 1) -> Supporter:
    """Return a supporter on duty, trained for everything."""
    return Supporter(
        account=account,
        name=account.title(),
        state=Availability.AVAILABLE,
        capacity=capacity,
        load=0,
        languages=("en",),
        topics=(),
        trained_to=Risk.IMMINENT,
        idle_since=START,
    )


# What people hear


class Screenful:
    """Reads an outbox as a socket would, and remembers each byte."""

    def __init__(self, outbox: Outbox) -> None:
        self.outbox = outbox
        self.frames: list[bytes] = []
        self._came = asyncio.Event()

    async def read(self) -> None:
        """Read until the socket closes."""
        await self.outbox.drain(self._take)
        self._came.set()

    async def _take(self, frame: bytes) -> None:
        self.frames.append(frame)
        self._came.set()

    @property
    def facts(self) -> list[dict[str, object]]:
        """Return what was heard, as an independent decoder reads it."""
        return [msgpack.unpackb(frame) for frame in self.frames]

    def kinds(self) -> list[object]:
        """Return the kinds of what was heard."""
        return [fact["t"] for fact in self.facts]

    def of(self, kind: str) -> list[dict[str, object]]:
        """Return all facts of one kind."""
        return [fact for fact in self.facts if fact["t"] == kind]

    async def sees(self, kind: str, times: int = 1) -> dict[str, object]:
        """Wait for a fact; return the last of so many."""
        await self._until(lambda: len(self.of(kind)) >= times)
        return self.of(kind)[times - 1]

    async def closes(self) -> int:
        """Wait for the socket to close; return the code."""
        await self._until(lambda: self.outbox.closing is not None)
        assert self.outbox.closing is not None
        return self.outbox.closing.code

    async def _until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not holds():
                self._came.clear()
                await self._came.wait()
