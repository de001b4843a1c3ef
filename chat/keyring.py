"""The keyring: the port to the keys of the days, which wrap the keys of conversations.

They are kept apart from the store, so that a copy of the store alone opens nothing, and they
are destroyed when nothing that they wrapped may be kept any more. Adapters: `keyring_files.py`,
and `keyring_memory.py` for the same contract without files. `keyring_agreed.py` puts either on
a store and makes sure that all who use that store hold the same keys.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from chat.sealing import Day
from config.clock import Millis


@dataclass(frozen=True, slots=True)
class DayKey:
    """The key of one day."""

    day: Day
    secret: bytes = field(repr=False)


class Keyring(Protocol):
    """Where the keys of the days are."""

    async def at(self, now: Millis) -> DayKey:
        """Return the key of the day at `now`; it is made if there is none.

        However many ask at once, in whatever process, all are given the same.

        Raises:
            WrongKeys: they can't be used; the text says what to do.
        """
        ...

    async def of(self, day: Day) -> DayKey | None:
        """Return the key of a day, or None if there is none (any more). Raises as `at`."""
        ...

    async def days(self) -> tuple[Day, ...]:
        """Return the days that have a key, the oldest first."""
        ...

    async def destroy(self, day: Day) -> None:
        """Destroy the key of a day; what it wrapped can't be opened any more."""
        ...


def day_of(now: Millis) -> Day:
    """Return the day, in UTC."""
    return Day(datetime.fromtimestamp(now / 1000, UTC).date().isoformat())
