"""What supporters and supervisors have in common: log in over HTTP, attend, conversations by id."""

from collections.abc import Callable, Sequence

from client.conversation import Conversation
from client.errors import Denied, Unreachable
from client.http import Reply, ask
from client.inbox import Inbox
from client.person import PATIENCE_SECONDS, Person
from client.wire import Fact, encode

COOKIE = "__Host-benchside"
"""The session's cookie; kept here by hand, since there is no browser to keep it."""
PENDING_COOKIE = "__Host-benchside-login"
"""The cookie of a log-in that waits for its second factor."""

Code = Callable[[], str]
"""Makes the code that a code generator shows now (TOTP): six digits, each accepted once."""


class Staff(Person):
    """One person of staff on one socket. Neither password nor cookie is in its repr."""

    def __init__(
        self,
        url: str,
        name: str,
        password: str,
        *,
        code: Code | None = None,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        """`name` is the one to log in with. Nothing is sent before the context is entered.

        `code` is asked at each log-in of an account with a code generator. Without one, and for
        an account with passkeys alone, there is no way in: `Denied` with `second_factor`.
        """
        super().__init__(url, "/ws/staff", patience)
        self.account = ""
        self.name = name
        """The log-in name, and once attending the name that the server tells."""
        self.role = ""
        self.trained_to: int | None = None
        self.conversations: dict[str, Conversation] = {}
        """Those on this screen, and those that have ended and were not forgotten."""
        self._login: dict[str, object] = {"name": name, "password": password}
        self._code = code
        self._cookie = ""
        self._lost: set[str] = set()
        """Conversations that were asked for since it is not known whether they go on."""

    def forget(self, conversation: Conversation) -> None:
        """Let a conversation that is over go from memory."""
        self.conversations.pop(conversation.id, None)

    @property
    def inbox(self) -> Inbox:
        """Where this client hears; its conversations wait there."""
        return self._inbox

    async def send(self, frame: bytes) -> None:
        """Send a frame, if there is a socket."""
        await self._connection.send(frame)

    async def ask(self, frame: bytes, what: str, answers: Callable[[Fact], bool]) -> Fact:
        """Send a command and return the fact that answers it.

        Raises:
            Refused: the answer is a refusal.
            TimedOut: no answer within `patience`.
        """
        return await self._ask(frame, what, answers)

    async def knock(self) -> tuple[bytes, str]:
        """Log in if need be, and fetch an admission for the socket."""
        try:
            admission = await self._let_through()
        except Denied as denied:
            if denied.status >= 500:
                raise Unreachable(denied.reason) from None
            raise
        return encode("attend", admission=admission), f"{COOKIE}={self._cookie}"

    async def _let_through(self) -> str:
        """Return an admission; log in if nobody has yet, or if the session is over."""
        if not self._cookie:
            await self._log_in()
        try:
            return await self._admission()
        except Denied as denied:
            if denied.status != 401:
                raise
        await self._log_in()
        return await self._admission()

    async def _log_in(self) -> None:
        reply = await ask(self.url, "/api/staff/login", self._login, seconds=self.patience)
        self._cookie = reply.cookie(COOKIE) or await self._prove(reply)

    async def _prove(self, asked: Reply) -> str:
        """Give the second factor that a log-in asks for; return the session's cookie."""
        if self._code is None or "totp" not in asked.texts("factor"):
            raise Denied(401, "second_factor")
        reply = await ask(
            self.url,
            "/api/staff/login/factor",
            {"method": "totp", "code": self._code()},
            cookie=f"{PENDING_COOKIE}={asked.cookie(PENDING_COOKIE)}",
            seconds=self.patience,
        )
        return reply.cookie(COOKIE)

    async def _admission(self) -> str:
        cookie = f"{COOKIE}={self._cookie}"
        reply = await ask(
            self.url, "/api/staff/admission", {}, cookie=cookie, seconds=self.patience
        )
        return reply.text("admission")

    def _take(self, fact: Fact) -> Sequence[bytes]:
        match fact.kind:
            case "attending":
                return self._attending(fact)
            case "opened":
                return self._opened(fact)
            case "refused" if not fact.has("ref") and fact.text("conversation") in self._lost:
                self._gone(fact)
            case "refused" if fact.has("ref"):
                for conversation in self.conversations.values():
                    conversation.hear(fact)
                self._show(fact)
            case _:
                self._about(fact)
        return ()

    def _attending(self, fact: Fact) -> Sequence[bytes]:
        self.account = fact.text("account")
        self.name = fact.text("name") or self.name
        self.role = fact.text("role")
        self.trained_to = fact.number("trained_to") if fact.has("trained_to") else None
        self._show(fact)
        return [*self._again(), *self._let_in(), *self._ask_for_lost(fact.texts("open"))]

    def _ask_for_lost(self, opened: Sequence[str]) -> Sequence[bytes]:
        """Ask for what is on this screen and is not opened by itself: it may be over meanwhile."""
        self._lost = {
            id_
            for id_, one in self.conversations.items()
            if id_ not in opened and one.phase != "ended" and not one.closed
        }
        return [self.conversations[id_].ask_again() for id_ in self._lost]

    def _gone(self, fact: Fact) -> None:
        """Take from the screen what is over, or somebody else's."""
        id_ = fact.text("conversation")
        self._lost.discard(id_)
        conversation = self.conversations.get(id_)
        if conversation is not None:
            conversation.lose(fact.text("reason"))
            self.forget(conversation)
        self._show(fact)

    def _opened(self, fact: Fact) -> Sequence[bytes]:
        name = fact.text("conversation")
        self._lost.discard(name)
        conversation = self.conversations.get(name)
        is_new = conversation is None
        if conversation is None:
            conversation = Conversation(name, self, self._ref)
            self.conversations[name] = conversation
        entries = conversation.open(fact)
        self._welcome(conversation, is_new)
        self._show(fact)
        for entry in entries:
            self._show(entry)
        return conversation.unanswered

    def _about(self, fact: Fact) -> None:
        """Hand a fact to the conversation that it is about, and show what comes of it."""
        conversation = self.conversations.get(fact.text("conversation"))
        for shown in conversation.hear(fact) if conversation else (fact,):
            self._show(shown)
        if conversation and conversation.holed:
            self._connection.mend(conversation)
        if conversation and fact.kind == "closed":
            self.forget(conversation)

    # What supporters and supervisors add

    def _again(self) -> Sequence[bytes]:
        """Return what to say again after each (re)connection."""
        return ()

    def _welcome(self, conversation: Conversation, is_new: bool) -> None:
        """Learn that a conversation has opened on this screen."""

    def __repr__(self) -> str:
        """Without name, password or cookie."""
        return f"{type(self).__name__}({self.account or 'outside'})"


async def change_password(url: str, name: str, old: str, new: str) -> None:
    """Log in with a password (or one-time passphrase) and put another in its place.

    Raises:
        Denied: the old one is wrong, or the new one won't do.
    """
    reply = await ask(url, "/api/staff/login", {"name": name, "password": old})
    cookie = f"{COOKIE}={reply.cookie(COOKIE)}"
    await ask(url, "/api/staff/password", {"old": old, "new": new}, cookie=cookie)
