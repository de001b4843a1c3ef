"""Identifiers and secrets: their types, and how new ones are made.

Every id is its own type, so that a conversation can't be passed for an account.
Randomness enters the program here and at the rims that call these functions.
"""

import hashlib
import secrets
from typing import NewType

ConversationId = NewType("ConversationId", str)
"""A conversation, from the moment its seeker enters; its ticket bears the same id."""
AccountId = NewType("AccountId", str)
"""A staff account."""
OfferId = NewType("OfferId", str)
"""One offer of one ticket to one supporter."""
EscalationId = NewType("EscalationId", str)
"""One escalation on the supervisors' desk."""
ConnectionId = NewType("ConnectionId", str)
"""One socket, for as long as it is open."""
Ref = NewType("Ref", str)
"""A sender's own name for a line, by which a resend is known."""
Seq = NewType("Seq", int)
"""The position of an entry in a conversation's log, from 1."""
Token = NewType("Token", str)
"""A secret in the clear; held by its owner only and never stored."""
TokenHash = NewType("TokenHash", str)
"""What is stored of a token."""

_ID_BYTES = 12
_TOKEN_BYTES = 32


def new_id() -> str:
    """Return 96 random bits as 16 URL-safe characters without padding."""
    return secrets.token_urlsafe(_ID_BYTES)


def new_token() -> Token:
    """Return a secret of 256 random bits."""
    return Token(secrets.token_urlsafe(_TOKEN_BYTES))


def hash_token(token: str) -> TokenHash:
    """Return the SHA-256 of a token; enough for 256 random bits, which need no slow hash."""
    return TokenHash(hashlib.sha256(token.encode("utf-8", "replace")).hexdigest())
