"""The second factor: setting one up, and proving that one has it.

What proves once proves once only: a code's step, a challenge and a recovery code are used up
before anything is answered. Wrong proofs are slowed down as wrong passphrases are, by account
and by address. Each change is on record first.
"""

import base64
import logging
import math
import secrets
from dataclasses import dataclass, field
from typing import Literal, assert_never

from config import limits
from config.clock import Millis, Seconds
from config.ids import AccountId
from staff import passkeys, totp
from staff.accounts import Account, Accounts
from staff.audit import Audit
from staff.factors import (
    AddPasskey,
    ConfirmTotp,
    FactorChange,
    Factors,
    ProposeTotp,
    RemoveFactor,
    SetRecovery,
    UsePasskey,
    UseRecovery,
    UseStep,
)
from staff.guesses import Guesses
from staff.passkeys import Party
from staff.pending import Pending
from staff.roles import Act
from staff.sealing import Sealer

log = logging.getLogger("benchside.staff")


@dataclass(frozen=True, slots=True)
class Code:
    """A code of a code generator, as it was typed."""

    typed: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RecoveryCode:
    """A recovery code, as it was typed."""

    typed: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Assertion:
    """A browser's answer with a passkey, as JSON."""

    answer: str = field(repr=False)
    party: Party


Proof = Code | RecoveryCode | Assertion


