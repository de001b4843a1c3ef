"""The relay: who in this process follows which conversation, and how they hear of it.

Each follower has a position in each log and hears exactly the entries after it, in order. An
entry that was committed here is handed over directly; for all else the log is read, when a
wake-up says so, when the store was away, and each few seconds in any case. So a wake-up that is
lost costs time and nothing more.

A log is read a page at a time, and only for followers with room for it: a reader who has much to
make up for is given as much as they take, and costs no more than one outbox.
"""

import asyncio
import logging
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Literal, Protocol

from chat import facts
from chat import protocol as wire
from chat import protocol_staff as staff
from chat.entry import FlagDoubted, FlagRaised, Line, LogEntry, StaffLogEntry
from chat.log import PAGE, Log
from chat.tails import Tail, lost
from chat.wakes import Wakes
from config.ids import AccountId, ConversationId, Seq
from safety.verdict import ContextLine, Reading
from store.errors import StoreError

log = logging.getLogger("benchside.relay")

CONTEXT_LINES = 24
"""Earlier lines that the filter is shown: its rules reach no further back."""


class Follower(Protocol):
    """One connection that follows a conversation."""

    @property
    def audience(self) -> Literal["seeker", "staff"]:
        """Which facts it is given."""
        ...

    @property
    def account(self) -> AccountId | None:
        """The person of staff, or None for a seeker."""
        ...

    def hear(self, frame: bytes) -> None:
        """Take a frame; must not block."""
        ...

    def has_room(self, then: Callable[[], None]) -> bool:
        """Whether there is room for what was said earlier; if not, `then` is called once there is.

        What is said now is heard in any case.
        """
        ...

    def notice(self, conversation: ConversationId, seq: Seq, entry: LogEntry) -> None:
        """Be told of an entry right after its frames."""
        ...

    def hint(self, conversation: ConversationId, hint: str) -> None:
        """Be told of something that is in no log: typing, reading, presence."""
        ...

    def lost_tail(self, conversation: ConversationId) -> None:
        """Forget what was heard, since the store has lost some of it. All is heard again."""
        ...


class _Following:
    """One conversation in this process."""

    def __init__(self, look: Callable[[], None]) -> None:
        self.look = look
        """Reads both logs again, soon."""
        self.positions: dict[Follower, int] = {}
        self.staff_positions: dict[Follower, int] = {}
        self.context: deque[ContextLine] = deque(maxlen=CONTEXT_LINES)
        self.context_at = 0
        self.tail: Tail | None = None

    def begins_again(self) -> Iterable[Follower]:
        """Forget all that was told; return who has to hear it again."""
        self.tail, self.context_at = None, 0
        self.context.clear()
        self.positions = dict.fromkeys(self.positions, 0)
        return tuple(self.positions)

    def starts(self, positions: dict[Follower, int]) -> set[int]:
        """Return where the log is to be read from: the positions of all who have room."""
        return {at for follower, at in positions.items() if follower.has_room(self.look)}


