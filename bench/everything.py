"""`all`: every measurement in turn, kept as one record, from which the documentation is filled.

Each runs in a process of its own, as if it had been typed, so none inherits another's memory. What
fails is named in the record with its reason, and the rest goes on. What is not run this time keeps
what an earlier time has found, with its date.
"""

import asyncio
import sys
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from bench.flame import FlameResult
from bench.growing import GrowthResult
from bench.idle import IdleResult
from bench.latency import LatencyResult
from bench.lines import LinesResult
from bench.matches import MatchResult
from bench.peers.comparing import PeersResult
from bench.starting import StartResult

T = TypeVar("T")

ROOT = Path(__file__).resolve().parents[1]
RECORD = ROOT / "docs" / "performance.json"
PICTURE = ROOT / "docs" / "images" / "flame.svg"
MOST_SECONDS = 900.0
"""For one measurement; the longest, `growth`, takes about half of it."""


class Taken(msgspec.Struct, Generic[T], frozen=True):
    """One measurement's result, or why there is none."""

    date: str
    result: T | None = None
    why: str = ""


class Measured(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All that was measured; a field for each command."""

    lines: Taken[LinesResult] | None = None
    peers: Taken[PeersResult] | None = None
    idle: Taken[IdleResult] | None = None
    latency: Taken[LatencyResult] | None = None
    match: Taken[MatchResult] | None = None
    start: Taken[StartResult] | None = None
    growth: Taken[GrowthResult] | None = None
    flame: Taken[FlameResult] | None = None


COMMANDS: dict[str, tuple[str, ...]] = {
    "lines": (),
    "peers": (),
    "latency": (),
    "match": (),
    "start": ("--times", "5"),
    "idle": ("--seconds", "3"),
    "growth": ("--size", "100", "--size", "1000", "--size", "10000"),
    "flame": ("--picture", str(PICTURE)),
}
"""What is run, in this order, and how."""


def recorded(record: Path) -> Measured:
    """Return what was found so far; nothing, if nothing was kept."""
    if not record.exists():
        return Measured()
    return msgspec.json.decode(record.read_bytes(), type=Measured)


async def everything(record: Path, only: Collection[str] = ()) -> Measured:
    """Run them, and keep the record after each. Raises: ValueError, for an unknown name."""
    unknown = set(only) - set(COMMANDS)
    if unknown:
        raise ValueError(f"there is no {', '.join(sorted(unknown))}; but {', '.join(COMMANDS)}")
    for name, options in COMMANDS.items():
        if only and name not in only:
            continue
        print(f"{name} ...", file=sys.stderr, flush=True)
        taken = await _run(name, options)
        earlier = msgspec.to_builtins(recorded(record))
        found = msgspec.convert({**earlier, name: msgspec.to_builtins(taken)}, Measured)
        record.write_bytes(msgspec.json.format(msgspec.json.encode(found)) + b"\n")
    return recorded(record)


async def _run(name: str, options: Collection[str]) -> Taken[object]:
    date = datetime.now(UTC).date().isoformat()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench", name, *options, "--json"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    try:
        async with asyncio.timeout(MOST_SECONDS):
            printed, said = await process.communicate()
    except TimeoutError:
        process.terminate()
        await process.wait()
        return Taken(date, why=f"it took longer than {MOST_SECONDS:.0f} s")
    if process.returncode:
        reason = said.decode("utf-8", "replace").strip().splitlines() or ["it said nothing"]
        return Taken(date, why=reason[-1])
    return Taken(date, msgspec.json.decode(printed.strip().splitlines()[-1]))
