"""The log: the port through which a conversation is kept.

What is in the log is the truth; everything else (wake-ups, what a process remembers) may be lost.
Adapters: `log_redis.py`, and `log_memory.py` for the same contract without a store.
"""

from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from chat.conversation import Conversation
from chat.entry import FlagRaised, Line, LogEntry, StaffLogEntry
from chat.protocol import Phase
from config.clock import Millis
from config.ids import AccountId, ConversationId, Ref, Seq, TokenHash
from config.risk import Risk
from store.errors import StoreError

SEEKER: Literal["seeker"] = "seeker"
"""The sender's name of every seeker; staff are named by their account."""

PAGE = 100
"""Entries handed over at once where a log is read page by page."""

Sender = AccountId | Literal["seeker"]


@dataclass(frozen=True, slots=True)
class About:
    """What is known of a conversation from its beginning."""

    name: str
    languages: tuple[str, ...]
    topics: tuple[str, ...]
    country: str
    mood: int | None
    began: Millis


@dataclass(frozen=True, slots=True)
class Record:
    """A conversation as it is kept, without its logs."""

    state: Conversation
    about: About
    token: TokenHash = field(repr=False)
    last: Seq
    staff_last: int
    risk: Risk
    gone_since: Millis | None
    """When the seeker's connection was lost, or None while there is one."""
    supporter_name: str
    read_by_seeker: Seq
    read_by_supporter: Seq

    @property
    def connected(self) -> bool:
        """Whether the seeker is connected."""
        return self.gone_since is None

    @property
    def phase(self) -> Phase:
        """Where it stands."""
        return self.state.phase


@dataclass(frozen=True, slots=True)
class Appended:
    """The line is durable."""

    seq: Seq
    fresh: bool
    """False if this ref was appended before: nothing is to be shown again."""


@dataclass(frozen=True, slots=True)
class NotAppended:
    """The line was refused; nothing was written."""

    reason: Literal["ended", "unknown", "not_a_member"]


class Lines(Protocol):
    """Writing and reading what all members see."""

    async def append(
        self, conversation: ConversationId, sender: Sender, line: Line
    ) -> Appended | NotAppended:
        """Append one line, once. A second call with the same sender and ref changes nothing.

        Raises:
            StoreUnreachable: the outcome is unknown; call again with the same ref.
        """
        ...

    async def read(
        self, conversation: ConversationId, since: int, limit: int | None = None
    ) -> list[tuple[Seq, LogEntry]]:
        """Return the entries after `since`, oldest first; with a limit, no more than so many.

        Raises:
            StoreError: it can't be read, or `since` is less than 0.
        """
        ...

    async def read_many(
        self, since: Sequence[tuple[ConversationId, int]]
    ) -> Sequence[Sequence[tuple[Seq, LogEntry]] | StoreError]:
        """Return a page after each of these positions, in one round trip.

        A page has `PAGE` entries if there are so many. What fails for one conversation is a
        value in its place; the others are told all the same.
        """
        ...


class StaffLines(Protocol):
    """Writing and reading what only staff see."""

    async def append_staff(
        self, conversation: ConversationId, account: AccountId, ref: Ref, entry: StaffLogEntry
    ) -> Appended | NotAppended:
        """Append one entry to the staff's log, once. Raises as `append`."""
        ...

    async def raise_flag(self, conversation: ConversationId, raised: FlagRaised) -> bool:
        """Raise the flag of a line, once; False if it was raised before, or all is gone.

        The conversation's risk rises with it, and the line waits for its escalation.
        """
        ...

    async def read_staff(
        self, conversation: ConversationId, since: int, limit: int | None = None
    ) -> list[tuple[int, StaffLogEntry]]:
        """Return the staff's entries after `since`, oldest first; no more than the limit."""
        ...


class Conversations(Protocol):
    """The life of a conversation."""

    async def create(
        self, conversation: ConversationId, about: About, token: TokenHash, opening: Line | None
    ) -> bool:
        """Create it, with its opening words as line 1; False if it existed."""
        ...

    async def find(self, conversation: ConversationId) -> Record | None:
        """Return its record, or None if there is none (any more)."""
        ...

    async def find_many(self, conversations: Sequence[ConversationId]) -> list[Record | None]:
        """Return several records in one round trip."""
        ...

    async def commit(
        self, before: Conversation, after: Conversation, entries: Sequence[LogEntry], name: str
    ) -> Seq | None:
        """Commit a transition; None if another was faster.

        `name` is the display name of a supporter who came with it, else empty.
        """
        ...

    async def replace_token(self, conversation: ConversationId, token: TokenHash) -> None:
        """Let a new token open the conversation; the old one is dead."""
        ...


class Marks(Protocol):
    """Small facts about a conversation that are not entries of its log."""

    def channel(self, conversation: ConversationId) -> str:
        """Return the channel that wakes the processes which have a member of it."""
        ...

    async def set_gone(self, conversation: ConversationId, since: Millis | None) -> None:
        """Keep since when the seeker is not connected, and wake those who show it."""
        ...

    async def next_connection(self, conversation: ConversationId) -> int:
        """Return the number of a new connection of the seeker, and wake those with a lower one.

        The store counts, so of two that come at once both agree on which is the newer.
        """
        ...

    async def set_read(
        self, conversation: ConversationId, by: Literal["seeker", "supporter"], seq: int
    ) -> None:
        """Keep how far a side has read, and wake those who show it."""
        ...

    async def set_feedback(
        self, conversation: ConversationId, mood: int | None, helped: str | None
    ) -> None:
        """Keep how it was for the seeker, for as long as the conversation is kept."""
        ...

    async def set_outcome(self, conversation: ConversationId, outcome: str) -> None:
        """Keep how the supporter closed it."""
        ...

    async def tell(self, conversation: ConversationId, hint: str) -> None:
        """Wake every process that has a member, with a hint that may be lost."""
        ...

    async def unraised(
        self, conversations: Sequence[ConversationId]
    ) -> list[tuple[ConversationId, Seq, Risk]]:
        """Return the lines at risk whose escalation is not known to be on the desk."""
        ...

    async def raised(self, conversation: ConversationId, seq: int) -> None:
        """Note that the escalation of this line is on the desk."""
        ...


class Keeping(Protocol):
    """How long what was said is kept, and under which key."""

    @property
    def erasures(self) -> str:
        """The channel on which the id of each erased conversation is published."""
        ...

    async def erase(self, conversation: ConversationId) -> None:
        """Destroy its key and all that was kept of it, at once; erasing again changes nothing."""
        ...

    async def rewrap(self, conversations: Sequence[ConversationId]) -> None:
        """Have today's key wrap the keys of these, so that older ones may be destroyed."""
        ...

    async def gone(self, conversations: Sequence[ConversationId]) -> list[ConversationId]:
        """Return which of these are not kept (any more)."""
        ...

    def let_go(self, followed: Container[ConversationId]) -> None:
        """Forget the keys of all conversations but these; they can be had again."""
        ...


class Log(Lines, StaffLines, Conversations, Marks, Keeping, Protocol):
    """All of it: what the use cases in `chat/` are given."""
