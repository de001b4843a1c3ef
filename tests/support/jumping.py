"""`benchside serve` in a process whose wall clock a test can set forward and back.

Run as `python -m tests.support.jumping serve`, with the name of a file in `BENCH_CLOCK`: what
stands in it, eight bytes, is added to the time that the machine tells, in milliseconds. Time
that only goes forward (`monotonic`) is left alone, as a machine's own is.
"""

import mmap
import os
import struct
import time
from pathlib import Path

from config import clock

FILE = "BENCH_CLOCK"
LENGTH = 8


class JumpingTime:
    """What `config.clock` asks for the time, instead of the machine."""

    def __init__(self, path: Path) -> None:
        with path.open("r+b") as file:
            self._ahead = mmap.mmap(file.fileno(), LENGTH)

    def time_ns(self) -> int:
        """Return the time that the clock shows."""
        (ahead,) = struct.unpack("q", self._ahead[:LENGTH])
        return time.time_ns() + int(ahead) * 1_000_000

    def monotonic(self) -> float:
        """Return the time that does not jump."""
        return time.monotonic()


def set_ahead(path: Path, seconds: float) -> None:
    """Let the clock of the process that reads this file be so many seconds ahead (or behind)."""
    with path.open("r+b" if path.exists() else "wb") as file:
        file.write(struct.pack("q", int(seconds * 1000)))


def main() -> None:
    """Serve with that clock."""
    vars(clock)["time"] = JumpingTime(Path(os.environ[FILE]))
    from web.cli.main import main as benchside

    benchside()


if __name__ == "__main__":
    main()
