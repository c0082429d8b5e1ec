"""How does gradient descent move a linear network, at the cost of reading its features twice a step?

What was learned is u = w* - v0 = (A^T w - A0^T w0)/(gamma0 N).  With q = |w|^2/N and h = A g, multiplying out the steps
of `verify.witnesses.networks.train_linear_network` gives, exactly and with all right sides before the step,

    (1)  u += eta [A^T h/N + (q + eta gamma0 w . h/N) g]
    (2)  A += eta gamma0 w g^T
    (3)  w += eta gamma0 h

A small gamma0 costs no digits, and gamma0 = 0, which leaves A and w at their start, is exactly the lazy limit.  The
products w g^T of several steps are kept as pairs and added to A at once; until then they act through their inner
products.

The flow conserves A A^T - w w^T, at any N.  A step adds

    (4)  eta^2 gamma0^2 (|g|^2 w w^T - h h^T),

so at a fixed time the drift is of order eta.

Layout: seeds along the first axis.  A seed's numbers depend on its own row alone, to the last bit.  Cost of a step of
one seed: 6 N M operations, 4 of them in products of a matrix and a vector.  A look at the spectrum costs 2 N^2 M, and
the eigenvalues of a matrix of size min(N, M).
"""

from __future__ import annotations

from math import nan

import numpy as np
from numpy.typing import NDArray

from ..arrays import Reals
from .descent import multiply_rows
from .gradients import Gradient
from .seeds import Group
from .stability import GroupWatch

KEPT = 8
"""Steps whose pairs are kept before they are added to A.  More of them would cost more than A itself."""

LOOKS = ("spikes", "seconds", "overlaps", "drifts")
"""Rows with an entry for each look; see `linear_ensemble.train_linear_ensemble`."""


def descend(
    gradient: Gradient,
    first: Reals,
    readout: Reals,
    gamma0: float,
    learning_rate: float,
    steps: int,
    record: NDArray[np.int64],
    looks: NDArray[np.int64],
) -> Group:
    """Take the steps of a group of seeds.

    Parameters
    ----------
    gradient : callable
        u of shape (seeds, M) -> losses of shape (seeds,) and g of shape (seeds, M).
    first : array of shape (seeds, N, M)
        A(0); overwritten.
    readout : array of shape (seeds, N)
        w(0).
    gamma0, learning_rate : float
        Richness, and eta.
    steps : int
        T.
    record, looks : array of int
        Rising steps, from 0 to ``steps``, at which losses are kept and spectra are looked at.

    Returns
    -------
    rows : dict
        ``starts``, losses at step 0, of shape (seeds,); ``losses`` and ``readouts`` of shape (seeds, recorded); and
        `LOOKS` of shape (seeds, looks).
    failures : dict
        The step and the loss at which each seed diverged, by its row.

    Examples
    --------
    One mode of eigenvalue 1, N = 1 and A(0) = 1: the lazy residual halves in each step.

    >>> steps = np.arange(3)
    >>> rows, _ = descend(
    ...     lambda u: ((1 - u[:, 0]) ** 2, 1 - u), np.ones((1, 1, 1)), np.zeros((1, 1)), 0.0, 0.5, 2, steps, steps[:1]
    ... )
    >>> rows["losses"]
    array([[1.    , 0.25  , 0.0625]])
    """
    seeds, size, modes = first.shape
    rate = learning_rate * gamma0
    rows = {name: np.full((seeds, len(record)), nan) for name in ("losses", "readouts")}
    rows |= {name: np.full((seeds, len(looks)), nan) for name in LOOKS}
    conserved = [_conserved(a, w) for a, w in zip(first, readout, strict=True)]
    features, w, u, watch = _Features(first), readout, np.zeros((seeds, modes)), GroupWatch(seeds)
    place, look = 0, 0
    with np.errstate(over="ignore", invalid="ignore"):
        for step in range(steps + 1):
            loss, g = gradient(u)
            if not watch.see(step, loss):
                break
            q = multiply_rows(w, w) / size
            if place < len(record) and step == record[place]:
                rows["losses"][:, place], rows["readouts"][:, place] = loss, q
                place += 1
            if look < len(looks) and step == looks[look]:
                for row in np.flatnonzero(watch.alive).tolist():
                    seen = _look(features.now(row), w[row], u[row], conserved[row])
                    for name, value in zip(LOOKS, seen, strict=True):
                        rows[name][row, look] = value
                look += 1
            if step == steps:
                break
            h = features.times(g)
            pull = features.back(h) / size + (q + rate * multiply_rows(w, h) / size)[:, None] * g
            u = u + learning_rate * pull  # (1)
            if gamma0 > 0:
                features.add(rate * w, g)  # (2)
                w = w + rate * h  # (3)
    return rows | {"starts": watch.first}, watch.failures


