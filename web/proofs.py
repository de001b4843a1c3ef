"""Proofs of work: challenges for newcomers while too many come, and what they answer.

The format is ALTCHA's second version with PBKDF2. The answer to each challenge is chosen when
it is made, so the work is bounded, and checking takes two HMACs and no hashing. Making one costs
0.7 ms: that is done in a thread, for so many at once and no more. The key that signs is shared
by all processes through the store, for a day: it stands for no person, and whoever learned it
could only let themselves in without the work. When work is asked for is decided in `gate.py`.
"""

import asyncio
import secrets
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated

import msgspec
from altcha import Challenge as Signed
from altcha import (
    ChallengeParameters,
    Payload,
    create_challenge,  # pyright: ignore[reportUnknownVariableType]
    verify_solution,
)
from altcha import Solution as Answer
from msgspec import Meta

from config import limits
from config.clock import Millis
from store.client import Store
from store.replies import as_bytes

ALGORITHM = "PBKDF2/SHA-256"
DAY_SECONDS = 24 * 3600

Hex = Annotated[str, Meta(pattern="^[0-9a-f]{2,128}$")]


class Parameters(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What is to be computed, as ALTCHA names it."""

    algorithm: Annotated[str, Meta(max_length=32)]
    cost: Annotated[int, Meta(ge=1, le=1_000_000)]
    key_length: Annotated[int, Meta(ge=1, le=64)]
    key_prefix: Hex
    key_signature: Hex
    nonce: Hex
    salt: Hex
    expires_at: Annotated[int, Meta(ge=0, le=2**40)]


class Challenge(msgspec.Struct, frozen=True, kw_only=True):
    """Parameters that this house has signed."""

    parameters: Parameters
    signature: Hex


class Solution(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The counter whose key begins as asked, and the whole key."""

    counter: Annotated[int, Meta(ge=0, le=2**32 - 1)]
    derived_key: Hex


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """A challenge with its solution."""

    challenge: Challenge
    solution: Solution


class Proofs:
    """Makes challenges and checks proofs; any process checks what another has made."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._keys: dict[int, bytes] = {}
        self._threads = ThreadPoolExecutor(1, thread_name_prefix="proofs")
        self._making = 0

    def close(self) -> None:
        """Let go of the thread."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def challenge(self, tries: int, now: Millis) -> Challenge | None:
        """Return a challenge of at most so many tries; None if too many are being made.

        Raises: StoreError.
        """
        if self._making >= limits.CHALLENGES_AT_ONCE:
            return None
        expires = now // 1000 + int(limits.CHALLENGE_SECONDS)
        key = await self._key(expires // DAY_SECONDS)
        counter = tries // 2 + secrets.randbelow(tries // 2) + 1
        self._making += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, _made, key, counter, expires)
        finally:
            self._making -= 1

    async def accepts(self, proof: Proof, now: Millis) -> bool:
        """Whether this proves work that was asked for lately, and is shown for the first time.

        Raises: StoreError.
        """
        left = proof.challenge.parameters.expires_at * 1000 - now
        if not 0 < left <= (limits.CHALLENGE_SECONDS + 1) * 1000:
            return False
        key = await self._key(proof.challenge.parameters.expires_at // DAY_SECONDS)
        if not _proves(proof, key):
            return False
        spent = f"{{gate}}:spent:{proof.challenge.signature}"
        return await self._store.call("SET", spent, "1", "NX", "PX", left + 1000) is not None

    async def _key(self, day: int) -> bytes:
        """Return the key of challenges that expire on this day."""
        if day not in self._keys:
            name = f"{{gate}}:key:{day}"
            new = secrets.token_bytes(32)
            await self._store.call("SET", name, new, "NX", "EX", 2 * DAY_SECONDS)
            kept = as_bytes(await self._store.call("GET", name))
            self._keys = {one: self._keys[one] for one in self._keys if one >= day - 1}
            self._keys[day] = kept
        return self._keys[day]


def _made(key: bytes, counter: int, expires: int) -> Challenge:
    signed = create_challenge(
        ALGORITHM,
        limits.PROOF_ROUNDS,
        counter=counter,
        expires_at=expires,
        hmac_secret=key,
        hmac_key_secret=_key_of_keys(key),
    )
    asked = signed.parameters
    parameters = Parameters(
        algorithm=asked.algorithm,
        cost=asked.cost,
        key_length=asked.key_length,
        key_prefix=asked.key_prefix,
        key_signature=asked.key_signature or "",
        nonce=asked.nonce,
        salt=asked.salt,
        expires_at=expires,
    )
    return Challenge(parameters=parameters, signature=signed.signature or "")


def _proves(proof: Proof, key: bytes) -> bool:
    asked = proof.challenge.parameters
    parameters = ChallengeParameters(
        asked.algorithm,
        asked.nonce,
        asked.salt,
        asked.cost,
        key_length=asked.key_length,
        key_prefix=asked.key_prefix,
        key_signature=asked.key_signature,
        expires_at=asked.expires_at,
    )
    answer = Answer(proof.solution.counter, proof.solution.derived_key)
    payload = Payload(Signed(parameters, proof.challenge.signature), answer)
    return verify_solution(payload, key, hmac_key_secret=_key_of_keys(key)).verified


def _key_of_keys(key: bytes) -> bytes:
    """The key that signs derived keys differs from the one that signs challenges."""
    return key + b"derived"
