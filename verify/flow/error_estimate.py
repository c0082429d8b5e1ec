"""How accurate is a solved flow?  The difference of two solutions of different tolerance tells.

The second solution has a tolerance smaller by `FINER`, or larger where rounding would hide it.  A difference may vanish
by chance at one time.  So it is computed at more times than were asked for, and the error is the largest one nearby,
times `SAFETY`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from exponents.errors import InputError

from ..arrays import Reals
from ..spectra.spectrum import SMALLEST

FINER = 0.03
"""The tolerance of the second solution, over that of the first."""

TIGHTEST, LOOSEST = 1e-13, 1e-6
"""Tolerances between which the difference of two solutions is an estimate of the error."""

PROBES, FEW, NEARBY = (0.6, 0.8, 1.0), 64, 2
"""Fractions of each time at which differences are computed too if there are few times, and how many neighbours share
the largest."""

SAFETY = 2.0
"""Factor on the difference of the two solutions: it covers the error of the first if that of the second is at most half
as large."""

ROUNDING = 8.0
"""Rounding of a sum over modes, in units of the last digit."""

SLOPES = 50.0
"""Error that the rule of a spectrum makes in a slope, over the rule's own error, which oscillates in ln t."""


def check_tolerance(tolerance: float) -> None:
    """Raise InputError unless two solutions of this tolerance tell their error.

    Examples
    --------
    >>> check_tolerance(1e-8)
    """
    if not TIGHTEST <= tolerance <= LOOSEST:
        raise InputError(f"the tolerance must lie between {TIGHTEST:.0e} and {LOOSEST:.0e}; got {tolerance}; try 1e-8")


def pair_tolerances(tolerance: float) -> tuple[float, float]:
    """Return the tolerance, and that of the second solution.

    Examples
    --------
    >>> [float(f"{second:.1e}") for _, second in map(pair_tolerances, (1e-8, 1e-12))]
    [3e-10, 3.3e-11]
    """
    return tolerance, tolerance * (FINER if tolerance * FINER >= TIGHTEST else 1 / FINER)


def add_probes(places: Reals) -> tuple[Reals, NDArray[np.intp]]:
    """Return the times, or clocks, at which two solutions are compared, and the indices of the given ones in them.

    Examples
    --------
    >>> probes, wanted = add_probes(np.array([10.0, 100.0]))
    >>> probes.tolist(), wanted.tolist()
    ([6.0, 8.0, 10.0, 60.0, 80.0, 100.0], [2, 5])
    """
    probes = places if len(places) > FEW else np.sort(np.concatenate([fraction * places for fraction in PROBES]))
    return probes, np.searchsorted(probes, places)


def largest_nearby(difference: Reals, places: NDArray[np.intp]) -> Reals:
    """Return `SAFETY` times the largest difference among `NEARBY` neighbours on each side of each place.

    Examples
    --------
    >>> largest_nearby(np.array([0.0, 0.0, 1.0, 0.0, 0.0, 0.0]), np.array([0, 5])).tolist()
    [2.0, 0.0]
    """
    window = np.clip(places + np.arange(-NEARBY, NEARBY + 1)[:, None], 0, len(difference) - 1)
    return np.asarray(SAFETY * difference[window].max(axis=0))


def round_loss(loss: Reals, start: float, floor: float) -> Reals:
    """Return what rounding may do to losses sum_k p_k e^{-x_k} above a floor.

    The last digit of x_k changes a term by x_k last digits of it.  The mean of x_k over the loss is at most
    ln(start/loss), since the terms over the loss are weights whose entropy relative to p_k is not negative.

    Examples
    --------
    >>> round_loss(np.array([1.0, 1e-10]), 1.0, 0.0) < 1e-14 * np.array([1.0, 1e-10])
    array([ True, False])
    """
    above = np.maximum(loss - floor, SMALLEST)
    fallen = np.log(np.maximum((start - floor) / above, 1.0))
    return np.asarray(float(np.finfo(float).eps) * (ROUNDING * loss + 2 * fallen * above))
