"""How does the whole kernel matrix evolve under gradient flow at N, B = infinity?

The Markovian form of eq. 51, in the residual v0 of every mode and the matrix M = A^T A/N + (gamma/N) |w|^2 I that
preconditions its descent,

    (1)  dv0/dt = -M Lambda v0,                                                      v0(0) = w*,
    (2)  dM/dt  = gamma [u s^T + s u^T] + 2 gamma (u . s) I,                         M(0) = I,

where u = w* - v0 is the learned part and s = Lambda v0.  It is the witness for `verify.flow`: it uses no conservation
law and no reduction to one function of the eigenvalue.  Both follow from it.  If the flow is right, then at all times

    (3)  M = kappa I + (gamma/kappa) u u^T,

so n - 1 eigenvalues of M are kappa and one is 2 kappa - 1.  How far M is from that form is part of the result.

The modes and weights are those of a spectrum, w*_k = (p_k/mu_k)^{1/2}.  v0 and the upper triangle of M are integrated
by SciPy's DOP853: an implicit step would have n(n + 3)/2 unknowns.

Layout: a state is v0, then the rows of M's upper triangle.  Cost: a step for every few relaxation times of the fastest
mode, altogether 2 or 3 mu_1 int kappa dt evaluations of n^2 operations; for alpha = 3/2, beta = 1/2, gamma = 1 seconds
to t = 1e3 and about a minute to t = 1e4.  Memory: 16 states for a step, and one for each time that is asked for.
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
    packed = _Packed(len(spectrum))
    start = np.concatenate([target, packed.identity])
    absolute = ABSOLUTE * tolerance * np.concatenate([target, np.ones_like(packed.identity)])

    def rates(_: float, state: Reals) -> Reals:
        return _rates(packed, mu, target, gamma, state)

    solved = solve_ivp(rates, (0.0, t[-1]), start, "DOP853", t, rtol=tolerance, atol=absolute)
    if not solved.success:
        raise NotSolved(f"the matrix equation was not solved: {solved.message}")
    v0 = solved.y[: len(mu)].T
    seen = [_compare(packed.matrix(y), target - y[: len(mu)], gamma) for y in solved.y.T]
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


class _Packed:
    """The places in a state of the upper triangle of a symmetric matrix of n x n.

    Attributes
    ----------
    upper : array of shape (n(n+1)/2,)
        Places of the upper triangle in the flattened matrix.
    whole : array of shape (n, n)
        Places of the matrix in the triangle.
    diagonal : array of shape (n,)
        Places of the diagonal in the triangle.
    """

    def __init__(self, n: int) -> None:
        row, column = np.triu_indices(n)
        self.modes, self.upper = n, row * n + column
        self.whole = np.empty((n, n), dtype=int)
        self.whole[row, column] = self.whole[column, row] = np.arange(len(row))
        self.diagonal = self.whole.diagonal().copy()

    @property
    def identity(self) -> Reals:
        """Return the triangle of I."""
        return np.eye(self.modes).ravel()[self.upper]

    def matrix(self, state: Reals) -> Reals:
        """Return M."""
        return state[self.modes :].take(self.whole)


def _rates(packed: _Packed, mu: Reals, target: Reals, gamma: float, state: Reals) -> Reals:
    """Return the right side of eq. 51."""
    n = packed.modes
    s = mu * state[:n]
    u = target - state[:n]
    product = np.multiply.outer(gamma * u, s)
    rates = np.empty_like(state)
    rates[:n] = -(packed.matrix(state) @ s)  # (1)
    rates[n:] = (product + product.T).take(packed.upper)  # (2), first its rank-two part, then its diagonal
    rates[n + packed.diagonal] += 2 * gamma * (u @ s)
    return rates


def _compare(matrix: Reals, u: Reals, gamma: float) -> tuple[float, float]:
    """Return the smallest eigenvalue kappa, and how far the matrix is from the form (3)."""
    kappa = float(np.linalg.eigvalsh(matrix)[0])
    form = kappa * np.eye(len(u)) + gamma / kappa * np.multiply.outer(u, u)
    return kappa, float(np.abs(matrix - form).max()) / kappa
