"""Revocation: the sockets of a session that has ended are closed within two seconds.

The wake-up names the session. As it may be lost, each live session is also looked up once a
minute, which is its sign of life as well.
"""

import asyncio

from chat.closing import Closings
from chat.floor import StaffMember
from config.clock import Millis
from store.errors import StoreError
from web.house import House

CHECK_SECONDS = 60.0
"""How often each live session is looked up in any case."""


class Revoking:
    """Watches over the sessions that have sockets here."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._all = asyncio.Event()

    def woken(self, channel: str, payload: bytes) -> None:
        """Take a wake-up: a session has ended, or some may have."""
        if not payload:
            self._all.set()
            return
        for member in self._house.floor.all_staff():
            if member.session == payload.decode():
                member.close(Closings.REVOKED.value)

    async def run(self) -> None:
        """Look all sessions up now and again, for as long as the server runs."""
        while True:
            try:
                async with asyncio.timeout(CHECK_SECONDS):
                    await self._all.wait()
            except TimeoutError:
                pass
            self._all.clear()
            try:
                await self._check()
            except StoreError:
                continue

    async def _check(self) -> None:
        now = self._house.parts.now()
        for member in self._house.floor.all_staff():
            if not await self._welcome(member, now):
                member.close(Closings.REVOKED.value)

    async def _welcome(self, member: StaffMember, now: Millis) -> bool:
        """Whether the session lives, and the account is what it was when the socket opened.

        A crash between changing an account and revoking its sessions is made up for here.
        """
        if await self._house.sessions.look(member.session, now) is None:
            return False
        account = await self._house.parts.accounts.get(member.account)
        if account is None or account.disabled or account.must_change:
            return False
        return account.role is member.role
