"""How does gradient descent move the student of eq. 4, when only the student is kept?

In the features x = A(0) psi/sqrt N the student is f = u . x, with u = Bm^T w~ (Appendix B, `network.in_features`).  Of
the N x N matrix Bm and of w~ no more is needed than

    u,     K = Bm^T Bm,     q = |w~|^2,

as that is closed.  Multiplying out w~ += eta Bm g and Bm += eta gamma w~ g^T gives, exactly,

    u += eta K g + eta gamma (q + eta u . g) g
    q += 2 eta u . g + eta^2 g . K g
    K += p g^T + g p^T,     p = eta gamma (u + (eta gamma/2) q g)

with all right sides before the step: one product of a matrix and a vector instead of two.  The pairs (g, p) of several
steps are kept and then added to K in one product of matrices; until then they act through their inner products with g.
gamma = 0 leaves K = I, and no matrix at all.

Layout: seeds along the first axis.  A seed's numbers depend on its own row alone, to the last bit: every product is one
of its own arrays.  Cost of a step of one seed: 6 N^2 operations, 4 of them in products of matrices.
"""

from __future__ import annotations

from math import inf

import numpy as np
from numpy.typing import NDArray

from ..arrays import Reals
from .gradients import Gradient
from .stability import DIVERGED

SHORTEST, SHARE = 4, 16
"""Steps whose pairs (g, p) are kept before they are added to K: N/16, and no fewer than four.  Kept for longer, they
cost more than K itself."""


def matrices(size: int) -> int:
    """Numbers that K and its pairs take for one seed: two N x N matrices, and the pairs twice."""
    return 2 * size**2 + 4 * max(SHORTEST, size // SHARE) * size


def descend(
    gradient: Gradient,
    shape: tuple[int, int],
    gamma: float,
    learning_rate: float,
    steps: int,
    record: NDArray[np.int64],
    dtype: np.dtype[np.floating],
) -> tuple[Reals, Reals, dict[int, tuple[int, float]]]:
    """Take the steps of a group of seeds.

    Parameters
    ----------
    gradient : callable
        u of shape (seeds, N) -> losses of shape (seeds,) and g of shape (seeds, N).
    shape : (int, int)
        Seeds and N.
    record : array of int
        Rising steps, from 0 to ``steps``, at which losses are kept.
    dtype : dtype
        Of K.

    Returns
    -------
    losses, kernels : array of shape (seeds, recorded)
    failures : dict
        By the row of each seed that diverged, the step and the loss at which it did.
    """
    eta, pairs = learning_rate, learning_rate * gamma
    u, q, alive = np.zeros(shape), np.zeros(shape[0]), np.ones(shape[0], bool)
    metric = _Metric(shape, dtype) if gamma > 0 else None
    losses, kernels = np.full((2, shape[0], len(record)), np.nan)
    failures: dict[int, tuple[int, float]] = {}
    place, bound = 0, np.full(shape[0], inf)
    with np.errstate(over="ignore", invalid="ignore"):
        for step in range(steps + 1):
            loss, g = gradient(u)
            bound = DIVERGED * loss if step == 0 else bound
            if not (loss[alive] <= bound[alive]).all():
                lost = alive & ~(loss <= bound)  # what becomes of its numbers from here on touches no other seed's
                failures |= {int(row): (step, float(loss[row])) for row in np.flatnonzero(lost)}
                alive &= ~lost
                if not alive.any():
                    break
            if place < len(record) and step == record[place]:
                losses[:, place], kernels[:, place] = loss, 1 + gamma * q
                place += 1
            along = _inner(u, g)
            pull = g if metric is None else metric.times(g)
            if metric is not None:
                metric.add(g, pairs * (u + (pairs / 2 * q)[:, None] * g))
            u = u + eta * pull + (pairs * (q + eta * along))[:, None] * g
            q = q + eta * (2 * along + eta * _inner(g, pull))
    return losses, kernels, failures


class _Metric:
    """K = Bm^T Bm of each seed: a matrix, and pairs of vectors that are still to be added to it."""

    def __init__(self, shape: tuple[int, int], dtype: np.dtype[np.floating]) -> None:
        seeds, size = shape
        self.matrix = np.zeros((seeds, size, size), dtype)
        self.matrix[:, np.arange(size), np.arange(size)] = 1
        self.sum = np.empty_like(self.matrix)
        self.pairs = np.zeros((seeds, max(SHORTEST, size // SHARE), 2, size), dtype)
        self.kept = 0

    def times(self, vectors: Reals) -> Reals:
        """K g, of shape (seeds, N)."""
        g = vectors.astype(self.matrix.dtype)[:, :, None]
        found = np.matmul(self.matrix, g)[:, :, 0]
        if self.kept:
            seeds, _, _, size = self.pairs.shape
            pairs = self.pairs[:, : self.kept].reshape(seeds, 2 * self.kept, size)
            inner = np.matmul(pairs, g).reshape(seeds, self.kept, 2)
            found += np.matmul(inner[:, :, ::-1].reshape(seeds, 1, 2 * self.kept), pairs)[:, 0]
        return np.asarray(found, dtype=float)

    def add(self, g: Reals, p: Reals) -> None:
        """Add g p^T + p g^T."""
        self.pairs[:, self.kept, 0], self.pairs[:, self.kept, 1] = g, p
        self.kept += 1
        seeds, room, _, size = self.pairs.shape
        if self.kept == room:
            left, right = (pairs.reshape(seeds, 2 * room, size) for pairs in (self.pairs, self.pairs[:, :, ::-1]))
            self.matrix += np.matmul(left.swapaxes(1, 2), right, out=self.sum)
            self.kept = 0


def _inner(left: Reals, right: Reals) -> Reals:
    """Inner products of rows."""
    return np.asarray((left * right).sum(axis=1))
