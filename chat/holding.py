"""Holding cases: what two people of staff have decided to keep is kept, and ends in time.

A hold is on record and committed before a word is copied; from then on every process may copy
what is new, so that a talk which goes on is held as it goes on. The copy is sealed under the
case's own key. It survives retention and the seeker's erasure: an erasure that comes before the
second person confirms leaves nothing to hold. At the end the key is destroyed first.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeVar

import msgspec

from chat.cases import CaseKeys, CaseTexts
from chat.entry import (
    UNREADABLE,
    UNREADABLE_REMARK,
    LogEntry,
    StaffLogEntry,
    Unreadable,
    UnreadableRemark,
    pack,
    unpack,
    unpack_staff,
)
from chat.parts import Parts
from chat.sealing import Day, Seal, Unsealable, Which
from chat.seals import Nonces
from config import limits
from config.clock import Millis
from config.ids import AccountId, ConversationId, Seq
from safety.escalation import Person
from safety.holds import (
    Hold,
    NotDone,
    Proposal,
    confirm,
    decline,
    propose,
    standing,
)
from staff.roles import Act
from store.errors import StoreError

log = logging.getLogger("benchside.holds")

Refused = NotDone | Literal["not_escalated", "gone", "not_held", "contended"]
"""`not_escalated`: only escalated cases can be held; `gone`: nothing is left to hold."""

NOBODY: Final = AccountId("server")
"""Who ends a hold whose day has come."""
_CASE: Final = Day("case")
_ATTEMPTS: Final = 8
"""More than the people who can decide about one case at one time."""

E = TypeVar("E")
L = TypeVar("L")


@dataclass(frozen=True, slots=True)
class Case:
    """All that is kept of a held case."""

    hold: Hold
    log: list[tuple[Seq, LogEntry]]
    staff: list[tuple[int, StaffLogEntry]]


class Holding:
    """The use cases of holds, and the periodic work on them."""

    def __init__(self, parts: Parts, keys: CaseKeys, texts: CaseTexts) -> None:
        self._parts = parts
        self._keys = keys
        self._texts = texts
        self._nonces = Nonces()

    async def propose(self, conversation: ConversationId, proposal: Proposal) -> Hold | Refused:
        """Propose that a case be held, or be held longer; puts it on record first."""
        if not await self._parts.desk.of(conversation):
            return "not_escalated"
        await self._end_what_is_over(conversation)
        if await self._is_gone(conversation):
            return "gone"
        who = proposal.by
        await self._record(who, Act.PROPOSE_HOLD, conversation)
        return await self._change(conversation, lambda hold: propose(hold, conversation, proposal))

    async def confirm(self, conversation: ConversationId, who: Person) -> Hold | Refused:
        """Have a case held as somebody else proposed; puts it on record first."""
        await self._end_what_is_over(conversation)
        if await self._is_gone(conversation):
            return "gone"
        now = self._parts.now()
        ruled = confirm(await self._parts.holds.get(conversation), who, now)
        if isinstance(ruled, str):
            return ruled
        await self._record(who, Act.CONFIRM_HOLD, conversation)
        held = await self._change(conversation, lambda hold: confirm(hold, who, now))
        if isinstance(held, Hold):
            await self._copy(conversation)
        return held

    async def decline(self, conversation: ConversationId, who: Person) -> Refused | None:
        """Take a proposal away, one's own or somebody else's; puts it on record first."""
        now = self._parts.now()
        if isinstance(decline(await self._parts.holds.get(conversation), now), str):
            return "nothing_proposed"
        await self._record(who, Act.DECLINE_HOLD, conversation)
        left = await self._change(conversation, lambda hold: decline(hold, now))
        return left if isinstance(left, str) else None

    async def release(self, conversation: ConversationId, who: Person) -> Refused | None:
        """End a hold at once, and destroy what was kept; puts it on record first."""
        hold = await self._parts.holds.get(conversation)
        if hold is None or standing(hold, self._parts.now()) != "held":
            return "not_held"
        await self._record(who, Act.RELEASE_HOLD, conversation)
        return None if await self._destroy(conversation) else "contended"

    async def read(self, conversation: ConversationId, who: Person) -> Case | Refused:
        """Return what is kept of a held case; puts it on record first."""
        hold = await self._parts.holds.get(conversation)
        if hold is None or standing(hold, self._parts.now()) != "held":
            return "not_held"
        await self._record(who, Act.READ_CASE, conversation)
        key = await self._keys.of(conversation)
        if key is None:
            return "gone"
        seal = Seal(conversation, key, _CASE)
        said = await self._texts.read(conversation, "log")
        remarks = await self._texts.read(conversation, "staff")
        return Case(
            hold,
            [(Seq(n), _opened(seal, "log", one, unpack, UNREADABLE)) for n, one in said],
            [
                (n, _opened(seal, "staff", one, unpack_staff, UNREADABLE_REMARK))
                for n, one in remarks
            ],
        )

    async def run(self) -> None:
        """See to the holds, for as long as the server runs."""
        while True:
            try:
                if await self._parts.holds.takes_turn(int(limits.HOLDS_SECONDS) - 1):
                    await self.once()
            except StoreError as error:
                log.warning("held cases could not be seen to: %s", error)
            await asyncio.sleep(limits.HOLDS_SECONDS)

    async def once(self) -> None:
        """Copy what is new of all that is held, and destroy what is over. Raises: StoreError."""
        with_keys = await self._keys.all()  # first: each was made for a hold that stood
        holds = await self._parts.holds.all()
        for hold in holds:
            try:
                await self._see_to(hold)
            except StoreError as error:  # the others are seen to all the same
                log.warning("the case %s could not be seen to: %s", hold.conversation, error)
        for conversation in set(with_keys) - {hold.conversation for hold in holds}:
            await self._wipe(conversation)

    async def _see_to(self, hold: Hold) -> None:
        stands = standing(hold, self._parts.now())
        if stands == "held":
            await self._copy(hold.conversation)
        elif stands == "over":
            if hold.until and not hold.ending:
                await self._record(None, Act.END_HOLD, hold.conversation)
            await self._destroy(hold.conversation, only_if_over=True)

    async def _end_what_is_over(self, conversation: ConversationId) -> None:
        """Destroy what is over before something new is decided on the same case."""
        hold = await self._parts.holds.get(conversation)
        if hold is not None and standing(hold, self._parts.now()) == "over":
            await self._see_to(hold)

    async def _is_gone(self, conversation: ConversationId) -> bool:
        """Whether there is nothing to hold: neither the talk nor a case of it."""
        hold = await self._parts.holds.get(conversation)
        if hold is not None and standing(hold, self._parts.now()) == "held":
            return False
        return await self._parts.log.find(conversation) is None

    async def _record(self, who: Person | None, act: Act, conversation: ConversationId) -> None:
        account = who.account if who else NOBODY
        await self._parts.audit.write(account, act, conversation, self._parts.now())

    async def _change(
        self, conversation: ConversationId, rule: Callable[[Hold | None], Hold | NotDone | None]
    ) -> Hold | Refused:
        holds = self._parts.holds
        for _ in range(_ATTEMPTS):
            before = await holds.get(conversation)
            after = rule(before)
            if isinstance(after, str):
                return after
            if await holds.replace(conversation, before, after):
                return after or Hold(conversation=conversation)
        return "contended"

    async def _copy(self, conversation: ConversationId) -> None:
        """Copy what is not held yet. What can't be read any more is left out."""
        seal = Seal(conversation, await self._keys.make(conversation), _CASE)
        last, last_remark = [await self._texts.last(conversation, one) for one in ("log", "staff")]
        said = await self._parts.log.read(conversation, last)
        remarks = await self._parts.log.read_staff(conversation, last_remark)
        lines = {int(n): pack(one) for n, one in said if not isinstance(one, Unreadable)}
        notes = {n: pack(one) for n, one in remarks if not isinstance(one, UnreadableRemark)}
        await self._texts.put(conversation, "log", self._sealed(seal, "log", lines))
        await self._texts.put(conversation, "staff", self._sealed(seal, "staff", notes))
        hold = await self._parts.holds.get(conversation)
        if hold is None or standing(hold, self._parts.now()) != "held":
            await self._wipe(conversation)  # it was ended meanwhile

    def _sealed(self, seal: Seal, which: Which, entries: Mapping[int, bytes]) -> dict[int, bytes]:
        return {
            n: seal.seal(which, seal.label("case", str(n)), self._nonces.next(), packed)
            for n, packed in entries.items()
        }

    async def _destroy(self, conversation: ConversationId, *, only_if_over: bool = False) -> bool:
        """End a hold: first for everybody who asks, then its key and text, then itself.

        What fails in between is done by the next sweep. False if others decided all the time.
        """
        holds = self._parts.holds
        for _ in range(_ATTEMPTS):
            before = await holds.get(conversation)
            if before is None:
                return True
            if only_if_over and standing(before, self._parts.now()) != "over":
                return True
            ending = msgspec.structs.replace(before, ending=True, proposal=None)
            if await holds.replace(conversation, before, ending):
                await self._wipe(conversation)
                await holds.replace(conversation, ending, None)
                return True
        return False

    async def _wipe(self, conversation: ConversationId) -> None:
        await self._keys.destroy(conversation)
        await self._texts.destroy(conversation)


async def held_until(parts: Parts, conversation: ConversationId) -> Millis:
    """Return until when a case is held; 0 if it is not."""
    hold = await parts.holds.get(conversation)
    return hold.until if hold and standing(hold, parts.now()) == "held" else Millis(0)


def _opened(
    seal: Seal, which: Which, envelope: bytes, unpacker: Callable[[bytes], E], lost: L
) -> E | L:
    try:
        return unpacker(seal.open(which, envelope))
    except Unsealable:
        return lost
