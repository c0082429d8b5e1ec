"""Which measurement answers which claim about samples that are reused?

At one point (alpha, beta, gamma) on the continuum, from means over samples and features (`mean`), for any N and P:

* What is left at infinite time, and the least that is left at any time, as P grows; with infinitely many features, and
  with 1 + `MORE` times as many as samples, where the loss rises again as training goes on.
* The first correction in 1/P: P (L_P - L), with P beside the modes resolved as N is in `finite_evidence`.
* The first correction in 1/N at infinite time: N (L_N - L) for N = `FEATURES` P^{1 + `TILT`}, as L itself would then
  show another exponent.
* How the loss grows at N = P, in the clock.

The lazy measurements ask the same of gamma = 0.  Where the first correction vanishes on its way, next to beta = 2, and
where laws meet, an extrapolation says how well it knows the limit.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import exp, inf

import numpy as np

from exponents.errors import InputError
from exponents.names import CONTINUUM, LAZY, Regime

from ..flow.curve import limit_curve
from ..reuse.mean_loss import final_loss, mean_reuse, reuse_clock_curve, reuse_curve
from ..spectra.continuum_equivalent import inverse_cutoff
from .finite import DEEPER, DOUBLES, SECOND, TILT, TIMES, TOLERANCE, beside, by_regime, places, slopes
from .limit import Point
from .slopes import Limit, exponent_of

SAMPLES = (1e3, 1e30, 28)
"""First and last P, and how many, for what remains at infinite time."""

STOPPED = (1e3, 1e16, 12)
"""The same for the least loss at any time."""

STOPS = np.geomspace(1e-2, 1e2, 41)
"""Clocks at which training may be stopped, in units of the resolution of P samples."""

MORE = 0.25
"""How many more features than samples, where there are about as many."""

FEATURES = 1e3
"""N over P, at which the first correction in 1/N is measured, for the first P."""

EQUAL = 100.0
"""N and P at the peak: the loss there is known to the digits that are left beside that at time 0."""

BEYOND = (1e4, 1e8, 21)
"""First and last clock, and how many, in units of their resolution, at which it is."""

SHORTEST = 1e2
"""Ratio of last and first P that is left at the end of double precision."""


class ReuseEvidence:
    """All measurements of reused samples at one point.

    Parameters
    ----------
    at : Point
        On the continuum; its gamma is that of the rich measurements.

    Raises
    ------
    InputError
        For another spectrum, or an alpha or beta so large that losses leave double precision.
    """

    def __init__(self, at: Point) -> None:
        if at.spectrum != CONTINUUM:
            raise InputError(f"reused samples are measured on the continuum; got {at.spectrum}; leave --spectrum out")
        self.at = at
        alpha, beta = float(at.alpha), float(at.beta)
        largest = exp((DOUBLES / max(2.0, beta) - DEEPER) / alpha) / alpha
        if largest < SAMPLES[0] * SHORTEST:
            raise InputError(
                f"a measurement needs P up to {SAMPLES[0] * SHORTEST:.0e}; double precision ends at {largest:.0e} for "
                f"alpha = {at.alpha}, beta = {at.beta}; take smaller ones"
            )
        self.samples, self.stopped = places(SAMPLES, largest), places(STOPPED, largest)
        self.times = places(TIMES, exp(DOUBLES / max(2.0, beta)))

    def measured(self, claim: str) -> Limit:
        """The measurement for the claim called ``claim``.

        Raises
        ------
        InputError
            If there is none.
        """
        if claim not in REUSE_MEASUREMENTS:
            raise InputError(f"there is no measurement for {claim}")
        return REUSE_MEASUREMENTS[claim](self)

    def _gamma(self, regime: Regime) -> float:
        return 0.0 if regime == LAZY else float(self.at.gamma)

    def resolved(self) -> Limit:
        """The exponent of r in P."""
        return exponent_of(
            self.samples, [inverse_cutoff(self.at.alpha, self.at.beta, inf, float(p)) for p in self.samples]
        )

    def fixed_point(self) -> Limit:
        """The exponent with which the loss at infinite time falls with P."""
        return -exponent_of(self.samples, [self._final(inf, float(p)) for p in self.samples])

    def _final(self, size: float, samples: float) -> float:
        return final_loss(self.at.alpha, self.at.beta, size, samples)

    def early_stopping(self, regime: Regime, more: float = inf) -> Limit:
        """The exponent with which the least loss at any time falls with P."""
        least = [self._least(regime, float(p) * (1 + more), float(p)) for p in self.stopped]
        return -exponent_of(self.stopped, least)

    def _least(self, regime: Regime, size: float, samples: float) -> float:
        """The smallest loss: a parabola through the three lowest of some, or the last."""
        reuse = mean_reuse(self.at.alpha, self.at.beta, size, samples)
        clocks = STOPS * inverse_cutoff(self.at.alpha, self.at.beta, size, samples)
        loss = reuse_clock_curve(reuse, self._gamma(regime), clocks).loss
        place = int(np.argmin(loss))
        if place in (0, len(clocks) - 1) or reuse.unseen <= loss[place]:
            return min(float(loss[place]), reuse.unseen)
        x, y = np.log(clocks[place - 1 : place + 2]), np.log(loss[place - 1 : place + 2])
        a, b, c = np.polyfit(x - x[1], y, 2)
        return exp(c - b * b / (4 * a))

    def transient(self, regime: Regime) -> Limit:
        """The exponent with which the first correction in 1/P falls with time."""
        gamma = self._gamma(regime)
        limit = limit_curve(self.at.alpha, self.at.beta, gamma, self.times, tolerance=TOLERANCE)
        samples = beside(limit.clock ** (1 / float(self.at.alpha)), self.times)
        excess, errors = np.empty((2, len(self.times)))
        for i, p in enumerate(samples):
            found = reuse_curve(
                mean_reuse(self.at.alpha, self.at.beta, inf, float(p)), gamma, self.times[i : i + 1], TOLERANCE
            )
            excess[i] = found.loss[0] - limit.loss[i]
            errors[i] = found.loss_error[0] + limit.loss_error[i]
        return -slopes(self.times, samples * excess, samples * errors).widen(SECOND)

    def features(self) -> Limit:
        """The exponent with which N times the first correction in 1/N falls with P, at infinite time."""
        sizes = FEATURES * self.samples * (self.samples / self.samples[0]) ** TILT
        pairs = zip(map(float, sizes), map(float, self.samples), strict=True)
        return -exponent_of(self.samples, [n * (self._final(n, p) - self._final(inf, p)) for n, p in pairs])

    def peak(self) -> Limit:
        """The exponent with which the loss grows in the clock at N = P."""
        clocks = places(BEYOND, inf)
        reuse = mean_reuse(self.at.alpha, self.at.beta, EQUAL, EQUAL)
        scale = inverse_cutoff(self.at.alpha, self.at.beta, EQUAL, EQUAL)
        found = reuse_clock_curve(reuse, 0.0, clocks * scale, TOLERANCE)
        return slopes(clocks, found.loss, found.loss_error)


REUSE_MEASUREMENTS: dict[str, Callable[[ReuseEvidence], Limit]] = {
    "data: resolution": ReuseEvidence.resolved,
    "data: fixed point": ReuseEvidence.fixed_point,
    **by_regime("data: early stopping, {}", ReuseEvidence.early_stopping),
    **by_regime("data: transient, {}", ReuseEvidence.transient),
    "data: features beside samples": ReuseEvidence.features,
    "data: as many features": partial(ReuseEvidence.early_stopping, regime=LAZY, more=MORE),
    "data: peak": ReuseEvidence.peak,
}
"""How each claim is measured."""
