"""The few numerical methods that the model is made with. All are deterministic by their seed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import scipy.optimize

from safety.features import Floats
from tools.training.sparse import Doubles, Places, Sparse, Truth

_ROUNDS: Final = 60
_BATCH: Final = 200
_RATE: Final = 0.003
_MEAN_DECAY: Final = 0.9
_SQUARE_DECAY: Final = 0.999
_EXTRA: Final = 10  # directions beside those wanted, and rounds, that make the wanted exact
_POWERS: Final = 4


def folds(truth: Truth, count: int, seed: int) -> Places:
    """A fold for each row, both classes spread evenly."""
    chance = np.random.default_rng(seed)
    fold = np.zeros(len(truth), np.int64)
    for kind in (True, False):
        rows = chance.permutation(np.flatnonzero(truth == kind))
        fold[rows] = np.arange(len(rows)) % count
    return fold


def linear(rows: Sparse, truth: Truth, freedom: float) -> Doubles:
    """Weights of a logistic regression with an L2 penalty; more freedom is less penalty.

    Both classes weigh the same.
    """
    sign = np.where(truth, 1.0, -1.0)
    share = float(truth.mean())
    weigh = np.where(truth, freedom * 0.5 / share, freedom * 0.5 / (1 - share))
    matrix = rows.operator()

    def loss(point: Doubles) -> tuple[float, Doubles]:
        margin = sign * (matrix.matvec(point[:-1]) + point[-1])
        pull: Doubles = -sign * weigh * np.exp(-np.logaddexp(0, margin))
        size = 0.5 * float(point[:-1] @ point[:-1])
        slope = np.empty_like(point)
        slope[:-1] = matrix.rmatvec(pull) + point[:-1]
        slope[-1] = pull.sum()
        return float(weigh @ np.logaddexp(0, -margin)) + size, slope

    found = scipy.optimize.minimize(
        loss,
        np.zeros(rows.width + 1),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": 200, "ftol": 1e-7},
    )
    return np.asarray(found.x, np.float64)[:-1]


def directions(rows: Sparse, count: int, seed: int) -> Doubles:
    """The right singular vectors of the largest singular values (Halko et al., 2011)."""
    chance = np.random.default_rng(seed)
    matrix = rows.operator()
    basis = matrix.matmat(chance.standard_normal((rows.width, count + _EXTRA)))
    for _ in range(_POWERS):
        basis = matrix.matmat(matrix.rmatmat(np.linalg.qr(basis).Q))
    small = matrix.rmatmat(np.linalg.qr(basis).Q).T
    vectors = np.linalg.svd(small, full_matrices=False).Vh[:count]
    largest = np.abs(vectors).argmax(axis=1)
    signs = np.sign(vectors[np.arange(len(vectors)), largest])
    return np.asarray((vectors * signs[:, None]).T, np.float64)


def calibration(logits: Doubles, truth: Truth) -> tuple[float, float]:
    """Slope and offset that make log-odds honest (Platt, 1999)."""
    sign = np.where(truth, 1.0, -1.0)

    def loss(point: Doubles) -> float:
        return float(np.logaddexp(0, -sign * (logits * point[0] + point[1])).mean())

    found = scipy.optimize.minimize(loss, np.array([1.0, 0.0]), method="L-BFGS-B")
    return float(found.x[0]), float(found.x[1])


@dataclass(frozen=True, slots=True)
class Net:
    """A network of one hidden layer."""

    inner: Floats
    inner_bias: Floats
    outer: Floats
    outer_bias: float


def network(features: Floats, truth: Truth, hidden: int, decay: float, seed: int) -> Net:
    """A network fitted to even features by Adam (Kingma and Ba, 2015)."""
    chance = np.random.default_rng(seed)
    width = features.shape[1]
    bound = (6 / (width + hidden)) ** 0.5
    parts: list[Doubles] = [
        chance.uniform(-bound, bound, (width, hidden)),
        np.zeros(hidden),
        chance.uniform(-bound, bound, hidden),
        np.array([np.log(truth.mean() / (1 - truth.mean()))]),
    ]
    adam = _Adam(parts)
    for _ in range(_ROUNDS):
        order = chance.permutation(len(features))
        for start in range(0, len(order), _BATCH):
            chosen = order[start : start + _BATCH]
            adam.step(parts, _slopes(parts, features[chosen], truth[chosen], decay))
    inner, inner_bias, outer = (part.astype(np.float32) for part in parts[:3])
    return Net(inner, inner_bias, outer, float(parts[3][0]))


def together(nets: Sequence[Net]) -> Net:
    """One network whose log-odds are the mean of those of all."""
    return Net(
        np.concatenate([net.inner for net in nets], axis=1),
        np.concatenate([net.inner_bias for net in nets]),
        np.concatenate([net.outer * np.float32(1 / len(nets)) for net in nets]),
        sum(net.outer_bias for net in nets) / len(nets),
    )


def _slopes(parts: list[Doubles], rows: Floats, truth: Truth, decay: float) -> list[Doubles]:
    inner, inner_bias, outer, outer_bias = parts
    hidden = np.maximum(rows @ inner + inner_bias, 0)
    miss = (1 / (1 + np.exp(-(hidden @ outer + outer_bias))) - truth) / len(rows)
    back = np.outer(miss, outer) * (hidden > 0)
    shrink = decay / len(rows)
    return [
        rows.T @ back + shrink * inner,
        back.sum(axis=0),
        hidden.T @ miss + shrink * outer,
        np.array([miss.sum()]),
    ]


class _Adam:
    """Steps downhill, each weight at a pace of its own."""

    def __init__(self, parts: Sequence[Doubles]) -> None:
        self._means = [np.zeros_like(part) for part in parts]
        self._squares = [np.zeros_like(part) for part in parts]
        self._steps = 0

    def step(self, parts: Sequence[Doubles], slopes: Sequence[Doubles]) -> None:
        """Change the parts in place."""
        self._steps += 1
        rate = _RATE * (1 - _SQUARE_DECAY**self._steps) ** 0.5 / (1 - _MEAN_DECAY**self._steps)
        both = zip(self._means, self._squares, strict=True)
        for part, slope, (mean, square) in zip(parts, slopes, both, strict=True):
            mean += (1 - _MEAN_DECAY) * (slope - mean)
            square += (1 - _SQUARE_DECAY) * (slope**2 - square)
            part -= rate * mean / (np.sqrt(square) + 1e-8)