class Relay:
    """Fans out entries to the followers of this process."""

    def __init__(self, log: Log, wakeups: Wakes, origin: str) -> None:
        self._log = log
        self._wakeups = wakeups
        self._origin = origin
        self._followings: dict[ConversationId, _Following] = {}
        self._by_channel: dict[str, ConversationId] = {}
        self._stale: set[ConversationId] = set()
        self._stale_staff: set[ConversationId] = set()
        self._left: set[ConversationId] = set()
        self._wanted = asyncio.Event()
        self._doubted: set[ConversationId] = set()
        wakeups.on_gap(self._gap)

    def __contains__(self, conversation: ConversationId) -> bool:
        return conversation in self._followings

    def conversations(self) -> Iterable[ConversationId]:
        """Return the conversations with a follower here."""
        return tuple(self._followings)

    def followers(self, conversation: ConversationId) -> tuple[Follower, ...]:
        """Return who follows it here."""
        following = self._followings.get(conversation)
        return tuple(following.positions) if following else ()

    def context(self, conversation: ConversationId) -> list[ContextLine]:
        """Return the last lines of a conversation that is followed here."""
        following = self._followings.get(conversation)
        return list(following.context) if following else []

    async def follow(
        self,
        conversation: ConversationId,
        follower: Follower,
        entries: list[tuple[Seq, LogEntry]],
        *,
        position: int,
        staff_position: int = 0,
    ) -> None:
        """Let a follower hear everything after these positions.

        `entries` are the log's last ones that the caller has read; they seed the context.
        """
        following = self._followings.get(conversation)
        known = following is not None
        if following is None:
            following = _Following(partial(self.look, conversation))
            self._followings[conversation] = following
        for seq, entry in entries:
            _remember(following, seq, entry)
        following.positions[follower] = position
        if follower.audience == "staff":
            following.staff_positions[follower] = staff_position
        self.look(conversation)
        if not known:
            self._by_channel[self._log.channel(conversation)] = conversation
            await self._wakeups.listen(self._log.channel(conversation), self._woken)

    def unfollow(self, conversation: ConversationId, follower: Follower) -> None:
        """Let a follower hear no more of it."""
        following = self._followings.get(conversation)
        if following is None:
            return
        following.positions.pop(follower, None)
        following.staff_positions.pop(follower, None)
        if not following.positions:
            del self._followings[conversation]
            del self._by_channel[self._log.channel(conversation)]
            self._left.add(conversation)
            self._wanted.set()

    def committed(
        self,
        conversation: ConversationId,
        seq: Seq,
        entry: LogEntry,
        sender: Follower | None,
        reading: Reading | None = None,
    ) -> None:
        """Hand over an entry that this process has just committed; the sender knows it already.

        `reading` is what the filter saw in a line, which it need not look for again.
        """
        following = self._followings.get(conversation)
        if following is None:
            return
        if sender is not None and following.positions.get(sender) == seq - 1:
            following.positions[sender] = seq
        _remember(following, seq, entry, reading)
        frames = _Frames(conversation, seq, entry)
        for follower, position in list(following.positions.items()):
            if position == seq - 1:
                following.positions[follower] = seq
                frames.give(follower)
            elif position < seq - 1 and follower.has_room(following.look):
                self._stale.add(conversation)
                self._wanted.set()

    def forget_words(self, conversation: ConversationId) -> None:
        """Forget the last lines of a conversation that was erased."""
        following = self._followings.get(conversation)
        if following is not None:
            following.context.clear()

    def look(self, conversation: ConversationId) -> None:
        """Read both logs of a conversation again, soon."""
        self._stale.add(conversation)
        self._stale_staff.add(conversation)
        self._wanted.set()

    def look_everywhere(self) -> None:
        """Read all logs again, soon: wake-ups may have been lost."""
        for conversation in self._followings:
            self.look(conversation)

    def _gap(self) -> None:
        """Another server may stand in for the one that was there, and know less."""
        self._doubted.update(self._followings)
        self.look_everywhere()

    def _woken(self, channel: str, payload: bytes) -> None:
        conversation = self._by_channel.get(channel)
        if conversation is None:
            return
        hint = payload.decode("ascii", "replace")
        if hint[:1] == "l":
            if hint[1:] != self._origin:
                self._stale.add(conversation)
                self._wanted.set()
        elif hint[:1] == "s":
            self._stale_staff.add(conversation)
            self._wanted.set()
        elif hint:
            for follower in self.followers(conversation):
                follower.hint(conversation, hint)
        else:
            self.look(conversation)

    async def run(self) -> None:
        """Read what is stale, for as long as the server runs."""
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            stale, self._stale = self._stale, set()
            stale_staff, self._stale_staff = self._stale_staff, set()
            left, self._left = self._left, set()
            for conversation in left:
                if conversation not in self._followings:
                    await self._wakeups.forget(self._log.channel(conversation))
            if self._doubted:
                await self._check_tails()
            await self._catch_up(stale)
            for conversation in stale_staff:
                await self._catch_up_staff(conversation)

    async def _check_tails(self) -> None:
        """Begin again where the store has lost what was told."""
        doubted, self._doubted = self._doubted, set()
        followed = {id_: one for id_, one in self._followings.items() if id_ in doubted}
        try:
            gone = await lost(self._log, {id_: f.tail for id_, f in followed.items() if f.tail})
        except StoreError as error:
            self._doubted |= doubted
            log.warning("the ends of %d logs could not be read: %s", len(followed), error)
            return
        for id_ in gone:
            log.error("the store has lost the end of the log of %s; it is told again", id_)
            for follower in followed[id_].begins_again():
                follower.lost_tail(id_)
            self.look(id_)

    async def _catch_up(self, conversations: set[ConversationId]) -> None:
        """Hand over a page of each of these; what could not be read waits for the next look."""
        wanted = [
            (id_, start)
            for id_ in conversations
            if (following := self._followings.get(id_))
            for start in following.starts(following.positions)
        ]
        if not wanted:
            return
        try:
            pages = await self._log.read_many(wanted)
        except StoreError as error:
            # The positions are unchanged; the gap that follows, or the sweep, looks again.
            self._stale |= conversations
            log.warning("%d logs could not be read: %s", len(wanted), error)
            return
        for (id_, _), page in zip(wanted, pages, strict=True):
            if isinstance(page, StoreError):
                log.warning("the log of %s could not be read: %s", id_, page)
                continue
            try:
                self._hand_over(id_, page)
            except Exception as error:  # noqa: BLE001 - one conversation's fault is not another's
                log.error("entries of %s could not be told: %s", id_, type(error).__name__)

    def _hand_over(self, id_: ConversationId, page: Sequence[tuple[Seq, LogEntry]]) -> None:
        following = self._followings.get(id_)
        if following is None:
            return
        for seq, entry in page:
            _remember(following, seq, entry)
            frames = _Frames(id_, seq, entry)
            for follower, position in list(following.positions.items()):
                if position == seq - 1 and follower.has_room(following.look):
                    following.positions[follower] = seq
                    frames.give(follower)
        if len(page) == PAGE:
            self._stale.add(id_)
            self._wanted.set()

    async def _catch_up_staff(self, id_: ConversationId) -> None:
        """Hand over a page of the staff's log; what could not be read waits for the next look."""
        following = self._followings.get(id_)
        if following is None:
            return
        try:
            for start in following.starts(following.staff_positions):
                page = await self._log.read_staff(id_, start, PAGE)
                for n, entry in page:
                    await self._give_staff(id_, following, n, entry)
                if len(page) == PAGE:
                    self._stale_staff.add(id_)
                    self._wanted.set()
        except StoreError as error:
            log.warning("the staff's log of %s could not be read: %s", id_, error)
        except Exception as error:  # noqa: BLE001 - one conversation's fault is not another's
            log.error("staff's entries of %s could not be told: %s", id_, type(error).__name__)

    async def _give_staff(
        self, conversation: ConversationId, following: _Following, n: int, entry: StaffLogEntry
    ) -> None:
        fact: staff.StaffFact | None
        if isinstance(entry, FlagDoubted | FlagRaised):
            fact = await self._reflagged(conversation, entry)
        else:
            fact = facts.of_staff_log(conversation, n, entry)
        frame = wire.encode(fact) if fact else b""
        for follower, position in list(following.staff_positions.items()):
            if position == n - 1 and follower.has_room(following.look):
                following.staff_positions[follower] = n
                if frame:
                    follower.hear(frame)

    async def _reflagged(
        self, conversation: ConversationId, thought: FlagDoubted | FlagRaised
    ) -> staff.Flagged | None:
        """Return the flag of a line, with all that was thought of it since."""
        for seq, entry in await self._log.read(conversation, max(0, thought.seq - 1), 1):
            if seq == thought.seq and isinstance(entry, Line):
                said = await self._log.read_staff(conversation, 0)
                line, wrong = facts.second_thoughts(one for _, one in said).on(seq, entry)
                return facts.flag_of(conversation, seq, line, wrong=wrong)
        return None


