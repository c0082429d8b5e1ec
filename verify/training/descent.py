"""How does gradient descent move the student of eq. 4, when only the student is kept?

In the features x = A(0) psi/sqrt N the student is f = u . x, with u = Bm^T w~ (Appendix B; the witness
`verify.witnesses.networks.in_features` computes Bm and w~ themselves).  Three quantities are closed:

    u,     K = Bm^T Bm,     q = |w~|^2.

Multiplying out w~ += eta Bm g and Bm += eta gamma w~ g^T gives, exactly, with all right sides before the step,

    (1)  u += eta K g + eta gamma (q + eta u . g) g
    (2)  q += 2 eta u . g + eta^2 g . K g
    (3)  K += p g^T + g p^T,     p = eta gamma (u + (eta gamma/2) q g)

That is one product of a matrix and a vector instead of two.  The pairs (g, p) of several steps are kept and then added
to K in one product of matrices; until then they act through their inner products with g.  gamma = 0 leaves K = I, and
needs no matrix at all.

Layout: seeds along the first axis.  A seed's numbers depend on its own row alone, to the last bit: every product is one
of its own arrays.  Cost of a step of one seed: 6 N^2 operations, 4 of them in products of matrices.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..arrays import Reals
from .gradients import Gradient
from .seeds import Group
from .stability import GroupWatch

Rate: TypeAlias = Callable[[Reals], Reals]
"""The kernels of the seeds -> the learning rate of each, for the next step."""

SHORTEST, SHARE = 4, 16
"""The pairs (g, p) of N/16 steps, and of no fewer than four, are kept.  More of them would cost more than K itself."""


def count_matrix_entries(size: int) -> int:
    """Return how many numbers K and its pairs take for one seed: two N x N matrices, and the pairs twice.

    >>> count_matrix_entries(10)
    360
    """
    return 2 * size**2 + 4 * max(SHORTEST, size // SHARE) * size


def descend(
    gradient: Gradient,
    shape: tuple[int, int],
    gamma: float,
    learning_rate: float | Rate,
    steps: int,
    record: NDArray[np.int64],
    dtype: np.dtype[np.floating],
) -> Group:
    """Take the steps of a group of seeds.

    Parameters
    ----------
    gradient : callable
        u of shape (seeds, N) -> losses of shape (seeds,) and g of shape (seeds, N).
    shape : (int, int)
        Seeds and N.
    gamma : float
        Richness.
    learning_rate : float or callable
        eta, or a function of the kernels 1 + gamma q of the seeds that returns eta for each.
    steps : int
        T.
    record : array of int
        Rising steps, from 0 to ``steps``, at which losses are kept.
    dtype : dtype
        Of K.

    Returns
    -------
    rows : dict
        ``starts``, losses at step 0, of shape (seeds,); ``losses`` and ``kernels`` = 1 + gamma q, of shape
        (seeds, recorded).
    failures : dict
        The step and the loss at which each seed diverged, by its row.

    Examples
    --------
    One direction of eigenvalue 1, without noise: the residual halves in each step.

    >>> rows, _ = descend(lambda u: ((1 - u[:, 0]) ** 2, 1 - u), (1, 1), 0.0, 0.5, 2, np.arange(3), np.dtype(float))
    >>> rows["losses"]
    array([[1.    , 0.25  , 0.0625]])
    """
    u, q, watch = np.zeros(shape), np.zeros(shape[0]), GroupWatch(shape[0])
    metric = _Metric(shape, dtype) if gamma > 0 else None
    losses, kernels = np.full((2, shape[0], len(record)), np.nan)
    place = 0
    with np.errstate(over="ignore", invalid="ignore"):
        for step in range(steps + 1):
            loss, g = gradient(u)
            if not watch.see(step, loss):
                break
            if place < len(record) and step == record[place]:
                losses[:, place], kernels[:, place] = loss, 1 + gamma * q
                place += 1
            eta = np.broadcast_to(learning_rate(1 + gamma * q) if callable(learning_rate) else learning_rate, q.shape)
            along, pairs = multiply_rows(u, g), eta * gamma
            pull = g if metric is None else metric.times(g)
            if metric is not None:
                metric.add(g, pairs[:, None] * (u + (pairs / 2 * q)[:, None] * g))  # (3)
            u = u + eta[:, None] * pull + (pairs * (q + eta * along))[:, None] * g  # (1)
            q = q + eta * (2 * along + eta * multiply_rows(g, pull))  # (2)
    return {"starts": watch.first, "losses": losses, "kernels": kernels}, watch.failures


class _Metric:
    """K = Bm^T Bm of each seed: a matrix, and pairs of vectors that are not added to it yet."""

    def __init__(self, shape: tuple[int, int], dtype: np.dtype[np.floating]) -> None:
        seeds, size = shape
        self.matrix = np.zeros((seeds, size, size), dtype)
        self.matrix[:, np.arange(size), np.arange(size)] = 1
        self.sum = np.empty_like(self.matrix)
        self.pairs = np.zeros((seeds, max(SHORTEST, size // SHARE), 2, size), dtype)
        self.kept = 0

    def times(self, vectors: Reals) -> Reals:
        """Return K g, of shape (seeds, N)."""
        g = vectors.astype(self.matrix.dtype)[:, :, None]
        found = np.matmul(self.matrix, g)[:, :, 0]
        if self.kept:  # sum over pairs of g' (p . g) + p (g' . g)
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


def multiply_rows(left: Reals, right: Reals) -> Reals:
    """Return the inner products of rows.

    >>> multiply_rows(np.array([[1.0, 2.0]]), np.array([[3.0, 4.0]]))
    array([11.])
    """
    return np.asarray((left * right).sum(axis=1))
