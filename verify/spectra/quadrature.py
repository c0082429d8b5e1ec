"""Which few nodes stand for many modes?

A spectrum enters the dynamics through integrals of functions that are smooth in ln(eigenvalue).  So a Gauss rule can
replace the modes of one panel in ln(eigenvalue), if it is the rule of *these modes*: m nodes then integrate every
polynomial of degree 2m - 1 exactly as the modes do, their weights are positive, and they add up to the panel's mass.
Three cases occur,

    a density        Gauss-Legendre (`legendre_rule`),
    integers         the discrete Chebyshev (Gram) polynomials, with a recurrence in closed form (`integer_rule`),
    given points     the recurrence by Lanczos' method, with full reorthogonalisation (`rule_of_points`),

and the two discrete rules come from their Jacobi matrix by Golub and Welsch (1969).
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

import numpy as np

from ..arrays import Reals


def legendre_rule(low: float, high: float, nodes: int) -> tuple[Reals, Reals]:
    """Return nodes and weights, each of shape (nodes,), for the integral from ``low`` to ``high``.

    Examples
    --------
    >>> x, w = legendre_rule(0.0, 3.0, 2)
    >>> round(float(w @ x**3), 12)  # 3^4/4
    20.25
    """
    x, w = _legendre(nodes)
    half = (high - low) / 2
    return low + half * (1 + x), half * w


@lru_cache(maxsize=32)
def _legendre(nodes: int) -> tuple[Reals, Reals]:
    """Return the rule on -1 to 1."""
    x, w = np.polynomial.legendre.leggauss(nodes)
    return x, w


def panel_rule(cuts: Reals, nodes: int) -> tuple[Reals, Reals]:
    """Return nodes and weights of the Gauss-Legendre rules on all panels between neighbouring ``cuts``.

    Examples
    --------
    >>> x, w = panel_rule(np.array([0.0, 1.0, 3.0]), 2)
    >>> len(x), round(float(w.sum()), 12)
    (4, 3.0)
    """
    rules = [legendre_rule(low, high, nodes) for low, high in pairwise(cuts)]
    points, weights = (np.concatenate(column) for column in zip(*rules, strict=True))
    return points, weights


def integer_rule(first: float, count: float, nodes: int) -> tuple[Reals, Reals]:
    """Return nodes and weights for the sum over the integers first, first + 1, ..., first + count - 1.

    ``count`` equidistant points of weight 1 have the recurrence coefficients
    b_j = j^2 (count^2 - j^2) / (4 (4 j^2 - 1)) about their middle.  If there are no more integers than nodes, the
    integers are the nodes.

    Parameters
    ----------
    first, count : float
        Whole numbers; floats because they may exceed any integer type.
    nodes : int
        Nodes of the rule.

    Examples
    --------
    >>> x, w = integer_rule(1.0, 100.0, 2)
    >>> round(float(w @ x**3), 6)  # (100 101/2)^2
    25502500.0
    """
    if count <= nodes:
        return first + np.arange(count), np.ones(int(count))
    j = np.arange(1, nodes)
    off = j / 2 * np.sqrt((1 - (j / count) ** 2) / (4 * j**2 - 1.0))  # sqrt(b_j)/count
    x, w = _diagonalise_jacobi(np.zeros(nodes), off)
    return first + (count - 1) / 2 + count * x, count * w


def rule_of_points(points: Reals, weights: Reals, nodes: int) -> tuple[Reals, Reals]:
    """Return nodes and weights, of shape (nodes,) or fewer, of the Gauss rule for ``weights`` at ``points``.

    Parameters
    ----------
    points, weights : array of shape (n,)
        Weights are positive.  Equal points are one point with the sum of their weights.
    nodes : int
        Nodes of the rule; no more points than that are the rule themselves.

    Examples
    --------
    >>> points = np.linspace(0.0, 1.0, 50)
    >>> x, w = rule_of_points(points, points + 1, 3)
    >>> round(float(w @ x**5 / ((points + 1) @ points**5)), 12)
    1.0
    """
    points, place = np.unique(points, return_inverse=True)
    weights = np.bincount(place, weights).astype(float)
    if len(points) <= nodes:
        return points, weights
    middle, half = (points.max() + points.min()) / 2, (points.max() - points.min()) / 2
    x, mass = (points - middle) / half, weights.sum()
    basis = np.empty((nodes, len(points)))  # rows: orthonormal polynomials times the root of the weights
    basis[0] = np.sqrt(weights / mass)
    diagonal, off = np.empty(nodes), np.empty(nodes - 1)
    for j in range(nodes):
        # three-term recurrence: x q_j = off_j q_{j+1} + diagonal_j q_j + off_{j-1} q_{j-1}
        vector = x * basis[j]
        diagonal[j] = basis[j] @ vector
        if j + 1 == nodes:
            break
        for _ in range(2):  # twice is enough to be orthogonal to rounding
            vector -= basis[: j + 1].T @ (basis[: j + 1] @ vector)
        off[j] = np.linalg.norm(vector)
        basis[j + 1] = vector / off[j]
    z, w = _diagonalise_jacobi(diagonal, off)
    return middle + half * z, mass * w


def _diagonalise_jacobi(diagonal: Reals, off: Reals) -> tuple[Reals, Reals]:
    """Return nodes and weights, of total 1, of the rule with this Jacobi matrix (Golub and Welsch)."""
    jacobi = np.diag(diagonal) + np.diag(off, 1) + np.diag(off, -1)
    nodes, vectors = np.linalg.eigh(jacobi)
    return nodes, vectors[0] ** 2
