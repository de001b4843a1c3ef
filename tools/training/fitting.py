"""The few numerical methods that the model is made with. All are deterministic by their seed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import scipy.optimize

from safety.features import Floats
from safety.weights import Net
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


def calibration(logits: Doubles, truth: Truth) -> tuple[float, ...]:
    """What makes log-odds honest (Platt, 1999): a weight for each column, and an offset."""
    sign = np.where(truth, 1.0, -1.0)
    columns = logits if logits.ndim == 2 else logits[:, None]

    def loss(point: Doubles) -> float:
        return float(np.logaddexp(0, -sign * (columns @ point[:-1] + point[-1])).mean())

    start = np.append(np.ones(columns.shape[1]), 0.0)
    found = scipy.optimize.minimize(loss, start, method="L-BFGS-B")
    return tuple(float(each) for each in found.x)


def honest(net: Net, slope: float, offset: float) -> Net:
    """The same network with its log-odds put right by a calibration."""
    outer = net.outer * np.float32(slope)
    return replace(net, outer=outer, outer_bias=net.outer_bias * slope + offset)


@dataclass(frozen=True, slots=True)
class Shape:
    """What a network looks like before it is fitted."""

    hidden: int
    nets: int
    """Networks of different seeds, of which the mean counts."""
    decay: float


def network(features: Floats, spread: Floats, truth: Truth, shape: Shape, seed: int) -> Net:
    """A network over features times `spread`, which should make them of like size."""
    middle = features.mean(axis=0)
    even: Floats = (features - middle) * spread
    fitted = [_fitted(even, truth, shape, seed + place) for place in range(shape.nets)]
    share = 1 / shape.nets
    return Net(
        middle,
        spread,
        np.concatenate([parts[0] for parts in fitted], axis=1).astype(np.float32),
        np.concatenate([parts[1] for parts in fitted]).astype(np.float32),
        np.concatenate([parts[2] * share for parts in fitted]).astype(np.float32),
        sum(float(parts[3][0]) for parts in fitted) * share,
    )


def _fitted(features: Floats, truth: Truth, shape: Shape, seed: int) -> list[Doubles]:
    """Weights and biases of both layers, by Adam (Kingma and Ba, 2015)."""
    chance = np.random.default_rng(seed)
    width, hidden = features.shape[1], shape.hidden
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
            adam.step(parts, _slopes(parts, features[chosen], truth[chosen], shape.decay))
    return parts


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
