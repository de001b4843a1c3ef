"""A seeker and a supporter who talk without a pause, and what each of them must then have seen."""

import asyncio
from contextlib import suppress

from client.conversation import Conversation
from client.seeker import Seeker
from client.supporter import Supporter

PATIENCE = 30.0
PAUSE = 0.5
"""Seconds between two lines of a pair: slow enough for the limit of one person."""
THE_END = "the end"


class Chat:
    """One pair."""

    def __init__(self, seeker: Seeker, conversation: Conversation) -> None:
        self.seeker = seeker
        self.conversation = conversation
        self.said: list[str] = []
        """Every line that was acknowledged, in order."""
        self._news = asyncio.Event()

    @classmethod
    async def begin(cls, url: str, supporter: Supporter) -> "Chat":
        """Let a seeker in who meets this supporter."""
        seeker = await Seeker(url, patience=PATIENCE).__aenter__()
        conversation = await supporter.takes(seconds=PATIENCE)
        await seeker.matched(seconds=PATIENCE)
        return cls(seeker, conversation)

    async def talk(self, stop: asyncio.Event) -> None:
        """Say lines in turn until told to stop, and then a last one that both have seen."""
        while not stop.is_set():
            side = self.conversation if len(self.said) % 2 else self.seeker
            await self._say(side, f"line {len(self.said)}")
            with suppress(TimeoutError):
                async with asyncio.timeout(PAUSE):
                    await stop.wait()
        await self._say(self.seeker, THE_END)
        await self.conversation.sees(THE_END, seconds=PATIENCE)

    async def _say(self, side: Seeker | Conversation, text: str) -> None:
        await side.says(text, seconds=PATIENCE)
        self.said.append(text)
        self._news.set()

    async def goes_on(self, lines: int = 2) -> None:
        """Wait until so many more lines have been acknowledged."""
        goal = len(self.said) + lines
        async with asyncio.timeout(PATIENCE):
            while len(self.said) < goal:
                self._news.clear()
                await self._news.wait()

    def is_whole(self) -> None:
        """Both have seen what was acknowledged, once and in one order."""
        assert [line.text for line in self.seeker.transcript] == self.said
        assert [line.text for line in self.conversation.transcript] == self.said

    async def ends(self) -> None:
        """Let the seeker go."""
        await self.seeker.__aexit__(None, None, None)
