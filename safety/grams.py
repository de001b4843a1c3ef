"""The pieces of a line by which it is likened to others: words and their neighbours, as numbers.

A piece is a word, two or three words in a row, or two words with one or two between them. A
word is hashed as a polynomial of its code points, all words at once: the hash of a stretch is
the difference of two running sums, moved to a common place by an inverse power (after Karp
and Rabin, 1987, modulo 2^64). So a line costs a few passes over an array. Fitting and
screening both use this, and nothing else.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from safety.abreast import Abreast, Counts

BITS: Final = 18
"""Pieces are counted in 2^18 places; two that share a place share their weight."""
_MOST: Final = 4200  # code points that are looked at; a line has 4,000 at most
_RUNS: Final = (2, 3)  # words in a row
_GAPS: Final = (2, 3)  # how far apart the two words of a pair stand
_BASE: Final = 0x9E3779B97F4A7C15
_PAIR: Final = np.uint64(0x94D049BB133111EB)
_OTHER: Final = np.uint64(0xFF51AFD7ED558CCD)
_SHIFT: Final = np.uint64(64 - BITS)
_SPACE: Final = 32
_AT_ONCE: Final = 24  # words up to which one product of matrices costs less than many steps
_AFTER_ALL: Final = np.array([2**64 - 1], np.uint64)

Hashes = NDArray[np.uint64]
"""A number for each word of a line, in their order."""
Places = NDArray[np.int64]
"""Which of the 2^BITS places pieces are counted in."""


def hashes(words: str) -> Hashes:
    """A number for each of the plain words, in their order."""
    codes = np.frombuffer(words[:_MOST].encode("utf-32-le", "surrogatepass"), np.uint32)
    sums = np.zeros(len(codes) + 1, np.uint64)
    np.add.accumulate(_POWERS[: len(codes)] * codes, out=sums[1:])
    spaces = (codes == _SPACE).nonzero()[0]
    at = sums[spaces]
    hashed: Hashes = (at[1:] - at[:-1]) * _INVERSES[spaces[:-1]]
    return hashed


def hashes_abreast(lines: Abreast) -> tuple[Hashes, Counts]:
    """The same for lines of plain words that stand abreast, and the line that each belongs to."""
    sums = np.zeros(len(lines.codes) + 1, np.uint64)
    np.add.accumulate(_POWERS[: len(lines.codes)] * lines.codes, out=sums[1:])
    spaces = (lines.codes == _SPACE).nonzero()[0]
    at = sums[spaces]
    words = np.diff(spaces) > 1  # between two lines there are two spaces, and no word
    hashed: Hashes = ((at[1:] - at[:-1]) * _INVERSES[spaces[:-1]])[words]
    return hashed, lines.owners[spaces[:-1][words]]


class Kindred:
    """Words that mean much the same: each is read as its class too. Immutable."""

    def __init__(self, classes: Mapping[str, Sequence[str]]) -> None:
        """`classes` are plain words by the name of their class."""
        words = {word: name for name, words in classes.items() for word in words}
        plain = hashes(f" {' '.join(words)} ")
        named = {name: hashes(f" {name} ")[0] for name in classes}
        order = np.argsort(plain)
        self._words: Hashes = np.concatenate((plain[order], _AFTER_ALL))
        read_as = np.array([named[name] for name in words.values()], np.uint64)[order]
        self._classes: Hashes = np.concatenate((read_as, _AFTER_ALL))

    def of(self, hashed: Hashes) -> Hashes:
        """The same words, each as its class where it has one."""
        places = self._words.searchsorted(hashed)
        return np.where(self._words[places] == hashed, self._classes[places], hashed)


def read_kindred(path: Path) -> Kindred:
    """Read a file of classes: the name, a colon, and the words, one class a line."""
    classes: dict[str, list[str]] = {}
    seen = set[str]()
    for line in path.read_text(encoding="utf-8").splitlines():
        name, colon, words = line.partition(":")
        if colon and not line.startswith("#"):
            classes[f"#{name}"] = [word for word in words.split() if word not in seen]
            seen.update(words.split())
    return Kindred(classes)


def grams(hashed: NDArray[np.uint64]) -> Places:
    """The places of all pieces of words that were hashed, as often as each is there.

    Of several rows of as many words each, the pieces of all rows.
    """
    if hashed.shape[-1] <= _AT_ONCE:
        places: Places = (hashed @ _sums(hashed.shape[-1]) >> _SHIFT).view(np.int64)
        return places.ravel()
    return (_in_steps(hashed).ravel() >> _SHIFT).view(np.int64)


def _in_steps(hashed: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The pieces of each row, before they are brought to their places."""
    first = hashed * _OTHER
    second = hashed * _PAIR
    pieces = [hashed]
    run = hashed
    size = hashed.shape[-1]
    for n in _RUNS:
        if size >= n:
            run = run[..., :-1] * _PAIR + hashed[..., n - 1 :]
            pieces.append(run)
    for gap in _GAPS:
        if size > gap:
            pieces.append(first[..., :-gap] + second[..., gap:])
    return np.concatenate(pieces, axis=-1)


def grams_abreast(hashed: NDArray[np.uint64], owners: Counts) -> tuple[Places, Counts]:
    """The places of all pieces of several lines, in their order, and how many each line has.

    `hashed` are rows of as many words each, and `owners` the line of each word.
    """
    pieces, whose = [hashed], [owners]
    first, second = hashed * _OTHER, hashed * _PAIR
    run = hashed
    for n in _RUNS:
        run = run[:, :-1] * _PAIR + hashed[:, n - 1 :]
        within = owners[: 1 - n] == owners[n - 1 :]
        pieces.append(run[:, within])
        whose.append(owners[: 1 - n][within])
    for gap in _GAPS:
        within = owners[:-gap] == owners[gap:]
        pieces.append((first[:, :-gap] + second[:, gap:])[:, within])
        whose.append(owners[:-gap][within])
    line = np.concatenate(whose)
    ordered = np.concatenate(pieces, axis=1)[:, line.argsort(kind="stable")]
    places: Places = (ordered.T.ravel() >> _SHIFT).view(np.int64)
    return places, np.bincount(line) * len(hashed)


@lru_cache(_AT_ONCE + 1)
def _sums(size: int) -> NDArray[np.uint64]:
    """What so many words are multiplied by for all their pieces: every step is a sum of them."""
    return _in_steps(np.eye(size, dtype=np.uint64))


def _powers(base: int, factor: int) -> NDArray[np.uint64]:
    """The factor times the powers of an odd number, modulo 2^64."""
    powers: list[int] = []
    power = factor
    for _ in range(_MOST + 1):
        powers.append(power)
        power = power * base % 2**64
    return np.array(powers, np.uint64)


_POWERS: Final = _powers(_BASE, 0xD6E8FEB86659FD93)
_INVERSES: Final = _powers(pow(_BASE, -1, 2**64), 0xC4CEB9FE1A85EC53)
