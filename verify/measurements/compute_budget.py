"""What is the smallest loss at a given compute, and at which model size is it reached?

L(t, N) is the flow on the mean-field spectrum of N features (`random_features`).  If a temperature is given, the
variance of batches is added (`flow.noise`).  At C = N t the best size is where

    d ln L/d ln N = d ln L/d ln t.

For each size, the time is found at which that size is the best, and with it C.  So a handful of sizes gives the optimum
over any number of decades.  The derivative in ln N is a central difference over `APART`.  Its error is the same at all
sizes, since a power law is the same on all scales, and does not change the exponents.

On the same curves, without batches: a model leaves the limit when its loss is twice that of N = infinity, and it comes
to its floor when its loss is twice the floor.

Map: `Budgets` solves the flows of all sizes; its `optimum`, `departures` and `arrivals` search their times with
`_find_fall`; `_Model` is one flow, read at ln t.
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
from exponents.rationals import abbreviate, exact, to_double

from ..arrays import Reals
from ..flow.clock import solve_deep_enough
from ..flow.noise_moments import noise_along
from ..flow.observables import observe
from ..flow.solver import solve_flow
from ..inputs import check_richness, check_temperature
from ..spectra.power_law import power_law_spectrum
from ..spectra.random_features import mean_spectra
from ..spectra.spectrum import SMALLEST, Spectrum

APART = 0.05
"""Half the difference in ln N of the two models that give a derivative."""

TOLERANCE = 1e-8  # of a flow; a finer one moves exponents by less than their errors

EARLY, LATE = 0.1, 3.0
"""First time, in units of 1/(last kernel): nothing is learned.  Last, of 1/(smallest eigenvalue): all is learned."""

FURTHER = 3.0
"""E-folds by which the loss of the limit may still fall, at gamma = 0, after models have learned all: it is then below
the loss even of models that come to their floor early."""

DEEPER = 1e3
"""Factor by which the spectrum of the limit is deeper than the clock of the models needs."""

SCAN = 2
"""Places per factor of ten in the search for a change of sign."""

DENSITY = 3
"""Times per factor of ten at which the variance is computed; between them it is a spline in ln t."""


@dataclass(frozen=True)
class Optimum:
    """The compute optimum, each field an array of shape (sizes,).

    Attributes
    ----------
    compute, loss, model_size, time : array
        C = N t, L*(C), and the N and t at which it is reached; for t the number of steps where they are counted.  The
        loss is the geometric mean of the losses of two models, of sizes N e^-`APART` and N e^`APART`.
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
        Richness, at least 0.
    sizes : sequence of float
        N of at least 2, rising.
    temperature : float
        eta/B; 0 for infinite batches.

    Raises
    ------
    InputError
        If sizes do not rise from 2, or if alpha, beta, gamma or the temperature is out of range.
    FlowFailed
        If a flow could not be solved to its last time.
    NotSolved
        If the variance of batches has no solution.

    Examples
    --------
    >>> found = Budgets(3, "1/2", 0.0, [1e2, 1e3]).optimum()
    >>> slope = np.diff(np.log(found.loss)) / np.diff(np.log(found.compute))  # -alpha beta/(alpha + 1) = -3/8
    >>> slope.round(2).tolist()
    [-0.37]
    """

    def __init__(
        self, alpha: object, beta: object, gamma: float, sizes: Sequence[float] | Reals, temperature: float = 0.0
    ) -> None:
        self.sizes = _check_sizes(sizes)
        check_richness(gamma)
        check_temperature(temperature)
        self._point = (alpha, beta, gamma)
        self._pairs = [
            [_Model.of_size(alpha, beta, gamma, float(size) * exp(apart), temperature) for apart in (-APART, APART)]
            for size in self.sizes
        ]

    def optimum(self, in_steps: bool = False) -> Optimum:
        """Return where each size is the best.

        Parameters
        ----------
        in_steps : bool
            Whether compute counts stable steps, which are the clock (eta kappa mu_1 = 1), in place of time.

        Raises
        ------
        NotSolved
            If a size is never the best.
        """
        rows = []
        for size, (smaller, larger) in zip(self.sizes, self._pairs, strict=True):
            name = f"a time at which N = {size:.3g} is the best size"
            read = _Model.at_clock if in_steps else _Model.at
            first, last = (smaller.to_clock(end) if in_steps else end for end in (smaller.first, smaller.last))
            place = _find_fall(partial(_compare, read, smaller, larger), first, last, name)
            loss = (read(smaller, place)[0] + read(larger, place)[0]) / 2
            rows.append((size * exp(place), exp(loss), size, exp(place)))
        return Optimum(*np.array(rows).T)

    def departures(self) -> Reals:
        """Return the times at which models of sizes N e^-`APART` have twice the loss of N = infinity.

        Returns
        -------
        array of shape (sizes,)

        Raises
        ------
        InputError
            If the limit falls so slowly that these times lie beyond double precision.
        NotSolved
            If a size never has twice that loss.
        """
        limit = self._solve_limit()

        def ahead(model: _Model, place: float) -> float:
            return limit.flow_at(place)[0] + log(2) - model.flow_at(place)[0]

        return self._find_times(ahead, limit.last, "a time at which it has departed from the limit")

    def arrivals(self) -> Reals:
        """Return the times at which models of sizes N e^-`APART` have twice their loss at infinite time.

        Returns
        -------
        array of shape (sizes,)

        Raises
        ------
        NotSolved
            If the floor of a size is more than half of its first loss.
        """

        def above(model: _Model, place: float) -> float:
            return model.flow_at(place)[0] - log(2 * model.floor)

        return self._find_times(above, inf, "a time at which it has arrived at its floor")

    def _find_times(self, function: Callable[[_Model, float], float], last: float, name: str) -> Reals:
        """Where a function of a model and ln t falls through 0, up to ``last`` or until all has been learned."""
        found = []
        for size, (model, _) in zip(self.sizes, self._pairs, strict=True):
            end = last if last < inf else model.last
            found.append(_find_fall(partial(function, model), model.first, end, f"{name}, N = {size:.3g},"))
        return np.exp(found)

    def _solve_limit(self) -> _Model:
        """The model of N = infinity, on a spectrum that is deep enough."""
        alpha, beta, gamma = self._point
        further = FURTHER / to_double(exact(beta, "beta"), "beta")
        last = max(model.last for model, _ in self._pairs) + further
        if last + log(DEEPER) > -log(SMALLEST):
            raise InputError(
                f"for beta = {abbreviate(beta)} the limit falls so slowly that departures from it lie beyond double "
                "precision; take a larger one"
            )
        clock = DEEPER * max(exp(last), *(model.clock for model, _ in self._pairs))
        return solve_deep_enough(lambda end: _Model(power_law_spectrum(alpha, beta, end), gamma, last), clock)


def _check_sizes(sizes: object) -> Reals:
    """Model sizes as an array."""
    try:
        found = np.atleast_1d(np.asarray(sizes, dtype=float))
    except (TypeError, ValueError) as error:
        raise InputError(f"model sizes must be numbers; got {abbreviate(sizes)}; try 100, 1000") from error
    if found.ndim != 1 or not len(found) or not (np.diff(found) > 0).all() or not 2 <= found[0] <= found[-1] < inf:
        raise InputError(
            f"model sizes must rise, from 2 or more, and be finite; got {abbreviate(sizes)}; try 100, 1000"
        )
    return found


class _Model:
    """One model, read at places ln t; a place beyond the last time is read there."""

    def __init__(self, target: Spectrum, gamma: float, last: float) -> None:
        self.floor = target.floor
        self._flow = solve_flow(target, gamma, exp(last), TOLERANCE)
        self.last, self.clock = min(last, log(self._flow.horizon)), float(self._flow.clock[-1])
        kernel = float(self._flow.at_clock(self._flow.clock[-1:]).kernel[0])
        self.first = min(log(EARLY / kernel), self.last)
        self._variance: CubicSpline | None = None

    @classmethod
    def of_size(cls, alpha: object, beta: object, gamma: float, size: float, temperature: float) -> _Model:
        """A finite model, up to the time at which all is learned."""
        target, trace = mean_spectra(alpha, beta, size)
        model = cls(target, gamma, log(LATE / float(target.eigenvalues[-1])))
        if temperature:
            places = np.linspace(model.first, model.last, int(DENSITY * (model.last - model.first) / log(10)) + 2)
            variance = noise_along(model._flow, trace, temperature, np.exp(places), include="variance").variance
            model._variance = CubicSpline(places, np.log(variance))
        return model

    def flow_at(self, place: float) -> tuple[float, float]:
        """ln L and d ln L/d ln t without batches."""
        seen = observe(self._flow.measure, self._flow.at(np.array([exp(min(place, self.last))])))
        loss = float(seen["loss"][0])
        return log(loss), float(seen["loss_slope"][0]) * (1 - self.floor / loss)

    def at(self, place: float) -> tuple[float, float]:
        """ln L and d ln L/d ln t with the variance of batches added to the loss."""
        log_loss, slope = self.flow_at(place)
        if self._variance is None:
            return log_loss, slope
        loss, more = exp(log_loss), exp(float(self._variance(place)))
        return log(loss + more), (loss * slope + more * float(self._variance(place, 1))) / (loss + more)

    def to_clock(self, place: float) -> float:
        """ln tau at ln t."""
        return log(float(self._flow.at(np.array([exp(place)])).clock[0]))

    def at_clock(self, place: float) -> tuple[float, float]:
        """ln L and d ln L/d ln tau at ln tau."""
        state = self._flow.at_clock(np.array([min(exp(place), self.clock)]))
        time, kernel = float(state.time[0]), float(state.kernel[0])
        log_loss, slope = self.at(log(time))
        return log_loss, slope * exp(place) / (time * kernel)  # d ln tau/d ln t = t kappa/tau


def _compare(
    read: Callable[[_Model, float], tuple[float, float]], smaller: _Model, larger: _Model, place: float
) -> float:
    """d ln L/d ln N - d ln L/d ln t at ln t, or with steps for t: positive while time is worth more than size."""
    (low, low_slope), (high, high_slope) = read(smaller, place), read(larger, place)
    return (high - low) / (2 * APART) - (low_slope + high_slope) / 2


def _find_fall(function: Callable[[float], float], first: float, last: float, name: str) -> float:
    """The last place at which a function falls through 0."""
    places = np.linspace(first, last, int(SCAN * (last - first) / log(10)) + 2)
    positive = np.array([function(float(place)) for place in places]) > 0
    changes = np.flatnonzero(positive[:-1] & ~positive[1:])
    if not len(changes):
        raise NotSolved(f"{name} was not found from t = {exp(first):.3g} to {exp(last):.3g}")
    return float(brentq(function, places[changes[-1]], places[changes[-1] + 1], xtol=1e-12, rtol=1e-14))
