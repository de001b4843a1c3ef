"""`start`: from the start of the process until it is ready, with the embedded store.

Ready is when the server says so: its store has answered, and it listens.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from bench.figures import median
from bench.machine import Machine, machine
from bench.server import started


class StartResult(msgspec.Struct, frozen=True, kw_only=True):
    """What `start` prints last: medians in seconds."""

    warm_s: float
    """On a folder with data."""
    empty_s: float
    """The first start in an empty folder, which also makes the first administrator."""
    cold_s: float | None
    """As `empty`, with no compiled Python files at all: the first start of an installation."""
    warm: list[float]
    empty: list[float]
    cold: list[float]
    machine: Machine


async def start(times: int, *, cold: bool) -> StartResult:
    """Start a server so often in each way. Raises: SystemExit, if it does not start."""
    with TemporaryDirectory(prefix="benchside-bench-") as name:
        folder = Path(name)
        empty = [await _once(folder / f"empty{n}" / "data") for n in range(times)]
        warm = [await _once(folder / "empty0" / "data") for _ in range(times)]
        colds = [
            await _once(folder / f"cold{n}" / "data", compiled=folder / f"compiled{n}")
            for n in range(times if cold else 0)
        ]
    return StartResult(
        warm_s=_middle(warm),
        empty_s=_middle(empty),
        cold_s=_middle(colds) if colds else None,
        warm=warm,
        empty=empty,
        cold=colds,
        machine=machine(),
    )


async def _once(data: Path, compiled: Path | None = None) -> float:
    data.parent.mkdir(exist_ok=True)
    more = {} if compiled is None else {"PYTHONPYCACHEPREFIX": str(compiled)}
    async with started(data, command=("-m", "web", "serve"), environment=more) as running:
        return round(running.started_in, 3)


def _middle(values: list[float]) -> float:
    return round(median(values), 3)
