"""`make soak`: a long run of people who talk while everything breaks, checked to the last line.

Two real servers on one store, a crowd of seekers and supporters on both, and two schedules of
faults from a seed: small ones on the wires, and great ones that kill, pause and fill up. At the
end each person's screen and each acknowledgement is compared with the log. It listens on the
loopback only, stops what it started, and prints counts: nothing that was said, no token.

    python tools/soak.py --lines 100000 --seconds 1200 --seed 7
"""

import argparse
import asyncio
import gc
import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import uvloop

from client.errors import ClientError, TimedOut
from tests.support.bout import Bout, a_bout
from tests.support.checker import Violation, violations
from tests.support.crowd import WatchedSeeker
from tests.support.turmoil import ARMED, HARMS, Fault, Step, Turmoil, until_calm

SMALL: tuple[Fault, ...] = (*ARMED, *HARMS, "late_reply", "cut_store", "cut_people")
GREAT: tuple[Fault, ...] = (
    *("kill_server", "kill_server", "kill_server", "kill_store", "kill_store", "kill_both"),
    *("pause_server", "stall_readers", "full_disk", "clock_ahead", "clock_back"),
)
PACE = 0.9
"""Seconds between two lines of one person: about as fast as the server takes them."""
LASTS_LINES = 600
LASTS_SECONDS = 4.0
"""Lines by others or seconds, for each size of a fault, after which one that lasts is over."""
CAPACITY = 4
MATCHED_SECONDS = 240.0
LEAVE_SECONDS = 10.0
SHOWN_MOST = 20


