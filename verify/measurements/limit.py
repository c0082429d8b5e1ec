"""Which measurement answers which claim?

At one point (alpha, beta, gamma, spectrum) everything is read off three computations, each done once and only if it is
asked for: the rich flow, the lazy sums, and the level series.  An exponent is the limit of a local slope, a constant
that of a quantity with its law divided out; both limits come with their error (`slopes`).

The times run to `HORIZON`, where corrections have died out unless beta is close to 1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, partial
from math import exp, log, sqrt

import numpy as np

from exponents.claims.claim import LEVELS
from exponents.errors import InputError
from exponents.names import SpectrumKind
from exponents.rationals import exact

from ..arrays import Reals
from ..curves import LossCurve
from ..flow.curve import limit_curve
from ..flow.levels import Level, level_curves
from ..spectra.power_law import BELOW, power_law_spectrum
from ..spectra.spectrum import SMALLEST, Spectrum
from .slopes import Limit, exponent_of, extrapolate

HORIZON = 1e100
"""Last time of the flow and of the lazy sums, in units of 1/(learning rate); less where the loss leaves doubles."""

LEVEL_HORIZON = 1e80
"""Last time of the levels, whose clocks run ahead of that of the flow."""

FIRST = 1e3
"""First time: what comes before has no place in a limit."""

TIMES = 120
"""Times between them, evenly in ln t."""

TOLERANCE = 1e-9
"""Of the flow.  What it leaves in a slope is common to neighbouring times, so it is added to the error in full."""


@dataclass(frozen=True)
class Point:
    """Where a claim is put to the test.

    Attributes
    ----------
    alpha, beta, gamma : Fraction
    spectrum : "continuum" or "modes"
    """

    alpha: Fraction
    beta: Fraction
    gamma: Fraction
    spectrum: SpectrumKind = "continuum"

    def as_object(self) -> dict[str, str]:
        """The point as JSON holds it."""
        return {
            "alpha": str(self.alpha),
            "beta": str(self.beta),
            "gamma": str(self.gamma),
            "spectrum": self.spectrum,
        }


def point(alpha: object, beta: object, gamma: object, spectrum: SpectrumKind = "continuum") -> Point:
    """A point from exact numbers: int, Fraction, or text such as "3/2"."""
    return Point(exact(alpha, "alpha"), exact(beta, "beta"), exact(gamma, "gamma"), spectrum)


class Evidence:
    """All measurements at one point.

    Parameters
    ----------
    at : Point
    laws : mapping of str to float
        Exponent of the law that is divided out to measure a constant: of "loss", "kernel" and "clock" as they grow with
        time, and of "lazy loss".

    Raises
    ------
    InputError
        For a beta or gamma so large that the loss leaves double precision before it follows a law.
    """

    def __init__(self, at: Point, laws: Mapping[str, float]) -> None:
        self.at, self.laws, self.times = at, laws, measured_times(at)

    def measured(self, claim: str) -> Limit:
        """The measurement for the claim called ``claim``.

        Raises
        ------
        InputError
            If there is none.
        """
        if claim not in MEASUREMENTS:
            raise InputError(f"there is no measurement for {claim}")
        return MEASUREMENTS[claim](self)

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
        """The exponent with which something observed along the flow grows."""
        return self._limit(getattr(self.rich, f"{name}_slope"), self.rich.errors[f"{name}_slope"])

    def constant(self, name: str) -> Limit:
        """The constant in front of the law of something observed along the flow."""
        value, error = getattr(self.rich, name), self.rich.errors[name]
        return _exponential(self._limit(np.log(value) - self.laws[name] * np.log(self.times), error / value))

    def learned_norm(self) -> Limit:
        """The exponent of U = kappa |w|^2."""
        errors = self.rich.errors["kernel_slope"] + self.rich.errors["readout_slope"]
        return self._limit(self.rich.kernel_slope + self.rich.readout_slope, errors)

    def target_norm(self) -> Limit:
        """The limit of U, which is |w*|^2 where that is finite."""
        error = self.rich.learned_norm * (self.rich.errors["readout"] / self.rich.readout)
        return self._limit(self.rich.learned_norm, error)

    def correlation(self) -> Limit:
        """The exponent of B, whose slope has no formula that rounding leaves intact, from differences."""
        return exponent_of(self.times, self.rich.correlation)

    def learned_mode(self) -> Limit:
        """The exponent of k, where half of the mode with eigenvalue k^{-alpha} is learned."""
        return exponent_of(self.times, self.rich.frontier ** (-1 / float(self.at.alpha)))

    def lazy_slope(self) -> Limit:
        """The exponent of the lazy loss."""
        return self._limit(self._log_slope(0), self._rule)

    def readout_speed(self) -> Limit:
        """The exponent of C_2(t, t) = sum_k y_k^2 mu_k e^{-2 mu_k t}, lazy."""
        return self._limit(self._log_slope(1), self._rule)

    def readout_norm(self) -> Limit:
        """The exponent of |w|^2 = sum_k (y_k^2/mu_k) (1 - e^{-mu_k t})^2, lazy."""
        lazy, t = self.lazy, self.times
        speed = 2 * t * (lazy.correlations(t)[0] - lazy.correlations(2 * t)[0])
        return self._limit(speed / lazy.lazy_norm(t), self._rule)

    def lazy_constant(self) -> Limit:
        """The constant in front of the lazy loss."""
        loss = self.lazy.lazy_loss(self.times)
        return _exponential(self._limit(np.log(loss) - self.laws["lazy loss"] * np.log(self.times), self._rule))

    def level(self, number: int) -> Limit:
        """The exponent of level ``number``."""
        level = self.levels[number]
        late = np.flatnonzero(level.time > FIRST)
        late = late[:: max(1, len(late) // TIMES)]
        found = extrapolate(level.time[late], -level.slope[late], level.slope_error[late])
        return found.widen(float(level.slope_error[late].max()))

    @property
    def _rule(self) -> Reals:
        """The error of a lazy slope: that of the measure's rule."""
        return np.full(len(self.times), self.lazy.error)

    def _log_slope(self, power: int) -> Reals:
        """-d ln/d ln t of sum_k y_k^2 mu_k^power e^{-2 mu_k t}, at times at which its terms are in double precision."""
        t = self.times[self.times < _reach(float(self.at.beta) + power + 1)]
        value, fall = self.lazy.correlations(2 * t, (power, power + 1))
        return np.asarray(fall / value)

    def _limit(self, values: Reals, errors: Reals) -> Limit:
        return limit_of(self.times[: len(values)], values, errors[: len(values)])


