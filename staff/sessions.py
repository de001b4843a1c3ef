"""The sessions of staff: how long one lives, and the port to where they are kept.

The token is said once, to its owner; the store holds its hash, and that hash is the
session's id. A session ends some hours after log-in, or after a time without a sign of life
(`config/limits.py`), or when it is revoked. A revocation is published, so that web closes the
live sockets of the session, and counted: since a wake-up may get lost, web reads the count each
second, and looks its sessions up when it has changed.
"""

from dataclasses import dataclass
from typing import Final, NewType, Protocol

from config import limits
from config.clock import Millis, Seconds
from config.ids import AccountId, Token

_RENEWAL: Final = Seconds(60)
_ABSOLUTE: Final = Seconds(limits.SESSION_SECONDS)
_IDLE: Final = Seconds(limits.SESSION_IDLE_SECONDS)

NEVER: Final = Millis(0)

SessionId = NewType("SessionId", str)
"""One log-in of one account: the hash of its token."""


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """How long a session lives."""

    absolute: Seconds = _ABSOLUTE
    """A long shift; the next one begins with a log-in."""
    idle: Seconds = _IDLE
    """A computer left open in a shared room."""
    renewal: Seconds = _RENEWAL
    """Signs of life are written at most this often, so that reading a page is no write."""


LIFETIMES: Final = Lifetimes()


@dataclass(frozen=True, slots=True)
class Session:
    """One log-in of one account."""

    id: SessionId
    account: AccountId
    begun: Millis
    seen: Millis
    """The last sign of life, to `Lifetimes.renewal`."""
    confirmed: Millis = NEVER
    """When its owner last proved who they are: at log-in, or before a grave act since."""


def alive(session: Session, lifetimes: Lifetimes, now: Millis) -> bool:
    """Say whether the session may still be used."""
    old = now - session.begun >= lifetimes.absolute * 1000
    idle = now - session.seen >= lifetimes.idle * 1000
    return not (old or idle)


def stale(session: Session, lifetimes: Lifetimes, now: Millis) -> bool:
    """Say whether a sign of life is due to be written."""
    return now - session.seen >= lifetimes.renewal * 1000


def confirmed(session: Session, now: Millis) -> bool:
    """Say whether its owner proved lately enough who they are, for a grave act."""
    return now - session.confirmed < limits.CONFIRMED_SECONDS * 1000


class Sessions(Protocol):
    """Where sessions are kept."""

    @property
    def revocations(self) -> str:
        """The sharded channel on which the id of each revoked session is published."""
        ...

    async def begin(self, account: AccountId, now: Millis) -> Token:
        """Begin a session; the token is not kept and can't be had again."""
        ...

    async def find(self, token: str, now: Millis) -> Session | None:
        """Return the live session of a token, and take the call as a sign of life."""
        ...

    async def look(self, id_: SessionId, now: Millis) -> Session | None:
        """Return a session by its id, if it is live, and take the call as a sign of life."""
        ...

    async def confirm(self, id_: SessionId, now: Millis) -> bool:
        """Remember that its owner has just proved who they are; False if it is over."""
        ...

    async def of(self, account: AccountId, now: Millis) -> tuple[Session, ...]:
        """Return the live sessions of an account, the oldest first."""
        ...

    async def revoke(self, session: Session) -> None:
        """End one session now. Ending it twice does nothing more."""
        ...

    async def revoke_all(self, account: AccountId, but: SessionId | None = None) -> None:
        """End all sessions of an account now, but perhaps the one that asks for it."""
        ...

    async def count_revoked(self) -> int:
        """Return how many sessions were ever revoked: it changes whenever one is."""
        ...
