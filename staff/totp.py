"""Codes that change each half minute (RFC 6238), and recovery codes: which one is right.

Pure: the time comes in, and the caller brings randomness and remembers what was used. A code of
the step before or after the present one is right as well, since clocks differ and typing takes
time.
"""

import hmac
import unicodedata
from typing import Final

from pyotp.hotp import HOTP
from pyotp.totp import TOTP

from config.clock import Millis
from config.ids import AccountId, hash_token

STEP_SECONDS: Final = 30
WINDOW: Final = 1
"""Steps before and after the present one whose codes are taken (RFC 6238, 5.2)."""
SECRET_BYTES: Final = 20
"""160 bits, the size of the hash that authenticator apps use (RFC 4226, 4)."""
DIGITS: Final = 6
RECOVERY_BYTES: Final = 10
"""80 bits: too many to try, though a fast hash of them is stolen. 16 letters and digits."""
_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32: without letters that look like digits."""
_LOOKALIKES: Final = str.maketrans("oil", "011")


def step_of(now: Millis) -> int:
    """Return the number of the present half minute."""
    return int(now) // (STEP_SECONDS * 1000)


def right_step(secret: str, typed: str, now: Millis, last: int) -> int | None:
    """Return the step whose code this is, if it may still be used: later than `last`."""
    code = _digits(typed)
    if len(code) != DIGITS:
        return None
    present = step_of(now)
    codes = HOTP(secret, digits=DIGITS)
    for step in range(max(0, present - WINDOW, last + 1), present + WINDOW + 1):
        if hmac.compare_digest(codes.at(step), code):
            return step
    return None


def setup_uri(secret: str, account: str, issuer: str) -> str:
    """Return what an authenticator app reads from a QR code."""
    return TOTP(secret, digits=DIGITS, name=account, issuer=issuer).provisioning_uri()


def recovery_code(chance: bytes) -> str:
    """Return `RECOVERY_BYTES` random bytes as somebody may write them down: 4 times 4."""
    number = int.from_bytes(chance[:RECOVERY_BYTES])
    letters = "".join(_ALPHABET[number >> shift & 31] for shift in range(75, -1, -5))
    return "-".join(letters[at : at + 4] for at in range(0, 16, 4))


def recovery_hash(account: AccountId, typed: str) -> str:
    """Return what is kept of a recovery code, however it was typed."""
    bare = "".join(letter for letter in typed[:64].casefold() if letter.isalnum())
    return hash_token(f"{account} {bare.translate(_LOOKALIKES)}")


def _digits(typed: str) -> str:
    """Return the digits of what was typed, in whichever script they were."""
    kept = (unicodedata.digit(letter, None) for letter in typed[:32] if not letter.isspace())
    return "".join("?" if digit is None else str(digit) for digit in kept)
