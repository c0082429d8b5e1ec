"""What does the network of eq. 4 do on batches that are given, computed as it is written?

Two forms of the same steps, one batch and one network at a time, with no thought of speed:

    in_modes      eq. 4: w in R^N and A in R^{N x M}, the student f = w . (A psi)/N,

        v0 = w* - A^T w/N
        w(t+1) = w + eta A (Psi^T Psi/B) v0
        A(t+1) = A + eta gamma w v0^T (Psi^T Psi/B) (A(0)^T A(0)/N)

    in_features   Appendix B: x = A(0) psi/sqrt N, w~ = w/sqrt N and A(t) = Bm(t) A(0) with Bm of N x N,

        u = Bm^T w~,   r_b = y_b - u . x_b,   g = X^T r/B,   w~ += eta Bm g,   Bm += eta gamma w~ g^T

All right sides at time t.  `simulate` is a third form, faster, of which these are the witnesses.

Layout: Psi has shape (B, M), a sample a row.  Cost of a step: some B M + N M operations.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from ..arrays import Reals


def in_modes(
    first: Reals, eigenvalues: Reals, target: Reals, batches: Iterable[Reals], gamma: float, learning_rate: float
) -> Reals:
    """The loss v0^T Lambda v0 before the first step and after each, by eq. 4.

    Parameters
    ----------
    first : array of shape (N, M)
        A(0).
    eigenvalues, target : array of shape (M,)
        lambda_k and w*_k.
    batches : arrays of shape (B, M)
        Psi of each step.

    Returns
    -------
    array of shape (T + 1,)
        For T batches, in units of the target's variance.
    """
    eta, size = learning_rate, len(first)
    features, w, losses = first.copy(), np.zeros(size), []
    v0 = target.copy()
    for psi in batches:
        losses.append(eigenvalues @ v0**2)
        pull = psi.T @ (psi @ v0) / len(psi)
        w, features = (
            w + eta * features @ pull,
            features + eta * gamma * np.outer(w, first.T @ (first @ pull) / size),
        )
        v0 = target - features.T @ w / size
    return np.array([*losses, eigenvalues @ v0**2])


def in_features(
    first: Reals, eigenvalues: Reals, target: Reals, batches: Iterable[Reals], gamma: float, learning_rate: float
) -> Reals:
    """The same by Appendix B, on X = Psi A(0)^T/sqrt N and y = Psi w*; arguments as for `in_modes`."""
    eta, size = learning_rate, len(first)
    matrix, w, losses = np.eye(size), np.zeros(size), []
    scaled = first / np.sqrt(size)
    u = np.zeros(size)
    for psi in batches:
        losses.append(eigenvalues @ (target - scaled.T @ u) ** 2)
        x, y = psi @ scaled.T, psi @ target
        g = x.T @ (y - x @ u) / len(psi)
        w, matrix = w + eta * matrix @ g, matrix + eta * gamma * np.outer(w, g)
        u = matrix.T @ w
    return np.array([*losses, eigenvalues @ (target - scaled.T @ u) ** 2])
