"""Revocation: the sockets of a session that has ended are closed within two seconds.

The wake-up names the session, and its sockets close at once. As a wake-up may be lost, the count
of all revocations is read each second as well, one small call for each process; when it has
changed, every session with a socket here is looked up. Once a minute they are looked up in any
case: it is their sign of life, and it finds accounts that changed without a revocation, because
a process died in between.
"""

import asyncio
from collections.abc import Sequence
from typing import Final

from chat.closing import Closings
from chat.floor import StaffMember
from config import limits
from config.clock import Millis, monotonic
from store.errors import StoreError
from web.house import House

CHECK_SECONDS: Final = 60.0
"""How often each live session is looked up in any case."""
COUNT_SECONDS: Final = limits.REVOKED_SECONDS / 2
"""How often the revocations are counted; the rest of the time is for looking and cutting."""
AT_ONCE: Final = 100
"""Sessions that are looked up in one go."""


class Revoking:
    """Watches over the sessions that have sockets here."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._all = asyncio.Event()
        self._counted: int | None = None
        self._checked = monotonic()

    def woken(self, channel: str, payload: bytes) -> None:
        """Take a wake-up: a session has ended, or some may have."""
        if not payload:
            self._counted = None
            self._all.set()
            return
        for member in self._house.floor.all_staff():
            if member.session == payload.decode():
                member.cut(Closings.REVOKED.value)

    async def run(self) -> None:
        """Count, and look all sessions up where it is time, for as long as the server runs."""
        while True:
            try:
                async with asyncio.timeout(COUNT_SECONDS):
                    await self._all.wait()
            except TimeoutError:
                pass
            self._all.clear()
            try:
                await self._look()
            except StoreError:
                continue

    async def _look(self) -> None:
        """Look the sessions up if any may have ended. A look that fails is made again."""
        count = await self._house.sessions.count_revoked()
        late = monotonic() - self._checked >= CHECK_SECONDS
        if count == self._counted and not late:
            return
        await self._check()
        self._counted = count
        self._checked = monotonic()

    async def _check(self) -> None:
        now = self._house.parts.now()
        members = tuple(self._house.floor.all_staff())
        for start in range(0, len(members), AT_ONCE):
            some = members[start : start + AT_ONCE]
            for member, welcome in zip(some, await self._welcome(some, now), strict=True):
                if not welcome:
                    member.cut(Closings.REVOKED.value)

    async def _welcome(self, members: Sequence[StaffMember], now: Millis) -> list[bool]:
        return await asyncio.gather(*(self._is_welcome(one, now) for one in members))

    async def _is_welcome(self, member: StaffMember, now: Millis) -> bool:
        """Whether the session lives, and the account is what it was when the socket opened."""
        if await self._house.sessions.look(member.session, now) is None:
            return False
        account = await self._house.parts.accounts.get(member.account)
        if account is None or account.disabled or account.must_change:
            return False
        return account.role is member.role and not self._house.owes_factor(account)
