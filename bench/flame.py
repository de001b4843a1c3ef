"""`flame`: where the server's time goes while pairs talk, as a picture.

py-spy looks at the server's Python stacks so often a second, from outside, without stopping it for
more than a glance; only at the thread that runs, since the others wait.
"""

import asyncio
from pathlib import Path
from time import perf_counter_ns

import msgspec

from bench.lines import says_at_once
from bench.machine import Machine, machine
from bench.peers.installing import Missing, bench_python
from bench.people import crowd
from bench.server import serving
from bench.shares import Share, shares
from bench.talks import SEEKER, Talks

RATE = 250
"""Looks a second."""
MORE_SECONDS = 30.0
"""Beyond the time in which it looks, how long py-spy may take."""


class FlameResult(msgspec.Struct, frozen=True, kw_only=True):
    """What `flame` prints last."""

    picture: str
    kib: int
    pairs: int
    seconds: float
    parts: list[Share]
    """Of the time in which the server's thread ran Python."""
    machine: Machine


async def flame(picture: Path, pairs: int, seconds: float) -> FlameResult:
    """Draw it. Raises: Missing, if py-spy can't be had or may not look; and as `lines`."""
    spy = str(Path(bench_python()).with_name("py-spy"))
    async with serving(supporters=pairs) as running, crowd() as everybody:
        talks = Talks(everybody, answer=says_at_once)
        await talks.meet(running.port, running.cookies, pairs, 1)
        for talk in talks.all:
            talk.says(SEEKER, perf_counter_ns())
        await _look(spy, running.group.server[0], picture, seconds)
        everybody.check()
    return FlameResult(
        picture=picture.name,
        kib=picture.stat().st_size // 1024,
        pairs=pairs,
        seconds=seconds,
        parts=shares(picture.read_text("utf-8")),
        machine=machine(),
    )


async def _look(spy: str, pid: int, picture: Path, seconds: float) -> None:
    command = [
        *(spy, "record", "--pid", str(pid), "--output", str(picture), "--function", "--gil"),
        *("--duration", str(int(seconds)), "--rate", str(RATE)),
    ]
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    async with asyncio.timeout(seconds + MORE_SECONDS):
        said, _ = await process.communicate()
    if process.returncode:
        raise Missing(f"py-spy may not look here: {said.decode('utf-8', 'replace').strip()[-200:]}")
    drawn = picture.read_text("utf-8")
    title = f"Benchside's server while pairs talk as fast as they can: {RATE} looks a second"
    picture.write_text(drawn.replace(" ".join(command), title), "utf-8")
