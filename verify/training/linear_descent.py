"""How does gradient descent move a linear network, at the cost of reading its features twice a step?

With what was learned, u = w* - v0 = (A^T w - A0^T w0)/(gamma0 N), q = |w|^2/N and h = A g, multiplying out the steps of
`network` gives, exactly and with all right sides before the step,

    u += eta [A^T h/N + (q + eta gamma0 w . h/N) g]
    A += eta gamma0 w g^T
    w += eta gamma0 h

so that a small gamma0 costs no digits, and gamma0 = 0, which leaves A and w, is none but the limit.  The products w g^T
of several steps are kept as pairs and added to A at once; until then they act through their inner products.

A A^T - w w^T is conserved by the flow, at any N.  A step adds

    eta^2 gamma0^2 (|g|^2 w w^T - h h^T),

and so a fixed time something of order eta.

Layout: seeds along the first axis.  A seed's numbers depend on its own row alone, to the last bit.  Cost of a step of
one seed: 6 N M operations, 4 of them in products of a matrix and a vector.  A look at the spectrum: 2 N^2 M, and what
the eigenvalues of a matrix of min(N, M) take.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import nan

import numpy as np
from numpy.typing import NDArray

from ..arrays import Reals
from .gradients import Gradient
from .stability import DIVERGED

KEPT = 8
"""Steps whose pairs are kept before they are added to A.  Kept for longer, they cost more than A itself."""


@dataclass
class Descended:
    """Curves of a group of seeds, each of shape (seeds, recorded) or (seeds, looks), and those that failed.

    Attributes
    ----------
    failures : dict
        By the row of each seed that diverged, the step and the loss at which it did.
    """

    losses: Reals
    readouts: Reals
    spikes: Reals
    seconds: Reals
    overlaps: Reals
    drifts: Reals
    failures: dict[int, tuple[int, float]] = field(default_factory=dict)


def descend(
    gradient: Gradient,
    first: Reals,
    readout: Reals,
    gamma0: float,
    learning_rate: float,
    steps: int,
    record: NDArray[np.int64],
    looks: NDArray[np.int64],
) -> Descended:
    """Take the steps of a group of seeds.

    Parameters
    ----------
    gradient : callable
        u of shape (seeds, M) -> losses of shape (seeds,) and g of shape (seeds, M).
    first : array of shape (seeds, N, M)
        A(0); overwritten.
    readout : array of shape (seeds, N)
        w(0).
    record, looks : array of int
        Rising steps, from 0 to ``steps``, at which losses are kept and spectra are looked at.
    """
    seeds, size, modes = first.shape
    rate = learning_rate * gamma0
    found = Descended(*np.full((2, seeds, len(record)), nan), *np.full((4, seeds, len(looks)), nan))
    conserved = [_conserved(a, w) for a, w in zip(first, readout, strict=True)]
    features, w, u = _Features(first), readout, np.zeros((seeds, modes))
    alive, bound = np.ones(seeds, bool), np.zeros(seeds)
    place, look = 0, 0
    with np.errstate(over="ignore", invalid="ignore"):
        for step in range(steps + 1):
            loss, g = gradient(u)
            bound = DIVERGED * loss if step == 0 else bound
            if not (loss[alive] <= bound[alive]).all():
                lost = alive & ~(loss <= bound)  # what becomes of its numbers from here on touches no other seed's
                found.failures |= {int(row): (step, float(loss[row])) for row in np.flatnonzero(lost)}
                alive &= ~lost
                if not alive.any():
                    break
            q = _inner(w, w) / size
            if place < len(record) and step == record[place]:
                found.losses[:, place], found.readouts[:, place] = loss, q
                place += 1
            if look < len(looks) and step == looks[look]:
                for row in np.flatnonzero(alive).tolist():
                    found.spikes[row, look], found.seconds[row, look], found.overlaps[row, look], matrix = _looked(
                        features.now(row), w[row], u[row]
                    )
                    start = conserved[row]
                    found.drifts[row, look] = np.linalg.norm(matrix - start) / np.linalg.norm(start)
                look += 1
            if step == steps:
                break
            h = features.times(g)
            pull = features.back(h) / size + (q + rate * _inner(w, h) / size)[:, None] * g
            u = u + learning_rate * pull
            if gamma0 > 0:
                features.add(rate * w, g)
                w = w + rate * h
    return found


class _Features:
    """A of each seed: a matrix, and pairs of vectors whose products are still to be added to it."""

    def __init__(self, first: Reals) -> None:
        seeds, size, modes = first.shape
        self.matrix, self.sum = first, np.empty((size, modes))
        self.left, self.right = np.zeros((seeds, KEPT, size)), np.zeros((seeds, KEPT, modes))
        self.kept = 0

    def times(self, vectors: Reals) -> Reals:
        """A g, of shape (seeds, N)."""
        found = np.matmul(self.matrix, vectors[:, :, None])[:, :, 0]
        if self.kept:
            left, right = self.left[:, : self.kept], self.right[:, : self.kept]
            inner = np.matmul(right, vectors[:, :, None])
            found += np.matmul(inner.swapaxes(1, 2), left)[:, 0]
        return np.asarray(found)

    def back(self, vectors: Reals) -> Reals:
        """A^T h, of shape (seeds, M)."""
        found = np.matmul(vectors[:, None], self.matrix)[:, 0]
        if self.kept:
            left, right = self.left[:, : self.kept], self.right[:, : self.kept]
            inner = np.matmul(left, vectors[:, :, None])
            found += np.matmul(inner.swapaxes(1, 2), right)[:, 0]
        return np.asarray(found)

    def add(self, left: Reals, right: Reals) -> None:
        """Add left right^T."""
        self.left[:, self.kept], self.right[:, self.kept] = left, right
        self.kept += 1
        if self.kept == KEPT:
            for matrix, columns, rows in zip(self.matrix, self.left, self.right, strict=True):
                matrix += np.matmul(columns.T, rows, out=self.sum)
            self.kept = 0

    def now(self, row: int) -> Reals:
        """A of one seed, of shape (N, M)."""
        return np.asarray(self.matrix[row] + self.left[row, : self.kept].T @ self.right[row, : self.kept])


def _conserved(features: Reals, w: Reals) -> Reals:
    """A A^T - w w^T, of shape (N, N)."""
    return np.asarray(features @ features.T - np.outer(w, w))


def _looked(features: Reals, w: Reals, learned: Reals) -> tuple[float, float, float, Reals]:
    """The two largest eigenvalues of A^T A/N, the squared overlap of the first's vector with u, and A A^T - w w^T.

    The overlap is NaN where nothing is learned.
    """
    size, modes = features.shape
    matrix = features @ features.T
    smaller = matrix / size if size <= modes else features.T @ features / size
    last = len(smaller) - 1
    values, vectors = np.linalg.eigh(smaller)  # all of them: the search for a few may miss those that are equal
    vector = features.T @ vectors[:, -1] if size <= modes else vectors[:, -1]
    with np.errstate(divide="ignore", invalid="ignore"):
        overlap = (vector @ learned) ** 2 / ((vector @ vector) * (learned @ learned))
    return float(values[-1]), float(values[-2]) if last else 0.0, float(overlap), matrix - np.outer(w, w)


def _inner(left: Reals, right: Reals) -> Reals:
    """Inner products of rows."""
    return np.asarray((left * right).sum(axis=1))
