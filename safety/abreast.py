"""Short lines abreast: several of them as one array, so that a step is paid for once.

A step of numpy costs as much for forty lines as for one of them, since nearly all of it is
the call. What is computed for a line is the same whoever stands beside it.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

MOST: Final = 4096
"""Code points that stand abreast: as many as there are powers of a hash's base."""
SHORT: Final = 150
"""Code points of the longest line that is taken; longer ones are read in stretches."""
FEW: Final = 4
"""Fewer lines than these cost less one by one."""

Counts = NDArray[np.int64]


class Abreast(NamedTuple):
    """Lines, one behind the other."""

    codes: NDArray[np.uint32]
    """The code points of all lines."""
    begins: Counts
    """Where each line begins in these."""
    lengths: Counts

    @property
    def owners(self) -> Counts:
        """For each code point the line that it belongs to."""
        return np.arange(len(self.lengths)).repeat(self.lengths)


def abreast(lines: Sequence[str]) -> Abreast:
    """Put ASCII lines one behind the other; together they have `MOST` code points at most."""
    codes = np.frombuffer("".join(lines).encode("ascii"), np.uint8).astype(np.uint32)
    lengths = np.array([len(line) for line in lines], np.int64)
    return Abreast(codes, lengths.cumsum() - lengths, lengths)


def ranks(lines: Sequence[str], least: int) -> tuple[list[list[int]], list[int]]:
    """Which lines may stand abreast, rank by rank, and which have to go alone.

    Those with fewer than `least` code points, with other letters than ASCII has, and the long
    ones go alone.
    """
    some: list[list[int]] = [[]]
    alone: list[int] = []
    size = 0
    for number, line in enumerate(lines):
        if not least <= len(line) <= SHORT or not line.isascii():
            alone.append(number)
            continue
        size += len(line)
        if size > MOST:
            some.append([])
            size = len(line)
        some[-1].append(number)
    for rank in some:
        if len(rank) < FEW:
            alone += rank
    return [rank for rank in some if len(rank) >= FEW], alone
