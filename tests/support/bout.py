"""A bout of talk under a schedule of faults, and the story that comes of it.

The town and its supporters stay from one bout to the next, as a service does; seekers come and go.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from tests.support.checker import Story, Violation, violations
from tests.support.crowd import Notebook, Progress, Shift, WatchedSeeker, WatchedSupporter, on_duty
from tests.support.town import Town, a_town
from tests.support.turmoil import Step, Turmoil, until_calm

SETTLE_SECONDS = 40.0
"""How long everybody may take, once nothing breaks any more, to have seen everything."""
MANY_LINES = 1000


class Bout:
    """A town, its supporters, and what has come to pass so far."""

    def __init__(self, town: Town, notes: Notebook, shifts: Sequence[Shift]) -> None:
        self.town = town
        self.notes = notes
        self._shifts = shifts
        self.seekers = 0
        """How many have come so far."""
        self.blows: Counter[str] = Counter()

    @property
    def supporters(self) -> list[WatchedSupporter]:
        """Those who are there now."""
        return [shift.person for shift in self._shifts]

    async def plays(self, schedule: Sequence[Step], *, seekers: int, lines: int) -> list[Violation]:
        """Let seekers come and talk while the schedule strikes; return what was broken."""
        self.notes.begin(Story())
        for supporter in self.supporters:
            supporter.begin()
        async with AsyncExitStack() as stack:
            people = [self.seeker() for _ in range(seekers)]
            for one in people:
                await stack.enter_async_context(one)
            await asyncio.gather(*(one.matched() for one in people))
            await self._talk(people, schedule, lines)
            await self.settles(people)
        self.notes.story.rooms.append(await self.town.room())
        return violations(self.notes.story)

    def seeker(self) -> WatchedSeeker:
        """Let one more seeker stand before the door."""
        self.seekers += 1
        return WatchedSeeker(self.town.entrance.url, self.notes, f"seeker {self.seekers}")

    async def _talk(
        self, people: Sequence[WatchedSeeker], schedule: Sequence[Step], lines: int
    ) -> None:
        turmoil = Turmoil(self.town, self.notes.progress)
        async with asyncio.TaskGroup() as tasks:
            talks = [tasks.create_task(one.talk(lines), name="a seeker") for one in people]
            trouble = tasks.create_task(turmoil.run(schedule), name="trouble")
            await asyncio.wait(talks)
            await turmoil.end(trouble)
        self.blows += turmoil.struck
        self.notes.stop.set()
        await until_calm(self.town)

    @property
    def struck(self) -> Counter[str]:
        """How often each fault has come to pass."""
        wires = (wire.struck for wire in self.town.wires)
        return sum(wires, self.blows + self.town.entrance.struck)

    async def settles(self, people: Sequence[WatchedSeeker]) -> None:
        """Let everybody come back once more and read to the end; then read what is kept.

        Who does not get to read to the end in time is found by the checker.
        """
        story = self.notes.story
        for person in (*people, *self.supporters):
            person.drop()
        for one in people:
            one.view.whole = bool(one.view.conversation)
        await within(lambda: all(one.silent for one in self.supporters))
        room = await self.town.room()
        story.rooms.append(room)
        for supporter in self.supporters:
            for view in supporter.views.values():
                view.whole |= room.seats.get(view.conversation) == supporter.account
        await asyncio.gather(*(one.parts() for one in people))
        ids = sorted({view.conversation for view in story.views if view.conversation})
        end = _now() + SETTLE_SECONDS
        story.kept = await self.town.kept(ids)
        while not _all_is_read(story) and _now() < end:
            await asyncio.sleep(0.5)
            story.kept = await self.town.kept(ids)


def _all_is_read(story: Story) -> bool:
    """Whether everybody who stayed has come to the end, and all escalations are raised."""
    reached = all(
        (view.shown[-1][0] if view.shown else 0) >= story.kept[view.conversation].last
        for view in story.views
        if view.whole
    )
    return reached and not any(one.unraised for one in story.kept.values())


async def within(holds: Callable[[], bool], seconds: float = SETTLE_SECONDS) -> bool:
    """Wait until something holds; return whether it came to hold in time."""
    end = _now() + seconds
    while not holds():
        if _now() > end:
            return False
        await asyncio.sleep(0.05)
    return True


def _now() -> float:
    return asyncio.get_running_loop().time()


@asynccontextmanager
async def a_bout(folder: Path, staff: Sequence[str], *, capacity: int) -> AsyncGenerator[Bout]:
    """Run a town with these supporters for as long as the context lasts."""
    notes = Notebook(Story(), Progress())
    async with (
        a_town(folder, staff) as town,
        on_duty(town.entrance.url, notes, staff, capacity=capacity, lines=MANY_LINES) as people,
    ):
        yield Bout(town, notes, people)
