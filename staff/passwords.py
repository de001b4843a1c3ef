"""Passphrases: hashed with argon2id, never kept, and never waited for on the event loop.

At most two are hashed at once, in threads of their own: each takes 64 MiB and a good part of
a second (RFC 9106; the size is measured in the design). Choosing who may try, and how often,
is `login`'s and `guesses`' business.
"""

import asyncio
import secrets
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, Literal

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from config.catalogue import PASSPHRASE_WORDS, secret_words
from config.limits import PASSWORD_LEAST, PASSWORD_MOST, PASSWORDS_AT_ONCE

CROWD: Final = 32
"""Passphrases that may wait to be hashed: the last one waits some three seconds."""

PassphraseFault = Literal["too_short", "too_long", "is_name"]


@dataclass(frozen=True, slots=True)
class Cost:
    """What hashing one passphrase costs."""

    memory_kib: int = 64 * 1024
    passes: int = 3
    lanes: int = 1


COST: Final = Cost()


def fault_of(passphrase: str, name: str, display: str = "") -> PassphraseFault | None:
    """Say what is wrong with a passphrase that someone chose for the account of this name."""
    chosen = _normal(passphrase)
    if len(chosen) < PASSWORD_LEAST:
        return "too_short"
    if len(chosen) > PASSWORD_MOST:
        return "too_long"
    if _bare(chosen) in {_bare(name), _bare(display)}:
        return "is_name"
    return None


def one_time() -> str:
    """Return a new passphrase of words, to be told to someone once and changed at log-in."""
    return secret_words(secrets.choice, PASSPHRASE_WORDS)


class Passwords:
    """Hashes passphrases and checks them. One for each process; `close` it at the end."""

    def __init__(self, cost: Cost = COST) -> None:
        """Hash at this cost; tests use less."""
        self._hasher = PasswordHasher(cost.passes, cost.memory_kib, cost.lanes)
        self._threads = ThreadPoolExecutor(PASSWORDS_AT_ONCE, thread_name_prefix="passphrases")
        self._waiting = 0

    @property
    def crowded(self) -> bool:
        """Whether so many wait already that the next should be asked to come back."""
        return self._waiting >= CROWD

    async def hash(self, passphrase: str) -> str:
        """Return what may be kept of a passphrase."""
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, self._hasher.hash, _normal(passphrase))
        finally:
            self._waiting -= 1

    async def verify(self, password_hash: str | None, passphrase: str) -> bool:
        """Say whether the passphrase is that of the hash.

        Without a hash (nobody has this name) the passphrase is hashed all the same and the
        answer is no, so that it takes as long.
        """
        if password_hash is None:
            await self.hash(passphrase)
            return False
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(
                self._threads, self._matches, password_hash, _normal(passphrase)
            )
        finally:
            self._waiting -= 1

    def outdated(self, password_hash: str) -> bool:
        """Say whether the hash was made at another cost and should be made again."""
        return self._hasher.check_needs_rehash(password_hash)

    def close(self) -> None:
        """Give the threads back."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _matches(self, password_hash: str, passphrase: str) -> bool:
        try:
            return self._hasher.verify(password_hash, passphrase)
        except (VerificationError, InvalidHashError):
            return False


def _normal(passphrase: str) -> str:
    """Return one form of what different keyboards write differently (NIST SP 800-63B, 3.1.1.2)."""
    return unicodedata.normalize("NFKC", passphrase[: 2 * PASSWORD_MOST])


def _bare(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())
