"""The keyring in memory: the same contract for one process. For tests."""

import secrets

from chat.keyring import DayKey, day_of
from chat.sealing import KEY_BYTES, Day
from config.clock import Millis


class MemoryKeyring:
    """Keys that are gone with the process."""

    def __init__(self) -> None:
        """Begin without keys."""
        self._keys: dict[Day, DayKey] = {}

    async def at(self, now: Millis) -> DayKey:
        """See `Keyring.at`."""
        day = day_of(now)
        return self._keys.setdefault(day, DayKey(day, secrets.token_bytes(KEY_BYTES)))

    async def of(self, day: Day) -> DayKey | None:
        """See `Keyring.of`."""
        return self._keys.get(day)

    async def days(self) -> tuple[Day, ...]:
        """See `Keyring.days`."""
        return tuple(sorted(self._keys))

    async def destroy(self, day: Day) -> None:
        """See `Keyring.destroy`."""
        self._keys.pop(day, None)
