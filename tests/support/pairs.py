"""Pairs who talk without a pause through the SDK, and remember what they were told is durable."""

import asyncio

from client.conversation import Conversation
from client.errors import Refused
from client.seeker import Seeker
from config.clock import monotonic

CRISIS = "I want to end my life tonight"
CRISIS_EVERY = 7
PATIENT = 90.0
PACE = 0.2
"""Seconds between attempts of someone who writes faster than a person."""


class Pair:
    """A seeker and a supporter who talk, and what they were told is durable."""

    def __init__(self, seeker: Seeker, conversation: Conversation) -> None:
        self.seeker = seeker
        self.conversation = conversation
        self.acknowledged: dict[int, str] = {}
        self.longest = 0.0
        """Seconds between two lines that were acknowledged, at most."""
        self._last = 0.0
        self._told = asyncio.Event()

    async def _say(self, side: Seeker | Conversation, text: str) -> None:
        """Say a line, as soon as the server's limit for one person allows it."""
        while True:
            try:
                seq = await side.says(text, seconds=PATIENT)
            except Refused as refused:
                assert refused.reason == "too_fast"
                await asyncio.sleep(PACE)
            else:
                self.acknowledged[seq] = text
                self._was_told()
                return

    def _was_told(self) -> None:
        now = monotonic()
        self.longest = max(self.longest, now - (self._last or now))
        self._last = now

    async def goes_on(self, lines: int) -> None:
        """Return once so many more lines have been acknowledged."""
        goal = len(self.acknowledged) + lines
        while len(self.acknowledged) < goal:
            self._told.clear()
            await self._told.wait()

    async def talk(self, stop: asyncio.Event) -> None:
        """Say lines in turn until told to stop; a line that is not acknowledged is not counted."""
        number = 0
        while not stop.is_set():
            number += 1
            text = f"{CRISIS} {number}" if number % CRISIS_EVERY == 0 else f"seeker {number}"
            await self._say(self.seeker, text)
            await self._say(self.conversation, f"supporter {number}")
            self._told.set()
