"""How do eigenvalues scatter about a power law, once they are sorted, and what does that do to a fitted exponent?

Suppose ln lambda of each mode has independent noise of size sigma about -alpha ln k.  Sorting hides most of it: modes
trade places, and the residuals that are left are small and move together.  At rank k the number of modes above a
threshold has the variance sigma k/(alpha sqrt(pi)), so that a residual has

    Var r_k = sigma^2/(1 + sqrt(pi) sigma k/alpha),

which is sigma^2 where noise is smaller than the distance alpha/k of neighbours.  The slope, in contrast, scatters as
without sorting, by about sigma/sqrt(S_xx).  So the usual error of least squares, which takes residuals as independent,
is too small, by a factor of 2 to 10.  `estimate_noise` inverts the formula.  `simulate_sorted` draws spectra that
scatter in this way, and a statistic on them says how the same statistic scatters on the data.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, pi, sqrt

import numpy as np

from ..arrays import Reals

SMALLEST, LARGEST, GRID = 1e-9, 5.0, 400
"""The sizes of noise among which that of the data is found: their number is one percent of each."""

REACH = 4.0
"""Modes are drawn up to this many sigma beyond the last rank that is used."""

MOST_REACHED = 50.0
"""Largest ln of a ratio of modes, far beyond the length of any spectrum."""

DRAWS = 500
"""Spectra that are drawn: their quantiles at 2.5 % are then known to 0.7 %."""

MOST_NUMBERS = 4_000_000
"""Numbers that all drawn spectra may have: long windows take fewer draws."""

FEWEST_DRAWS = 100


def fit_slopes(logarithms: Reals, first: int, last: int) -> Reals:
    """Return alpha by least squares of ln lambda on ln k, over the modes first <= k <= last.

    Parameters
    ----------
    logarithms : array of shape (..., modes)
        ln lambda_k, falling, from k = 1 on.
    first, last : int

    Returns
    -------
    array of shape (...)

    Examples
    --------
    >>> k = np.arange(1.0, 101)
    >>> round(float(fit_slopes(-1.5 * np.log(k), 10, 90)), 12)
    1.5
    """
    x = np.log(np.arange(first, last + 1.0))
    x -= x.mean()
    return np.asarray(-(logarithms[..., first - 1 : last] @ x) / (x @ x))


def estimate_noise(logarithms: Reals, first: int, last: int, alpha: float) -> Reals:
    """Return the size sigma of the noise from the residuals about a parabola, which follows a slow curvature.

    Examples
    --------
    >>> draws = simulate_sorted(1.5, 0.1, 2000, np.random.default_rng(0), 200)
    >>> round(float(np.mean(estimate_noise(draws, 10, 500, 1.5))), 2)
    0.1
    """
    k = np.arange(first, last + 1.0)
    x = np.log(k)
    basis = np.linalg.qr(np.stack([np.ones_like(x), x, x * x], axis=1))[0]
    values = logarithms[..., first - 1 : last]
    residual = values - (values @ basis) @ basis.T
    squares = (residual**2).sum(axis=-1) * len(k) / (len(k) - 3)
    sizes = np.geomspace(SMALLEST, LARGEST, GRID)
    expected = np.array([(size**2 / (1 + sqrt(pi) * size * k / alpha)).sum() for size in sizes])
    tiny = np.finfo(float).tiny
    return np.asarray(np.exp(np.interp(np.log(np.maximum(squares, tiny)), np.log(expected), np.log(sizes))))


def simulate_sorted(
    alpha: float, noise: float, modes: int, generator: np.random.Generator, draws: int = DRAWS
) -> Reals:
    """Return ln lambda of power laws with independent noise, sorted.

    Parameters
    ----------
    alpha, noise : float
    modes : int
    generator : numpy.random.Generator
    draws : int

    Returns
    -------
    array of shape (draws, modes)

    Examples
    --------
    >>> bool((np.diff(simulate_sorted(1.5, 0.3, 10, np.random.default_rng(0), 3)) <= 0).all())
    True
    """
    exact = -alpha * np.log(np.arange(1.0, modes + 1))
    return np.asarray(-np.sort(-(exact + noise * generator.standard_normal((draws, modes))), axis=1))


def draw_like(
    logarithms: Reals, ranges: Sequence[tuple[int, int]], alpha: float, noise: float, generator: np.random.Generator
) -> Reals:
    """Return simulated spectra with the exponent and the noise of the data, as long as the ranges of modes need them.

    A spectrum that ends soon after a range ends there too: modes beyond its end, which could trade places with those
    before, are missing in both.

    Examples
    --------
    >>> data = -1.5 * np.log(np.arange(1.0, 1001))
    >>> draw_like(data, [(10, 50)], 1.5, 0.1, np.random.default_rng(0)).shape
    (500, 71)
    """
    last = max(last for _, last in ranges)
    modes = min(len(logarithms), int(last * exp(min(REACH * noise / alpha, MOST_REACHED))) + 6)
    draws = min(DRAWS, max(FEWEST_DRAWS, MOST_NUMBERS // modes))
    return simulate_sorted(alpha, noise, modes, generator, draws)
