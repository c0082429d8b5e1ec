"""What does a linear network of two layers do at infinite width, under gradient flow?  What the flow of eq. 4 does.

The model of Appendix G (eq. 84-85) is f(x) = w . (A x)/Gamma, less what it is at the start, for x ~ N(0, Lambda).  A
has N x M entries N(0, 1), w has N entries N(0, sigma^2).  With Gamma = gamma0 N, the learning rate eta gamma0^2 N,
v0 = w* - (A^T w - A0^T w0)/(gamma0 N) and g = Lambda v0, it obeys in the time eta x step

    dw/dt = gamma0 A g,     dA/dt = gamma0 w g^T.

Both stay A = A0 Y + w0 r^T and w = s w0 + A0 p, where at N = infinity A0^T A0/N = 1, A0^T w0/N = 0, |w0|^2/N = sigma^2:

    Y' = gamma0 p g^T,     p' = gamma0 Y g,     r' = gamma0 s g,     s' = gamma0 r . g.

Y Y^T - p p^T = 1 and s^2 - |r|^2 = 1 are conserved.  So Y^T Y = 1 + gamma0^2 U U^T with U = Y^T p/(gamma0 sqrt(kappa))
and kappa = 1 + |p|^2 = 1 + gamma0^2 |U|^2.  Differentiating U, and R = r/gamma0,

    U' = sqrt(1 + gamma0^2 |U|^2) g,     R' = sqrt(1 + gamma0^2 |R|^2) g,

from 0 both: U = R and s^2 = kappa.  Then A^T w/N = Y^T p + sigma^2 s r gives w* - v0 = (1 + sigma^2) sqrt(kappa) R.
The flow of eq. 4 is U' = sqrt(kappa) Lambda (w* - sqrt(kappa) U), kappa = 1 + gamma |U|^2: that of (1 + sigma^2) R,
with

    gamma = gamma0^2/(1 + sigma^2)^2     and its time     (1 + sigma^2) t.

The loss and kappa are those of `flow` there, and

    |w|^2/N = (1 + sigma^2) kappa - 1,     A^T A/N = 1 + (1 + sigma^2)(kappa - 1) e e^T,     e along w* - v0.

What was learned is one spike of rank one in the features.  The kernel is A^T A/N + |w|^2/N: (1 + sigma^2) kappa across
e, and (1 + sigma^2)(2 kappa - 1) along it.

Where M grows with N, to M/N = c, the loss is the same: what A0^T A0/N - 1 adds to v0 is spread over all modes, and
Lambda leaves of it a part of order 1/N.  But the rows of A are then N samples of M numbers whose covariance is the
A^T A/N above.  Its other eigenvalues spread up to (1 + sqrt(c))^2, and its spike is seen at another place: see `seen`.

Layout: arrays of shape (times,).  Cost, memory and errors: those of `flow`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf, sqrt

import numpy as np
from numpy.typing import ArrayLike

from exponents.errors import InputError
from exponents.names import SpectrumKind
from exponents.rationals import abbreviate

from ..arrays import Reals
from ..flow import curve as flow
from ..inputs import check_times
from ..spectra.spectrum import Spectrum
from ..training.linear_inputs import check_linear

WITH_ERRORS = ("loss", "kernel", "readout", "spike", "loss_slope", "kernel_slope", "readout_slope", "spike_slope")
"""What a `LinearCurve` states an error of."""

LATEST = 1e290
"""Of times, so that 1 + sigma^2 times more is in double precision."""


@dataclass(frozen=True)
class LinearCurve:
    """What is observed at infinite width, each an array of shape (times,).

    Attributes
    ----------
    time : array
        t, in units of one over eta and the first eigenvalue.
    loss : array
        In units of the target's variance, as in `flow.Curve`.
    kernel : array
        kappa, 1 at the start; the kernel across what was learned is (1 + sigma^2) kappa.
    readout : array
        |w|^2/N, sigma^2 at the start.
    spike : array
        The largest eigenvalue of A^T A/N, 1 at the start as all others are for ever.
    loss_slope, kernel_slope, readout_slope, spike_slope : array
        d ln / d ln t, of the loss above its floor; NaN for a readout that is 0.
    richness : float
        gamma of the flow of eq. 4 that this is.
    errors : mapping of str to array
        Estimated error of each of `WITH_ERRORS`, by name.
    """

    time: Reals
    loss: Reals
    kernel: Reals
    readout: Reals
    spike: Reals
    loss_slope: Reals
    kernel_slope: Reals
    readout_slope: Reals
    spike_slope: Reals
    richness: float
    errors: Mapping[str, Reals]


def linear_curve(
    measure: Spectrum, gamma0: float, times: ArrayLike, init: float = 1.0, tolerance: float = flow.TOLERANCE
) -> LinearCurve:
    """The network of infinite width on any spectrum; see `limit_curve`."""
    richness, own, t = _mapped(gamma0, init, times)
    return _read(flow.flow_curve(measure, richness, own, tolerance), t, richness, init)


def linear_limit_curve(
    alpha: object,
    beta: object,
    gamma0: float,
    times: ArrayLike,
    init: float = 1.0,
    spectrum: SpectrumKind = "continuum",
    modes: int | None = None,
    tolerance: float = flow.TOLERANCE,
) -> LinearCurve:
    """The network of infinite width on the spectrum of eq. 42.

    Parameters
    ----------
    alpha, beta : exact number
        Capacity > 1 and source > 0.
    gamma0 : float
        Richness, at least 0; 0 is the lazy limit.
    times : array of shape (n,)
        Rising, at least 0.
    init : float
        sigma, the scale of the readout at the start, at least 0.
    spectrum, modes
        See `measure.power_law`.

    Raises
    ------
    InputError
        For what is none of these; see `flow.limit_curve`, too, of whose times messages speak: 1 + sigma^2
        times these.
    FlowFailed
        See `march.solve`.
    """
    richness, own, t = _mapped(gamma0, init, times)
    return _read(flow.limit_curve(alpha, beta, richness, own, spectrum, modes, tolerance), t, richness, init)


def spike_at_finite_ratio(spike: ArrayLike, ratio: float) -> Reals:
    """The largest eigenvalue of A^T A/N where M/N = ``ratio`` as both grow, by that where only N does.

    (1 + l)(1 + c/l) for a spike 1 + l and the ratio c, if l^2 > c; else it is hidden in the bulk.

    Parameters
    ----------
    spike : array
        Largest eigenvalue of the covariance of the rows of A, at least 1: that of `LinearCurve`.

    Raises
    ------
    InputError
        For a spike below 1, or a ratio that is negative or not finite.
    """
    above = np.asarray(spike, float) - 1
    if not (np.isfinite(above) & (above >= 0)).all() or not 0 <= ratio < inf:
        raise InputError(
            f"a spike must be at least 1, and M/N at least 0; got {abbreviate(spike)} and {ratio}; try 2 and 1"
        )
    edge = sqrt(ratio)
    l = np.maximum(above, edge if edge > 0 else 1.0)
    return np.asarray((1 + np.maximum(above, edge)) * (1 + ratio / l))


def _mapped(gamma0: float, init: float, times: ArrayLike) -> tuple[float, Reals, Reals]:
    """gamma of the flow, its times, and t."""
    rich, sigma = check_linear(gamma0, init)
    speed, t = 1 + sigma**2, check_times(times)
    if t[-1] > LATEST:
        raise InputError(f"times may be at most {LATEST:.0e}; got {t[-1]:g}; ask for less time")
    return (rich / speed) ** 2, speed * t, t


def _read(found: flow.Curve, time: Reals, richness: float, init: float) -> LinearCurve:
    scale = (1 + float(init) ** 2) * richness
    grown, slope, errors = scale * found.readout, found.readout_slope, dict(found.errors)  # (1 + sigma^2)(kappa - 1)
    columns, kept = {}, {name: errors[name] for name in ("loss", "kernel", "loss_slope", "kernel_slope")}
    for name, start in (("readout", float(init) ** 2), ("spike", 1.0)):
        value = start + grown
        with np.errstate(invalid="ignore", divide="ignore"):
            part = grown / value  # that has the slope of the grown
            columns[name], kept[name] = value, scale * errors["readout"]
            columns[f"{name}_slope"] = np.where((grown > 0) | (value == 0), part * slope, 0.0)
            shares = part * errors["readout_slope"] + (1 - part) * kept[name] / value * np.abs(slope)
        kept[f"{name}_slope"] = np.where((grown > 0) | (value == 0), shares, 0.0)
    return LinearCurve(
        time=time,
        loss=found.loss,
        kernel=found.kernel,
        loss_slope=found.loss_slope,
        kernel_slope=found.kernel_slope,
        richness=richness,
        errors=kept,
        **columns,
    )
