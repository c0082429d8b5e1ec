"""What is the mean-field spectrum of N features on P samples, if the modes of the limit form a continuum?

It is the deterministic equivalent of `discrete_equivalent` for y^2(k) dk = k^{-alpha beta-1} dk on k >= 1.  With
lambda = v as the variable, every sum there becomes a Stieltjes transform of a power on (0, 1],

    V(nu) = sum_k lambda_k/(lambda_k + nu) = (1/alpha) int_0^1 v^{-1/alpha} dv/(v + nu),
    Y(nu) = sum_k y_k^2/(lambda_k + nu)    = (1/alpha) int_0^1 v^{beta-1} dv/(v + nu),

and P samples act on the spectrum as N features do, one after the other:

    z = -nu (1 - V/N)(1 - V/P).

There is one band: z is real, and nu = -x + i y, for -low < x < 1 + top.  For large N and P it is very close to the real
axis, y ~ (pi/alpha) x^{1-1/alpha} (1/N + 1/P).  The integrands are analytic, so v is taken along a `contour` that stays
away from the pole at -nu.  So no panel has to be as narrow as the distance y.  N and P may be any numbers >= 1, however
large, or one of them infinite.

Digits are kept where terms nearly cancel.  Of sums over modes far above x only the real part is large.  Where the
imaginary part is wanted, these sums are taken out first: Im of int v^2/(v + nu) equals that of -nu V, and Im Y, for
beta > 1, equals that of 1/(alpha (beta - 1)) - nu Y', where Y' has beta - 1.

Layout: nu along the first axis, points of the contour along the last.

Map: `ContinuumEquivalent.from_input` checks; `cutoff`, `floor` and `squared_sums` are at the nu where V is the smaller
of N and P; `lower_end` and `upper_end` bound the band; `target_sums` and `steepness` are what `continuum_density` needs
on it.  `inverse_cutoff` is 1/nu at the cutoff.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from math import ceil, exp, inf, log
from typing import Any

import numpy as np
from scipy.optimize import brentq

from exponents.errors import InputError
from exponents.rationals import abbreviate, check_capacity, check_source, exact, to_double

from .contour import Complexes, Contour
from .spectrum import SMALLEST

BELOW = 1e-14
"""Start of the contour, in units of the lowest place; modes below it act through their sums alone."""

EDGE = 1e-11
"""Smallest distance from v = 1, the fastest mode, with places of its own; all within is one node with the mass left."""

CLOSEST = 1e-4
"""Smallest alpha - 1 and beta; sums are then known to 1e-8, and `Spectrum.error` says so."""


class ContinuumEquivalent:
    """The mean field over draws of N features on P samples; either number may be infinite, but not both.

    Parameters
    ----------
    alpha, beta : float
        Capacity and source.
    size, samples : float
        N and P, at least 1.

    Examples
    --------
    >>> model = ContinuumEquivalent.from_input("3/2", "1/2", 64, 128)
    >>> round(model.floor, 6), model.lower_end < 0.01 < model.upper_end
    (0.167886, True)
    """

    def __init__(self, alpha: float, beta: float, size: float, samples: float = inf) -> None:
        self.alpha, self.beta, self.size, self.samples = alpha, beta, size, samples
        self.rank = min(size, samples)
        self.scale = (alpha * self.rank) ** -alpha  # the band ends at a multiple of it that depends on alpha only
        taken = max(0, ceil(beta - 1.1))
        self.taken, self.rest = taken, beta - taken
        self.single, self.double = 1 / size + 1 / samples, 1 / size / samples
        self.low = Contour.build(self.alpha, self.rest, BELOW * self.scale, 0.25)

    @classmethod
    def from_input(cls, alpha: object, beta: object, size: float, samples: float = inf) -> ContinuumEquivalent:
        """Check the input and return the model.

        Parameters
        ----------
        alpha, beta : exact numbers
            Capacity > 1 and source > 0: int, Fraction, or text such as "3/2".
        size, samples : float
            N and P, at least 1; one of them may be infinite.

        Raises
        ------
        InputError
            If alpha - 1 or beta is below `CLOSEST`, N or P is below 1, or both are infinite; if the lowest eigenvalues
            leave double precision.
        """
        a, b = check_capacity(exact(alpha, "alpha")), check_source(exact(beta, "beta"))
        sizes = _check_number(size, "the model size", samples), _check_number(samples, "the number of samples", size)
        numbers = to_double(a, "alpha"), to_double(b, "beta")
        if numbers[0] < 1 + CLOSEST or numbers[1] < CLOSEST:
            raise InputError(
                f"alpha - 1 and beta must be at least {CLOSEST:g} for a mean-field spectrum, whose sums lose their "
                f"digits below; got alpha = {abbreviate(a)}, beta = {abbreviate(b)}; take a larger one"
            )
        rank = min(sizes)
        if -log(SMALLEST) < max(2.0, numbers[1]) * (numbers[0] * log(numbers[0] * rank) - log(BELOW)):
            raise InputError(
                f"eigenvalues of a model of size {rank:.3g} leave double precision for alpha = {abbreviate(a)}, beta = "
                f"{abbreviate(b)}; take a smaller one"
            )
        return cls(*numbers, *sizes)

    def _count(self, nu: float, power: int) -> float:
        """Return sum_k (lambda_k/(lambda_k + nu))^power, for power 1 or 2."""
        resolvent = 1 / (self.low.points + nu)
        return float((self.low.trace * (self.low.points * resolvent) ** (power - 1) @ resolvent).real)

    def _root(self, surplus: Callable[[float], float], start: float, end: float) -> float:
        """Return nu between ``start`` and ``end`` at which a falling function changes its sign."""
        return exp(brentq(lambda place: surplus(exp(place)), log(start), log(end), xtol=1e-15, rtol=1e-15))

    def _solve_cutoff(self, count: float) -> float:
        """Return nu where V(nu) has this value, or the smallest nu for which the contour is accurate."""
        least = BELOW**0.5 * self.scale
        if self._count(least, 1) <= count:
            return least
        return self._root(lambda nu: self._count(nu, 1) - count, least, 1 + 1 / (self.alpha - 1))

    @cached_property
    def cutoff(self) -> float:
        """nu where V(nu) is the smaller of N and P: eigenvalues above it are captured."""
        return self._solve_cutoff(self.rank)

    @cached_property
    def floor(self) -> float:
        """sum_k y_k^2 nu/(lambda_k + nu) at the cutoff: the loss that min(N, P) features leave."""
        return self.cutoff * float(self.target_sums(self.low, np.array([self.cutoff], complex))[0][0].real)

    @cached_property
    def squared_sums(self) -> tuple[float, float]:
        """sum_k y_k^2 nu^2/(lambda_k + nu)^2 and sum_k lambda_k^2/(lambda_k + nu)^2 at the cutoff."""
        slope = float(self.target_sums(self.low, np.array([self.cutoff], complex))[1][0].real)
        return -(self.cutoff**2) * slope, self._count(self.cutoff, 2)

    @cached_property
    def high(self) -> Contour:
        """The contour for places next to 1."""
        return Contour.build(self.alpha, self.rest, max(BELOW * self.scale, BELOW), EDGE / 10)

    def target_sums(
        self, contour: Contour, nu: Complexes, resolvent: Complexes | None = None
    ) -> tuple[Complexes, Complexes, Complexes]:
        """Return Y, dY/dnu and Y - `norm` at each nu; above all modes nothing cancels, and nothing is taken out."""
        inverse = 1 / (contour.points + nu[:, None]) if resolvent is None else resolvent
        squared = inverse * inverse
        whole, above = contour.powers * contour.points**self.taken, np.abs(nu) > 1
        found, slope = inverse @ contour.powers, -(squared @ contour.powers)
        rest = found
        # Y for beta from Y for beta - 1, one step for each whole part that was taken out
        for step in range(self.taken, 0, -1):
            rest, slope = -nu * found, -found - nu * slope
            found = 1 / (self.alpha * (self.beta - step)) + rest
        direct = inverse @ whole
        return (
            np.where(above, direct, found),
            np.where(above, -(squared @ whole), slope),
            np.where(above, direct - self.norm, rest),
        )

    @property
    def norm(self) -> float:
        """sum_k y_k^2/lambda_k if it is taken out of Y, which it is for beta well above 1; 0 otherwise."""
        return 1 / (self.alpha * (self.beta - 1)) if self.taken else 0.0

    def target_moments(self) -> tuple[float, float]:
        """Return sum_k y_k^2 and sum_k y_k^2 lambda_k."""
        return 1 / (self.alpha * self.beta), 1 / (self.alpha * (self.beta + 1))

    def trace_moments(self) -> tuple[float, float]:
        """Return sum_k lambda_k and the mean of tr K^2."""
        trace = 1 / (self.alpha - 1)
        return trace, 1 / (2 * self.alpha - 1) + trace**2 * self.single

    def steepness(self, count: Any, squares: Any) -> Any:
        """Return 1 + dz/dnu, from V and V + nu dV/dnu = sum_k lambda_k^2/(lambda_k + nu)^2."""
        return squares * self.single - count * (2 * squares - count) * self.double

    @cached_property
    def lower_end(self) -> float:
        """The distance that the band reaches below 0: z is largest there, between its zeros V = N and V = P."""
        if self.size == self.samples:
            return self.cutoff
        start = self._solve_cutoff(max(self.size, self.samples))
        return self._root(lambda nu: self.steepness(self._count(nu, 1), self._count(nu, 2)) - 1, start, self.cutoff)

    @cached_property
    def upper_end(self) -> float:
        """The distance that the band reaches beyond 1; 0 if it is below `EDGE`."""

        def inside(place: float) -> float:
            """Return dz/dnu at 1 + e^place, which is positive inside the band."""
            resolvent = 1 / (self.high.beyond - exp(place))
            count = float((self.high.trace @ resolvent).real)
            return self.steepness(count, float((self.high.trace * self.high.points @ resolvent**2).real)) - 1

        nearest = log(EDGE)
        if inside(nearest) <= 0:
            return 0.0
        return exp(brentq(inside, nearest, log(2 / (self.alpha - 1) + 2), xtol=1e-15, rtol=1e-15))


def inverse_cutoff(alpha: object, beta: object, size: float, samples: float = inf) -> float:
    """Return r = 1/nu where V(nu) is the smaller of N and P (eq. 75, 77): eigenvalues above 1/r are captured.

    Parameters
    ----------
    alpha, beta, size, samples
        As in `ContinuumEquivalent.from_input`, which checks them.

    Returns
    -------
    float
        r, in units of one over the largest eigenvalue of the limit.

    Raises
    ------
    InputError
        If `ContinuumEquivalent.from_input` refuses the input.

    Examples
    --------
    >>> small, large = (inverse_cutoff("3/2", "1/2", size) for size in (1e6, 1e8))
    >>> round(log(large / small, 100), 4)  # r ~ N^alpha
    1.5
    """
    return 1 / ContinuumEquivalent.from_input(alpha, beta, size, samples).cutoff


def _check_number(value: float, name: str, other: float) -> float:
    """Return N or P as a float, or raise InputError unless it is >= 1, and finite if the other is infinite."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        number = 0.0
    if not number >= 1 or (number == inf and other == inf):
        raise InputError(f"{name} must be a finite number of at least 1; got {abbreviate(value)}; try 64")
    return number
