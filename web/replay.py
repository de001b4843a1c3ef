"""Replay: recorded conversations through real sockets, and what became of each line.

Each conversation is played by a seeker and a supporter of the SDK, one line after the other: a
line is said once the one before it was seen on the other side. What is reported has counts,
positions and times, and never a text.
"""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from client.conversation import Conversation
from client.errors import ClientError, Denied, Refused, TimedOut
from client.log import Line
from client.seeker import Seeker
from client.supporter import Supporter
from web.recording import Said

CAPACITY = 5
"""The most conversations one supporter takes at once."""
PACE_SECONDS = 1.0
"""How long to wait where the server says that it was too fast."""
PACED_MOST = 120
"""How often to wait so, for one line or one way in, before it counts as a failure."""


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds from saying a line to its being seen by the other side."""

    p50: float = 0.0
    p95: float = 0.0
    p99: float = 0.0
    max: float = 0.0


@dataclass(frozen=True, slots=True)
class Report:
    """What became of the lines. Conversations and lines are named by index, from 0."""

    conversations: int
    lines: int
    """Lines that the server accepted."""
    in_order: bool
    """Whether both sides had the same lines in the same order, in every conversation."""
    losses: int
    """Accepted lines that the other side did not see."""
    doubles: int
    """Lines shown beyond those accepted."""
    masked: int
    """Lines in which the server masked contacts, and said so to their author."""
    altered: int
    """Lines that arrived with another text than their author was told."""
    refused: tuple[tuple[int, int, str], ...]
    """(conversation, line, reason) of lines that the server did not take."""
    skipped: tuple[tuple[int, int], ...]
    """(conversation, line) of lines that can't be said: empty, or too long."""
    failures: tuple[tuple[int, str], ...]
    """(conversation, problem) of conversations that were not played to their end."""
    flags: dict[int, int]
    """Flagged lines by their level of risk."""
    latency: Latency
    seconds: float

    @property
    def ok(self) -> bool:
        """Whether every accepted line arrived once, in order, as it was accepted."""
        return self.in_order and not (self.losses or self.doubles or self.altered or self.failures)


@dataclass(slots=True)
class _Tally:
    """Counts, while it goes on."""

    lines: int = 0
    out_of_order: int = 0
    losses: int = 0
    doubles: int = 0
    masked: int = 0
    altered: int = 0
    refused: list[tuple[int, int, str]] = field(default_factory=list[tuple[int, int, str]])
    skipped: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    failures: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    flags: Counter[int] = field(default_factory=Counter[int])
    times: list[float] = field(default_factory=list[float])


class _Side(Protocol):
    """The seeker, or the supporter's screen of the conversation."""

    @property
    def transcript(self) -> Sequence[Line]: ...

    async def says(self, text: str, *, ref: str = "", seconds: float | None = None) -> int: ...

    async def sees(self, text: str | None = None, *, seconds: float | None = None) -> Line: ...


class _Stage:
    """Where a seeker finds the supporter's side of the same conversation, by its id."""

    def __init__(self) -> None:
        self._sides: dict[str, asyncio.Future[tuple[Supporter, Conversation]]] = {}

    def opened(self, supporter: Supporter, conversation: Conversation) -> None:
        side = self._side(conversation.id)
        if not side.done():
            side.set_result((supporter, conversation))

    @contextlib.asynccontextmanager
    async def side(self, name: str, seconds: float) -> AsyncGenerator[Conversation]:
        """Yield the supporter's side once it is open; forget it afterwards."""
        try:
            async with asyncio.timeout(seconds):
                supporter, conversation = await self._side(name)
        except TimeoutError:
            raise TimedOut("opened", seconds) from None
        try:
            yield conversation
        finally:
            supporter.forget(conversation)
            del self._sides[name]

    def _side(self, name: str) -> asyncio.Future[tuple[Supporter, Conversation]]:
        return self._sides.setdefault(name, asyncio.get_running_loop().create_future())


