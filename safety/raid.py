"""Raid mode: what the house does for a while when many come at once to do harm.

Pure rules, and the port to where the mode is kept. A supervisor switches it on for a time, and
it ends by itself. Meanwhile newcomers prove some work, are let in slowly, and one at a time from
each address; their offers bear a mark. Those inside are never touched.
"""

from typing import Final, Protocol

import msgspec

from config.clock import Millis
from safety.escalation import Person

MINUTES_MOST: Final = 240
"""The longest raid mode from one decision: a shift's half, then somebody looks again."""
LATELY_MS: Final = 10 * 60 * 1000
"""How far back blocks are counted."""


class Raid(msgspec.Struct, frozen=True, kw_only=True):
    """Raid mode, as it was switched on."""

    by: Person
    since: Millis
    until: Millis

    def __repr__(self) -> str:
        """Without the name."""
        return f"Raid(since={self.since}, until={self.until})"


def raid(minutes: int, by: Person, now: Millis, before: Raid | None = None) -> Raid:
    """Return raid mode for so many minutes from now; one that is on keeps its beginning."""
    since = before.since if before else now
    return Raid(by=by, since=since, until=Millis(now + min(minutes, MINUTES_MOST) * 60_000))


def proposes(*, arrivals: float, usual: float, blocks_lately: int) -> bool:
    """Whether raid mode should be proposed to supervisors.

    `arrivals` are newcomers a second now, `usual` those of the last hour. A crowd alone is no
    raid: at least three conversations were blocked by people in the last ten minutes.
    """
    return blocks_lately >= 3 and arrivals >= 0.5 and arrivals >= 5 * usual


class Raids(Protocol):
    """Where raid mode is kept; all processes of a house share it. Raises: StoreError, each."""

    async def begin(self, raid: Raid, now: Millis) -> None:
        """Switch it on, or prolong it."""
        ...

    async def end(self) -> None:
        """Switch it off."""
        ...

    async def present(self, now: Millis) -> Raid | None:
        """Return it while it is on."""
        ...
