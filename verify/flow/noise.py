"""How much loss does the noise of batches add along the flow, at any time?

To first order in the temperature eta/B, batches add a variance to every mode of the kernel, and the flow then damps it.
In h - r, the variables of `solver`, all modes relax at their own rate whatever the kernel does.  A batch at the time s
kicks mode j in them by a random amount of variance (eta/B) mu_j L(s) dtau_s, so that the loss gains

    X(t) = (eta/B) kappa(t) sum_j mu_j int^tau dtau_s mu_j e^{-2 mu_j (tau - tau_s)} [L(s) + X(s)],

the sum over all eigenvalues of the kernel, whether or not the target has power there (their ``trace``).  At gamma = 0
this is the Volterra equation of stochastic gradient descent on random features, in the limit of small steps.  Where the
kernel grows, X has a factor kappa(t) that eq. 82 does not have: feature learning after a noisy step amplifies the
remaining noise.

Two effects of the same order in eta/B are left out.  Where the kernel grows, noise moves the mean of the readout, and
the kernel with it; this is not a variance, and `two_time.online` includes it for some thousand steps.  And a batch of
Gaussian features also kicks along the target, by mu_j y_j^2 (1 - phi_j)^2 beside mu_j L(s).  No mean field contains
this four-point part; relative to the rest it is as large as the share of the loss in a single mode.

The variance of a mode relaxes under a force, as in `collocation`: on a step of the clock L + X is a polynomial through
its values at Radau's nodes, modes move exactly, and the values solve a linear system.  Steps grow with the clock.  The
error is the change when each step is cut in two, plus the errors of the flow and of both spectra's rules.

Where the kernel or eta/B is too large for stability, X grows exponentially, and no curve is returned.
"""

from __future__ import annotations

from itertools import pairwise
from math import inf

import numpy as np
from numpy.typing import ArrayLike

from exponents.errors import InputError, NotSolved

from ..arrays import Reals
from ..curves import LossCurve
from ..inputs import check_richness, check_temperature, check_times
from ..spectra.spectrum import Spectrum
from .collocation import AT_NODES, NODES, STAGES
from .solver import solve_flow
from .trajectory import Flow, States

FIRST, RATIO = 0.1, 1.5
"""The first step, in units of one over the largest eigenvalue, and the ratio of the ends of the later ones."""

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
) -> LossCurve:
    """Solve for the loss of the flow with the variance that batches add to it.

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

    Returns
    -------
    LossCurve
        With clock, kernel and variance.  The variance states its error.  The error of the flow's loss is not estimated:
        ``error`` is NaN.

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
    >>> curve = noisy_curve(measure, measure, gamma=0.0, temperature=0.01, times=[1, 10])
    >>> curve.loss.round(6).tolist(), curve.variance.round(6).tolist()
    ([0.218996, 0.01363], [0.001788, 9.7e-05])
    """
    gamma, t = check_richness(gamma), check_times(times)
    check_temperature(temperature)
    if t[0] <= 0:
        raise InputError("noise needs times above 0; got 0; begin later")
    if not until > 0:
        raise InputError(f"batches must be finite until a clock above 0; got {until}; try 1")
    flow = solve_flow(target, gamma, float(t[-1]), TOLERANCE)
    coarse, variance = (variance_along(flow, trace, temperature, t, until, halved) for halved in (False, True))
    rest = target.error + trace.error + ROUNDING + (TOLERANCE if gamma else 0.0)
    states, clock = _read_states(flow, t)
    loss = states.residual**2 @ target.weights + target.floor
    return LossCurve(
        time=t,
        loss=loss + variance,
        error=np.full(len(t), np.nan),
        start=target.variance,
        observed={"clock": clock, "kernel": states.kernel, "variance": variance},
        errors={"variance": np.abs(variance - coarse) + rest * variance},
        settings={"gamma": gamma, "temperature": temperature},
    )


