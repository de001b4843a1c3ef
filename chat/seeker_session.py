"""One seeker's connection: from decoded commands to what happens, and from entries to frames.

What the seeker may say when is decided here by phase; how lines are kept and handed over is
elsewhere. Nothing of the staff's protocol is imported, so nothing of it can be sent.
"""

from collections.abc import Callable
from typing import Literal, assert_never

from chat import protocol as wire
from chat.arrivals import Arrival, come_back, enter, give_code, resume
from chat.changes import change
from chat.closing import Closing, Closings
from chat.conversation import SeekerLeft
from chat.entry import ConversationEnded, LogEntry, MemberLeft, SupporterCame
from chat.erasing import erase
from chat.escalating import raise_cause
from chat.floor import Floor
from chat.holding import held_until
from chat.lines import Speaker, say
from chat.log import NotAppended
from chat.outbox import Outbox
from chat.parts import Parts
from chat.waiting import WaitingNews
from config import limits
from config.clock import monotonic
from config.ids import AccountId, ConversationId, Ref, Seq
from config.risk import Risk
from safety.throttle import full, take

REPORT_RISK: dict[wire.ReportReason, Risk] = {
    "unkind": Risk.ELEVATED,
    "contact": Risk.ELEVATED,
    "other": Risk.ELEVATED,
    "sexual": Risk.HIGH,
    "unsafe": Risk.HIGH,
}
"""How soon supervisors should look at a report."""

HELPED_FROM = Risk.ELEVATED
"""The risk from which a seeker is shown helplines. A level below what calls a supervisor: who
speaks of wanting to die should see at once who else is there."""

SPEAKER = Speaker(by="seeker")


