"""What does the linear network of Appendix G do on batches that are given, computed as it is written?

w in R^N and A in R^{N x M}, the student f = (w . A x - w0 . A0 x)/(gamma0 N), and a step on the batch X of B samples:

    v0 = w* - (A^T w - A0^T w0)/(gamma0 N)
    g = (X^T X/B) v0
    w(t+1) = w + eta gamma0 A g
    A(t+1) = A + eta gamma0 w g^T

All right sides at time t, with no thought of speed.  `descent` is the faster form, of which this is the witness.

Layout: X has shape (B, M), a sample a row.  A batch of M rows sqrt(M lambda_k) e_k is the whole population.  Cost of a
step: some B M + N M operations.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from ..arrays import Reals


class Trained(NamedTuple):
    """What was trained: v0^T Lambda v0 and |w|^2/N before the first step and after each, and A and w at the end."""

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
    """Train one network.

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
    """
    rate, size = learning_rate * gamma0, len(first)
    features, w, losses, readouts = first.copy(), readout.copy(), [], []
    v0 = target.copy()
    for x in batches:
        losses.append(eigenvalues @ v0**2)
        readouts.append(w @ w / size)
        g = x.T @ (x @ v0) / len(x)
        w, features = w + rate * features @ g, features + rate * np.outer(w, g)
        v0 = target - (features.T @ w - first.T @ readout) / (gamma0 * size)
    losses.append(eigenvalues @ v0**2)
    readouts.append(w @ w / size)
    return Trained(np.array(losses), np.array(readouts), features, w)