@dataclass(frozen=True, slots=True)
class NotProved:
    """The proof was not right, was used already, or has to wait."""

    reason: Literal["wrong", "too_many"]
    retry_after: int = 0
    """Whole seconds, where the reason is `too_many`."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A code generator to be set up: what to type into it, and what to show it."""

    secret: str = field(repr=False)
    uri: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A factor is in use. With the first one come recovery codes, said once, here."""

    account: Account
    codes: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class NotEnrolled:
    """Nothing has changed."""

    reason: Literal["wrong", "too_many", "last_factor", "not_found"]
    retry_after: int = 0


class SecondFactor:
    """Sets factors up, and asks for them."""

    def __init__(
        self, accounts: Accounts, guesses: Guesses, audit: Audit, pending: Pending, sealer: Sealer
    ) -> None:
        """Use these parts; the caller owns them."""
        self._accounts = accounts
        self._guesses = guesses
        self._audit = audit
        self._pending = pending
        self._sealer = sealer

    # To prove that one has it

    async def challenge(self, account: Account, party: Party, asker: str) -> str:
        """Return what a browser needs to answer with a passkey, as JSON.

        `asker` names the session or the pending log-in that asks; nobody else can answer.
        """
        challenge = await self._challenge("proof", asker)
        return passkeys.proof_options(party, account.factors, challenge)

    async def prove(
        self, account: Account, proof: Proof, asker: str, address_tag: str, now: Millis
    ) -> Account | NotProved:
        """Return the account after the proof was used up, if it was right."""
        name = f"second factor of {account.id}"
        wait = math.ceil(await self._guesses.attempt(name, address_tag, now))
        if wait:
            return NotProved("too_many", wait)
        change = await self._change_of(account, proof, asker, now)
        if isinstance(change, UseRecovery):
            await self._audit.write(account.id, Act.USE_CODE, account.id, now)
        if change is None:
            return NotProved("wrong")
        after = await self._accounts.change_factors(account.id, change)
        if after is None:
            return NotProved("wrong")
        await self._guesses.forgive(name, address_tag, now)
        return after

    async def _change_of(
        self, account: Account, proof: Proof, asker: str, now: Millis
    ) -> FactorChange | None:
        """Return what a right proof uses up."""
        factors = account.factors
        match proof:
            case Code(typed):
                step = self._step(account.id, factors, typed, now)
                return None if step is None else UseStep(step)
            case RecoveryCode(typed):
                hash_ = totp.recovery_hash(account.id, typed)
                return UseRecovery(hash_) if hash_ in factors.recovery else None
            case Assertion(answer, party):
                challenge = await self._pending.take(_challenge("proof", asker))
                right = challenge and passkeys.proved(party, answer, challenge, factors)
                return UsePasskey(right[0].id, right[1], now) if right else None
            case _:
                assert_never(proof)

    def _step(self, account: AccountId, factors: Factors, typed: str, now: Millis) -> int | None:
        if factors.totp is None:
            return None
        secret = self._sealer.open(factors.totp.sealed, account)
        if secret is None:
            log.warning("the secret of a code generator does not open with this server's key")
            return None
        return totp.right_step(secret, typed, now, factors.totp.last)

    # To set one up

    async def propose_totp(self, account: Account, issuer: str, now: Millis) -> Proposal:
        """Begin to set up a code generator; it holds once its first code was right."""
        secret = base64.b32encode(secrets.token_bytes(totp.SECRET_BYTES)).decode()
        change = ProposeTotp(self._sealer.seal(secret, account.id), now)
        await self._accounts.change_factors(account.id, change)
        return Proposal(secret, totp.setup_uri(secret, account.name, issuer))

    async def confirm_totp(
        self, account: Account, typed: str, address_tag: str, now: Millis
    ) -> Enrolled | NotEnrolled:
        """Take the proposed code generator into use, by its first code."""
        proposed = account.factors.proposed
        if proposed is None:
            return NotEnrolled("not_found")
        secret = self._sealer.open(proposed.sealed, account.id)
        if secret is None:
            return NotEnrolled("not_found")
        name = f"new code generator of {account.id}"
        wait = math.ceil(await self._guesses.attempt(name, address_tag, now))
        if wait:
            return NotEnrolled("too_many", wait)
        step = totp.right_step(secret, typed, now, -1)
        if step is None:
            return NotEnrolled("wrong")
        await self._guesses.forgive(name, address_tag, now)
        codes = _new_codes()
        hashes = _hashes(account.id, codes)
        return await self._add(account, ConfirmTotp(proposed.sealed, step, hashes), codes, now)

    async def passkey_options(self, account: Account, party: Party, asker: str) -> str:
        """Return what a browser needs to make a passkey, as JSON."""
        challenge = await self._challenge("enrol", asker)
        return passkeys.enrolment_options(
            party, account.id, account.name, account.display, account.factors, challenge
        )

    async def add_passkey(
        self, account: Account, answer: str, name: str, party: Party, asker: str, now: Millis
    ) -> Enrolled | NotEnrolled:
        """Take a new passkey into use, by the browser's answer."""
        challenge = await self._pending.take(_challenge("enrol", asker))
        made = challenge and passkeys.enrolled(party, answer, challenge, _named(name), now)
        if not made:
            return NotEnrolled("wrong")
        codes = _new_codes()
        return await self._add(account, AddPasskey(made, _hashes(account.id, codes)), codes, now)

    async def _add(
        self, account: Account, change: FactorChange, codes: tuple[str, ...], now: Millis
    ) -> Enrolled | NotEnrolled:
        await self._audit.write(account.id, Act.ADD_FACTOR, account.id, now)
        after = await self._accounts.change_factors(account.id, change)
        if after is None:
            return NotEnrolled("wrong")
        first = _hashes(account.id, codes) == after.factors.recovery
        return Enrolled(after, codes if first else ())

    # To change it

    async def new_codes(self, account: Account, now: Millis) -> tuple[str, ...]:
        """Return other recovery codes; none without a factor. The old ones stop working."""
        if not account.factors.enrolled:
            return ()
        await self._audit.write(account.id, Act.NEW_CODES, account.id, now)
        codes = _new_codes()
        change = SetRecovery(_hashes(account.id, codes))
        return codes if await self._accounts.change_factors(account.id, change) else ()

    async def remove(
        self, account: Account, which: str, now: Millis, *, keep_one: bool
    ) -> Account | NotEnrolled:
        """Take away `totp`, or a passkey by its id; with `keep_one` not the last one."""
        ids = {passkeys.shown_id(one): one.id for one in account.factors.passkeys}
        if which not in ids and not (which == "totp" and account.factors.totp):
            return NotEnrolled("not_found")
        await self._audit.write(account.id, Act.REMOVE_FACTOR, account.id, now)
        change = RemoveFactor(ids.get(which), keep_one)
        return await self._accounts.change_factors(account.id, change) or NotEnrolled("last_factor")

    async def _challenge(self, purpose: str, asker: str) -> bytes:
        challenge = secrets.token_bytes(passkeys.CHALLENGE_BYTES)
        life = Seconds(limits.PASSKEY_SECONDS)
        await self._pending.keep(_challenge(purpose, asker), challenge, life)
        return challenge


def _challenge(purpose: str, asker: str) -> str:
    return f"{purpose} {asker}"


def _new_codes() -> tuple[str, ...]:
    return tuple(
        totp.recovery_code(secrets.token_bytes(totp.RECOVERY_BYTES))
        for _ in range(limits.RECOVERY_CODES)
    )


def _hashes(account: AccountId, codes: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(totp.recovery_hash(account, code) for code in codes)


def _named(name: str) -> str:
    """Return a name as it may be shown; never an empty one."""
    seen = "".join(letter for letter in name.strip() if letter.isprintable())
    return seen[: limits.PASSKEY_NAME_MOST] or "passkey"
