"""Screens the lines that come in the same turn of the loop together: each costs less so.

Where one line comes at a time, as on most days of most houses, it waits for nobody: it is
screened as soon as the loop has handed out what is there.
"""

import asyncio
from typing import Final

from safety.screening import Screen
from safety.verdict import Said, Screened

AT_ONCE: Final = 64
"""Lines that are screened before others have a turn: some six milliseconds. More would gain
little, since by then nearly all that is shared is shared."""


class Screener:
    """The screen of one process, for all who speak there. Belongs to one event loop."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._waiting: list[tuple[Said, asyncio.Future[Screened]]] = []

    @property
    def faults(self) -> int:
        """How many lines could not be screened."""
        return self._screen.faults

    async def screen(self, said: Said) -> Screened:
        """Judge a line; see `Screen.screen_all`."""
        loop = asyncio.get_running_loop()
        if not self._waiting:
            loop.call_soon(self._run)
        judged: asyncio.Future[Screened] = loop.create_future()
        self._waiting.append((said, judged))
        return await judged

    def _run(self) -> None:
        some, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
        if self._waiting:
            asyncio.get_running_loop().call_soon(self._run)
        for (_, judged), screened in zip(
            some, self._screen.screen_all([said for said, _ in some]), strict=True
        ):
            if not judged.done():  # who asked may have gone
                judged.set_result(screened)
