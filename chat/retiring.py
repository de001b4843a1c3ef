"""Retiring keys: no key of a day outlives the last word that it could open.

Conversations that go on have their keys wrapped by the key of today; one that ends had it done
at the latest then. So what a day's key still wraps has ended by the end of that day, and once
retention has passed since, the key is destroyed. Every process does this, again and again.
"""

import asyncio
import logging
from datetime import UTC, date, datetime, time, timedelta

from chat.keyring import Keyring
from chat.parts import Parts
from chat.sealing import Day
from config import limits
from config.clock import Millis
from store.errors import StoreError

log = logging.getLogger("benchside.keys")

CHUNK = 200
"""Conversations whose keys are seen to at once."""


class Retiring:
    """The periodic work on keys."""

    def __init__(self, parts: Parts, keyring: Keyring, retention: int) -> None:
        """`retention` is in seconds."""
        self._parts = parts
        self._keyring = keyring
        self._retention = retention

    async def run(self) -> None:
        """See to the keys, for as long as the server runs."""
        while True:
            try:
                await self.once()
            except StoreError as error:
                log.warning("keys could not be seen to: %s", error)
            await asyncio.sleep(limits.KEYS_SECONDS)

    async def once(self) -> None:
        """Wrap anew what goes on, then destroy what nothing needs. Raises: StoreError."""
        live = [id_ for id_, _ in await self._parts.room.live()]
        for start in range(0, len(live), CHUNK):
            await self._parts.log.rewrap(live[start : start + CHUNK])
        for day in await self._keyring.days():
            if self._parts.now() > over(day, self._retention):
                await self._keyring.destroy(day)
                log.info("the key of %s is destroyed", day)


def over(day: Day, retention: int) -> Millis:
    """Return when nothing may be kept any more that the key of a day can open."""
    ends = datetime.combine(date.fromisoformat(day), time(), UTC) + timedelta(days=1)
    slack = timedelta(seconds=retention + limits.KEYS_SLACK_SECONDS)
    return Millis(int((ends + slack).timestamp() * 1000))
