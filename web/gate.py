"""The gate: who may come in now. Limits by address, by load, by blocks, and by opening hours.

What is refused here is refused to newcomers; conversations are never touched (promise 10). What
the gate knows of the whole house, the lookout tells it (`web/lookout.py`).
"""

from collections.abc import Mapping
from typing import Literal

from config import clock, limits
from config.clock import monotonic
from config.ids import ConversationId
from safety.blocks import Block, Grade, standing
from safety.pressure import (
    NEVER,
    RAID_PRESSURE,
    SLOWED_PRESSURE,
    USUAL_SECONDS,
    Load,
    faded,
    happened,
    tries,
)
from safety.raid import Raid
from web.visitors import ADMISSIONS, FAILURES, RAID, RETURN_CODES, SLOWED, Visitor

Refusal = Literal["too_many", "full", "closed", "paused", "blocked", "slowly"]

GRADES = tuple(Grade)


class Gate:
    """Decides about newcomers of one process."""

    def __init__(self, *, is_open: bool, asks_work: bool = True) -> None:
        self.is_open = is_open
        self._asks_work = asks_work
        self._arrivals = NEVER
        self._usual = NEVER
        self._raiders = Visitor(shared=True)
        """Stands for all newcomers of a raid, who share one bucket."""
        self.waiting = 0
        """Seekers who wait in the house, as last looked at."""
        self.supporters = 0
        """Supporters who are available in the house, as last looked at."""
        self.blocks: Mapping[ConversationId, Block] = {}
        """Blocks that hold, as last looked at."""
        self.raid: Raid | None = None
        """Raid mode, as last looked at."""
        self.draining = False
        self.cramped = False
        """Whether the store's disk has room only for those who are inside."""
        self.sockets = 0
        """Open sockets of this process."""

    @property
    def full(self) -> bool:
        """Whether a newcomer would be one too many. Those who come back are let in."""
        return self.sockets >= limits.SOCKETS or self.draining or self.cramped

    @property
    def crammed(self) -> bool:
        """Whether not even those who come back can be let in."""
        return self.sockets >= limits.SOCKETS + limits.SOCKETS_RETURNING

    @property
    def raided(self) -> bool:
        """Whether raid mode is on; it ends by the clock, though the store be away."""
        return self.raid is not None and clock.now() < self.raid.until

    def refusal(self, visitor: Visitor, *, own: int = 0) -> Refusal | None:
        """Return why a newcomer can't come in now, or None.

        `own` is how many sockets the newcomer has open already: one, if this is asked over it.
        """
        if not self.is_open:
            return "closed"
        block = self.block(visitor)
        if block is not None and block.grade is not Grade.SLOWED:
            return "paused" if block.grade is Grade.PAUSED else "blocked"
        if self.full:
            return "full"
        return "too_many" if self._thronged(visitor, own) else None

    def block(self, visitor: Visitor) -> Block | None:
        """Return the gravest block that holds for this visitor."""
        now = clock.now()
        laid = [self.blocks[one] for one in visitor.blocked_by if one in self.blocks]
        holding = [one for one in laid if standing(one, now) != "over"]
        return max(holding, key=lambda one: (GRADES.index(one.grade), one.until), default=None)

    def admits(self, visitor: Visitor) -> bool:
        """Whether this newcomer may ask now; each asking counts."""
        if not visitor.allows(ADMISSIONS):
            return False
        if self.block(visitor) is not None and not visitor.allows(SLOWED):
            return False
        now = monotonic()
        self._arrivals = happened(self._arrivals, now)
        self._usual = happened(self._usual, now, USUAL_SECONDS)
        return True

    def has_turn(self) -> bool:
        """Whether a newcomer could come in now; in a raid they are let in slowly."""
        return not self.raided or self._raiders.has(RAID)

    def takes_turn(self) -> bool:
        """Whether a newcomer comes in now; in a raid this uses up a turn."""
        return not self.raided or self._raiders.allows(RAID)

    def tries(self, visitor: Visitor) -> int:
        """Return how much work is asked of this newcomer; 0 under no pressure."""
        if not self._asks_work:
            return 0
        least = RAID_PRESSURE if self.raided else 0.0
        if self.block(visitor) is not None:
            least = SLOWED_PRESSURE
        return tries(self.load(), least=least)

    def load(self) -> Load:
        """Return what presses on this process now."""
        return Load(
            arrivals=faded(self._arrivals, monotonic()),
            sockets=self.sockets / limits.SOCKETS,
            waiting=self.waiting,
            supporters=self.supporters,
        )

    @property
    def usual(self) -> float:
        """Newcomers a second, over the last hour."""
        return faded(self._usual, monotonic(), USUAL_SECONDS)

    def _thronged(self, visitor: Visitor, own: int) -> bool:
        """Whether so many sockets are open from this address that no newcomer gets another."""
        most = 1 if self.raided else limits.SOCKETS_OF_ADDRESS
        return visitor.sockets - own >= most and not visitor.shared

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
