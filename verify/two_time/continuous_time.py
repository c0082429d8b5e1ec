"""Which losses do the two-time equations give in continuous time, for new samples in every step and for reused ones?

`block_solver` has the equations that both share, `fresh_samples` and `fixed_sample` what differs.

Of the mean field nothing is left out, at any eps = eta/B for which noise does not feed on itself, eps kappa tr/2 < 1.
Noise also makes kappa fall where it lasts: after a clock of kappa/(gamma eps L tr) the moments of the first order fail
(`flow.noise_moments`).  The mean field itself leaves out the four-point part of a batch, as `online` does.

Errors are the change when intervals are joined in pairs.  What noise adds is the difference to a solution without noise
on the same intervals.

Cost: ten seconds to t = 1e7 for new samples, and to t = 1e3 for a fixed sample; it grows with the fourth power of ln t.
Memory: 8 T^2 bytes for each node of the trace at T times, and for `MATRICES` more; refused above `sizes.MEMORY`.

Map: `solve_online_flow` and `solve_reuse_flow` check their input; `_solve` has the solutions, `_compare` their errors.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf

import numpy as np
from numpy.typing import ArrayLike

from exponents.errors import InputError, Unresolved

from ..arrays import Reals
from ..curves import LossCurve
from ..flow.collocation import STAGES
from ..flow.solver import solve_flow
from ..inputs import check_richness, check_temperature, check_times
from ..spectra.few_nodes import on_few_nodes
from ..spectra.spectrum import SMALLEST, Spectrum
from .block_solver import March
from .fixed_sample import FixedSample
from .fresh_samples import FreshSamples
from .intervals import INTERVALS, RATIO, join_pairs, place_intervals
from .sizes import check_memory, check_sizes

GUESS, AHEAD = 1e-6, 1.25
"""Tolerance of the flow that says how far the clock runs, and how much further it may run with noise."""

NEARBY = 2.0
"""Errors are the largest between the time over this factor and the time by it: a difference may vanish by chance."""

CLOSER = 1.25
"""Largest ratio of the ends of an interval for a fixed sample, where it costs little."""

LEVEL = 1e-3
"""Where the loss of a fixed sample may stay, in units of (1/N + 1/P) times the first: below,
intervals are as long as on power laws."""

MATRICES = 40
"""Matrices over all times beside those of the modes, at most: M for each eigenvector too."""

ROUNDED, ROUNDED_FIRST = 1e-12, 1e-11
"""Rounding of new samples, in units of the loss, and of a fixed sample, in units of the first loss."""

Closure = Callable[[Spectrum, Reals], March]
"""Takes the trace on few nodes and the ends of intervals."""


def solve_online_flow(
    target: Spectrum, trace: Spectrum, gamma: float, temperature: float, times: ArrayLike, until: float = inf
) -> LossCurve:
    """Solve the two-time equations of online batches in continuous time, at any eta/B.

    Parameters
    ----------
    target, trace : Spectrum
        Power of the target, and sum_k lambda_k delta(lambda_k): of the limit, or of the mean model of size N.
    gamma : float
        Richness, at least 0.
    temperature : float
        eta/B, at least 0; 0 is an infinite batch.
    times : array of shape (times,)
        Rising, at least 0, in units of 1/(learning rate).
    until : float
        The clock after which batches are infinite, so that only the remains of early noise are seen.

    Returns
    -------
    LossCurve
        With clock and kernel, and what noise adds to the loss: ``variance``, and ``mean_shift``, the rest.  All but the
        clock state errors: those of the intervals and of the two spectra's rules, and rounding.

    Raises
    ------
    InputError
        If a number is outside its range, or the solution would not fit `sizes.MEMORY`.
    FlowFailed
        If an interval cannot be solved.
    Unresolved
        If the clock runs beyond what the spectra resolve.
    NotSolved
        If noise feeds on itself: eta kappa/B times half the trace exceeds 1.

    Examples
    --------
    >>> modes = Spectrum(np.array([1.0, 0.1]), np.array([1.0, 0.1]))
    >>> found = solve_online_flow(modes, modes, gamma=1.0, temperature=0.05, times=[1, 3])
    >>> found.loss.round(4).tolist(), found.variance.round(4).tolist(), found.mean_shift.round(5).tolist()
    ([0.1551, 0.0413], [0.0104, 0.0023], [-0.00011, 5e-05])
    """
    gamma, t = check_richness(gamma), check_times(times)
    check_temperature(temperature)
    if not until > 0:
        raise InputError(f"batches must be finite until a clock above 0; got {until}; try 1")

    def noisy(few: Spectrum, edges: Reals) -> March:
        return FreshSamples(target, few, gamma, edges, temperature, until)

    def plain(few: Spectrum, edges: Reals) -> March:
        return FreshSamples(target, few, gamma, edges)

    grids, rules = _solve(target, trace, gamma, float(t[-1]), (noisy, plain), RATIO, temperature, until)
    values, errors = _compare(grids, t)
    for name, size in _measure(values).items():
        errors[name] += rules * size + ROUNDED * values["loss"] * (name in ("loss", "mean_shift"))
    return _collect(target, t, values, errors, {"gamma": gamma, "temperature": temperature, "rules_error": rules})


def solve_reuse_flow(
    target: Spectrum,
    trace: Spectrum,
    gamma: float,
    times: ArrayLike,
    model_size: int | None = None,
    samples: int | None = None,
) -> LossCurve:
    """Solve the two-time equations of data reuse in continuous time, eq. 41.

    Parameters
    ----------
    target, trace : Spectrum
        Power of the target, and sum_k lambda_k delta(lambda_k), on the same eigenvalues.
    gamma : float
        Richness, at least 0.
    times : array of shape (times,)
        Rising, at least 0, in units of one over the eigenvalues.
    model_size, samples : int, optional
        N and P, at least 1; None is infinite.

    Returns
    -------
    LossCurve
        ``loss`` on new data; ``observed`` has ``train_loss``, on the P samples, ``kernel`` and ``clock``.  All but the
        clock state errors, as in `solve_online_flow`.

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
    >>> single = Spectrum(np.ones(1), np.ones(1))  # one mode of eigenvalue 1
    >>> found = solve_reuse_flow(single, single, 1.0, [0.0, 0.5, 1.0], model_size=16, samples=8)
    >>> found.loss.round(4).tolist(), found.train_loss.round(4).tolist()
    ([1.0, 0.364, 0.1221], [1.0, 0.3183, 0.0922])
    """
    by_n, by_p = check_sizes(gamma, {"the model size": model_size, "the number of samples": samples})
    t = check_times(times)

    def closure(few: Spectrum, edges: Reals) -> March:
        return FixedSample(target, few, gamma, edges, by_n, by_p)

    grids, rules = _solve(
        target, trace, gamma, float(t[-1]), (closure,), CLOSER, level=LEVEL * (by_n + by_p) * target.variance
    )
    values, errors = _compare(grids, t)
    for name, error in errors.items():
        error += rules * values[name] + ROUNDED_FIRST * (target.variance if name != "kernel" else 1.0)
    return _collect(target, t, values, errors, {"gamma": gamma, "rules_error": rules})


def _collect(
    target: Spectrum, t: Reals, values: dict[str, Reals], errors: dict[str, Reals], settings: dict[str, object]
) -> LossCurve:
    """Return the curve."""
    loss, error, start = values.pop("loss"), errors.pop("loss"), target.variance
    return LossCurve(t, loss, error, start, target.floor, observed=values, errors=errors, settings=settings)


def _solve(
    target: Spectrum,
    trace: Spectrum,
    gamma: float,
    last: float,
    closures: tuple[Closure, ...],
    ratio: float,
    temperature: float = 0.0,
    until: float = inf,
    level: float = 0.0,
) -> tuple[list[list[March]], float]:
    """Return a solution by each closure on fine intervals, and on joined ones, and the error of the rules."""
    most = min(target.largest_clock, trace.largest_clock)
    guess = AHEAD * float(solve_flow(target, gamma, last, GUESS).clock[-1])
    reach = max(guess, last, 1 / float(trace.eigenvalues[0]))
    while last <= most:  # the clock runs at least as fast as time
        reach = min(reach, most)
        few = on_few_nodes(trace, reach)
        quiet = FreshSamples(target, few, gamma, np.zeros(INTERVALS + 1))
        edges = place_intervals(quiet, reach, temperature, until, ratio, level)
        rows, keep = STAGES * (len(edges) - 1), len(few) if closures[0](few, edges[:1]).remembers else 0
        check_memory(rows * (rows * (keep + MATRICES) + len(target)), f"times up to {last:g}", "ask for less time")
        grids = [[closure(few, grid) for closure in closures] for grid in (edges, join_pairs(edges, until))]
        marches = grids[0] + grids[1]
        with np.errstate(all="ignore"):  # what overflows does not converge
            reached = all(march.run(last) for march in marches)
        if reached:
            return grids, max(target.error, few.error, *(march.change for march in marches))
        if reach >= most:
            break
        reach *= 2
    raise Unresolved(
        f"the clock runs to {most:.3g}, up to which the spectra are resolved, before t = {last:.6g}; take spectra for "
        "a larger clock, or less time",
        last,
        reach,
    )


def _read(marches: list[March], times: Reals) -> dict[str, Reals]:
    """Return what a march gives, and the shift of the mean to one without noise, if there is one."""
    found, *plain = (march.read(times) for march in marches)
    for other in plain:
        found["mean_shift"] = found["loss"] - other["loss"] - found["variance"]
    return found


def _compare(grids: list[list[March]], times: Reals) -> tuple[dict[str, Reals], dict[str, Reals]]:
    """Return values at the times, and the errors by the intervals of all but the clock."""
    march = grids[0][0]
    nodes = march.time[: STAGES * march.count]
    places = np.union1d(nodes[nodes <= times[-1]], times)
    values, (fine, coarse) = _read(grids[0], times), (_read(marches, places) for marches in grids)
    sizes, low_high = _measure(fine), np.searchsorted(places, [times / NEARBY, times * NEARBY])
    errors = {}
    for name, size in _measure(values).items():
        apart = np.abs(fine[name] - coarse[name]) / np.maximum(sizes[name], SMALLEST)
        errors[name] = size * [apart[i : max(j, i + 1)].max() for i, j in low_high.T]
    return values, errors


def _measure(values: dict[str, Reals]) -> dict[str, Reals]:
    """Return what errors are relative to: the quantity and its rounding, or all that noise adds."""
    sizes = {name: values[name] for name in ("loss", "kernel")}
    if "train_loss" in values:
        return sizes | {"train_loss": values["train_loss"] + ROUNDED_FIRST * values["loss"]}
    added = np.abs(values["variance"]) + np.abs(values["mean_shift"])
    return sizes | {"variance": added, "mean_shift": added}