@dataclass(frozen=True, slots=True)
class Plan:
    """How much of it."""

    lines: int
    seconds: float
    seed: int
    chairs: int

    @property
    def staff(self) -> list[str]:
        """Return so many supporters that everybody who waits is soon taken."""
        return [f"supporter-{number}" for number in range(self.chairs // (CAPACITY - 1))]


def steps(chance: random.Random, faults: Sequence[Fault], least: int, most: int) -> Iterator[Step]:
    """Yield faults for ever, as this chance draws them."""
    while True:
        fault, size = chance.choice(faults), chance.randint(1, 4)
        if fault == "cut_people":
            size += 3
        yield Step(chance.randint(least, most), fault, chance.randint(0, 1), size)


class Soak:
    """One run."""

    def __init__(self, bout: Bout, plan: Plan) -> None:
        self._bout = bout
        self._plan = plan
        self._inside: set[WatchedSeeker] = set()
        self.unmatched = 0
        self._chance = random.Random(plan.seed)

    async def run(self) -> list[Violation]:
        """Run until there are enough lines, or until time is up; return what was broken."""
        notes = self._bout.notes
        notes.pace = PACE
        small, great = (
            Turmoil(self._bout.town, notes.progress, lasts=LASTS_LINES, at_most=LASTS_SECONDS)
            for _ in range(2)
        )
        async with asyncio.TaskGroup() as tasks:
            chairs = [
                tasks.create_task(self._chair(random.Random(self._chance.random())), name="chair")
                for _ in range(self._plan.chairs)
            ]
            others = [
                tasks.create_task(self._breaks(small, SMALL, 20, 120), name="small faults"),
                tasks.create_task(self._breaks(great, GREAT, 300, 1200), name="great faults"),
            ]
            looking = tasks.create_task(self._look(), name="looking at the waiting room")
            await notes.progress.until(self._plan.lines, self._plan.seconds)
            notes.stop.set()
            for turmoil, running in zip((small, great), others, strict=True):
                await turmoil.end(running)
            looking.cancel()
            await until_calm(self._bout.town)
            self._bout.blows += small.struck + great.struck
            await self._bout.settles(list(self._inside))
            for chair in chairs:
                chair.cancel()
        return violations(notes.story)

    async def _breaks(
        self, turmoil: Turmoil, faults: Sequence[Fault], least: int, most: int
    ) -> None:
        chance = random.Random(self._chance.random())
        for step in steps(chance, faults, least, most):
            await turmoil.run([step])

    async def _look(self) -> None:
        """Look at the waiting room each second, and at how far it all is each half minute."""
        began, seen = time.monotonic(), 0
        while True:
            await asyncio.sleep(1.0)
            try:
                self._bout.notes.story.rooms.append(await self._bout.town.room())
            except (OSError, TimeoutError, asyncio.IncompleteReadError):
                continue  # the store is away
            seen += 1
            if seen % 30 == 0:
                lines = self._bout.notes.progress.lines
                print(f"{time.monotonic() - began:5.0f} s  {lines:7} lines", file=sys.stderr)

    async def _chair(self, chance: random.Random) -> None:
        """Let one seeker after another come, talk and leave."""
        while not self._bout.notes.stop.is_set():
            seeker = self._bout.seeker()
            try:
                async with seeker:
                    self._inside.add(seeker)
                    await self._stay(seeker, chance.randint(20, 60))
            except* ClientError as failures:
                for failure in failures.exceptions:
                    self._bout.notes.given_up.append(f"seeker: {failure}")
            finally:
                self._inside.discard(seeker)

    async def _stay(self, seeker: WatchedSeeker, lines: int) -> None:
        try:
            await seeker.matched(seconds=MATCHED_SECONDS)
        except TimedOut:
            self.unmatched += 1
        await seeker.talk(lines)
        if self._bout.notes.stop.is_set():
            await asyncio.Event().wait()  # until all has been compared
        for _ in range(6):
            if seeker.saw_the_end or seeker.failure is not None:
                break
            await seeker.parts()
        seeker.view.whole = seeker.saw_the_end


async def soak(plan: Plan) -> int:
    """Run it, print one summary, and return the exit code."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="benchside-soak-") as folder:
        async with a_bout(Path(folder), plan.staff, capacity=CAPACITY) as bout:
            run = Soak(bout, plan)
            found = await run.run()
            summary = _summary(plan, bout, found, run.unmatched, time.monotonic() - began)
    print(json.dumps(summary, indent=2))
    for one in found[:SHOWN_MOST]:
        print(f"broken promise {one.promise}: {one.what} ({one.conversation})", file=sys.stderr)
    return 1 if found or bout.notes.progress.lines < plan.lines else 0


def _summary(
    plan: Plan, bout: Bout, found: list[Violation], unmatched: int, took: float
) -> dict[str, object]:
    notes, story = bout.notes, bout.notes.story
    acknowledged = sum(said.seq > 0 for said in story.said)
    return {
        "seed": plan.seed,
        "seconds": round(took),
        "conversations": len(story.kept),
        "lines_in_the_log": sum(len(kept.lines) for kept in story.kept.values()),
        "acknowledged": acknowledged,
        "resent_after_waiting": notes.progress.resends,
        "screens_compared": len(story.views),
        "lost": _count(found, 1),
        "out_of_order_or_missing": _count(found, 2),
        "doubled": _count(found, 3),
        "broken_promises": len(found),
        "processes_killed": bout.town.kills,
        "faults": sum(bout.struck.values()),
        "faults_by_kind": dict(sorted(bout.struck.items())),
        "longest_wait_for_one_line_s": round(notes.progress.longest, 1),
        "longest_pause_of_all_s": round(notes.progress.longest_still, 1),
        "escalations_raised": sum(kept.causes for kept in story.kept.values()),
        "never_matched": unmatched,
        "sockets_closed_for_good": dict(Counter(notes.given_up)),
    }


def _count(found: Sequence[Violation], promise: int) -> int:
    return sum(one.promise == promise for one in found)


def main() -> int:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(description="Talk for long while everything breaks.")
    parser.add_argument("--lines", type=int, default=100_000, help="stop after so many lines")
    parser.add_argument("--seconds", type=float, default=1200.0, help="stop after so long")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32), help="of the faults")
    parser.add_argument("--chairs", type=int, default=100, help="seekers at once")
    given = parser.parse_args()
    plan = Plan(given.lines, given.seconds, given.seed, given.chairs)
    print(f"seed {plan.seed}: run it again with --seed {plan.seed}", file=sys.stderr)
    gc.freeze()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(soak(plan))


if __name__ == "__main__":
    sys.exit(main())
