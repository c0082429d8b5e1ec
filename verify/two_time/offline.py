"""How do losses fall on one set of data that is trained on again and again, seen as correlations between two times?

P samples, N features and the gradient flow of eq. 32, with t and s in units of one over the learning rate,

    dw/dt = A v2,    dA/dt = gamma w v2^T A(0)^T A(0)/N,    v2 = Psi^T Psi v0/P,    v0 = w* - A^T w/N,    w(0) = 0,

for Gaussian rows of Psi, of covariance Lambda, and a Gaussian A(0).  Its mean field equations are eq. 41.  As operators
in time, with Theta the integral from 0 on, and M_ the integral f -> int_0^t M(t,s) f(s) ds,

    (1)  H = (I - gamma Theta C3_)^{-1} Theta,    Cw = H C3 H^T,    G = H + gamma Cw_,    S = G R,
    (2)  J_k = (I + lambda_k S)^{-1},    Q_k = S J_k,    F = sum_k lambda_k Q_k,
    (3)  R1 = I - F/P,    R3 = I - F/N,    R = R3 R1,
    (4)  C0 = sum_k lambda_k [w*_k^2 (J_k 1)(J_k 1)^T + Q_k E Q_k^T/N] + (1/P) sum_k lambda_k^2 Q_k C0 Q_k^T,
    (5)  E = sum_k lambda_k^2 [w*_k^2 (J_k 1)(J_k 1)^T + Q_k E Q_k^T/N] + (1/P) sum_k lambda_k J_k C0 J_k^T,
    (6)  C1 = R1 C0 R1^T,    C3 = R E R^T,    test loss C0(t,t),    train loss C1(t,t).

All responses are functions of G, so they commute.  E is R1^{-1} C2 R1^{-T}; with it no inverse of R1 or R3 is left.
The floor of the target, which no mode holds, is a mode of lambda -> 0: a constant in C0, thus noise of the labels in E.

Time is collocated on a grid whose intervals may grow with t; errors are far below those of steps (`offline_solver`).

Two spectra enter, as in `online`: the target's, and the trace sum_k lambda_k delta(lambda_k).  They are either those of
the limit, with N as the model size; or, at P = infinity, those of the mean model of size N with no model size.

At late times correlations are small differences: C3 is rounding, but gamma t^2 C3, which drives H, is not small.
Around gamma t^2 = 1e10 digits are lost, and the stated error says so.

Cost for T = `STAGES` x intervals and n nodes of the trace: 4 n T^3 operations a sweep; gamma = 0 takes one, others some
ten.  Memory: 8 T^2 bytes for each of n + `WORK` matrices, and 8 T for each node of the target; refused above
`sizes.MEMORY`.
"""

from __future__ import annotations

from math import inf, sqrt

import numpy as np
from numpy.typing import ArrayLike

from exponents.errors import InputError, Unresolved
from exponents.rationals import abbreviate

from ..arrays import Reals
from ..curves import LossCurve
from ..flow.collocation import STAGES
from ..inputs import check_times, check_whole
from ..spectra.few_nodes import on_few_nodes
from ..spectra.spectrum import SMALLEST, Spectrum
from .offline_solver import March
from .sizes import check_memory, check_sizes

WORK = 90
"""Matrices over all times beside those of the modes, at most: correlations, responses, and M for each eigenvector."""

ROUNDED = 1e-11
"""Rounding, in units of the first value: blocks are transformed to their eigenvectors and back."""

NEARBY = 1
"""How many neighbours share the largest error: a difference may vanish at one time by chance."""

NAMES = ("loss", "train_loss", "kernel")


