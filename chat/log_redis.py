"""The log in the store: keys, scripts and packing, and nothing that decides.

All keys of a conversation share the hash tag `{c:<id>}`, so one script may touch them all, on a
cluster too. `meta` is a hash, the two logs are streams whose entry ids are the seqs. Entries
are sealed here and opened here (`chat/sealing.py`); nobody beyond this module sees an envelope.
"""

import asyncio
import logging
from collections.abc import Callable, Container, Sequence
from typing import Literal

from chat.conversation import Conversation
from chat.entry import FlagRaised, Line, LogEntry, StaffLogEntry, pack
from chat.keyring import Keyring
from chat.log import PAGE, SEEKER, About, Appended, NotAppended, Record, Sender
from chat.log_streams import Opening, rows_of
from chat.record import (
    KEY_FIELDS,
    fields_of_about,
    fields_of_change,
    fields_of_key,
    record_of,
    wrapped_in,
)
from chat.sealing import Seal, Wrapped
from chat.seals import Seals
from config import clock
from config.clock import Millis
from config.ids import AccountId, ConversationId, Ref, Seq, TokenHash
from config.risk import ESCALATES_FROM, Risk
from store.client import Store
from store.errors import StoreDamaged, StoreError
from store.replies import Argument, Reply, as_int, as_list, as_map, as_optional_bytes, as_text

log = logging.getLogger("benchside.log")

_REFUSALS: dict[str, Literal["ended", "unknown", "not_a_member"]] = {
    "ended": "ended",
    "unknown": "unknown",
    "not_a_member": "not_a_member",
}

ROUND_TRIP = 1000
"""Entries read in one round trip; the store does nothing else meanwhile."""


