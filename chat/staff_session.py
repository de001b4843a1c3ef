"""One socket of one person of staff: what it shows, and what it hears.

A supporter sees only the conversations that they are a member of. What a supporter does is in
`supporting.py`, what supervisors do beyond that in `supervising.py`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal

from chat import facts
from chat import protocol as wire
from chat import protocol_staff as staff
from chat.closing import Closing, Closings
from chat.entry import ConversationEnded, LogEntry, MemberLeft
from chat.floor import Floor
from chat.log import PAGE, Record
from chat.outbox import Outbox
from chat.parts import Parts
from chat.protocol_board import Board
from config import limits
from config.clock import monotonic
from config.ids import AccountId, ConversationId, OfferId, Seq
from matching.ticket import Availability, Supporter
from safety.throttle import Bucket, full
from staff.accounts import Account, valid_training
from staff.roles import Act, may
from staff.sessions import SessionId

OFFERS_KNOWN = 100
"""Offers remembered, so that news of one that comes late is not taken for another."""


TOLD_KNOWN = 200
"""Conversations remembered as told, so that what is erased is taken away: more than a shift's."""


@dataclass(slots=True)
class Open:
    """A conversation on this screen."""

    part: staff.Part
    language: str


@dataclass(slots=True)
class Screenful:
    """What one socket shows."""

    open: dict[ConversationId, Open] = field(default_factory=dict[ConversationId, Open])
    offers: dict[OfferId, bool] = field(default_factory=dict[OfferId, bool])
    """The offers told here, and whether they are still open; one is never told twice."""
    told: dict[ConversationId, None] = field(default_factory=dict[ConversationId, None])
    """The conversations whose text was told here, ended ones too, and not taken away since."""


