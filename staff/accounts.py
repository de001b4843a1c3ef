"""The accounts of staff: what one is, how it may change, and the port to where they are kept.

Log-in is `login`'s business, who may change whom is `roster`'s. Nothing here hashes or
checks a passphrase; an account only bears the hash.
"""

from dataclasses import dataclass, field, replace
from typing import Final, Protocol, assert_never

from config.clock import Millis
from config.ids import AccountId
from config.risk import Risk
from staff.audit import AuditEntry
from staff.factors import NO_FACTORS, FactorChange, Factors
from staff.roles import Role

SYSTEM: Final = AccountId("system")
"""Who acts where no person does: the server, at its first start."""


@dataclass(frozen=True, slots=True)
class Training:
    """A record that someone is trained up to a level of risk, until a day, as someone says."""

    to: Risk
    until: Millis
    by: AccountId


@dataclass(frozen=True, slots=True)
class Account:
    """One person of staff."""

    id: AccountId
    name: str
    """The log-in name: lower-case and unique."""
    display: str
    """What seekers and colleagues see."""
    role: Role
    password_hash: str = field(repr=False)
    disabled: bool = False
    must_change: bool = False
    """The passphrase is a one-time one; nothing else is allowed before it is changed."""
    passphrase_until: Millis | None = None
    """When a one-time passphrase stops working; none if it does not."""
    languages: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    training: Training | None = None
    last_seen: Millis | None = None
    factors: Factors = field(default=NO_FACTORS, repr=False)


def valid_training(account: Account, now: Millis) -> Risk | None:
    """Return the highest risk that this person is trained for now; none without a valid record."""
    training = account.training
    if training is None or training.until <= now:
        return None
    return training.to


# How an account changes


@dataclass(frozen=True, slots=True)
class SetRole:
    """Give another role."""

    role: Role


@dataclass(frozen=True, slots=True)
class SetTraining:
    """Record training, or take the record away."""

    training: Training | None


@dataclass(frozen=True, slots=True)
class SetDisabled:
    """Close the account to log-in, or open it again."""

    disabled: bool


@dataclass(frozen=True, slots=True)
class SetPassphrase:
    """Give another passphrase, by its hash.

    With `instead_of`, only if that is still the present hash; else nothing changes. So who has
    checked the old passphrase can't undo what someone else has set since.
    """

    password_hash: str = field(repr=False)
    must_change: bool
    until: Millis | None = None
    instead_of: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class SetProfile:
    """Give another display name, languages and topics."""

    display: str
    languages: tuple[str, ...]
    topics: tuple[str, ...]


Change = SetRole | SetTraining | SetDisabled | SetPassphrase | SetProfile


def changed(account: Account, change: Change) -> Account:
    """Return the account as it is after the change."""
    match change:
        case SetRole(role):
            return replace(account, role=role)
        case SetTraining(training):
            return replace(account, training=training)
        case SetDisabled(disabled):
            return replace(account, disabled=disabled)
        case SetPassphrase():
            return _with_passphrase(account, change)
        case SetProfile(display, languages, topics):
            return replace(account, display=display, languages=languages, topics=topics)
        case _:
            assert_never(change)


def can_log_in(account: Account, now: Millis) -> bool:
    """Say whether the account is open to log-in at all; its passphrase must still be right."""
    expired = account.passphrase_until is not None and account.passphrase_until <= now
    return not (account.disabled or expired)


def administers(account: Account) -> bool:
    """Say whether this account can look after all others; one at least always can."""
    return account.role is Role.ADMINISTRATOR and not account.disabled


def _with_passphrase(account: Account, change: SetPassphrase) -> Account:
    if change.instead_of not in (None, account.password_hash):
        return account
    return replace(
        account,
        password_hash=change.password_hash,
        must_change=change.must_change,
        passphrase_until=change.until,
    )


# The port, and what it may refuse


@dataclass(frozen=True, slots=True)
class NameTaken:
    """Another account has this log-in name."""


@dataclass(frozen=True, slots=True)
class UnknownAccount:
    """There is no such account."""


@dataclass(frozen=True, slots=True)
class LastAdministrator:
    """Without this account nobody could administer the server."""


class Accounts(Protocol):
    """Where accounts are kept. Every write is all or nothing, also across processes."""

    async def add(self, account: Account, entry: AuditEntry | None = None) -> Account | NameTaken:
        """Keep a new account under its name.

        The audit entry goes on record with it in one step, or, if the name is taken, not at all.
        """
        ...

    async def get(self, account: AccountId) -> Account | None:
        """Return an account by its id."""
        ...

    async def named(self, name: str) -> Account | None:
        """Return an account by its log-in name, given in lower case."""
        ...

    async def all(self) -> tuple[Account, ...]:
        """Return all accounts, disabled ones too, by name."""
        ...

    async def change(
        self, account: AccountId, change: Change
    ) -> Account | UnknownAccount | LastAdministrator:
        """Make one change, and return the account after it."""
        ...

    async def change_factors(self, account: AccountId, change: FactorChange) -> Account | None:
        """Change an account's second factors, and return the account after it.

        None if the change came too late, as for a code that was used in between, or if there is
        no such account; then nothing has changed. Of two who use the same thing up, one is told
        so.
        """
        ...

    async def seen(self, account: AccountId, at: Millis) -> None:
        """Remember when this person was last here."""
        ...
