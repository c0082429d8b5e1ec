"""How long may an interval of the clock be?  As long as polynomials follow the loss on it, and noise turns little.

Power laws allow a constant ratio of the ends.  A loss that falls faster needs shorter intervals.  So does noise that
lasts: on an interval it may change ln kappa by `TURN`.  The solution without noise, which is quick, places intervals
for all others.
"""

from __future__ import annotations

from math import exp, inf, sqrt

import numpy as np

from exponents.errors import InputError

from ..arrays import Reals
from ..flow.collocation import STAGES, roughness
from ..spectra.spectrum import SMALLEST, Spectrum
from .online_flow_solver import March

FIRST, RATIO, ROUGH = 0.2, 1.5, 3e-5
"""End of the first interval, in units of the shortest time scale; the largest ratio of the ends of others, and the
roughness of the loss that they may have: a power law has a third of it."""

TURN = 0.3
"""Largest change of ln kappa by noise on an interval."""

INTERVALS = 400
"""Most intervals: forty decades of a power law have some two hundred and fifty."""


def place_intervals(
    target: Spectrum, trace: Spectrum, gamma: float, temperature: float, reach: float, until: float
) -> tuple[March, Reals]:
    """Return the solution without noise, and the ends of its intervals.

    Parameters
    ----------
    target, trace, gamma, temperature, until
        As for `online_flow_solver.March`.  At ``until``, where noise ends, intervals begin again with the shortest.
    reach : float
        The clock that they shall reach.

    Returns
    -------
    March
    array of shape (intervals + 1,)
        Rising from 0; the last is at least ``reach``.

    Raises
    ------
    InputError
        If that takes more than `INTERVALS`.

    Examples
    --------
    >>> modes = Spectrum(np.array([1.0, 0.1]), np.array([1.0, 0.1]))
    >>> place_intervals(modes, modes, 0.0, 0.0, 1.0, inf)[1].round(3).tolist()
    [0.0, 0.2, 0.3, 0.45, 0.675, 1.013]
    """
    growth = gamma * float(target.weights @ target.eigenvalues)  # kappa - 1 = growth t^2 at first
    shortest = FIRST / max(float(trace.eigenvalues[0]), sqrt(growth))
    edges, start, longest, worn = [0.0], 0.0, shortest, 0.0
    march = March(target, trace, gamma, 0.0, np.zeros(INTERVALS + 1))
    while edges[-1] < reach:
        number = len(edges) - 1
        if number == INTERVALS:
            raise InputError(
                f"up to a clock of {reach:.3g} the equations need more than {INTERVALS} intervals, because the loss "
                "falls too far, or noise has turned the readout too often; ask for less time, or a smaller eta/B"
            )
        kept, loss = march.start, march.loss[STAGES * number - 1] if number else target.variance
        kernel, pull = float(kept[0]), gamma * temperature * trace.variance * loss * (edges[-1] < until)
        longest = shortest if edges[-1] == start else min((RATIO - 1) * (edges[-1] - start), RATIO * longest)
        longest = min(longest, TURN * (1 + (kernel - 1) * exp(-worn)) / max(pull, SMALLEST))
        while True:
            end = edges[-1] + longest
            if edges[-1] < until <= end + shortest / RATIO:
                end = until
            march.edges[number : number + 2] = edges[-1], end
            march.interval(number)
            if roughness(march.loss[STAGES * number : STAGES * (number + 1)]) < ROUGH:
                break
            march.start, longest = kept, longest / RATIO
        worn += pull * (end - edges[-1]) / kernel  # noise alone makes kappa - 1 fall by this, in its logarithm
        start = until if end == until else start
        edges.append(end)
    return march, np.array(edges)


def join_pairs(edges: Reals, until: float) -> Reals:
    """Return the ends of pairs of intervals; noise ends at one of them.

    >>> join_pairs(np.arange(7.0), 3.0).tolist()
    [0.0, 2.0, 3.0, 5.0, 6.0]
    """
    if not edges[0] < until < edges[-1]:
        return np.append(edges[:-1:2], edges[-1])
    stop = int(np.searchsorted(edges, until))
    return np.concatenate([edges[:stop:2], join_pairs(edges[stop:], inf)])
