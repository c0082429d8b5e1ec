"""How are claims about finite N and B measured?

At one point (alpha, beta, gamma) on the continuum, from models of any size (`random_features`) and the variance of
batches (`flow.noise`), each lazy and rich:

* The loss at infinite time, and the resolution, as N grows.
* The first correction in 1/N: N (L_N - L), where the model has `SIZE` times more features than modes are resolved at
  the time.  That ratio rises with time, so that higher orders are small and fall; the loss itself would show another
  exponent.
* What batches add to the loss, to first order in eta/B: what those in the first unit of the clock leave behind, and
  what all add; the variance alone, and with the shift of the mean.  Corrections to the shift fall as 1/kappa, so the
  window of times is chosen such that kappa changes enough.  With all batches noisy the four-point part soon is nothing
  beside the rest, and is left out.
* When a model leaves the limit, when it comes to its floor, and the compute optimum (`compute_budget`).

The lazy measurements are the same at gamma = 0.

An extrapolation cannot see a correction that hardly falls over its window.  Next to alpha = 1 and to beta = 2 - 1/alpha
such corrections are known, and nothing is measured.
"""

from __future__ import annotations

from functools import lru_cache, partial
from math import exp, inf, log, sqrt
from typing import ClassVar

import numpy as np

from exponents.claims.claim import FINITE
from exponents.errors import InputError
from exponents.names import LAZY, RICH, Regime

from ..arrays import Reals
from ..curves import LossCurve
from ..flow.curve import flow_curve, limit_curve
from ..flow.noise import noisy_curve
from ..flow.noise_moments import Part
from ..spectra.continuum_equivalent import inverse_cutoff
from ..spectra.floor import mean_floor
from ..spectra.random_features import limit_spectra, mean_spectra
from .compute_budget import Budgets, Optimum
from .experiment import DEEPER, DOUBLES, Measurements, Procedure, by_regime, space_evenly
from .points import Point
from .slopes import FEWEST, Limit, extrapolate, extrapolate_exponent

SIZES = (1e3, 1e13, 11)
"""First and last model size, and how many, at which optima and crossovers are found; see `_space_sizes`."""

LEARNED = 16.0
"""Least N^(alpha beta) at the first size: models have learned most of the target."""

ARRIVED = 1e40
"""N^alpha at the last size for small alpha: models come to their floor as late as for other alpha."""

UNSEEN = 5.0
"""E-folds by which a known correction must change along the sizes; otherwise it could pass for a constant."""

SHORTEST = 1e3
"""Least ratio of last and first size where double precision limits the sizes."""

FLOORS = (1e3, 1e40, 38)
"""First and last model size, and how many, for the loss at infinite time."""

TIMES = (1e2, 1e16, 15)
"""First and last time, and how many, for the first correction in 1/N."""

LATE_TIMES = (1e3, 1e24, 64)
"""First and last time, and how many, for the variance of batches."""

NOISY_TIMES = (1e3, 1e24, 25)
"""First and last time, and how many, for the shift of the mean by batches."""

CHANGED: dict[Part, float] = {"all": 10.0, "mean field": 12.0}
"""E-folds by which its leading correction falls over these times, if they reach so far; the mean field is quick."""

EARLY = 1.0
"""Clock until which batches are finite, for what early ones leave behind."""

WEAK = 1e-30
"""eta/B of the first order."""

TEMPERATURE, STABLE = 0.01, 0.2
"""eta/B at the compute optimum; less where it would exceed this share of the largest stable value."""

TOLERANCE = 1e-10
"""Tolerance of flows that are subtracted from one another."""


