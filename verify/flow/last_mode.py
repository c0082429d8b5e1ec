"""When is the last mode of a measured spectrum learned?

A measured spectrum ends.  Once its last mode is learned, nothing is left but an exponential: the curve shows the end of
the file, and no longer the law of the kernel.
"""

from __future__ import annotations

import numpy as np

from ..spectra.spectrum import Spectrum
from .solver import solve_flow

LEARNED = 0.5
"""The learned fraction from which a mode counts as learned, as for the frontier."""

TOLERANCE = 1e-6
"""Relative error of the loss that the flow aims at: the time is printed with three digits."""

BISECTIONS = 60


def find_learned_time(measure: Spectrum, gamma: float, last: float) -> float | None:
    """Return the time at which half of the slowest mode is learned; None if that is after ``last``.

    Parameters
    ----------
    measure : Spectrum
    gamma : float
        Richness.
    last : float
        A time > 0, in units of 1/(learning rate).

    Examples
    --------
    >>> measure = Spectrum(np.array([1.0, 0.1]), np.array([1.0, 0.5]))
    >>> round(find_learned_time(measure, 0.0, 100.0), 3), find_learned_time(measure, 0.0, 6.0)  # ln(2)/0.1
    (6.931, None)
    """
    flow = solve_flow(measure, gamma, last, TOLERANCE)
    low, high = 0.0, min(last, flow.horizon)
    if flow.at(np.array([high])).learned[0, -1] < LEARNED:
        return None
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        learned = flow.at(np.array([middle])).learned[0, -1] >= LEARNED
        low, high = (low, middle) if learned else (middle, high)
    return high
