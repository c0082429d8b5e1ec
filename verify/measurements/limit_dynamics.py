"""How are claims about training at N, B = infinity measured?

At one point (alpha, beta, gamma, spectrum) everything is read off three computations: the rich flow, the lazy sums, and
the level series.  An exponent is the limit of a local slope.  A constant is the limit of a quantity divided by its
derived power law.  Both limits come with their error (`slopes`).

What stable steps do is measured in steps, not along the flow (`stable_steps`).

The times run to `HORIZON`, where corrections have died out unless beta is close to 1.
"""

from __future__ import annotations

from functools import cached_property, partial
from math import exp, log, sqrt
from typing import ClassVar

import numpy as np

from exponents.claims.catalogue import select_claims
from exponents.claims.claim import LIMIT
from exponents.claims.limit import LEVELS
from exponents.errors import InputError
from exponents.names import SPECTRA

from ..arrays import Reals
from ..curves import LossCurve
from ..flow.curve import limit_curve
from ..flow.levels import Level, level_curves
from ..spectra.power_law import BELOW, power_law_spectrum
from ..spectra.spectrum import SMALLEST, Spectrum
from .experiment import Measurements, Procedure
from .points import Point
from .slopes import Limit, extrapolate, extrapolate_exponent
from .stable_steps import Route, measure_in_steps

HORIZON = 1e100
"""Last time of the flow and of the lazy sums, in units of 1/(learning rate); less where the loss leaves doubles."""

LEVEL_HORIZON = 1e80
"""Last time of the levels, whose clocks run ahead of the flow's clock."""

FIRST = 1e3
"""First time of a window."""

TIMES = 120
"""Times in a window, evenly in ln t."""

TOLERANCE = 1e-9
"""Relative tolerance of the flow.  Neighbouring slopes share its error, so it is added in full."""


def _by_level(procedure: Procedure) -> dict[str, Procedure]:
    return {f"levels: level {n}": partial(procedure, number=n) for n in range(LEVELS + 1)}


