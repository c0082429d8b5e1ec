"""Which measurement answers which claim about finite N and B?

At one point (alpha, beta, gamma) on the continuum, from models of any size (`random_features`) and the variance of
batches (`noise`), each lazy and rich:

* What remains at infinite time, and what is resolved, as N grows.
* The first correction in 1/N: N (L_N - L) where the model has `SIZE` times more features than modes are resolved at
  the time, and ever more so, so that higher orders are small and fall, and L itself would show another exponent.
* The variance that batches add, in first order in eta/B: what those of the first unit of the clock leave behind, and
  what all of them add.
* When a model departs from the limit, when it arrives at its floor, and the compute optimum (`compute_budget`).

The lazy measurements ask the same of gamma = 0.

An extrapolation cannot see a correction that hardly falls over its window.  Where one is known to, next to alpha = 1
and to beta = 2 - 1/alpha, there is no measurement.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from math import exp, inf, log, sqrt

import numpy as np

from exponents.errors import InputError
from exponents.names import CONTINUUM, LAZY, REGIMES, Regime

from ..arrays import Reals
from ..curves import LossCurve
from ..flow.curve import flow_curve, limit_curve
from ..flow.noise import noisy_curve
from ..spectra.continuum_equivalent import inverse_cutoff
from ..spectra.floor import mean_floor
from ..spectra.random_features import limit_spectra, mean_spectra
from ..spectra.spectrum import SMALLEST
from .compute_budget import Budgets, Optimum
from .limit import Point
from .slopes import Limit, exponent_of, extrapolate

SIZES = (1e3, 1e13, 11)
"""First and last model size, and how many, at which optima and crossovers are found; see `_sizes`."""

LEARNED = 16.0
"""N^(alpha beta) at the first of them at least: models have learned most of the target."""

ARRIVED = 1e40
"""N^alpha at the last of them, where alpha is small: models arrive as late then as for other alpha."""

UNSEEN = 5.0
"""By how many e-folds a correction that is known must fall along the sizes, not to be taken for a constant."""

SHORTEST = 1e3
"""Ratio of last and first size that is left at the end of double precision."""

FLOORS = (1e3, 1e40, 38)
"""First and last model size, and how many, for what remains at infinite time."""

SIZE = 1000.0
"""Model size over modes resolved, at which the first correction in 1/N is measured, at the first time."""

TILT = 0.1
"""Power of the time with which it rises."""

SECOND = TILT / SIZE
"""What the second order, which falls with that power, adds to the exponent of the first, at the first time."""

TIMES = (1e2, 1e16, 15)
"""First and last time, and how many, at which it is."""

LATE_TIMES = (1e3, 1e24, 64)
"""First and last time, and how many, at which the variance of batches is."""

EARLY = 1.0
"""Clock until which batches are finite, where the variance is wanted that early ones leave behind."""

WEAK = 1e-30
"""eta/B of the first order."""

TEMPERATURE, STABLE = 0.01, 0.2
"""eta/B at the compute optimum; less where it would exceed this share of what is stable."""

TOLERANCE = 1e-10
"""Of flows that are subtracted from one another."""

DOUBLES = -0.9 * log(SMALLEST)
"""Depth of double precision, in e-folds; a quantity that falls further is not measured."""

DEEPER = 40.0
"""How much deeper than the lowest eigenvalues a spectrum reaches, in e-folds."""


class FiniteEvidence:
    """All measurements of finite models at one point.

    Parameters
    ----------
    at : Point
        On the continuum; its gamma is that of the rich measurements.

    Raises
    ------
    InputError
        For another spectrum, or an alpha or beta so large that models leave double precision.
    """

    def __init__(self, at: Point) -> None:
        if at.spectrum != CONTINUUM:
            raise InputError(f"finite models are measured on the continuum; got {at.spectrum}; leave --spectrum out")
        self.at = at
        alpha, beta = float(at.alpha), float(at.beta)
        largest = exp(min((DOUBLES / max(2.0, beta) - DEEPER) / alpha, log(FLOORS[1]))) / alpha
        latest = exp(DOUBLES / max(2.0, beta))
        if largest < SIZES[0] ** 2 or latest < LATE_TIMES[0] ** 2:
            raise InputError(
                f"a measurement needs models up to N = {SIZES[0] ** 2:.0e}; double precision ends at {largest:.0e} for "
                f"alpha = {at.alpha}, beta = {at.beta}; take smaller ones"
            )
        self.sizes = _sizes(alpha, beta, largest)
        self.floors = places(FLOORS, largest)
        self.times, self.late = places(TIMES, latest), places(LATE_TIMES, latest)
        self.limit, self.budgets = lru_cache(self._limit), lru_cache(self._budgets)
        self.optimum = lru_cache(self._optimum)

    def measured(self, claim: str) -> Limit:
        """The measurement for the claim called ``claim``.

        Raises
        ------
        InputError
            If there is none.
        """
        if claim not in FINITE_MEASUREMENTS:
            raise InputError(f"there is no measurement for {claim}")
        return FINITE_MEASUREMENTS[claim](self)

    def _gamma(self, regime: Regime) -> float:
        return 0.0 if regime == LAZY else float(self.at.gamma)

    def _limit(self, regime: Regime) -> LossCurve:
        return limit_curve(self.at.alpha, self.at.beta, self._gamma(regime), self.times, tolerance=TOLERANCE)

    def _budgets(self, regime: Regime) -> Budgets:
        """Models with batches, unless the kernel grows, where a fixed learning rate ends in instability.

        Raises
        ------
        InputError
            For an alpha so close to 1 that no sizes show where exponents tend.
        """
        alpha = self.at.alpha
        self._check_seen("N^-(alpha-1)", float(alpha - 1), self.sizes, f"alpha = {alpha}; take a larger one")
        gamma, beta = self._gamma(regime), float(self.at.beta)
        if gamma and beta <= 1:
            return Budgets(self.at.alpha, self.at.beta, gamma, self.sizes)
        norm = 1 / (float(self.at.alpha) * (beta - 1)) if gamma else 0.0  # of the target
        kernel, trace = (1 + sqrt(1 + 4 * gamma * norm)) / 2, 1 / (float(self.at.alpha) - 1)
        return Budgets(self.at.alpha, self.at.beta, gamma, self.sizes, min(TEMPERATURE, STABLE * 2 / (kernel * trace)))

    def _optimum(self, regime: Regime) -> Optimum:
        """The optimum, unless beta is so close to 2 - 1/alpha that noise and flow fall alike for long.

        Raises
        ------
        InputError
            See there.
        """
        found, border = self.budgets(regime).optimum(), 2 - 1 / self.at.alpha
        if self.at.beta > 1 and self.at.beta != border:
            where = f"alpha = {self.at.alpha}, beta = {self.at.beta}; take a beta further from {border}"
            self._check_seen("noise over flow", float(abs(self.at.beta - border)), found.time, where)
        return found

    def _check_seen(self, name: str, power: float, along: Reals, where: str) -> None:
        """Refuse corrections that fall too slowly along sizes or times for an extrapolation."""
        fall = power * log(along[-1] / along[0])
        if fall < UNSEEN:
            raise InputError(
                f"a measurement needs sizes along which {name} changes by {UNSEEN:g} e-folds; for those up to N = "
                f"{self.sizes[-1]:.0e} it does by {fall:.2g} for {where}"
            )

    def floor(self) -> Limit:
        """The exponent with which the loss at infinite time falls with N."""
        return -exponent_of(self.floors, [mean_floor(self.at.alpha, self.at.beta, size) for size in self.floors])

    def resolved(self) -> Limit:
        """The exponent of r in N."""
        return exponent_of(self.floors, [inverse_cutoff(self.at.alpha, self.at.beta, size) for size in self.floors])

    def transient(self, regime: Regime) -> Limit:
        """The exponent with which the first correction in 1/N falls with time."""
        limit = self.limit(regime)
        sizes = beside(limit.clock ** (1 / float(self.at.alpha)), self.times)
        found = [self._excess(regime, i, float(size)) for i, size in enumerate(sizes)]
        excess, errors = np.array(found).T
        return -slopes(self.times, sizes * excess, sizes * errors).widen(SECOND)

    def _excess(self, regime: Regime, place: int, size: float) -> tuple[float, float]:
        """L_N - L at a time, and its error."""
        target, _ = mean_spectra(self.at.alpha, self.at.beta, size)
        limit, time = self.limit(regime), self.times[place : place + 1]
        model = flow_curve(target, self._gamma(regime), time, TOLERANCE)
        return float(model.loss[0] - limit.loss[place]), float(model.loss_error[0] + limit.loss_error[place])

    def variance(self, regime: Regime, until: float) -> Limit:
        """The exponent with which the variance falls that batches up to a clock have added, in first order in eta/B."""
        gamma = self._gamma(regime)
        clock = 2 * float(limit_curve(self.at.alpha, self.at.beta, gamma, self.late[-1:]).clock[0])
        target, trace = limit_spectra(self.at.alpha, self.at.beta, clock)
        found = noisy_curve(target, trace, gamma, WEAK, self.late, until)
        return -exponent_of(self.late, found.variance).widen(float((found.variance_error / found.variance).max()))

    def horizon(self) -> Limit:
        """The exponent in 1/eta of the time at which eta kappa mu_1 reaches its bound."""
        growth = limit_curve(self.at.alpha, self.at.beta, float(self.at.gamma), self.late, tolerance=TOLERANCE)
        return exponent_of(growth.kernel, self.late)

    def departure(self, regime: Regime) -> Limit:
        """The exponent in N of the time at which a model leaves the limit."""
        return exponent_of(self.sizes, self.budgets(regime).departures())

    def arrival(self, regime: Regime) -> Limit:
        """The exponent in N of the time at which a model has learned what it can."""
        return exponent_of(self.sizes, self.budgets(regime).arrivals())

    def best_loss(self, regime: Regime) -> Limit:
        """The exponent with which the smallest loss falls with compute."""
        found = self.optimum(regime)
        return -exponent_of(found.compute, found.loss)

    def best_size(self, regime: Regime) -> Limit:
        """The exponent with which the best model size grows with compute."""
        found = self.optimum(regime)
        return exponent_of(found.compute, found.model_size)


def _sizes(alpha: float, beta: float, largest: float) -> Reals:
    """Model sizes for crossovers: larger ones where the target is learned, or corrections fall, slowly in N."""
    learned = exp(min(log(LEARNED) / (alpha * beta), log(largest / SHORTEST)))
    first = max(SIZES[0], learned)
    ratio = max(SIZES[1], exp(log(ARRIVED) / alpha)) / SIZES[0]
    return places((first, first * ratio, SIZES[2]), largest)


def beside(resolved: Reals, times: Reals) -> Reals:
    """Sizes at which a first correction is measured, where so many modes are resolved."""
    return np.asarray(SIZE * resolved * (times / times[0]) ** TILT)


def slopes(times: Reals, values: Reals, errors: Reals) -> Limit:
    """The exponent with which something grows that is known with errors which are independent of each other."""
    found = np.diff(np.log(values)) / np.diff(np.log(times))
    noise = np.hypot(*(errors[part] / values[part] for part in (slice(1, None), slice(None, -1))))
    return extrapolate(np.sqrt(times[1:] * times[:-1]), found, noise / np.diff(np.log(times)))


def places(range_: tuple[float, float, int], last: float) -> Reals:
    """Places even in their logarithm, up to ``last`` at most."""
    first, end, count = range_
    return np.asarray(np.geomspace(first, min(end, last), count))


def by_regime(name: str, measurement: Callable[..., Limit], **given: float) -> dict[str, Callable[..., Limit]]:
    """The measurement of a claim in each regime, by the claim's name."""
    return {name.format(regime): partial(measurement, regime=regime, **given) for regime in REGIMES}


FINITE_MEASUREMENTS: dict[str, Callable[[FiniteEvidence], Limit]] = {
    "bottleneck: resolution": FiniteEvidence.resolved,
    "bottleneck: infinite time": FiniteEvidence.floor,
    **by_regime("bottleneck: arrival, {}", FiniteEvidence.arrival),
    **by_regime("transient: {}", FiniteEvidence.transient),
    **by_regime("transient: departure, {}", FiniteEvidence.departure),
    **by_regime("sgd: {}", FiniteEvidence.variance, until=EARLY),
    **by_regime("sgd: all batches, {}", FiniteEvidence.variance, until=inf),
    "sgd: stability horizon": FiniteEvidence.horizon,
    **by_regime("compute-optimal: {}", FiniteEvidence.best_loss),
    **by_regime("compute-optimal: model size, {}", FiniteEvidence.best_size),
}
"""How each claim is measured."""