class StaffSession:
    """A supporter or supervisor on one socket."""

    audience: Literal["seeker", "staff"] = "staff"

    def __init__(
        self, parts: Parts, floor: Floor, outbox: Outbox, person: Account, session: SessionId
    ) -> None:
        self.parts = parts
        self.floor = floor
        self.person = person
        self.session = session
        self.role = person.role
        self.account: AccountId = person.id
        self.board: Board | None = None
        """The board as it was last told here; None while it is not open."""
        self.shown = Screenful()
        self.stated: Supporter | None = None
        """The availability last stated here; stated again if the waiting room forgot it."""
        self.lines: Bucket = full(limits.LINES, monotonic())
        self._outbox = outbox

    async def begin(self) -> None:
        """Tell who this is, and open what they are in. Raises: StoreError."""
        self.floor.come(self)
        now = self.parts.now()
        training = self.person.training
        own = await self._own()
        self.tell(
            staff.Attending(
                account=self.account,
                name=self.person.display,
                role=self.person.role.value,
                trained_to=valid_training(self.person, now),
                trained_until=training.until if training else None,
                languages=list(self.person.languages),
                topics=list(self.person.topics),
                open=list(own),
            )
        )
        for id_, part in own.items():
            await self.open(id_, part)
        await self._tell_availability()

    async def _own(self) -> dict[ConversationId, staff.Part]:
        """Return what this person supports or has joined."""
        seats = await self.parts.room.matched()
        own: dict[ConversationId, staff.Part] = {
            id_: "supporter" for id_, seat in seats.items() if seat.supporter == self.account
        }
        if may(self.role, Act.JOIN):
            others = [id_ for id_, seat in seats.items() if seat.supporter != self.account]
            for record in await self.parts.log.find_many(others):
                if record is not None and self.account in record.state.supervisors:
                    own[record.state.id] = "member"
        return own

    async def _tell_availability(self) -> None:
        for one in await self.parts.room.supporters(self.parts.now()):
            if one.account == self.account:
                self.stated = one
                self.floor.state(self)
                self.tell_availability(one)

    # What is shown

    async def open_again(self, id_: ConversationId) -> None:
        """Show a conversation again, from its beginning."""
        record = await self.parts.log.find(id_)
        shown = self.shown.open.get(id_)
        if record is not None and record.phase == "ended" and not await self._may_reread(record):
            self.refuse("conversation_ended", None, id_)
        elif record is not None and record.state.supporter == self.account:
            await self.open(id_, "supporter")
        elif record is not None and self.account in record.state.supervisors:
            await self.open(id_, "member")
        elif record is not None and shown is not None:
            await self.open(id_, shown.part)
        else:
            self.refuse("not_a_member", None, id_)

    async def _may_reread(self, record: Record) -> bool:
        """Whether this person may read what has ended; put on record first (promise 11).

        Its members may for some minutes, to finish their notes; later only who has the right.
        """
        now, id_ = self.parts.now(), record.state.id
        await self.parts.audit.write(self.account, Act.READ_TRANSCRIPT, id_, now)
        if may(self.role, Act.READ_TRANSCRIPT):
            return True
        last = await self.parts.log.read(id_, record.last - 1, 1)
        return any(now - entry.at < limits.AFTER_END_SECONDS * 1000 for _, entry in last)

    async def open(self, id_: ConversationId, part: staff.Part) -> None:
        """Show a conversation with all that was said in it, and follow it from there."""
        await self._outbox.room()
        record = await self.parts.log.find(id_)
        if record is None:
            self.refuse("conversation_ended", None, id_)
            return
        entries = await self.parts.log.read(id_, 0, limits.OPENED_ENTRIES + 1)
        fitting = facts.fitting(entries[: limits.OPENED_ENTRIES], limits.OPENED_BYTES)
        staff_entries = await self.parts.log.read_staff(id_, 0)
        thoughts = facts.second_thoughts(entry for _, entry in staff_entries)
        written = [facts.of_staff_log(id_, n, entry) for n, entry in staff_entries]
        about = record.about
        self._remember_told(id_)
        self.tell(
            staff.Opened(
                conversation=id_,
                part=part,
                name=about.name,
                language=about.languages[0],
                phase=record.phase,
                risk=record.risk,
                topics=list(about.topics),
                country=about.country,
                mood=about.mood,
                supporter=record.supporter_name,
                connected=record.connected,
                backlog=facts.backlog(id_, entries[:fitting], thoughts, self.account),
                staff=[one for one in written if one is not None],
                helplines=self.parts.helplines(about.country),
            )
        )
        if fitting < len(entries):
            entries = await self._tell_rest(id_, entries[fitting:], thoughts)
        if record.phase == "ended":
            return
        self.shown.open[id_] = Open(part, about.languages[0])
        position = entries[-1][0] if entries else 0
        staff_position = staff_entries[-1][0] if staff_entries else 0
        await self.parts.relay.follow(
            id_, self, entries, position=position, staff_position=staff_position
        )

    async def _tell_rest(
        self, id_: ConversationId, rest: list[tuple[Seq, LogEntry]], thoughts: facts.SecondThoughts
    ) -> list[tuple[Seq, LogEntry]]:
        """Tell the rest of a long log, no faster than it is read; return its last entries."""
        self.parts.relay.unfollow(id_, self)  # nothing later may come in between
        last = rest
        while rest and self._outbox.closing is None:
            for fact in facts.backlog(id_, rest, thoughts, self.account):
                await self._outbox.room()
                self.tell(fact)
            last, rest = rest, await self.parts.log.read(id_, rest[-1][0], PAGE)
        return last

    def _remember_told(self, id_: ConversationId) -> None:
        told = self.shown.told
        told[id_] = told.pop(id_, None)
        if len(told) > TOLD_KNOWN:
            del told[next(iter(told))]

    def shows(self) -> frozenset[ConversationId]:
        """Return the conversations whose text this screen may show."""
        return frozenset(self.shown.told)

    def take_away(self, conversation: ConversationId, reason: Literal["erased", "expired"]) -> None:
        """Have the screen forget a conversation."""
        self.parts.relay.unfollow(conversation, self)
        self.shown.told.pop(conversation, None)
        if self.shown.open.pop(conversation, None) is not None:
            self.floor.load_changed(self)
        self.tell(staff.Closed(conversation=conversation, reason=reason))

    def close_view(
        self,
        id_: ConversationId,
        reason: Literal["handed_over", "taken_over", "lost", "unwatched"],
    ) -> None:
        """Stop showing a conversation."""
        self.parts.relay.unfollow(id_, self)
        self.shown.told.pop(id_, None)
        if self.shown.open.pop(id_, None) is not None:
            self.tell(staff.Closed(conversation=id_, reason=reason))

    def hear(self, frame: bytes) -> None:
        """Queue a frame."""
        self._outbox.put(frame)

    def has_room(self, then: Callable[[], None]) -> bool:
        """See `Follower`."""
        return self._outbox.has_room(then)

    def notice(self, conversation: ConversationId, seq: Seq, entry: LogEntry) -> None:
        """Stop showing what this person is no longer part of."""
        match entry:
            case MemberLeft(
                account=self.account, reason="handed_over" | "taken_over" | "lost" as r
            ):
                self.close_view(conversation, r)
            case ConversationEnded():
                self.floor.load_changed(self)
                self.parts.relay.unfollow(conversation, self)
                self.shown.open.pop(conversation, None)
            case _:
                pass

    def lost_tail(self, conversation: ConversationId) -> None:
        """Come back, and be shown everything as it is kept."""
        self._outbox.close(Closings.UNAVAILABLE.value)

    def hint(self, conversation: ConversationId, hint: str) -> None:
        """Pass on typing, reading and presence."""
        kind, rest = hint[:1], hint[1:]
        by, _, detail = rest.partition(":")
        match kind:
            case "t" if detail != self.account:
                self.tell(staff.StaffTyped(conversation=conversation, by=_author(by)))
            case "r" if by == "seeker" and detail.isdigit():
                self.tell(
                    staff.StaffWasRead(conversation=conversation, by="seeker", seq=int(detail))
                )
            case "p":
                self.tell(staff.Presence(conversation=conversation, connected=rest == "1"))
            case _:
                pass

    def tell(self, fact: staff.StaffFact) -> None:
        """Queue a fact."""
        self._outbox.put(wire.encode(fact))

    def tell_offer(self, offer: OfferId, fact: staff.Offered) -> None:
        """Tell of an offer, once."""
        if offer not in self.shown.offers:
            self.shown.offers[offer] = True
            self.tell(fact)
        while len(self.shown.offers) > OFFERS_KNOWN:
            del self.shown.offers[next(iter(self.shown.offers))]

    def withdraw_offer(self, offer: OfferId) -> None:
        """Tell that an offer is gone, if it was not answered here."""
        if self.shown.offers.get(offer):
            self.shown.offers[offer] = False
            self.tell(staff.Withdrawn(offer=offer, reason="expired"))

    def tell_load(self, supporter: Supporter) -> None:
        """Tell what the waiting room now believes of this supporter."""
        if self.stated is not None:
            self.stated = supporter
            self.tell_availability(supporter)

    def tell_away(self) -> None:
        """Tell that too many offers were missed, so that no more will come."""
        if self.stated is not None:
            self.stated = replace(self.stated, state=Availability.AWAY)
            self.tell_availability(self.stated)

    def refuse(
        self,
        reason: wire.RefusalReason,
        ref: str | None = None,
        conversation: ConversationId | None = None,
        *,
        subject: str | None = None,
        by: str | None = None,
    ) -> None:
        """Queue a refusal."""
        self.tell(
            staff.StaffRefused(
                reason=reason, ref=ref, conversation=conversation, subject=subject, by=by
            )
        )

    def cut(self, closing: Closing) -> None:
        """Close the socket now, with nothing more told."""
        self._outbox.cut(closing)

    def gone(self) -> None:
        """The socket is gone. The lease decides whether the person is."""
        self.floor.go(self)
        for id_ in list(self.shown.open):
            self.parts.relay.unfollow(id_, self)

    def tell_availability(self, supporter: Supporter) -> None:
        """Tell what the waiting room believes of this supporter."""
        self.tell(
            staff.AvailabilitySet(
                state=supporter.state.value,
                capacity=supporter.capacity,
                load=supporter.load,
            )
        )


def _author(by: str) -> wire.Author:
    match by:
        case "supporter":
            return "supporter"
        case "supervisor":
            return "supervisor"
        case _:
            return "seeker"
