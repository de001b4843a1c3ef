"""Blocks: what supervisors lay on a conversation whose seeker does harm, and when it ends.

Pure rules, and the port to where blocks are kept. A block has a grade, a reason from a fixed
list, and an end: each grade has its longest time, counted from the last decision of a person,
so that none goes on by being forgotten. A closed one waits for a person's review when its time
is over, and ends by itself if nobody looks at it within a week.

    laid --time--> over                             slowed, paused
    laid --time--> in review --a week--> over       closed
    laid, in review --extended--> laid
    laid, in review --lifted--> gone

A block names a conversation, never an address. Each process lays it on the address tag that the
conversation came from, if it or another worker of the same server remembers one
(`web/visitors.py`). Whoever is blocked is always shown helplines, is told so, and keeps the
conversations that they are in.
"""

from enum import StrEnum
from typing import Final, Literal, Protocol

import msgspec

from config.clock import Millis
from config.ids import ConversationId
from safety.escalation import Person

HOUR_MS: Final = 3600 * 1000
REVIEW_MS: Final = 7 * 24 * HOUR_MS
"""How long a closed block waits for its review before it ends by itself."""

Reason = Literal["abuse", "sexual", "threat", "spam", "other"]


class Grade(StrEnum):
    """How much a block takes away, the mildest first."""

    SLOWED = "slowed"
    """New conversations need a proof of work, and few are given."""
    PAUSED = "paused"
    """No new conversation for some hours."""
    CLOSED = "closed"
    """No new conversation, until a person has reviewed it."""


HOURS_MOST: Final = {Grade.SLOWED: 24, Grade.PAUSED: 72, Grade.CLOSED: 30 * 24}
"""The longest time of each grade from one decision."""

Standing = Literal["laid", "review", "over"]


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """One block."""

    conversation: ConversationId
    grade: Grade
    reason: Reason
    by: Person
    """Who decided last."""
    at: Millis
    until: Millis

    def __repr__(self) -> str:
        """Without the name."""
        return f"Block(conversation={self.conversation!r}, grade={self.grade!r})"


def lay(
    conversation: ConversationId,
    grade: Grade,
    reason: Reason,
    hours: int,
    by: Person,
    now: Millis,
) -> Block:
    """Return a new block; no longer than its grade allows."""
    return Block(
        conversation=conversation,
        grade=grade,
        reason=reason,
        by=by,
        at=now,
        until=_end(now, hours, grade, now),
    )


def extended(block: Block, hours: int, by: Person, now: Millis) -> Block:
    """Return the block with so many hours more; no longer from now than its grade allows."""
    until = _end(Millis(max(now, block.until)), hours, block.grade, now)
    return msgspec.structs.replace(block, by=by, until=until)


def standing(block: Block, now: Millis) -> Standing:
    """Say where a block stands. One in review still holds."""
    if now < block.until:
        return "laid"
    if block.grade is Grade.CLOSED and now < block.until + REVIEW_MS:
        return "review"
    return "over"


def _end(start: Millis, hours: int, grade: Grade, now: Millis) -> Millis:
    return Millis(min(start + hours * HOUR_MS, now + HOURS_MOST[grade] * HOUR_MS))


class Blocks(Protocol):
    """Where blocks are kept; all processes of a house share it. Raises: StoreError, each."""

    @property
    def wake(self) -> str:
        """The channel that wakes whoever has to look at blocks and at the raid mode again."""
        ...

    async def lay(self, block: Block) -> None:
        """Keep a block; one that was laid on the same conversation gives way to it."""
        ...

    async def extend(
        self, conversation: ConversationId, hours: int, by: Person, now: Millis
    ) -> Block | None:
        """Let it hold longer; none if there is no such block any more."""
        ...

    async def lift(self, conversation: ConversationId) -> bool:
        """Take it away; False if there is no such block any more."""
        ...

    async def present(self, now: Millis) -> tuple[Block, ...]:
        """Return those that hold, the newest first."""
        ...
