"""The door of staff for tests: accounts, sessions and log-in put together as `web` does."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

from config.clock import Millis
from config.ids import Token
from staff.accounts import Account, Accounts, SetPassphrase
from staff.accounts_memory import AccountsMemory
from staff.accounts_redis import AccountsRedis
from staff.audit import Audit
from staff.audit_memory import AuditMemory
from staff.audit_redis import AuditRedis
from staff.guesses_memory import GuessesMemory
from staff.guesses_redis import GuessesRedis
from staff.login import Attendant, LoggedIn, Login
from staff.passwords import Cost, Passwords
from staff.pending_memory import PendingMemory
from staff.pending_redis import PendingRedis
from staff.roles import Act, Role
from staff.roster import Added, Profile, Roster
from staff.sealing import KEY_BYTES, Sealer
from staff.second_factor import SecondFactor
from staff.sessions import Sessions
from staff.sessions_memory import SessionsMemory
from staff.sessions_redis import SessionsRedis
from store.client import Store

NOW = Millis(1_700_000_000_000)
HOME = "home"
CHOSEN = "a bench in the shade"
KEY = bytes(range(KEY_BYTES))


@dataclass(frozen=True)
class House:
    """All of staff, put together as `web` does."""

    accounts: Accounts
    sessions: Sessions
    audit: Audit
    passwords: Passwords
    login: Login
    roster: Roster
    factor: SecondFactor

    async def administrator(self) -> Account:
        """The first account, with a passphrase of its own."""
        first = await self.roster.ensure_first(NOW)
        assert first is not None
        account = await self.accounts.named(first[0])
        assert account is not None
        return await self.with_passphrase(account)

    async def person(self, by: Account, name: str, role: Role = Role.SUPPORTER) -> Account:
        added = await self.roster.add(by, Profile(name, name.title(), role), NOW)
        assert isinstance(added, Added)
        return await self.with_passphrase(added.account)

    async def with_passphrase(self, account: Account) -> Account:
        chosen = SetPassphrase(await self.passwords.hash(CHOSEN), must_change=False)
        changed = await self.accounts.change(account.id, chosen)
        assert isinstance(changed, Account)
        return changed

    async def inside(self, name: str, passphrase: str = CHOSEN, now: Millis = NOW) -> LoggedIn:
        answer = await self.login.log_in(name, passphrase, HOME, now)
        assert isinstance(answer, LoggedIn)
        return answer

    async def acts(self) -> list[Act]:
        return [entry.act for entry in reversed(await self.audit.read(100))]

    async def who(self, token: Token, now: Millis = NOW) -> Attendant:
        """Return who is inside with this token."""
        found = await self.login.who(token, now)
        assert found is not None
        return found


@contextmanager
def house_on(store: Store | None) -> Generator[House]:
    """All of staff on a store, or without one on the fakes; passphrases cost little."""
    passwords = Passwords(Cost(memory_kib=8, passes=1))
    trail = AuditMemory()
    chained = AuditRedis(store, KEY) if store else None
    accounts = AccountsRedis(store, chained) if store else AccountsMemory(trail)
    sessions = SessionsRedis(store) if store else SessionsMemory()
    guesses = GuessesRedis(store) if store else GuessesMemory()
    audit = chained or trail
    pending = PendingRedis(store) if store else PendingMemory()
    factor = SecondFactor(accounts, guesses, audit, pending, Sealer(KEY))
    login = Login(accounts, sessions, guesses, audit, passwords, factor, pending)
    roster = Roster(accounts, sessions, audit, passwords)
    try:
        yield House(accounts, sessions, audit, passwords, login, roster, factor)
    finally:
        passwords.close()
