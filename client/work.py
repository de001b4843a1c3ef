"""The work that a server asks of newcomers while too many come: ALTCHA's second version, PBKDF2."""

import asyncio
import hashlib
import time
from collections.abc import Mapping
from typing import TypeGuard

from client.errors import Malformed, TimedOut

LONGEST_SECONDS = 60.0
"""After so long the challenge has expired, whoever asked for it."""
COST_MOST = 1_000_000
DIGESTS = {"PBKDF2/SHA-256": "sha256", "PBKDF2/SHA-384": "sha384", "PBKDF2/SHA-512": "sha512"}


async def prove(challenge: object) -> Mapping[str, object]:
    """Return the proof that is to be sent with the next request; computed in a thread.

    Raises:
        Malformed: this is no challenge that the SDK knows.
        TimedOut: no solution was found in time.
    """
    if not _is_fields(challenge):
        raise Malformed("challenge")
    solution = await asyncio.to_thread(_solve, challenge.get("parameters"))
    return {"challenge": challenge, "solution": solution}


def _solve(parameters: object) -> Mapping[str, object]:
    try:
        assert _is_fields(parameters)
        digest = DIGESTS[str(parameters["algorithm"])]
        nonce = bytes.fromhex(str(parameters["nonce"]))
        salt = bytes.fromhex(str(parameters["salt"]))
        prefix = bytes.fromhex(str(parameters["keyPrefix"]))
        cost, length = int(str(parameters["cost"])), int(str(parameters["keyLength"]))
        assert 0 < cost <= COST_MOST
    except (AssertionError, KeyError, ValueError):
        raise Malformed("challenge") from None
    began = time.monotonic()
    counter = 0
    while time.monotonic() - began < LONGEST_SECONDS:
        password = nonce + counter.to_bytes(4, "big")
        key = hashlib.pbkdf2_hmac(digest, password, salt, cost, length)
        if key.startswith(prefix):
            return {"counter": counter, "derivedKey": key.hex()}
        counter += 1
    raise TimedOut("the proof of work", LONGEST_SECONDS)


def _is_fields(value: object) -> TypeGuard[dict[str, object]]:
    return isinstance(value, dict)
