"""How much do batches move the mean loss of trained models?  Pairs of runs whose noise has opposite signs tell.

In a step of eq. 4 a batch replaces Lambda by Psi^T Psi/B.  Of each pair one run takes Lambda + Xi and the other
Lambda - Xi, with Xi = Psi^T Psi/B - Lambda.  What is linear in the noise cancels in the mean of a pair, and with it
most of the scatter.  The change from the loss without noise that is left is of second order in the noise.  (Lambda - Xi
is not the covariance of any samples: moments of the noise of third order, which differ, vanish with the step.)

The form is that of Appendix B: A(t) = B(t) A(0), with B(0) = I.  N = infinity is A(0)^T A(0)/N = I.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..arrays import Reals


@dataclass
class _Runs:
    """w and B of many runs on features F = A(0)/sqrt(N), of shape (runs, N, modes), or one for all."""

    features: Reals
    w: Reals
    b: Reals

    def residual(self, aims: Reals) -> Reals:
        """Return v0 = w* - F^T B^T w, of shape (runs, modes)."""
        pulled = np.matmul(self.w[:, None], self.b)
        return np.asarray(aims - np.matmul(pulled, self.features)[:, 0])

    def step(self, force: Reals, gamma: float, eta: float) -> None:
        """Take a step along a force on the modes."""
        force = eta * np.matmul(self.features, force[:, :, None])[:, :, 0]
        moved = np.matmul(self.b, force[:, :, None])[:, :, 0]
        self.b += gamma * self.w[:, :, None] * force[:, None]
        self.w += moved


def train_pairs(
    eigenvalues: Reals,
    aims: Reals,
    gamma: float,
    learning_rate: float,
    batch_size: int,
    record: NDArray[np.int_],
    pairs: int,
    seed: int,
    model_size: int | None = None,
) -> tuple[Reals, Reals]:
    """Train pairs of models on Gaussian batches of opposite noise.

    Parameters
    ----------
    eigenvalues, aims : array of shape (modes,)
        lambda_k and w*_k.
    gamma, learning_rate : float
    batch_size : int
    record : array of int
        Rising steps at which losses are read.
    pairs, seed : int
    model_size : int, optional
        N; each pair then has features of its own.  None is infinite: the modes themselves are the features.

    Returns
    -------
    quiet, change : array of shape (pairs, records)
        Loss without noise, and what the mean of the pair adds to it.

    Examples
    --------
    >>> modes = np.array([1.0, 0.5])
    >>> quiet, change = train_pairs(modes, np.ones(2), 1.0, 0.1, 4, np.array([0, 10]), pairs=3, seed=0)
    >>> quiet[0].round(4).tolist(), change[:, 0].tolist()
    ([1.5, 0.1621], [0.0, 0.0, 0.0])
    """
    random, modes = np.random.default_rng(seed), len(eigenvalues)
    size = modes if model_size is None else model_size
    features = np.eye(modes)[None]
    if model_size is not None:
        features = random.standard_normal((pairs, size, modes)) / np.sqrt(size)
    counts = (1 if model_size is None else pairs, pairs, pairs)
    quiet, up, down = (_Runs(features, np.zeros((n, size)), np.tile(np.eye(size), (n, 1, 1))) for n in counts)
    rows, root = [], np.sqrt(eigenvalues)
    for step in range(int(record[-1]) + 1):
        residuals = [runs.residual(aims) for runs in (quiet, up, down)]
        if step in record:
            losses = [v**2 @ eigenvalues for v in residuals]
            rows.append((np.broadcast_to(losses[0], pairs), (losses[1] + losses[2]) / 2 - losses[0]))
        psi = random.standard_normal((pairs, batch_size, modes)) * root
        for runs, v, sign in zip((quiet, up, down), residuals, (0, 1, -1), strict=True):
            mean = eigenvalues * v
            force = mean
            if sign:
                sampled = np.matmul(np.matmul(psi, v[:, :, None])[:, None, :, 0], psi)[:, 0] / batch_size
                force = mean + sign * (sampled - mean)
            runs.step(force, gamma, learning_rate)
    found = np.array(rows).transpose(1, 2, 0)
    return found[0], found[1]
