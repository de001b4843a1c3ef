"""The log in memory: the same contract for one process, kept as long as it lives. For tests.

No method waits, so each is atomic. Wake-ups go straight to whoever listens.
"""

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from chat.conversation import Conversation
from chat.entry import FlagRaised, Line, LogEntry, StaffLogEntry
from chat.log import PAGE, SEEKER, About, Appended, NotAppended, Record, Sender
from config import clock
from config.clock import Millis
from config.ids import AccountId, ConversationId, Ref, Seq, TokenHash
from config.risk import ESCALATES_FROM, Risk
from store.errors import StoreError


@dataclass(slots=True)
class _Kept:
    """One conversation, with its logs."""

    record: Record
    entries: list[LogEntry] = field(default_factory=list[LogEntry])
    staff: list[StaffLogEntry] = field(default_factory=list[StaffLogEntry])
    refs: dict[tuple[Sender, Ref], Seq] = field(default_factory=dict[tuple[Sender, Ref], Seq])
    staff_refs: dict[tuple[AccountId, Ref], Seq] = field(
        default_factory=dict[tuple[AccountId, Ref], Seq]
    )
    connections: int = 0
    unraised: dict[Seq, Risk] = field(default_factory=dict[Seq, Risk])
    marks: dict[str, str] = field(default_factory=dict[str, str])
    until: Millis | None = None
    """When it is forgotten; none while it goes on."""

    def add(self, entry: LogEntry) -> Seq:
        """Append an entry with all that follows from it."""
        self.entries.append(entry)
        seq = Seq(len(self.entries))
        self.record = replace(self.record, last=seq)
        if isinstance(entry, Line):
            self.refs[entry.account or SEEKER, entry.ref] = seq
            standing = max(entry.standing, entry.risk)
            falls = entry.lowers and standing == self.record.risk - 1
            if falls or standing > self.record.risk:
                self.record = replace(self.record, risk=standing)
            if entry.risk >= ESCALATES_FROM:
                self.unraised[seq] = entry.risk
        return seq


class MemoryWakes:
    """The wake-ups of one process."""

    def __init__(self) -> None:
        """Begin with nobody who listens."""
        self._listeners: dict[str, Callable[[str, bytes], None]] = {}
        self._gap_listeners: list[Callable[[], None]] = []

    async def listen(self, channel: str, listener: Callable[[str, bytes], None]) -> None:
        """Call `listener` for each wake-up of `channel`, and once for having begun."""
        self._listeners[channel] = listener
        listener(channel, b"")

    async def forget(self, channel: str) -> None:
        """Stop calling the listener of `channel`."""
        self._listeners.pop(channel, None)

    def on_gap(self, listener: Callable[[], None]) -> None:
        """Call `listener` whenever wake-ups may have been lost."""
        self._gap_listeners.append(listener)

    def wake(self, channel: str, payload: str) -> None:
        """Wake whoever listens."""
        if channel in self._listeners:
            self._listeners[channel](channel, payload.encode())

    def gap(self) -> None:
        """Say that wake-ups may have been lost."""
        for listener in self._gap_listeners:
            listener()


