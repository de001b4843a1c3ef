"""The log in the store: keys, scripts and packing, and nothing that decides.

All keys of a conversation share the hash tag `{c:<id>}`, so one script may touch them all, on a
cluster too. `meta` is a hash, the two logs are streams whose entry ids are the seqs.
"""

from collections.abc import Callable, Sequence
from typing import Literal, TypeVar

import msgspec

from chat.conversation import Conversation
from chat.entry import FlagRaised, Line, LogEntry, StaffLogEntry, pack, unpack, unpack_staff
from chat.log import PAGE, About, Appended, NotAppended, Record, Sender
from chat.record import fields_of_about, fields_of_change, record_of
from config.clock import Millis
from config.ids import AccountId, ConversationId, Ref, Seq, TokenHash
from config.risk import ESCALATES_FROM, Risk
from store.client import Store
from store.errors import StoreDamaged, StoreError
from store.replies import Argument, Reply, as_int, as_list, as_map, as_text

E = TypeVar("E")

_REFUSALS: dict[str, Literal["ended", "unknown", "not_a_member"]] = {
    "ended": "ended",
    "unknown": "unknown",
    "not_a_member": "not_a_member",
}

ROUND_TRIP = 1000
"""Entries read in one round trip; the store does nothing else meanwhile."""


