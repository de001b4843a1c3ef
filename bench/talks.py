"""Pairs in conversation: who meets whom, and the lines that go between them.

A pair meets as everybody does: a supporter is available, a seeker enters, the server offers, the
supporter accepts. From then on `Talk` says lines on either side and times each until its sender
has it acknowledged and the other side has it on the wire.
"""

import asyncio
import math
from array import array
from collections import deque
from collections.abc import Callable, Sequence
from time import perf_counter_ns

from bench.people import AT_ONCE, Crowd, Lost, Person, seeker, supporter
from bench.sentences import from_somewhere
from bench.wire import Heard, Say, SayThere, encode

MEETING_SECONDS = 240.0
"""Time for all pairs of a run to meet; ten thousand people take about a minute."""

SEEKER, SUPPORTER = 0, 1


class Record:
    """Durations of one stretch of a run, in nanoseconds."""

    def __init__(self) -> None:
        self.delivered = array("Q")
        """From `say` until the other side had the line."""
        self.accepted = array("Q")
        """From `say` until the sender had `accepted`: the line is on the disk."""


class Talk:
    """One conversation of two people."""

    def __init__(self, number: int, talks: "Talks") -> None:
        self.seeker: Person
        self.supporter: Person
        self.conversation = ""
        self._talks = talks
        self._texts = from_somewhere(number)
        self._refs = 0
        self._undelivered: tuple[deque[int], deque[int]] = (deque(), deque())
        self._unaccepted: tuple[deque[int], deque[int]] = (deque(), deque())

    def says(self, side: int, due_ns: int) -> None:
        """Say the next line; it counts from `due_ns`, which may be earlier than now."""
        self._refs += 1
        ref, text = str(self._refs), next(self._texts)
        self._undelivered[side].append(due_ns)
        self._unaccepted[side].append(due_ns)
        if side == SEEKER:
            self.seeker.socket.say(encode(Say(ref, text)))
        else:
            self.supporter.socket.say(encode(SayThere(self.conversation, ref, text)))

    def accepted(self, side: int) -> None:
        """Note that a line of this side is acknowledged."""
        self._talks.record.accepted.append(perf_counter_ns() - self._unaccepted[side].popleft())

    def delivered(self, side: int) -> None:
        """Note that a line of this side is on the other's wire; let the other side hear it."""
        now = perf_counter_ns()
        self._talks.record.delivered.append(now - self._undelivered[side].popleft())
        self._talks.answer(self, 1 - side, now)

    @property
    def said(self) -> int:
        """How many lines were said."""
        return self._refs

    @property
    def under_way(self) -> int:
        """How many lines are still to be delivered or acknowledged."""
        return sum(map(len, (*self._undelivered, *self._unaccepted)))


class Talks:
    """All conversations of a run."""

    def __init__(self, crowd: Crowd, answer: Callable[[Talk, int, int], None]) -> None:
        """`answer(talk, side, now)` is called when a side has heard a line."""
        self.all: list[Talk] = []
        self.answer = answer
        self.record = Record()
        self._crowd = crowd
        self._by_conversation: dict[str, Talk] = {}
        self._opened: set[str] = set()
        self._matched: set[str] = set()
        self._wanted = 0
        self._met = asyncio.Event()

    async def meet(self, port: int, cookies: Sequence[str], pairs: int, capacity: int) -> None:
        """Let so many pairs meet. Raises: Lost, TimeoutError, SocketClosed."""
        self._wanted = len(self._opened) + pairs
        self._met.clear()
        at_once = asyncio.Semaphore(AT_ONCE)
        async with asyncio.timeout(MEETING_SECONDS), asyncio.TaskGroup() as tasks:
            for cookie in cookies[: math.ceil(pairs / capacity)]:
                tasks.create_task(self._supporter(port, cookie, capacity, at_once))
            for number in range(pairs):
                tasks.create_task(self._seeker(port, number, at_once))
            await self._met.wait()
        self._crowd.check()

    async def silence(self) -> None:
        """Wait until no line is on its way; nobody may go on talking."""
        for talk in self.all:
            while talk.under_way:  # noqa: ASYNC110 - no line would have to ring a bell for this
                await asyncio.sleep(0.01)

    async def _supporter(
        self, port: int, cookie: str, capacity: int, at_once: asyncio.Semaphore
    ) -> None:
        async with at_once:
            person = await supporter(port, cookie, lambda heard: self._by_staff(person, heard))
            self._crowd.joins(person)
            person.says(t="availability", state="available", capacity=capacity)

    async def _seeker(self, port: int, number: int, at_once: asyncio.Semaphore) -> None:
        async with at_once:
            talk = Talk(number, self)
            talk.seeker = self._crowd.joins(
                await seeker(port, lambda heard: self._by_seeker(talk, heard))
            )
            self.all.append(talk)

    def _by_seeker(self, talk: Talk, heard: Heard) -> None:
        match heard.t:
            case "accepted":
                talk.accepted(SEEKER)
            case "said":
                talk.delivered(SUPPORTER)
            case "entered":
                talk.conversation = heard.conversation
                self._by_conversation[heard.conversation] = talk
            case "matched":
                self._matched.add(talk.conversation)
                self._perhaps_met()
            case "refused":
                raise Lost(f"a seeker's command was refused: {heard.reason}")
            case _:
                pass

    def _by_staff(self, person: Person, heard: Heard) -> None:
        match heard.t:
            case "accepted":
                self._by_conversation[heard.conversation].accepted(SUPPORTER)
            case "said":
                self._by_conversation[heard.conversation].delivered(SEEKER)
            case "offered":
                person.says(t="accept", offer=heard.offer)
            case "opened":
                self._by_conversation[heard.conversation].supporter = person
                self._opened.add(heard.conversation)
                self._perhaps_met()
            case "refused":
                raise Lost(f"a supporter's command was refused: {heard.reason}")
            case _:
                pass

    def _perhaps_met(self) -> None:
        if len(self._opened & self._matched) == self._wanted:
            self._met.set()
