"""How good a score is: area under the curve, recall at few false alarms, intervals."""

from dataclasses import dataclass

import numpy as np

from tools.training.sparse import Doubles, Truth


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure and its 95 % interval, from resampled rows."""

    value: float
    low: float
    high: float


def area(truth: Truth, scores: Doubles) -> float:
    """The area under the ROC curve: how often a positive row scores above a negative one."""
    _, place, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]
    positive = int(truth.sum())
    above = float(ranks[truth].sum()) - positive * (positive + 1) / 2
    return above / (positive * (len(truth) - positive))


def recall(truth: Truth, scores: Doubles, alarms: float) -> float:
    """The share of positive rows above the score that this share of negative rows exceeds."""
    return float((scores[truth] > threshold(scores[~truth], alarms)).mean())


def threshold(harmless: Doubles, alarms: float) -> float:
    """The least score that at most this share of harmless rows exceeds."""
    ordered = np.sort(harmless)[::-1]
    return float(ordered[min(int(alarms * len(ordered)), len(ordered) - 1)])


def figures(truth: Truth, scores: Doubles, rounds: int = 1000) -> dict[str, Figure]:
    """Area and recall at 1 % and 5 % false alarms, with bootstrap intervals (fixed seed)."""
    chance = np.random.default_rng(0)
    positive, negative = np.flatnonzero(truth), np.flatnonzero(~truth)
    drawn = [_all(truth, scores)]
    for _ in range(rounds):
        rows = np.concatenate(
            (chance.choice(positive, len(positive)), chance.choice(negative, len(negative)))
        )
        drawn.append(_all(truth[rows], scores[rows]))
    names = ("auc", "recall_at_1_percent", "recall_at_5_percent")
    table = np.array(drawn)
    low, high = np.quantile(table[1:], (0.025, 0.975), axis=0)
    return {
        name: Figure(*(round(float(part[i]), 4) for part in (table[0], low, high)))
        for i, name in enumerate(names)
    }


def _all(truth: Truth, scores: Doubles) -> tuple[float, float, float]:
    return area(truth, scores), recall(truth, scores, 0.01), recall(truth, scores, 0.05)
