"""The model tier: how probable it is that a line speaks of suicidal thoughts.

Small networks over `features`, trained by `tools/train.py` and shipped in `safety/model/`:
`inline.npz` holds the numbers, `inline.json` what they were made from, how they fared and
from which probability on they count. English has one network that asks for suicidal thoughts
and one that asks how severe they are; Chinese has one of its own. Of other languages the
model has no opinion. Whoever asks may only raise a verdict by its answer.

Inference is a few products of small matrices: no clock, no chance, no state.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from config.risk import Risk
from safety.abreast import abreast, ranks
from safety.features import (
    SELF,
    Floats,
    dense,
    dense_abreast,
    dense_size,
    evidence,
    evidence_size,
    rows_abreast,
    rows_of,
)
from safety.verdict import Reading
from safety.weights import SHIPPED, Arrays, Card, ModelError, Net, net_of, probability, read_files

NAME: Final = "inline"
_FILE: Final = f"{NAME}.npz"
_HAN: Final = re.compile("[\u3400-\u9fff]")
_HAN_SHARE: Final = 0.3  # of the letters; from here on a line is read as Chinese


class Opinion(NamedTuple):
    """What the model says of a line."""

    score: float
    """The probability of suicidal thoughts, from 0 to 1; 0 where it can't read the line.

    As probable as among the posts it learnt from, of which every fifth speaks of them.
    """
    supports: Risk
    """The level up to which a verdict may be raised; NONE is no reason to raise it."""


UNREAD: Final = Opinion(0.0, Risk.NONE)
"""The opinion of a line that the model can't read."""


class Table(NamedTuple):
    """The rows of all runs of letters, as small as they are shipped: so they stay in the cache."""

    rows: NDArray[np.int8]
    scale: Floats
    """What a step is worth in each column."""


class HeadCard(msgspec.Struct, frozen=True, kw_only=True):
    """How the lines of one script are read, and for what."""

    lengths: tuple[int, ...]
    """Letters of the runs that are looked up."""
    bits: int
    """The table has `2 ** bits` rows."""
    known: float
    """The share of runs that must be known, else the line is in a language of others."""
    signals: tuple[str, ...] = ()
    """The rules' signals that it heeds."""
    raises: float
    """The probability from which on it is a reason to raise, chosen on lines left out."""


class InlineCard(Card, frozen=True, kw_only=True):
    """What must be known to use the inline model."""

    heads: dict[str, HeadCard]


class Head:
    """Asks one question of the lines of one script."""

    def __init__(self, card: HeadCard, table: Table, net: Net) -> None:
        """`table` has the plain weight, 1 if known, and directions of meaning of each row."""
        self.card = card
        self._table = table
        self._net = net
        self._length = card.lengths[0] if len(card.lengths) == 1 else 0
        self._signals = {name: place for place, name in enumerate(card.signals)}

    def logit(self, words: str, reading: Reading) -> float | None:
        """The log-odds of yes; None of a line in a language that the head does not know."""
        features = look(words, reading, self._table, self.card.lengths, self._signals)
        return None if features[1] < self.card.known else self._net.logit(features)

    def logits(self, lines: Sequence[str], readings: Sequence[Reading]) -> list[float | None]:
        """The same for several lines, which costs less than one by one."""
        some, alone = ranks(lines, self._length) if self._length else ([], range(len(lines)))
        logits = {number: self.logit(lines[number], readings[number]) for number in alone}
        for rank in some:
            those = [lines[each] for each in rank]
            logits |= zip(
                rank, self._abreast(those, [readings[each] for each in rank]), strict=True
            )
        return [logits[number] for number in range(len(lines))]

    def _abreast(self, lines: Sequence[str], readings: Sequence[Reading]) -> list[float | None]:
        table, signals = self._table, self._signals
        rows, counts = rows_abreast(abreast(lines), self._length, self.card.bits)
        steps = table.rows.take(rows, axis=0).astype(np.float32)
        more = evidence_size(len(signals))
        features = dense_abreast(steps, counts, table.scale, more)
        for row, reading in enumerate(readings):
            if reading.levels or reading.signals:
                features[row, -more:] = evidence(reading, signals)
        known: list[bool] = (features[:, 1] >= self.card.known).tolist()
        return [
            logit if each else None
            for logit, each in zip(self._net.logits(features), known, strict=True)
        ]


