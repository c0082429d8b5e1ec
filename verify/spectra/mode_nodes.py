"""Which few nodes stand for a sum over all modes?

Models of finite size N enter through sums over the modes of the limit,

    lambda_k = k^{-alpha},     y_k^2 = k^{-alpha beta - 1}                          (eq. 6, 42),

for all integers k, or for k <= M.  As functions of k the terms are smooth on the scale of the distance to their nearest
pole in the complex plane.  So the first modes are nodes one by one.  The others come in blocks whose widths are
proportional to that distance, each with the Gauss rule of its integers (`quadrature`):

* Powers of k have their pole at k = 0, and 1/(lambda_k + nu) with nu > 0 has one at an angle of pi/alpha or more off
  the real axis.  Blocks are then proportional to k.
* The mean spectrum has nu = -x + i y, with (1/N) sum_k lambda_k^2/((lambda_k - x)^2 + y^2) = 1.  At x = lambda_k the
  sum is pi k x/(alpha y): the pole is pi k^2/(alpha^2 N) off the real axis, and blocks are proportional to that.

Far beyond N all modes act through their sums alone: they are one node.

Layout: nodes along one axis.  Cost: about 4 alpha sqrt(N) + 200 nodes for a spectrum, 200 for a floor.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import floor, inf, log

import numpy as np
from scipy.special import zeta

from exponents.errors import InputError
from exponents.rationals import abbreviate, check_capacity, check_smaller, check_source, exact, to_double

from ..arrays import Reals
from ..inputs import check_whole
from .quadrature import integer_rule

BLOCK = 12  # nodes

RATIO = 1.5
"""Width of a block in units of its first k, if k = 0 is the nearest pole: rules then err by 4.4^(-2 BLOCK) = 1e-15."""

BEND = 2.0
"""The same width, times alpha, for a pole at the angle pi/alpha: the error is at most 1e-15 as well."""

NEAR = 4.4
"""Width in units of k^2/(alpha^2 N), for a pole at pi of these units: the error is 3.2^(-2 BLOCK) = 1e-12."""

DEPTH = 1e8
"""Modes with eigenvalues below lambda_N/DEPTH are one node.  Its sums of lambda_k, lambda_k^2, y_k^2 and y_k^2 lambda_k
are exact, so that the error is of the order of DEPTH^(-2)."""

SMALLEST_EIGENVALUE = 1e-70
"""Smallest N^(-alpha): its fourth power must be far from the end of double precision."""


@dataclass(frozen=True)
class ModeNodes:
    """Nodes that stand for the modes of the limit, largest eigenvalue first; arrays have shape (nodes,).

    Attributes
    ----------
    eigenvalues : array
        lambda.
    counts, traces, squares : array
        Number of modes of each node, and their sums of lambda_k and lambda_k^2.
    powers, moments : array
        The sums of y_k^2 and of y_k^2 lambda_k.
    alone : int
        The first so many nodes are single modes: 1, 2, and so on.
    """

    eigenvalues: Reals
    counts: Reals
    traces: Reals
    squares: Reals
    powers: Reals
    moments: Reals
    alone: int


def check_size(alpha: object, beta: object, model_size: float, modes: int | None) -> tuple[float, float]:
    """Return alpha and beta in double precision, after checking that N features on M modes can have them.

    Raises
    ------
    InputError
        If alpha <= 1, beta <= 0, N < 1 or N >= M, or if numbers leave double precision.

    Examples
    --------
    >>> check_size("3/2", "1/2", 64, 1000)
    (1.5, 0.5)
    """
    capacity, source = check_capacity(exact(alpha, "alpha")), check_source(exact(beta, "beta"))
    check_whole(model_size, "the model size", 1, 64)
    if modes is not None:
        check_whole(modes, "the number of modes", 1, 1000)
        check_smaller(int(model_size), modes)
        to_double(modes, "the number of modes")
    a, b = to_double(capacity, "alpha"), to_double(source, "beta")
    if a * log(max(model_size, 2)) > -log(SMALLEST_EIGENVALUE) or not (a > 1 and 1 + a * b > 1):
        raise InputError(
            f"N^(-alpha) must be at least {SMALLEST_EIGENVALUE:.0e}, and alpha - 1 and alpha beta must count beside 1 "
            f"in double precision; got alpha = {abbreviate(capacity)}, beta = {abbreviate(source)}, "
            f"N = {abbreviate(model_size)}; take others"
        )
    return a, b


def group_modes(alpha: float, beta: float, model_size: int, modes: int | None, poles: bool) -> ModeNodes:
    """Return nodes for sums over all modes, or over k <= ``modes``.

    Parameters
    ----------
    alpha, beta, model_size, modes
        Numbers that `check_size` accepts.
    poles : bool
        Whether the sums have the poles of the mean spectrum.

    Examples
    --------
    >>> nodes = group_modes(2.0, 1.0, 100, None, poles=True)
    >>> nodes.alone < len(nodes.eigenvalues) < 1000
    True
    >>> round(float(nodes.traces.sum()), 12) == round(np.pi**2 / 6, 12)  # sum_k k^-2
    True
    """
    depth = model_size * DEPTH ** (1 / alpha)
    last = float(modes) if modes is not None else floor(depth) + 1.0
    nearest = NEAR / alpha**2 / model_size if poles else inf
    rules = _blocks(last, min(RATIO, BEND / alpha), nearest)
    k, counts = (np.concatenate(column) for column in zip(*rules, strict=True))
    eigenvalues, powers = k**-alpha, counts / k * k ** (-alpha * beta)
    sums = np.array([counts, counts * eigenvalues, counts * eigenvalues**2, powers, powers * eigenvalues])
    # modes beyond the depth, and beyond the last node of an infinite sum, are the rest
    rest = sums[:, k > depth].sum(axis=1)
    if modes is None:
        exponents = np.array([alpha, 2 * alpha, alpha * beta + 1, alpha * beta + 1 + alpha])
        rest += np.concatenate([[inf], zeta(exponents, last + 1)])
    eigenvalues, sums = eigenvalues[k <= depth], sums[:, k <= depth]
    alone = int((k[k <= depth] == np.arange(1, len(eigenvalues) + 1)).cumprod().sum())
    if rest[0] > 0:
        eigenvalues, sums = np.append(eigenvalues, rest[2] / rest[1]), np.column_stack([sums, rest])
    counts, traces, squares, powers, moments = sums
    return ModeNodes(eigenvalues, counts, traces, squares, powers, moments, alone)


def _blocks(last: float, widest: float, nearest: float) -> Iterator[tuple[Reals, Reals]]:
    """Yield places and counts of the integers up to ``last``, in blocks of width min(widest, nearest k) k."""
    first, end = 1.0, last + 1
    while first < end:
        count = min(max(1.0, float(floor(min(widest, nearest * first) * first))), end - first)
        yield integer_rule(first, count, BLOCK)
        first += count
