"""The second reading: a slower reader looks at lines of which the first was not sure.

It comes after the line was said and shown, in a thread of its own, so that nobody waits for
it. What it finds may raise the flag of the line and what follows from that; it never lowers.
If there is more to read than it can, the oldest are left as they are: the first reading stands.
"""

import asyncio
import logging
from collections import deque
from dataclasses import dataclass
from typing import Final, Protocol

from chat.entry import FlagRaised, Line
from chat.escalating import raise_for_line
from chat.parts import Parts
from config.ids import ConversationId, Seq
from config.risk import ESCALATES_FROM, Risk
from safety.verdict import Certainty
from store.errors import StoreError

log = logging.getLogger("benchside.second_reading")

MOST_WAITING: Final = 200
"""Lines that may wait to be read again; at some 30 ms each the last is read after 6 s."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the second reader says of a line."""

    risk: Risk
    category: str
    rule: str
    certainty: Certainty


class SecondReader(Protocol):
    """Reads a line again, slowly. Must be safe to call in a thread."""

    def unsure(self, line: Line) -> bool:
        """Whether the first reading leaves room for a second."""
        ...

    def read(self, text: str) -> Opinion | None:
        """What it sees in the line; None for nothing."""
        ...


class SecondReading:
    """The lines that wait to be read again, and their reading."""

    def __init__(self, reader: SecondReader | None) -> None:
        """Without a reader nothing is read again."""
        self._reader = reader
        self._waiting: deque[tuple[ConversationId, Seq, Line]] = deque(maxlen=MOST_WAITING)
        self._wanted = asyncio.Event()

    def consider(self, conversation: ConversationId, seq: Seq, line: Line) -> None:
        """Have a line of a seeker read again, if that may say more."""
        if self._reader is not None and line.by == "seeker" and self._reader.unsure(line):
            self._waiting.append((conversation, seq, line))
            self._wanted.set()

    async def run(self, parts: Parts) -> None:
        """Read what waits, for as long as the server runs."""
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            await self.catch_up(parts)

    async def catch_up(self, parts: Parts) -> None:
        """Read all that waits now."""
        while self._waiting:
            await self._again(parts, *self._waiting.popleft())

    async def _again(self, parts: Parts, id_: ConversationId, seq: Seq, line: Line) -> None:
        if self._reader is None:
            return
        opinion = await asyncio.to_thread(self._reader.read, line.text)
        if opinion is not None and opinion.risk > line.risk:
            try:
                await raise_flag(parts, id_, seq, opinion)
            except StoreError as error:
                log.warning("a second reading could not be kept: %s", error)


async def raise_flag(parts: Parts, id_: ConversationId, seq: Seq, opinion: Opinion) -> None:
    """Raise the flag of a line, and see to what that asks for. Raises: StoreError."""
    raised = FlagRaised(
        at=parts.now(),
        seq=seq,
        risk=opinion.risk,
        category=opinion.category,
        rule=opinion.rule,
        certainty=opinion.certainty,
    )
    if not await parts.log.raise_flag(id_, raised):
        return
    parts.tallies.flag(opinion.risk, "model")
    await parts.room.raise_risk(id_, opinion.risk)
    if opinion.risk >= ESCALATES_FROM:
        await raise_for_line(parts, id_, seq, opinion.risk)
    await parts.hindsight.count([opinion.rule], "flagged")
