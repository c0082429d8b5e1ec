"""Which weights integrate an exponential times a polynomial over an interval of the clock, in both directions?

On an interval of the length D, functions are polynomials through their values at Radau's nodes s_i D, and e^{-lambda x}
is kept as it is, so that the weights

    forward   int_0^{s_i} e^{-z (s_i - v)} l_j(v) dv,        z = lambda D,
    backward  int_s^{s_i} e^{-z (v - s)} l_j(v) dv,          s = 0, s_1, ..., s_{i-1},

are exact for any z.  In v = s_i (1 - u) the second runs forward, through the polynomial l_j(s_i (1 - u)).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..arrays import Reals
from ..flow.collocation import AT_NODES, NODES, STAGES, Response, integrate_basis, lagrange_basis

INSIDE = integrate_basis(NODES).T
"""int_0^{s_i} l_j ds, as a matrix of i and j."""

_REFLECTED = [
    (float(end), Response(np.concatenate([[1.0], 1 - NODES[:place] / end])), lagrange_basis(end * (1 - NODES)))
    for place, end in enumerate(NODES)
]
"""For each node s_i: s_i, forward weights to the points 1 - s/s_i, and l_j(s_i (1 - u)) at the nodes u."""


def weigh_forward(rates: Reals, length: float) -> Reals:
    """Return the weights forward, of shape (STAGES, STAGES, modes) by i, j and mode, for rates that fall.

    Examples
    --------
    >>> weigh_forward(np.array([2.0]), 1.5)[-1].sum().round(12) == ((1 - np.exp(-3.0)) / 2).round(12)
    np.True_
    """
    return np.asarray(length * AT_NODES.weights(rates * length, len(rates)).swapaxes(0, 1))


def weigh_backward(rates: Reals, length: float) -> list[Reals]:
    """Return the weights backward from each node s_i, of shape (1 + i, STAGES, modes) by s, j and mode.

    Examples
    --------
    >>> from_end = weigh_backward(np.array([2.0]), 1.5)[-1]
    >>> from_end.shape, from_end[0].sum().round(12) == ((1 - np.exp(-3.0)) / 2).round(12)
    ((6, 6, 1), np.True_)
    """
    z = rates * length
    return [
        length * end * np.einsum("jm,mpk->pjk", turn, response.weights(z * end, len(z)))
        for end, response, turn in _REFLECTED
    ]


@dataclass(frozen=True)
class Interval:
    """The weights of one interval, and the rows of its times.

    Attributes
    ----------
    number : int
    length : float
    new, old : slice
        Rows in the interval, and before it.
    fade : array of shape (STAGES, modes)
        e^{-lambda (x_i - start)}.
    since, reached : array of shape (old, modes)
        e^{-lambda (start - y)}, and int e^{-lambda (start - z)} l_j dz, for times before the interval.
    forward, twice : array of shape (STAGES, STAGES, modes)
        Forward weights for lambda and for 2 lambda.
    target : array of shape (STAGES, STAGES, target modes)
        Those for the modes of the target.
    backward : list of array
    theta : array of shape (STAGES, last)
        int_0^{x_i} l_j dz, for all columns.
    """

    number: int
    length: float
    new: slice
    old: slice
    fade: Reals
    since: Reals
    reached: Reals
    forward: Reals
    twice: Reals
    target: Reals
    backward: list[Reals]
    theta: Reals

    @property
    def first(self) -> int:
        """The first row."""
        return int(self.new.start)

    @property
    def last(self) -> int:
        """The row after the last."""
        return int(self.new.stop)


def count_rows(intervals: int) -> int:
    """Return how many times a number of intervals has.

    >>> count_rows(2)
    12
    """
    return STAGES * intervals
