"""What is the smallest loss at a given compute, and at which model size is it reached?

L(t, N) is the flow on the mean spectrum of N features (`continuum_model`), with the variance of batches if a
temperature is given (`noise`).  At C = N t, the best size is where d ln L/d ln N = d ln L/d ln t.  That is not searched
size by size: for each size, the time is found at which it is the best, and with it C, so that a handful of sizes gives
the optimum over any number of decades.  The derivative in ln N is a central difference over `APART`; as a law of powers
is the same on all scales, what that misses is the same at all sizes, and no exponent notices.

On the same curves: when a model departs from the limit (its loss is twice that of N = infinity), and when it arrives
at its floor (its loss is twice that).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from math import exp, inf, log

import numpy as np
from scipy.interpolate import CubicSpline
from scipy.optimize import brentq

from exponents.errors import InputError, NotSolved

from .continuum_model import mean_spectra
from .flow import observed
from .march import solve
from .measure import SpectralMeasure
from .noise import variance_along
from .quadrature import Reals

APART = 0.05
"""Half the difference in ln N of the two models that a derivative is taken from."""

TOLERANCE = 1e-9
"""Of a flow."""

LATE = 3.0
"""Last clock, in units of one over the smallest eigenvalue: all has been learned then."""

LARGER = 1e6
"""How much larger than the others a model is that stands for the limit."""

SCAN = 2
"""Places in a factor of ten among which a change of sign is looked for."""

DENSITY = 6
"""Times in a factor of ten at which the variance is solved for; between them it is a spline in ln t."""


@dataclass(frozen=True)
class Optimum:
    """The compute optimum, each field an array of shape (sizes,).

    Attributes
    ----------
    compute, loss, model_size, time : array
        C = N t, L*(C), and the N and t at which it is reached.
    """

    compute: Reals
    loss: Reals
    model_size: Reals
    time: Reals


class Budgets:
    """Models of several sizes at one point.

    Parameters
    ----------
    alpha, beta : exact numbers
        Capacity > 1 and source > 0.
    gamma : float
        Richness.
    sizes : sequence of float
        N of at least 2, rising.
    temperature : float
        eta/B; 0 for infinite batches.

    Raises
    ------
    InputError
        For sizes that do not rise from 2; see also `continuum_model`.
    FlowFailed
        See `march.solve`.
    """

    def __init__(
        self, alpha: object, beta: object, gamma: float, sizes: Sequence[float] | Reals, temperature: float = 0.0
    ) -> None:
        self.sizes = np.asarray(sizes, float)
        if not len(self.sizes) or not (np.diff(self.sizes) > 0).all() or not self.sizes[0] >= 2:
            raise InputError("model sizes must rise, from 2 or more; got others; try 100, 1000")
        self._point = (alpha, beta, gamma)
        self._pairs = [
            (
                _Model(alpha, beta, gamma, float(size) * exp(-APART), temperature),
                _Model(alpha, beta, gamma, float(size) * exp(APART), temperature),
            )
            for size in self.sizes
        ]

    def optimum(self) -> Optimum:
        """Where each size is the best.

        Raises
        ------
        NotSolved
            For a size that is never the best.
        """
        rows = []
        for size, (smaller, larger) in zip(self.sizes, self._pairs, strict=True):
            place = _falls(_gain(smaller, larger), smaller.last, f"a time at which N = {size:.3g} is the best size")
            loss = (smaller.at(place)[0] + larger.at(place)[0]) / 2
            rows.append((size * exp(place), exp(loss), size, exp(place)))
        return Optimum(*np.array(rows).T)

    def departures(self) -> Reals:
        """Times at which models of sizes N e^-`APART` have twice the loss of N = infinity, of shape (sizes,)."""
        limit = _Model(*self._point, LARGER * float(self.sizes[-1]), last=max(pair[0].last for pair in self._pairs))
        return self._times(lambda model, place: limit.flow_at(place)[0] + log(2) - model.flow_at(place)[0], "departure")

    def arrivals(self) -> Reals:
        """Times at which they have twice the loss that remains at infinite time, of shape (sizes,)."""
        return self._times(lambda model, place: model.flow_at(place)[0] - log(2 * model.floor), "arrival")

    def _times(self, function: Callable[[_Model, float], float], name: str) -> Reals:
        return np.array([exp(_falls(partial(function, model), model.last, name)) for model, _ in self._pairs])


class _Model:
    """One model: ln L and its slope, at ln t."""

    def __init__(
        self, alpha: object, beta: object, gamma: float, size: float, temperature: float = 0.0, last: float = inf
    ) -> None:
        target, trace = mean_spectra(alpha, beta, size)
        self.floor = target.floor
        until = min(last, log(LATE / float(target.eigenvalues[-1])))
        self._flow = solve(target, gamma, exp(until), TOLERANCE)
        self.last = min(until, log(self._flow.horizon))
        self._variance = self._spline(trace, temperature) if temperature else None

    def flow_at(self, place: float) -> tuple[float, float]:
        """ln L and d ln L/d ln t without batches."""
        seen = observed(self._flow.measure, self._flow.at(np.array([exp(min(place, self.last))])))
        loss = float(seen["loss"][0])
        return log(loss), float(seen["loss_slope"][0]) * (1 - self.floor / loss)

    def at(self, place: float) -> tuple[float, float]:
        """The same with their variance."""
        log_loss, slope = self.flow_at(place)
        if self._variance is None:
            return log_loss, slope
        loss, more = exp(log_loss), exp(float(self._variance(place)))
        return log(loss + more), (loss * slope + more * float(self._variance(place, 1))) / (loss + more)

    def _spline(self, trace: SpectralMeasure, temperature: float) -> CubicSpline:
        places = np.linspace(0.0, self.last, int(DENSITY * self.last / log(10)) + 2)
        variance = variance_along(self._flow, trace, temperature, np.exp(places))
        return CubicSpline(places, np.log(variance))


def _gain(smaller: _Model, larger: _Model) -> Callable[[float], float]:
    """d ln L/d ln N - d ln L/d ln t at ln t: positive while time is worth more than size."""

    def gain(place: float) -> float:
        (low, low_slope), (high, high_slope) = smaller.at(place), larger.at(place)
        return (high - low) / (2 * APART) - (low_slope + high_slope) / 2

    return gain


def _falls(function: Callable[[float], float], last: float, name: str) -> float:
    """The last place in [0, ``last``] at which a function falls through 0."""
    places = np.linspace(0.0, last, int(SCAN * last / log(10)) + 2)
    positive = np.array([function(float(place)) for place in places]) > 0
    changes = np.flatnonzero(positive[:-1] & ~positive[1:])
    if not len(changes):
        raise NotSolved(f"{name} was not found before t = {exp(last):.3g}")
    return float(brentq(function, places[changes[-1]], places[changes[-1] + 1], xtol=1e-12, rtol=1e-14))
