"""A seeker: enters without an account, waits, is matched, talks, leaves, says how it was."""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence

from client.errors import ClientError
from client.http import Reply, ask
from client.log import Line
from client.person import PATIENCE_SECONDS, Person
from client.talk import Talk
from client.wire import Fact, encode
from client.work import prove

PARTING_SECONDS = 2.0
"""How long a seeker who parts waits for the server to confirm it."""


class Seeker(Person):
    """One conversation from the seeker's side.

    Usage: `async with Seeker(url, language="en") as seeker: await seeker.says("hi")`.
    With `code`, a return code, it comes back to a conversation instead of opening one.
    """

    def __init__(
        self,
        url: str,
        *,
        language: str = "en",
        topics: Sequence[str] = (),
        opening: str = "",
        mood: int | None = None,
        country: str | None = None,
        code: str = "",
        forwarded_for: str = "",
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        """Nothing is sent before the context is entered.

        `forwarded_for` is the address to enter from, for many simulated seekers on one machine;
        only a server that trusts this machine as its proxy believes it.
        """
        super().__init__(url, "/ws/seeker", patience)
        self.conversation = ""
        self.name = ""
        self.phase = ""
        """`waiting`, `talking` or `ended`; empty before the conversation exists."""
        self.supporter = ""
        """The display name of the supporter who is here; empty while there is none."""
        self.place: int | None = None
        """How many are before this seeker; None until the server has said."""
        self._enter: dict[str, object] = {
            "language": language,
            "topics": list(topics),
            "opening": opening,
            "mood": mood,
            "country": country,
        }
        self._code = code
        self._forwarded_for = forwarded_for
        if forwarded_for:
            self._connection.headers["X-Forwarded-For"] = forwarded_for
        self._token = ""
        self._talk = Talk("seeker", self._inbox, self._connection.send, self._ref, {})

    @property
    def transcript(self) -> Sequence[Line]:
        """All lines so far, in the order of the log: (seq, by, text)."""
        return self._talk.transcript

    @property
    def doubles(self) -> int:
        """How many entries came again and were dropped."""
        return self._talk.log.doubles

    async def says(self, text: str, *, ref: str = "", seconds: float | None = None) -> int:
        """Say a line; return its seq once it is durable. A `ref` used before makes it a resend.

        Raises:
            Refused: the server did not take it.
            TimedOut: not yet answered; it stays in the outbox and is sent again on reconnect.
        """
        return await self._talk.says(text, ref, seconds or self.patience)

    async def sees(self, text: str | None = None, *, seconds: float | None = None) -> Line:
        """Return the next line of somebody else that reads `text` (None: any)."""
        return await self._talk.sees(text, seconds or self.patience)

    async def matched(self, *, seconds: float | None = None) -> str:
        """Wait until a supporter is here; return the supporter's display name."""
        return await self._inbox.until(
            lambda: self.supporter or None, "matched", seconds or self.patience
        )

    async def ended(self, *, seconds: float | None = None) -> None:
        """Wait until the conversation is over."""
        await self._inbox.until(
            lambda: self.phase == "ended" or None, "ended", seconds or self.patience
        )

    async def types(self) -> None:
        """Tell the others that something is being written."""
        await self._connection.send(encode("typing"))

    async def reads(self) -> None:
        """Tell the others that everything so far was read."""
        await self._connection.send(encode("read", seq=self._talk.log.position))

    async def widens(self, languages: Sequence[str]) -> None:
        """Accept these languages as well; a `waiting` follows only if that changes anything."""
        await self._connection.send(encode("widen", languages=list(languages)))

    async def asks_code(self) -> str:
        """Return a return code, with which another client comes back to this conversation."""
        return (await self._asks("code_given", encode("request_code"))).text("code")

    async def leaves(self, reason: str = "done") -> None:
        """End the conversation; returns when it is over."""
        if self.phase != "ended":
            await self._asks("ended", encode("leave", reason=reason))

    async def erases(self) -> None:
        """Erase all that was said, for everybody; returns when it is gone. It ends the talk."""
        await self._asks("erased", encode("erase"))

    async def parts(self) -> None:
        """Leave if the conversation still goes on, so that no supporter is kept; never raises."""
        with contextlib.suppress(ClientError, TimeoutError):
            async with asyncio.timeout(PARTING_SECONDS):
                await self.leaves("not_now")

    async def gives_feedback(self, *, mood: int | None = None, helped: str | None = None) -> None:
        """Say how it was, after the end."""
        await self._asks("thanked", encode("feedback", mood=mood, helped=helped))

    async def reports(self, reason: str) -> None:
        """Tell the supervisors that something is wrong."""
        await self._asks("reported", encode("report", reason=reason))

    async def knock(self) -> tuple[bytes, str]:
        """Enter, or come back to the conversation that there is."""
        if self._token:
            return encode("resume", token=self._token, since=self._talk.log.position), ""
        if self._code:
            return encode("come_back", code=self._code), ""
        reply = await self._asks_to_enter({})
        if "challenge" in reply.fields:
            reply = await self._asks_to_enter({"proof": await prove(reply.fields["challenge"])})
        return encode("enter", admission=reply.text("admission"), **self._enter), ""

    async def _asks_to_enter(self, body: Mapping[str, object]) -> Reply:
        return await ask(
            self.url,
            "/api/enter",
            body,
            forwarded_for=self._forwarded_for,
            seconds=self.patience,
        )

    def _take(self, fact: Fact) -> Sequence[bytes]:
        for shown in self._talk.hear(fact):
            self._note(shown)
            self._show(shown)
        if self._talk.log.holed:
            self._connection.mend(self._talk.log)
        if fact.kind in ("entered", "resumed"):
            return [*self._talk.outbox.unanswered, *self._let_in()]
        return ()

    def _note(self, fact: Fact) -> None:
        """Keep what the fact says of this conversation."""
        match fact.kind:
            case "entered" | "resumed":
                self.conversation = fact.text("conversation")
                self.name = fact.text("name")
                self.phase = fact.text("phase") or "waiting"
                self._token = fact.text("token") or self._token
            case "waiting":
                self.place = fact.number("place")
                self.phase = "waiting"
            case "matched":
                self.supporter = fact.text("supporter")
                self.phase = "talking"
            case "left" if fact.text("by") == "supporter":
                self.supporter = ""
            case "ended":
                self.phase = "ended"
            case "erased":
                self.phase = "ended"
                self._talk.log.reset()
            case _:
                pass

    async def _asks(self, kind: str, frame: bytes) -> Fact:
        return await self._ask(frame, kind, lambda fact: fact.kind == kind or _no(fact))

    def __repr__(self) -> str:
        """Without what was said, and without the token."""
        return f"Seeker({self.conversation or 'new'}, {self.phase or 'outside'})"


def _no(fact: Fact) -> bool:
    """Return whether this is a refusal of something other than a line."""
    return fact.kind == "refused" and not fact.has("ref")
