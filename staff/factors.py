"""The second factors of one account: what they are, and how they may change.

Pure. An account may have a code generator (TOTP), several passkeys, and recovery codes for the
day when neither is at hand; any one of them is enough beside the passphrase. What is used up
stays used up: a change that comes too late is no change, and whoever asked for it is told so.
Proving that somebody has a factor is `second_factor`'s business.
"""

from dataclasses import dataclass, field, replace
from typing import Final, Literal, assert_never

from config import limits
from config.clock import Millis
from staff.roles import Role

Policy = Literal["off", "supervisors", "all"]
"""Who has to have a second factor. Whoever has one is asked for it in any case."""
Method = Literal["totp", "passkey", "recovery"]
"""A way to prove who one is, beside the passphrase."""


@dataclass(frozen=True, slots=True)
class Totp:
    """A code generator, such as an app on a phone (RFC 6238)."""

    sealed: bytes = field(repr=False)
    """The secret, sealed; see `sealing`."""
    added: Millis
    last: int = -1
    """The step of the last code that was used; it and those before it don't work any more."""


@dataclass(frozen=True, slots=True)
class Passkey:
    """A key pair that a device or a security key holds (WebAuthn)."""

    id: bytes = field(repr=False)
    public_key: bytes = field(repr=False)
    sign_count: int
    """How often the device says that it has signed; 0 if it doesn't count."""
    name: str
    """What its owner calls it."""
    added: Millis
    used: Millis | None = None


@dataclass(frozen=True, slots=True)
class Factors:
    """All that an account has beside its passphrase."""

    totp: Totp | None = None
    proposed: Totp | None = None
    """A code generator that is being set up; it proves nothing yet."""
    passkeys: tuple[Passkey, ...] = ()
    recovery: tuple[str, ...] = field(default=(), repr=False)
    """Hashes of the recovery codes that are left."""

    @property
    def enrolled(self) -> bool:
        """Whether there is a factor, so that it must be asked for."""
        return self.totp is not None or bool(self.passkeys)

    @property
    def methods(self) -> tuple[Method, ...]:
        """How its owner may prove themselves, the best first."""
        ways: list[Method] = []
        if self.passkeys:
            ways.append("passkey")
        if self.totp is not None:
            ways.append("totp")
        if self.recovery:
            ways.append("recovery")
        return tuple(ways) if self.enrolled else ()

    def passkey(self, id_: bytes) -> Passkey | None:
        """Return the passkey with this id."""
        return next((one for one in self.passkeys if one.id == id_), None)


NO_FACTORS: Final = Factors()


def required(policy: Policy, role: Role) -> bool:
    """Say whether this role has to have a second factor."""
    match policy:
        case "off":
            return False
        case "supervisors":
            return role is not Role.SUPPORTER
        case "all":
            return True
        case _:
            assert_never(policy)


# How factors change


@dataclass(frozen=True, slots=True)
class ProposeTotp:
    """Begin to set up a code generator; one that was begun before is forgotten."""

    sealed: bytes = field(repr=False)
    at: Millis


@dataclass(frozen=True, slots=True)
class ConfirmTotp:
    """Take the proposed code generator into use, since its first code was right."""

    sealed: bytes = field(repr=False)
    step: int
    recovery: tuple[str, ...] = field(repr=False)
    """Hashes of recovery codes, which hold if this is the first factor."""


@dataclass(frozen=True, slots=True)
class UseStep:
    """Use up the code of one step, and all before it."""

    step: int


@dataclass(frozen=True, slots=True)
class AddPasskey:
    """Take one more passkey into use."""

    passkey: Passkey
    recovery: tuple[str, ...] = field(repr=False)
    """Hashes of recovery codes, which hold if this is the first factor."""


@dataclass(frozen=True, slots=True)
class UsePasskey:
    """Remember that a passkey was used, and its count."""

    id: bytes = field(repr=False)
    sign_count: int
    at: Millis


@dataclass(frozen=True, slots=True)
class UseRecovery:
    """Use up one recovery code, by its hash."""

    hash: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SetRecovery:
    """Give other recovery codes, by their hashes; the old ones stop working."""

    recovery: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class RemoveFactor:
    """Take a passkey away, or without an id the code generator."""

    passkey: bytes | None = field(repr=False)
    keep_one: bool
    """Refuse to take the last one."""


@dataclass(frozen=True, slots=True)
class ClearFactors:
    """Take all away: the person has lost them."""


FactorChange = (
    ProposeTotp
    | ConfirmTotp
    | UseStep
    | AddPasskey
    | UsePasskey
    | UseRecovery
    | SetRecovery
    | RemoveFactor
    | ClearFactors
)


def factors_after(factors: Factors, change: FactorChange) -> Factors | None:
    """Return the factors after a change; None if it came too late, and nothing changes."""
    match change:
        case ProposeTotp(sealed, at):
            return replace(factors, proposed=Totp(sealed, at))
        case ConfirmTotp():
            return _confirmed(factors, change)
        case UseStep(step):
            return _step_used(factors, step)
        case AddPasskey():
            return _with_passkey(factors, change)
        case UsePasskey():
            return _passkey_used(factors, change)
        case UseRecovery(hash_):
            left = tuple(one for one in factors.recovery if one != hash_)
            return replace(factors, recovery=left) if left != factors.recovery else None
        case SetRecovery(recovery):
            return replace(factors, recovery=recovery) if factors.enrolled else None
        case RemoveFactor():
            return _without(factors, change)
        case ClearFactors():
            return NO_FACTORS
        case _:
            assert_never(change)


def _confirmed(factors: Factors, change: ConfirmTotp) -> Factors | None:
    proposed = factors.proposed
    if proposed is None or proposed.sealed != change.sealed:
        return None
    return replace(
        factors,
        totp=replace(proposed, last=change.step),
        proposed=None,
        recovery=factors.recovery if factors.enrolled else change.recovery,
    )


def _step_used(factors: Factors, step: int) -> Factors | None:
    if factors.totp is None or step <= factors.totp.last:
        return None
    return replace(factors, totp=replace(factors.totp, last=step))


def _with_passkey(factors: Factors, change: AddPasskey) -> Factors | None:
    full = len(factors.passkeys) >= limits.PASSKEYS
    if full or factors.passkey(change.passkey.id) is not None:
        return None
    return replace(
        factors,
        passkeys=(*factors.passkeys, change.passkey),
        recovery=factors.recovery if factors.enrolled else change.recovery,
    )


def _passkey_used(factors: Factors, change: UsePasskey) -> Factors | None:
    """A count that does not rise means that somebody has copied the key (WebAuthn, 6.1.1)."""
    one = factors.passkey(change.id)
    counts = change.sign_count > 0 or (one is not None and one.sign_count > 0)
    if one is None or (counts and change.sign_count <= one.sign_count):
        return None
    after = replace(one, sign_count=change.sign_count, used=change.at)
    passkeys = tuple(after if other is one else other for other in factors.passkeys)
    return replace(factors, passkeys=passkeys)


def _without(factors: Factors, change: RemoveFactor) -> Factors | None:
    if change.passkey is None:
        left = replace(factors, totp=None)
    else:
        kept = tuple(one for one in factors.passkeys if one.id != change.passkey)
        left = replace(factors, passkeys=kept)
    if left == factors or (change.keep_one and not left.enrolled):
        return None
    return left if left.enrolled else NO_FACTORS
