"""What does a linear network of two layers do at infinite width, under gradient flow?  The same as the flow of eq. 4.

The model of Appendix G (eq. 84-85) is f(x) = w . (A x)/Gamma, less its value at the start, for x ~ N(0, Lambda).  A
has N x M entries N(0, 1), w has N entries N(0, sigma^2).  With Gamma = gamma0 N, the learning rate eta gamma0^2 N,
v0 = w* - (A^T w - A0^T w0)/(gamma0 N) and g = Lambda v0, it obeys in the time eta x step

    dw/dt = gamma0 A g,     dA/dt = gamma0 w g^T.

At all times A = A0 Y + w0 r^T and w = s w0 + A0 p.  With A0^T A0/N = 1, A0^T w0/N = 0 and |w0|^2/N = sigma^2 at
N = infinity,

    Y' = gamma0 p g^T,     p' = gamma0 Y g,     r' = gamma0 s g,     s' = gamma0 r . g.

Y Y^T - p p^T = 1 and s^2 - |r|^2 = 1 are conserved.  So Y^T Y = 1 + gamma0^2 U U^T with U = Y^T p/(gamma0 sqrt(kappa))
and kappa = 1 + |p|^2 = 1 + gamma0^2 |U|^2.  Differentiating U, and R = r/gamma0,

    U' = sqrt(1 + gamma0^2 |U|^2) g,     R' = sqrt(1 + gamma0^2 |R|^2) g,

and both start from 0: U = R and s^2 = kappa.  Then A^T w/N = Y^T p + sigma^2 s r gives w* - v0 = (1 + sigma^2)
sqrt(kappa) R.  The flow of eq. 4 is U' = sqrt(kappa) Lambda (w* - sqrt(kappa) U) with kappa = 1 + gamma |U|^2.  It is
the flow of (1 + sigma^2) R with

    gamma = gamma0^2/(1 + sigma^2)^2     and its time     (1 + sigma^2) t.

The loss and kappa are those of `flow.curve` there, and

    |w|^2/N = (1 + sigma^2) kappa - 1,     A^T A/N = 1 + (1 + sigma^2)(kappa - 1) e e^T,     e along w* - v0.

The features learn one spike of rank one.  The kernel A^T A/N + |w|^2/N is (1 + sigma^2) kappa across e, and
(1 + sigma^2)(2 kappa - 1) along it.

Where M grows with N so that M/N = c, the loss is the same: A0^T A0/N - 1 adds to v0 a vector that is spread over all
modes, and Lambda leaves a part of order 1/N.  But the rows of A are then N samples of M numbers whose covariance is the
A^T A/N above.  Its other eigenvalues spread up to (1 + sqrt(c))^2, and its spike moves: see `spike_at_finite_ratio`.

Layout: arrays of shape (times,).  Cost, memory and errors are those of `flow.curve`.
"""

from __future__ import annotations

from dataclasses import replace
from math import inf, sqrt

import numpy as np
from numpy.typing import ArrayLike

from exponents.errors import InputError
from exponents.names import SpectrumKind
from exponents.rationals import abbreviate

from ..arrays import Reals
from ..curves import LossCurve
from ..flow.curve import TOLERANCE, flow_curve, limit_curve
from ..inputs import check_times
from ..model import Exact
from ..spectra.spectrum import Spectrum
from ..training.linear_ensemble import check_linear

LATEST = 1e290
"""Largest time, so that 1 + sigma^2 times it is in double precision."""


def linear_curve(
    measure: Spectrum, gamma0: float, times: ArrayLike, init: float = 1.0, tolerance: float = TOLERANCE
) -> LossCurve:
    """Solve the network of infinite width on any spectrum.

    Parameters
    ----------
    measure : Spectrum
        Eigenvalues of Lambda and weights of the target.
    gamma0, times, init, tolerance
        As in `linear_limit_curve`.

    Returns
    -------
    LossCurve
        As of `linear_limit_curve`.

    Raises
    ------
    InputError
        If an argument is outside its range, or the loss at the last time is below double precision.
    Unresolved
        If the clock runs further than the spectrum is resolved.
    FlowFailed
        If a step of the flow could not be solved.

    Examples
    --------
    >>> measure = Spectrum(np.array([1.0, 0.1]), np.array([1.0, 0.5]))
    >>> linear_curve(measure, 1.0, [0, 1]).loss.round(6).tolist()
    [1.5, 0.320792]
    """
    richness, own, t = _map_to_flow(gamma0, init, times)
    return _map_back(flow_curve(measure, richness, own, tolerance), t, richness, float(init))


