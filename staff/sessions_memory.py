"""Sessions in memory: the same promises for one process. For tests."""

from dataclasses import replace

from config.clock import Millis
from config.ids import AccountId, Token, hash_token, new_token
from staff.sessions import LIFETIMES, Lifetimes, Session, SessionId, alive, stale


class SessionsMemory:
    """Sessions without a store. No method waits, so each is atomic."""

    def __init__(self, lifetimes: Lifetimes = LIFETIMES) -> None:
        """Begin without sessions."""
        self._lifetimes = lifetimes
        self._sessions: dict[SessionId, Session] = {}
        self._revoked = 0

    @property
    def revocations(self) -> str:
        """A name on which nothing is ever published."""
        return "memory"

    async def begin(self, account: AccountId, now: Millis) -> Token:
        """Begin a session; the token is not kept and can't be had again."""
        token = new_token()
        session = SessionId(hash_token(token))
        self._sessions[session] = Session(session, account, now, now, now)
        return token

    async def find(self, token: str, now: Millis) -> Session | None:
        """Return the live session of a token, and take the call as a sign of life."""
        return await self.look(SessionId(hash_token(token)), now)

    async def look(self, id_: SessionId, now: Millis) -> Session | None:
        """Return a session by its id, if it is live, and take the call as a sign of life."""
        session = self._sessions.get(id_)
        if session is None or not alive(session, self._lifetimes, now):
            return None
        if stale(session, self._lifetimes, now):
            session = self._sessions[session.id] = replace(session, seen=now)
        return session

    async def confirm(self, id_: SessionId, now: Millis) -> bool:
        """Remember that its owner has just proved who they are; False if it is over."""
        session = await self.look(id_, now)
        if session is not None:
            self._sessions[id_] = replace(session, confirmed=now)
        return session is not None

    async def of(self, account: AccountId, now: Millis) -> tuple[Session, ...]:
        """Return the live sessions of an account, the oldest first."""
        mine = [one for one in self._sessions.values() if one.account == account]
        live = [one for one in mine if alive(one, self._lifetimes, now)]
        return tuple(sorted(live, key=lambda one: (one.begun, one.id)))

    async def revoke(self, session: Session) -> None:
        """End one session now. Ending it twice does nothing more."""
        self._sessions.pop(session.id, None)
        self._revoked += 1

    async def revoke_all(self, account: AccountId, but: SessionId | None = None) -> None:
        """End all sessions of an account now, but perhaps the one that asks for it."""
        mine = [one.id for one in self._sessions.values() if one.account == account]
        for session in mine:
            if session != but:
                del self._sessions[session]
                self._revoked += 1

    async def count_revoked(self) -> int:
        """Return how many sessions were ever revoked: it changes whenever one is."""
        return self._revoked