class RedisLog:
    """The log on any store that speaks the Redis protocol."""

    def __init__(self, store: Store, *, origin: str, retention: int) -> None:
        """
        Arguments:
            origin: this process; it need not be woken by what it did itself.
            retention: seconds that an ended conversation is kept.
        """
        self._store = store
        self._origin = origin
        self._retention = max(1, retention)
        self._append = store.script("chat", "append")
        self._append_staff = store.script("chat", "append_staff")
        self._create = store.script("chat", "create")
        self._raise = store.script("chat", "raise")
        self._transition = store.script("chat", "transition")

    def channel(self, conversation: ConversationId) -> str:
        """See `Marks.channel`."""
        return f"{{c:{conversation}}}:wake"

    async def append(
        self, conversation: ConversationId, sender: Sender, line: Line
    ) -> Appended | NotAppended:
        """See `Lines.append`."""
        meta, log, refs, unraised, _ = _keys(conversation)
        reply = await self._store.run(
            self._append,
            [meta, log, refs, unraised],
            [
                sender,
                line.ref,
                pack(line),
                int(line.risk),
                int(line.standing),
                int(line.lowers),
                int(ESCALATES_FROM),
                self.channel(conversation),
                self._origin,
            ],
        )
        return _appended(reply)

    async def append_staff(
        self, conversation: ConversationId, account: AccountId, ref: Ref, entry: StaffLogEntry
    ) -> Appended | NotAppended:
        """See `StaffLines.append_staff`."""
        meta, _, refs, _, staff = _keys(conversation)
        args: list[Argument] = [account, ref, pack(entry), self.channel(conversation)]
        reply = await self._store.run(self._append_staff, [meta, staff, refs], args)
        if as_int(as_list(reply)[0]) == 0:
            return NotAppended("unknown")
        return _appended(reply)

    async def raise_flag(self, conversation: ConversationId, raised: FlagRaised) -> bool:
        """See `StaffLines.raise_flag`."""
        meta, _, refs, unraised, staff = _keys(conversation)
        args: list[Argument] = [raised.seq, pack(raised), int(raised.risk), int(ESCALATES_FROM)]
        reply = await self._store.run(
            self._raise, [meta, staff, refs, unraised], [*args, self.channel(conversation)]
        )
        return as_int(reply) == 1

    async def read(
        self, conversation: ConversationId, since: int, limit: int | None = None
    ) -> list[tuple[Seq, LogEntry]]:
        """See `Lines.read`."""
        log = _keys(conversation)[1]
        return [
            (Seq(seq), _unpacked(unpack, packed))
            for seq, packed in await self._range(log, since, limit)
        ]

    async def _range(self, key: str, since: int, limit: int | None) -> list[tuple[int, bytes]]:
        most = ROUND_TRIP if limit is None else limit
        rows: list[tuple[int, bytes]] = []
        while True:
            start = rows[-1][0] if rows else since
            page = _stream(await self._store.call("XRANGE", key, f"({start}-0", "+", "COUNT", most))
            rows += page
            if limit is not None or len(page) < most:
                return rows

    async def read_many(
        self, since: Sequence[tuple[ConversationId, int]]
    ) -> Sequence[Sequence[tuple[Seq, LogEntry]] | StoreError]:
        """See `Lines.read_many`."""
        replies = await self._store.answers(
            [("XRANGE", _keys(id_)[1], f"({start}-0", "+", "COUNT", PAGE) for id_, start in since]
        )
        return [_page(reply) for reply in replies]

    async def read_staff(
        self, conversation: ConversationId, since: int, limit: int | None = None
    ) -> list[tuple[int, StaffLogEntry]]:
        """See `StaffLines.read_staff`."""
        staff = _keys(conversation)[4]
        rows = await self._range(staff, since, limit)
        return [(n, _unpacked(unpack_staff, packed)) for n, packed in rows]

    async def create(
        self, conversation: ConversationId, about: About, token: TokenHash, opening: Line | None
    ) -> bool:
        """See `Conversations.create`."""
        risk = opening.risk if opening else Risk.NONE  # of a first line, the conversation's too
        args: list[Argument] = [int(risk), int(ESCALATES_FROM)]
        args += [pack(opening), opening.ref] if opening else ["", ""]
        args += fields_of_about(about, token)
        return as_int(await self._store.run(self._create, _keys(conversation)[:4], args)) == 1

    async def find(self, conversation: ConversationId) -> Record | None:
        """See `Conversations.find`."""
        return (await self.find_many([conversation]))[0]

    async def find_many(self, conversations: Sequence[ConversationId]) -> list[Record | None]:
        """See `Conversations.find_many`."""
        replies = await self._store.calls([("HGETALL", _keys(id_)[0]) for id_ in conversations])
        return [
            record_of(id_, as_map(reply)) for id_, reply in zip(conversations, replies, strict=True)
        ]

    async def commit(
        self, before: Conversation, after: Conversation, entries: Sequence[LogEntry], name: str
    ) -> Seq | None:
        """See `Conversations.commit`."""
        fields = fields_of_change(before, after, name)
        ended = after.phase == "ended"
        args: list[Argument] = [before.revision, self.channel(before.id)]
        args += [self._retention if ended else 0, len(fields) // 2, *fields]
        args += [pack(entry) for entry in entries]
        seq = as_int(await self._store.run(self._transition, _keys(before.id), args))
        return None if seq < 0 else Seq(seq)

    async def replace_token(self, conversation: ConversationId, token: TokenHash) -> None:
        """See `Conversations.replace_token`."""
        await self._mark(conversation, "token", token, "n")

    async def set_gone(self, conversation: ConversationId, since: Millis | None) -> None:
        """See `Marks.set_gone`."""
        await self._mark(conversation, "gone", since or 0, "p0" if since else "p1")

    async def set_feedback(
        self, conversation: ConversationId, mood: int | None, helped: str | None
    ) -> None:
        """See `Marks.set_feedback`."""
        await self._mark(
            conversation, "feedback", f"{'' if mood is None else mood}:{helped or ''}", "f"
        )

    async def set_outcome(self, conversation: ConversationId, outcome: str) -> None:
        """See `Marks.set_outcome`."""
        await self._mark(conversation, "outcome", outcome, "o")

    async def next_connection(self, conversation: ConversationId) -> int:
        """See `Marks.next_connection`."""
        meta = _keys(conversation)[0]
        connect = self._store.script("chat", "connect")
        return as_int(await self._store.run(connect, [meta], [self.channel(conversation)]))

    async def set_read(
        self, conversation: ConversationId, by: Literal["seeker", "supporter"], seq: int
    ) -> None:
        """See `Marks.set_read`."""
        await self._mark(conversation, f"read:{by}", seq, f"r{by}:{seq}")

    async def _mark(self, id_: ConversationId, name: str, value: Argument, hint: str) -> None:
        await self._store.run(
            self._store.script("chat", "mark"),
            [_keys(id_)[0]],
            [name, value, self.channel(id_), hint],
        )

    async def tell(self, conversation: ConversationId, hint: str) -> None:
        """See `Marks.tell`."""
        await self._store.call("SPUBLISH", self.channel(conversation), hint)

    async def unraised(
        self, conversations: Sequence[ConversationId]
    ) -> list[tuple[ConversationId, Seq, Risk]]:
        """See `Marks.unraised`."""
        replies = await self._store.calls([("HGETALL", _keys(id_)[3]) for id_ in conversations])
        return [
            (id_, Seq(int(seq)), Risk(int(risk)))
            for id_, reply in zip(conversations, replies, strict=True)
            for seq, risk in as_map(reply).items()
        ]

    async def raised(self, conversation: ConversationId, seq: int) -> None:
        """See `Marks.raised`."""
        await self._store.call("HDEL", _keys(conversation)[3], seq)


def _keys(conversation: ConversationId) -> list[str]:
    """Return the keys: meta, log, refs, unraised, staff's log."""
    tag = f"{{c:{conversation}}}"
    return [f"{tag}:meta", f"{tag}:log", f"{tag}:refs", f"{tag}:unraised", f"{tag}:staff"]


def _appended(reply: Reply) -> Appended | NotAppended:
    seq, rest = as_list(reply)
    if as_int(seq) == 0:
        reason = _REFUSALS.get(as_text(rest))
        if reason is None:
            raise StoreError("The store refused a line for a reason that nobody knows.")
        return NotAppended(reason)
    return Appended(Seq(as_int(seq)), fresh=as_int(rest) == 1)


def _page(reply: Reply | StoreError) -> Sequence[tuple[Seq, LogEntry]] | StoreError:
    """Return the entries up to the first that can't be read; why, if it is the first of all."""
    if isinstance(reply, StoreError):
        return reply
    entries: list[tuple[Seq, LogEntry]] = []
    try:
        for seq, packed in _stream(reply):
            entries.append((Seq(seq), _unpacked(unpack, packed)))
    except StoreError as error:
        return entries or error
    return entries


def _unpacked(unpacker: Callable[[bytes], E], packed: bytes) -> E:
    try:
        return unpacker(packed)
    except (msgspec.DecodeError, UnicodeError):
        raise StoreDamaged("An entry of a log can't be read.") from None


def _stream(reply: Reply) -> list[tuple[int, bytes]]:
    """Return (entry number, packed entry) for each entry of a stream."""
    rows: list[tuple[int, bytes]] = []
    for row in as_list(reply):
        id_, fields = as_list(row)
        rows.append((int(as_text(id_).partition("-")[0]), as_map(fields)["e"]))
    return rows
