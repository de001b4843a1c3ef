"""Trains one head of the model: the table of letters, then the network over all features.

The plain weights of the table are learnt from the same rows as the network. So that the
network does not trust them more than it may, it sees for each row the weights learnt
without that row (stacking; Wolpert, 1992).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from safety.features import DENSE, Floats, Rows, dense, dense_size, evidence, rows_of
from safety.verdict import Reading
from safety.weights import Net
from tools.training.fitting import Shape, directions, folds, linear, network
from tools.training.sparse import Doubles, Places, Sparse, Truth, counted

_OUTER_FOLDS: Final = 5
_INNER_FOLDS: Final = 5
_SPAN: Final = 0.56  # spread of a direction of meaning, beside features of 0 and 1
_EVEN: Final = 0.7  # spread of the other sums
_PLAIN_SCALE: Final = 5.0  # brings counts to the scale at which `freedom` is about 1 to 10


@dataclass(frozen=True, slots=True)
class Plan:
    """What a head looks like before it is trained."""

    lengths: tuple[int, ...] = (4,)
    bits: int = 17
    columns: int = 48
    """Directions of meaning: singular vectors of the texts (latent semantic analysis)."""
    least: int = 3
    """A run that stands in fewer texts is not learnt."""
    freedom: float = 5.0
    hidden: int = 24
    nets: int = 5
    """Networks of different seeds, of which the mean counts."""
    decay: float = 0.3
    signals: tuple[str, ...] = ()
    known: float = 0.5
    """The share of a line's runs that must be known, else its language is another."""


@dataclass(frozen=True, slots=True)
class Learnt:
    """A trained head."""

    table: Floats
    net: Net


class Seen:
    """What a head sees of a list of texts, before any weights."""

    def __init__(self, words: Sequence[str], readings: Sequence[Reading], plan: Plan) -> None:
        """Hash all texts once."""
        signals = {name: place for place, name in enumerate(plan.signals)}
        split = [rows_of(each, plan.lengths, plan.bits) for each in words]
        self.rows: list[Rows] = [np.concatenate(rows) for rows in split]
        self.evidence: Floats = np.array([evidence(each, signals) for each in readings], np.float32)
        self._first = [len(rows[0]) for rows in split]

    def counts(self, plan: Plan) -> Sparse:
        """How often each row of the table is met in each text."""
        return counted(self.rows, 1 << plan.bits)

    def features(self, place: int, table: Floats) -> Floats:
        """All features of a text, as the server sees them."""
        letters = dense(table[self.rows[place]], self._first[place])
        return np.concatenate((letters, self.evidence[place]))


def train(seen: Seen, truth: Truth, plan: Plan, among: Places, seed: int) -> Learnt:
    """A head trained on the rows `among`."""
    counts = seen.counts(plan).rows(among)
    met = counts.met()
    rare = np.where(met >= plan.least, np.log((1 + len(among)) / (1 + met)) + 1, 0.0)
    scaled = counts.weighed(rare)
    table = _table(scaled, rare, plan, seed)
    fold = folds(truth[among], _INNER_FOLDS, seed)
    found: dict[int, Floats] = {}
    for part in range(_INNER_FOLDS):
        rest = np.flatnonzero(fold != part)
        _weigh(table, scaled.rows(rest), rare, truth[among[rest]], plan)
        for place in np.flatnonzero(fold == part).tolist():
            found[place] = seen.features(int(among[place]), table)
    features = np.array([found[place] for place in range(len(among))])
    _weigh(table, scaled, rare, truth[among], plan)
    return Learnt(table, _net(features, table.shape[1], truth[among], plan, seed))


def crossed(seen: Seen, truth: Truth, plan: Plan, seed: int) -> Doubles:
    """The log-odds of each row by a head that was trained without its fold."""
    fold = folds(truth, _OUTER_FOLDS, seed)
    logits = np.zeros(len(truth))
    for part in range(_OUTER_FOLDS):
        learnt = train(seen, truth, plan, np.flatnonzero(fold != part), seed + part)
        for place in np.flatnonzero(fold == part).tolist():
            logits[place] = learnt.net.logit(seen.features(place, learnt.table))
    return logits


def _table(scaled: Sparse, rare: Doubles, plan: Plan, seed: int) -> Floats:
    """The table without its plain weights."""
    kept = rare != 0
    meaning = directions(scaled, plan.columns, seed)
    meaning *= _SPAN / scaled.operator().matmat(meaning).std()
    table = np.zeros((len(rare), DENSE + plan.columns), np.float32)
    table[:, 1] = kept
    table[kept, DENSE:] = meaning * rare[kept, None]
    return table


def _weigh(table: Floats, scaled: Sparse, rare: Doubles, truth: Truth, plan: Plan) -> None:
    """Put the plain weights learnt from these rows into the table."""
    kept = rare != 0
    rows = replace(scaled, values=scaled.values / _PLAIN_SCALE)
    table[kept, 0] = linear(rows, truth, plan.freedom) * rare[kept] / _PLAIN_SCALE


def _net(features: Floats, letters: int, truth: Truth, plan: Plan, seed: int) -> Net:
    """The network over all features, of which sums of the table are the first `letters`."""
    spread = np.ones(features.shape[1], np.float32)
    for place in (*range(DENSE), *range(letters, dense_size(letters))):
        spread[place] = _EVEN / (features[:, place].std() + 1e-6)
    return network(features, spread, truth, Shape(plan.hidden, plan.nets, plan.decay), seed)
