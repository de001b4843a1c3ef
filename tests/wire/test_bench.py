"""Each measurement, very small: it runs through a real server, and its last line is as promised.

The figures themselves are not judged: they belong to the machine that made them.
"""

import asyncio
import sys
from pathlib import Path

import msgspec

from bench.lines import LinesResult

ROOT = Path(__file__).resolve().parents[2]


async def _last_line(*command: str) -> bytes:
    """Run a measurement and return the last line that it printed."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench", *command), stdout=asyncio.subprocess.PIPE, cwd=ROOT
    )
    async with asyncio.timeout(60):
        printed, _ = await process.communicate()
    assert process.returncode == 0
    return printed.splitlines()[-1]


async def test_lines_are_measured_through_the_whole_path() -> None:
    printed = await _last_line(
        *("lines", "--pairs", "4", "--capacity", "2", "--seconds", "0.5"),
        *("--rounds", "2", "--warm-up", "0.2", "--json"),
    )
    found = msgspec.json.decode(printed, type=LinesResult)
    assert found.pairs == 4
    assert found.workers == 1
    assert found.connections == 6
    assert len(found.rounds) == 2
    assert all(one.lines > 4 for one in found.rounds)
    assert 0 < found.p50_ms <= found.p99_ms
    assert 0 < found.accepted_p50_ms <= found.accepted_p99_ms
    assert found.cpu_us_per_line.server > 0
    assert found.lines_per_s > 0