def variance_along(
    flow: Flow,
    trace: Spectrum,
    temperature: float,
    times: Reals,
    until: float = inf,
    halved: bool = False,
) -> Reals:
    """Return the variance X along a solved flow.

    Parameters
    ----------
    flow : Flow
        Solved up to the last time.
    trace, temperature, times, until
        As for `noisy_curve`; they are not checked.
    halved : bool
        Whether to cut each step in two.

    Returns
    -------
    array of shape (times,)

    Raises
    ------
    NotSolved
        If noise feeds on itself for longer than a step.

    Examples
    --------
    >>> measure = Spectrum(np.array([1.0, 0.1]), np.array([1.0, 0.1]))
    >>> flow = solve_flow(measure, 0.0, 10.0, 1e-8)
    >>> variance_along(flow, measure, 0.01, np.array([1.0, 10.0])).round(6).tolist()
    [0.001788, 9.7e-05]
    """
    _, clock = _read_states(flow, times)
    rates, pull = 2 * trace.eigenvalues, trace.weights * trace.eigenvalues
    edges = _place_edges(FIRST / float(trace.eigenvalues[0]), clock, until)
    if halved:
        edges = np.sort(np.append(edges, (edges[1:] + edges[:-1]) / 2))
    lengths = np.diff(edges)
    nodes = edges[:-1, None] + lengths[:, None] * NODES
    kernel, loss = _read_loss(flow, nodes.ravel())
    memory, found = np.zeros(len(rates)), np.zeros(len(edges))  # each mode's variance over eta/B; X at the ends
    for step, length in enumerate(lengths):
        part = slice(step * STAGES, (step + 1) * STAGES)
        strength = temperature * kernel[part]  # (eta/B) kappa(t)
        decay = np.exp(-np.multiply.outer(NODES * length, rates))  # e^{-2 mu (tau - tau_s)}
        noise = strength * ((decay * memory) @ pull)  # from kicks before this step
        memory = decay[-1] * memory
        if edges[step] < until:
            weights = AT_NODES.weights(rates * length, len(rates)) * length
            response = strength[:, None] * (weights @ pull).T  # X at a node by L + X at the nodes
            gain = float(response.sum(axis=1).max())
            if gain >= 1:
                raise NotSolved(
                    f"noise feeds on itself from t = {_read_time(flow, edges[step]):.3g} on: what it adds on a "
                    f"step makes {gain:.3g} times as much again, and only less than 1 is stable; take a smaller eta/B "
                    "or less time"
                )
            noise = np.linalg.solve(np.eye(STAGES) - response, noise + response @ loss[part])
            memory += (loss[part] + noise) @ weights[:, -1]
        found[step + 1] = noise[-1]
    return found[np.searchsorted(edges, clock)]


def _read_states(flow: Flow, times: Reals) -> tuple[States, Reals]:
    """Return states and clock at ``times``; beyond the horizon only the clock runs on."""
    states = flow.at(np.minimum(times, flow.horizon))
    return states, states.clock + states.kernel * (times - states.time)


def _read_time(flow: Flow, clock: float) -> float:
    """Return the time at which the clock shows ``clock``, or the last known time."""
    return float(flow.at_clock(np.minimum(np.array([clock]), flow.clock[-1])).time[0])


def _place_edges(first: float, clock: Reals, until: float) -> Reals:
    """Return the ends of steps: 0, the clocks asked for, the end of noise, and more, for ratios below `RATIO`."""
    last = float(clock[-1])
    wanted = np.unique(np.concatenate([[min(first, last), min(until, last)], clock]))
    between = np.ceil(np.diff(np.log(wanted)) / np.log(RATIO))
    filled = [
        np.geomspace(low, high, int(count) + 1)[1:]
        for (low, high), count in zip(pairwise(wanted), between, strict=True)
    ]
    return np.concatenate([[0.0], wanted[:1], *filled])


def _read_loss(flow: Flow, clock: Reals) -> tuple[Reals, Reals]:
    """Return kappa and L where the clock shows ``clock``; where L is below double precision, the floor."""
    inside = clock <= flow.clock[-1]
    states = flow.at_clock(clock[inside])
    kernel = np.full(len(clock), states.kernel[-1])
    loss = np.full(len(clock), flow.measure.floor)
    kernel[inside], loss[inside] = states.kernel, states.residual**2 @ flow.measure.weights + flow.measure.floor
    return kernel, loss
