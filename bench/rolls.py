"""A roll: many people of one kind who come in, and what they have heard, counted."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence

from bench.people import AT_ONCE, Crowd, Lost, Person, seeker, supporter
from bench.wire import Heard

COMING_SECONDS = 240.0
"""Time for all to come in; ten thousand take about a minute."""


class Roll:
    """People of one kind, without conversations of their own to look after."""

    def __init__(self, crowd: Crowd) -> None:
        self.people: list[Person] = []
        self.heard: Counter[str] = Counter()
        """How often each kind of fact was heard, by all together."""
        self._crowd = crowd
        self._awaited = ("", 0)
        self._reached = asyncio.Event()

    async def seekers_wait(self, port: int, count: int) -> None:
        """Let so many seekers in who wait. Raises: Lost, TimeoutError, SocketClosed."""
        await self.come(count, "entered", lambda _: seeker(port, self.hears))

    async def supporters_attend(self, port: int, cookies: Sequence[str]) -> None:
        """Let these supporters in, who do not want offers yet. Raises: as above."""
        await self.come(
            len(cookies),
            "attending",
            lambda number: supporter(port, cookies[number], self.hears),
        )

    async def until(self, kind: str, count: int, seconds: float) -> None:
        """Wait until this kind was heard so often. Raises: Lost, if it is not."""
        if self.heard[kind] < count:
            self._awaited = (kind, count)
            self._reached.clear()
            try:
                async with asyncio.timeout(seconds):
                    await self._reached.wait()
            except TimeoutError:
                self._crowd.check()
                raise Lost(
                    f"heard {kind} {self.heard[kind]} times and not {count} in {seconds:.0f} s;"
                    f" in all {dict(self.heard)}"
                ) from None

    def hears(self, heard: Heard) -> None:
        """Count a fact. Raises: Lost, if it is a refusal."""
        if heard.t == "refused":
            raise Lost(f"a command was refused: {heard.reason}")
        self.heard[heard.t] += 1
        kind, count = self._awaited
        if heard.t == kind and self.heard[kind] >= count:
            self._reached.set()

    async def come(
        self, count: int, welcome: str, opens: Callable[[int], Awaitable[Person]]
    ) -> None:
        """Let so many in, some at a time, until each has heard the welcome."""
        at_once = asyncio.Semaphore(AT_ONCE)

        async def comes(number: int) -> None:
            async with at_once:
                self.people.append(self._crowd.joins(await opens(number)))

        before = self.heard[welcome]
        async with asyncio.timeout(COMING_SECONDS), asyncio.TaskGroup() as tasks:
            for number in range(count):
                tasks.create_task(comes(number), name=f"person {number}")
        await self.until(welcome, before + count, COMING_SECONDS)
