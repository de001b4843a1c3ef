"""The gate: who may come in now. Limits by address, by load, and by opening hours.

What is refused here is refused to newcomers; conversations are never touched (promise 10).
"""

from typing import Literal

from config import limits
from config.clock import monotonic
from safety.pressure import NEVER, Load, faded, happened, tries
from web.visitors import ADMISSIONS, FAILURES, RETURN_CODES, Visitor

Refusal = Literal["too_many", "full", "closed"]


class Gate:
    """Decides about newcomers of one process."""

    def __init__(self, *, is_open: bool, asks_work: bool = True) -> None:
        self.is_open = is_open
        self._asks_work = asks_work
        self._arrivals = NEVER
        self.waiting = 0
        """Seekers who wait in the house, as last looked at."""
        self.supporters = 0
        """Supporters who are available in the house, as last looked at."""
        self.draining = False
        self.sockets = 0
        """Open sockets of this process."""

    @property
    def full(self) -> bool:
        """Whether a newcomer would be one too many. Those who come back are let in."""
        return self.sockets >= limits.SOCKETS or self.draining

    @property
    def crammed(self) -> bool:
        """Whether not even those who come back can be let in."""
        return self.sockets >= limits.SOCKETS + limits.SOCKETS_RETURNING

    def refusal(self, visitor: Visitor) -> Refusal | None:
        """Return why a newcomer can't come in now, or None."""
        if not self.is_open:
            return "closed"
        if self.full:
            return "full"
        return "too_many" if self.thronged(visitor) else None

    def admits(self, visitor: Visitor) -> bool:
        """Whether this newcomer may ask now; each asking counts."""
        if not visitor.allows(ADMISSIONS):
            return False
        self._arrivals = happened(self._arrivals, monotonic())
        return True

    def tries(self, visitor: Visitor) -> int:
        """Return how much work is asked of this newcomer; 0 under no pressure."""
        return tries(self.load()) if self._asks_work else 0

    def load(self) -> Load:
        """Return what presses on this process now."""
        return Load(
            arrivals=faded(self._arrivals, monotonic()),
            sockets=self.sockets / limits.SOCKETS,
            waiting=self.waiting,
            supporters=self.supporters,
        )

    def thronged(self, visitor: Visitor) -> bool:
        """Whether so many sockets are open from this address that no newcomer gets another."""
        return visitor.sockets >= limits.SOCKETS_OF_ADDRESS and not visitor.shared

    def packed(self, visitor: Visitor) -> bool:
        """Whether not even one who comes back to a talk gets another socket from this address."""
        most = limits.SOCKETS_OF_ADDRESS + limits.SOCKETS_OF_ADDRESS_RETURNING
        return visitor.sockets >= most and not visitor.shared

    def allows_code(self, visitor: Visitor) -> bool:
        """Whether this address may try another return code."""
        return visitor.allows(RETURN_CODES)

    def trusts(self, visitor: Visitor) -> bool:
        """Whether this address may show another admission: few enough of late were none."""
        return visitor.has(FAILURES)

    def failed(self, visitor: Visitor) -> None:
        """Note an admission or an answer to a challenge that was none."""
        visitor.allows(FAILURES)
