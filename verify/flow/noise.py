"""How much loss does the noise of batches add along the flow, at any time?

To first order in the temperature eta/B, batches do two things to the loss (`noise_moments`).

They add a variance.  In h - r, the variables of `solver`, all modes relax at their own rate whatever the kernel does.
A batch at the time s kicks mode j in them by a random amount of variance (eta/B) mu_j L(s) dtau_s, so that the loss
gains

    X(t) = (eta/B) kappa(t) sum_j mu_j int^tau dtau_s mu_j e^{-2 mu_j (tau - tau_s)} [L(s) + X(s)],

the sum over all eigenvalues of the kernel, whether or not the target has power there (their ``trace``).  At gamma = 0
this is the Volterra equation of stochastic gradient descent on random features, in the limit of small steps.  Where the
kernel grows, X has a factor kappa(t) that eq. 82 does not have: feature learning after a noisy step amplifies the
remaining noise.  A batch of Gaussian features also kicks along what is not learned yet, and this four-point part of the
variance is included.

And where the kernel grows, they move the mean of the readout, and the kernel with it.  This shift of the mean loss is
of the order of the variance while batches are noisy.  Once they no longer are, it falls more slowly, because the
invariant B B^T - gamma w w^T stays shifted.  It may have either sign.

The error is the change when steps grow faster, plus the errors of the flow and of the rules of both spectra.

Where the kernel or eta/B is too large for stability, X grows exponentially, and no curve is returned.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

import numpy as np
from numpy.typing import ArrayLike

from exponents.errors import InputError
from exponents.names import require_type

from ..arrays import Reals
from ..curves import LossCurve
from ..inputs import check_richness, check_temperature, check_times
from ..spectra.few_nodes import on_few_nodes
from ..spectra.spectrum import SMALLEST, Spectrum
from .noise_moments import COARSER, RATIO, Part, noise_along, read_states
from .solver import solve_flow

TOLERANCE = 1e-9
"""Tolerance of the flow."""

ROUNDING = 1e-12
"""Relative rounding error of what a mode gains on a step."""


def noisy_curve(
    target: Spectrum,
    trace: Spectrum,
    gamma: float,
    temperature: float,
    times: ArrayLike,
    until: float = inf,
    include: Part = "all",
) -> LossCurve:
    """Solve for the loss of the flow with what the noise of batches adds to it.

    Parameters
    ----------
    target, trace : Spectrum
        Power of the target, and sum_j mu_j delta(mu_j); their nodes may differ.
    gamma : float
        Richness, at least 0.
    temperature : float
        eta/B, at least 0; 0 is an infinite batch.
    times : array of shape (times,)
        Rising, above 0, in units of 1/(learning rate).
    until : float
        The clock after which batches are infinite, so that only the remains of early noise are seen.
    include : {"all", "mean field", "variance"}
        All of the first order in eta/B, for Gaussian features; what the two-time mean field contains of it; or the
        variance X alone, which is far quicker.

    Returns
    -------
    LossCurve
        With clock, kernel, variance, mean_shift and invariant_shift, D of `noise_moments`.  Variance and mean shift
        state their errors.  The error of the flow's loss is not estimated: ``error`` is NaN.

    Raises
    ------
    InputError
        If a number is outside its range.
    FlowFailed
        If a step of the flow could not be solved.
    NotSolved
        If noise feeds on itself for longer than a step: eta kappa/B times half the trace exceeds 1.

    Examples
    --------
    >>> measure = Spectrum(np.array([1.0, 0.1]), np.array([1.0, 0.1]))
    >>> curve = noisy_curve(measure, measure, gamma=1.0, temperature=0.01, times=[1, 3])
    >>> curve.loss.round(6).tolist(), curve.variance.round(6).tolist(), curve.mean_shift.round(6).tolist()
    ([0.151681, 0.039563], [0.005332, 0.000599], [0.001518, 3e-06])
    """
    for measure in (target, trace):
        require_type(measure, Spectrum, "a spectrum", "make both with limit_spectra('3/2', '1/2')")
    gamma, t = check_richness(gamma), check_times(times)
    check_temperature(temperature)
    if t[0] <= 0:
        raise InputError("noise needs times above 0; got 0; begin later")
    if not until > 0:
        raise InputError(f"batches must be finite until a clock above 0; got {until}; try 1")
    flow = solve_flow(target, gamma, float(t[-1]), TOLERANCE)
    states, clock = read_states(flow, t)
    few = (
        (target, trace) if include == "variance" else tuple(on_few_nodes(s, float(clock[-1])) for s in (target, trace))
    )
    path = flow if include == "variance" else solve_flow(few[0], gamma, float(t[-1]), TOLERANCE)
    found = noise_along(path, few[1], temperature, t, until, RATIO, include)
    kept = _thin_out(clock)
    coarse = noise_along(path, few[1], temperature, t[kept], until, COARSER, include)
    rest = few[0].error + few[1].error + ROUNDING + (TOLERANCE if gamma else 0.0)
    size = np.abs(found.variance) + np.abs(found.mean_shift)
    changes = {
        name: np.abs(getattr(found, name)[kept] - getattr(coarse, name)) / np.maximum(size[kept], SMALLEST)
        for name in ("variance", "mean_shift")
    }
    return LossCurve(
        time=t,
        loss=states.residual**2 @ target.weights + target.floor + found.variance + found.mean_shift,
        error=np.full(len(t), np.nan),
        start=target.variance,
        observed={
            "clock": clock,
            "kernel": states.kernel,
            "variance": found.variance,
            "mean_shift": found.mean_shift,
            "invariant_shift": found.invariant_shift,
        },
        errors={name: (_largest_nearby(changes[name], kept, len(t)) + rest) * size for name in changes},
        settings={"gamma": gamma, "temperature": temperature},
    )


def _thin_out(clock: Reals) -> list[int]:
    """Return the first place, the last, and some between, so far apart that the coarser steps are longer."""
    kept = [len(clock) - 1]
    for place in range(len(clock) - 2, 0, -1):
        if clock[place] * COARSER <= clock[kept[-1]] and clock[0] * COARSER <= clock[place]:
            kept.append(place)
    return sorted({0, *kept})


def _largest_nearby(errors: Reals, kept: Sequence[int], count: int) -> Reals:
    """Return the larger of the errors at the kept places on both sides of each place."""
    after = np.searchsorted(kept, np.arange(count))
    return np.maximum(errors[after], errors[np.maximum(after - 1, 0)])
