"""Accounts in the store: one record for each, written by compare-and-set.

`lua/account.lua` keeps names unique and an administrator there. When someone was last seen
is kept beside the record, so that it is no change of the account.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final, TypeVar

import msgspec

from config.clock import Millis
from config.ids import AccountId
from staff.accounts import (
    Account,
    Change,
    LastAdministrator,
    NameTaken,
    UnknownAccount,
    administers,
    changed,
)
from staff.audit import AuditEntry
from staff.audit_redis import AUDIT, AuditRedis, arguments
from staff.factors import FactorChange, factors_after
from store.client import Store
from store.errors import StoreError
from store.replies import Reply, as_int, as_list, as_map, as_optional_bytes, as_text

_NAMES: Final = "{staff}:names"
_ADMINISTRATORS: Final = "{staff}:administrators"
_SEEN: Final = "{staff}:seen"
_ATTEMPTS: Final = 20
"""More than the people who can change one account at one time."""
_WRITTEN, _CHANGED, _NAME_TAKEN = 1, 0, -1

Changed = TypeVar("Changed", Account, Account | None)

_encoder = msgspec.msgpack.Encoder()
_decoder: msgspec.msgpack.Decoder[Account] = msgspec.msgpack.Decoder(Account)


class AccountsRedis:
    """The accounts that all processes share."""

    def __init__(self, store: Store, audit: AuditRedis | None = None) -> None:
        """Use an open store; without the audit trail, nothing can be added on record."""
        self._store = store
        self._audit = audit
        self._write_account = store.script("staff", "account")

    async def add(self, account: Account, entry: AuditEntry | None = None) -> Account | NameTaken:
        """Keep a new account under its name, and its audit entry."""
        written = await self._write(None, account, entry)
        if written == _CHANGED:
            raise StoreError("There is an account with this id already.")
        return account if written == _WRITTEN else NameTaken()

    async def get(self, account: AccountId) -> Account | None:
        """Return an account by its id."""
        record, seen = await self._store.calls(
            [("GET", _account(account)), ("HGET", _SEEN, account)]
        )
        return _decode(record, seen)

    async def named(self, name: str) -> Account | None:
        """Return an account by its log-in name, given in lower case."""
        found = as_optional_bytes(await self._store.call("HGET", _NAMES, name))
        return None if found is None else await self.get(AccountId(found.decode()))

    async def all(self) -> tuple[Account, ...]:
        """Return all accounts, disabled ones too, by name."""
        names, seen = await self._store.calls([("HVALS", _NAMES), ("HGETALL", _SEEN)])
        ids = [AccountId(as_text(one)) for one in as_list(names)]
        if not ids:
            return ()
        last = as_map(seen)
        records = as_list(await self._store.call("MGET", *(_account(one) for one in ids)))
        found = (_decode(record, last.get(one)) for one, record in zip(ids, records, strict=True))
        return tuple(sorted((one for one in found if one is not None), key=lambda one: one.name))

    async def change(
        self, account: AccountId, change: Change
    ) -> Account | UnknownAccount | LastAdministrator:
        """Make one change, and return the account after it."""
        return await self._committed(account, lambda before: changed(before, change))

    async def change_factors(self, account: AccountId, change: FactorChange) -> Account | None:
        """Change an account's second factors, and return the account after it."""

        def after(before: Account) -> Account | None:
            factors = factors_after(before.factors, change)
            return None if factors is None else replace(before, factors=factors)

        committed = await self._committed(account, after)
        return committed if isinstance(committed, Account) else None

    async def seen(self, account: AccountId, at: Millis) -> None:
        """Remember when this person was last here."""
        await self._store.call("HSET", _SEEN, account, int(at))

    async def _committed(
        self, account: AccountId, after: Callable[[Account], Changed]
    ) -> Changed | UnknownAccount | LastAdministrator:
        """Decide what the account becomes and write it, again if it has changed meanwhile."""
        for _ in range(_ATTEMPTS):
            record, seen = await self._store.calls(
                [("GET", _account(account)), ("HGET", _SEEN, account)]
            )
            before = _decode(record, seen)
            if before is None:
                return UnknownAccount()
            decided = after(before)
            if decided is None:
                return decided
            written = await self._write(as_optional_bytes(record), decided)
            if written != _CHANGED:
                return decided if written == _WRITTEN else LastAdministrator()
        raise StoreError("The account is changed by too many at once; ask again.")

    async def _write(
        self, before: bytes | None, after: Account, entry: AuditEntry | None = None
    ) -> int:
        keys = (_account(after.id), _NAMES, _ADMINISTRATORS, *AUDIT)
        record = _encoder.encode(replace(after, last_seen=None))
        given = (after.id, after.name, before or b"", record, int(administers(after)))
        if entry is None:
            reply = await self._store.run(self._write_account, keys, given)
            return as_int(as_list(reply)[0])
        if self._audit is None:
            raise StoreError("There is no audit trail to put the account on.")
        async with self._audit.turn:
            for _ in range(_ATTEMPTS):
                chained = self._audit.chained(entry)
                args = (*given, *arguments(chained))
                reply = await self._store.run(self._write_account, keys, args)
                taken = self._audit.taken(chained, reply)
                if taken is not None:
                    return taken
        raise StoreError("The audit trail is written by too many at once; ask again.")


def _account(account: AccountId) -> str:
    return f"{{staff}}:account:{account}"


def _decode(record: Reply, seen: Reply) -> Account | None:
    if record is None:
        return None
    account = _decoder.decode(as_optional_bytes(record) or b"")
    return account if seen is None else replace(account, last_seen=Millis(as_int(seen)))
