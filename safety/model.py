"""The model tier: how probable it is that a line speaks of suicidal thoughts.

A small network over `features`, trained by `tools/train.py` and shipped in `safety/model/`:
`weights.npz` holds the numbers, `card.json` what they were made from, how they fared and from
which probability on they count. It reads English, and Chinese with weights of its own;
of other languages it has no opinion. Whoever asks may only raise a verdict by its answer.

Inference is a few products of small matrices: no clock, no chance, no state.
"""

import hashlib
import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from config.risk import Risk
from safety.features import Floats, dense, dense_size, evidence, rows_of
from safety.verdict import Reading

SHIPPED: Final = Path(__file__).parent / "model"
_HAN: Final = re.compile("[\u3400-\u9fff]")
_HAN_SHARE: Final = 0.3  # of the letters; from here on a line is read as Chinese


class ModelError(Exception):
    """The model's files can't be used: the server must not start with half a filter."""

    def __init__(self, file: str, reason: str) -> None:
        """Name the file and what is wrong with it."""
        super().__init__(f"{file}: {reason}")
        self.file = file
        self.reason = reason


class Opinion(NamedTuple):
    """What the model says of a line."""

    score: float
    """The probability of suicidal thoughts, from 0 to 1; 0 where it can't read the line."""
    supports: Risk
    """The level up to which a verdict may be raised; NONE is no reason to raise it."""


class HeadCard(msgspec.Struct, frozen=True, kw_only=True):
    """How the lines of one script are read."""

    lengths: tuple[int, ...]
    """Letters of the runs that are looked up."""
    bits: int
    known: float
    """The share of runs that must be known, else the line is in a language of others."""
    signals: tuple[str, ...]
    elevated: float
    """The probability from which on a line is elevated; chosen on lines not trained on."""
    high: float
    """The same for high; only where the rules saw danger to self as well."""


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """The part of `card.json` that is needed to use the weights."""

    format: int
    sha256: str
    """Of `weights.npz`, so that weights and thresholds belong together."""
    heads: dict[str, HeadCard]


@dataclass(frozen=True, slots=True)
class Weights:
    """The numbers of one head, as they are used."""

    table: Floats
    """A row for each hash: plain weight, known, and directions of meaning."""
    middle: Floats
    """Taken from the features, before `spread` divides them."""
    spread: Floats
    inner: Floats
    inner_bias: Floats
    outer: Floats
    outer_bias: float

    def logit(self, features: Floats) -> float:
        """The log-odds of suicidal thoughts."""
        even = (features - self.middle) * self.spread
        hidden = np.maximum(even @ self.inner + self.inner_bias, 0)
        return float(hidden @ self.outer) + self.outer_bias


class Head:
    """Reads the lines of one script."""

    def __init__(self, card: HeadCard, weights: Weights) -> None:
        """Put card and weights together; they must fit."""
        self.card = card
        self._weights = weights
        self._signals = {name: place for place, name in enumerate(card.signals)}

    def read(self, words: str, reading: Reading) -> Opinion:
        """Score one line; a language that the head does not know gives no opinion."""
        card = self.card
        features = look(words, reading, self._weights.table, card.lengths, self._signals)
        if features[1] < card.known:
            return UNREAD
        score = probability(self._weights.logit(features))
        if score >= card.high and max(reading.levels.values(), default=0) >= Risk.ELEVATED:
            return Opinion(score, Risk.HIGH)
        return Opinion(score, Risk.ELEVATED if score >= card.elevated else Risk.NONE)


class Model:
    """Reads lines. Immutable; may be shared by threads."""

    def __init__(self, heads: Mapping[str, Head]) -> None:
        """One head for each script, `latin` among them."""
        self._latin = heads["latin"]
        self._han = heads.get("han")

    def read(self, words: str, reading: Reading) -> Opinion:
        """The model's opinion of a line in plain words, and of what the rules saw in it.

        Takes any `str` and never raises. `reading` is `finding.tally` of the same words.
        """
        if self._han is not None and not words.isascii() and _is_han(words):
            return self._han.read(words, reading)
        return self._latin.read(words, reading)


