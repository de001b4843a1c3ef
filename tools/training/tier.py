"""Trains the networks of the embedding tier, and how they are weighed with the inline model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from safety.embedding import SIZE, features_of
from safety.features import Floats
from safety.model import danger
from safety.verdict import Reading
from safety.weights import Net, probability
from tools.training.figures import threshold
from tools.training.fitting import Shape, calibration, folds, network
from tools.training.inline import SEED, Trained, raising, severe_from
from tools.training.sparse import Doubles, Truth

_FOLDS: Final = 5
_SPREAD: Final = 8.0  # embeddings are of length one, evidence is of 0 and 1
_THOUGHT: Final = Shape(hidden=24, nets=5, decay=1.0)
_SEVERITY: Final = Shape(hidden=24, nets=5, decay=3.0)
ASKS: Final = 0.15
"""The share of harmless lines, those of the highest inline score, that are worth the time."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A network over embeddings, and what cross-validation said of its rows."""

    net: Net
    logits: Doubles
    """Of each row, weighed with the inline model's, by networks that had not seen it."""
    card: Mapping[str, object]


def thoughts(meanings: Floats, heads: Sequence[Trained], readings: Sequence[Reading]) -> Judged:
    """The network for suicidal thoughts, of the rows of several inline heads."""
    truth = np.concatenate([head.truth for head in heads])
    inline = np.concatenate([head.logits for head in heads])
    rows = _rows(meanings, readings)
    own = _crossed(rows, truth, _THOUGHT)
    blend, together = _blended(own, inline, truth)
    alone = calibration(own, truth)
    quiet = np.array([danger(reading) < 2 for reading in readings]) & ~truth
    card: dict[str, object] = {
        "blend": blend,
        "alone": alone,
        "asks": round(probability(threshold(inline[quiet], ASKS)), 4),
        "raises": raising(together, truth, readings),
        "raises_alone": raising(own * alone[0] + alone[1], truth, readings),
    }
    return Judged(_fitted(rows, truth, _THOUGHT, SEED), together, card)


def severity(meanings: Floats, head: Trained, readings: Sequence[Reading]) -> Judged:
    """The network for severity."""
    rows = _rows(meanings, readings)
    own = _crossed(rows, head.truth, _SEVERITY)
    blend, together = _blended(own, head.logits, head.truth)
    card = {"severity_blend": blend, "raises_high": severe_from(together, head.truth)}
    return Judged(_fitted(rows, head.truth, _SEVERITY, SEED), together, card)


def _rows(meanings: Floats, readings: Sequence[Reading]) -> Floats:
    both = zip(meanings, readings, strict=True)
    return np.array([features_of(meaning, reading) for meaning, reading in both])


def _fitted(rows: Floats, truth: Truth, shape: Shape, seed: int) -> Net:
    spread = np.ones(rows.shape[1], np.float32)
    spread[:SIZE] = _SPREAD
    return network(rows, spread, truth, shape, seed)


def _crossed(rows: Floats, truth: Truth, shape: Shape) -> Doubles:
    """The log-odds of each row by a network that was fitted without its fold."""
    fold = folds(truth, _FOLDS, SEED)
    logits = np.zeros(len(truth))
    for part in range(_FOLDS):
        net = _fitted(rows[fold != part], truth[fold != part], shape, SEED + part)
        for place in np.flatnonzero(fold == part).tolist():
            logits[place] = net.logit(rows[place])
    return logits


def _blended(own: Doubles, inline: Doubles, truth: Truth) -> tuple[tuple[float, ...], Doubles]:
    """How the two answers are weighed, and the answer that makes."""
    both = np.stack((own, inline), axis=1)
    weights = calibration(both, truth)
    return weights, both @ np.array(weights[:-1]) + weights[-1]
