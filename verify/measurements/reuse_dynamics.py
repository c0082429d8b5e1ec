"""How are claims about reused samples measured?

At one point (alpha, beta, gamma) on the continuum, from the mean field of samples and features (`reuse.mean_loss`), for
any N and P:

* The loss at infinite time, and the least loss at any time, as P grows; with infinitely many features, and with 1 +
  `MORE` times as many as samples, where the loss rises again as training goes on.
* The first correction in 1/P: P (L_P - L), with P beside the modes resolved, as for N in `finite_dynamics`.
* The first correction in 1/N at infinite time: N (L_N - L) for N = `FEATURES` P^{1 + `TILT`}; the loss itself would
  show another exponent.
* How the loss grows with the clock at N = P.

The lazy measurements are the same at gamma = 0.  Next to beta = 2 the first correction vanishes on its way, and on
boundaries two laws meet; the error of the extrapolation covers both.
"""

from __future__ import annotations

from functools import partial
from math import exp, inf
from typing import ClassVar

import numpy as np

from exponents.claims.claim import REUSE
from exponents.errors import InputError
from exponents.names import LAZY, Regime

from ..flow.curve import limit_curve
from ..reuse.mean_loss import final_loss, mean_reuse, reuse_clock_curve, reuse_curve
from ..spectra.continuum_equivalent import inverse_cutoff
from .experiment import DEEPER, DOUBLES, TILT, Measurements, Procedure, by_regime, space_evenly
from .finite_dynamics import TIMES, TOLERANCE
from .points import Point
from .slopes import Limit, extrapolate_exponent, extrapolate_noisy_exponent

SAMPLES = (1e3, 1e30, 28)
"""First and last P, and how many, for the loss at infinite time."""

STOPPED = (1e3, 1e16, 12)
"""The same for the least loss at any time."""

STOPS = np.geomspace(1e-2, 1e2, 41)
"""Clocks at which training may be stopped, in units of the resolution of P samples."""

MORE = 0.25
"""N/P less 1, where there are about as many features as samples."""

FEATURES = 1e3
"""N over P, at which the first correction in 1/N is measured, for the first P."""

EQUAL = 100.0
"""N and P at the peak.  The smaller the loss there is beside that at time 0, the fewer digits it has."""

BEYOND = (1e4, 1e8, 21)
"""First and last clock, and how many, in units of their resolution, at which the peak is measured."""

SHORTEST = 1e2
"""Least ratio of last and first P where double precision limits P."""


class ReuseMeasurements(Measurements):
    """All measurements of reused samples at one point.

    Parameters
    ----------
    at : Point
        On the continuum; its gamma is that of the rich measurements.

    Raises
    ------
    InputError
        If the spectrum is another one, or if alpha or beta is so large that losses leave double precision.

    Examples
    --------
    >>> from verify.measurements.points import read_point
    >>> round(ReuseMeasurements(read_point(3, "1/2", 1)).measure("data: resolution").value, 6)
    3.0
    """

    system = REUSE

    def __init__(self, at: Point) -> None:
        super().__init__(at)
        alpha, beta = float(at.alpha), float(at.beta)
        largest = exp((DOUBLES / max(2.0, beta) - DEEPER) / alpha) / alpha
        if largest < SAMPLES[0] * SHORTEST:
            raise InputError(
                f"a measurement needs P up to {SAMPLES[0] * SHORTEST:.0e}; double precision ends at {largest:.0e} for "
                f"alpha = {at.alpha}, beta = {at.beta}; take smaller ones"
            )
        self.samples, self.stopped = space_evenly(SAMPLES, largest), space_evenly(STOPPED, largest)
        self.times = space_evenly(TIMES, exp(DOUBLES / max(2.0, beta)))

    def resolution(self) -> Limit:
        """Measure the exponent of r in P."""
        scales = [inverse_cutoff(self.at.alpha, self.at.beta, inf, float(p)) for p in self.samples]
        return extrapolate_exponent(self.samples, scales)

    def fixed_point(self) -> Limit:
        """Measure the exponent with which the loss at infinite time falls with P."""
        return -extrapolate_exponent(self.samples, [self._final(inf, float(p)) for p in self.samples])

    def _final(self, size: float, samples: float) -> float:
        return final_loss(self.at.alpha, self.at.beta, size, samples)

    def early_stopping(self, regime: Regime, more: float = inf) -> Limit:
        """Measure the exponent with which the least loss at any time falls with P, for N = (1 + more) P."""
        least = [self._least(regime, float(p) * (1 + more), float(p)) for p in self.stopped]
        return -extrapolate_exponent(self.stopped, least)

    def _least(self, regime: Regime, size: float, samples: float) -> float:
        """Return the smallest loss: the minimum of a parabola through the lowest three of some, or the last."""
        reuse = mean_reuse(self.at.alpha, self.at.beta, size, samples)
        clocks = STOPS * inverse_cutoff(self.at.alpha, self.at.beta, size, samples)
        loss = reuse_clock_curve(reuse, self.gamma_of(regime), clocks).loss
        place = int(np.argmin(loss))
        if place in (0, len(clocks) - 1) or reuse.unseen <= loss[place]:
            return min(float(loss[place]), reuse.unseen)
        x, y = np.log(clocks[place - 1 : place + 2]), np.log(loss[place - 1 : place + 2])
        a, b, c = np.polyfit(x - x[1], y, 2)
        return exp(c - b * b / (4 * a))

    def transient(self, regime: Regime) -> Limit:
        """Measure the exponent with which the first correction in 1/P falls with time."""
        alpha, beta, gamma = self.at.alpha, self.at.beta, self.gamma_of(regime)
        limit = limit_curve(alpha, beta, gamma, self.times, tolerance=TOLERANCE)
        return self.measure_correction(
            limit, lambda samples, time: reuse_curve(mean_reuse(alpha, beta, inf, samples), gamma, time, TOLERANCE)
        )

    def features(self) -> Limit:
        """Measure the exponent with which N times the first correction in 1/N falls with P, at infinite time."""
        sizes = FEATURES * self.samples * (self.samples / self.samples[0]) ** TILT
        pairs = zip(map(float, sizes), map(float, self.samples), strict=True)
        return -extrapolate_exponent(self.samples, [n * (self._final(n, p) - self._final(inf, p)) for n, p in pairs])

    def peak(self) -> Limit:
        """Measure the exponent with which the loss grows in the clock at N = P."""
        clocks = space_evenly(BEYOND, inf)
        reuse = mean_reuse(self.at.alpha, self.at.beta, EQUAL, EQUAL)
        scale = inverse_cutoff(self.at.alpha, self.at.beta, EQUAL, EQUAL)
        found = reuse_clock_curve(reuse, 0.0, clocks * scale, TOLERANCE)
        return extrapolate_noisy_exponent(clocks, found.loss, found.loss_error)

    procedures: ClassVar[dict[str, Procedure]] = {
        "data: resolution": resolution,
        "data: fixed point": fixed_point,
        **by_regime("data: early stopping, {}", early_stopping),
        **by_regime("data: transient, {}", transient),
        "data: features beside samples": features,
        "data: as many features": partial(early_stopping, regime=LAZY, more=MORE),
        "data: peak": peak,
    }
