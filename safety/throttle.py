"""How often someone may write: a token bucket as plain arithmetic.

The caller owns the clock, the numbers (`config/limits.py`) and the place where a
bucket is kept; this module only says what a bucket becomes.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bucket:
    """How much may be said at once, and when that was last worked out."""

    tokens: float
    """Between 0 and the burst."""
    at: float
    """Seconds on the caller's monotonic clock."""


def full(burst: float, now: float) -> Bucket:
    """A new bucket, from which `burst` can be taken at once."""
    return Bucket(burst, now)


def take(bucket: Bucket, rate: float, burst: float, now: float) -> tuple[Bucket, bool]:
    """Take one token if there is one, after refilling at `rate` tokens a second.

    A refused taking costs nothing, so that hammering does not lengthen the wait.
    A clock that steps back refills nothing, and does not refill the same time twice.
    """
    elapsed = max(0.0, now - bucket.at)
    tokens = min(burst, bucket.tokens + elapsed * rate)
    at = max(now, bucket.at)
    if tokens < 1.0:
        return Bucket(tokens, at), False
    return Bucket(tokens - 1.0, at), True
