"""The gate: who may come in now. Limits by address tag, by load, and by opening hours.

What is refused here is refused to newcomers; conversations are never touched (promise 10).
"""

from collections import OrderedDict
from typing import Literal

from config import limits
from config.clock import monotonic
from safety.throttle import Bucket, full, take

REMEMBERED = 50_000
"""Address tags remembered at once; the least recently seen is forgotten, which only favours it."""

Refusal = Literal["too_many", "full", "closed"]


class Limit:
    """A token bucket for each address tag."""

    def __init__(self, burst: int, seconds: float) -> None:
        self._burst = burst
        self._rate = burst / seconds
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    def allows(self, tag: str) -> bool:
        """Take one from this tag's bucket, if there is one."""
        now = monotonic()
        bucket = self._buckets.pop(tag, None) or full(self._burst, now)
        self._buckets[tag], allowed = take(bucket, self._rate, self._burst, now)
        if len(self._buckets) > REMEMBERED:
            self._buckets.popitem(last=False)
        return allowed


class Gate:
    """Decides about newcomers of one process."""

    def __init__(self, *, is_open: bool) -> None:
        self.is_open = is_open
        self.draining = False
        self.sockets = 0
        """Open sockets of this process."""
        self._admissions = Limit(limits.ADMISSIONS, limits.ADMISSIONS_SECONDS)
        self._codes = Limit(limits.RETURN_CODES, limits.RETURN_CODES_SECONDS)

    @property
    def full(self) -> bool:
        """Whether a newcomer would be one too many. Those who come back are let in."""
        return self.sockets >= limits.SOCKETS or self.draining

    @property
    def crammed(self) -> bool:
        """Whether not even those who come back can be let in."""
        return self.sockets >= limits.SOCKETS + limits.SOCKETS_RETURNING

    def refusal(self, tag: str) -> Refusal | None:
        """Return why a newcomer can't come in now, or None."""
        if not self.is_open:
            return "closed"
        if self.full:
            return "full"
        return None if self._admissions.allows(tag) else "too_many"

    def allows_code(self, tag: str) -> bool:
        """Whether this address may try another return code."""
        return self._codes.allows(tag)
