"""Which spectrum does a model of N features see if the modes of the limit form a continuum?

The deterministic equivalent of `finite_model`, for y^2(k) dk = k^{-alpha beta-1} dk on k >= 1.  With lambda = v as the
variable, every sum there becomes a Stieltjes transform of a power on (0, 1],

    V(nu) = sum_k lambda_k/(lambda_k + nu) = (1/alpha) int_0^1 v^{-1/alpha} dv/(v + nu),
    Y(nu) = sum_k y_k^2/(lambda_k + nu)    = (1/alpha) int_0^1 v^{beta-1} dv/(v + nu),

and there are no bands but one: z = -nu (1 - V/N) is real, and nu = -x + i y, for -low < x < 1 + top.  For large N it is
very close to the real axis, y ~ pi x^{1-1/alpha}/(alpha N).  The integrands are analytic, so v is taken along a contour
that stays away from the pole at -nu: from 0 along the imaginary axis to i, from there along the unit circle to 1.  So
nothing has to be resolved, N may be any number of at least 1, however large, and a spectrum costs a tenth of a second.

Digits are kept where terms nearly cancel.  Of sums over modes far above x only the real part is large, and where the
imaginary part is wanted they are taken out first: Im of int v^2/(v + nu) is that of -nu V, and of Y, for beta > 1, that
of Y = 1/(alpha (beta - 1)) - nu Y', where Y' has beta - 1.

What was not used is the check, as in `finite_model`: the masses of target and trace, and their first moments.

Layout: places x along the first axis, points of the contour along the last.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from math import asinh, ceil, exp, inf, log, pi

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from exponents.errors import InputError
from exponents.rationals import check_capacity, check_source, exact, in_doubles, shown

from .finite_model import Spectra
from .measure import SMALLEST, SpectralMeasure
from .quadrature import Reals, legendre_rule

Complexes = NDArray[np.complex128]

PANEL, NODES = 1.5, 12
"""Width in ln v of a panel of the contour, whose poles in ln v are pi/2 away, and its nodes: rounding is reached."""

BELOW = 1e-14
"""Where the contour starts, in units of the lowest place; what lies below acts through its sums alone."""

NEAR, FAR = 0.5, 2.0
"""Widths in sinh^{-1} of panels of places next to the lower end of the band, and further up, where laws are powers."""

NEARBY = 10.0
"""How far up, in the same variable, panels are narrow."""

PLACES = 16
"""Places in a panel."""

EDGE = 1e-11
"""Distance from v = 1, the fastest mode, that is resolved; what lies within is one node with the mass that is left."""

CLOSEST = 1e-4
"""Smallest alpha - 1 and beta; sums are then known to 1e-8, as stated."""

CONVERGED = 1e-8
"""Relative change of y at which it is found: steps double its digits."""

ROUNDS = 60
"""Most steps; some six are needed."""


@dataclass(frozen=True)
class _Contour:
    """Points v, their distances v - 1, and what sums over modes give to each: lambda, and y^2 for a remaining beta."""

    points: Complexes
    beyond: Complexes
    trace: Complexes
    powers: Complexes

    def resolvent(self, place: Reals, beyond: Reals, height: Reals) -> Complexes:
        """1/(v - x + i y), of shape (places, points), from x or, near 1, from x - 1."""
        close = place > 0.5
        difference = np.where(close[:, None], self.beyond - beyond[:, None], self.points - place[:, None])
        return np.asarray(1 / (difference + 1j * height[:, None]))


def mean_spectra(alpha: object, beta: object, model_size: float) -> Spectra:
    """The mean measure of the target, and the trace, of a model of size N on the continuum.

    Parameters
    ----------
    alpha, beta : exact numbers
        Capacity > 1 and source > 0: int, Fraction, or text such as "3/2".
    model_size : float
        N, any number of at least 1: its mean depends on it smoothly.

    Raises
    ------
    InputError
        For numbers outside these ranges, or such that the lowest eigenvalues leave double precision.
    """
    model = _Model.of(alpha, beta, model_size)
    mu, power, trace = model.resolved()
    order = np.argsort(-mu)
    target = SpectralMeasure(mu[order], power[order], model.floor)
    whole = SpectralMeasure(mu[order], trace[order])
    return Spectra(_stated(target, *model.target_moments()), _stated(whole, *model.trace_moments()))


def bottleneck(alpha: object, beta: object, model_size: float) -> float:
    """The loss that no training removes, sum_k y_k^2 nu/(lambda_k + nu) where V(nu) = N, on the continuum."""
    return _Model.of(alpha, beta, model_size).floor


def resolution(alpha: object, beta: object, model_size: float) -> float:
    """r = 1/nu where V(nu) = N: eigenvalues above 1/r are resolved (eq. 75)."""
    return 1 / _Model.of(alpha, beta, model_size).level


def _stated(measure: SpectralMeasure, mass: float, moment: float) -> SpectralMeasure:
    """The measure, with the deviation of its first two moments as the error of its rule."""
    apart = max(abs(measure.variance / mass - 1), abs(float(measure.weights @ measure.eigenvalues) / moment - 1))
    return replace(measure, error=max(apart, float(np.finfo(float).eps)))


class _Model:
    """One model; the contour reaches below the band."""

    def __init__(self, alpha: float, beta: float, size: float) -> None:
        self.alpha, self.beta, self.size = alpha, beta, size
        self.scale = (alpha * size) ** -alpha  # the band ends at a multiple of it that depends on alpha only
        taken = max(0, ceil(beta - 1.1))
        self.taken, self.rest = taken, beta - taken
        self.low = self._contour(BELOW * self.scale, 0.25)

    @classmethod
    def of(cls, alpha: object, beta: object, size: float) -> _Model:
        """The model for input that has been checked."""
        a, b = check_capacity(exact(alpha, "alpha")), check_source(exact(beta, "beta"))
        try:
            number = float(size)
        except (TypeError, ValueError, OverflowError):
            number = inf
        if not 1 <= number < inf:
            raise InputError(f"the model size must be a finite number of at least 1; got {shown(size)}; try 64")
        numbers = in_doubles(a, "alpha"), in_doubles(b, "beta")
        if numbers[0] < 1 + CLOSEST or numbers[1] < CLOSEST:
            raise InputError(
                f"alpha - 1 and beta must be at least {CLOSEST:g} for a mean spectrum, whose sums lose their digits "
                f"below; got alpha = {shown(a)}, beta = {shown(b)}; take a larger one"
            )
        if -log(SMALLEST) < max(2.0, numbers[1]) * (numbers[0] * log(numbers[0] * number) - log(BELOW)):
            raise InputError(
                f"eigenvalues of a model of size {number:.3g} leave double precision for alpha = {shown(a)}, beta = "
                f"{shown(b)}; take a smaller one"
            )
        return cls(*numbers, number)

    def _contour(self, start: float, near: float) -> _Contour:
        """From ``start`` times i to i, and on the circle to 1, where panels halve down to ``near``."""
        depth = -log(start)
        radii, weights = _composite(np.linspace(0.0, depth, ceil(depth / PANEL) + 1))
        angles = [pi / 2]
        while angles[-1] > near:
            angles.append(angles[-1] / 2)
        turns, arcs = _composite(np.array([0.0, *angles[::-1]]))
        logs = np.concatenate([1j * turns, 1j * pi / 2 - radii])
        steps = np.concatenate([-1j * arcs, weights])  # d ln v, counted from 0 to 1
        points = np.exp(logs)
        beyond = np.concatenate([1j * np.sin(turns) - 2 * np.sin(turns / 2) ** 2, points[len(turns) :] - 1])
        trace = np.exp((1 - 1 / self.alpha) * logs) * steps / self.alpha
        powers = np.exp(self.rest * logs) * steps / self.alpha
        last = -depth + 1j * pi / 2  # below it, the sums of lambda and lambda^2, and of y^2, as one node
        first, second = (np.exp((j - 1 / self.alpha) * last) / (self.alpha * j - 1) for j in (1, 2))
        mass = np.exp(self.rest * last) / (self.alpha * self.rest)
        node = second / first
        ends = ((points, node), (beyond, node - 1), (trace, first), (powers, mass))
        return _Contour(*(np.append(values, value) for values, value in ends))

    def _count(self, nu: float, power: int) -> float:
        """sum_k (lambda_k/(lambda_k + nu))^power, for 1 or 2."""
        resolvent = 1 / (self.low.points + nu)
        return float((self.low.trace * (self.low.points * resolvent) ** (power - 1) @ resolvent).real)

    def _root(self, surplus: Callable[[float], float]) -> float:
        """nu at which a falling function changes its sign."""
        ends = log(BELOW * self.scale) / 2 + log(self.scale) / 2, log(1 + 1 / (self.alpha - 1))
        return exp(brentq(lambda place: surplus(exp(place)), *ends, xtol=1e-15, rtol=1e-15))

    @cached_property
    def level(self) -> float:
        """nu where V(nu) = N."""
        return self._root(lambda nu: self._count(nu, 1) - self.size)

    @cached_property
    def floor(self) -> float:
        """sum_k y_k^2 nu/(lambda_k + nu) there."""
        return self.level * float(self._target(self.low, np.array([[self.level]], dtype=complex))[0].real)

    @cached_property
    def high(self) -> _Contour:
        """The contour that resolves places next to 1."""
        return self._contour(max(BELOW * self.scale, BELOW), EDGE / 10)

    def _target(self, contour: _Contour, nu: Complexes, resolvent: Complexes | None = None) -> Complexes:
        """Y at each nu, of shape (places, 1); above all modes nothing is small, and nothing is taken out."""
        inverse = 1 / (contour.points + nu) if resolvent is None else resolvent
        found = np.asarray(inverse @ contour.powers)
        for step in range(self.taken, 0, -1):
            found = 1 / (self.alpha * (self.beta - step)) - nu[:, 0] * found
        return np.where(np.abs(nu[:, 0]) > 1, inverse @ (contour.powers * contour.points**self.taken), found)

    def target_moments(self) -> tuple[float, float]:
        """sum_k y_k^2, and sum_k y_k^2 lambda_k."""
        return 1 / (self.alpha * self.beta), 1 / (self.alpha * (self.beta + 1))

    def trace_moments(self) -> tuple[float, float]:
        """sum_k lambda_k, and the mean of tr K^2."""
        trace = 1 / (self.alpha - 1)
        return trace, 1 / (2 * self.alpha - 1) + trace**2 / self.size

    @cached_property
    def lower_end(self) -> float:
        """How far below 0 the band reaches."""
        return self._root(lambda nu: self._count(nu, 2) - self.size)

    @cached_property
    def upper_end(self) -> float:
        """How far beyond 1 the band reaches; 0 where that is less than what is resolved."""
        squares = self.high.trace * self.high.points

        def inside(place: float) -> float:
            return float((squares @ (1 / (self.high.beyond - exp(place)) ** 2)).real) - self.size

        nearest = log(EDGE)
        if inside(nearest) <= 0:
            return 0.0
        return exp(brentq(inside, nearest, log(2 / (self.alpha - 1) + 2), xtol=1e-15, rtol=1e-15))

    def _places(self) -> tuple[tuple[Reals, Reals, Reals], tuple[Reals, Reals, Reals]]:
        """Places x, x - 1 and weights: up to 1/2, and beyond."""
        ends = -asinh(1.0), asinh(0.5 / self.lower_end)
        near = min(ends[0] + NEARBY, ends[1])
        count = ceil((near - ends[0]) / NEAR), ceil((ends[1] - near) / FAR)
        cuts = np.concatenate([np.linspace(ends[0], near, count[0] + 1), np.linspace(near, ends[1], count[1] + 1)[1:]])
        first = self.lower_end * (1 + np.sinh(cuts[1]))  # the first panel, counted from the end of the band
        s, w = legendre_rule(0.0, 1.0, PLACES)
        t, v = _composite(cuts[1:], PLACES)
        low = np.concatenate([first * s**2 - self.lower_end, self.lower_end * np.sinh(t)])
        weights = np.concatenate([2 * first * s * w, self.lower_end * np.cosh(t) * v])
        top = self.upper_end
        close = max(EDGE, min(top, 0.25))
        t, v = _composite(np.linspace(log(close), log(0.5), ceil(log(0.5 / close)) + 1), PLACES)
        beyond, width = -np.exp(t), np.exp(t) * v
        if top:
            t, v = _composite(np.array([-close, 0.0, top / 2]), PLACES)
            beyond = np.concatenate([beyond, t, top - top / 2 * s**2])
            width = np.concatenate([width, v, top * s * w])
        return (low, low - 1, weights), (1 + beyond, beyond, width)

    def resolved(self) -> tuple[Reals, Reals, Reals]:
        """Eigenvalues mu, the target's power there, and the trace."""
        parts = zip((self.low, self.high), self._places(), strict=True)
        rows = [self._densities(contour, *places) for contour, places in parts]
        mu, power, trace = (np.concatenate(column) for column in zip(*rows, strict=True))
        if self.upper_end > 0:
            return mu, power, trace
        missing = self.target_moments()[0] - power.sum() - self.floor, self.trace_moments()[0] - trace.sum()
        return (
            np.append(mu, 1.0),
            np.append(power, max(missing[0], SMALLEST)),
            np.append(trace, max(missing[1], SMALLEST)),
        )

    def _densities(self, contour: _Contour, place: Reals, beyond: Reals, weights: Reals) -> tuple[Reals, Reals, Reals]:
        """At each place: Newton's steps for y^2 in (y/Im nu V)^2 = 1/N^2, which is nearly linear in it."""
        square = (pi / (self.alpha * self.size)) ** 2 * np.abs(place) ** (2 - 2 / self.alpha)
        for _ in range(ROUNDS):
            y = np.sqrt(square)
            nu, inverse = -place + 1j * y, contour.resolvent(place, beyond, y)
            count, slope = inverse @ contour.trace, (inverse * inverse) @ contour.trace
            pull = (nu * count).imag / self.size
            change = (count - nu * slope).real / self.size
            ratio = square / pull**2
            step = (1 - ratio) / (ratio * (1 / square - change / (pull * y)))
            step = np.maximum(step, -0.9 * square)
            square = square + step
            if (np.abs(step) <= CONVERGED * square).all():
                break
        y = np.sqrt(square)
        nu, inverse = -place + 1j * y, contour.resolvent(place, beyond, y)
        count, slope = inverse @ contour.trace, (inverse * inverse) @ contour.trace
        dressed = 1 - count / self.size
        mu = -(nu * dressed).real
        steepness = -1 + (count - nu * slope) / self.size  # dz/dnu; z is real along the band
        width = weights / np.abs((1 / steepness).real)
        power = np.abs((self._target(contour, nu[:, None], inverse) / dressed).imag) / pi * width
        return mu, power, self.size * mu * np.abs((1 / nu).imag) / pi * width


def _composite(cuts: Reals, nodes: int = NODES) -> tuple[Reals, Reals]:
    """Nodes and weights on panels."""
    rules = [legendre_rule(low, high, nodes) for low, high in pairwise(cuts)]
    points, weights = (np.concatenate(column) for column in zip(*rules, strict=True))
    return points, weights