async def play(
    url: str,
    conversations: Sequence[Sequence[Said]],
    accounts: Sequence[tuple[str, str]],
    *,
    at_once: int = 50,
    language: str = "en",
    patience: float = 30.0,
    done: Callable[[int], None] | None = None,
) -> Report:
    """Play all conversations on the server at `url` and return what became of them.

    `accounts` are (name, password) of supporters who speak `language`, at least one; nobody else
    may be on duty or waiting there. Each takes up to 5 conversations at once; the more accounts,
    the less the limit on lines of one person is felt. `patience`: seconds any one step may take.
    `done` is told how many conversations are over.

    Raises:
        ExceptionGroup: of ClientError, if a supporter can't get in or is thrown out.
    """
    crew = accounts[:at_once]
    capacity = min(CAPACITY, -(-at_once // len(crew)))
    player = _Player(url, language, patience, capacity, done)
    began = time.monotonic()
    async with asyncio.TaskGroup() as tasks:
        duty = [await player.on_duty(tasks, *account) for account in crew]
        slots = asyncio.Semaphore(min(at_once, capacity * len(crew)))
        async with asyncio.TaskGroup() as plays:
            for index, lines in enumerate(conversations):
                await slots.acquire()
                play_one = plays.create_task(player.play(index, lines), name=f"replay {index}")
                play_one.add_done_callback(lambda _: slots.release())
        for task in duty:
            task.cancel()
    return _report(player.tally, len(conversations), time.monotonic() - began)


class _Player:
    """Plays conversations and counts."""

    def __init__(
        self,
        url: str,
        language: str,
        patience: float,
        capacity: int,
        done: Callable[[int], None] | None,
    ) -> None:
        self.tally = _Tally()
        self._url = url
        self._language = language
        self._patience = patience
        self._capacity = capacity
        self._done = done
        self._over = 0
        self._stage = _Stage()

    async def on_duty(
        self, tasks: asyncio.TaskGroup, name: str, password: str
    ) -> asyncio.Task[None]:
        """Start a supporter; return the task once the supporter is available."""
        ready = asyncio.get_running_loop().create_future()
        task = tasks.create_task(self._attend(name, password, ready), name=f"supporter {name}")
        await asyncio.wait((ready, task), return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            await task
        return task

    async def _attend(self, name: str, password: str, ready: asyncio.Future[None]) -> None:
        supporter = Supporter(self._url, name, password, auto_accept=True, patience=self._patience)
        async with supporter:
            await supporter.becomes(
                "available", capacity=self._capacity, languages=[self._language]
            )
            ready.set_result(None)
            try:
                async for conversation in supporter.openings():
                    self._stage.opened(supporter, conversation)
            finally:
                with contextlib.suppress(ClientError):
                    await supporter.becomes("away")

    async def play(self, index: int, lines: Sequence[Said]) -> None:
        """Play one conversation; what goes wrong is counted."""
        try:
            async with contextlib.AsyncExitStack() as stack:
                seeker = await self._enter(stack, index)
                side = self._stage.side(seeker.conversation, self._patience)
                conversation = await stack.enter_async_context(side)
                await seeker.matched()
                said = await self._talk(index, lines, seeker, conversation)
                await seeker.leaves("done")
                await conversation.ended()
                self._compare(said, seeker.transcript, conversation.transcript)
                self.tally.flags.update(flag.number("risk") for flag in conversation.flags.values())
        except ClientError as problem:
            self.tally.failures.append((index, str(problem)))
        self._over += 1
        if self._done is not None:
            self._done(self._over)

    async def _enter(self, stack: contextlib.AsyncExitStack, index: int) -> Seeker:
        for _ in range(PACED_MOST):
            seeker = Seeker(
                self._url,
                language=self._language,
                forwarded_for=f"10.{index >> 16 & 255}.{index >> 8 & 255}.{index & 255}",
                patience=self._patience,
            )
            try:
                await stack.enter_async_context(seeker)
                stack.push_async_callback(seeker.parts)
                return seeker
            except Denied as denied:
                if denied.reason != "too_many":
                    raise
            await asyncio.sleep(PACE_SECONDS)
        raise Refused("too_many")

    async def _talk(
        self, index: int, lines: Sequence[Said], seeker: _Side, supporter: _Side
    ) -> int:
        """Have all lines said in turn; return how many were accepted."""
        said = 0
        for number, line in enumerate(lines):
            if not line.sayable:
                self.tally.skipped.append((index, number))
                continue
            speaker, hearer = (seeker, supporter) if line.by == "seeker" else (supporter, seeker)
            try:
                await self._exchange(line.text, speaker, hearer)
                said += 1
            except Refused as refused:
                self.tally.refused.append((index, number, refused.reason))
        return said

    async def _exchange(self, text: str, speaker: _Side, hearer: _Side) -> None:
        """Have a line said and seen, at the pace that the server allows."""
        for _ in range(PACED_MOST):
            try:
                await self._say(text, speaker, hearer)
            except Refused as refused:
                if refused.reason != "too_fast":
                    raise
                await asyncio.sleep(PACE_SECONDS)
            else:
                return
        raise Refused("too_fast")

    async def _say(self, text: str, speaker: _Side, hearer: _Side) -> None:
        began = time.perf_counter()
        answer: int | ClientError = 0
        async with asyncio.TaskGroup() as both:
            seeing = both.create_task(_time_of(hearer, self._patience), name="replay sees")
            try:
                answer = await speaker.says(text)
            except ClientError as problem:
                seeing.cancel()
                answer = problem
        if isinstance(answer, ClientError):
            raise answer
        self.tally.lines += 1
        seen = seeing.result()
        if isinstance(seen, ClientError):
            raise seen
        self.tally.times.append((seen[1] - began) * 1000)
        self.tally.out_of_order += seen[0].seq != answer
        self.tally.masked += speaker.transcript[-1].text != text

    def _compare(self, said: int, seekers: Sequence[Line], supporters: Sequence[Line]) -> None:
        """Count in what the two sides differ from each other, and from what was accepted."""
        ours, theirs = {line.seq: line for line in seekers}, {line.seq: line for line in supporters}
        self.tally.losses += len(ours.keys() ^ theirs.keys())
        self.tally.altered += sum(ours[seq] != theirs[seq] for seq in ours.keys() & theirs.keys())
        self.tally.doubles += max(0, max(len(seekers), len(supporters)) - said)
        self.tally.out_of_order += [*ours] != [*theirs]


async def _time_of(side: _Side, seconds: float) -> tuple[Line, float] | ClientError:
    """Return the next line of the other side and when it was seen, or why it was not."""
    try:
        line = await side.sees(seconds=seconds)
    except ClientError as problem:
        return problem
    return line, time.perf_counter()


def _report(tally: _Tally, conversations: int, seconds: float) -> Report:
    return Report(
        conversations=conversations,
        lines=tally.lines,
        in_order=tally.out_of_order == 0,
        losses=tally.losses,
        doubles=tally.doubles,
        masked=tally.masked,
        altered=tally.altered,
        refused=tuple(sorted(tally.refused)),
        skipped=tuple(sorted(tally.skipped)),
        failures=tuple(sorted(tally.failures)),
        flags=dict(sorted(tally.flags.items())),
        latency=latency(tally.times),
        seconds=seconds,
    )


def latency(times: Sequence[float]) -> Latency:
    """Return the percentiles of some milliseconds, by nearest rank."""
    if not times:
        return Latency()
    ranked = sorted(times)
    p50, p95, p99 = (ranked[-(-len(ranked) * share // 100) - 1] for share in (50, 95, 99))
    return Latency(p50, p95, p99, ranked[-1])
