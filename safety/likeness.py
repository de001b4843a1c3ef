"""How much a line is like the examples: what nobody has thought to write a phrase for.

The lexicon knows what it was told; people say the same in endless other words. Beside the
phrases stand files of examples (`safety/examples/<lang>/`): lines that somebody may type, with
their category and risk. `tools/fit_likeness.py` weighs the words and pairs of words in them;
this module adds the weights up for a new line. It may raise what the phrases said, never lower
it, and only where few harmless examples score as high (`docs/safety.md` has the figures).
"""

import gzip
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from safety.abreast import abreast, ranks
from safety.grams import (
    BITS,
    Hashes,
    Kindred,
    Places,
    grams,
    grams_abreast,
    hashes,
    hashes_abreast,
    read_kindred,
)

WEIGHTS: Final = Path(__file__).parent / "examples" / "weights.gz"
"""What ships with the server."""
KINDRED: Final = Path(__file__).parent / "words" / "en_kindred.txt"
"""Words that mean much the same."""
ABROAD: Final = " abroad"
"""Ends the names of thresholds for languages other than English."""
SHRINK: Final = 20
"""Pieces that every line is taken to have beside its own, so that one word says little."""
_ONES: Final = np.ones(16 * 1024, np.float32)  # more than a stretch has pieces
_HAN: Final = re.compile("[\u3040-\u30ff\u3400-\u9fff]")
_WINDOW: Final = 64  # words; longer lines are read in stretches of so many, which overlap by half


Scores = NDArray[np.float32]
"""Log odds, one for each head; or one row of them for each piece."""


class LikenessError(Exception):
    """The weights can't be used: the server must not start without them."""


class Head(msgspec.Struct, frozen=True):
    """One question that is asked of a line: is its risk at least this, is it of this kind?"""

    name: str
    """`risk 1` to `risk 4`, or a category."""
    bias: float
    scale: float
    """What one step of a weight is worth."""


class Card(msgspec.Struct, frozen=True):
    """What the weights are."""

    heads: tuple[Head, ...]
    raises: Mapping[str, float]
    """`<risk>` or `<risk> after <level>`: the score from which a line is raised to that risk,
    and from which one is whose phrases already weigh that much; the same with `ABROAD` behind
    it for other languages. Scores are log odds."""
    examples: str
    """A digest of the examples that they were fitted to."""


@dataclass(frozen=True, slots=True)
class Likely:
    """What a line is like."""

    level: int
    """The risk that its likeness supports, 0 to 4."""
    category: str
    odds: float
    """The log odds that its risk is at least that."""
    conduct: tuple[str, ...] = ()
    """Which of `harassment` and `sexual` it is."""


NOT_LIKELY: Final = Likely(0, "", -9.0)
"""What is said of a line that is like nothing in particular."""


