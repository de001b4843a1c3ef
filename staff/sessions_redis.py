"""Sessions in the store: one record under the hash of each token, listed by account."""

import asyncio
from dataclasses import replace
from typing import Final

import msgspec

from config.clock import Millis
from config.ids import AccountId, Token, hash_token, new_token
from staff.sessions import LIFETIMES, Lifetimes, Session, SessionId, alive, stale
from store.client import Store
from store.errors import StoreError
from store.replies import as_int, as_list, as_optional_bytes, as_text

_REVOKED: Final = "{staff}:revoked"
_COUNT: Final = "{staff}:revocations"
_ATTEMPTS: Final = 20
"""More than one session is asked about at one time."""

_encoder = msgspec.msgpack.Encoder()
_decoder: msgspec.msgpack.Decoder[Session] = msgspec.msgpack.Decoder(Session)


class SessionsRedis:
    """The sessions that all processes share."""

    def __init__(self, store: Store, lifetimes: Lifetimes = LIFETIMES) -> None:
        """Use an open store."""
        self._store = store
        self._lifetimes = lifetimes
        self._begin = store.script("staff", "begin")
        self._renew = store.script("staff", "renew")
        self._revoke = store.script("staff", "revoke")

    @property
    def revocations(self) -> str:
        """The sharded channel on which the id of each revoked session is published."""
        return _REVOKED

    async def begin(self, account: AccountId, now: Millis) -> Token:
        """Begin a session; the token is not kept and can't be had again."""
        token = new_token()
        session = Session(SessionId(hash_token(token)), account, now, now, now)
        keys = (_session(session.id), _sessions(account))
        life = int(self._lifetimes.absolute * 1000)
        await self._store.run(
            self._begin, keys, (session.id, _encoder.encode(session), int(now), life)
        )
        return token

    async def find(self, token: str, now: Millis) -> Session | None:
        """Return the live session of a token, and take the call as a sign of life."""
        return await self.look(SessionId(hash_token(token)), now)

    async def look(self, id_: SessionId, now: Millis) -> Session | None:
        """Return a session by its id, if it is live, and take the call as a sign of life."""
        record = await self._record(id_)
        session = None if record is None else _decoder.decode(record)
        if record is None or session is None or not alive(session, self._lifetimes, now):
            return None
        if not stale(session, self._lifetimes, now):
            return session
        renewed = replace(session, seen=now)
        written = await self._written(record, renewed)
        return None if written < 0 else renewed if written else session

    async def confirm(self, id_: SessionId, now: Millis) -> bool:
        """Remember that its owner has just proved who they are; False if it is over."""
        for _ in range(_ATTEMPTS):
            record = await self._record(id_)
            session = None if record is None else _decoder.decode(record)
            if record is None or session is None or not alive(session, self._lifetimes, now):
                return False
            written = await self._written(record, replace(session, seen=now, confirmed=now))
            if written:
                return written > 0
        raise StoreError("The session is used by too many at once; ask again.")

    async def of(self, account: AccountId, now: Millis) -> tuple[Session, ...]:
        """Return the live sessions of an account, the oldest first."""
        ids = await self._listed(account)
        if not ids:
            return ()
        records = as_list(await self._store.call("MGET", *(_session(one) for one in ids)))
        kept = [_decoder.decode(one) for one in map(as_optional_bytes, records) if one is not None]
        return tuple(one for one in kept if alive(one, self._lifetimes, now))

    async def revoke(self, session: Session) -> None:
        """End one session now. Ending it twice does nothing more."""
        await self._end(session.account, session.id)

    async def revoke_all(self, account: AccountId, but: SessionId | None = None) -> None:
        """End all sessions of an account now, but perhaps the one that asks for it.

        Looks again until none is left, as one may begin in between.
        """
        while ids := [one for one in await self._listed(account) if one != but]:
            await asyncio.gather(*(self._end(account, one) for one in ids))

    async def count_revoked(self) -> int:
        """Return how many sessions were ever revoked: it changes whenever one is."""
        return int(as_optional_bytes(await self._store.call("GET", _COUNT)) or b"0")

    async def _record(self, id_: SessionId) -> bytes | None:
        return as_optional_bytes(await self._store.call("GET", _session(id_)))

    async def _written(self, record: bytes, after: Session) -> int:
        """Write a session if its record is still this one: 1, else 0, or -1 if it is over."""
        given = (record, _encoder.encode(after))
        return as_int(await self._store.run(self._renew, (_session(after.id),), given))

    async def _listed(self, account: AccountId) -> list[SessionId]:
        reply = await self._store.call("ZRANGE", _sessions(account), 0, -1)
        return [SessionId(as_text(one)) for one in as_list(reply)]

    async def _end(self, account: AccountId, session: SessionId) -> None:
        keys = (_session(session), _sessions(account), _REVOKED, _COUNT)
        await self._store.run(self._revoke, keys, (session,))


def _session(session: SessionId) -> str:
    return f"{{staff}}:session:{session}"


def _sessions(account: AccountId) -> str:
    return f"{{staff}}:sessions:{account}"
