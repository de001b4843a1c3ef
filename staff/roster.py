"""The roster: who may add and change which accounts, each change on record first.

Every method takes who acts, asks the rules in `roles`, writes the audit entry, changes the
account (one step, when it is added), and ends the account's sessions where they may no longer
be. The order of the last two matters: `login` relies on it.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Final

from config.clock import Millis
from config.ids import AccountId, new_id
from config.limits import PASSPHRASE_SECONDS
from config.risk import Risk
from staff.accounts import (
    SYSTEM,
    Account,
    Accounts,
    Change,
    LastAdministrator,
    NameTaken,
    SetDisabled,
    SetPassphrase,
    SetRole,
    SetTraining,
    Training,
    UnknownAccount,
    administers,
)
from staff.audit import Audit, AuditEntry
from staff.factors import ClearFactors
from staff.passwords import Passwords, one_time
from staff.roles import Act, Role, manages, may
from staff.sessions import Sessions

FIRST_NAME: Final = "admin"
"""The log-in name of the administrator who is there at the first start, if it is free."""

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")
_DISPLAY_MOST: Final = 40
"""Characters of a display name; it may hold joiners, as names in Urdu and Hindi do, but nothing
else that can't be seen."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What a new account is made from."""

    name: str
    """The log-in name: 2-40 of a-z, 0-9, dot, dash, underscore; upper case is made lower."""
    display: str
    role: Role
    languages: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Added:
    """The account is there. Its one-time passphrase is said once, here."""

    account: Account
    passphrase: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class NotAllowed:
    """Who acts has not the right to."""


@dataclass(frozen=True, slots=True)
class Invalid:
    """A field of the profile won't do."""

    field: str


Refusal = NotAllowed | UnknownAccount | LastAdministrator


