"""What is observed in a state of the flow?  The loss, the kernel, sums over the modes, and their slopes.

Every sum is one over the modes of the spectrum, with the weights p_j = mu_j y_j^2.  Slopes follow from the equations of
motion, not from differences: with d/d ln t = t kappa d/dtau,

    -d(1 - phi)/d ln t = t kappa (mu (1 - phi) + (growth/2) phi),     growth = d ln kappa/dtau.
"""

from __future__ import annotations

import numpy as np

from ..arrays import Reals
from ..spectra.spectrum import Spectrum
from .trajectory import States

BISECTIONS = 45
"""Bisections that find where phi passes 1/2 to rounding."""


def observe(measure: Spectrum, states: States) -> dict[str, Reals]:
    """Return what is observed in ``states``, by the names of `verify.curves`, each of shape (times,).

    Examples
    --------
    >>> from .solver import solve_flow
    >>> measure = Spectrum(np.array([1.0, 0.1]), np.array([1.0, 0.5]))
    >>> lazy = solve_flow(measure, 0.0, 10.0, 1e-8).at(np.array([0.0, 1.0]))
    >>> observe(measure, lazy)["loss"].round(6).tolist()
    [1.5, 0.544701]
    """
    mu, p = measure.eigenvalues, measure.weights
    kernel, growth, residual, phi = states.kernel, states.growth, states.residual, states.learned
    speed = states.time * kernel  # d/d ln t = t kappa d/dtau
    pull = speed[:, None] * (growth[:, None] / 2 * phi + mu * residual)  # -d(1 - phi)/d ln t
    loss, norm = residual**2 @ p, phi**2 @ (p / mu)  # above the floor; U
    with np.errstate(divide="ignore", invalid="ignore"):  # nothing is learned at t = 0
        readout_slope = 2 * speed * ((phi * residual) @ p) / norm
    return {
        "loss": loss + measure.floor,
        "kernel": kernel,
        "clock": states.clock,
        "readout": norm / kernel,  # |w|^2/N = (kappa - 1)/gamma, at gamma = 0 as well
        "correlation": residual @ p,  # eq. 66
        "learned_norm": norm,
        "loss_slope": -2 * ((residual * pull) @ p) / loss,
        "kernel_slope": speed * growth,
        "readout_slope": readout_slope,
    }


def find_frontier(mu: Reals, phi: Reals) -> float:
    """Return the eigenvalue at which phi passes 1/2, or NaN if all modes are ahead or behind.

    phi is interpolated in ln mu by the polynomial through the eight nearest nodes.

    Parameters
    ----------
    mu, phi : array of shape (modes,)
        Eigenvalues and learned fractions, both falling.

    Examples
    --------
    >>> round(find_frontier(np.array([1.0, 0.1]), np.array([0.9, 0.1])), 6)
    0.316228
    """
    passed = int(np.searchsorted(-phi, -0.5)) if phi[0] > 0.5 else 0
    if not 0 < passed < len(mu) or mu[passed] == mu[passed - 1]:
        return np.nan
    near = slice(max(0, passed - 4), min(len(mu), passed + 4))
    x, first = np.unique(np.log(mu[near]), return_index=True)
    y = phi[near][first] - 0.5
    low, high = np.log(mu[passed]), np.log(mu[passed - 1])
    factors = np.prod(x[:, None] - x + np.eye(len(x)), axis=1)  # Lagrange's denominators
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        value = (y / factors) @ np.prod(np.where(np.eye(len(x), dtype=bool), 1.0, middle - x), axis=1)
        low, high = (low, middle) if value > 0 else (middle, high)
    return float(np.exp((low + high) / 2))
