"""How does the whole kernel matrix evolve under gradient flow at N, B = infinity?

The Markovian form of eq. 51, in the residual v0 of every mode and the matrix M = A^T A/N + (gamma/N) |w|^2 I that
preconditions its descent,

    (1)  dv0/dt = -M Lambda v0,                                                      v0(0) = w*,
    (2)  dM/dt  = gamma [u s^T + s u^T] + 2 gamma (u . s) I,                         M(0) = I,

where u = w* - v0 is the learned part and s = Lambda v0.  It is the witness for `verify.flow`: it uses no conservation
law and no reduction to one function of the eigenvalue.  Both follow from it.  If the flow is right, then at all times

    (3)  M = kappa I + (gamma/kappa) u u^T,

so n - 1 eigenvalues of M are kappa and one is 2 kappa - 1.  How far M is from that form is part of the result.

The modes and weights are those of a spectrum, w*_k = (p_k/mu_k)^{1/2}.  v0 and M are integrated by SciPy's DOP853: an
implicit step would have n(n + 1) unknowns.

Layout: a state is v0, then the rows of M.  Cost: a step for every few relaxation times of the fastest mode, altogether
2 or 3 mu_1 int kappa dt evaluations of n^2 operations; for alpha = 3/2, beta = 1/2, gamma = 1 seconds to t = 1e3 and
about a minute to t = 1e4.  Memory: 16 states for a step, and one for each time that is asked for.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.integrate import solve_ivp

from exponents.errors import NotSolved

from ..arrays import Reals
from ..curves import LossCurve
from ..inputs import check_times
from ..spectra.spectrum import Spectrum

TOLERANCE = 1e-9
"""Relative error of a step.  Steps are as short as stability needs, so the loss is more accurate than that."""

ABSOLUTE = 1e-3
"""Absolute error of a step in units of w* and of I, over the relative one."""


def solve_matrix_flow(spectrum: Spectrum, gamma: float, times: ArrayLike, tolerance: float = TOLERANCE) -> LossCurve:
    """Solve the matrix equation, eq. 51, on the modes of a spectrum.

    Parameters
    ----------
    spectrum : Spectrum
        Some hundred eigenvalues at the most, and the power of the target on them.
    gamma : float
        Richness, at least 0.
    times : array of shape (times,)
        Rising, from 0 or later; the last is later than 0.
    tolerance : float
        Relative error of a step.

    Returns
    -------
    LossCurve
        The error is not known.  ``observed`` has ``kernel``, the smallest eigenvalue of M, which is the kappa of the
        flow, and ``departure``, the largest entry of M less the form (3), in units of kappa.  ``details`` has
        ``residuals``, v0, of shape (times, n); ``settings`` the ``evaluations`` that were made.

    Raises
    ------
    NotSolved
        If no step is short enough.

    Examples
    --------
    >>> modes = Spectrum(np.array([1.0, 0.5]), np.ones(2))
    >>> found = solve_matrix_flow(modes, 1.0, [0.0, 1.0])
    >>> found.loss.round(4), found.kernel.round(4), bool((found.departure < 1e-8).all())
    (array([2.    , 0.2509]), array([1.    , 1.7163]), True)
    """
    t = check_times(times)
    mu, target = spectrum.eigenvalues, np.sqrt(spectrum.weights / spectrum.eigenvalues)
    start = np.concatenate([target, np.eye(len(mu)).ravel()])
    absolute = ABSOLUTE * tolerance * np.concatenate([target, np.ones(len(mu) ** 2)])

    def rates(_: float, state: Reals) -> Reals:
        return _rates(mu, target, gamma, state)

    solved = solve_ivp(rates, (0.0, t[-1]), start, "DOP853", t, rtol=tolerance, atol=absolute)
    if not solved.success:
        raise NotSolved(f"the matrix equation was not solved: {solved.message}")
    v0 = solved.y[: len(mu)].T
    seen = [_compare(*_split(y, len(mu)), target, gamma) for y in solved.y.T]
    kernel, departure = (np.array(column) for column in zip(*seen, strict=True))
    return LossCurve(
        time=t,
        loss=v0**2 @ mu + spectrum.floor,
        error=np.full(len(t), np.nan),
        start=spectrum.variance,
        floor=spectrum.floor,
        observed={"kernel": kernel, "departure": departure},
        details={"residuals": v0},
        settings={"gamma": gamma, "tolerance": tolerance, "evaluations": solved.nfev},
    )


def _split(state: Reals, modes: int) -> tuple[Reals, Reals]:
    """Return v0 and M."""
    return state[:modes], state[modes:].reshape(modes, modes)


def _rates(mu: Reals, target: Reals, gamma: float, state: Reals) -> Reals:
    """Return the right side of eq. 51."""
    v0, matrix = _split(state, len(mu))
    s, u = mu * v0, target - v0
    product = gamma * np.multiply.outer(u, s)
    growth = product + product.T + 2 * gamma * (u @ s) * np.eye(len(mu))  # (2)
    return np.concatenate([-(matrix @ s), growth.ravel()])  # (1) first


def _compare(v0: Reals, matrix: Reals, target: Reals, gamma: float) -> tuple[float, float]:
    """Return the smallest eigenvalue kappa, and how far the matrix is from the form (3)."""
    u, kappa = target - v0, float(np.linalg.eigvalsh(matrix)[0])
    form = kappa * np.eye(len(u)) + gamma / kappa * np.multiply.outer(u, u)
    return kappa, float(np.abs(matrix - form).max()) / kappa
