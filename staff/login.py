"""Log-in: from a name, a passphrase and, where there is one, a second factor to a session.

An unknown name, a disabled account, an expired one-time passphrase and a wrong one get the
same answer after the same time. Whoever knows the passphrase of an account with a second factor
gets a pending log-in and no session: it waits some minutes, in one browser, for the factor.
Every log-in goes on record before its session begins.
"""

import math
from dataclasses import dataclass, field
from typing import Final, Literal

from config import limits
from config.clock import Millis, Seconds
from config.ids import AccountId, Token, hash_token, new_token
from staff.accounts import Account, Accounts, SetPassphrase, can_log_in
from staff.audit import Audit
from staff.factors import Method
from staff.guesses import Guesses
from staff.passkeys import Party
from staff.passwords import PassphraseFault, Passwords, fault_of
from staff.pending import Pending
from staff.roles import Act
from staff.second_factor import NotProved, Proof, SecondFactor
from staff.sessions import Session, Sessions

_CROWDED_SECONDS: Final = 5
"""When to come back if too many log in at once."""


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """A session has begun. The token goes into the cookie and nowhere else."""

    account: Account
    token: Token = field(repr=False)
    must_change: bool


@dataclass(frozen=True, slots=True)
class FactorAsked:
    """The passphrase was right; now one of these is asked for. The token is the browser's."""

    methods: tuple[Method, ...]
    token: Token = field(repr=False)


@dataclass(frozen=True, slots=True)
class Refused:
    """Nobody was let in."""

    reason: Literal["wrong", "too_many", "expired"]
    """`expired`: there is no pending log-in any more; begin again with the passphrase."""
    retry_after: int = 0
    """Whole seconds, where the reason is `too_many`."""


@dataclass(frozen=True, slots=True)
class Attendant:
    """Who asks: a live session, and its account as it is now."""

    session: Session
    account: Account


@dataclass(frozen=True, slots=True)
class PassphraseChanged:
    """The new passphrase holds; all other sessions of the account are over."""


@dataclass(frozen=True, slots=True)
class PassphraseRefused:
    """The old passphrase still holds."""

    reason: PassphraseFault | Literal["wrong", "too_many", "not_new"]
    retry_after: int = 0
    """Whole seconds, where the reason is `too_many`."""


