"""What the simulated people share: who plays which script, who waits, and how fast they are."""

import asyncio
from dataclasses import dataclass, field
from random import Random

from web.demo.scripts import Script, Scripts

LETTERS_A_SECOND = 18.0
"""How fast simulated people write; about three times as fast as real ones."""
LONGEST_SECONDS = 7.0
"""The longest that one line is written."""


@dataclass(slots=True)
class Stage:
    """One demo. `pace` stretches all pauses; 1.0 is human-like."""

    url: str
    scripts: Scripts
    chance: Random
    pace: float = 1.0
    playing: dict[str, Script] = field(default_factory=dict[str, Script])
    """The scripts being played, by conversation."""
    waiting: dict[str, str] = field(default_factory=dict[str, str])
    """The languages of the seekers who wait, by conversation."""

    def choose(self) -> Script:
        """Return what to play next: English while few wait in it, so that visitors get offers."""
        few = [*self.waiting.values()].count("en") < 2
        return self.scripts.pick(self.chance, "en" if few else None)

    async def pause(self, least: float, most: float) -> None:
        """Do nothing for some seconds, as people do."""
        await asyncio.sleep(self.chance.uniform(least, most) * self.pace)

    async def write(self, text: str) -> None:
        """Take the time that writing takes."""
        seconds = min(LONGEST_SECONDS, 1.0 + len(text) / LETTERS_A_SECOND)
        await self.pause(seconds * 0.7, seconds * 1.3)