class LimitMeasurements(Measurements):
    """All measurements of the limit dynamics at one point.

    Parameters
    ----------
    at : Point

    Raises
    ------
    InputError
        If beta or gamma is so large that the loss leaves double precision before it follows a law.

    Examples
    --------
    >>> from verify.measurements.points import read_point
    >>> round(LimitMeasurements(read_point("3/2", "1/2", 1)).measure("chi: lazy time exponent").value, 6)
    0.5
    """

    system = LIMIT
    spectra = SPECTRA

    def __init__(self, at: Point) -> None:
        super().__init__(at)
        self.times = space_times(at)

    @cached_property
    def rich(self) -> LossCurve:
        """The flow."""
        gamma = float(self.at.gamma)
        return limit_curve(self.at.alpha, self.at.beta, gamma, self.times, self.at.spectrum, tolerance=TOLERANCE)

    @cached_property
    def lazy(self) -> Spectrum:
        """The spectrum, for sums at gamma = 0."""
        return power_law_spectrum(self.at.alpha, self.at.beta, 2 * self.times[-1], self.at.spectrum)

    @cached_property
    def levels(self) -> tuple[Level, ...]:
        """Levels 0 to `LEVELS`."""
        return level_curves(self.at.alpha, self.at.beta, float(self.at.gamma), LEVEL_HORIZON, LEVELS, self.at.spectrum)

    def slope(self, name: str) -> Limit:
        """Measure the exponent with which a quantity on the flow grows."""
        return self._limit(getattr(self.rich, f"{name}_slope"), self.rich.errors[f"{name}_slope"])

    def fall(self, name: str) -> Limit:
        """Measure the exponent with which a quantity on the flow falls."""
        return -self.slope(name)

    def constant(self, name: str, law: str, sign: int = 1, offset: int = 0) -> Limit:
        """Measure the constant in front of t^(offset + sign * e), with e the derived exponent of the claim ``law``."""
        power = offset + sign * self._derive(law)
        value, error = getattr(self.rich, name), getattr(self.rich, f"{name}_error")
        return _exponentiate(self._limit(np.log(value) - power * np.log(self.times), error / value))

    def lazy_constant(self) -> Limit:
        """Measure the constant in front of the power law of the lazy loss."""
        power = -self._derive("chi: lazy time exponent")
        return _exponentiate(
            self._limit(np.log(self.lazy.lazy_loss(self.times)) - power * np.log(self.times), self._rule)
        )

    def learned_norm(self) -> Limit:
        """Measure the exponent of U = kappa |w|^2."""
        errors = self.rich.errors["kernel_slope"] + self.rich.errors["readout_slope"]
        return self._limit(self.rich.kernel_slope + self.rich.readout_slope, errors)

    def target_norm(self) -> Limit:
        """Measure the limit of U, which is |w*|^2 where that is finite."""
        error = self.rich.learned_norm * (self.rich.errors["readout"] / self.rich.readout)
        return self._limit(self.rich.learned_norm, error)

    def correlation(self) -> Limit:
        """Measure the exponent of B from differences, since rounding destroys every formula for its slope."""
        return -extrapolate_exponent(self.times, self.rich.correlation)

    def learned_mode(self) -> Limit:
        """Measure the exponent of k, where half of the mode with eigenvalue k^{-alpha} is learned."""
        return extrapolate_exponent(self.times, self.rich.frontier ** (-1 / float(self.at.alpha)))

    def lazy_slope(self, power: int) -> Limit:
        """Measure the exponent of sum_k y_k^2 mu_k^power e^{-2 mu_k t}: the lazy loss (0), or C_2(t, t) (1)."""
        t = self.times[self.times < _last_double(float(self.at.beta) + power + 1)]
        value, fall = self.lazy.correlations(2 * t, (power, power + 1))
        return self._limit(np.asarray(fall / value), self._rule)

    def readout_norm(self) -> Limit:
        """Measure the exponent of |w|^2 = sum_k (y_k^2/mu_k) (1 - e^{-mu_k t})^2, lazy."""
        lazy, t = self.lazy, self.times
        speed = 2 * t * (lazy.correlations(t)[0] - lazy.correlations(2 * t)[0])
        return self._limit(speed / lazy.lazy_norm(t), self._rule)

    def level(self, number: int) -> Limit:
        """Measure the exponent of level ``number``."""
        level = self.levels[number]
        late = np.flatnonzero(level.time > FIRST)
        late = late[:: max(1, len(late) // TIMES)]
        found = extrapolate(level.time[late], -level.slope[late], level.slope_error[late])
        return found.widen(float(level.slope_error[late].max()))

    @property
    def _rule(self) -> Reals:
        """The error of a lazy slope, which is the error of the spectrum's quadrature rule."""
        return np.full(len(self.times), self.lazy.error)

    def _derive(self, claim: str) -> float:
        """Return the derived exponent that a constant is divided by."""
        value = select_claims([claim])[0].derived_at(self.at.alpha, self.at.beta, self.at.gamma)
        assert value is not None
        return float(value)

    def _limit(self, values: Reals, errors: Reals) -> Limit:
        return extrapolate_with_errors(self.times[: len(values)], values, errors[: len(values)])

    def in_steps(self, route: Route) -> Limit:
        """Measure the exponent with which the loss falls with stable steps."""
        return measure_in_steps(self.at, route)

    procedures: ClassVar[dict[str, Procedure]] = {
        "chi: lazy time exponent": partial(lazy_slope, power=0),
        "chi: time exponent": partial(fall, name="loss"),
        "chi: correlation": correlation,
        "chi: kernel growth": partial(slope, name="kernel"),
        "chi: readout norm": partial(slope, name="readout"),
        "chi: learned mode": learned_mode,
        "chi: learned norm": learned_norm,
        "levels: readout norm": readout_norm,
        "levels: readout speed": partial(lazy_slope, power=1),
        "amplitude: RKHS norm": target_norm,
        "amplitude: lazy loss": lazy_constant,
        "amplitude: loss": partial(constant, name="loss", law="chi: time exponent", sign=-1),
        "amplitude: kernel": partial(constant, name="kernel", law="chi: kernel growth"),
        "amplitude: clock": partial(constant, name="clock", law="chi: kernel growth", offset=1),
        **_by_level(level),
        "steps: two-time equations": partial(in_steps, route="two-time"),
        "steps: trained model": partial(in_steps, route="trained"),
        "steps: flattened modes": partial(in_steps, route="flattened"),
    }


def space_times(at: Point) -> Reals:
    """Return the times of measurements at a point, evenly in ln t.

    Raises
    ------
    InputError
        If beta or gamma is so large that the loss leaves double precision before it follows a law.

    Examples
    --------
    >>> from verify.measurements.points import read_point
    >>> float(space_times(read_point("3/2", "1/2", 1))[-1])
    1e+100
    """
    last = min(HORIZON, _last_double(float(at.beta)) / (8 + 8 * sqrt(at.gamma)))
    if last < FIRST**2:
        raise InputError(
            f"a measurement needs times up to {FIRST**2:.0e}; double precision ends at {last:.0e} for "
            f"beta = {at.beta}, gamma = {at.gamma}; take smaller ones"
        )
    return np.geomspace(FIRST, last, TIMES)


def extrapolate_with_errors(times: Reals, values: Reals, errors: Reals) -> Limit:
    """Extrapolate values of a solver whose error is noise at each time, and may be common to all times.

    The error is a difference of two solutions, which may vanish by chance: errors below the median are raised to it.

    Examples
    --------
    >>> times = np.geomspace(10, 1e8, 40)
    >>> round(extrapolate_with_errors(times, 2 + 1 / times, np.full(40, 1e-9)).value, 6)
    2.0
    """
    return extrapolate(times, values, np.maximum(errors, np.median(errors))).widen(float(errors.max()))


def _last_double(decay: float) -> float:
    """Return the time at which a sum over modes that falls with this exponent comes to the end of double precision."""
    return exp(-log(SMALLEST) / max(decay, 1.0) - BELOW / (2 + decay))


def _exponentiate(found: Limit) -> Limit:
    """Return the limit of e^x, from the limit of x."""
    value = exp(found.value)
    return Limit(value, float(value * np.expm1(found.error)), found.window, found.correction, found.logarithm)
