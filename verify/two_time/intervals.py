"""Which intervals of the clock does a solution need, and how are exponentials integrated on them?

An interval may be as long as polynomials follow the loss on it, and noise turns little.  Power laws allow a constant
ratio of the ends.  A loss that falls faster needs shorter intervals.  So does noise that lasts: on an interval it may
change ln kappa by `TURN`.  The solution without noise, which is quick, places intervals for all others.

On an interval of the length D, with Radau's nodes s_i D and e^{-lambda x} kept as it is, the weights

    forward   int_0^{s_i} e^{-z (s_i - v)} l_j(v) dv,        z = lambda D,
    backward  int_s^{s_i} e^{-z (v - s)} l_j(v) dv,          s = 0, s_1, ..., s_{i-1},

are exact for any z.  In v = s_i (1 - u) the second runs forward, through the polynomial l_j(s_i (1 - u)).
"""

from __future__ import annotations

from math import exp, inf, sqrt

import numpy as np

from exponents.errors import InputError

from ..arrays import Reals
from ..flow.collocation import AT_NODES, NODES, STAGES, Response, lagrange_basis, roughness
from ..spectra.spectrum import SMALLEST
from .block_solver import March

FIRST, RATIO, ROUGH = 0.15, 1.5, 3e-5
"""End of the first interval, in units of the shortest time scale; the largest ratio of the ends of others, and the
roughness of the loss that they may have: a power law has a third of it."""

TURN = 0.3
"""Largest change of ln kappa by noise on an interval."""

INTERVALS = 400
"""Most intervals: forty decades of a power law have some two hundred and fifty."""

_REFLECTED = [
    (float(end), Response(np.concatenate([[1.0], 1 - NODES[:place] / end])), lagrange_basis(end * (1 - NODES)))
    for place, end in enumerate(NODES)
]
"""For each node s_i: s_i, forward weights to the points 1 - s/s_i, and l_j(s_i (1 - u)) at the nodes u."""


def weigh_forward(rates: Reals, length: float) -> Reals:
    """Return the weights forward, of shape (STAGES, STAGES, modes) by i, j and mode, for rates that fall.

    Examples
    --------
    >>> weigh_forward(np.array([2.0]), 1.5)[-1].sum().round(12) == ((1 - np.exp(-3.0)) / 2).round(12)
    np.True_
    """
    return np.asarray(length * AT_NODES.weights(rates * length, len(rates)).swapaxes(0, 1))


def weigh_backward(rates: Reals, length: float) -> list[Reals]:
    """Return the weights backward from each node s_i, of shape (1 + i, STAGES, modes) by s, j and mode.

    Examples
    --------
    >>> from_end = weigh_backward(np.array([2.0]), 1.5)[-1]
    >>> from_end.shape, from_end[0].sum().round(12) == ((1 - np.exp(-3.0)) / 2).round(12)
    ((6, 6, 1), np.True_)
    """
    z = rates * length
    return [
        length * end * np.einsum("jm,mpk->pjk", turn, response.weights(z * end, len(z)))
        for end, response, turn in _REFLECTED
    ]


def place_intervals(
    march: March, reach: float, temperature: float = 0.0, until: float = inf, ratio: float = RATIO, level: float = 0.0
) -> Reals:
    """Return the ends of intervals, of shape (intervals + 1,), rising from 0; the last is at least ``reach``.

    Parameters
    ----------
    march : March
        One without noise, of `INTERVALS`, which is solved on the way.
    reach : float
        The clock that they shall reach.
    temperature, until : float
        eta/B, and the clock at which noise ends: there intervals begin again with the shortest.
    ratio : float
        Largest ratio of the ends of an interval.
    level : float
        A loss below which the march need not be followed, because the solution will not fall so far.

    Raises
    ------
    InputError
        If that takes more than `INTERVALS`.

    Examples
    --------
    >>> from verify.spectra.spectrum import Spectrum
    >>> from verify.two_time.fresh_samples import FreshSamples
    >>> modes = Spectrum(np.array([1.0, 0.1]), np.array([1.0, 0.1]))
    >>> place_intervals(FreshSamples(modes, modes, 0.0, np.zeros(INTERVALS + 1)), 0.7).round(3).tolist()
    [0.0, 0.15, 0.3, 0.45, 0.675, 1.012]
    """
    growth = march.gamma * float(march.power @ march.mu)  # kappa - 1 = growth t^2 at first
    shortest = FIRST / max(float(march.lam[0]), sqrt(growth))
    edges, start, longest, worn = march.edges, 0.0, shortest, 0.0
    number = 0
    while edges[number] < reach:
        if number == INTERVALS:
            raise InputError(
                f"up to a clock of {reach:.3g} the equations need more than {INTERVALS} intervals, because the loss "
                "falls too far, or noise has turned the readout too often; ask for less time, or a smaller eta/B"
            )
        row = STAGES * number - 1
        kernel, loss = (march.kernel[row], march.loss[row]) if number else (1.0, march.power.sum())
        pull = march.gamma * temperature * march.total * loss * (edges[number] < until)
        longest = min(max(shortest, (ratio - 1) * (edges[number] - start)), ratio * longest)
        longest = min(longest, TURN * (1 + (kernel - 1) * exp(-worn)) / max(pull, SMALLEST))
        while True:
            end = edges[number] + longest
            if edges[number] < until <= end + shortest / ratio:
                end = until
            edges[number + 1] = end
            march.interval(number)
            if roughness(march.loss[STAGES * number : STAGES * (number + 1)] + level) < ROUGH:
                break
            longest /= ratio
        worn += pull * (end - edges[number]) / kernel  # noise alone makes kappa - 1 fall by this, in its logarithm
        start, longest = (until, shortest) if end == until else (start, longest)
        number += 1
    return np.array(edges[: number + 1])


def join_pairs(edges: Reals, until: float) -> Reals:
    """Return the ends of pairs of intervals; noise ends at one of them.

    >>> join_pairs(np.arange(7.0), 3.0).tolist()
    [0.0, 2.0, 3.0, 5.0, 6.0]
    """
    if not edges[0] < until < edges[-1]:
        return np.append(edges[:-1:2], edges[-1])
    stop = int(np.searchsorted(edges, until))
    return np.concatenate([edges[:stop:2], join_pairs(edges[stop:], inf)])
