"""Gauss rules: a few nodes that stand for many modes.

A spectrum enters the dynamics through integrals of functions that are smooth in ln(eigenvalue).  So the modes of one
panel in ln(eigenvalue) can be replaced by the nodes of a Gauss rule of *their own measure*: m nodes integrate every
polynomial of degree 2m - 1 exactly as the modes themselves do, their weights are positive, and their sum is the
panel's mass.  Three measures occur,

    a density        Gauss-Legendre,
    integers         the discrete Chebyshev (Gram) polynomials, whose recurrence is known in closed form,
    given modes      the recurrence by Lanczos' method, with full reorthogonalisation,

and the two discrete rules come from their Jacobi matrix by Golub and Welsch (1969).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from ..arrays import Reals


def legendre_rule(low: float, high: float, nodes: int) -> tuple[Reals, Reals]:
    """Nodes and weights, each of shape (nodes,), for the integral from ``low`` to ``high``."""
    x, w = _legendre(nodes)
    half = (high - low) / 2
    return low + half * (1 + x), half * w


@lru_cache(maxsize=32)
def _legendre(nodes: int) -> tuple[Reals, Reals]:
    x, w = np.polynomial.legendre.leggauss(nodes)
    return x, w


def integer_rule(first: float, count: float, nodes: int) -> tuple[Reals, Reals]:
    """Nodes and weights for the sum over the integers first, first + 1, ..., first + count - 1.

    The measure that gives each of ``count`` equidistant points the weight 1 has the recurrence coefficients
    b_j = j^2 (count^2 - j^2) / (4 (4 j^2 - 1)) about its middle.  With no more integers than nodes, they are the nodes.

    Parameters
    ----------
    first, count : float
        Whole numbers; floats, as they may exceed any integer type.
    nodes : int
        Nodes of the rule.
    """
    if count <= nodes:
        return first + np.arange(count), np.ones(int(count))
    j = np.arange(1, nodes)
    off = j / 2 * np.sqrt((1 - (j / count) ** 2) / (4 * j**2 - 1.0))
    x, w = _from_recurrence(np.zeros(nodes), off)
    return first + (count - 1) / 2 + count * x, count * w


def rule_of_points(points: Reals, weights: Reals, nodes: int) -> tuple[Reals, Reals]:
    """Nodes and weights, each of shape (nodes,), of the measure that has ``weights`` at ``points``.

    Parameters
    ----------
    points, weights : array of shape (n,)
        More points than nodes, distinct; weights positive.
    """
    middle, half = (points.max() + points.min()) / 2, (points.max() - points.min()) / 2
    x, mass = (points - middle) / half, weights.sum()
    basis = np.empty((nodes, len(points)))
    basis[0] = np.sqrt(weights / mass)
    diagonal, off = np.empty(nodes), np.empty(nodes - 1)
    for j in range(nodes):
        vector = x * basis[j]
        diagonal[j] = basis[j] @ vector
        if j + 1 == nodes:
            break
        for _ in range(2):  # twice is enough to be orthogonal to rounding
            vector -= basis[: j + 1].T @ (basis[: j + 1] @ vector)
        off[j] = np.linalg.norm(vector)
        basis[j + 1] = vector / off[j]
    z, w = _from_recurrence(diagonal, off)
    return middle + half * z, mass * w


def _from_recurrence(diagonal: Reals, off: Reals) -> tuple[Reals, Reals]:
    """Nodes and weights, of total 1, of the measure with this Jacobi matrix (Golub and Welsch)."""
    jacobi = np.diag(diagonal) + np.diag(off, 1) + np.diag(off, -1)
    nodes, vectors = np.linalg.eigh(jacobi)
    return nodes, vectors[0] ** 2