class _Frames:
    """The frames of one entry, each encoded once for all its readers."""

    def __init__(self, conversation: ConversationId, seq: Seq, entry: LogEntry) -> None:
        self._conversation = conversation
        self._seq = seq
        self._entry = entry
        self._made: dict[str, list[bytes]] = defaultdict(list)

    def give(self, follower: Follower) -> None:
        """Let a follower hear the entry."""
        own = isinstance(self._entry, Line) and self._entry.account == follower.account
        audience = follower.audience if not (own and follower.account) else "own"
        if not self._made[audience]:
            self._made[audience] = self._encode(audience, follower.account)
        for frame in self._made[audience]:
            follower.hear(frame)
        follower.notice(self._conversation, self._seq, self._entry)

    def _encode(self, audience: str, account: AccountId | None) -> list[bytes]:
        if audience == "seeker":
            return [wire.encode(facts.for_seeker(self._seq, self._entry, own=True))]
        reader = account if audience == "own" else None
        heard: list[staff.StaffFact] = list(
            facts.for_staff(self._conversation, self._seq, self._entry, reader)
        )
        steps = facts.guided(self._conversation, self._entry)
        if steps is not None:
            heard.append(steps)
        return [wire.encode(fact) for fact in heard]


def _remember(
    following: _Following, seq: Seq, entry: LogEntry, reading: Reading | None = None
) -> None:
    """Keep the last lines as the filter's context, and how far anybody was told."""
    following.tail = following.tail.then(seq, entry) if following.tail else Tail(seq, entry)
    if seq > following.context_at and isinstance(entry, Line):
        following.context_at = seq
        by: Literal["seeker", "supporter"] = "seeker" if entry.by == "seeker" else "supporter"
        following.context.append(ContextLine(by, entry.text, entry.risk, entry.standing, reading))
