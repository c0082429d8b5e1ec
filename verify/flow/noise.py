"""How much loss does the noise of batches add along the flow, at any time?

To first order in the temperature eta/B, batches add to every mode of the kernel a variance, which the flow then damps.
In h - r, the variables of `march`, all modes relax at their own rate whatever the kernel does.  A batch at the time s
kicks mode j by a random amount of variance (eta/B) mu_j L(s) dtau_s in them, so that the loss has

    X(t) = (eta/B) kappa(t) sum_j mu_j int^tau dtau_s mu_j e^{-2 mu_j (tau - tau_s)} [L(s) + X(s)],

the sum over all eigenvalues of the kernel, whether or not the target has power there (their `trace`).  At gamma = 0
this is the Volterra equation of stochastic gradient descent on random features in the limit of small steps.  Where the
kernel grows it has a factor kappa(t) that eq. 82 does not have: features that are learned after a kick enlarge it.

Two things of the same order in eta/B are left out.  Where the kernel grows, noise moves the mean of the readout, and
the kernel with it: no variance, and in `two_time_sgd`, for some thousand steps.  And a batch of Gaussian features kicks
along what it is to learn, too, by mu_j y_j^2 (1 - phi_j)^2 beside mu_j L(s): no mean field has this four-point part,
whose share is that of single modes in the loss.

The variance of a mode is a relaxation under a force, as in `collocation`: on a step of the clock L + X is a polynomial
through its values at Radau's nodes, modes move exactly, and the values solve a linear system.  Steps grow with the
clock.  The error is the change when each step is cut in two, and that of the flow and of both rules.

Beyond stability, where the kernel has grown or eta/B is large, X grows exponentially, and no curve is given.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import inf

import numpy as np
from numpy.typing import ArrayLike

from exponents.errors import InputError, NotSolved

from ..arrays import Reals
from ..inputs import check_richness, check_times
from ..spectra.spectrum import Spectrum
from .collocation import AT_NODES, NODES, STAGES
from .solver import solve_flow
from .trajectory import Flow, States

FIRST, RATIO = 0.1, 1.5
"""The first step, in units of one over the largest eigenvalue, and the ratio of the ends of the later ones."""

TOLERANCE = 1e-9
"""Of the flow."""

ROUNDING = 1e-12
"""Relative error of what a mode takes up on a step."""


@dataclass(frozen=True)
class NoisyCurve:
    """Loss with batches, each field an array of shape (times,).

    Attributes
    ----------
    time, clock, kernel : array
        t in units of 1/(learning rate), tau, and kappa of the flow.
    loss : array
        L of the flow, floor included, plus the variance.
    variance : array
        X, in units of the target's variance.
    variance_error : array
        Estimated error of X.
    """

    time: Reals
    clock: Reals
    kernel: Reals
    loss: Reals
    variance: Reals
    variance_error: Reals


def noisy_curve(
    target: Spectrum,
    trace: Spectrum,
    gamma: float,
    temperature: float,
    times: ArrayLike,
    until: float = inf,
) -> NoisyCurve:
    """The loss with the variance that batches add.

    Parameters
    ----------
    target, trace : Spectrum
        Power of the target, and sum_j mu_j delta(mu_j); their nodes may differ.
    gamma : float
        Richness, at least 0.
    temperature : float
        eta/B, at least 0.
    times : array of shape (n,)
        Rising, above 0.
    until : float
        The clock after which batches are infinite, so that only what early noise leaves behind is seen.

    Raises
    ------
    InputError
        For numbers outside these ranges.
    FlowFailed
        See `march.solve`.
    NotSolved
        If noise feeds on itself, eta kappa/B times half the trace above 1, for longer than a step.
    """
    t = check_times(times)
    check_richness(gamma)
    flow = solve_flow(target, gamma, float(t[-1]), TOLERANCE)
    coarse, variance = (variance_along(flow, trace, temperature, t, until, halved) for halved in (False, True))
    rest = target.error + trace.error + ROUNDING + (TOLERANCE if gamma else 0.0)
    error = np.abs(variance - coarse) + rest * variance
    states, clock = _seen(flow, t)
    loss = states.residual**2 @ target.weights + target.floor
    return NoisyCurve(t, clock, states.kernel, loss + variance, variance, error)


def variance_along(
    flow: Flow,
    trace: Spectrum,
    temperature: float,
    times: ArrayLike,
    until: float = inf,
    halved: bool = False,
) -> Reals:
    """X along a flow that is solved, of shape (times,), on steps that may be cut in two; see `noisy_curve`."""
    t = check_times(times)
    if not 0 <= temperature < inf:
        raise InputError(f"eta/B must be a finite number of at least 0; got {temperature}; 0 is an infinite batch")
    if t[0] <= 0:
        raise InputError("noise needs times above 0; got 0; begin later")
    if not until > 0:
        raise InputError(f"batches must be finite until a clock above 0; got {until}; try 1")
    _, clock = _seen(flow, t)
    rates, pull = 2 * trace.eigenvalues, trace.weights * trace.eigenvalues
    edges = _edges(FIRST / float(trace.eigenvalues[0]), clock, until)
    if halved:
        edges = np.sort(np.append(edges, (edges[1:] + edges[:-1]) / 2))
    lengths = np.diff(edges)
    nodes = edges[:-1, None] + lengths[:, None] * NODES
    kernel, loss = _read(flow, nodes.ravel())
    memory, found = np.zeros(len(rates)), np.zeros(len(edges))
    for step, length in enumerate(lengths):
        part = slice(step * STAGES, (step + 1) * STAGES)
        strength = temperature * kernel[part]
        decay = np.exp(-np.multiply.outer(NODES * length, rates))
        free = strength * ((decay * memory) @ pull)
        memory = decay[-1] * memory
        if edges[step] < until:
            weights = AT_NODES.weights(rates * length, len(rates)) * length
            response = strength[:, None] * (weights @ pull).T
            gain = float(response.sum(axis=1).max())
            if gain >= 1:
                raise NotSolved(
                    f"noise feeds on itself from t = {_time(flow, float(edges[step])):.3g} on: on a step, what it adds "
                    f"makes {gain:.3g} times as much, and less than 1 is stable; take a smaller eta/B or less time"
                )
            noise = np.linalg.solve(np.eye(STAGES) - response, free + response @ loss[part])
            memory += (loss[part] + noise) @ weights[:, -1]
        else:
            noise = free
        found[step + 1] = noise[-1]
    return found[np.searchsorted(edges, clock)]


def _seen(flow: Flow, times: Reals) -> tuple[States, Reals]:
    """States and clock at ``times``; beyond the horizon only the clock runs on."""
    states = flow.at(np.minimum(times, flow.horizon))
    return states, states.clock + states.kernel * (times - states.time)


def _time(flow: Flow, clock: float) -> float:
    """The time at which the clock shows ``clock``, or the last that is known."""
    return float(flow.at_clock(np.minimum(np.array([clock]), flow.clock[-1])).time[0])


def _edges(first: float, clock: Reals, until: float) -> Reals:
    """Ends of steps: 0, all that is asked for, where the noise ends, and what `RATIO` wants between them."""
    last = float(clock[-1])
    wanted = np.unique(np.concatenate([[min(first, last), min(until, last)], clock]))
    between = np.ceil(np.diff(np.log(wanted)) / np.log(RATIO))
    filled = [
        np.geomspace(low, high, int(count) + 1)[1:]
        for (low, high), count in zip(pairwise(wanted), between, strict=True)
    ]
    return np.concatenate([[0.0], wanted[:1], *filled])


def _read(flow: Flow, clock: Reals) -> tuple[Reals, Reals]:
    """kappa and L where the clock shows ``clock``; beyond what is in double precision, the floor."""
    inside = clock <= flow.clock[-1]
    states = flow.at_clock(clock[inside])
    kernel = np.full(len(clock), states.kernel[-1])
    loss = np.full(len(clock), flow.measure.floor)
    kernel[inside], loss[inside] = states.kernel, states.residual**2 @ flow.measure.weights + flow.measure.floor
    return kernel, loss