def time_grid(last: float, steps: int) -> Reals:
    """Return times from 0 to ``last``: equal steps below a time of 1, equal ratios beyond.

    Per e-fold of time, two intervals leave relative errors of some 1e-7, and three of 1e-9.  With eigenvalues in units
    of the largest, the first unit of time is that of the fastest mode; where gamma is large, its readout grows within
    1/sqrt(gamma), which needs more intervals.

    Returns
    -------
    array of shape (steps + 1,)

    Raises
    ------
    InputError
        Unless the last time is a finite number above 0, and ``steps`` a whole number of at least 1.

    Examples
    --------
    >>> time_grid(100, 4).round(2)
    array([  0.  ,   2.17,   9.05,  30.86, 100.  ])
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
) -> LossCurve:
    """Solve the two-time equations of data reuse, eq. 41.

    Parameters
    ----------
    target, trace : Spectrum
        Power of the target, and sum_k lambda_k delta(lambda_k), on the same eigenvalues.
    gamma : float
        Richness, at least 0.
    times : array of shape (times,)
        Rising from 0, in units of one over the eigenvalues: ends of the intervals.  The solution is as good as its
        grid, see `time_grid`.
    model_size, samples : int, optional
        N and P, at least 1; None is infinite.

    Returns
    -------
    LossCurve
        ``loss`` on new data; ``observed`` has ``train_loss``, on the P samples, and ``kernel`` = 1 + gamma Cw(t,t).
        Errors are those of the two spectra's rules and of the iteration, and rounding.  They leave out the error of the
        grid, see `limit_of_fine_grids`.

    Raises
    ------
    InputError
        If a number is outside its range, or the solution would not fit `sizes.MEMORY`.
    FlowFailed
        If an interval cannot be solved; the error has its time and its residual.
    Unresolved
        If the clock runs beyond what the spectra resolve.

    Examples
    --------
    >>> single = Spectrum(np.ones(1), np.ones(1))  # one mode of eigenvalue 1
    >>> found = solve_offline(single, single, 1.0, [0.0, 0.5, 1.0], model_size=16, samples=8)
    >>> found.loss.round(4).tolist(), found.train_loss.round(4).tolist()
    ([1.0, 0.364, 0.1221], [1.0, 0.3183, 0.0922])
    """
    return _collect(*_solve(target, trace, gamma, _check_times(times), model_size, samples), gamma)


def limit_of_fine_grids(
    target: Spectrum,
    trace: Spectrum,
    gamma: float,
    times: ArrayLike,
    model_size: int | None = None,
    samples: int | None = None,
) -> LossCurve:
    """Solve the same on halved intervals, with the error of the grid.

    It takes some ten times the work of `solve_offline`.

    Parameters
    ----------
    target, trace, gamma, times, model_size, samples
        As for `solve_offline`.

    Returns
    -------
    LossCurve
        At ``times``, with names as in `solve_offline`.  Each error is the change of the value when all intervals are
        halved, which exceeds the change that remains, plus the error of `solve_offline`.

    Raises
    ------
    InputError
        If a number is outside its range, or the solution would not fit `sizes.MEMORY`.
    FlowFailed
        If an interval cannot be solved.
    Unresolved
        If the clock runs beyond what the spectra resolve.

    Examples
    --------
    >>> single = Spectrum(np.ones(1), np.ones(1))
    >>> found = limit_of_fine_grids(single, single, 1.0, [0.0, 1.0], model_size=16, samples=8)
    >>> bool((found.error < 1e-7).all())
    True
    """
    t = _check_times(times)
    halved = np.sort(np.concatenate([t, (t[1:] + t[:-1]) / 2]))
    _, coarse, _ = _solve(target, trace, gamma, t, model_size, samples)
    _, fine, error = _solve(target, trace, gamma, halved, model_size, samples)
    window = np.clip(np.arange(len(t)) + np.arange(-NEARBY, NEARBY + 1)[:, None], 0, len(t) - 1)
    values = {name: fine[name][::2] for name in NAMES}
    moved = {name: np.abs(values[name] - coarse[name])[window].max(axis=0) for name in NAMES}
    return _collect(t, values, error, gamma, moved)


def _collect(
    t: Reals, values: dict[str, Reals], error: float, gamma: float, moved: dict[str, Reals] | None = None
) -> LossCurve:
    """Return the curve; ``error`` is the relative error of the rules, ``moved`` what the grid adds to it."""
    errors = {
        name: (0.0 if moved is None else moved[name]) + error * value + ROUNDED * value[0]
        for name, value in values.items()
    }
    loss, loss_error = values["loss"], errors.pop("loss")
    return LossCurve(
        time=t,
        loss=loss,
        error=loss_error,
        start=float(loss[0]),
        observed={name: value for name, value in values.items() if name != "loss"},
        errors=errors,
        settings={"gamma": gamma, "rules_error": error},
    )


def _solve(
    target: Spectrum, trace: Spectrum, gamma: float, t: Reals, model_size: int | None, samples: int | None
) -> tuple[Reals, dict[str, Reals], float]:
    """Return times, values by name, and the relative error of the rules and the iteration."""
    by_n, by_p = check_sizes(gamma, {"the model size": model_size, "the number of samples": samples})
    _check_memory(len(t) - 1, 0, len(target))
    most = min(target.largest_clock, trace.largest_clock)
    clock = min(float(t[-1]) * 2 * (1 + sqrt(gamma) * sqrt(target.norm)), most, 1 / SMALLEST)
    clock = max(clock, 1 / float(trace.eigenvalues[0]))
    while True:
        few = on_few_nodes(trace, clock)
        _check_memory(len(t) - 1, len(few), len(target))
        march, reached = March(target, few, gamma, t, by_n, by_p), 0.0
        with np.errstate(all="ignore"):  # what overflows does not converge
            for i in range(len(t) - 1):
                march.interval(i)
                reached = march.clock(i)
                if reached > most:
                    raise Unresolved(
                        f"the clock ran to {reached:.3g} at t = {t[i + 1]:.6g}, but the spectra are resolved up to "
                        f"{most:.3g}; take spectra for a larger clock, or less time",
                        float(t[i + 1]),
                        reached,
                    )
        if reached <= clock:
            error = max(target.error, few.error, march.change)
            return t, dict(zip(NAMES, march.observe(), strict=True)), error
        clock = 2 * reached


def _check_times(times: ArrayLike) -> Reals:
    """Return times that begin with 0, or raise InputError."""
    t = check_times(times)
    if t[0] != 0 or len(t) < 2:
        raise InputError(
            f"times must rise from 0 to at least one other; got {abbreviate(t.tolist())}; try time_grid(1000, 24)"
        )
    return t


def _check_memory(intervals: int, nodes: int, target: int) -> None:
    """Raise InputError for more intervals than fit into memory."""
    n = STAGES * intervals
    check_memory(
        n * ((nodes + WORK) * n + target), f"{abbreviate(intervals)} intervals", "take fewer, which may grow with t"
    )
