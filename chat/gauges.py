"""Gauges: what each process sees alone, and every board has to count: the port to where they meet.

Who watches a board, and how many lines the filter could not read, is known to the process where
it happens. Each tells it to all; what it has not repeated for a while counts no more, because the
process may be gone.
"""

from typing import Final, Protocol

import msgspec

from config.clock import Millis
from config.ids import AccountId

REPEAT_MS: Final = 10_000
"""How often a process repeats what it has told."""
FRESH_MS: Final = 3 * REPEAT_MS
"""How long it counts."""


class Gauge(msgspec.Struct, frozen=True, kw_only=True):
    """What one process sees."""

    origin: str
    """The process."""
    at: Millis
    watching: tuple[AccountId, ...] = ()
    """Whose boards are open there."""
    unscreened: int = 0
    """Lines that were not screened there since it began."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to count."""
        return not self.watching and not self.unscreened

    def says_as_much_as(self, other: "Gauge") -> bool:
        """Whether nobody would count differently by the other one."""
        return (self.watching, self.unscreened) == (other.watching, other.unscreened)


def is_fresh(gauge: Gauge, now: Millis) -> bool:
    """Whether it counts; a clock that was set back makes nothing older."""
    return now - gauge.at < FRESH_MS


class Gauges(Protocol):
    """Where they meet; all processes of a house share it. Raises: StoreError, each."""

    async def put(self, gauge: Gauge) -> None:
        """Keep it in place of the one before of the same process."""
        ...

    async def present(self, now: Millis) -> tuple[Gauge, ...]:
        """Return those that count."""
        ...
