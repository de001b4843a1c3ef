"""What every client of Benchside has: a socket that comes back, an inbox, and questions asked.

`Seeker`, `Supporter` and `Supervisor` build on it; it knows nothing of conversations.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from itertools import count
from types import TracebackType
from typing import Self

from client.connection import Connection
from client.errors import ClientError, Refused, TimedOut, Unreachable
from client.inbox import Inbox
from client.wire import Fact

PATIENCE_SECONDS = 10.0
"""How long each await waits, unless told otherwise."""


class _Asked:
    """A command that waits for its answer; it is sent again after each reconnect."""

    __slots__ = ("answer", "answers", "frame")

    def __init__(self, frame: bytes, answers: Callable[[Fact], bool]) -> None:
        self.frame = frame
        self.answers = answers
        self.answer: Fact | None = None


class Person:
    """One client: an async context manager, inside which it stays connected.

    `patience` is how long each await waits, in seconds. Nothing secret is in its repr.
    """

    def __init__(self, url: str, path: str, patience: float) -> None:
        """`url` is where the server is, such as http://127.0.0.1:8000."""
        self.url = url
        self.patience = patience
        self._connection = Connection(url, path, self)
        self._inbox = Inbox()
        self._asked: list[_Asked] = []
        self._tasks: asyncio.TaskGroup | None = None
        self._run: asyncio.Task[None] | None = None
        self._ref_start = secrets.token_hex(4)
        self._ref_count = count(1)
        self._is_in = False

    async def __aenter__(self) -> Self:
        """Connect, and return once the server has let this client in.

        Raises:
            ClientError: it was not let in within `patience`.
        """
        self._tasks = await asyncio.TaskGroup().__aenter__()
        self._run = self._tasks.create_task(self._connection.run(), name=f"client {self!r}")
        try:
            await self._inbox.until(lambda: self._is_in or None, "the way in", self.patience)
        except TimedOut:
            await self._stop()
            if self._connection.visits == 0:
                raise Unreachable(self._connection.problem or "TimedOut") from None
            raise
        except BaseException:
            await self._stop()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the socket; the conversation stays as it is."""
        await self._stop()

    async def hears(self, kind: str, seconds: float | None = None) -> Fact:
        """Return the next fact of this kind that `hears` has not returned before.

        Raises:
            TimedOut: none came within `seconds`, or else `patience`.
        """
        return await self._inbox.until(
            lambda: self._inbox.next_of(kind), kind, seconds or self.patience
        )

    def events(self) -> AsyncIterator[Fact]:
        """Yield each fact from now on: entries in order, without doubles; ends with the socket.

        Raises:
            FellBehind: the reader was far too slow.
        """
        return self._inbox.events()

    @property
    def heard(self) -> Sequence[Fact]:
        """The facts heard lately, oldest first: a ring, so long ago is forgotten."""
        return self._inbox.kept

    def drop(self) -> None:
        """Break the socket off without a word, as a bad network does; it comes back by itself."""
        self._connection.drop()

    @property
    def visits(self) -> int:
        """How often a socket was opened: 1 and each reconnect."""
        return self._connection.visits

    @property
    def failure(self) -> ClientError | None:
        """Why this client has given up; None while it is connected or coming back."""
        return self._inbox.failure

    # What the connection asks of its owner

    async def knock(self) -> tuple[bytes, str]:
        """Return the first frame of a new socket, and the cookie for its handshake."""
        raise NotImplementedError

    def hear(self, fact: Fact) -> Sequence[bytes]:
        """Take a fact in; return frames to send in answer."""
        replies = self._take(fact)
        self._inbox.wake()
        return replies

    def fail(self, failure: ClientError) -> None:
        """Learn that the socket will not come back."""
        self._inbox.fail(failure)

    # What the others build on

    def _take(self, fact: Fact) -> Sequence[bytes]:
        raise NotImplementedError

    def _show(self, fact: Fact) -> None:
        """Keep a fact for readers, and answer the question that it answers."""
        for asked in self._asked:
            if asked.answer is None and asked.answers(fact):
                asked.answer = fact
                break
        if fact.kind != "ponged":
            self._inbox.put(fact)

    async def _ask(self, frame: bytes, what: str, answers: Callable[[Fact], bool]) -> Fact:
        """Send a command and return the fact that answers it.

        Raises:
            Refused: the answer is a refusal.
            TimedOut: no answer within `patience`.
        """
        asked = _Asked(frame, answers)
        self._asked.append(asked)
        try:
            await self._connection.send(frame)
            answer = await self._inbox.until(lambda: asked.answer, what, self.patience)
        finally:
            self._asked.remove(asked)
        if answer.kind == "refused":
            raise Refused(answer.text("reason"))
        return answer

    def _let_in(self) -> Sequence[bytes]:
        """Note that the server knows this client again; return the commands to repeat."""
        self._is_in = True
        return [asked.frame for asked in self._asked if asked.answer is None]

    def _ref(self) -> str:
        return f"{self._ref_start}-{next(self._ref_count)}"

    async def _stop(self) -> None:
        if self._run is not None and self._tasks is not None:
            self._run.cancel()
            await self._tasks.__aexit__(None, None, None)
        self._tasks = self._run = None
