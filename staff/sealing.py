"""Seals the secrets of code generators, so that a copy of the store gives none away.

AES-256-GCM under a key that is kept outside the store (`web/app.py` brings it). A sealed secret
opens for the account it was sealed for, and for no other.
"""

import secrets
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from config.ids import AccountId

KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
"""96 random bits: a helpline seals some hundred secrets, far from the 2**32 that are safe."""


class Sealer:
    """Seals and opens under one key."""

    def __init__(self, key: bytes) -> None:
        """Use this key, of `KEY_BYTES`."""
        self._cipher = AESGCM(key)

    def seal(self, secret: str, account: AccountId) -> bytes:
        """Return what may be kept of a secret."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, secret.encode(), _bound(account))

    def open(self, sealed: bytes, account: AccountId) -> str | None:
        """Return the secret; None if it was sealed under another key or for another account."""
        nonce, rest = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        try:
            return self._cipher.decrypt(nonce, rest, _bound(account)).decode()
        except (InvalidTag, ValueError):
            return None


def _bound(account: AccountId) -> bytes:
    return b"benchside totp " + account.encode()
