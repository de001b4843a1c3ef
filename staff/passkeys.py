"""Passkeys: what a browser is asked, and whether its answer is right (WebAuthn, level 3).

The border to py_webauthn. The device must have verified its owner, by finger, face or PIN, so
that a passkey is more than having the device. Whatever an answer holds that is wrong, it is
wrong in one way: no reason is told. Challenges are kept and used up by the caller.

py_webauthn is imported when a passkey is first met: it would be a tenth of each start.
"""

import struct
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec
from cryptography.exceptions import UnsupportedAlgorithm

from config.clock import Millis
from config.ids import AccountId
from staff.factors import Factors, Passkey

if TYPE_CHECKING:
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

CHALLENGE_BYTES: Final = 32
_TIMEOUT_MS: Final = 120_000
_WRONG: Final = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    EOFError,
    OverflowError,
    RecursionError,
    struct.error,
    UnsupportedAlgorithm,
)
"""What py_webauthn uses raises of an answer that is none; beside its own `WebAuthnException`."""


@dataclass(frozen=True, slots=True)
class Party:
    """Whom a passkey is for: this service, as browsers know it."""

    id: str
    """The host, without a port."""
    origin: str
    name: str


class _Answer(msgspec.Struct):
    """What is read of an answer here; py_webauthn reads the rest."""

    id: str


def enrolment_options(
    party: Party, account: AccountId, login: str, display: str, factors: Factors, challenge: bytes
) -> str:
    """Return the JSON that a browser needs to make a passkey."""
    from webauthn import generate_registration_options, options_to_json
    from webauthn.helpers.structs import (
        AuthenticatorSelectionCriteria,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    options = generate_registration_options(
        rp_id=party.id,
        rp_name=party.name,
        user_id=account.encode(),
        user_name=login,
        user_display_name=display,
        challenge=challenge,
        timeout=_TIMEOUT_MS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.DISCOURAGED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=_descriptors(factors),
    )
    return options_to_json(options)


def enrolled(party: Party, answer: str, challenge: bytes, name: str, now: Millis) -> Passkey | None:
    """Return the passkey that a browser has made, if its answer is right."""
    from webauthn import verify_registration_response
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        made = verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, *_WRONG):
        return None
    return Passkey(made.credential_id, made.credential_public_key, made.sign_count, name, now)


def proof_options(party: Party, factors: Factors, challenge: bytes) -> str:
    """Return the JSON that a browser needs to use one of these passkeys."""
    from webauthn import generate_authentication_options, options_to_json
    from webauthn.helpers.structs import UserVerificationRequirement

    options = generate_authentication_options(
        rp_id=party.id,
        challenge=challenge,
        timeout=_TIMEOUT_MS,
        allow_credentials=_descriptors(factors),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json(options)


def proved(
    party: Party, answer: str, challenge: bytes, factors: Factors
) -> tuple[Passkey, int] | None:
    """Return which passkey has answered, and its new count, if the answer is right."""
    from webauthn import verify_authentication_response
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        said = msgspec.json.decode(answer, type=_Answer).id
        one = next((key for key in factors.passkeys if shown_id(key) == said), None)
        if one is None:
            return None
        verified = verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=one.public_key,
            credential_current_sign_count=one.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, *_WRONG):
        return None
    return one, verified.new_sign_count


def shown_id(passkey: Passkey) -> str:
    """Return the id of a passkey as it is written in JSON."""
    return urlsafe_b64encode(passkey.id).rstrip(b"=").decode()


def _descriptors(factors: Factors) -> "list[PublicKeyCredentialDescriptor]":
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

    return [PublicKeyCredentialDescriptor(id=one.id) for one in factors.passkeys]
