"""Sealing: how entries and keys are made unreadable to whoever holds the store alone. Pure.

Each conversation has a key of its own; each entry is sealed under it with AES-256-GCM and bound
to its conversation, its log, its sender and its ref. So an entry that was changed, cut short,
moved to another conversation or log, or given to another sender or ref can't be opened. The
order is not bound: the store gives the seq, after the entry was sealed.

    envelope = version (1) | nonce (12) | label (16) | ciphertext and tag

The *label* stands for sender and ref: a keyed hash (BLAKE2b), by which the store knows a resend
without being told a ref, which a client may make of anything.

The key of a conversation is itself wrapped by the key of its day, and bound to conversation and
day. Where keys and nonces come from is the business of those who call (`chat/seals.py`).
"""

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import Final, Literal, NewType

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from config.ids import ConversationId

Day = NewType("Day", str)
"""A day in UTC, as `2026-11-23`: the name of its key."""

Which = Literal["log", "staff"]
"""Which of a conversation's logs an entry stands in."""

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
LABEL_BYTES: Final = 16
_VERSION: Final = b"\x01"
_LABEL_AT: Final = 1 + NONCE_BYTES
_TEXT_AT: Final = _LABEL_AT + LABEL_BYTES


class Unsealable(Exception):
    """It was not sealed under this key and for this place, or is damaged."""


class Seal:
    """The seal of one conversation: seals and opens the entries of its logs."""

    __slots__ = ("_aes", "_labels", "_places", "conversation", "day", "key")

    def __init__(self, conversation: ConversationId, key: bytes, day: Day) -> None:
        """`key` is the conversation's own, `day` the one by whose key it is wrapped."""
        self.conversation = conversation
        self.key = key
        self.day = day
        self._aes = AESGCM(key)
        self._labels = hashlib.blake2b(key=key, digest_size=LABEL_BYTES, person=b"benchside label")
        self._places: dict[Which, bytes] = {
            "log": _VERSION + b"log\0" + conversation.encode() + b"\0",
            "staff": _VERSION + b"staff\0" + conversation.encode() + b"\0",
        }

    def __repr__(self) -> str:
        return f"Seal({self.conversation!r})"

    def label(self, sender: str, ref: str) -> bytes:
        """Return what stands for a sender's ref: the same each time, and telling nothing."""
        label = self._labels.copy()
        label.update(f"{sender}\0{ref}".encode())
        return label.digest()

    def seal(self, which: Which, label: bytes, nonce: bytes, packed: bytes) -> bytes:
        """Return the envelope of an entry. A nonce must never be used twice under one key."""
        sealed = self._aes.encrypt(nonce, packed, self._places[which] + label)
        return b"".join((_VERSION, nonce, label, sealed))

    def open(self, which: Which, envelope: bytes) -> bytes:
        """Return the entry in an envelope.

        Raises:
            Unsealable: it was not sealed here, for this log, or it was changed.
        """
        if envelope[:1] != _VERSION or len(envelope) <= _TEXT_AT:
            raise Unsealable
        place = self._places[which] + envelope[_LABEL_AT:_TEXT_AT]
        try:
            return self._aes.decrypt(envelope[1:_LABEL_AT], envelope[_TEXT_AT:], place)
        except InvalidTag:
            raise Unsealable from None


@dataclass(frozen=True, slots=True)
class Wrapped:
    """A conversation's key as the store keeps it: under the key of a day."""

    day: Day
    key: bytes = field(repr=False)


def wrap(secret: bytes, day: Day, nonce: bytes, seal: Seal) -> Wrapped:
    """Return a conversation's key, wrapped under `secret`, which is the key of `day`."""
    bound = _bound(seal.conversation, day)
    return Wrapped(day, nonce + AESGCM(secret).encrypt(nonce, seal.key, bound))


def unwrap(secret: bytes, wrapped: Wrapped, conversation: ConversationId) -> Seal:
    """Return the seal of a conversation whose key was wrapped under `secret`.

    Raises:
        Unsealable: it was wrapped by another key, for another conversation or another day.
    """
    nonce, sealed = wrapped.key[:NONCE_BYTES], wrapped.key[NONCE_BYTES:]
    try:
        key = AESGCM(secret).decrypt(nonce, sealed, _bound(conversation, wrapped.day))
    except (InvalidTag, ValueError):
        raise Unsealable from None
    return Seal(conversation, key, wrapped.day)


def fingerprint(secret: bytes, day: Day) -> str:
    """Return what shows that two hold the same key of a day, and nothing of the key."""
    return hmac.new(secret, f"benchside key of {day}".encode(), hashlib.sha256).hexdigest()[:32]


def _bound(conversation: ConversationId, day: Day) -> bytes:
    return b"benchside key\0" + conversation.encode() + b"\0" + day.encode()