def linear_limit_curve(
    alpha: Exact,
    beta: Exact,
    gamma0: float,
    times: ArrayLike,
    init: float = 1.0,
    spectrum: SpectrumKind = "continuum",
    modes: int | None = None,
    tolerance: float = TOLERANCE,
) -> LossCurve:
    """Solve the network of infinite width on the spectrum of eq. 42.

    Parameters
    ----------
    alpha, beta : exact number
        Capacity > 1 and source > 0: an int, a Fraction, or text such as "3/2".
    gamma0 : float
        Richness, at least 0; 0 is the lazy limit.
    times : array of shape (times,)
        Rising, at least 0, in units of one over eta and the first eigenvalue.
    init : float
        sigma, the scale of the readout at the start, at least 0.
    spectrum : {"continuum", "modes"}
        Eigenvalues k^(-alpha) for all real k >= 1, or for whole numbers k.
    modes : int, optional
        M; None is infinite.
    tolerance : float
        Aimed-at relative error of the loss.

    Returns
    -------
    LossCurve
        With kernel (kappa; the kernel across the learned direction is (1 + sigma^2) kappa), readout, spike, and the
        slopes of these and of the loss, each with its error.  ``settings["richness"]`` is gamma of the equivalent flow
        of eq. 4.

    Raises
    ------
    InputError
        If an argument is outside its range.  Messages on times state times of the flow, which are 1 + sigma^2 times
        larger.
    FlowFailed
        If a step of the flow could not be solved.

    Examples
    --------
    >>> curve = linear_limit_curve(2, "1/2", 1.0, [0, 1, 100])
    >>> curve.spike.round(4).tolist()
    [1.0, 1.2547, 4.98]
    """
    richness, own, t = _map_to_flow(gamma0, init, times)
    return _map_back(limit_curve(alpha, beta, richness, own, spectrum, modes, tolerance), t, richness, float(init))


def spike_at_finite_ratio(spike: ArrayLike, ratio: float) -> Reals:
    """Return the largest eigenvalue of A^T A/N where M/N tends to ``ratio`` as both grow.

    A spike 1 + l is seen at (1 + l)(1 + c/l) for the ratio c, if l^2 > c; else the bulk hides it.

    Parameters
    ----------
    spike : array
        Largest eigenvalue of the covariance of the rows of A, at least 1: ``spike`` of a curve of infinite width.
    ratio : float
        c = M/N, at least 0.

    Raises
    ------
    InputError
        If a spike is below 1, or the ratio is negative or not finite.

    Examples
    --------
    >>> spike_at_finite_ratio([1.5, 3.0], 1.0).tolist()
    [4.0, 4.5]
    """
    above = np.asarray(spike, float) - 1
    if not (np.isfinite(above) & (above >= 0)).all() or not 0 <= ratio < inf:
        raise InputError(
            f"a spike must be at least 1, and M/N at least 0; got {abbreviate(spike)} and {ratio}; try 2 and 1"
        )
    edge = sqrt(ratio)
    l = np.maximum(above, edge if edge > 0 else 1.0)
    return np.asarray((1 + np.maximum(above, edge)) * (1 + ratio / l))


def _map_to_flow(gamma0: float, init: float, times: ArrayLike) -> tuple[float, Reals, Reals]:
    """Return gamma of the flow, its times (1 + sigma^2) t, and t."""
    rich, sigma = check_linear(gamma0, init)
    speed, t = 1 + sigma**2, check_times(times)
    if t[-1] > LATEST:
        raise InputError(f"times may be at most {LATEST:.0e}; got {t[-1]:g}; ask for less time")
    return (rich / speed) ** 2, speed * t, t


def _map_back(flow: LossCurve, time: Reals, richness: float, init: float) -> LossCurve:
    """Return the network's curve: readout and spike are their start plus (1 + sigma^2)(kappa - 1)."""
    kept = ("kernel", "loss_slope", "kernel_slope")
    observed, errors = ({name: values[name] for name in kept} for values in (flow.observed, flow.errors))
    scale, slope = (1 + init**2) * richness, flow.readout_slope
    grown, error = scale * flow.readout, scale * flow.readout_error
    for name, start in (("readout", init**2), ("spike", 1.0)):
        value = start + grown
        with np.errstate(invalid="ignore", divide="ignore"):  # a readout may be 0
            share = grown / value
            slopes = share * slope
            of_slopes = share * flow.readout_slope_error + (1 - share) * error / value * np.abs(slope)
        known = (grown > 0) | (value == 0)
        observed[name], errors[name] = value, error
        observed[f"{name}_slope"] = np.where(known, slopes, 0.0)
        errors[f"{name}_slope"] = np.where(known, of_slopes, 0.0)
    return replace(
        flow,
        time=time,
        observed=observed,
        errors=errors,
        settings={**flow.settings, "richness": richness, "init": init},
    )