class Model:
    """Reads lines. Immutable; may be shared by threads."""

    def __init__(self, heads: Mapping[str, Head]) -> None:
        """`latin` and `han` ask for suicidal thoughts, `severity` how severe they are."""
        self._latin = heads["latin"]
        self._han = heads["han"]
        self._severity = heads["severity"]

    def read(self, words: str, reading: Reading) -> Opinion:
        """The model's opinion of a line in plain words, and of what the rules saw in it.

        Takes any `str` and never raises. `reading` is `finding.tally` of the same words.
        HIGH is supported only where the rules see danger to self as well.
        """
        head = self._head(words)
        return self._opinion(head, words, reading, head.logit(words, reading))

    def read_all(self, lines: Sequence[str], readings: Sequence[Reading]) -> list[Opinion]:
        """The same for several lines, which costs less than one by one."""
        if not all(map(str.isascii, lines)):
            return [self.read(*each) for each in zip(lines, readings, strict=True)]
        logits = self._latin.logits(lines, readings)
        each = zip(lines, readings, logits, strict=True)
        return [self._opinion(self._latin, *line) for line in each]

    def _opinion(self, head: Head, words: str, reading: Reading, logit: float | None) -> Opinion:
        if logit is None:
            return UNREAD
        score = probability(logit)
        if danger(reading) >= Risk.ELEVATED:
            severity = self.severity(words, reading)
            if severity is not None and probability(severity) >= self._severity.card.raises:
                return Opinion(score, Risk.HIGH)
        return Opinion(score, Risk.ELEVATED if score >= head.card.raises else Risk.NONE)

    def thought(self, words: str, reading: Reading) -> float | None:
        """The log-odds of suicidal thoughts; None if the model can't read the line."""
        return self._head(words).logit(words, reading)

    def severity(self, words: str, reading: Reading) -> float | None:
        """The log-odds of a method, intent, plan or attempt, in English; else None."""
        return None if _is_han(words) else self._severity.logit(words, reading)

    def _head(self, words: str) -> Head:
        return self._han if _is_han(words) else self._latin


def danger(reading: Reading) -> int:
    """The highest level of danger to self that the rules saw in the line."""
    if not reading.levels:
        return 0
    return max((reading.levels.get(category, 0) for category in SELF), default=0)


def look(
    words: str,
    reading: Reading,
    table: Table,
    lengths: tuple[int, ...],
    signals: Mapping[str, int],
) -> Floats:
    """All features of a line: `dense` of its letters, then `evidence`."""
    bits = len(table.rows).bit_length() - 1
    rows = rows_of(words, lengths, bits)
    one = rows[0] if len(rows) == 1 else np.concatenate(rows)
    more = evidence_size(len(signals))
    steps = table.rows.take(one, axis=0).astype(np.float32)
    features = dense(steps, len(rows[0]), table.scale, more)
    if reading.levels or reading.signals:  # else all of it is zero
        features[-more:] = evidence(reading, signals)
    return features


def load_model(folder: Path | None = None) -> Model:
    """The model that ships with the server, or the one in `folder`.

    Raises: ModelError if a file is missing or broken, or if the files don't fit together.
    """
    card, arrays = read_files(folder or SHIPPED, NAME, InlineCard)
    missing = {"latin", "han", "severity"} - set(card.heads)
    if missing:
        raise ModelError(f"{NAME}.json", f"has no head {min(missing)}")
    return Model({name: _head(name, each, arrays) for name, each in card.heads.items()})


def digest(folder: Path) -> str:
    """What tells the inline model in the folder from any other. Raises: ModelError."""
    return read_files(folder, NAME, InlineCard)[0].sha256


def _head(name: str, card: HeadCard, arrays: Arrays) -> Head:
    try:
        small, scale = arrays[f"{name}.table"], arrays[f"{name}.scale"]
    except KeyError as error:
        raise ModelError(_FILE, f"has no array {error}") from None
    if small.ndim != 2 or scale.shape != small.shape[1:] or len(small) != 1 << card.bits:
        raise ModelError(_FILE, f"the table of {name} does not have the size that the card tells")
    width = dense_size(small.shape[1]) + evidence_size(len(card.signals))
    return Head(card, Table(small.astype(np.int8), scale), net_of(arrays, name, width, _FILE))


def _is_han(words: str) -> bool:
    return not words.isascii() and len(_HAN.findall(words)) > _HAN_SHARE * len(words)
