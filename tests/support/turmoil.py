"""What breaks, and when: a schedule of faults that is counted in lines and not in seconds.

A `Step` says after how many more acknowledged lines which fault strikes. `Turmoil` carries a
schedule out on a `Town`. The same schedules are drawn by Hypothesis, which can make a failing
one smaller, and by `tools/soak.py` from a seed.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from tests.support.crowd import Progress
from tests.support.entrance import Harm
from tests.support.jumping import set_ahead
from tests.support.store_wire import Armed
from tests.support.town import Town

Blow = Literal[
    "late_reply",
    "cut_store",
    "kill_server",
    "kill_store",
    "kill_both",
    "full_disk",
    "pause_server",
    "cut_people",
    "stall_readers",
    "clock_ahead",
    "clock_back",
]
Fault = Literal[Armed, Harm, Blow]
ARMED: tuple[Armed, ...] = get_args(Armed)
HARMS: tuple[Harm, ...] = get_args(Harm)
BLOWS: tuple[Blow, ...] = get_args(Blow)
FAULTS: tuple[Fault, ...] = (*ARMED, *HARMS, *BLOWS)
HOUR = 3600.0
LASTS_LINES = 6
"""Lines by the others after which a fault that lasts is over, in a short bout."""


@dataclass(frozen=True, slots=True)
class Step:
    """One fault, after so many more lines."""

    after: int
    fault: Fault
    side: int = 0
    """Which of the two servers it strikes."""
    size: int = 1
    """How often, how long or how far."""


class Turmoil:
    """Carries schedules out."""

    def __init__(
        self, town: Town, progress: Progress, *, lasts: int = LASTS_LINES, at_most: float = 1.0
    ) -> None:
        """
        Arguments:
            lasts: lines by others, for each size of a fault, after which it is over.
            at_most: seconds, for each size, after which it is over all the same.
        """
        self._lasts = lasts
        self._at_most = at_most
        self._town = town
        self._progress = progress
        self.struck: Counter[str] = Counter()
        self._striking = asyncio.Lock()

    async def run(self, schedule: Sequence[Step]) -> None:
        """Carry out a schedule, each step after the one before."""
        for step in schedule:
            await self._progress.until(self._progress.lines + step.after)
            async with self._striking:
                await self.strike(step)

    async def end(self, running: asyncio.Task[None]) -> None:
        """End a schedule that is being run, but not in the middle of a fault."""
        async with self._striking:
            running.cancel()

    async def strike(self, step: Step) -> None:
        """Let one fault happen; return when it is over, if it is one that lasts."""
        side, fault = step.side % 2, step.fault
        if fault in ARMED:
            self._town.wires[side].armed[fault] += step.size
            return
        if fault in HARMS:
            self._town.entrance.armed[fault] += step.size
            return
        self.struck[fault] += 1
        await self._blow(fault, side, step.size)

    async def _blow(self, fault: Fault, side: int, size: int) -> None:
        town = self._town
        match fault:
            case "late_reply":
                town.wires[side].flowing.clear()
                await self._while(size)
                town.wires[side].flowing.set()
            case "cut_store":
                town.wires[side].cut()
            case "kill_server":
                await town.restart(side)
            case "kill_store":
                await town.restart_store()
            case "kill_both":
                await town.kill_all()
            case "full_disk":
                await town.fill_disk(2048 * size)
            case "pause_server":
                town.pause(side)
                await self._while(size)
                town.go_on(side)
            case "cut_people":
                town.entrance.cut(size)
            case "stall_readers":
                stalled = town.entrance.stall(2)
                await self._while(size)
                town.entrance.resume(stalled)
            case _:
                await self._jump(side, size if fault == "clock_ahead" else -size)

    async def _jump(self, side: int, hours: int) -> None:
        set_ahead(self._town.clocks[side], hours * HOUR)
        await self._while(abs(hours))
        set_ahead(self._town.clocks[side], 0)

    async def _while(self, size: int) -> None:
        """Wait while others go on, but not for ever: perhaps nobody can."""
        lines = self._progress.lines + self._lasts * size
        await self._progress.until(lines, self._at_most * size)


async def until_calm(town: Town) -> None:
    """Take back every fault that has not struck yet, and mend what is broken."""
    for wire in town.wires:
        wire.armed.clear()
        wire.flowing.set()
    town.entrance.armed.clear()
    for path in town.clocks:
        set_ahead(path, 0)
    await asyncio.sleep(0)