class FiniteMeasurements(Measurements):
    """All measurements of finite models at one point.

    Parameters
    ----------
    at : Point
        On the continuum; its gamma is that of the rich measurements.

    Raises
    ------
    InputError
        If the spectrum is another one, or if alpha or beta is so large that models leave double precision.

    Examples
    --------
    >>> from verify.measurements.points import read_point
    >>> round(FiniteMeasurements(read_point(3, "1/2", 1)).measure("bottleneck: infinite time").value, 6)
    1.5
    """

    system = FINITE

    def __init__(self, at: Point) -> None:
        super().__init__(at)
        alpha, beta = float(at.alpha), float(at.beta)
        largest = exp(min((DOUBLES / max(2.0, beta) - DEEPER) / alpha, log(FLOORS[1]))) / alpha
        latest = exp(DOUBLES / max(2.0, beta))
        if largest < SIZES[0] ** 2 or latest < LATE_TIMES[0] ** 2:
            raise InputError(
                f"a measurement needs models up to N = {SIZES[0] ** 2:.0e}; double precision ends at {largest:.0e} for "
                f"alpha = {at.alpha}, beta = {at.beta}; take smaller ones"
            )
        self.sizes = _space_sizes(alpha, beta, largest)
        self.floors = space_evenly(FLOORS, largest)
        self.times, self.late = space_evenly(TIMES, latest), space_evenly(LATE_TIMES, latest)
        self.budgets, self.optimum = lru_cache(self._solve_budgets), lru_cache(self._find_optimum)
        self.noise = lru_cache(self._solve_noise)

    def _solve_budgets(self, regime: Regime) -> Budgets:
        """Models with batches, unless the kernel grows, where a fixed learning rate ends in instability.

        Raises InputError if alpha is so close to 1 that no sizes show the limits of exponents.
        """
        alpha, beta, gamma = self.at.alpha, float(self.at.beta), self.gamma_of(regime)
        self._require_change("N^-(alpha-1)", float(alpha - 1), self.sizes, f"alpha = {alpha}; take a larger one")
        if gamma and beta <= 1:
            return Budgets(alpha, self.at.beta, gamma, self.sizes)
        # The last kernel solves kappa (kappa - 1) = gamma |w*|^2; eta/B is stable below 2/(kappa tr Lambda).
        norm = 1 / (float(alpha) * (beta - 1)) if gamma else 0.0
        kernel, trace = (1 + sqrt(1 + 4 * gamma * norm)) / 2, 1 / (float(alpha) - 1)
        return Budgets(alpha, self.at.beta, gamma, self.sizes, min(TEMPERATURE, STABLE * 2 / (kernel * trace)))

    def _find_optimum(self, regime: Regime, in_steps: bool) -> Optimum:
        """The optimum, in time or in stable steps.

        Raises InputError if beta is so close to 2 - 1/alpha that noise and flow fall alike for long.
        """
        found, border = self.budgets(regime).optimum(in_steps), 2 - 1 / self.at.alpha
        if self.at.beta > 1 and self.at.beta != border:
            where = f"alpha = {self.at.alpha}, beta = {self.at.beta}; take a beta further from {border}"
            self._require_change("noise over flow", float(abs(self.at.beta - border)), found.time, where)
        return found

    def _require_change(self, name: str, power: float, along: Reals, where: str) -> None:
        """Raise InputError if a correction falls too slowly along sizes or times for an extrapolation."""
        fall = power * log(along[-1] / along[0])
        if fall < UNSEEN:
            raise InputError(
                f"a measurement needs sizes along which {name} changes by {UNSEEN:g} e-folds; for those up to N = "
                f"{self.sizes[-1]:.0e} it changes by {fall:.2g} for {where}"
            )

    def floor(self) -> Limit:
        """Measure the exponent with which the loss at infinite time falls with N."""
        floors = [mean_floor(self.at.alpha, self.at.beta, size) for size in self.floors]
        return -extrapolate_exponent(self.floors, floors)

    def resolution(self) -> Limit:
        """Measure the exponent of r in N."""
        scales = [inverse_cutoff(self.at.alpha, self.at.beta, size) for size in self.floors]
        return extrapolate_exponent(self.floors, scales)

    def transient(self, regime: Regime) -> Limit:
        """Measure the exponent with which the first correction in 1/N falls with time."""
        alpha, beta, gamma = self.at.alpha, self.at.beta, self.gamma_of(regime)
        limit = limit_curve(alpha, beta, gamma, self.times, tolerance=TOLERANCE)
        return self.measure_correction(
            limit, lambda size, time: flow_curve(mean_spectra(alpha, beta, size).target, gamma, time, TOLERANCE)
        )

    def _solve_noise(self, regime: Regime, until: float, include: Part) -> LossCurve:
        """Solve for the noise of batches up to a clock."""
        gamma, times = self.gamma_of(regime), self.late
        if include != "variance":
            times = space_evenly(NOISY_TIMES, min(times[-1], _end_window(float(self.at.beta), CHANGED[include])))
        clock = 2 * float(limit_curve(self.at.alpha, self.at.beta, gamma, times[-1:]).clock[0])
        return noisy_curve(*limit_spectra(self.at.alpha, self.at.beta, clock), gamma, WEAK, times, until, include)

    def variance(self, regime: Regime, until: float = EARLY, in_steps: bool = False) -> Limit:
        """Measure the exponent with which the variance of batches up to a clock falls, to first order in eta/B.

        It falls with time, or with stable steps (eta kappa mu_1 = 1), which are the clock.
        """
        found = self.noise(regime, until, "variance")
        errors = float((found.variance_error / found.variance).max())
        return -extrapolate_exponent(found.clock if in_steps else found.time, found.variance).widen(errors)

    def noise_in_loss(self, until: float) -> Limit:
        """Measure the exponent with which the variance and the shift of the mean fall together in the rich regime.

        Raises InputError if they cancel at late times.
        """
        found = self.noise(RICH, until, "mean field" if until == inf else "all")
        both = found.variance + found.mean_shift
        other = np.flatnonzero(np.sign(both) != np.sign(both[-1]))
        late = slice(int(other[-1]) + 3 if len(other) else 0, None)  # beyond the place where they cancel
        if len(both[late]) <= FEWEST:
            raise InputError("the variance and the shift of the mean cancel until late; take another gamma")
        errors = float(((found.variance_error + found.mean_shift_error) / np.abs(both))[late].max())
        return -extrapolate_exponent(found.time[late], np.abs(both[late])).widen(errors)

    def shift_over_variance(self) -> Limit:
        """Measure the limit of the shift of the mean over the variance, of all batches."""
        found = self.noise(RICH, inf, "mean field")
        ratio = found.mean_shift / found.variance
        errors = (found.mean_shift_error + np.abs(ratio) * found.variance_error) / found.variance
        return extrapolate(found.time, ratio, errors)

    def horizon(self) -> Limit:
        """Measure the exponent in 1/eta of the time at which eta kappa mu_1 reaches its bound."""
        growth = limit_curve(self.at.alpha, self.at.beta, float(self.at.gamma), self.late, tolerance=TOLERANCE)
        return extrapolate_exponent(growth.kernel, self.late)

    def departure(self, regime: Regime) -> Limit:
        """Measure the exponent in N of the time at which a model leaves the limit."""
        return extrapolate_exponent(self.sizes, self.budgets(regime).departures())

    def arrival(self, regime: Regime) -> Limit:
        """Measure the exponent in N of the time at which a model comes to its floor."""
        return extrapolate_exponent(self.sizes, self.budgets(regime).arrivals())

    def best_loss(self, regime: Regime, in_steps: bool = False) -> Limit:
        """Measure the exponent with which the smallest loss falls with compute."""
        found = self.optimum(regime, in_steps)
        return -extrapolate_exponent(found.compute, found.loss)

    def best_size(self, regime: Regime, in_steps: bool = False) -> Limit:
        """Measure the exponent with which the best model size grows with compute."""
        found = self.optimum(regime, in_steps)
        return extrapolate_exponent(found.compute, found.model_size)

    procedures: ClassVar[dict[str, Procedure]] = {
        "bottleneck: resolution": resolution,
        "bottleneck: infinite time": floor,
        **by_regime("bottleneck: arrival, {}", arrival),
        **by_regime("transient: {}", transient),
        **by_regime("transient: departure, {}", departure),
        **by_regime("sgd: variance, {}", variance),
        "sgd: loss, rich": partial(noise_in_loss, until=EARLY),
        "sgd: all batches, lazy": partial(variance, regime=LAZY, until=inf),
        "sgd: all batches, rich": partial(noise_in_loss, until=inf),
        "sgd: shift over variance": shift_over_variance,
        "sgd: stability horizon": horizon,
        **by_regime("compute-optimal: {}", best_loss),
        **by_regime("compute-optimal: model size, {}", best_size),
        "sgd: variance, rich in steps": partial(variance, regime=RICH, in_steps=True),
        "compute-optimal: loss, rich in steps": partial(best_loss, regime=RICH, in_steps=True),
        "compute-optimal: model size, rich in steps": partial(best_size, regime=RICH, in_steps=True),
    }


def _end_window(beta: float, change: float) -> float:
    """Return the time until which 1/kappa, the leading correction to the shift of the mean, has fallen enough."""
    longest = log(NOISY_TIMES[1] / NOISY_TIMES[0])
    return NOISY_TIMES[0] * exp(min(change * (1 + beta) / (1 - beta), longest) if beta < 1 else longest)


def _space_sizes(alpha: float, beta: float, largest: float) -> Reals:
    """Model sizes for crossovers: larger ones where the target is learned, or corrections fall, slowly in N."""
    learned = exp(min(log(LEARNED) / (alpha * beta), log(largest / SHORTEST)))
    first = max(SIZES[0], learned)
    ratio = max(SIZES[1], exp(log(ARRIVED) / alpha)) / SIZES[0]
    return space_evenly((first, first * ratio, SIZES[2]), largest)