class SeekerSession:
    """A seeker on one socket."""

    audience: Literal["seeker", "staff"] = "seeker"
    account: AccountId | None = None

    def __init__(self, parts: Parts, floor: Floor, news: WaitingNews, outbox: Outbox) -> None:
        self._parts = parts
        self._floor = floor
        self._news = news
        self._outbox = outbox
        self._number = 0
        """Counts the connections of this seeker; the highest holds the conversation."""
        self._told: wire.Waiting | None = None
        self._ended_at: float | None = None
        self._replaced = False
        self._lines = full(limits.LINES, monotonic())
        self._helped = Risk.NONE
        """The risk at which helplines were last shown; the same again would be a lecture."""
        self._mood: int | None = None
        """How the seeker felt on coming, kept for the feedback."""
        self.conversation = ConversationId("")
        self.country = ""
        self.languages: list[str] = []
        self.waiting = False

    # The first frame

    async def begin(self, command: wire.SeekerCommand) -> Closing | None:
        """Carry out the first command; return why the socket is to be closed, if it is.

        Whoever calls has checked the admission. Raises: StoreError.
        """
        match command:
            case wire.Enter():
                arrival = await enter(self._parts, command)
                await self._settle(arrival, since=0)
            case wire.Resume():
                returning = await resume(self._parts, command.token)
                if returning is None:
                    return Closings.TOKEN.value
                await self._settle(returning, since=command.since)
            case wire.ComeBack():
                returning = await come_back(self._parts, command.code)
                if returning is None:
                    return Closings.TOKEN.value
                await self._settle(returning, since=0)
            case _:
                return Closings.OUT_OF_PHASE.value
        return None

    async def _settle(self, arrival: Arrival, *, since: int) -> None:
        """Tell where things stand, and follow the conversation from there."""
        record = arrival.record
        self.conversation = record.state.id
        self.country = record.about.country
        self.languages = list(record.about.languages)
        self._mood = record.about.mood
        self.waiting = record.phase == "waiting"
        self._ended_at = monotonic() if record.phase == "ended" else None
        self._number = await self._parts.log.next_connection(self.conversation)
        other = self._floor.seekers.get(self.conversation)
        if other is None or other.gives_way(self._number):
            self._floor.seekers[self.conversation] = self
        else:
            self.gives_way(self._number + 1)
        since = self._tell_arrival(arrival, since)
        await self._parts.relay.follow(self.conversation, self, arrival.entries, position=since)
        if record.risk >= HELPED_FROM and record.phase != "ended":
            self._helped = record.risk
            self._tell_helplines()
        if self.waiting:
            self._news.want(self)

    def _tell_arrival(self, arrival: Arrival, since: int) -> int:
        record = arrival.record
        if arrival.first and arrival.token is not None:
            self._tell(
                wire.Entered(
                    conversation=self.conversation, token=arrival.token, name=record.about.name
                )
            )
            return 0
        self._tell(
            wire.Resumed(
                conversation=self.conversation,
                phase=record.phase,
                name=record.about.name,
                last=record.last,
                token=arrival.token,
            )
        )
        if since > record.last:
            self._tell(wire.Reset())
            return 0
        return since

    # What the seeker says

    async def carry_out(self, command: wire.SeekerCommand) -> Closing | None:
        """Carry out a command; return why the socket is to be closed, if it is.

        Raises: StoreError: the outcome is unknown; the client comes back and resends.
        """
        match command:
            case wire.Enter() | wire.Resume() | wire.ComeBack():
                return Closings.OUT_OF_PHASE.value
            case wire.Ping():
                self._tell(wire.Ponged(at=self._parts.now()))
            case wire.Say():
                await self._say(command)
            case wire.Typing():
                await self._parts.log.tell(self.conversation, "tseeker:")
            case wire.Read(seq=seq):
                await self._parts.log.set_read(self.conversation, "seeker", seq)
            case wire.Widen(languages=languages):
                await self._widen(languages)
            case wire.RequestCode():
                await self._give_code()
            case wire.Leave(reason=reason):
                return await self._leave(reason)
            case wire.Erase():
                await self._erase()
            case wire.Feedback():
                await self._feedback(command)
            case wire.Report(reason=reason):
                await self._report(reason)
            case _:
                assert_never(command)
        return None

    async def _say(self, command: wire.Say) -> None:
        self._lines, allowed = take(
            self._lines, limits.LINES / limits.LINES_SECONDS, limits.LINES, monotonic()
        )
        if not allowed:
            self._refuse("too_fast", command.ref)
            return
        outcome = await say(
            self._parts,
            self.conversation,
            SPEAKER,
            Ref(command.ref),
            command.text,
            lang=self.languages[0],
            follower=self,
            accepted=lambda seq, at, text: self._tell(
                wire.Accepted(ref=command.ref, seq=seq, at=at, text=text)
            ),
        )
        if isinstance(outcome, NotAppended):
            self._refuse("conversation_ended", command.ref)
        elif outcome >= HELPED_FROM and outcome > self._helped:
            self._helped = outcome
            self._tell_helplines()

    async def _widen(self, languages: list[str]) -> None:
        if await self._parts.room.widen(self.conversation, languages):
            self.languages += [one for one in languages if one not in self.languages]
            self._news.want(self)
        else:
            self._refuse("not_now", None)

    async def _give_code(self) -> None:
        code = await give_code(self._parts, self.conversation)
        if code is None:
            self._refuse("conversation_ended", None)
        else:
            self._tell(wire.CodeGiven(code=code))

    async def _leave(self, reason: wire.LeaveReason) -> Closing | None:
        if await change(self._parts, self.conversation, SeekerLeft(reason)) is None:
            self._refuse("conversation_ended", None)
        return Closings.ENDED.value if reason == "quick_exit" else None

    async def _erase(self) -> None:
        await erase(self._parts, self.conversation)
        self._parts.relay.unfollow(self.conversation, self)
        self.waiting = False
        self._ended_at = monotonic()
        self._tell(wire.Erased(held=await held_until(self._parts, self.conversation)))

    async def _feedback(self, command: wire.Feedback) -> None:
        record = await self._parts.log.find(self.conversation)
        if self._ended_at is None if record is None else record.phase != "ended":
            self._refuse("not_now", None)
            return
        if record is not None:  # else it was erased, or its time is over; how it was still counts
            await self._parts.log.set_feedback(self.conversation, command.mood, command.helped)
        self._parts.tallies.feedback(command.helped or "unsaid", self._mood, command.mood)
        self._tell(wire.Thanked())

    async def _report(self, reason: wire.ReportReason) -> None:
        record = await self._parts.log.find(self.conversation)
        if record is None:
            self._refuse("conversation_ended", None)
            return
        await raise_cause(
            self._parts,
            self.conversation,
            kind="report",
            seq=record.last,
            reason=reason,
            risk=max(REPORT_RISK[reason], record.risk),
        )
        self._tell(wire.Reported())

    # What the seeker hears

    def hear(self, frame: bytes) -> None:
        """Queue a frame of the relay."""
        self._outbox.put(frame)

    def has_room(self, then: Callable[[], None]) -> bool:
        """See `Follower`."""
        return self._outbox.has_room(then)

    def notice(self, conversation: ConversationId, seq: Seq, entry: LogEntry) -> None:
        """Follow what phase the conversation is in."""
        match entry:
            case SupporterCame():
                self.waiting = False
            case MemberLeft(by="supporter", reason="lost" | "handed_over"):
                self.waiting = True
                self._told = None
                self._news.want(self)
            case ConversationEnded():
                self.waiting = False
                self._ended_at = monotonic()
            case _:
                pass

    def hint(self, conversation: ConversationId, hint: str) -> None:
        """Pass on typing and reading; give way to a newer connection of the same seeker."""
        kind, rest = hint[:1], hint[1:]
        by, _, detail = rest.partition(":")
        match kind:
            case "t" if by in {"supporter", "supervisor"}:
                self._tell(wire.WasTyping(by="supporter" if by == "supporter" else "supervisor"))
            case "r" if by == "supporter" and detail.isdigit():
                self._tell(wire.WasRead(by="supporter", seq=int(detail)))
            case "k" if rest.isdigit():
                self.gives_way(int(rest))
            case _:
                pass

    def lost_tail(self, conversation: ConversationId) -> None:
        """Begin again with an empty page; what is kept follows."""
        self._tell(wire.Reset())

    def gives_way(self, number: int) -> bool:
        """Close for a newer connection of the same seeker; return whether it is newer."""
        if number <= self._number:
            return False
        self._replaced = True
        self._outbox.close(Closings.REPLACED.value)
        return True

    def told_waiting(self, fact: wire.Waiting) -> None:
        """Tell where the seeker stands, if it is news."""
        if self.waiting and fact != self._told:
            self._told = fact
            self._tell(fact)

    def close_if_over(self, now: float) -> None:
        """Close the socket once there was time for feedback."""
        if self._ended_at is not None and now - self._ended_at > limits.AFTER_END_SECONDS:
            self._outbox.close(Closings.ENDED.value)

    async def lost(self) -> None:
        """The socket is gone; the place and the conversation are kept. Raises: StoreError."""
        self._parts.relay.unfollow(self.conversation, self)
        if self._floor.seekers.get(self.conversation) is self:
            del self._floor.seekers[self.conversation]
            if self._replaced:
                return
            await self._parts.log.set_gone(self.conversation, self._parts.now())

    def _tell_helplines(self) -> None:
        lines = self._parts.helplines(self.country)
        self._tell(wire.Helped(country=self.country, helplines=lines))

    def _refuse(self, reason: wire.RefusalReason, ref: str | None) -> None:
        self._tell(wire.Refused(reason=reason, ref=ref))

    def _tell(self, fact: wire.SeekerFact) -> None:
        self._outbox.put(wire.encode(fact))