class Likeness:
    """Likens lines to examples. Immutable; may be shared by threads."""

    def __init__(self, card: Card, weights: NDArray[np.int8], kindred: Kindred) -> None:
        """`weights`: one row for each of 2^BITS places, one column for each head."""
        self._kindred = kindred
        self._biases = np.array([head.bias for head in card.heads], np.float32)
        self._scales = np.array([head.scale for head in card.heads], np.float32)
        self._weights = weights  # small as they are shipped: what is looked up stays in the cache
        names = [head.name for head in card.heads]
        self._risks = [names.index(f"risk {level}") for level in (1, 2, 3, 4)]
        self._first = 4
        self._categories = tuple(names[self._first :])
        self._conduct = tuple((name, names.index(name)) for name in ("harassment", "sexual"))
        self._raises = card.raises
        self._least = {
            (level, seen, group): card.raises.get(
                f"{level} after {seen}{group}", card.raises[f"{level}{group}"]
            )
            for level in (1, 2, 3, 4)
            for seen in range(5)
            for group in ("", ABROAD)
        }

    def scores(self, words: str) -> Scores:
        """The log odds of each head for plain words: of a long line, the highest stretch."""
        hashed = hashes(words if words.isascii() else apart(words))
        if len(hashed) <= _WINDOW + _WINDOW // 2:
            return self._score(hashed)
        steps = range(0, len(hashed) - _WINDOW // 2, _WINDOW // 2)
        stretches: Scores = np.stack([self._score(hashed[at : at + _WINDOW]) for at in steps])
        highest: Scores = np.maximum.reduce(stretches)
        return highest

    def scores_of(self, lines: Sequence[str]) -> list[Scores]:
        """The same for several lines of plain words, which costs less than one by one."""
        some, alone = ranks(lines, 3)
        scores = {number: self.scores(lines[number]) for number in alone}
        for rank in some:
            scores |= zip(rank, self._score_abreast([lines[each] for each in rank]), strict=True)
        return [scores[number] for number in range(len(lines))]

    def likely(self, scored: Scores, seen: int, lang: str | None = None) -> Likely:
        """What a line with these scores is like, given the level that its phrases weigh.

        Languages other than English have fewer examples: more is asked of a line of theirs.
        """
        scores: list[float] = scored.tolist()
        group = "" if lang in (None, "en") else ABROAD
        conduct = tuple(
            [name for name, at in self._conduct if scores[at] >= self._raises[name + group]]
        )
        for level in (4, 3, 2, 1):
            odds = scores[self._risks[level - 1]]
            if level > seen and odds >= self._least[level, seen, group]:
                kinds = scores[self._first :]
                return Likely(level, self._categories[kinds.index(max(kinds))], odds, conduct)
        return Likely(0, "", -9.0, conduct) if conduct else NOT_LIKELY

    def _score(self, hashed: Hashes) -> Scores:
        if not len(hashed):
            return self._biases
        rows = self._weights.take(pieces(hashed, self._kindred), axis=0).astype(np.float32)
        total: Scores = _ONES[: len(rows)] @ rows  # faster than a sum over the first axis
        total *= self._scales * np.float32((len(rows) + SHRINK) ** -0.5)
        total += self._biases
        return total

    def _score_abreast(self, lines: Sequence[str]) -> Scores:
        hashed, owners = hashes_abreast(abreast(lines))
        places, counts = grams_abreast(_read_as(hashed, self._kindred), owners)
        rows = self._weights.take(places, axis=0).astype(np.float32)
        totals: Scores = np.add.reduceat(rows, counts.cumsum() - counts, axis=0)
        totals *= self._scales * ((counts + SHRINK) ** -0.5).astype(np.float32)[:, None]
        totals += self._biases
        return totals


def load_likeness(path: Path = WEIGHTS) -> Likeness:
    """Read the weights. Raises: LikenessError, with the file, if they can't be used."""
    try:
        packed = gzip.decompress(path.read_bytes())
        head, _, body = packed.partition(b"\n")
        card = msgspec.json.decode(head, type=Card)
        return Likeness(card, unpack(body, len(card.heads)), read_kindred(KINDRED))
    except (OSError, EOFError, ValueError, KeyError, msgspec.MsgspecError) as error:
        raise LikenessError(f"{path.name}: {error}; run tools/fit_likeness.py again") from None


def apart(words: str) -> str:
    """Plain words with each Chinese character as a word of its own: nothing else parts them."""
    return _HAN.sub(r" \g<0> ", words).replace("  ", " ")


def pieces(hashed: Hashes, kindred: Kindred) -> Places:
    """The pieces of a line, in its own words and in the classes of its words."""
    return grams(_read_as(hashed, kindred))


def _read_as(hashed: Hashes, kindred: Kindred) -> NDArray[np.uint64]:
    """Words in one row, and their classes in another."""
    both = np.empty((2, len(hashed)), np.uint64)
    both[0] = hashed
    both[1] = kindred.of(hashed)
    return both


def pack(card: Card, weights: NDArray[np.int8]) -> bytes:
    """The bytes of a file of weights: the same for the same weights."""
    places = np.flatnonzero(weights.any(axis=1)).astype("<u4")
    body = places.tobytes() + weights[places].tobytes()
    return gzip.compress(msgspec.json.encode(card) + b"\n" + body, 9, mtime=0)


def unpack(body: bytes, heads: int) -> NDArray[np.int8]:
    """The weights in the body of a file. Raises: ValueError if it is cut or too long."""
    count, rest = divmod(len(body), 4 + heads)
    if rest:
        raise ValueError("the weights are cut short")
    places = np.frombuffer(body, "<u4", count)
    rows = np.frombuffer(body, np.int8, offset=4 * count).reshape(count, heads)
    if count and int(places.max()) >= 2**BITS:
        raise ValueError("a weight is out of place")
    weights = np.zeros((2**BITS, heads), np.int8)
    weights[places] = rows
    return weights


def digest_of(parts: Sequence[bytes]) -> str:
    """A digest of the files of examples, whatever machine they lie on."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "little") + part)
    return digest.hexdigest()
