"""Writers and readers without a pause, and the comparison of what they were told with the log.

A writer stands for a server process that a client resends to: what is unknown is said again under
the same ref. A reader stands for another process that shows lines to people as it hears of them.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal

from chat.entry import Line, LogEntry
from chat.log import SEEKER, Appended
from chat.log_redis import RedisLog
from chat.relay import Relay
from config.clock import monotonic
from config.ids import AccountId, ConversationId, Seq, TokenHash
from store.client import Store, connect
from store.errors import StoreError, StoreUnreachable
from store.tasks import beside
from tests.support.talks import ABOUT, KEYRING, a_line

PATIENCE = 60.0
PAUSE = 0.05
"""Seconds before a client that was told nothing comes back."""


@dataclass
class Talker:
    """Says lines in one conversation, each until it is acknowledged, and none twice at once."""

    log: RedisLog
    id: ConversationId
    acknowledged: dict[int, str] = field(default_factory=dict[int, str])
    unknown: int = 0
    """How often the outcome was unknown, and the line was said again."""
    longest: float = 0.0
    """Seconds between two lines that were acknowledged, at most."""
    _last: float = field(default_factory=monotonic)

    async def begins(self) -> None:
        """Open the conversation."""
        assert await self.log.create(self.id, ABOUT, TokenHash(self.id), None)

    async def talk(self, stop: asyncio.Event) -> None:
        """Say lines until told to stop."""
        number = 0
        self._last = monotonic()
        while not stop.is_set():
            number += 1
            line = a_line(f"r{number}", f"line {number}")
            seq = await self._say(line)
            assert self.acknowledged.setdefault(seq, line.text) == line.text
            now = monotonic()
            self.longest = max(self.longest, now - self._last)
            self._last = now

    async def _say(self, line: Line) -> int:
        while True:
            try:
                outcome = await self.log.append(self.id, SEEKER, line)
            except StoreUnreachable:
                self.unknown += 1
                await asyncio.sleep(PAUSE)
            else:
                assert isinstance(outcome, Appended)
                return outcome.seq


@dataclass(eq=False)
class Shown:
    """What one person was shown, on the other process."""

    audience: Literal["seeker", "staff"] = "seeker"
    account: AccountId | None = None
    entries: list[tuple[int, object]] = field(default_factory=list[tuple[int, object]])

    def hear(self, frame: bytes) -> None:
        """See `Follower`."""

    def has_room(self, then: Callable[[], None]) -> bool:
        """See `Follower`."""
        return True

    def notice(self, conversation: ConversationId, seq: Seq, entry: LogEntry) -> None:
        """See `Follower`."""
        self.entries.append((int(seq), entry))

    def hint(self, conversation: ConversationId, hint: str) -> None:
        """See `Follower`."""

    def lost_tail(self, conversation: ConversationId) -> None:
        """See `Follower`."""
        raise AssertionError("somebody was shown what was then lost")


@dataclass
class Load:
    """Talkers on one process, and what another process shows of it."""

    talkers: list[Talker]
    seen: dict[ConversationId, Shown]

    @property
    def lines(self) -> int:
        """How many lines have been acknowledged."""
        return sum(len(one.acknowledged) for one in self.talkers)

    @property
    def longest(self) -> float:
        """The longest pause of anybody, in seconds."""
        return max(one.longest for one in self.talkers)

    async def goes_on(self, each: int) -> None:
        """Wait until everybody has said so many more lines."""
        goals = [(one, len(one.acknowledged) + each) for one in self.talkers]
        async with asyncio.timeout(PATIENCE):
            while any(len(one.acknowledged) < goal for one, goal in goals):  # noqa: ASYNC110
                await asyncio.sleep(PAUSE)


@asynccontextmanager
async def load(url: str, *, talkers: int, replicas: int = 1) -> AsyncGenerator[Load]:
    """Let people talk by one process and be heard by another, for as long as the context lasts.

    At its end all is compared: nothing that was acknowledged or shown is missing or another line,
    nothing stands twice, and there is no hole.
    """
    stop = asyncio.Event()
    async with AsyncExitStack() as stack:
        here = await stack.enter_async_context(connect(url, replicas=replicas))
        there = await stack.enter_async_context(connect(url, replicas=replicas))
        ids = [ConversationId(f"talk-{n}") for n in range(talkers)]
        log, other = _log(here, "here"), _log(there, "there")
        relay = Relay(other, there.wakeups, "there")
        await stack.enter_async_context(beside(relay=relay.run))
        all_ = Load([Talker(log, id_) for id_ in ids], {id_: Shown() for id_ in ids})
        for one in all_.talkers:
            await one.begins()
            await relay.follow(one.id, all_.seen[one.id], [], position=0)
        async with asyncio.TaskGroup() as tasks:
            for one in all_.talkers:
                tasks.create_task(one.talk(stop), name=one.id)
            try:
                yield all_
            finally:
                stop.set()
        relay.look_everywhere()
        for one in all_.talkers:
            await _compare(other, one, all_.seen[one.id])


def _log(store: Store, origin: str) -> RedisLog:
    return RedisLog(store, KEYRING, origin=origin, retention=3600)


async def _compare(log: RedisLog, talker: Talker, seen: Shown) -> None:
    entries = await _read(log, talker.id)
    assert [seq for seq, _ in entries] == list(range(1, len(entries) + 1)), "there is a hole"
    texts = {int(seq): entry.text for seq, entry in entries if isinstance(entry, Line)}
    lost = {seq: text for seq, text in talker.acknowledged.items() if texts.get(seq) != text}
    assert not lost, f"{len(lost)} acknowledged lines are lost"
    assert len(set(texts.values())) == len(texts), "a line stands twice"
    assert list(texts.values()) == [f"line {n + 1}" for n in range(len(texts))], "out of order"
    async with asyncio.timeout(PATIENCE):
        while len(seen.entries) < len(entries):  # noqa: ASYNC110
            await asyncio.sleep(PAUSE)
    assert seen.entries == entries, "somebody was shown another line than was kept"


async def _read(log: RedisLog, id_: ConversationId) -> list[tuple[int, object]]:
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                return [(int(seq), entry) for seq, entry in await log.read(id_, 0)]
            except StoreError:
                await asyncio.sleep(PAUSE)