class MemoryLog:
    """A log without a store; another process's view of the same log is made with `beside`."""

    def __init__(
        self,
        *,
        origin: str = "here",
        retention: int = 3600,
        now: Callable[[], Millis] = clock.now,
        wakes: MemoryWakes | None = None,
        beside: "MemoryLog | None" = None,
    ) -> None:
        """Begin with no conversations, or with those of another view. Retention is in seconds."""
        self.wakes = wakes or MemoryWakes()
        self._origin = origin
        self._retention = max(1, retention)
        self._now = now
        self._all: dict[ConversationId, _Kept] = beside._all if beside else {}
        self._wakes: list[MemoryWakes] = beside._wakes if beside else []
        self._wakes.append(self.wakes)

    def channel(self, conversation: ConversationId) -> str:
        """See `Marks.channel`."""
        return conversation

    async def append(
        self, conversation: ConversationId, sender: Sender, line: Line
    ) -> Appended | NotAppended:
        """See `Lines.append`."""
        kept = self._find(conversation)
        if kept is None:
            return NotAppended("unknown")
        seen = kept.refs.get((sender, line.ref))
        if seen is not None:
            return Appended(seen, fresh=False)
        if kept.record.phase == "ended":
            return NotAppended("ended")
        if sender != SEEKER and not kept.record.state.has_member(AccountId(sender)):
            return NotAppended("not_a_member")
        seq = kept.add(line)
        self._wake(conversation, f"l{self._origin}")
        return Appended(seq, fresh=True)

    async def read(
        self, conversation: ConversationId, since: int, limit: int | None = None
    ) -> list[tuple[Seq, LogEntry]]:
        """See `Lines.read`."""
        if since < 0:
            raise StoreError("A position is not before the beginning.")
        kept = self._find(conversation)
        numbered = enumerate(kept.entries, 1) if kept else ()
        return [(Seq(seq), entry) for seq, entry in numbered if seq > since][:limit]

    async def read_many(
        self, since: Sequence[tuple[ConversationId, int]]
    ) -> list[list[tuple[Seq, LogEntry]] | StoreError]:
        """See `Lines.read_many`."""
        pages: list[list[tuple[Seq, LogEntry]] | StoreError] = []
        for id_, start in since:
            try:
                pages.append(await self.read(id_, start, PAGE))
            except StoreError as error:
                pages.append(error)
        return pages

    async def append_staff(
        self, conversation: ConversationId, account: AccountId, ref: Ref, entry: StaffLogEntry
    ) -> Appended | NotAppended:
        """See `StaffLines.append_staff`."""
        kept = self._find(conversation)
        if kept is None:
            return NotAppended("unknown")
        seen = kept.staff_refs.get((account, ref))
        if seen is not None:
            return Appended(seen, fresh=False)
        kept.staff.append(entry)
        n = kept.staff_refs[account, ref] = Seq(len(kept.staff))
        kept.record = replace(kept.record, staff_last=n)
        self._wake(conversation, "s")
        return Appended(n, fresh=True)

    async def raise_flag(self, conversation: ConversationId, raised: FlagRaised) -> bool:
        """See `StaffLines.raise_flag`."""
        kept = self._find(conversation)
        if kept is None or any(
            isinstance(one, FlagRaised) and one.seq == raised.seq for one in kept.staff
        ):
            return False
        kept.staff.append(raised)
        risk = max(kept.record.risk, raised.risk)
        kept.record = replace(kept.record, staff_last=len(kept.staff), risk=risk)
        if raised.risk >= ESCALATES_FROM:
            kept.unraised[Seq(raised.seq)] = raised.risk
        self._wake(conversation, "s")
        return True

    async def read_staff(
        self, conversation: ConversationId, since: int, limit: int | None = None
    ) -> list[tuple[int, StaffLogEntry]]:
        """See `StaffLines.read_staff`."""
        kept = self._find(conversation)
        numbered = enumerate(kept.staff, 1) if kept else ()
        return [(n, entry) for n, entry in numbered if n > since][:limit]

    async def create(
        self, conversation: ConversationId, about: About, token: TokenHash, opening: Line | None
    ) -> bool:
        """See `Conversations.create`."""
        if self._find(conversation) is not None:
            return False
        kept = self._all[conversation] = _Kept(
            Record(
                state=Conversation(conversation),
                about=about,
                token=token,
                last=Seq(0),
                staff_last=0,
                risk=Risk.NONE,
                gone_since=None,
                supporter_name="",
                read_by_seeker=Seq(0),
                read_by_supporter=Seq(0),
            )
        )
        if opening is not None:
            kept.add(opening)
        return True

    async def find(self, conversation: ConversationId) -> Record | None:
        """See `Conversations.find`."""
        kept = self._find(conversation)
        return kept.record if kept else None

    async def find_many(self, conversations: Sequence[ConversationId]) -> list[Record | None]:
        """See `Conversations.find_many`."""
        return [await self.find(id_) for id_ in conversations]

    async def commit(
        self, before: Conversation, after: Conversation, entries: Sequence[LogEntry], name: str
    ) -> Seq | None:
        """See `Conversations.commit`."""
        kept = self._find(before.id)
        if kept is None or kept.record.state.revision != before.revision:
            return None
        called = "" if after.supporter is None else name or kept.record.supporter_name
        state = replace(after, revision=before.revision + 1)
        kept.record = replace(kept.record, state=state, supporter_name=called)
        for entry in entries:
            kept.add(entry)
        if after.phase == "ended":
            kept.until = Millis(self._now() + 1000 * self._retention)
        self._wake(before.id, "l")
        return kept.record.last

    async def replace_token(self, conversation: ConversationId, token: TokenHash) -> None:
        """See `Conversations.replace_token`."""
        self._mark(conversation, lambda record: replace(record, token=token), "n")

    async def set_gone(self, conversation: ConversationId, since: Millis | None) -> None:
        """See `Marks.set_gone`."""
        hint = "p0" if since else "p1"
        self._mark(conversation, lambda record: replace(record, gone_since=since or None), hint)

    async def next_connection(self, conversation: ConversationId) -> int:
        """See `Marks.next_connection`."""
        kept = self._find(conversation)
        if kept is None:
            return 0
        kept.connections += 1
        self._wake(conversation, f"k{kept.connections}")
        return kept.connections

    async def set_read(
        self, conversation: ConversationId, by: Literal["seeker", "supporter"], seq: int
    ) -> None:
        """See `Marks.set_read`."""

        def change(record: Record) -> Record:
            if by == "seeker":
                return replace(record, read_by_seeker=Seq(seq))
            return replace(record, read_by_supporter=Seq(seq))

        self._mark(conversation, change, f"r{by}:{seq}")

    async def set_feedback(
        self, conversation: ConversationId, mood: int | None, helped: str | None
    ) -> None:
        """See `Marks.set_feedback`."""
        self._note(conversation, "feedback", f"{'' if mood is None else mood}:{helped or ''}", "f")

    async def set_outcome(self, conversation: ConversationId, outcome: str) -> None:
        """See `Marks.set_outcome`."""
        self._note(conversation, "outcome", outcome, "o")

    async def tell(self, conversation: ConversationId, hint: str) -> None:
        """See `Marks.tell`."""
        self._wake(conversation, hint)

    async def unraised(
        self, conversations: Sequence[ConversationId]
    ) -> list[tuple[ConversationId, Seq, Risk]]:
        """See `Marks.unraised`."""
        found = ((id_, self._find(id_)) for id_ in conversations)
        return [
            (id_, seq, risk) for id_, kept in found if kept for seq, risk in kept.unraised.items()
        ]

    async def raised(self, conversation: ConversationId, seq: int) -> None:
        """See `Marks.raised`."""
        kept = self._find(conversation)
        if kept:
            kept.unraised.pop(Seq(seq), None)

    @property
    def erasures(self) -> str:
        """See `Keeping.erasures`."""
        return "erased"

    async def erase(self, conversation: ConversationId) -> None:
        """See `Keeping.erase`."""
        self._all.pop(conversation, None)
        for wakes in self._wakes:
            wakes.wake(self.erasures, conversation)

    async def rewrap(self, conversations: Sequence[ConversationId]) -> None:
        """See `Keeping.rewrap`; nothing is sealed here."""

    async def gone(self, conversations: Sequence[ConversationId]) -> list[ConversationId]:
        """See `Keeping.gone`."""
        return [id_ for id_ in conversations if self._find(id_) is None]

    def let_go(self, followed: Container[ConversationId]) -> None:
        """See `Keeping.let_go`; nothing is sealed here."""

    def _find(self, conversation: ConversationId) -> _Kept | None:
        kept = self._all.get(conversation)
        if kept is not None and kept.until is not None and kept.until <= self._now():
            del self._all[conversation]
            return None
        return kept

    def _mark(
        self, conversation: ConversationId, change: Callable[[Record], Record], hint: str
    ) -> None:
        kept = self._find(conversation)
        if kept:
            kept.record = change(kept.record)
            self._wake(conversation, hint)

    def _note(self, conversation: ConversationId, name: str, value: str, hint: str) -> None:
        kept = self._find(conversation)
        if kept:
            kept.marks[name] = value
            self._wake(conversation, hint)

    def _wake(self, conversation: ConversationId, hint: str) -> None:
        for wakes in self._wakes:
            wakes.wake(self.channel(conversation), hint)