class RedisLog:
    """The log on any store that speaks the Redis protocol."""

    def __init__(
        self,
        store: Store,
        keyring: Keyring,
        *,
        origin: str,
        retention: int,
        now: Callable[[], Millis] = clock.now,
    ) -> None:
        """
        Arguments:
            keyring: the keys of the days, which wrap those of conversations.
            origin: this process; it need not be woken by what it did itself.
            retention: seconds that an ended conversation is kept.
        """
        self._store = store
        self._opening = Opening()
        self._seals = Seals(keyring, self._wrapped, now)
        self._origin = origin
        self._retention = max(1, retention)
        self._append = store.script("chat", "append")
        self._append_staff = store.script("chat", "append_staff")
        self._create = store.script("chat", "create")
        self._raise = store.script("chat", "raise")
        self._transition = store.script("chat", "transition")

    @property
    def erasures(self) -> str:
        """See `Keeping.erasures`."""
        return "{erased}:wake"

    def channel(self, conversation: ConversationId) -> str:
        """See `Marks.channel`."""
        return f"{{c:{conversation}}}:wake"

    async def append(
        self, conversation: ConversationId, sender: Sender, line: Line
    ) -> Appended | NotAppended:
        """See `Lines.append`."""
        seal = self._seals.get(conversation) or await self._seals.of(conversation)
        if seal is None:
            return NotAppended("unknown")
        label = seal.label(sender, line.ref)
        reply = await self._store.run(
            self._append,
            _keys(conversation)[:4],
            [
                sender,
                label,
                seal.seal("log", label, self._seals.nonce(), pack(line)),
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
        seal = await self._seals.of(conversation)
        if seal is None:
            return NotAppended("unknown")
        meta, _, refs, _, staff = _keys(conversation)
        label = seal.label(f"staff:{account}", ref)
        sealed = seal.seal("staff", label, self._seals.nonce(), pack(entry))
        args: list[Argument] = [label, sealed, self.channel(conversation)]
        reply = await self._store.run(self._append_staff, [meta, staff, refs], args)
        if as_int(as_list(reply)[0]) == 0:
            return NotAppended("unknown")
        return _appended(reply)

    async def raise_flag(self, conversation: ConversationId, raised: FlagRaised) -> bool:
        """See `StaffLines.raise_flag`."""
        seal = await self._seals.of(conversation)
        if seal is None:
            return False
        meta, _, refs, unraised, staff = _keys(conversation)
        label = seal.label("raised", str(raised.seq))
        sealed = seal.seal("staff", label, self._seals.nonce(), pack(raised))
        args: list[Argument] = [label, raised.seq, sealed, int(raised.risk), int(ESCALATES_FROM)]
        reply = await self._store.run(
            self._raise, [meta, staff, refs, unraised], [*args, self.channel(conversation)]
        )
        return as_int(reply) == 1

    async def read(
        self, conversation: ConversationId, since: int, limit: int | None = None
    ) -> list[tuple[Seq, LogEntry]]:
        """See `Lines.read`."""
        seal = await self._seals.of(conversation)
        rows = await self._range(_keys(conversation)[1], since, limit)
        return self._opening.log(seal, rows, since)[:limit] if seal else []

    async def _range(self, key: str, since: int, limit: int | None) -> list[tuple[int, bytes]]:
        most = ROUND_TRIP if limit is None else limit
        rows: list[tuple[int, bytes]] = []
        while True:
            start = rows[-1][0] if rows else since
            page = rows_of(await self._store.call("XRANGE", key, f"({start}-0", "+", "COUNT", most))
            rows += page
            if limit is not None or len(page) < most:
                return rows

    async def read_many(
        self, since: Sequence[tuple[ConversationId, int]]
    ) -> Sequence[Sequence[tuple[Seq, LogEntry]] | StoreError]:
        """See `Lines.read_many`."""
        seals = await asyncio.gather(*(self._seal(id_) for id_, _ in since))
        replies = await self._store.answers(
            [("XRANGE", _keys(id_)[1], f"({start}-0", "+", "COUNT", PAGE) for id_, start in since]
        )
        asked = zip(seals, replies, since, strict=True)
        return [self._opening.answered(seal, reply, start) for seal, reply, (_, start) in asked]

    async def read_staff(
        self, conversation: ConversationId, since: int, limit: int | None = None
    ) -> list[tuple[int, StaffLogEntry]]:
        """See `StaffLines.read_staff`."""
        seal = await self._seals.of(conversation)
        rows = await self._range(_keys(conversation)[4], since, limit)
        return self._opening.staff(seal, rows, since)[:limit] if seal else []

    async def create(
        self, conversation: ConversationId, about: About, token: TokenHash, opening: Line | None
    ) -> bool:
        """See `Conversations.create`."""
        risk = opening.risk if opening else Risk.NONE  # of a first line, the conversation's too
        args: list[Argument] = [int(risk), int(ESCALATES_FROM)]
        seal, wrapped = await self._seals.make(conversation)
        if opening:
            label = seal.label(SEEKER, opening.ref)
            args += [seal.seal("log", label, self._seals.nonce(), pack(opening)), label]
        else:
            args += ["", ""]
        args += [*fields_of_about(about, token), *fields_of_key(wrapped)]
        created = as_int(await self._store.run(self._create, _keys(conversation)[:4], args)) == 1
        if created:
            self._seals.hold(seal)
        return created

    async def _wrapped(self, conversation: ConversationId) -> Wrapped | None:
        """Ask the store for the wrapped key of a conversation."""
        reply = await self._store.call("HMGET", _keys(conversation)[0], *KEY_FIELDS)
        return wrapped_in(*(as_optional_bytes(value) for value in as_list(reply)))

    async def _seal(self, conversation: ConversationId) -> Seal | StoreError | None:
        """Return the seal of a conversation, or what is wrong with it."""
        try:
            return await self._seals.of(conversation)
        except StoreError as error:
            return error

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
        seal = await self._seals.of(before.id)
        if seal is None:
            return None
        fields = fields_of_change(before, after, name)
        ended = after.phase == "ended"
        if ended and self._seals.aged(seal):
            await self.rewrap([before.id])  # from now on nobody does it, until retention is over
        args: list[Argument] = [before.revision, self.channel(before.id)]
        args += [self._retention if ended else 0, len(fields) // 2, *fields]
        for n, entry in enumerate(entries):
            label = seal.label("", f"{before.revision}:{n}")
            args.append(seal.seal("log", label, self._seals.nonce(), pack(entry)))
        seq = as_int(await self._store.run(self._transition, _keys(before.id), args))
        return None if seq < 0 else Seq(seq)

    async def erase(self, conversation: ConversationId) -> None:
        """See `Keeping.erase`."""
        await self._store.run(self._store.script("chat", "erase"), _keys(conversation))
        self._seals.drop(conversation)
        self._store.journal.want()
        await self._store.call("SPUBLISH", self.erasures, conversation)

    async def rewrap(self, conversations: Sequence[ConversationId]) -> None:
        """See `Keeping.rewrap`."""
        asked = [self._wrapped(id_) for id_ in conversations]
        for id_, old in zip(conversations, await asyncio.gather(*asked), strict=True):
            try:
                new = await self._seals.rewrapped(id_, old) if old else None
            except StoreDamaged as error:
                log.error("a key can't be wrapped anew: %s", error)
                continue
            if old and new:
                script, meta = self._store.script("chat", "rewrap"), _keys(id_)[:1]
                await self._store.run(script, meta, [old.day, new.day, new.key])

    async def gone(self, conversations: Sequence[ConversationId]) -> list[ConversationId]:
        """See `Keeping.gone`."""
        replies = await self._store.calls([("EXISTS", _keys(id_)[0]) for id_ in conversations])
        return [
            id_ for id_, reply in zip(conversations, replies, strict=True) if as_int(reply) == 0
        ]

    def let_go(self, followed: Container[ConversationId]) -> None:
        """See `Keeping.let_go`."""
        self._seals.keep_only(followed)

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