def measured_times(at: Point) -> Reals:
    """The times of measurements at a point.

    Raises
    ------
    InputError
        For a beta or gamma so large that the loss leaves double precision before it follows a law.
    """
    last = min(HORIZON, _reach(float(at.beta)) / (8 + 8 * sqrt(at.gamma)))
    if last < FIRST**2:
        raise InputError(
            f"a measurement needs times up to {FIRST**2:.0e}; double precision ends at {last:.0e} for "
            f"beta = {at.beta}, gamma = {at.gamma}; take smaller ones"
        )
    return np.geomspace(FIRST, last, TIMES)


def limit_of(times: Reals, values: Reals, errors: Reals) -> Limit:
    """The limit; the solver's error is noise at each time, and may be common to all of them.

    It is a difference of two solutions, which may vanish by chance: no time is trusted more than most are.
    """
    return extrapolate(times, values, np.maximum(errors, np.median(errors))).widen(float(errors.max()))


def _reach(decay: float) -> float:
    """The time at which a sum over modes that falls with this exponent comes to the end of double precision."""
    return exp(-log(SMALLEST) / max(decay, 1.0) - BELOW / (2 + decay))


def _exponential(found: Limit) -> Limit:
    """The limit of e^x from that of x."""
    value = exp(found.value)
    return Limit(value, value * np.expm1(found.error), found.window, found.correction, found.logarithm)


MEASUREMENTS: dict[str, Callable[[Evidence], Limit]] = {
    "chi: lazy time exponent": Evidence.lazy_slope,
    "chi: time exponent": lambda evidence: -evidence.slope("loss"),
    "chi: correlation": lambda evidence: -evidence.correlation(),
    "chi: kernel growth": lambda evidence: evidence.slope("kernel"),
    "chi: readout norm": lambda evidence: evidence.slope("readout"),
    "chi: learned mode": Evidence.learned_mode,
    "chi: learned norm": Evidence.learned_norm,
    **{f"levels: level {n}": partial(Evidence.level, number=n) for n in range(LEVELS + 1)},
    "levels: readout norm": Evidence.readout_norm,
    "levels: readout speed": Evidence.readout_speed,
    "amplitude: RKHS norm": Evidence.target_norm,
    "amplitude: lazy loss": Evidence.lazy_constant,
    "amplitude: loss": lambda evidence: evidence.constant("loss"),
    "amplitude: kernel": lambda evidence: evidence.constant("kernel"),
    "amplitude: clock": lambda evidence: evidence.constant("clock"),
}
"""How each claim is measured."""
