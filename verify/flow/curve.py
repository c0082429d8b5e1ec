"""How does the loss fall under gradient flow at B = infinity, on any spectrum and to any time?

The two-layer model of eq. 4 keeps B B^T - gamma w w^T = I, so that its state is one function phi of the eigenvalue, the
learned fraction of a mode, and two scalars (kappa, c).  They obey

    dphi/dt = kappa mu (1 - phi) + c phi,     kappa = (1 + sqrt(1 + 4 gamma U))/2,    c = gamma S/kappa,
    U = int (p/mu) phi^2,     S = int p phi (1 - phi),     L = floor + int p (1 - phi)^2.

Differentiating kappa (kappa - 1) = gamma U gives dkappa/dt = 2 c kappa, so c follows from kappa.  In the clock
tau = int kappa dt all modes relax under one common force, and `solver` finds it.  gamma = 0 is exact.

Every curve is solved twice, and states the difference as its error (`error_estimate`), plus the error of the spectrum's
own rule.
"""

from __future__ import annotations

from math import nan

import numpy as np
from numpy.typing import ArrayLike

from exponents.errors import InputError
from exponents.names import SpectrumKind, require_type

from ..arrays import Reals
from ..curves import LossCurve
from ..inputs import check_richness, check_times
from ..model import Exact, Model
from ..spectra.power_law import power_law_spectrum
from ..spectra.spectrum import SMALLEST, Spectrum
from .clock import estimate_clock, solve_deep_enough
from .error_estimate import SLOPES, add_probes, check_tolerance, largest_nearby, pair_tolerances, round_loss
from .observables import find_frontier, observe
from .solver import solve_flow

WITH_ERRORS = ("kernel", "clock", "readout", "correlation", "loss_slope", "kernel_slope", "readout_slope")
"""Quantities whose error a curve states, beside the loss."""

TOLERANCE = 3e-8
"""Aimed-at relative error of the loss.  The curve states the error that was reached."""


def flow_curve(measure: Spectrum, gamma: float, times: ArrayLike, tolerance: float = TOLERANCE) -> LossCurve:
    """Solve the flow on a spectrum and return its curve, with errors.

    Parameters
    ----------
    measure : Spectrum
        Eigenvalues mu and weights p = mu y^2.
    gamma : float
        Richness, at least 0.
    times : array of shape (times,)
        Rising, at least 0, in units of 1/(learning rate).
    tolerance : float
        Aimed-at relative error of the loss.

    Returns
    -------
    LossCurve
        With kernel, clock, readout, correlation, learned_norm, frontier, loss_slope, kernel_slope and readout_slope.
        loss_slope is NaN where double precision holds nothing of the loss above its floor.

    Raises
    ------
    InputError
        If gamma, the times or the tolerance are outside their range, or the loss at the last time is below double
        precision.
    Unresolved
        If the clock runs further than the spectrum is resolved.
    FlowFailed
        If a step of the flow could not be solved.

    Examples
    --------
    >>> measure = Spectrum(np.array([1.0, 0.1]), np.array([1.0, 0.5]))
    >>> curve = flow_curve(measure, 1.0, [0, 1, 10])
    >>> curve.loss.round(6).tolist(), curve.kernel.round(6).tolist()
    ([1.5, 0.447364, 0.001281], [1.0, 1.442027, 2.900872])
    """
    require_type(measure, Spectrum, "the spectrum", "make one with power_law_spectrum('3/2', '1/2')")
    gamma, t = check_richness(gamma), check_times(times)
    check_tolerance(tolerance)
    first, second = (solve_flow(measure, gamma, float(t[-1]), own) for own in pair_tolerances(tolerance))
    horizon = min(first.horizon, second.horizon)
    if horizon < t[-1] and measure.floor == 0:
        raise InputError(
            f"the loss falls out of double precision at t = {horizon:.3g}; got t = {t[-1]:.3g}; ask for less "
            "time or a spectrum with more modes"
        )
    seen = np.minimum(t, horizon)  # beyond, only the floor is left
    probes, places = add_probes(seen)
    states = first.at(probes)
    found, other = observe(measure, states), observe(measure, second.at(probes))

    def error(name: str) -> Reals:
        value, apart = np.abs(found[name]), np.abs(found[name] - other[name])
        if name.endswith("slope"):
            return largest_nearby(apart, places) + SLOPES * measure.error
        apart = apart / (value + SMALLEST)
        if name in ("kernel", "clock"):  # late the kernel may be constant, and a difference stay near zero
            apart = np.maximum.accumulate(apart)
        return (largest_nearby(apart, places) + measure.error) * value[places]

    observed = {name: values[places] for name, values in found.items()}
    observed["clock"] = observed["clock"] + observed["kernel"] * (t - seen)
    observed["loss_slope"] = np.where(t > horizon, nan, observed["loss_slope"])  # of the loss above the floor
    observed["frontier"] = np.array([find_frontier(measure.eigenvalues, row) for row in states.learned[places]])
    return LossCurve(
        time=t,
        loss=observed.pop("loss"),
        error=error("loss") + round_loss(found["loss"][places], measure.variance, measure.floor),
        start=measure.variance,
        floor=measure.floor,
        observed=observed,
        errors={name: error(name) for name in WITH_ERRORS},
        settings={"gamma": gamma, "tolerance": tolerance},
    )


def limit_curve(
    alpha: Exact,
    beta: Exact,
    gamma: float,
    times: ArrayLike,
    spectrum: SpectrumKind = "continuum",
    modes: int | None = None,
    tolerance: float = TOLERANCE,
) -> LossCurve:
    """Solve the flow in the limit N, B -> infinity on the spectrum of eq. 42, resolved as deep as its clock runs.

    Parameters
    ----------
    alpha, beta : exact number
        Capacity > 1 and source > 0: an int, a Fraction, or text such as "3/2".
    gamma : float
        Richness, at least 0; 0 is lazy.
    times : array of shape (times,)
        Rising, at least 0, in units of 1/(learning rate).
    spectrum : {"continuum", "modes"}
        Eigenvalues k^(-alpha) for all real k >= 1, or for whole numbers k.
    modes : int, optional
        The number of modes; None is infinite.
    tolerance : float
        Aimed-at relative error of the loss.

    Returns
    -------
    LossCurve
        As of `flow_curve`.

    Raises
    ------
    InputError
        If an argument is outside its range, or the loss at the last time is below double precision.
    FlowFailed
        If a step of the flow could not be solved.

    Examples
    --------
    >>> curve = limit_curve("3/2", "1/2", gamma=1, times=[1e2, 1e6])
    >>> curve.loss.round(6).tolist(), (curve.error < 1e-6 * curve.loss).all().item()
    ([0.035648, 8e-05], True)
    """
    model = Model(alpha, beta, gamma, spectrum, modes)
    capacity, source = model.exponents
    t = check_times(times)
    clock = estimate_clock(float(capacity), float(source), model.gamma, float(t[-1]))

    def solver(reached: float) -> LossCurve:
        return flow_curve(power_law_spectrum(capacity, source, reached, spectrum, modes), model.gamma, t, tolerance)

    return solve_deep_enough(solver, clock)
