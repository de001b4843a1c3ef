"""Logistic regression over counted pieces of lines, with scikit-learn behind a typed wall."""

# pyright: basic, reportIndexIssue=false

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]
from sklearn.model_selection import StratifiedKFold  # type: ignore[import-untyped]

from safety.likeness import SHRINK

_SEED: Final = 7
_FOLDS: Final = 8
_STRENGTH: Final = 1.0


@dataclass(frozen=True)
class Matrix:
    """Lines by pieces: how often each is there, over the root of all, times its rarity."""

    rows: sparse.csr_matrix
    rarity: NDArray[np.float64]
    trust: NDArray[np.float64]
    """How much each line counts."""


def matrix_of(
    places: Sequence[NDArray[np.int64]], trust: NDArray[np.float64], width: int
) -> Matrix:
    """Count the pieces of each line."""
    starts, columns, counts = [0], [], []
    for line in places:
        found, often = np.unique(line, return_counts=True)
        columns.append(found)
        counts.append(often / np.sqrt(len(line) + SHRINK))
        starts.append(starts[-1] + len(found))
    counted = sparse.csr_matrix(
        (np.concatenate(counts), np.concatenate(columns), starts), shape=(len(places), width)
    )
    there = np.asarray((counted > 0).sum(0)).ravel()
    rarity = np.log((1 + len(places)) / (1 + there))
    return Matrix((counted @ sparse.diags(rarity)).tocsr(), rarity, trust)


def fitted(
    matrix: Matrix, rows: NDArray[np.int64], truth: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], float]:
    """Weights by place, and the bias, so that scores are log odds on lines not fitted to."""
    model = _model(matrix, rows, truth)
    slope, offset = _calibration(matrix, rows, truth)
    weights = model.coef_[0] * matrix.rarity * slope
    return weights, float(model.intercept_[0] * slope + offset)


def out_of_fold(
    matrix: Matrix, rows: NDArray[np.int64], truth: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """The log odds of each line by a model that was not fitted to it."""
    slope, offset = _calibration(matrix, rows, truth)
    return _held_out(matrix, rows, truth) * slope + offset


def _model(matrix: Matrix, rows: NDArray[np.int64], truth: NDArray[np.bool_]) -> LogisticRegression:
    """A model of these rows, in which both answers count alike."""
    trust = matrix.trust[rows]
    trust = np.where(truth, trust * trust[~truth].sum() / trust[truth].sum(), trust)
    model = LogisticRegression(C=_STRENGTH, solver="liblinear", random_state=_SEED)
    return model.fit(matrix.rows[rows], truth, sample_weight=trust)


_cache: dict[tuple[bytes, bytes], NDArray[np.float64]] = {}


def _held_out(
    matrix: Matrix, rows: NDArray[np.int64], truth: NDArray[np.bool_]
) -> NDArray[np.float64]:
    key = (rows.tobytes(), truth.tobytes())
    if key not in _cache:
        scores = np.zeros(len(rows))
        folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=_SEED)
        for train, test in folds.split(rows, truth):
            model = _model(matrix, rows[train], truth[train])
            scores[test] = model.decision_function(matrix.rows[rows[test]])
        _cache[key] = scores
    return _cache[key]


def _calibration(
    matrix: Matrix, rows: NDArray[np.int64], truth: NDArray[np.bool_]
) -> tuple[float, float]:
    """Platt's slope and offset, fitted to scores of lines that were left out."""
    scores = _held_out(matrix, rows, truth)
    model = LogisticRegression(C=1e6).fit(scores[:, None], truth, sample_weight=matrix.trust[rows])
    return float(model.coef_[0, 0]), float(model.intercept_[0])
