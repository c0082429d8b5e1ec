"""How do moments move on a step?  They relax under forces that are polynomials through their values at the nodes.

`Relaxing` holds the exact weights of `collocation` for modes, or pairs of modes, with rates in any order.  A force that
depends on what it drives is found by `iterate`.  Arrays have the nodes of the step along the first axis.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from exponents.errors import NotSolved

from ..arrays import Reals
from .collocation import AT_NODES, NODES, integrate_basis

SWEEPS, CONVERGED, DAMPED = 100, 1e-13, 2 / 3
"""Most sweeps of an iteration, the relative change that ends it, and its damping in (1) and (3).

Where modes follow the kernel at once, V and e act on themselves with factors between -(kappa - 1)/kappa and 0.  With
2/3 an error then falls to a third in every sweep, however rich the model is.
"""

INTEGRALS = integrate_basis(NODES).T
"""int_0^{s_i} l_j, as a matrix of i and j."""


class Relaxing:
    """Modes that relax under a force: dx/dtau = -rate x + force; at rest x is the force over the rate.

    Parameters
    ----------
    rates : array of shape (modes,)

    Examples
    --------
    >>> modes = Relaxing(np.array([1.0, 3.0]))
    >>> modes.prepare(2.0)
    >>> (modes.decay * np.ones(2) + modes.drive(np.array([1.0, 3.0]) * np.ones((6, 2))))[-1].round(12).tolist()
    [1.0, 1.0]
    """

    def __init__(self, rates: Reals) -> None:
        self._order = np.argsort(-rates)
        self._place = np.argsort(self._order)
        self._rates = rates[self._order]

    def prepare(self, length: float) -> None:
        """Set ``decay``, e^{-rate s} at the nodes, and ``weights``, of shape (nodes of the force, nodes, modes)."""
        self.decay = np.exp(-np.multiply.outer(NODES * length, self._rates))[:, self._place]
        weights = AT_NODES.weights(self._rates * length, len(self._rates)) * length
        self.weights = np.take(weights, self._place, axis=2)

    def drive(self, force: Reals) -> Reals:
        """Return what a force adds; force and result have the shape (STAGES, modes)."""
        return np.asarray(np.einsum("jik,jk->ik", self.weights, force))


def dot(one: Reals, other: Reals) -> Reals:
    """Return the scalar product at each node, of shape (nodes, 1).

    Examples
    --------
    >>> dot(np.array([[1.0, 2.0]]), np.array([[3.0, 4.0]])).tolist()
    [[11.0]]
    """
    return np.asarray((one * other).sum(axis=-1, keepdims=True))


def multiply(matrices: Reals, vectors: Reals) -> Reals:
    """Return M x at each node.

    Examples
    --------
    >>> multiply(2 * np.eye(2)[None], np.array([[3.0, 4.0]])).tolist()
    [[6.0, 8.0]]
    """
    return np.asarray(np.matmul(matrices, vectors[..., None])[..., 0])


def iterate(free: Reals, act: Callable[[Reals], Reals], damping: float) -> Reals:
    """Return the x = free + act(x), by steps of ``damping`` towards it.

    Raises
    ------
    NotSolved
        If the iteration does not converge.

    Examples
    --------
    >>> iterate(np.array([2.0]), lambda x: -x, 2 / 3).round(9).tolist()
    [1.0]
    """
    found = free
    for _ in range(SWEEPS):
        change = damping * (free + act(found) - found)
        found = found + change
        if np.abs(change).max() <= CONVERGED * np.abs(found).max():
            return found
    raise NotSolved("the noise of batches could not be followed along the flow; take times closer to one another")
