"""What is the capacity alpha of a spectrum, lambda_k ~ k^(-alpha), and how well is it known?

alpha is the slope of ln lambda on ln k by least squares in a window of modes.  Its error has two parts.

Noise: spectra are simulated with the noise of the data (`sorted_noise`).  (alpha_fit - alpha)/sigma_fit scatters on
them as it does on the data, whatever alpha is and nearly whatever sigma is, and its draws give draws of alpha.

Windows: exponents in two other windows differ, by noise and by more.  What is beyond noise is a further error.

A single exponent is refused if the slopes in three parts of a range differ by more than noise explains, and by more
than `TOLERATED` of alpha.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from exponents.errors import InputError

from ..arrays import Reals
from .sorted_noise import draw_like, estimate_noise, fit_slopes

TOLERATED = 0.15
"""Share of alpha by which local exponents may differ: sampling alone changes them by less than a tenth up to n/5."""

SURELY = 1.5
"""Local exponents differ surely if they do so by more than this factor times the largest simulated difference."""

STRAYS, LONG = 3.0, 6
"""A parabola does not follow a spectrum if the noise about it is larger by this factor than about one in each part; and
the modes, less one, that a part needs for that."""

FLAT = 1e-3
"""An alpha below is that of eigenvalues that do not fall."""

Range = tuple[int, int]
"""First and last mode, counted from 1."""


@dataclass(frozen=True)
class CapacityFit:
    """The exponent of eigenvalues.

    Attributes
    ----------
    values : tuple of float
        alpha in each window; the first is the estimate.
    noise : float
        The size sigma of the noise of ln lambda.
    draws : array of shape (draws,)
        Draws of alpha, given the data.
    excess : float
        What windows add to the error.
    parts : tuple of float
        alpha in each part of the range that is tested for curvature.
    is_curved : bool
        Whether these exclude a single exponent.

    Examples
    --------
    >>> found = fit_capacity(-1.5 * np.log(np.arange(1.0, 101)), [(5, 50), (10, 50), (5, 25)], [(5, 15), (15, 50)])
    >>> round(found.values[0], 9), found.is_curved
    (1.5, False)
    """

    values: tuple[float, ...]
    noise: float
    draws: Reals
    excess: float
    parts: tuple[float, ...]
    is_curved: bool


def fit_capacity(logarithms: Reals, windows: Sequence[Range], parts: Sequence[Range], seed: int = 0) -> CapacityFit:
    """Fit alpha to sorted eigenvalues.

    Parameters
    ----------
    logarithms : array of shape (modes,)
        ln lambda_k, falling.
    windows : sequence of (int, int)
        The window of the estimate, then others, whose differences from it become part of the error.
    parts : sequence of (int, int)
        Parts of the range that is tested for curvature.
    seed : int

    Returns
    -------
    CapacityFit

    Raises
    ------
    InputError
        If the eigenvalues do not fall.

    Examples
    --------
    >>> k = np.arange(1.0, 1001)
    >>> bent = -1.5 * np.log(k + 30)
    >>> found = fit_capacity(bent, [(10, 500), (20, 500), (10, 250)], [(10, 37), (37, 136), (136, 500)])
    >>> found.is_curved, [round(alpha, 1) for alpha in found.parts]
    (True, [0.6, 1.1, 1.3])
    """
    values = np.array([fit_slopes(logarithms, *window) for window in windows])
    alpha = float(values[0])
    if alpha < FLAT:
        first, last = windows[0]
        raise InputError(
            f"eigenvalues must fall; got alpha = {round(alpha, 6) + 0.0:g} in modes {first} to {last}; try a `window`"
        )
    measure_noise = _choose_measure(logarithms, windows[0], parts, alpha)
    noise = float(measure_noise(logarithms))
    generator = np.random.default_rng(seed)
    spectra = draw_like(logarithms, [*windows, *parts], alpha, noise, generator)
    unit = noise / measure_noise(spectra)  # simulated differences, in the noise of the data
    found = np.stack([fit_slopes(spectra, *window) for window in windows], axis=1)
    apart = (found[:, 1:] - found[:, :1]) * unit[:, None]
    excess = float(np.sqrt(np.maximum((values[1:] - alpha) ** 2 - (apart**2).mean(axis=0), 0).mean()))
    draws = alpha - (found[:, 0] - alpha) * unit
    local = np.array([fit_slopes(logarithms, *part) for part in parts])
    chance = np.ptp(np.stack([fit_slopes(spectra, *part) for part in parts], axis=1), axis=1) * unit
    spread = float(np.ptp(local))
    return CapacityFit(
        values=tuple(values.tolist()),
        noise=noise,
        draws=draws,
        excess=excess,
        parts=tuple(local.tolist()),
        is_curved=bool(spread > SURELY * chance.max() and spread > TOLERATED * abs(alpha)),
    )


def _choose_measure(logarithms: Reals, window: Range, parts: Sequence[Range], alpha: float) -> Callable[[Reals], Reals]:
    """Return how the noise is measured: about one parabola, or about one in each part if the first does not follow."""
    first, last = window
    trusted = (first, max(min(last, len(logarithms) // 2), first + (last - first) // 2))  # beyond: the end of the list
    long = [part for part in parts if part[1] - part[0] >= LONG]

    def about_one(values: Reals) -> Reals:
        return estimate_noise(values, *trusted, alpha)

    def about_each(values: Reals) -> Reals:
        return np.asarray(np.mean([estimate_noise(values, *part, alpha) for part in long], axis=0))

    strays = bool(long) and float(about_one(logarithms)) > STRAYS * float(about_each(logarithms))
    return about_each if strays else about_one