UNREAD: Final = Opinion(0.0, Risk.NONE)
"""The opinion of a line that the model can't read."""


def look(
    words: str,
    reading: Reading,
    table: Floats,
    lengths: tuple[int, ...],
    signals: Mapping[str, int],
) -> Floats:
    """All features of a line: `dense` of its letters, then `evidence`."""
    bits = len(table).bit_length() - 1
    rows = rows_of(words, lengths, bits)
    one = rows[0] if len(rows) == 1 else np.concatenate(rows)
    seen = np.array(evidence(reading, signals), np.float32)
    return np.concatenate((dense(table.take(one, axis=0), len(rows[0])), seen))


def probability(logit: float) -> float:
    """Log-odds as a probability."""
    return float(1 / (1 + np.exp(-min(max(logit, -30.0), 30.0))))


def load_model(folder: Path | None = None) -> Model:
    """The model that ships with the server, or the one in `folder`.

    Raises: ModelError if a file is missing or broken, or if the files don't fit together.
    """
    folder = folder or SHIPPED
    card = _card(folder)
    try:
        packed = (folder / "weights.npz").read_bytes()
    except OSError as error:
        raise ModelError("weights.npz", error.strerror or "can't be read") from None
    if hashlib.sha256(packed).hexdigest() != card.sha256:
        raise ModelError("weights.npz", "is not the file that card.json describes")
    try:
        with np.load(io.BytesIO(packed), allow_pickle=False) as arrays:
            return Model({name: _head(name, each, arrays) for name, each in card.heads.items()})
    except (KeyError, ValueError, zipfile.BadZipFile) as error:
        raise ModelError("weights.npz", str(error)) from None


def _card(folder: Path) -> Card:
    try:
        card = msgspec.json.decode((folder / "card.json").read_bytes(), type=Card)
    except OSError as error:
        raise ModelError("card.json", error.strerror or "can't be read") from None
    except msgspec.DecodeError as error:
        raise ModelError("card.json", str(error)) from None
    if card.format != 1 or "latin" not in card.heads:
        raise ModelError("card.json", "needs format 1 and a head `latin`")
    return card


def _head(name: str, card: HeadCard, arrays: Mapping[str, NDArray[np.generic]]) -> Head:
    parts = {part: _floats(arrays[f"{name}.{part}"]) for part in PARTS}
    weights = Weights(
        table=parts["table"] * parts["scale"],
        middle=parts["middle"],
        spread=parts["spread"],
        inner=parts["inner"],
        inner_bias=parts["inner_bias"],
        outer=parts["outer"],
        outer_bias=float(parts["outer_bias"][0]),
    )
    width = dense_size(weights.table.shape[1]) + len(
        evidence(Reading({}, frozenset()), {s: i for i, s in enumerate(card.signals)})
    )
    hidden = len(weights.outer)
    if len(weights.table) != 1 << card.bits or weights.inner.shape != (width, hidden):
        raise ValueError(f"{name}: the arrays don't have the sizes that card.json tells")
    if weights.middle.shape != (width,) or weights.spread.shape != (width,):
        raise ValueError(f"{name}: middle and spread don't fit the features")
    return Head(card, weights)


PARTS: Final = (
    "table",
    "scale",
    "middle",
    "spread",
    "inner",
    "inner_bias",
    "outer",
    "outer_bias",
)
"""The arrays of a head in `weights.npz`. `table` is of small whole numbers, times `scale`."""


def _floats(array: NDArray[np.generic]) -> Floats:
    floats = array.astype(np.float32)
    if not np.isfinite(floats).all():
        raise ValueError("holds numbers that are none")
    return floats


def _is_han(words: str) -> bool:
    return len(_HAN.findall(words)) > _HAN_SHARE * len(words)
