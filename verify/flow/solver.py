"""How is the flow solved to any horizon?  As relaxing modes under a common force, one step after another.

In the clock tau, and with h = kappa^{-1/2} and r = h (1 - phi), the flow of `curve` is

    dr/dtau = -g - mu r,      r(0) = 1,           every mode relaxes under one common force g = -dh/dtau,
    g = gamma h^3 int p (h - r) r,                the force is one integral over the modes,
    dt = h^2 dtau.

The equations are linear in r, with one unknown scalar function g.  On a step g is a polynomial through its values at
collocation nodes, and Newton's method solves for these values; the modes follow exactly (`collocation`).  g is a power
law most of the time, so steps grow in proportion to tau, and their number rises with the logarithm of the horizon.  The
last Legendre coefficients of the force say how long a step may be.

Each step is taken in units of the h at its start; gamma becomes gamma h^4 in them.  A small error of phi grows as 1/h,
so a small quantity must be known to its own accuracy: a mode is followed in h - r = h phi while less than half of it is
learned, and in r afterwards.

Only modes with mu tau between `UNMOVED` and `SLAVED` are followed.  The faster ones enter the force through their sum
of p/mu, the slower ones not at all, so that a step costs the same at any time.

Consistency check (not used in the solution): kappa (kappa - 1) = gamma int (p/mu) phi^2 at the end of every step.

Layout: modes along the last axis, falling in mu.  Cost: about eight steps per factor ten in time, a few hundred
operations per mode and step.  Memory: one state per step.

Map: `solve_flow` is the entry, `_solve_lazy` has gamma = 0 in closed form.  `_march` takes steps: `_find_step` tries
lengths until one is short enough, `_solve_force` finds g on it, `_advance` moves the state to its end,
`_measure_violation` checks it, `_fit_length` gives the next length.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf, log, sqrt

import numpy as np

from exponents.errors import FlowFailed, Unresolved

from ..arrays import Reals
from ..spectra.spectrum import SMALLEST, Spectrum
from .collocation import AT_END, AT_NODES, NODES, STAGES, integrate_basis, roughness, squared_integral
from .step import Step, start_step
from .trajectory import Flow

ROUGHNESS = 1e4
"""Allowed roughness of the force on a step, over the tolerance: found by comparison with much finer solutions."""

FIRST = 0.4
"""Length of the first step, in units of the shorter time scale (fastest mode, kernel's growth) and of a power of the
allowed roughness."""

GROWTH = (0.2, 2.5)
"""Bounds of the factor by which the length of a step changes."""

NEWTON = 12
"""Most iterations of Newton's method; three are usual."""

CONVERGED = 1e-13
"""Relative change of the force at which Newton's method stops."""

CONSERVED = 1e-5
"""Largest allowed violation of the conservation law, relative to kappa^2."""

STEPS = 100_000
"""Steps after which the solver gives up; a hundred factors of ten in time take about a thousand."""

HALVINGS = 60
"""Shortenings of a step in a row after which the solution has failed."""

ROUNDING = 1e-12
"""Shortest step, over the clock: the length of a shorter one would be rounding."""

EXHAUSTED = 1e-280
"""Loss above the floor at which double precision ends."""


def solve_flow(measure: Spectrum, gamma: float, horizon: float, tolerance: float, clock: float = inf) -> Flow:
    """Solve the flow on a spectrum up to time ``horizon``, or until its clock shows ``clock``.

    The numbers are trusted: `flow_curve` and the other entries check them.

    Parameters
    ----------
    measure : Spectrum
    gamma : float
        Richness, at least 0.
    horizon : float
        Last time, at least 0, in units of 1/(learning rate).
    tolerance : float
        Aimed-at relative error of the loss.
    clock : float
        Last clock.

    Returns
    -------
    Flow
        It can be read at any time up to its horizon, which falls short of ``horizon`` where double precision ends.

    Raises
    ------
    Unresolved
        If the clock runs further than the spectrum is resolved.
    FlowFailed
        If a step cannot be solved however short, or the conservation law is violated.

    Examples
    --------
    >>> flow = solve_flow(Spectrum(np.array([1.0, 0.1]), np.array([1.0, 0.5])), 1.0, 10.0, 1e-8)
    >>> flow.horizon > 10, flow.violation < 1e-10
    (True, True)
    """
    if gamma > 0:
        return _march(measure, gamma, horizon, tolerance, clock)
    return _solve_lazy(measure, min(horizon, clock))


def _solve_lazy(measure: Spectrum, horizon: float) -> Flow:
    """Return the flow at gamma = 0: no force, h = 1 and the clock is time, up to the end of double precision."""
    if horizon > measure.largest_clock:
        raise _unresolved(measure, measure.largest_clock)
    ends = np.log(measure.weights / EXHAUSTED) / (2 * measure.eigenvalues)  # where each mode alone is exhausted
    last = max(min(horizon, float(ends.max())), SMALLEST)
    edges = np.array([0.0, last])
    decay = np.multiply.outer(-edges, measure.eigenvalues)
    force = np.zeros((1, STAGES))
    return Flow(measure, 0.0, edges, edges, np.ones(2), -np.expm1(decay), np.exp(decay), force, 0.0)


@dataclass
class _State:
    """Where the solution stands: clock, time, h, phi, 1 - phi, and g/h at the end with its power of tau."""

    clock: float
    time: float
    h: float
    learned: Reals
    residual: Reals
    force: float
    power: float

    @property
    def row(self) -> tuple[float, float, float, Reals, Reals]:
        return self.clock, self.time, self.h, self.learned, self.residual


def _march(measure: Spectrum, gamma: float, horizon: float, tolerance: float, clock: float) -> Flow:
    """Take steps up to the horizon."""
    mu, p = measure.eigenvalues, measure.weights
    limit = min(ROUGHNESS * tolerance, 0.1)
    growth = gamma * float(p @ mu)  # g = growth tau at first
    state = _State(0.0, 0.0, 1.0, np.zeros(len(mu)), np.ones(len(mu)), growth, 1.0)
    followers = np.concatenate([[0.0], np.cumsum(p / mu)])  # int p/mu over slaved modes
    length = FIRST * limit ** (1 / STAGES) * min(1 / mu[0], 1 / sqrt(growth))
    rows, violation = [state.row], 0.0
    forces: list[Reals] = []
    while (state.time < horizon and state.clock < clock) or not forces:
        if state.clock > measure.largest_clock:
            raise _unresolved(measure, state.time)
        if len(forces) == STEPS:
            message = f"the flow took {STEPS} steps and came to t = {state.time:.6g}; try a larger tolerance"
            raise FlowFailed(message, state.time, violation)
        step, found, rough = _find_step(measure, gamma, state, length, limit, followers)
        state = _advance(step, state, found)
        if forces and float(state.residual**2 @ p) < EXHAUSTED:
            break
        rows.append(state.row)
        forces.append(found)
        violation = max(violation, _measure_violation(measure, gamma, state))
        if violation > CONSERVED or not np.isfinite(state.time):
            message = f"the conservation law of the flow is violated by {violation:.1e} at t = {state.time:.6g}"
            raise FlowFailed(f"{message}; try a smaller tolerance", state.time, violation)
        length = step.length * _fit_length(rough, limit, GROWTH[1])
    clocks, times, h, learned, residual = (np.array(column) for column in zip(*rows, strict=True))
    force = np.array(forces).reshape(-1, STAGES)
    return Flow(measure, gamma, clocks, times, h, learned, residual, force, violation)


def _find_step(
    measure: Spectrum, gamma: float, state: _State, length: float, limit: float, followers: Reals
) -> tuple[Step, Reals, float]:
    """Return a step, its force and the roughness of the force, after shortening the step until that is below 4 limit.

    Raises
    ------
    FlowFailed
        If no length is short enough.
    """
    shortened = 0
    while True:
        step = start_step(measure, state.clock, length, state.learned, AT_NODES)
        found, left = _solve_force(step, float(followers[step.span.start]), gamma, state)
        rough = roughness(found) if found is not None else inf
        too_short = length < ROUNDING * state.clock
        if not (found is None or rough > 4 * limit or too_short):
            return step, found, rough
        shortened += 1
        if shortened > HALVINGS or too_short:
            message = (
                f"the flow could not be solved beyond t = {state.time:.6g}: a step of {length:.1e} in the clock left "
                f"a residual of {left:.1e}; try another tolerance"
            )
            raise FlowFailed(message, state.time, left)
        length *= _fit_length(rough, limit, 1.0)


def _fit_length(rough: float, limit: float, most: float) -> float:
    """Return the factor on a step's length at which its force would be as rough as allowed, between bounds."""
    return min(most, max(GROWTH[0], 0.9 * (limit / max(rough, 1e-16)) ** (1 / (STAGES - 1))))


def _solve_force(step: Step, followers: float, gamma: float, state: _State) -> tuple[Reals | None, float]:
    """Return the force at the nodes of the next step and the last change, with no force if Newton's method fails.

    What is followed of a mode, x = r or h - r, and h are linear in the force g.  So the equation
    g = gamma h_0^4 h^3 (int p x (h - x) - g h int p/mu), the last integral over slaved modes (``followers``), has an
    exact Jacobian.
    """
    richness = gamma * state.h**4
    p, weights, length = step.part.weights, step.weights, step.length
    flat, pulled, areas = weights.reshape(STAGES, -1), weights @ p, integrate_basis(NODES) * length
    free, pulled = step.free(state.learned, state.residual), pulled + followers * np.eye(STAGES)
    ahead = state.clock + NODES * length
    # first guess: the power law of the last step, or g = growth tau
    force = state.force * (ahead / state.clock) ** state.power if state.clock > 0 else state.force * ahead
    change = inf
    for _ in range(NEWTON):
        x = free - (force @ flat).reshape(STAGES, -1)
        h = 1 - force @ areas
        first, second = x @ p - followers * force, x**2 @ p
        wanted = richness * h**3 * (h * first - second)  # the right side
        by_h = richness * h**2 * (4 * h * first - 3 * second)  # its derivatives by h and, through x, by g
        by_x = richness * h**3 * (2 * np.einsum("in,jin->ji", x * p, weights) - h * pulled)
        more = np.linalg.solve(np.eye(STAGES) - (by_x - by_h * areas).T, wanted - force)
        force = force + more
        size = float(np.abs(force).max())
        change = float(np.abs(more).max()) / size if size > 0 else 0.0
        if not change < inf:
            return None, change
        if change < CONVERGED:
            return (force, change) if (1 - force @ areas).min() > 0 else (None, inf)
    return None, change


def _advance(step: Step, state: _State, force: Reals) -> _State:
    """Return the state at the end of a step with this force; the end is the last node."""
    end = replace(step, response=AT_END, weights=step.weights[:, -1:])
    learned, residual, h, rate = end.states(state.learned, state.residual, force)
    elapsed = step.length * state.h**2 * float(squared_integral(force * step.length, AT_END.points)[0])  # int h^2 dtau
    clock = state.clock + step.length
    last, before = abs(force[-1]), abs(force[-2])
    power = log(last / before) / log(clock / (state.clock + NODES[-2] * step.length)) if last > 0 < before else 0.0
    return _State(clock, state.time + elapsed, state.h * float(h[0]), learned[0], residual[0], float(rate[0]), power)


def _measure_violation(measure: Spectrum, gamma: float, state: _State) -> float:
    """Return by how much kappa (kappa - 1) and gamma int (p/mu) phi^2 differ, relative to kappa^2."""
    norm = float(state.learned**2 @ (measure.weights / measure.eigenvalues))
    return abs(1 - state.h**2 - gamma * norm * state.h**4)


def _unresolved(measure: Spectrum, time: float) -> Unresolved:
    return Unresolved(
        f"the clock ran beyond {measure.largest_clock:.3g} at t = {time:.6g}, further than the spectrum is resolved; "
        "build it with a larger clock",
        time,
        measure.largest_clock,
    )
