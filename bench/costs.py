"""What processes cost, by the kernel's own accounts: CPU time and memory. Linux only.

CPU time is user and system time together, of all threads. Memory is the proportional set size
(PSS): pages that processes share are divided among them.
"""

import os
import resource
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter_ns

TICK_US = 1_000_000 / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Group:
    """The processes of one system: what serves, and where it keeps things."""

    server: tuple[int, ...]
    store: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """How much CPU had been used at one moment, in microseconds."""

    at_ns: int
    server_us: float
    store_us: float
    load_us: float
    """Of this process, which makes the load."""

    def since(self, earlier: "Mark") -> "Mark":
        """Return the differences to an earlier mark."""
        return Mark(
            self.at_ns - earlier.at_ns,
            self.server_us - earlier.server_us,
            self.store_us - earlier.store_us,
            self.load_us - earlier.load_us,
        )


def mark(group: Group) -> Mark:
    """Read the accounts now."""
    own = resource.getrusage(resource.RUSAGE_SELF)
    return Mark(
        perf_counter_ns(),
        sum(map(_cpu_us, group.server)),
        sum(map(_cpu_us, group.store)),
        (own.ru_utime + own.ru_stime) * 1_000_000,
    )


def memory_kib(pids: Iterable[int]) -> int:
    """Return the memory of these processes together."""
    return sum(map(_pss_kib, pids))


def descendants(pid: int) -> tuple[int, ...]:
    """Return this process and all that it has started, directly or not."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int(_after_name(folder / "stat")[1])
        except OSError:
            continue
        children.setdefault(parent, []).append(int(folder.name))
    found, look_at = [pid], [pid]
    while look_at:
        born = children.get(look_at.pop(), [])
        found += born
        look_at += born
    return tuple(found)


def _cpu_us(pid: int) -> float:
    fields = _after_name(Path(f"/proc/{pid}/stat"))
    return (int(fields[11]) + int(fields[12])) * TICK_US


def _after_name(stat: Path) -> list[str]:
    """The fields after the process's name, which may hold spaces: the first is the state."""
    return stat.read_text().rpartition(")")[2].split()


def _pss_kib(pid: int) -> int:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    raise OSError("this kernel does not tell the proportional set size")
