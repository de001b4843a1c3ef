"""Accounts in memory: the same promises for one process. For tests."""

from dataclasses import replace

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
from staff.audit_memory import AuditMemory
from staff.factors import FactorChange, factors_after


class AccountsMemory:
    """Accounts without a store. No method waits, so each is atomic."""

    def __init__(self, audit: AuditMemory | None = None) -> None:
        """Begin without accounts; the audit entries of those added go there."""
        self._audit = audit or AuditMemory()
        self._accounts: dict[AccountId, Account] = {}

    async def add(self, account: Account, entry: AuditEntry | None = None) -> Account | NameTaken:
        """Keep a new account under its name, and its audit entry."""
        if await self.named(account.name):
            return NameTaken()
        if entry is not None:
            await self._audit.write(entry.who, entry.act, entry.subject, entry.at)
        self._accounts[account.id] = account
        return account

    async def get(self, account: AccountId) -> Account | None:
        """Return an account by its id."""
        return self._accounts.get(account)

    async def named(self, name: str) -> Account | None:
        """Return an account by its log-in name, given in lower case."""
        return next((one for one in self._accounts.values() if one.name == name), None)

    async def all(self) -> tuple[Account, ...]:
        """Return all accounts, disabled ones too, by name."""
        return tuple(sorted(self._accounts.values(), key=lambda one: one.name))

    async def change(
        self, account: AccountId, change: Change
    ) -> Account | UnknownAccount | LastAdministrator:
        """Make one change, and return the account after it."""
        before = self._accounts.get(account)
        if before is None:
            return UnknownAccount()
        after = changed(before, change)
        others = (one for one in self._accounts.values() if one.id != account)
        if administers(before) and not administers(after) and not any(map(administers, others)):
            return LastAdministrator()
        self._accounts[account] = after
        return after

    async def change_factors(self, account: AccountId, change: FactorChange) -> Account | None:
        """Change an account's second factors, and return the account after it."""
        before = self._accounts.get(account)
        after = None if before is None else factors_after(before.factors, change)
        if before is None or after is None:
            return None
        self._accounts[account] = replace(before, factors=after)
        return self._accounts[account]

    async def seen(self, account: AccountId, at: Millis) -> None:
        """Remember when this person was last here."""
        if account in self._accounts:
            self._accounts[account] = replace(self._accounts[account], last_seen=at)
