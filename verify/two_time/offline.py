"""How do losses fall where one set of data is trained on again and again, seen as correlations between any two times?

P samples, N features and the gradient flow of eq. 32, with t and s in units of one over the learning rate,

    dw/dt = A v2,    dA/dt = gamma w v2^T A(0)^T A(0)/N,    v2 = Psi^T Psi v0/P,    v0 = w* - A^T w/N,    w(0) = 0,

for Gaussian rows of Psi, of covariance Lambda, and a Gaussian A(0).  Its mean field equations are eq. 41.  As operators
in time, with Theta the integral from 0 on, and M_ the integral f -> int_0^t M(t,s) f(s) ds,

    H = (I - gamma Theta C3_)^{-1} Theta,    Cw = H C3 H^T,    G = H + gamma Cw_,    S = G R,
    J_k = (I + lambda_k S)^{-1},    Q_k = S J_k,    F = sum_k lambda_k Q_k,
    R1 = I - F/P,    R3 = I - F/N,    R = R3 R1,
    C0 = sum_k lambda_k [w*_k^2 (J_k 1)(J_k 1)^T + Q_k E Q_k^T/N] + (1/P) sum_k lambda_k^2 Q_k C0 Q_k^T,
    E = sum_k lambda_k^2 [w*_k^2 (J_k 1)(J_k 1)^T + Q_k E Q_k^T/N] + (1/P) sum_k lambda_k J_k C0 J_k^T,
    C1 = R1 C0 R1^T,    C3 = R E R^T,    test loss C0(t,t),    train loss C1(t,t).

All responses are functions of G, so they commute.  E is R1^{-1} C2 R1^{-T}; with it no inverse of R1 or R3 is left.
What no mode holds of the target, its floor, is a mode of lambda -> 0: a constant in C0, thus noise of the labels in E.

Time is collocated on a grid whose intervals may grow with t, which leaves errors far below those of steps (`march`).

Two spectra enter, as in `two_time_sgd`: the target's measure, and the trace sum_k lambda_k delta(lambda_k).  Either
those of the limit, with N as the model size; or, at P = infinity, those of the mean model of size N with none.

Where a flow has come to rest, its correlations are small differences, so that C3 is rounding, and gamma t^2 times it,
which drives H, in the end is not small: around gamma t^2 = 1e10 digits are lost, as `Reuse.error` tells.

Cost for T = `STAGES` x intervals and n nodes of the trace: 4 n T^3 operations a sweep; gamma = 0 takes one, others some
ten.  Memory: 8 T^2 bytes for each of n + `WORK` matrices, and 8 T for each node of the target; refused above `MEMORY`.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, sqrt

import numpy as np
from numpy.typing import ArrayLike

from exponents.errors import InputError, Unresolved
from exponents.rationals import abbreviate

from ..arrays import Reals
from ..flow.collocation import STAGES
from ..inputs import check_richness, check_times, check_whole
from ..spectra.spectrum import SMALLEST, Spectrum
from .offline_solver import March
from .online import on_few_nodes

MEMORY = 4 * 2**30
"""Bytes that one solution may take."""

WORK = 90
"""Matrices over all times beside those of the modes, at most: correlations, responses, and M for each eigenvector."""

ROUNDED = 1e-11
"""Rounding, in units of the first value: blocks are taken to their eigenvectors and back."""

NEARBY = 1
"""How many neighbours share the largest error: a difference may vanish at one time by chance."""


@dataclass(frozen=True)
class Reuse:
    """A solution at the times of a grid, each field an array of shape (times,).

    Attributes
    ----------
    time : array
        Units of one over the learning rate.
    loss, train_loss : array
        On new data and on the P samples, in units of the target's variance.
    kernel : array
        1 + gamma Cw(t,t), the kappa of the flow.
    error : float
        Largest relative error of the two spectra's rules, and of the iteration.  It does not know that of the grid,
        see `limit_of_fine_grids`.
    """

    time: Reals
    loss: Reals
    train_loss: Reals
    kernel: Reals
    error: float


@dataclass(frozen=True)
class FineGrids:
    """The limit of fine grids, each field an array of shape (times,); names as in `Reuse`, with errors of each.

    Attributes
    ----------
    loss_error, train_loss_error, kernel_error : array
        How far halving all intervals moved the value, which is more than what is left, and the error of the rules.
    """

    time: Reals
    loss: Reals
    train_loss: Reals
    kernel: Reals
    loss_error: Reals
    train_loss_error: Reals
    kernel_error: Reals


def time_grid(last: float, steps: int) -> Reals:
    """Times from 0 to ``last``, of shape (steps + 1,): equal steps below a time of 1, equal ratios beyond.

    Per e-fold of time, two intervals leave relative errors of some 1e-7, and three of 1e-9.  With eigenvalues in units
    of the largest, the first unit of time is that of the fastest mode; where gamma is large, its readout grows within
    1/sqrt(gamma), which asks for more.

    Raises
    ------
    InputError
        For a last time that is no finite number above 0, or less than one step.
    """
    if isinstance(last, bool) or not isinstance(last, int | float) or not 0 < last < inf:
        raise InputError(f"the last time must be a finite number above 0; got {abbreviate(last)}; try 1000")
    check_whole(steps, "the number of steps", 1, 24)
    _check_memory(steps, 0, 0)
    times = np.expm1(np.linspace(0.0, np.log1p(float(last)), steps + 1))
    times[-1] = last
    return np.asarray(times)


def solve_offline(
    target: Spectrum,
    trace: Spectrum,
    gamma: float,
    times: ArrayLike,
    model_size: int | None = None,
    samples: int | None = None,
) -> Reuse:
    """The two-time equations of data reuse.

    Parameters
    ----------
    target, trace : Spectrum
        Power of the target, and sum_k lambda_k delta(lambda_k), on the same eigenvalues.
    gamma : float
        Richness, at least 0.
    times : array of shape (times,)
        Rising from 0, in units of one over the eigenvalues: ends of the intervals.  The solution is as good as its
        grid, see `grid`.
    model_size, samples : int, optional
        N and P, at least 1; None is infinite.

    Raises
    ------
    InputError
        For numbers outside these ranges, or a solution that would not fit `MEMORY`.
    FlowFailed
        If an interval could not be solved; its time and what was left are told.
    Unresolved
        If the clock runs beyond what the measures resolve.
    """
    check_richness(gamma)
    t = _checked(times)
    for value, name, example in ((model_size, "the model size", 64), (samples, "the number of samples", 128)):
        if value is not None:
            check_whole(value, name, 1, example)
    _check_memory(len(t) - 1, 0, len(target))
    most = min(target.largest_clock, trace.largest_clock)
    clock = min(float(t[-1]) * 2 * (1 + sqrt(gamma) * sqrt(target.norm)), most, 1 / SMALLEST)
    clock = max(clock, 1 / float(trace.eigenvalues[0]))
    while True:
        few = on_few_nodes(trace, clock)
        _check_memory(len(t) - 1, len(few), len(target))
        march, reached = March(target, few, gamma, t, model_size, samples), 0.0
        with np.errstate(all="ignore"):  # what overflows does not converge
            for i in range(len(t) - 1):
                march.interval(i)
                reached = march.clock(i)
                if reached > most:
                    raise Unresolved(
                        f"the clock ran to {reached:.3g} at t = {t[i + 1]:.6g}, further than the measures are "
                        f"resolved, which is {most:.3g}; take measures for a larger clock, or less time",
                        float(t[i + 1]),
                        reached,
                    )
        if reached <= clock:
            return Reuse(t, *march.observed(), max(target.error, few.error, march.change))
        clock = 2 * reached


def limit_of_fine_grids(
    target: Spectrum,
    trace: Spectrum,
    gamma: float,
    times: ArrayLike,
    model_size: int | None = None,
    samples: int | None = None,
) -> FineGrids:
    """The limit of fine grids at ``times``: the solution on halved intervals, and how far halving them moved it.

    Parameters and errors as for `solve`, whose work it takes some ten times.
    """
    t = _checked(times)
    halved = np.sort(np.concatenate([t, (t[1:] + t[:-1]) / 2]))
    coarse = solve_offline(target, trace, gamma, t, model_size, samples)
    fine = solve_offline(target, trace, gamma, halved, model_size, samples)
    pairs = {name: (getattr(fine, name)[::2], getattr(coarse, name)) for name in ("loss", "train_loss", "kernel")}
    values = {name: value for name, (value, _) in pairs.items()}
    errors = {}
    for name, (value, other) in pairs.items():
        window = np.clip(np.arange(len(t)) + np.arange(-NEARBY, NEARBY + 1)[:, None], 0, len(t) - 1)
        moved = np.abs(value - other)[window].max(axis=0)
        errors[f"{name}_error"] = moved + fine.error * value + ROUNDED * value[0]
    return FineGrids(t, **values, **errors)


def _checked(times: ArrayLike) -> Reals:
    """Times that begin with 0."""
    t = check_times(times)
    if t[0] != 0 or len(t) < 2:
        raise InputError(
            f"times must rise from 0 to at least one other; got {abbreviate(t.tolist())}; try grid(1000, 24)"
        )
    return t


def _check_memory(intervals: int, nodes: int, target: int) -> None:
    """Refuse what would not fit."""
    n = STAGES * intervals
    if 8 * n * ((nodes + WORK) * n + target) > MEMORY:
        raise InputError(
            f"a solution may take {MEMORY / 2**30:.3g} GiB; {abbreviate(intervals)} intervals take more; take fewer, which "
            "may grow with t"
        )
