"""A matrix of which most is nought: just what training needs, typed.

SciPy multiplies; choosing and weighing rows and columns is arithmetic on three arrays.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse
from numpy.typing import NDArray
from scipy.sparse.linalg import LinearOperator, aslinearoperator

Doubles = NDArray[np.float64]
Places = NDArray[np.int64]
Truth = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Sparse:
    """Row `i` has `values[starts[i]:starts[i + 1]]` in the columns of the same places."""

    values: Doubles
    columns: Places
    starts: Places
    width: int

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self.starts) - 1

    def rows(self, chosen: Places) -> "Sparse":
        """Some of the rows, in this order."""
        sizes = np.diff(self.starts)[chosen]
        starts = np.concatenate(([0], np.cumsum(sizes)))
        moved: Places = self.starts[chosen] - starts[:-1]
        entries = np.repeat(moved, sizes) + np.arange(int(starts[-1]))
        return Sparse(self.values[entries], self.columns[entries], starts, self.width)

    def weighed(self, weights: Doubles) -> "Sparse":
        """Every column times its weight; columns that weigh nothing are dropped."""
        kept = weights != 0
        entries = kept[self.columns]
        starts = np.concatenate(([0], np.cumsum(entries)))[self.starts]
        columns = self.columns[entries]
        values = self.values[entries] * weights[columns]
        place = np.cumsum(kept) - 1
        return Sparse(values, place[columns], starts, int(kept.sum()))

    def met(self) -> Places:
        """In how many rows each column is not nought."""
        return np.bincount(self.columns, minlength=self.width)

    def operator(self) -> LinearOperator:
        """To multiply by it (`matmat`, `matvec`) or by its transpose (`rmatmat`, `rmatvec`)."""
        shape = (len(self), self.width)
        return aslinearoperator(
            scipy.sparse.csr_array((self.values, self.columns, self.starts), shape=shape)
        )


def counted(rows: Sequence[Places], width: int) -> Sparse:
    """How often each row holds each number, over the root of how many it holds (and one)."""
    found = [np.unique(row, return_counts=True) for row in rows]
    values = [n / (len(row) + 1) ** 0.5 for (_, n), row in zip(found, rows, strict=True)]
    starts = np.concatenate(([0], np.cumsum([len(n) for _, n in found])))
    return Sparse(np.concatenate(values), np.concatenate([c for c, _ in found]), starts, width)
