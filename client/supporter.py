"""A supporter: attends, is available, takes offers, talks in several conversations at once."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence

from client.conversation import Conversation
from client.person import PATIENCE_SECONDS
from client.staff import Code, Staff
from client.wire import Fact, encode

FRESH_MOST = 64
"""Newly opened conversations kept for `opens`."""


class Supporter(Staff):
    """One supporter's socket.

    With `auto_accept` every offer is taken as it comes; `opens` returns the conversations.
    """

    def __init__(
        self,
        url: str,
        name: str,
        password: str,
        *,
        auto_accept: bool = False,
        code: Code | None = None,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        """Nothing is sent before the context is entered; then see `becomes`."""
        super().__init__(url, name, password, code=code, patience=patience)
        self.auto_accept = auto_accept
        self.state = "away"
        """What the waiting room believes: `available`, `finishing`, `break` or `away`."""
        self.load = 0
        """How many conversations the waiting room counts for this supporter."""
        self._wanted: bytes | None = None
        self._fresh: deque[Conversation] = deque(maxlen=FRESH_MOST)
        self._one_offer = asyncio.Lock()

    async def becomes(
        self,
        state: str,
        *,
        capacity: int = 1,
        languages: Sequence[str] = (),
        topics: Sequence[str] = (),
    ) -> None:
        """Say whether offers are welcome; it is said again after each reconnect.

        Raises:
            Refused: the server does not take it.
        """
        self._wanted = encode(
            "availability",
            state=state,
            capacity=capacity,
            languages=list(languages),
            topics=list(topics),
        )
        await self._ask(
            self._wanted,
            "availability_set",
            lambda fact: (
                (fact.kind == "availability_set" and fact.text("state") == state)
                or _plain_refusal(fact)
            ),
        )

    async def offers(self) -> AsyncIterator[Fact]:
        """Yield each offer, also those that came before; for ever."""
        while True:
            yield await self._inbox.until(
                lambda: self._inbox.next_of("offered"), "offered", seconds=None
            )

    async def accepts(self, offer: str) -> Conversation:
        """Take an offer by its id; return the conversation once it is open.

        `opens` and `openings` return it as well.

        Raises:
            Refused: the offer is gone, or this supporter has no room.
        """
        async with self._one_offer:
            known = set(self.conversations)
            fact = await self._ask(
                encode("accept", offer=offer),
                "opened",
                lambda fact: (
                    (fact.kind == "opened" and fact.text("conversation") not in known)
                    or (fact.kind == "refused" and fact.text("subject") == offer)
                ),
            )
        return self.conversations[fact.text("conversation")]

    async def declines(self, offer: str, reason: str = "not_now") -> None:
        """Let an offer go back to its place."""
        await self._ask(
            encode("decline", offer=offer, reason=reason),
            "withdrawn",
            lambda fact: (
                (fact.kind == "withdrawn" and fact.text("offer") == offer)
                or (fact.kind == "refused" and fact.text("subject") == offer)
            ),
        )

    async def takes(self, *, seconds: float | None = None) -> Conversation:
        """Wait for the next offer and take it."""
        offer = await self.hears("offered", seconds)
        return await self.accepts(offer.text("offer"))

    async def opens(self, *, seconds: float | None = None) -> Conversation:
        """Return the next conversation that has opened and was not returned before."""
        return await self._inbox.until(self._next_fresh, "opened", seconds or self.patience)

    async def openings(self) -> AsyncIterator[Conversation]:
        """Yield each conversation as it opens; for ever."""
        while True:
            yield await self._inbox.until(self._next_fresh, "opened", seconds=None)

    def _next_fresh(self) -> Conversation | None:
        return self._fresh.popleft() if self._fresh else None

    def _take(self, fact: Fact) -> Sequence[bytes]:
        if fact.kind == "availability_set":
            self.state = fact.text("state")
            self.load = fact.number("load")
        replies = super()._take(fact)
        if fact.kind == "offered" and self.auto_accept:
            return [*replies, encode("accept", offer=fact.text("offer"))]
        return replies

    def _again(self) -> Sequence[bytes]:
        return () if self._wanted is None else (self._wanted,)

    def _welcome(self, conversation: Conversation, is_new: bool) -> None:
        if is_new:
            self._fresh.append(conversation)


def _plain_refusal(fact: Fact) -> bool:
    """Return whether this refuses something that is about no conversation, line or offer."""
    return fact.kind == "refused" and not any(
        fact.has(name) for name in ("ref", "conversation", "subject")
    )
