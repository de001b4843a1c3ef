"""What the statistical model sees of a line: sums over its letters, and what the rules saw.

Every run of a few letters is hashed to a row of a table; the rows of a line are added up.
Training and the server both come through here, so that they can't see different things.
Which rows a table has and what they weigh is `model`'s business.

The hash is a rolling polynomial over code points with the wrap-around of 64 bits, as in
Karp and Rabin (1987): prefix sums give every run of any length in one subtraction.
"""

import math
from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from safety.abreast import Abreast, Counts
from safety.verdict import Reading

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Rows = NDArray[np.int64]

MOST: Final = 4096
"""Letters of a line that are read; what comes later is left to the rules."""
WINDOWS: Final = {width: width**0.5 for width in (60, 150)}
"""Letters of the stretches of which the worst one counts, so that one sentence of a long
text weighs as it would alone."""
SELF: Final = ("suicide", "self_harm", "overdose")
OTHER: Final = ("abuse", "violence", "child_at_risk", "eating", "harassment", "sexual")
LENGTHS: Final = 4
"""The most lengths of runs that a table can have."""
DENSE: Final = 2
"""Columns of a table before those that only add up: the plain weight, and 1 if known."""

_BASE: Final = 0x9E3779B97F4A7C15
_MIX: Final = 0xD6E8FEB86659FD93
_SPREAD: Final = 0xFF51AFD7ED558CCD
_WORD: Final = 1 << 64
_LEVELS: Final = range(5)
_STEPS: Final = 4  # features of the highest level of all
_ONES: Final = np.ones(LENGTHS * MOST, np.float32)


def _powers(base: int, factor: int) -> NDArray[np.uint64]:
    powers = [factor % _WORD]
    for _ in range(MOST):
        powers.append(powers[-1] * base % _WORD)
    return np.array(powers, np.uint64)


_UP: Final = _powers(_BASE, _MIX)
_DOWN: Final = _powers(pow(_BASE, -1, _WORD), _SPREAD)


def rows_of(words: str, lengths: tuple[int, ...], bits: int) -> list[Rows]:
    """The rows, out of `2 ** bits`, of the runs of each length in the plain words.

    One array a length, in the order of the text; empty where the text is too short.
    """
    codes = np.frombuffer(words[:MOST].encode("utf-32-le", "surrogatepass"), np.uint32)
    size = len(codes)
    before = np.zeros(size + 1, np.uint64)
    np.add.accumulate(_UP[:size] * codes, out=before[1:])
    shift = np.uint64(64 - bits)
    return [
        (((before[n:] - before[:-n]) * _DOWN[: size - n + 1]) >> shift).view(np.int64)
        if n <= size
        else np.zeros(0, np.int64)
        for n in lengths
    ]


def rows_abreast(lines: Abreast, length: int, bits: int) -> tuple[Rows, Counts]:
    """The same for lines that stand abreast, of one length, and how many rows each line has."""
    size = len(lines.codes)
    before = np.zeros(size + 1, np.uint64)
    np.add.accumulate(_UP[:size] * lines.codes, out=before[1:])
    runs = (before[length:] - before[:-length]) * _DOWN[: size - length + 1]
    owners = lines.owners
    within = owners[: size - length + 1] == owners[length - 1 :]
    return (runs[within] >> np.uint64(64 - bits)).view(np.int64), lines.lengths - (length - 1)


def dense_size(columns: int) -> int:
    """How many features `dense` makes of a table with so many columns."""
    return columns + len(WINDOWS) + 1


def dense(weights: Floats, first: int, scale: Floats | None = None, more: int = 0) -> Floats:
    """Features of the letters, from the table's row of each run (runs by columns).

    Stretches are looked for among the `first` runs, those of the first length. Sums are
    divided by the root of the length, so that long texts weigh like short ones. `scale` is what
    a step is worth in each column, if the rows are in steps; `more` is how many features come
    behind these, still zero.
    """
    count, columns = weights.shape
    features: Floats = np.zeros(dense_size(columns) + more, np.float32)
    if not first:
        return features
    sums: Floats = _ONES[:count] @ weights
    if scale is not None:
        sums *= scale
    known = sums[1] / count
    features[:columns] = sums
    features[:columns] *= 1 / math.sqrt(count + 1)
    features[1] = known
    features[columns : columns + len(WINDOWS)] = _tops(weights[:first, 0], scale)
    features[columns + len(WINDOWS)] = math.log1p(count) / 5
    return features


def dense_abreast(weights: Floats, counts: Counts, scale: Floats, more: int) -> Floats:
    """The same for several lines, a row each, of runs of one length; each line has some."""
    columns = weights.shape[1]
    begins = counts.cumsum() - counts
    features: Floats = np.zeros((len(counts), dense_size(columns) + more), np.float32)
    sums: Floats = np.add.reduceat(weights, begins, axis=0) * scale
    features[:, :columns] = sums
    features[:, :columns] *= (1 / np.sqrt(counts + 1)).astype(np.float32)[:, None]
    features[:, 1] = sums[:, 1] / counts
    features[:, columns : columns + len(WINDOWS)] = _tops_abreast(
        weights[:, 0], begins, counts, float(scale[0])
    )
    features[:, columns + len(WINDOWS)] = np.log1p(counts) / 5
    return features


def _tops_abreast(plain: Floats, begins: Counts, counts: Counts, worth: float) -> Doubles:
    run = np.zeros(len(plain) + 1)
    np.add.accumulate(plain, out=run[1:])
    tops = np.empty((len(counts), len(WINDOWS)))
    for column, (width, root) in enumerate(WINDOWS.items()):
        top = run[begins + counts] - run[begins]
        for line in (counts > width).nonzero()[0]:
            first, last = begins[line] + 1, begins[line] + counts[line]
            top[line] = (run[first + width : last + 1] - run[first : last - width + 1]).max()
        tops[:, column] = top * worth / root
    return tops


def _tops(plain: Floats, scale: Floats | None) -> list[float]:
    """The highest sum of the plain weights in a stretch of each width, by the width's root."""
    size = len(plain)
    run = np.add.accumulate(plain)
    worth = 1.0 if scale is None else float(scale[0])
    tops = [
        run[-1] if size <= width else np.maximum.reduce(run[width:] - run[:-width])
        for width in WINDOWS
    ]
    return [float(top) * worth / root for top, root in zip(tops, WINDOWS.values(), strict=True)]


def evidence_size(signals: int) -> int:
    """How many features `evidence` makes with so many signals."""
    return len(SELF) * len(_LEVELS) + len(OTHER) + _STEPS + signals


def evidence(reading: Reading, signals: Mapping[str, int]) -> list[float]:
    """Features of what the rules saw: levels of danger by category, and the signals.

    `signals` gives each signal that the model knows its place.
    """
    levels = reading.levels
    found = [0.0] * evidence_size(len(signals))
    place = 0
    for category in SELF:
        level = levels.get(category, -1)
        for step in _LEVELS:
            if level >= step:
                found[place + step] = 1.0
        place += len(_LEVELS)
    for category in OTHER:
        found[place] = levels.get(category, 0) / 4
        place += 1
    for step in range(max(levels.values(), default=0)):
        found[place + step] = 1.0
    place += _STEPS
    for signal in reading.signals:
        if signal in signals:
            found[place + signals[signal]] = 1.0
    return found
