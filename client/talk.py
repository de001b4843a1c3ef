"""One conversation as one member has it: the log, the outbox, and the saying and seeing of lines.

Shared by the seeker, who has one, and by people of staff, who have one for each conversation.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol

from client.errors import Refused
from client.inbox import Inbox
from client.log import Entry, Line, Log
from client.outbox import Answer, Outbox
from client.wire import Fact, encode

ENTRIES = frozenset({"said", "matched", "joined", "left", "ended", "unreadable"})
"""The kinds of facts that are entries of a conversation's log."""


class Refs(Protocol):
    """Gives each line of one client a ref of its own."""

    def __call__(self) -> str:
        """Return a ref that was never given before."""
        ...


class Talk:
    """Lines said and lines seen. Its repr counts only."""

    def __init__(
        self,
        author: str,
        inbox: Inbox,
        send: Callable[[bytes], Awaitable[None]],
        refs: Refs,
        scope: Mapping[str, str],
    ) -> None:
        """`author` is who this member is in the log; `scope` goes into each command."""
        self.author = author
        self.log = Log()
        self.outbox = Outbox()
        self._inbox = inbox
        self._send = send
        self._refs = refs
        self._scope = scope
        self._seen = 0

    @property
    def transcript(self) -> Sequence[Line]:
        """All lines up to which nothing is missing, in the order of the log."""
        return self.log.lines

    async def says(self, text: str, ref: str, seconds: float) -> int:
        """Say a line and return its seq once it is durable; a used ref makes it a resend.

        Raises:
            Refused: the server did not take it.
            TimedOut: no answer yet; the line stays in the outbox and may still be taken.
        """
        ref = ref or self._refs()
        frame = encode("say", **self._scope, ref=ref, text=text)
        self.outbox.keep(ref, frame, text)
        await self._send(frame)
        answer = await self._inbox.until(lambda: self.outbox.answer(ref), "accepted", seconds)
        if answer.refusal:
            raise Refused(answer.refusal)
        return answer.seq

    async def sees(self, text: str | None, seconds: float) -> Line:
        """Return the next line of somebody else that reads `text` (None: any).

        Lines before it are passed over: a second call looks only at later lines.
        """
        return await self._inbox.until(lambda: self._next(text), "said", seconds)

    def hear(self, fact: Fact) -> Sequence[Fact]:
        """Take a fact of this conversation in; return the facts to show, in order."""
        if fact.kind in ENTRIES:
            return self._enter(fact)
        if fact.kind == "accepted":
            return self._accept(fact)
        if fact.kind == "refused" and fact.has("ref"):
            self.outbox.settle(fact.text("ref"), Answer(refusal=fact.text("reason")))
        elif fact.kind == "reset":
            self.log.reset()
        return (fact,)

    def _enter(self, fact: Fact) -> Sequence[Fact]:
        seq, line = fact.number("seq"), None
        if fact.kind == "said":
            line = Line(seq, fact.text("by"), fact.text("text"))
            if fact.has("ref"):
                self.outbox.settle(fact.text("ref"), Answer(seq=seq))
        return [entry.fact for entry in self.log.hear(Entry(seq, fact, line))]

    def _accept(self, fact: Fact) -> Sequence[Fact]:
        seq = fact.number("seq")
        text = self.outbox.settle(fact.text("ref"), Answer(seq=seq))
        if text is None:
            return ()
        line = Line(seq, self.author, fact.text("text") or text)
        return [entry.fact for entry in self.log.hear(Entry(seq, fact, line))]

    def _next(self, text: str | None) -> Line | None:
        lines = self.log.lines
        for index in range(_after(lines, self._seen), len(lines)):
            line = lines[index]
            if line.by != self.author and text in (None, line.text):
                self._seen = line.seq
                return line
        return None

    def __repr__(self) -> str:
        """Without what was said."""
        return f"Talk({self.log!r}, {self.outbox!r})"


def _after(lines: Sequence[Line], seq: int) -> int:
    """Return the index of the first line later than `seq`; new lines are at the end."""
    index = len(lines)
    while index and lines[index - 1].seq > seq:
        index -= 1
    return index
