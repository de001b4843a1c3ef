"""One conversation on the screen of a person of staff, and what may be done in it.

Which of it a person may do is for the server to say: it answers with a refusal.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

from client.errors import Refused
from client.inbox import Inbox
from client.log import Line
from client.outbox import Answer, Outbox
from client.talk import Refs, Talk
from client.wire import Fact, encode

_STAFF_ENTRIES = frozenset({"noted", "whispered", "remark_unreadable"})


class Desk(Protocol):
    """What a conversation needs of the client it belongs to."""

    patience: float

    @property
    def inbox(self) -> Inbox:
        """Where the client hears."""
        ...

    async def send(self, frame: bytes) -> None:
        """Send a frame, if there is a socket."""
        ...

    async def ask(self, frame: bytes, what: str, answers: Callable[[Fact], bool]) -> Fact:
        """Send a command and return the fact that answers it."""
        ...


class Conversation:
    """A conversation by its id; kept by the client, which hands it each fact about it."""

    def __init__(self, conversation: str, desk: Desk, refs: Refs) -> None:
        """Nothing is known before `opened`."""
        self.id = conversation
        self.part = ""
        """`supporter`, `member` or `watcher`."""
        self.name = ""
        self.phase = ""
        self.language = ""
        self.topics: Sequence[str] = ()
        self.risk = 0
        """The highest level heard of so far."""
        self.connected = True
        """Whether the seeker is connected."""
        self.closed = ""
        """Why it is no longer on this screen; empty while it is."""
        self.flags: dict[int, Fact] = {}
        """The latest `flagged` for each line, by seq."""
        self._staff: dict[int, Fact] = {}
        self._desk = desk
        self._refs = refs
        self._scope = {"conversation": conversation}
        self._talk = Talk("supporter", desk.inbox, desk.send, refs, self._scope)
        self._notes = Outbox()

    @property
    def transcript(self) -> Sequence[Line]:
        """All lines so far, in the order of the log: (seq, by, text)."""
        return self._talk.transcript

    @property
    def staff_log(self) -> Sequence[Fact]:
        """Notes and whispers, in order; the seeker has no part in them."""
        return [self._staff[n] for n in sorted(self._staff)]

    @property
    def doubles(self) -> int:
        """How many entries came again and were dropped."""
        return self._talk.log.doubles

    @property
    def holed(self) -> bool:
        """Whether an entry is missing before one that has come."""
        return self._talk.log.holed

    @property
    def unanswered(self) -> Sequence[bytes]:
        """The frames to send again after a reconnect."""
        return [*self._talk.outbox.unanswered, *self._notes.unanswered]

    # What anybody in it does

    async def says(self, text: str, *, ref: str = "", seconds: float | None = None) -> int:
        """Say a line; return its seq once it is durable. A `ref` used before makes it a resend.

        Raises:
            Refused: the server did not take it.
            TimedOut: not yet answered; it is sent again on reconnect.
        """
        return await self._talk.says(text, ref, seconds or self._desk.patience)

    async def sees(self, text: str | None = None, *, seconds: float | None = None) -> Line:
        """Return the next line of somebody else that reads `text` (None: any)."""
        return await self._talk.sees(text, seconds or self._desk.patience)

    async def hears(self, kind: str, *, seconds: float | None = None) -> Fact:
        """Return the latest fact of a staff kind for this conversation, waiting for the first.

        Kinds: `flagged`, `noted`, `whispered`.
        """
        return await self._desk.inbox.until(
            lambda: self._latest(kind), kind, seconds or self._desk.patience
        )

    async def ended(self, *, seconds: float | None = None) -> None:
        """Wait until the conversation is over."""
        await self._desk.inbox.until(
            lambda: self.phase == "ended" or None, "ended", seconds or self._desk.patience
        )

    async def types(self) -> None:
        """Tell the others that something is being written."""
        await self._desk.send(encode("typing", **self._scope))

    async def reads(self) -> None:
        """Tell the others that everything so far was read."""
        await self._desk.send(encode("read", **self._scope, seq=self._talk.log.position))

    async def notes(self, text: str) -> int:
        """Keep a note that only staff see; return its number in the staff's log."""
        return await self._writes("note", text)

    # What its supporter does

    async def asks_help(self, reason: str) -> str:
        """Call a supervisor; return the id of the escalation."""
        fact = await self._asks("ask_help", "help_asked", reason=reason)
        return fact.text("escalation")

    async def hands_over(self, reason: str) -> None:
        """Give the conversation back to the waiting room."""
        await self._asks("hand_over", "closed", reason=reason)

    async def ends(self, outcome: str) -> None:
        """End the conversation."""
        await self._asks("end", "ended", outcome=outcome)

    async def says_wrong_flag(self, seq: int) -> None:
        """Say that the flag on a line was wrong."""
        await self._asks("wrong_flag", "flagged", seq=seq)

    # What a supervisor does in it

    async def whispers(self, text: str) -> int:
        """Say something to the supporter that the seeker never sees."""
        return await self._writes("whisper", text)

    async def steps_out(self) -> None:
        """Stop reading along, or step out after joining."""
        await self._asks("unwatch", "closed")

    # What its client hands it

    def open(self, fact: Fact) -> Sequence[Fact]:
        """Take the state and the whole backlog in; return the entries that are new."""
        self.part = fact.text("part")
        self.name = fact.text("name")
        self.phase = fact.text("phase")
        self.language = fact.text("language")
        self.topics = fact.texts("topics")
        self.risk = fact.number("risk")
        self.connected = fact.true("connected", default=True)
        self.closed = ""
        self._talk.author = "supporter" if self.part == "supporter" else "supervisor"
        entries = [*fact.rows("backlog"), *fact.rows("staff")]
        first = min((entry.number("seq") for entry in fact.rows("backlog")), default=1)
        if first > self._talk.log.position + 1:
            self._talk.log.reset()
        return [shown for entry in entries for shown in self._catch_up(entry)]

    def hear(self, fact: Fact) -> Sequence[Fact]:
        """Take a fact of this conversation in; return the facts to show, in order."""
        match fact.kind:
            case "flagged":
                self.flags[fact.number("seq")] = fact
                self.risk = max(self.risk, fact.number("risk"))
            case "noted" | "whispered" | "remark_unreadable":
                self._staff[fact.number("n")] = fact
            case "presence":
                self.connected = fact.true("connected", default=True)
            case "closed":
                self.closed = fact.text("reason") or "closed"
                if self.closed in ("erased", "expired"):
                    self._forget()
            case "accepted" if self._settles(fact, Answer(seq=fact.number("seq"))):
                pass
            case "refused" if self._settles(fact, Answer(refusal=fact.text("reason"))):
                pass
            case _:
                shown = self._talk.hear(fact)
                for entry in shown:
                    self._note(entry)
                return shown
        return (fact,)

    def ask_again(self) -> bytes:
        """Return what asks for it after a lost connection, when it was not opened by itself."""
        return encode("watch" if self.part == "watcher" else "resume", **self._scope)

    def lose(self, reason: str) -> None:
        """Learn that it went on without this person while they were away."""
        self.closed = reason
        for outbox in (self._talk.outbox, self._notes):
            outbox.give_up(Answer(refusal=reason))

    def _forget(self) -> None:
        """Forget all that was said and written."""
        self.phase = "ended"
        self._talk.log.reset()
        self._staff.clear()
        self.flags.clear()

    def _catch_up(self, entry: Fact) -> Sequence[Fact]:
        """Take an entry of a backlog in, unless it is known."""
        if entry.kind in _STAFF_ENTRIES:
            known = entry.number("n") in self._staff
        else:
            known = entry.kind != "flagged" and entry.number("seq") <= self._talk.log.position
        return () if known else self.hear(entry)

    def _note(self, entry: Fact) -> None:
        if entry.kind == "ended":
            self.phase = "ended"
        elif entry.kind == "matched":
            self.phase = "talking"
        elif entry.kind == "left" and entry.text("by") == "supporter":
            self.phase = "waiting"

    def _latest(self, kind: str) -> Fact | None:
        if kind == "flagged":
            return self.flags[max(self.flags)] if self.flags else None
        return next((fact for fact in reversed(self.staff_log) if fact.kind == kind), None)

    def _settles(self, fact: Fact, answer: Answer) -> bool:
        return fact.has("ref") and self._notes.settle(fact.text("ref"), answer) is not None

    async def _writes(self, kind: str, text: str) -> int:
        ref = self._refs()
        frame = encode(kind, **self._scope, ref=ref, text=text)
        self._notes.keep(ref, frame, text)
        await self._desk.send(frame)
        answer = await self._desk.inbox.until(
            lambda: self._notes.answer(ref), kind, self._desk.patience
        )
        if answer.refusal:
            raise Refused(answer.refusal)
        return answer.seq

    async def _asks(self, kind: str, answer: str, **fields: object) -> Fact:
        frame = encode(kind, **self._scope, **fields)
        return await self._desk.ask(frame, answer, lambda fact: self._answers(fact, answer))

    def _answers(self, fact: Fact, kind: str) -> bool:
        refused = fact.kind == "refused" and not fact.has("ref")
        return (fact.kind == kind or refused) and fact.text("conversation") == self.id

    def __repr__(self) -> str:
        """Without what was said."""
        return f"Conversation({self.id}, {self.part}, {self.phase}, {self._talk.log!r})"
