"""One socket of one person of staff: what a supporter may do, and what both roles share.

A supporter sees only the conversations that they are a member of. What supervisors may do
beyond that is in `supervising.py`.
"""

from dataclasses import dataclass, field, replace
from typing import Literal

from chat import facts
from chat import protocol as wire
from chat import protocol_staff as staff
from chat.changes import change
from chat.closing import Closing
from chat.conversation import Closed, GivenBack, Matched
from chat.entry import ConversationEnded, FlagDoubted, LogEntry, MemberLeft, StaffText
from chat.escalating import raise_cause
from chat.floor import Floor
from chat.lines import Speaker, say
from chat.log import NotAppended
from chat.outbox import Outbox
from chat.parts import Parts
from config import limits
from config.clock import monotonic
from config.ids import AccountId, ConversationId, OfferId, Ref, Seq
from config.risk import Risk
from matching.ticket import Availability, Supporter
from safety.throttle import Bucket, full, take
from staff.accounts import Account, valid_training
from staff.sessions import SessionId


OFFERS_KNOWN = 100
"""Offers remembered, so that news of one that comes late is not taken for another."""


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
        self.account: AccountId = person.id
        self.board_open = False
        self.shown = Screenful()
        self.stated: Supporter | None = None
        """The availability last stated here; stated again if the waiting room forgot it."""
        self._outbox = outbox
        self._lines: Bucket = full(limits.LINES, monotonic())

    async def begin(self) -> None:
        """Tell who this is, and open what they are in. Raises: StoreError."""
        self.floor.come(self)
        now = self.parts.now()
        training = self.person.training
        self.tell(
            staff.Attending(
                account=self.account,
                name=self.person.display,
                role=self.person.role.value,
                trained_to=valid_training(self.person, now),
                trained_until=training.until if training else None,
                languages=list(self.person.languages),
                topics=list(self.person.topics),
            )
        )
        for id_, seat in (await self.parts.room.matched()).items():
            if seat.supporter == self.account:
                await self.open(id_, "supporter")
        await self._tell_availability()

    async def _tell_availability(self) -> None:
        for one in await self.parts.room.supporters(self.parts.now()):
            if one.account == self.account:
                self.stated = one
                self.floor.state(self)
                self._availability(one)

    # What a supporter says

    async def set_availability(self, command: staff.SetAvailability) -> None:
        """State whether offers are welcome."""
        now = self.parts.now()
        fresh = await self.parts.accounts.get(self.account)
        self.person = fresh or self.person
        most = self.parts.settings.matching.capacity_most
        stated = Supporter(
            account=self.account,
            name=self.person.display,
            state=Availability(command.state),
            capacity=min(command.capacity, most),
            load=0,
            languages=tuple(command.languages) or self.person.languages,
            topics=tuple(command.topics) or self.person.topics,
            trained_to=valid_training(self.person, now),
            idle_since=now,
        )
        self.stated = await self.parts.room.set_availability(stated, now)
        self.floor.state(self)
        self._availability(self.stated)
        if command.state == "available" and stated.trained_to is None:
            self.refuse("not_trained")

    async def accept(self, offer: OfferId) -> None:
        """Take an offered conversation."""
        now = self.parts.now()
        self.shown.offers[offer] = False
        id_ = await self.parts.room.accept(offer, self.account, now)
        if id_ is None:
            self.refuse("offer_gone", subject=offer)
            return
        if await change(self.parts, id_, Matched(self.account, self.person.display)) is None:
            record = await self.parts.log.find(id_)
            if record is None or record.state.supporter != self.account:
                await self.parts.room.release(id_, self.parts.now())
                self.refuse("offer_gone", subject=offer)
                return
        record = await self.parts.log.find(id_)
        if record is not None:
            self.parts.tallies.pickup(max(0, now - record.about.began) / 1000)
        for member in self.floor.of(self.account):
            if isinstance(member, StaffSession):
                await member.open(id_, "supporter")

    async def decline(self, offer: OfferId, reason: wire.DeclineReason) -> None:
        """Let an offered conversation go back to its place."""
        self.shown.offers[offer] = False
        declined = await self.parts.room.decline(offer, self.account, reason, self.parts.now())
        if declined is None:
            self.refuse("offer_gone", subject=offer)
        else:
            self.floor.tell(self.account, staff.Withdrawn(offer=offer, reason="declined"))

    async def say(self, command: staff.StaffSay) -> None:
        """Say one line."""
        id_ = ConversationId(command.conversation)
        shown = self.shown.open.get(id_)
        if shown is None or shown.part == "watcher":
            self.refuse("not_a_member", command.ref, id_)
            return
        self._lines, allowed = take(
            self._lines, 5 * limits.LINES / limits.LINES_SECONDS, 5 * limits.LINES, monotonic()
        )
        if not allowed:
            self.refuse("too_fast", command.ref, id_)
            return
        by: wire.Author = "supporter" if shown.part == "supporter" else "supervisor"
        outcome = await say(
            self.parts,
            id_,
            Speaker(by, self.account, self.person.display),
            Ref(command.ref),
            command.text,
            lang=shown.language,
            follower=self,
            accepted=lambda seq, at, text: self.tell(
                staff.StaffAccepted(conversation=id_, ref=command.ref, seq=seq, at=at, text=text)
            ),
        )
        if isinstance(outcome, NotAppended):
            ended = outcome.reason == "ended"
            self.refuse("conversation_ended" if ended else "not_a_member", command.ref, id_)

    async def write(
        self, kind: Literal["note", "whisper"], command: staff.WriteNote | staff.Whisper
    ) -> None:
        """Write something that only staff see."""
        id_ = ConversationId(command.conversation)
        if id_ not in self.shown.open and not await self._may_read(id_):
            self.refuse("not_a_member", command.ref, id_)
            return
        now = self.parts.now()
        text = StaffText(
            at=now,
            kind=kind,
            account=self.account,
            name=self.person.display,
            text=command.text,
            ref=Ref(command.ref),
        )
        kept = await self.parts.log.append_staff(id_, self.account, Ref(command.ref), text)
        if isinstance(kept, NotAppended):
            self.refuse("conversation_ended", command.ref, id_)
            return
        self.tell(staff.StaffAccepted(conversation=id_, ref=command.ref, seq=kept.seq, at=now))

    async def doubt_flag(self, command: staff.WrongFlag) -> None:
        """Say that a flag was wrong."""
        id_ = ConversationId(command.conversation)
        if id_ not in self.shown.open:
            self.refuse("not_a_member", None, id_)
            return
        ref = Ref(f"wrong:{command.seq}")
        doubt = FlagDoubted(at=self.parts.now(), account=self.account, seq=command.seq)
        kept = await self.parts.log.append_staff(id_, self.account, ref, doubt)
        if not isinstance(kept, NotAppended) and kept.fresh:
            self.parts.tallies.wrong_flag(Risk.NONE)

    async def ask_help(self, command: staff.AskHelp) -> None:
        """Call a supervisor."""
        id_ = ConversationId(command.conversation)
        record = await self.parts.log.find(id_)
        if record is None or id_ not in self.shown.open:
            self.refuse("not_a_member", None, id_)
            return
        risk = max(record.risk, Risk.HIGH if command.reason == "crisis" else Risk.ELEVATED)
        escalation = await raise_cause(
            self.parts, id_, kind="help", seq=record.last, reason=command.reason, risk=risk
        )
        if escalation is not None:
            self.tell(staff.HelpAsked(conversation=id_, escalation=escalation))

    async def hand_over(self, command: staff.HandOver) -> None:
        """Give the conversation back, to the front of the waiting room."""
        id_ = ConversationId(command.conversation)
        if await change(self.parts, id_, GivenBack(self.account, "handed_over")) is None:
            self.refuse("not_a_member", None, id_)

    async def end(self, command: staff.EndConversation) -> None:
        """End a conversation."""
        id_ = ConversationId(command.conversation)
        shown = self.shown.open.get(id_)
        if shown is None or shown.part != "supporter":
            self.refuse("not_a_member", None, id_)
            return
        await self.parts.log.set_outcome(id_, command.outcome)
        if await change(self.parts, id_, Closed("closed")) is None:
            self.refuse("conversation_ended", None, id_)

    async def mark_read(self, id_: ConversationId, seq: int) -> None:
        """Tell the seeker how far the supporter has read."""
        shown = self.shown.open.get(id_)
        if shown is not None and shown.part == "supporter":
            await self.parts.log.set_read(id_, "supporter", seq)

    async def mark_typing(self, id_: ConversationId) -> None:
        """Tell the others that something is being written."""
        shown = self.shown.open.get(id_)
        if shown is not None and shown.part != "watcher":
            by = "supporter" if shown.part == "supporter" else "supervisor"
            await self.parts.log.tell(id_, f"t{by}:{self.account}")

    async def open_again(self, id_: ConversationId) -> None:
        """Show a conversation again, from its beginning."""
        record = await self.parts.log.find(id_)
        shown = self.shown.open.get(id_)
        if record is not None and record.state.supporter == self.account:
            await self.open(id_, "supporter")
        elif record is not None and self.account in record.state.supervisors:
            await self.open(id_, "member")
        elif record is not None and shown is not None:
            await self.open(id_, shown.part)
        else:
            self.refuse("not_a_member", None, id_)

    async def _may_read(self, id_: ConversationId) -> bool:
        record = await self.parts.log.find(id_)
        return record is not None and record.state.has_member(self.account)

    # What staff hear

    async def open(self, id_: ConversationId, part: staff.Part) -> None:
        """Show a conversation with all that was said in it, and follow it from there."""
        record = await self.parts.log.find(id_)
        if record is None:
            self.refuse("conversation_ended", None, id_)
            return
        entries = await self.parts.log.read(id_, 0)
        staff_entries = await self.parts.log.read_staff(id_, 0)
        doubted = frozenset(
            entry.seq for _, entry in staff_entries if isinstance(entry, FlagDoubted)
        )
        written = [facts.of_staff_log(id_, n, entry) for n, entry in staff_entries]
        about = record.about
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
                backlog=facts.backlog(id_, entries, doubted, self.account),
                staff=[one for one in written if one is not None],
                helplines=self.parts.helplines(about.country),
            )
        )
        if record.phase == "ended":
            return
        self.shown.open[id_] = Open(part, about.languages[0])
        position = entries[-1][0] if entries else 0
        staff_position = staff_entries[-1][0] if staff_entries else 0
        await self.parts.relay.follow(
            id_, self, entries, position=position, staff_position=staff_position
        )

    def close_view(
        self,
        id_: ConversationId,
        reason: Literal["handed_over", "taken_over", "lost", "unwatched"],
    ) -> None:
        """Stop showing a conversation."""
        self.parts.relay.unfollow(id_, self)
        if self.shown.open.pop(id_, None) is not None:
            self.tell(staff.Closed(conversation=id_, reason=reason))

    def hear(self, frame: bytes) -> None:
        """Queue a frame."""
        self._outbox.put(frame)

    def notice(self, conversation: ConversationId, seq: Seq, entry: LogEntry) -> None:
        """Stop showing what this person is no longer part of."""
        match entry:
            case MemberLeft(
                account=self.account, reason="handed_over" | "taken_over" | "lost" as r
            ):
                self.close_view(conversation, r)
            case ConversationEnded():
                self.parts.relay.unfollow(conversation, self)
                self.shown.open.pop(conversation, None)
            case _:
                pass

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

    def tell_away(self) -> None:
        """Tell that too many offers were missed, so that no more will come."""
        if self.stated is not None:
            self.stated = replace(self.stated, state=Availability.AWAY)
            self._availability(self.stated)

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

    def close(self, closing: Closing) -> None:
        """Close the socket."""
        self._outbox.close(closing)

    def gone(self) -> None:
        """The socket is gone. The lease decides whether the person is."""
        self.floor.go(self)
        for id_ in list(self.shown.open):
            self.parts.relay.unfollow(id_, self)

    def _availability(self, supporter: Supporter) -> None:
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