class Roster:
    """The accounts, as supervisors and administrators look after them."""

    def __init__(
        self, accounts: Accounts, sessions: Sessions, audit: Audit, passwords: Passwords
    ) -> None:
        """Use these parts; the caller owns and closes them."""
        self._accounts = accounts
        self._sessions = sessions
        self._audit = audit
        self._passwords = passwords

    async def ensure_first(self, now: Millis) -> tuple[str, str] | None:
        """If nobody can administer, add someone; return name and one-time passphrase.

        None at every later start. If several processes start at once, one of them gets it: all
        try the same name, and look again when another was quicker. This passphrase does not
        expire: nobody else could give another.
        """
        there = await self._accounts.all()
        if any(map(administers, there)):
            return None
        passphrase = one_time()
        profile = Profile(FIRST_NAME, "Administrator", Role.ADMINISTRATOR)
        account = await self._new_account(profile, passphrase, until=None)
        taken: set[str] = set()
        while not any(map(administers, there)):
            taken |= {one.name for one in there}
            account = replace(account, name=_free_name(taken))
            if await self._added(SYSTEM, account, now):
                return account.name, passphrase
            taken.add(account.name)
            there = await self._accounts.all()
        return None

    async def add(
        self, by: Account, profile: Profile, now: Millis
    ) -> Added | NotAllowed | NameTaken | Invalid:
        """Add an account with a one-time passphrase, which must be changed at the first log-in."""
        if not (may(by.role, Act.ADD_ACCOUNT) and manages(by.role, profile.role)):
            return NotAllowed()
        fault = _fault_of(profile)
        if fault:
            return Invalid(fault)
        passphrase = one_time()
        account = await self._new_account(profile, passphrase, _expiry(now))
        if await self._added(by.id, account, now):
            return Added(account, passphrase)
        return NameTaken()

    async def train(
        self, by: Account, subject: AccountId, to: Risk | None, until: Millis, now: Millis
    ) -> Account | Refusal:
        """Record training up to a level until a day; without a level take the record away."""
        training = None if to is None else Training(to, until, by.id)
        return await self._change(by, Act.TRAIN, subject, SetTraining(training), now)

    async def disable(self, by: Account, subject: AccountId, now: Millis) -> Account | Refusal:
        """Close an account to log-in, and end its sessions now."""
        return await self._revoking(by, Act.DISABLE, subject, SetDisabled(True), now)

    async def enable(self, by: Account, subject: AccountId, now: Millis) -> Account | Refusal:
        """Open a disabled account again."""
        return await self._change(by, Act.ENABLE, subject, SetDisabled(False), now)

    async def reset(self, by: Account, subject: AccountId, now: Millis) -> Added | Refusal:
        """Give a new one-time passphrase, and end the account's sessions now."""
        refusal = await self._refusal(by, Act.RESET, subject)
        if refusal is not None:
            return refusal
        passphrase = one_time()
        password_hash = await self._passwords.hash(passphrase)
        change = SetPassphrase(password_hash, must_change=True, until=_expiry(now))
        changed = await self._revoking(by, Act.RESET, subject, change, now)
        return Added(changed, passphrase) if isinstance(changed, Account) else changed

    async def change_role(
        self, by: Account, subject: AccountId, role: Role, now: Millis
    ) -> Account | Refusal:
        """Give another role, and end the account's sessions now: open screens show the old one."""
        return await self._revoking(by, Act.CHANGE_ROLE, subject, SetRole(role), now)

    async def reset_factors(
        self, by: Account, subject: AccountId, now: Millis
    ) -> Account | Refusal:
        """Take the second factors of somebody away who has lost them, and end their sessions."""
        refusal = await self._refusal(by, Act.RESET_FACTORS, subject)
        if refusal is not None:
            return refusal
        await self._audit.write(by.id, Act.RESET_FACTORS, subject, now)
        changed = await self._accounts.change_factors(subject, ClearFactors())
        await self._sessions.revoke_all(subject)
        return changed or UnknownAccount()

    async def sign_out(self, by: Account, subject: AccountId, now: Millis) -> Account | Refusal:
        """End all sessions of an account, one's own or somebody else's."""
        refusal = None if by.id == subject else await self._refusal(by, Act.SIGN_OUT, subject)
        if refusal is not None:
            return refusal
        await self._audit.write(by.id, Act.SIGN_OUT, subject, now)
        await self._sessions.revoke_all(subject)
        return await self._accounts.get(subject) or UnknownAccount()

    async def _revoking(
        self, by: Account, act: Act, subject: AccountId, change: Change, now: Millis
    ) -> Account | Refusal:
        changed = await self._change(by, act, subject, change, now)
        if isinstance(changed, Account):
            await self._sessions.revoke_all(subject)
        return changed

    async def _change(
        self, by: Account, act: Act, subject: AccountId, change: Change, now: Millis
    ) -> Account | Refusal:
        refusal = await self._refusal(by, act, subject)
        if refusal is not None:
            return refusal
        await self._audit.write(by.id, act, subject, now)
        return await self._accounts.change(subject, change)

    async def _refusal(self, by: Account, act: Act, subject: AccountId) -> Refusal | None:
        if not may(by.role, act):
            return NotAllowed()
        account = await self._accounts.get(subject)
        if account is None:
            return UnknownAccount()
        return None if manages(by.role, account.role) else NotAllowed()

    async def _added(self, by: AccountId, account: Account, now: Millis) -> bool:
        entry = AuditEntry(now, by, Act.ADD_ACCOUNT, account.id)
        return not isinstance(await self._accounts.add(account, entry), NameTaken)

    async def _new_account(
        self, profile: Profile, passphrase: str, until: Millis | None
    ) -> Account:
        return Account(
            id=AccountId(new_id()),
            name=profile.name.strip().lower(),
            display=profile.display.strip(),
            role=profile.role,
            password_hash=await self._passwords.hash(passphrase),
            must_change=True,
            passphrase_until=until,
            languages=profile.languages,
            topics=profile.topics,
        )


def _fault_of(profile: Profile) -> str | None:
    if not _NAME.fullmatch(profile.name.strip().lower()):
        return "name"
    display = profile.display.strip()
    letters = display.replace("\u200c", "").replace("\u200d", "")
    if not (letters and letters.isprintable() and len(display) <= _DISPLAY_MOST):
        return "display"
    return None


def _free_name(taken: Collection[str]) -> str:
    number = 1
    name = FIRST_NAME
    while name in taken:
        number += 1
        name = f"{FIRST_NAME}-{number}"
    return name


def _expiry(now: Millis) -> Millis:
    return Millis(now + int(PASSPHRASE_SECONDS * 1000))
