"""What one client has heard lately, and the waiting for more of it.

Facts are kept in a ring of fixed size, numbered from 0, so that several readers can follow at
their own speed and none costs memory without bound.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from typing import TypeVar

from client.errors import ClientError, FellBehind, TimedOut
from client.wire import Fact

Found = TypeVar("Found")

KEPT = 512
"""Facts kept for slow readers."""


class Inbox:
    """The ring of facts, and the one place where a client waits for news."""

    __slots__ = ("_facts", "_failure", "_heard", "_news", "_returned")

    def __init__(self) -> None:
        """Begin with nothing heard."""
        self._facts: deque[Fact] = deque(maxlen=KEPT)
        self._heard = 0
        self._returned: dict[str, int] = {}
        self._news: asyncio.Future[None] | None = None
        self._failure: ClientError | None = None

    def put(self, fact: Fact) -> None:
        """Keep a fact and wake those who wait."""
        self._facts.append(fact)
        self._heard += 1
        self.wake()

    def wake(self) -> None:
        """Let everybody who waits look again."""
        if self._news is not None and not self._news.done():
            self._news.set_result(None)
        self._news = None

    def fail(self, failure: ClientError) -> None:
        """Nothing more will come: tell everybody who waits, now or later."""
        self._failure = failure
        self.wake()

    @property
    def kept(self) -> Sequence[Fact]:
        """The facts in the ring, oldest first."""
        return tuple(self._facts)

    @property
    def failure(self) -> ClientError | None:
        """Why nothing more will come; None while there is hope."""
        return self._failure

    async def until(
        self, find: Callable[[], Found | None], what: str, seconds: float | None
    ) -> Found:
        """Return what `find` finds, as soon as it finds something; None as seconds: for ever.

        Raises:
            TimedOut: nothing within `seconds`; `what` names it.
            ClientError: the connection ended for good before.
        """
        try:
            async with asyncio.timeout(seconds):
                while True:
                    if (found := find()) is not None:
                        return found
                    await self._more()
        except TimeoutError:
            raise TimedOut(what, seconds or 0.0) from None

    def next_of(self, kind: str) -> Fact | None:
        """Return the first fact of a kind that was not returned before, if it is there."""
        first = self._heard - len(self._facts)
        for index in range(max(first, self._returned.get(kind, 0)), self._heard):
            fact = self._facts[index - first]
            if fact.kind == kind:
                self._returned[kind] = index + 1
                return fact
        self._returned[kind] = self._heard
        return None

    async def events(self) -> AsyncIterator[Fact]:
        """Yield every fact heard from now on; end when the connection has ended for good.

        Raises:
            FellBehind: the reader was slower than the ring is long.
        """
        turn = self._heard
        while True:
            while turn < self._heard:
                first = self._heard - len(self._facts)
                if turn < first:
                    raise FellBehind(first - turn)
                turn += 1
                yield self._facts[turn - 1 - first]
            if self._failure is not None:
                return
            await self._more()

    async def _more(self) -> None:
        if self._failure is not None:
            raise self._failure
        if self._news is None:
            self._news = asyncio.get_running_loop().create_future()
        await asyncio.shield(self._news)
