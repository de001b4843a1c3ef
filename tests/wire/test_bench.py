"""Each measurement, very small: it runs through a real server, and its last line is as promised.

The figures themselves are not judged: they belong to the machine that made them.
"""

import asyncio
import sys
from pathlib import Path

import msgspec

from bench.idle import IdleResult
from bench.latency import LatencyResult
from bench.lines import LinesResult
from bench.matches import MatchResult
from bench.peers.comparing import PeersResult
from bench.starting import StartResult

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


async def test_idle_connections_are_weighed() -> None:
    printed = await _last_line(
        *("idle", "--connections", "60", "--seconds", "0.3", "--kind", "talking", "--json")
    )
    found = msgspec.json.decode(printed, type=IdleResult)
    assert found.connections == 60
    assert found.waiting is None
    assert found.talking is not None
    assert found.talking.server_kib > 0
    assert found.talking.cpu_us_per_s >= 0


async def test_latency_is_measured_at_a_given_rate() -> None:
    printed = await _last_line(
        *("latency", "--rate", "40", "--connections", "8"),
        *("--seconds", "1", "--warm-up", "0.2", "--json"),
    )
    found = msgspec.json.decode(printed, type=LatencyResult)
    assert found.connections == 8
    assert found.limits_lifted is False
    assert found.lines > 10
    assert 0 < found.p50_ms <= found.p99_ms


async def test_pairings_are_measured_on_the_store_and_through_sockets() -> None:
    printed = await _last_line(
        *("match", "--waiting", "12", "--supporters", "4", "--singles", "3", "--json")
    )
    found = msgspec.json.decode(printed, type=MatchResult)
    assert (found.waiting, found.supporters) == (12, 4)
    assert found.room_alone.pairings_per_s > 0
    assert found.room_alone.cpu_us_per_pairing > 0
    assert 0 < found.room_alone.one_p50_ms <= found.room_alone.one_p99_ms
    assert found.through_sockets is not None
    assert found.through_sockets.matched_per_s > 0
    assert 0 < found.through_sockets.offered_p50_ms <= found.through_sockets.offered_p99_ms


async def test_a_start_is_measured_with_and_without_data() -> None:
    printed = await _last_line("start", "--times", "1", "--no-cold", "--json")
    found = msgspec.json.decode(printed, type=StartResult)
    assert found.warm_s > 0
    assert found.empty_s > 0
    assert found.cold_s is None


async def test_a_peer_carries_the_same_load_and_is_told_beside_benchside() -> None:
    printed = await _last_line(
        *("peers", "--only", "relay_uvicorn", "--pairs", "4"),
        *("--seconds", "0.4", "--rounds", "1", "--warm-up", "0.2", "--connections", "60", "--json"),
    )
    found = msgspec.json.decode(printed, type=PeersResult)
    assert found.absent == []
    assert [one.name for one in found.peers] == ["relay_uvicorn"]
    relay = found.peers[0]
    assert 0 < relay.p50_ms <= relay.p99_ms
    assert 0 < relay.server_us < found.benchside.server_us
    assert relay.store_us == 0
    assert relay.kib_per_connection is not None
    assert found.benchside.kib_per_connection is not None
    assert 0 < relay.cpu_to_benchside < 1