class _Features:
    """A of each seed: a matrix, and pairs of vectors whose products are not added to it yet."""

    def __init__(self, first: Reals) -> None:
        seeds, size, modes = first.shape
        self.matrix, self.sum = first, np.empty((size, modes))
        self.left, self.right = np.zeros((seeds, KEPT, size)), np.zeros((seeds, KEPT, modes))
        self.kept = 0

    def times(self, vectors: Reals) -> Reals:
        """Return A g, of shape (seeds, N)."""
        found = np.matmul(self.matrix, vectors[:, :, None])[:, :, 0]
        return self._add_pairs(found, self.right, self.left, vectors)

    def back(self, vectors: Reals) -> Reals:
        """Return A^T h, of shape (seeds, M)."""
        found = np.matmul(vectors[:, None], self.matrix)[:, 0]
        return self._add_pairs(found, self.left, self.right, vectors)

    def _add_pairs(self, found: Reals, across: Reals, along: Reals, vectors: Reals) -> Reals:
        """Return ``found`` with the part of the pairs that are not in the matrix yet: sum (across . vector) along."""
        if self.kept:
            inner = np.matmul(across[:, : self.kept], vectors[:, :, None])
            found += np.matmul(inner.swapaxes(1, 2), along[:, : self.kept])[:, 0]
        return found

    def add(self, left: Reals, right: Reals) -> None:
        """Add left right^T."""
        self.left[:, self.kept], self.right[:, self.kept] = left, right
        self.kept += 1
        if self.kept == KEPT:
            for matrix, columns, rows in zip(self.matrix, self.left, self.right, strict=True):
                matrix += np.matmul(columns.T, rows, out=self.sum)
            self.kept = 0

    def now(self, row: int) -> Reals:
        """Return A of one seed, of shape (N, M)."""
        return np.asarray(self.matrix[row] + self.left[row, : self.kept].T @ self.right[row, : self.kept])


def _conserved(features: Reals, w: Reals) -> Reals:
    """Return A A^T - w w^T, of shape (N, N)."""
    return np.asarray(features @ features.T - np.outer(w, w))


def _look(features: Reals, w: Reals, learned: Reals, start: Reals) -> tuple[float, float, float, float]:
    """Return the values of `LOOKS` for one seed; ``start`` is A A^T - w w^T at the start.

    The overlap is NaN where nothing is learned.
    """
    size, modes = features.shape
    matrix = features @ features.T
    smaller = matrix / size if size <= modes else features.T @ features / size
    values, vectors = np.linalg.eigh(smaller)  # all of them: a search for a few may miss equal ones
    vector = features.T @ vectors[:, -1] if size <= modes else vectors[:, -1]
    with np.errstate(divide="ignore", invalid="ignore"):
        overlap = (vector @ learned) ** 2 / ((vector @ vector) * (learned @ learned))
    drift = np.linalg.norm(matrix - np.outer(w, w) - start) / np.linalg.norm(start)  # (4)
    return float(values[-1]), float(values[-2]) if len(values) > 1 else 0.0, float(overlap), float(drift)