class Login:
    """The door for staff."""

    def __init__(
        self,
        accounts: Accounts,
        sessions: Sessions,
        guesses: Guesses,
        audit: Audit,
        passwords: Passwords,
        factor: SecondFactor,
        pending: Pending,
    ) -> None:
        """Use these parts; the caller owns and closes them."""
        self._factor = factor
        self._pending = pending
        self._accounts = accounts
        self._sessions = sessions
        self._guesses = guesses
        self._audit = audit
        self._passwords = passwords

    async def log_in(
        self, name: str, passphrase: str, address_tag: str, now: Millis
    ) -> LoggedIn | FactorAsked | Refused:
        """Begin a session for whoever knows name and passphrase, or ask for the second factor.

        `address_tag` stands for the caller's address without being it, and is the same for
        the same address for some hours.
        """
        name = name.strip().lower()
        wait = await self._wait(name, address_tag, now)
        if wait:
            return Refused("too_many", wait)
        account = await self._accounts.named(name)
        right = await self._passwords.verify(_hash_of(account), passphrase)
        if account is None or not right or not can_log_in(account, now):
            return Refused("wrong")
        await self._guesses.forgive(name, address_tag, now)
        account = await self._renew(account, passphrase)
        if account.factors.enrolled:
            return await self._ask(account)
        return await self._begin(account, now)

    async def challenge(self, pending: str, party: Party, now: Millis) -> str | None:
        """Return what a browser needs to answer a pending log-in with a passkey, as JSON."""
        account = await self._awaited(pending, now)
        if account is None:
            return None
        return await self._factor.challenge(account, party, _name(pending))

    async def finish(
        self, pending: str, proof: Proof, address_tag: str, now: Millis
    ) -> LoggedIn | Refused:
        """Begin the session of a pending log-in for whoever has the second factor."""
        account = await self._awaited(pending, now)
        if account is None:
            return Refused("expired")
        proved = await self._factor.prove(account, proof, _name(pending), address_tag, now)
        if isinstance(proved, NotProved):
            return Refused(proved.reason, proved.retry_after)
        if await self._pending.take(_name(pending)) is None:
            return Refused("expired")
        return await self._begin(proved, now)

    async def enter_as(self, account: AccountId, now: Millis) -> LoggedIn | Refused:
        """Begin a session without a passphrase. For the demo's one-click log-in only."""
        found = await self._accounts.get(account)
        if found is None or found.disabled:
            return Refused("wrong")
        return await self._begin(found, now)

    async def who(self, token: str, now: Millis) -> Attendant | None:
        """Return who bears this token now; none if the session is over or the account closed."""
        session = await self._sessions.find(token, now)
        if session is None:
            return None
        account = await self._accounts.get(session.account)
        if account is None or account.disabled:
            return None
        if session.seen == now:  # this call was written as a sign of life
            await self._accounts.seen(account.id, now)
        return Attendant(session, account)

    async def log_out(self, token: str, now: Millis) -> None:
        """End the session of this token, if it is live."""
        session = await self._sessions.find(token, now)
        if session is not None:
            await self._sessions.revoke(session)

    async def change_passphrase(
        self, who: Attendant, old: str, new: str, address_tag: str, now: Millis
    ) -> PassphraseChanged | PassphraseRefused:
        """Give oneself another passphrase; all other sessions of the account end."""
        account = who.account
        fault = "not_new" if old == new else fault_of(new, account.name, account.display)
        if fault:
            return PassphraseRefused(fault)
        wait = await self._wait(account.name, address_tag, now)
        if wait:
            return PassphraseRefused("too_many", wait)
        if not await self._passwords.verify(account.password_hash, old):
            return PassphraseRefused("wrong")
        await self._guesses.forgive(account.name, address_tag, now)
        password_hash = await self._passwords.hash(new)
        await self._audit.write(account.id, Act.CHANGE_PASSPHRASE, account.id, now)
        if not await self._replace(
            account,
            SetPassphrase(password_hash, must_change=False, instead_of=account.password_hash),
        ):
            return PassphraseRefused("wrong")
        await self._sessions.revoke_all(account.id, but=who.session.id)
        return PassphraseChanged()

    async def confirm(
        self, who: Attendant, proof: Proof | str, address_tag: str, now: Millis
    ) -> Refused | None:
        """Let somebody who is inside prove again who they are, before a grave act.

        By a second factor; by the passphrase (a text) only where there is none.
        """
        account = who.account
        if isinstance(proof, str):
            refused = await self._passphrase_refused(account, proof, address_tag, now)
            if refused is not None:
                return refused
        else:
            proved = await self._factor.prove(account, proof, who.session.id, address_tag, now)
            if isinstance(proved, NotProved):
                return Refused(proved.reason, proved.retry_after)
        alive = await self._sessions.confirm(who.session.id, now)
        return None if alive else Refused("expired")

    async def _passphrase_refused(
        self, account: Account, passphrase: str, address_tag: str, now: Millis
    ) -> Refused | None:
        if account.factors.enrolled:
            return Refused("wrong")
        wait = await self._wait(account.name, address_tag, now)
        if wait:
            return Refused("too_many", wait)
        if not await self._passwords.verify(account.password_hash, passphrase):
            return Refused("wrong")
        await self._guesses.forgive(account.name, address_tag, now)
        return None

    async def _ask(self, account: Account) -> FactorAsked:
        """Begin a pending log-in; a passphrase that is changed meanwhile ends it."""
        token = new_token()
        kept = f"{account.id} {hash_token(account.password_hash)}".encode()
        await self._pending.keep(_name(token), kept, Seconds(limits.PENDING_LOGIN_SECONDS))
        return FactorAsked(account.factors.methods, token)

    async def _awaited(self, pending: str, now: Millis) -> Account | None:
        """Return whose pending log-in this is, if it may still be finished."""
        kept = await self._pending.look(_name(pending))
        if kept is None:
            return None
        id_, _, hashed = kept.decode().partition(" ")
        account = await self._accounts.get(AccountId(id_))
        if account is None or not can_log_in(account, now):
            return None
        return account if hash_token(account.password_hash) == hashed else None

    async def _wait(self, name: str, address_tag: str, now: Millis) -> int:
        if self._passwords.crowded:
            return _CROWDED_SECONDS
        return math.ceil(await self._guesses.attempt(name, address_tag, now))

    async def _renew(self, account: Account, passphrase: str) -> Account:
        """Hash again what was hashed at another cost."""
        if not self._passwords.outdated(account.password_hash):
            return account
        change = SetPassphrase(
            await self._passwords.hash(passphrase),
            account.must_change,
            account.passphrase_until,
            instead_of=account.password_hash,
        )
        return await self._replace(account, change) or account

    async def _replace(self, account: Account, change: SetPassphrase) -> Account | None:
        """Set the passphrase, if nobody else has set another since it was checked."""
        changed = await self._accounts.change(account.id, change)
        if isinstance(changed, Account) and changed.password_hash == change.password_hash:
            return changed
        return None

    async def _begin(self, account: Account, now: Millis) -> LoggedIn | Refused:
        """Begin a session, unless the account was closed or reset while we were at it.

        Whoever closes an account changes it first and then revokes its sessions; so a session
        that this revocation did not see finds the change here.
        """
        await self._audit.write(account.id, Act.LOG_IN, account.id, now)
        token = await self._sessions.begin(account.id, now)
        current = await self._accounts.get(account.id)
        if current and not current.disabled and _same_keys(current, account):
            await self._accounts.seen(account.id, now)
            return LoggedIn(current, token, current.must_change)
        await self.log_out(token, now)
        return Refused("wrong")


def _hash_of(account: Account | None) -> str | None:
    return None if account is None else account.password_hash


def _same_keys(one: Account, other: Account) -> bool:
    """Say whether what opens the account has not been taken away in between."""
    same_factors = one.factors.enrolled == other.factors.enrolled
    return same_factors and one.password_hash == other.password_hash


def _name(pending: str) -> str:
    return f"log-in {pending}"
