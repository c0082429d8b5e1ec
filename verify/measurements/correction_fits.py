"""Which limit fits values that approach it with corrections by powers, or by logarithms?

With l = ln t, weighted least squares fit

    s = s_inf + sum_{j=1}^{K} a_j e^{-j d l}        (powers t^{-jd})
    s = s_inf + sum_{j=1}^{K+1} a_j l^{-j}          (logarithms)

For a given d the first is linear; the best d is searched.  Each design matrix is scaled by the noise and solved by QR.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log, nan, sqrt

import numpy as np

from ..arrays import Reals

RATES = (0.3, 40.0)
"""Smallest and largest d times the length of the window: slower is constant, faster is gone."""

GRID, ZOOMS = 16, 9
"""Values of d that are tried at once; how often the search narrows to the neighbours of the best, by 2/15 a time."""


@dataclass(frozen=True)
class Fit:
    """One linear fit.

    Attributes
    ----------
    value : float
        The limit.
    spread : float
        Its standard error, if the noise is as stated.
    misfit : float
        The sum of squared misfits over the noise.
    freedom : int
        Points less parameters, at least 1.
    rate : float
        d; NaN for a fit without corrections, or by logarithms.
    """

    value: float
    spread: float
    misfit: float
    freedom: int
    rate: float = nan

    @property
    def acceptable(self) -> bool:
        """Whether the misfit is what noise would leave, to two standard deviations."""
        return self.misfit <= self.freedom + 2 * sqrt(2 * self.freedom)


def fit_powers(length: Reals, y: Reals, sigma: Reals, corrections: int) -> Fit:
    """Return the best fit with corrections e^{-j d l}, over all d.

    Parameters
    ----------
    length, y, sigma : array of shape (n,)
        ln t, the values, and their standard errors.
    corrections : int
        K.

    Examples
    --------
    >>> length = np.linspace(1, 20, 30)
    >>> found = fit_powers(length, 2 + np.exp(-length / 2), np.full(30, 1e-9), 1)
    >>> round(found.value, 6), round(found.rate, 3)
    (2.0, 0.5)
    """
    if corrections == 0:
        return _solve(np.ones((1, len(y), 1)), y, sigma, [nan])[0]
    low, high = (log(rate / (length[-1] - length[0])) for rate in RATES)
    for _ in range(ZOOMS):
        rates = np.exp(np.linspace(low, high, GRID))
        best = int(np.argmin(_project(_design(length, corrections, rates), y, sigma)[2]))
        low, high = log(rates[max(best - 1, 0)]), log(rates[min(best + 1, GRID - 1)])
    return fit_rates(length, y, sigma, corrections, [float(rates[best])])[0]


def fit_rates(length: Reals, y: Reals, sigma: Reals, corrections: int, rates: list[float]) -> list[Fit]:
    """Return the fits with corrections e^{-j d l}, one for each given d.

    Examples
    --------
    >>> length = np.linspace(1, 20, 30)
    >>> [found] = fit_rates(length, 2 + np.exp(-length), np.full(30, 1e-9), 1, [1.0])
    >>> round(found.value, 9)
    2.0
    """
    return _solve(_design(length, corrections, np.array(rates)), y, sigma, rates)


def fit_logarithms(length: Reals, y: Reals, sigma: Reals, corrections: int) -> Fit:
    """Return the fit with corrections l^{-j}; it has one more of them, since there is no d to choose.

    Examples
    --------
    >>> length = np.linspace(1, 20, 30)
    >>> round(fit_logarithms(length, 2 + 1 / length, np.full(30, 1e-9), 1).value, 9)
    2.0
    """
    powers = np.arange(corrections + 2 if corrections else 1)
    return _solve((length[None, :, None] / length[0]) ** -powers, y, sigma, [nan])[0]


def _design(length: Reals, corrections: int, rates: Reals) -> Reals:
    """The columns e^{-j d l}, j = 0 to K, for each d: shape (rates, points, K + 1)."""
    powers = np.arange(corrections + 1) * (length - length[0])[:, None]
    return np.exp(-rates[:, None, None] * powers)


def _project(designs: Reals, y: Reals, sigma: Reals) -> tuple[Reals, Reals, Reals]:
    """For each design A, A/sigma = Q R: return R, Q^T y/sigma, and the sum of squared misfits over the noise."""
    q, r = np.linalg.qr(designs / sigma[:, None])
    scaled = y / sigma
    inside = np.swapaxes(q, 1, 2) @ scaled
    return r, inside, ((scaled - (q @ inside[:, :, None])[:, :, 0]) ** 2).sum(axis=1)


def _solve(designs: Reals, y: Reals, sigma: Reals, rates: list[float]) -> list[Fit]:
    """Solve weighted least squares for each design, of shape (fits, points, columns), the constant first."""
    r, inside, misfit = _project(designs, y, sigma)
    inverse = np.linalg.inv(r)
    # the first parameter is the first row of R^-1 times Q^T y/sigma; its variance is that row squared
    values, spreads = (inverse[:, 0] * inside).sum(axis=1), np.sqrt((inverse[:, 0] ** 2).sum(axis=1))
    return [
        Fit(float(v), float(e), float(m), max(1, len(y) - designs.shape[2] - (0 if np.isnan(d) else 1)), float(d))
        for v, e, m, d in zip(values, spreads, misfit, rates, strict=True)
    ]
