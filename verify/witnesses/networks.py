"""What do networks do on batches that are given, computed as the equations are printed?

Three forms, one batch and one network at a time, with no thought of speed.  All right sides are at time t.

    `in_modes`       eq. 4: w in R^N and A in R^{N x M}, the student f = w . (A psi)/N,

        (1)  v0 = w* - A^T w/N
        (2)  w(t+1) = w + eta A (Psi^T Psi/B) v0
        (3)  A(t+1) = A + eta gamma w v0^T (Psi^T Psi/B) (A(0)^T A(0)/N)

    `in_features`    Appendix B: x = A(0) psi/sqrt N, w~ = w/sqrt N and A(t) = Bm(t) A(0) with Bm of N x N,

        (4)  u = Bm^T w~,   r_b = y_b - u . x_b,   g = X^T r/B,   w~ += eta Bm g,   Bm += eta gamma w~ g^T

    `train_linear_network`    Appendix G: f = (w . A x - w0 . A0 x)/(gamma0 N),

        (5)  v0 = w* - (A^T w - A0^T w0)/(gamma0 N),   g = (X^T X/B) v0
        (6)  w(t+1) = w + eta gamma0 A g,   A(t+1) = A + eta gamma0 w g^T

`training.descent` is the faster form of the first two, `training.linear_descent` that of the third.

Layout: Psi and X have shape (B, M), a sample a row.  A batch of M rows sqrt(M lambda_k) e_k is the whole population.
Losses are v0^T Lambda v0, in units of the target's variance.  Cost of a step: some B M + N M operations.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from ..arrays import Reals


def in_modes(
    first: Reals, eigenvalues: Reals, target: Reals, batches: Iterable[Reals], gamma: float, learning_rate: float
) -> Reals:
    """Return the loss before the first step and after each, by eq. 4.

    Parameters
    ----------
    first : array of shape (N, M)
        A(0).
    eigenvalues, target : array of shape (M,)
        lambda_k and w*_k.
    batches : arrays of shape (B, M)
        Psi of each step.
    gamma, learning_rate : float
        Richness and eta.

    Returns
    -------
    array of shape (T + 1,)
        For T batches.

    Examples
    --------
    One mode and N = 1 with A(0) = 1: the lazy residual halves in each step.

    >>> one = np.ones(1)
    >>> in_modes(np.ones((1, 1)), one, one, [np.ones((1, 1))] * 2, 0.0, 0.5)
    array([1.    , 0.25  , 0.0625])
    """
    eta, size = learning_rate, len(first)
    features, w, losses = first.copy(), np.zeros(size), []
    v0 = target.copy()
    for psi in batches:
        losses.append(eigenvalues @ v0**2)
        pull = psi.T @ (psi @ v0) / len(psi)
        w, features = (
            w + eta * features @ pull,  # (2)
            features + eta * gamma * np.outer(w, first.T @ (first @ pull) / size),  # (3)
        )
        v0 = target - features.T @ w / size  # (1)
    return np.array([*losses, eigenvalues @ v0**2])


def in_features(
    first: Reals, eigenvalues: Reals, target: Reals, batches: Iterable[Reals], gamma: float, learning_rate: float
) -> Reals:
    """Return the same by Appendix B, on X = Psi A(0)^T/sqrt N and y = Psi w*; arguments as for `in_modes`.

    >>> one = np.ones(1)
    >>> in_features(np.ones((1, 1)), one, one, [np.ones((1, 1))] * 2, 0.0, 0.5)
    array([1.    , 0.25  , 0.0625])
    """
    eta, size = learning_rate, len(first)
    matrix, w, losses = np.eye(size), np.zeros(size), []
    scaled = first / np.sqrt(size)
    u = np.zeros(size)
    for psi in batches:
        losses.append(eigenvalues @ (target - scaled.T @ u) ** 2)
        x, y = psi @ scaled.T, psi @ target
        g = x.T @ (y - x @ u) / len(psi)
        w, matrix = w + eta * matrix @ g, matrix + eta * gamma * np.outer(w, g)  # (4)
        u = matrix.T @ w
    return np.array([*losses, eigenvalues @ (target - scaled.T @ u) ** 2])


class Trained(NamedTuple):
    """A trained linear network: losses and |w|^2/N before the first step and after each, and A and w at the end."""

    losses: Reals
    readouts: Reals
    features: Reals
    readout: Reals


def train_linear_network(
    first: Reals,
    readout: Reals,
    eigenvalues: Reals,
    target: Reals,
    batches: Iterable[Reals],
    gamma0: float,
    learning_rate: float,
) -> Trained:
    """Train one linear network.

    Parameters
    ----------
    first : array of shape (N, M)
        A(0).
    readout : array of shape (N,)
        w(0).
    eigenvalues, target : array of shape (M,)
        lambda_k and w*_k.
    batches : arrays of shape (B, M)
        X of each step.
    gamma0, learning_rate : float
        Both above 0.

    Examples
    --------
    >>> one = np.ones(1)
    >>> train_linear_network(np.ones((1, 1)), 0 * one, one, one, [np.ones((1, 1))] * 2, 1e-9, 0.5).losses.round(4)
    array([1.    , 0.25  , 0.0625])
    """
    rate, size = learning_rate * gamma0, len(first)
    features, w, losses, readouts = first.copy(), readout.copy(), [], []
    v0 = target.copy()
    for x in batches:
        losses.append(eigenvalues @ v0**2)
        readouts.append(w @ w / size)
        g = x.T @ (x @ v0) / len(x)
        w, features = w + rate * features @ g, features + rate * np.outer(w, g)  # (6)
        v0 = target - (features.T @ w - first.T @ readout) / (gamma0 * size)  # (5)
    losses.append(eigenvalues @ v0**2)
    readouts.append(w @ w / size)
    return Trained(np.array(losses), np.array(readouts), features, w)
